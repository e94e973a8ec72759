/** The headings of a file come again with every row. */
const known = new Map<string, string>();
const MOST_KNOWN = 2000;

/** A heading without case, accents, blanks and signs, so that `Surface (h` and `poly_name` meet `surfaceh` and `polyname`. */
export function plainName(heading: string): string {
  const found = known.get(heading);
  if (found !== undefined) return found;
  const plain = heading
    .slice(0, 256)
    .normalize('NFD')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll(/[^a-z0-9]/g, '');
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(heading, plain);
  return plain;
}
