import { invertSymmetric } from './normal-equations.ts';

/** A figure of a difference series and its variance from the residuals, with their autocorrelation. */
interface FittedFigure {
  readonly value: number;
  readonly variance: number;
}

/** What a difference of two series did from the history to the monitored period. */
export interface DifferenceFit {
  /** Level of the monitored dates minus the level of the history, index units. */
  readonly change: FittedFigure;
  /** Slope a year from the level of the history on; null where the monitored dates end within a year. */
  readonly slope: FittedFigure | null;
}

export interface DifferenceSeries {
  /** Decimal years, ascending. */
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** Index of the first monitored date. */
  readonly split: number;
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
 * Least squares of a difference series, twice. For the change: level before, step, season (order 1, the same before and
 * after) and a slope about the middle of the monitored dates. For the slope: level before, season, and a line that leaves
 * that level at the end of the history (the history is the first time step of the benchmark, which makes the slope of
 * three years surer than one of the monitored dates alone).
 * The season stands for what two areas do not share of it, so that monitored months need not be those of the history.
 * @param originYr end of the history
 * @returns null with too few dates on a side
 */
export function fitDifference(series: DifferenceSeries, originYr: number): DifferenceFit | null {
  const { times, split } = series;
  const count = times.length;
  if (split < MIN_FIT_HISTORY || count - split < MIN_FIT_MONITORED) return null;
  const season = count >= MIN_SEASON_DATES;
  const wanders = times[count - 1]! - times[split]! >= MIN_SLOPE_SPAN_YR;
  const middle = meanOf(times.subarray(split));
  const step = { split, season, value: () => 1, second: wanders ? (t: number) => t - middle : null };
  const change = fitFigure(series, step) ?? fitFigure(series, { ...step, season: false, second: null });
  if (change === null) return null;
  const line = { split, season, value: (t: number) => t - originYr, second: null };
  const slope = times[count - 1]! - originYr >= MIN_SLOPE_SPAN_YR ? fitFigure(series, line) : null;
  return { change, slope };
}

function meanOf(values: Float64Array): number {
  const first = values[0]!;
  return first + values.reduce((sum, value) => sum + (value - first), 0) / values.length;
}

/** Columns of a regression: 1, `value` of the monitored dates (0 before), cosine and sine, `second` of them. */
interface Terms {
  readonly split: number;
  readonly season: boolean;
  readonly value: (t: number) => number;
  readonly second: ((t: number) => number) | null;
}

/** Column of the figure that is asked for. */
const FIGURE = 1;

function fitFigure({ times, values, split }: DifferenceSeries, terms: Terms): FittedFigure | null {
  const size = 2 + (terms.season ? 2 : 0) + (terms.second === null ? 0 : 1);
  if (values.length - size < 2) return null;
  const design = new Float64Array(values.length * size);
  times.forEach((t, i) => {
    const angle = 2 * Math.PI * t;
    design.set(
      [
        1,
        i < split ? 0 : terms.value(t),
        ...(terms.season ? [Math.cos(angle), Math.sin(angle)] : []),
        ...(terms.second === null ? [] : [i < split ? 0 : terms.second(t)]),
      ],
      i * size,
    );
  });
  const inverse = invertGram(design, values.length, size);
  return inverse === null ? null : summariseFit({ times, values, design, inverse, size });
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
}

function summariseFit(fit: Fit): FittedFigure {
  const { values, design, inverse, size } = fit;
  const moments = new Float64Array(size);
  for (let i = 0; i < values.length; i++) {
    for (let a = 0; a < size; a++) moments[a]! += design[i * size + a]! * values[i]!;
  }
  const coefficients = moments.map((_, a) => dot(inverse, a * size, moments, { bAt: 0, size }));
  const residuals = values.map((value, i) => value - dot(design, i * size, coefficients, { bAt: 0, size }));
  return { value: coefficients[FIGURE]!, variance: varianceOfFigure(fit, residuals) };
}

/** Newey and West (1987) with a triangular kernel in time, which irregular dates allow, times n / (n − p). */
function varianceOfFigure({ times, design, inverse, size }: Fit, residuals: Float64Array): number {
  const count = times.length;
  const part = residuals.map((residual, i) => residual * dot(inverse, FIGURE * size, design, { bAt: i * size, size }));
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += part[i]! ** 2;
    for (let j = i + 1; j < count && times[j]! - times[i]! < MEMORY_YR; j++) {
      sum += 2 * (1 - (times[j]! - times[i]!) / MEMORY_YR) * part[i]! * part[j]!;
    }
  }
  return (Math.max(0, sum) * count) / (count - size);
}

function dot(
  a: Float64Array,
  aAt: number,
  b: Float64Array,
  { bAt, size }: { readonly bAt: number; readonly size: number },
): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += a[aAt + i]! * b[bAt + i]!;
  return sum;
}
