import { invertSymmetric } from './normal-equations.ts';

/** What a difference of two series did from the history to the monitored period. */
export interface DifferenceFit {
  /** Level at the middle of the monitored dates minus the level of the history, index units. */
  readonly change: number;
  /** Variance of `change` from the residuals, with their autocorrelation. */
  readonly changeVariance: number;
  /** Slope within the monitored period, index units a year; null on a shorter span than a year. */
  readonly slope: number | null;
  readonly slopeVariance: number | null;
}

/** Fewest dates before and after. */
export const MIN_FIT_HISTORY = 6;
export const MIN_FIT_MONITORED = 3;
/** Dates from which on a season is fitted, and the span from which on a slope is. */
const MIN_SEASON_DATES = 10;
const MIN_SLOPE_SPAN_YR = 1;
/** Residuals further apart than this count as independent; what lasts longer shows in the placebo spread. */
const MEMORY_YR = 0.25;

/**
 * Least squares of a difference series on: level before, step, season (order 1, the same before and after) and, within the
 * monitored period, a slope about the middle of its dates. The season stands for what two areas do not share of it, so
 * that monitored months need not be those of the history. Variances are those of Newey and West (1987) with a triangular
 * kernel in time, which irregular dates allow, times n / (n − p).
 * @param times decimal years, ascending; @param split index of the first monitored date
 * @returns null with too few dates on a side
 */
export function fitDifference(times: Float64Array, values: Float64Array, split: number): DifferenceFit | null {
  const count = values.length;
  const monitored = count - split;
  if (split < MIN_FIT_HISTORY || monitored < MIN_FIT_MONITORED) return null;
  const hasSeason = count >= MIN_SEASON_DATES;
  const hasSlope = times[count - 1]! - times[split]! >= MIN_SLOPE_SPAN_YR;
  for (const [season, slope] of [
    [hasSeason, hasSlope],
    [hasSeason, false],
    [false, false],
  ] as const) {
    const size = 2 + (season ? 2 : 0) + (slope ? 1 : 0);
    if (count - size < 2) continue;
    const design = layOutDesign(times, split, { season, slope });
    const inverse = invertGram(design, count, size);
    if (inverse !== null) return summariseFit({ times, values, design, inverse, size, slopeAt: slope ? size - 1 : -1 });
  }
  return null;
}

function layOutDesign(times: Float64Array, split: number, { season, slope }: { season: boolean; slope: boolean }) {
  const count = times.length;
  const size = 2 + (season ? 2 : 0) + (slope ? 1 : 0);
  let middle = 0;
  for (let i = split; i < count; i++) middle += (times[i]! - times[split]!) / (count - split);
  const design = new Float64Array(count * size);
  for (let i = 0; i < count; i++) {
    const isMonitored = i >= split;
    let at = i * size;
    design[at++] = 1;
    design[at++] = isMonitored ? 1 : 0;
    if (season) {
      design[at++] = Math.cos(2 * Math.PI * times[i]!);
      design[at++] = Math.sin(2 * Math.PI * times[i]!);
    }
    if (slope) design[at] = isMonitored ? times[i]! - times[split]! - middle : 0;
  }
  return design;
}

function invertGram(design: Float64Array, count: number, size: number): Float64Array | null {
  const gram = new Float64Array(size * size);
  for (let i = 0; i < count; i++) {
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < size; b++) gram[a * size + b]! += design[i * size + a]! * design[i * size + b]!;
    }
  }
  return invertSymmetric(gram, size) ? gram : null;
}

interface Fit {
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly design: Float64Array;
  readonly inverse: Float64Array;
  readonly size: number;
  /** Column of the slope, −1 = none. */
  readonly slopeAt: number;
}

function summariseFit(fit: Fit): DifferenceFit {
  const { values, design, inverse, size, slopeAt } = fit;
  const moments = new Float64Array(size);
  for (let i = 0; i < values.length; i++) {
    for (let a = 0; a < size; a++) moments[a]! += design[i * size + a]! * values[i]!;
  }
  const coefficients = moments.map((_, a) => dot(inverse, a * size, moments, 0, size));
  const residuals = values.map((value, i) => value - dot(design, i * size, coefficients, 0, size));
  return {
    change: coefficients[1]!,
    changeVariance: varianceOf(fit, residuals, 1),
    slope: slopeAt < 0 ? null : coefficients[slopeAt]!,
    slopeVariance: slopeAt < 0 ? null : varianceOf(fit, residuals, slopeAt),
  };
}

function varianceOf({ times, design, inverse, size }: Fit, residuals: Float64Array, column: number): number {
  const count = times.length;
  const part = residuals.map((residual, i) => residual * dot(inverse, column * size, design, i * size, size));
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += part[i]! ** 2;
    for (let j = i + 1; j < count && times[j]! - times[i]! < MEMORY_YR; j++) {
      sum += 2 * (1 - (times[j]! - times[i]!) / MEMORY_YR) * part[i]! * part[j]!;
    }
  }
  return (Math.max(0, sum) * count) / (count - size);
}

function dot(a: Float64Array, aAt: number, b: Float64Array, ...[bAt, size]: [number, number]): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += a[aAt + i]! * b[bAt + i]!;
  return sum;
}
