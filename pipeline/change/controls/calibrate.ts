import { studentT975 } from '../period.ts';
import type { Estimate } from './benchmark.ts';

/** One figure of an untreated area, measured as that of a parcel is. */
export interface PlaceboFigure {
  readonly estimate: Estimate;
  readonly weightSquares: number;
}

/** How far untreated areas come from 0; turns the noise of a figure into its whole uncertainty. */
export interface Calibration {
  readonly placeboCount: number;
  /** Variance of untreated change from area to area beyond the noise of the dates. */
  readonly untreatedVariance: number;
  /** Standard deviations that the 95 % interval reaches. */
  readonly reach: number;
  /** `placebo`: the reach is a quantile of the placebos; `student`: Student's t, where they are too few for one. */
  readonly rule: 'placebo' | 'student';
}

/** Fewest placebos for an interval at all, and for one by their quantile. */
export const MIN_PLACEBOS = 5;
const MIN_QUANTILE = 40;
/** Median of χ² with 1 degree of freedom. */
const MEDIAN_CHI2 = 0.454936423;
/** What |Z| is compared with (VM0047). */
export const Z_LIMIT = 1.96;

/**
 * Learns from untreated areas how far a figure strays without any cause. Their variance is that of their dates' noise plus
 * τ²·(1 + Σw²): the change of the area itself and that of the mean of its control areas. The interval reaches as many
 * standard deviations as hold 95 % of the placebos, counted as for one more of their kind (rank ⌈0.95 (n + 1)⌉, Vovk et
 * al. 2005), so that no law of their distribution is needed; the idea is that of placebo tests (Abadie et al. 2010).
 * Below 40 placebos Student's t stands in for the quantile.
 * @returns null with fewer than 5 placebos
 */
export function calibrate(placebos: readonly PlaceboFigure[]): Calibration | null {
  const count = placebos.length;
  if (count < MIN_PLACEBOS) return null;
  const hasQuantile = count >= MIN_QUANTILE;
  const noise = placebos.map(({ estimate }) => estimate.noise);
  const squares = placebos.map(({ estimate }) => estimate.value ** 2);
  const shares = placebos.map(({ weightSquares }) => 1 + weightSquares);
  // The median keeps the few that were cleared from widening everybody's interval; the quantile answers for them.
  const excess = hasQuantile ? median(squares) / MEDIAN_CHI2 - median(noise) : mean(squares) - mean(noise);
  const untreatedVariance = Math.max(0, excess / mean(shares));
  const studentised = placebos.map(({ estimate, weightSquares }) => {
    return Math.abs(estimate.value) / Math.sqrt(varianceOf(estimate, weightSquares, untreatedVariance));
  });
  const reach = hasQuantile ? ascending(studentised)[Math.ceil(0.95 * (count + 1)) - 1]! : studentT975(count - 1);
  return { placeboCount: count, untreatedVariance, reach, rule: hasQuantile ? 'placebo' : 'student' };
}

/**
 * Standard error of a figure such that 1.96 of them make its 95 % interval. Where the parcel's own control areas differ
 * more among themselves than areas do in general (one of them was cleared, say), their own spread counts.
 */
export function standardError({ estimate, weightSquares }: PlaceboFigure, calibration: Calibration): number {
  const variance = varianceOf(estimate, weightSquares, calibration.untreatedVariance);
  return Math.max(LEAST_SE, (calibration.reach * Math.sqrt(variance)) / Z_LIMIT);
}

function varianceOf({ noise, spread }: Estimate, weightSquares: number, untreatedVariance: number): number {
  return noise + untreatedVariance + weightSquares * Math.max(untreatedVariance, spread ?? 0) + LEAST_SE ** 2;
}

/** An index is stored in steps of 1e-4: no figure is surer than a tenth of that. */
const LEAST_SE = 1e-5;

function ascending(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

function mean(values: readonly number[]): number {
  return ascending(values).reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
