import type { Finding } from '../../shared/result.ts';

/** Change of a parcel's mean between two periods; null is "not estimated". */
export interface PeriodChange {
  readonly baselineMean: number | null;
  readonly periodMean: number | null;
  /** periodMean − baselineMean. */
  readonly change: number | null;
  /** sqrt(s²/n_b + s²/n_m), s² pooled within both periods; null below 2 degrees of freedom. */
  readonly se: number | null;
  /** n_b + n_m − 2, at least 0. */
  readonly df: number;
  /** Student's t, 97.5 %, for `df`; null when `se` is. */
  readonly tCritical95: number | null;
}

/**
 * Change between two periods from the means of a parcel on their clear acquisitions. The standard error comes from the
 * spread between acquisitions, never from the number of pixels (contract "canopy monitor").
 */
export function periodChange(baseline: readonly number[], monitored: readonly number[]): PeriodChange {
  const b = summarise(baseline);
  const m = summarise(monitored);
  const df = Math.max(0, baseline.length + monitored.length - 2);
  const base = { baselineMean: b.mean, periodMean: m.mean, df };
  if (b.mean === null || m.mean === null) return { ...base, change: null, se: null, tCritical95: null };
  const change = m.mean - b.mean;
  if (df < 2) return { ...base, change, se: null, tCritical95: null };
  const variance = (b.squares + m.squares) / df;
  const se = Math.sqrt(variance / baseline.length + variance / monitored.length);
  return { ...base, change, se, tCritical95: studentT975(df) };
}

/** Mean, and sum of the squared deviations from it. */
function summarise(values: readonly number[]): { mean: number | null; squares: number } {
  if (values.length === 0) return { mean: null, squares: 0 };
  // Taken from the first value: equal values then have exactly their mean and no spread.
  const shift = values[0]!;
  let sum = 0;
  for (const value of values) sum += value - shift;
  const mean = shift + sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, squares };
}

/**
 * The 97.5 % quantile of Student's t for whole degrees of freedom ≥ 1, by bisection of the closed form of
 * P(|T| < t) (Abramowitz and Stegun 26.7.3 and 26.7.4), good to 1e-12.
 */
export function studentT975(df: number): number {
  let low = 0;
  let high = Math.PI / 2;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (centralProbability(middle, df) < 0.95) low = middle;
    else high = middle;
  }
  return Math.tan((low + high) / 2) * Math.sqrt(df);
}

/** P(|T| < t) with t = tan(angle)·sqrt(df). */
function centralProbability(angle: number, df: number): number {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const odd = df % 2 === 1;
  let term = odd ? cos : 1;
  let series = df === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= df - 2; k += 2) {
    term *= ((k - 1) / k) * cos * cos;
    series += term;
  }
  return odd ? (2 / Math.PI) * (angle + sin * series) : sin * series;
}

export interface CoverChange {
  /** Change of the tree-cover fraction, −1 … 1. */
  readonly coverChange: number;
  readonly coverSe: number | null;
  /** Student's t for the standard error's degrees of freedom. */
  readonly t: number | null;
  /** Smallest change of the fraction that counts, > 0. */
  readonly threshold: number;
}

/**
 * What a change amounts to, given its uncertainty: loss or gain when it reaches the threshold and its 95 % interval
 * leaves out 0; stable when the whole interval stays within the threshold; else the data cannot tell.
 */
export function classifyFinding({ coverChange, coverSe, t, threshold }: CoverChange): Finding {
  if (coverSe === null || t === null) return 'not_distinguishable';
  const halfWidth = t * coverSe;
  const size = Math.abs(coverChange);
  if (size >= threshold && size > halfWidth) return coverChange < 0 ? 'loss' : 'gain';
  if (size + halfWidth < threshold) return 'stable';
  return 'not_distinguishable';
}
