import { type DifferenceSeries, fitDifference } from './difference-fit.ts';
import type { Match } from './match.ts';
import { rowOf, type SeriesTable } from './series-table.ts';

/** One figure of an area against its control areas. */
export interface Estimate {
  readonly value: number;
  /** Variance from the noise of the difference series, autocorrelation respected. */
  readonly noise: number;
  /** Variance of the same figure among the control areas; null where fewer than 3 have it. */
  readonly spread: number | null;
}

/** What an area did against its control areas from the history to the monitored period. */
export interface Effect {
  /** Difference in differences, index units. */
  readonly change: Estimate;
  /** Slope of the difference from the level of the history on, index units a year. */
  readonly slope: Estimate | null;
  /** Σ w², the share of an area's own variance that the mean of its control areas has. */
  readonly weightSquares: number;
}

export interface Comparison {
  readonly effect: Effect | null;
  /** Dates that the area shares with its control areas, before and after the split. */
  readonly historyCount: number;
  readonly monitoredCount: number;
}

/** The control areas of one parcel on each acquisition on which enough of them were seen; arrays of one length. */
export interface ControlDates {
  readonly keys: Int32Array;
  /** Weighted mean, least and greatest. */
  readonly means: Float64Array;
  readonly lows: Float64Array;
  readonly highs: Float64Array;
  /** Control areas seen on the day. */
  readonly counts: Uint8Array;
}

/** A date counts when at least half of the control areas were seen on it. */
function fewestPresent(controls: number): number {
  return Math.ceil(controls / 2);
}

/**
 * Compares a row of the table with its control rows date by date, so that season, rain and haze of a date cancel. Each
 * control's difference is taken from its own level in the history, so that one that is hidden on a date shifts nothing.
 */
export function compareDates(table: SeriesTable, row: number, controls: readonly number[], match: Match): Comparison {
  const lifted = controls.map((control) => differenceSeries(table, row, control));
  const { timesYr, historyCount } = table;
  const mean = new Float64Array(timesYr.length).fill(Number.NaN);
  for (let slot = 0; slot < timesYr.length; slot++) {
    let sum = 0;
    let weight = 0;
    let present = 0;
    for (let c = 0; c < lifted.length; c++) {
      const value = lifted[c]![slot]!;
      if (Number.isNaN(value)) continue;
      sum += match.weights[c]! * value;
      weight += match.weights[c]!;
      present += 1;
    }
    if (present >= fewestPresent(controls.length)) mean[slot] = sum / weight;
  }
  const dates = packDates(table, mean);
  const counts = { historyCount: dates.split, monitoredCount: dates.values.length - dates.split };
  const originYr = timesYr[historyCount - 1]!;
  const fit = fitDifference(dates, originYr);
  if (fit === null) return { effect: null, ...counts };
  const own = lifted.map((series) => fitDifference(packDates(table, series), originYr));
  const estimate = (figure: 'change' | 'slope'): Estimate | null => {
    const fitted = fit[figure];
    if (fitted === null) return null;
    const among = own.map((one) => one?.[figure]?.value ?? null);
    return { value: fitted.value, noise: fitted.variance, spread: spreadOf(among, match.weights) };
  };
  const weightSquares = match.weights.reduce((sum, weight) => sum + weight * weight, 0);
  return { effect: { change: estimate('change')!, slope: estimate('slope'), weightSquares }, ...counts };
}

/** Row minus control on common dates, less its mean over the history; NaN elsewhere. */
function differenceSeries(table: SeriesTable, row: number, control: number): Float64Array {
  const a = rowOf(table, row);
  const b = rowOf(table, control);
  const difference = a.map((value, slot) => value - b[slot]!);
  let sum = 0;
  let count = 0;
  for (let slot = 0; slot < table.historyCount; slot++) {
    if (Number.isNaN(difference[slot]!)) continue;
    sum += difference[slot]!;
    count += 1;
  }
  return difference.map((value) => value - sum / count);
}

/** The dates that have a value. */
function packDates({ timesYr, historyCount }: SeriesTable, series: Float64Array): DifferenceSeries {
  const slots = [...series.keys()].filter((slot) => !Number.isNaN(series[slot]!));
  return {
    times: Float64Array.from(slots, (slot) => timesYr[slot]!),
    values: Float64Array.from(slots, (slot) => series[slot]!),
    split: slots.filter((slot) => slot < historyCount).length,
  };
}

const FEWEST_SPREAD = 3;

/** Unbiased weighted variance, Σ w (x − x̄)² / (1 − Σ w²) with Σ w = 1; the compared row itself cancels in it. */
function spreadOf(values: readonly (number | null)[], weights: readonly number[]): number | null {
  const known = values.flatMap((value, i) => (value === null ? [] : [{ value, weight: weights[i]! }]));
  if (known.length < FEWEST_SPREAD) return null;
  const total = known.reduce((sum, { weight }) => sum + weight, 0);
  const mean = known.reduce((sum, { value, weight }) => sum + (weight / total) * value, 0);
  const squares = known.reduce((sum, { value, weight }) => sum + (weight / total) * (value - mean) ** 2, 0);
  return squares / (1 - known.reduce((sum, { weight }) => sum + (weight / total) ** 2, 0));
}

/** What a chart draws of the control areas: the very dates that may enter the figures. */
export function describeDates(table: SeriesTable, controls: readonly number[], { weights }: Match): ControlDates {
  const slots: number[] = [];
  const figures: { mean: number; low: number; high: number; count: number }[] = [];
  for (let slot = 0; slot < table.timesYr.length; slot++) {
    let sum = 0;
    let weight = 0;
    let count = 0;
    let low = Infinity;
    let high = -Infinity;
    controls.forEach((control, c) => {
      const value = rowOf(table, control)[slot]!;
      if (Number.isNaN(value)) return;
      sum += weights[c]! * value;
      weight += weights[c]!;
      count += 1;
      low = Math.min(low, value);
      high = Math.max(high, value);
    });
    if (count === 0 || count < fewestPresent(controls.length)) continue;
    slots.push(slot);
    figures.push({ mean: sum / weight, low, high, count });
  }
  return {
    keys: Int32Array.from(slots, (slot) => table.keys[slot]!),
    means: Float64Array.from(figures, ({ mean }) => mean),
    lows: Float64Array.from(figures, ({ low }) => low),
    highs: Float64Array.from(figures, ({ high }) => high),
    counts: Uint8Array.from(figures, ({ count }) => count),
  };
}
