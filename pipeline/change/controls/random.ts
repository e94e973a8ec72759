/**
 * Numbers in [0, 1) from a seed: mulberry32 (Tommy Ettinger, public domain). The only source of chance of the control
 * areas; the seed is a parameter of the run, so that a choice can be repeated.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Positions of at most `atMost` of `count` things in a row, ascending: the row is cut into even runs and one position is
 * drawn in each, so that the choice is spread over the whole row.
 */
export function chooseSpread(count: number, atMost: number, random: () => number): number[] {
  const wanted = Math.min(count, Math.max(0, Math.floor(atMost)));
  return Array.from({ length: wanted }, (_, i) => {
    const from = Math.floor((i * count) / wanted);
    const to = Math.floor(((i + 1) * count) / wanted);
    return from + Math.floor(random() * (to - from));
  });
}
