import type { PixelArray } from '../../shared/raster.ts';
import type { BandStatistics } from './write-metadata.ts';

/** Sums of the valid values of one sample in one super-block; mergeable. */
export interface ValueSums {
  readonly count: number;
  /** Infinity and -Infinity where nothing counts. */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Sum of the squared distances from the mean. */
  readonly squares: number;
}

export const NO_VALUES: ValueSums = {
  count: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
  mean: 0,
  squares: 0,
};

/** Sums of sample `sample` over the values that are neither `nodata` nor NaN; two passes, so that nothing cancels. */
export function sumValues(pixels: PixelArray, layout: { samples: number; sample: number }, nodata: number | null) {
  const { samples, sample } = layout;
  // NaN equals nothing: with no sentinel, only NaN itself is left out.
  const sentinel = nodata ?? Number.NaN;
  let { count, min, max } = NO_VALUES;
  let sum = 0;
  for (let i = sample; i < pixels.length; i += samples) {
    const value = pixels[i]!;
    // biome-ignore lint/suspicious/noSelfCompare: the fastest test for NaN, in a hot loop
    if (value === sentinel || value !== value) continue;
    count += 1;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (count === 0) return NO_VALUES;
  const mean = sum / count;
  let squares = 0;
  for (let i = sample; i < pixels.length; i += samples) {
    const value = pixels[i]!;
    // biome-ignore lint/suspicious/noSelfCompare: the fastest test for NaN, in a hot loop
    if (value !== sentinel && value === value) squares += (value - mean) * (value - mean);
  }
  return { count, min, max, mean, squares };
}

/** The sums of both (Chan, Golub and LeVeque 1979). Merge in a fixed order: rounding depends on it. */
export function mergeSums(a: ValueSums, b: ValueSums): ValueSums {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const apart = b.mean - a.mean;
  return {
    count,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    mean: a.mean + (apart * b.count) / count,
    squares: a.squares + b.squares + (apart * apart * a.count * b.count) / count,
  };
}

/** What the file states of a sample; null where it has no valid value, of which nothing can be stated. */
export function describeSums(sums: ValueSums, totalPx: number): BandStatistics | null {
  if (sums.count === 0) return null;
  const { min, max, mean, squares, count } = sums;
  return { min, max, mean, stdev: Math.sqrt(squares / count), validPct: (100 * count) / totalPx };
}
