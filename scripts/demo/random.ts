/** A source of numbers in [0, 1). */
export type Random = () => number;

/** mulberry32 (Tommy Ettinger, public domain): 32 bits of state, the generator's only source of chance. */
export function mulberry32(seed: number): Random {
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
 * A seed of its own for a named part of the landscape, so that a change to one part (one more fire, say) leaves all
 * the others as they were, and scenes can be written in any order by any process. FNV-1a over the name.
 */
export function deriveSeed(seed: number, name: string): number {
  let hash = (2166136261 ^ seed) >>> 0;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 16777619) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  return (hash ^ (hash >>> 13)) >>> 0;
}

export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}

const GAUSS_SIZE = 1 << 16;

/** 65,536 standard normal deviates (Box-Muller), with mean 0 and standard deviation 1 exactly. */
export function gaussianTable(seed: number): Float32Array {
  const random = mulberry32(seed);
  const table = new Float64Array(GAUSS_SIZE);
  for (let i = 0; i < GAUSS_SIZE; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    table[i] = radius * Math.cos(angle);
    table[i + 1] = radius * Math.sin(angle);
  }
  const mean = table.reduce((sum, v) => sum + v, 0) / GAUSS_SIZE;
  const sd = Math.sqrt(table.reduce((sum, v) => sum + (v - mean) ** 2, 0) / GAUSS_SIZE);
  return Float32Array.from(table, (v) => (v - mean) / sd);
}
