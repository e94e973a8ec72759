import type { WriteRequest } from './export-parcels.ts';

/** Sentences on where an export comes from, for formats that have room for text only. */
export function originOf({ table, provenance }: Pick<WriteRequest, 'table' | 'provenance'>): string[] {
  return [
    `${table.rows.length} parcels, exported by Twin Canopy.`,
    ...(provenance.synthetic ? ['Synthetic: these parcels were made by a generator.'] : []),
    ...provenance.attribution,
  ];
}

/** The README.txt that goes into a zip: what it is, what the columns mean, and what could not be carried over. */
export function formatReadme(
  request: WriteRequest,
  names: ReadonlyMap<string, string>,
  limits: readonly string[],
): Uint8Array {
  const columns = request.table.columns.map(({ name, unit, description }) => {
    const meaning = [description ?? 'As in the source file', ...(unit === undefined ? [] : [unit])].join(', ');
    return `  ${(names.get(name) ?? name).padEnd(12)} ${name}: ${meaning}`;
  });
  const lines = [
    request.name,
    '',
    ...originOf(request),
    'Coordinates are longitude and latitude on WGS 84 (EPSG:4326).',
    '',
    'Columns',
    ...columns,
    '',
    'What this format could not carry over unchanged',
    ...(limits.length === 0 ? ['  Nothing.'] : limits.map((limit) => `  - ${limit}`)),
    '',
  ];
  return new TextEncoder().encode(lines.join('\r\n'));
}
