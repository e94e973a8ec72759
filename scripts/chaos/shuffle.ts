import { mulberry32 } from '../demo/random.ts';

/** The same entries in an order that the seed decides (Fisher and Yates). */
export function shuffle<T>(entries: readonly T[], seed: number): T[] {
  const random = mulberry32(seed);
  const mixed = [...entries];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [mixed[i], mixed[j]] = [mixed[j]!, mixed[i]!];
  }
  return mixed;
}
