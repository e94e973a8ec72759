/** A comparator puts the smaller of two values into row `low`, the larger into row `high`. */
export type Comparator = readonly [low: number, high: number];

/**
 * The comparators that put `size` values into order, whatever these are: Batcher's merge exchange. With `ranks`, only
 * those that decide what stands at these ranks afterwards; the others then hold anything.
 * Source: Batcher 1968, in the form for any size of Knuth, The Art of Computer Programming 3, 5.2.2 algorithm M.
 */
export function buildSortingNetwork(size: number, ranks?: ReadonlySet<number>): Comparator[] {
  const all = [...mergeExchange(size)];
  return ranks === undefined ? all : keepDeciding(all, ranks);
}

function* mergeExchange(size: number): Generator<Comparator> {
  const top = 2 ** (Math.ceil(Math.log2(Math.max(2, size))) - 1);
  for (let p = top; p >= 1; p /= 2) {
    let rest = 0;
    let distance = p;
    for (let q = top; ; q /= 2) {
      for (let low = 0; low + distance < size; low += 1) if ((low & p) === rest) yield [low, low + distance];
      if (q === p) break;
      distance = q - p;
      rest = p;
    }
  }
}

/** From the last comparator back: one matters when what it writes is read later or asked for. */
function keepDeciding(all: readonly Comparator[], ranks: ReadonlySet<number>): Comparator[] {
  const read = new Set(ranks);
  return all
    .toReversed()
    .filter(([low, high]) => {
      if (!read.has(low) && !read.has(high)) return false;
      read.add(low).add(high);
      return true;
    })
    .toReversed();
}
