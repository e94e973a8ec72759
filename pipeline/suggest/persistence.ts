import type { SuggestSettings } from './settings.ts';

/** Tree cover is kept in half percents, 0..200. */
export const COVER_STEPS = 2;
export const COVER_MISSING = 255;

/** Cover of one season after another: plane y of pixel p at y · pixelCount + p. */
export interface CoverYears {
  readonly pixelCount: number;
  readonly years: readonly number[];
  /** Half percents; 255 = missing. */
  readonly cover: Uint8Array;
}

/** What the years say of a pixel. */
export const PERSISTENCE = { unknown: 0, low: 1, wooded: 2, mixed: 3 } as const;

/**
 * Sorts pixels by what their years agree on. `low`: below the wooded cover in `lowShare` of the years with data, and in
 * their median; `wooded`: at or above it in as many; `mixed`: neither; `unknown`: fewer than `minYears` years with data.
 * @returns the class of each pixel, and its median cover in half percents (255 where unknown)
 */
export function judgePersistence(
  { pixelCount, years, cover }: CoverYears,
  { woodedPct, lowShare, minYears }: Pick<SuggestSettings, 'woodedPct' | 'lowShare' | 'minYears'>,
): { readonly state: Uint8Array; readonly median: Uint8Array } {
  const state = new Uint8Array(pixelCount);
  const median = new Uint8Array(pixelCount).fill(COVER_MISSING);
  const limit = woodedPct * COVER_STEPS;
  const held = new Uint8Array(years.length);
  for (let p = 0; p < pixelCount; p++) {
    let n = 0;
    let low = 0;
    for (let y = 0, at = p; y < years.length; y++, at += pixelCount) {
      const value = cover[at]!;
      if (value === COVER_MISSING) continue;
      // Insertion keeps the few years in order.
      let k = n++;
      for (; k > 0 && held[k - 1]! > value; k--) held[k] = held[k - 1]!;
      held[k] = value;
      if (value < limit) low++;
    }
    if (n < minYears) continue;
    median[p] = (held[(n - 1) >> 1]! + held[n >> 1]!) >> 1;
    const enough = lowShare * n - 1e-9;
    if (low >= enough && median[p]! < limit) state[p] = PERSISTENCE.low;
    else if (n - low >= enough) state[p] = PERSISTENCE.wooded;
    else state[p] = PERSISTENCE.mixed;
  }
  return { state, median };
}
