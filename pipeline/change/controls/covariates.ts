import { invertSymmetric } from './normal-equations.ts';
import { rowOf, type SeriesTable } from './series-table.ts';

/** What parcels and control areas are matched on, all of the history (methods 5.3: the stocking index before the start). */
export const COVARIATES = ['past_ndvi', 'recent_ndvi', 'past_slope'] as const;

/** Fewest dates that two areas must share: in each half of the history, in all of it, and monitored. */
const MIN_HALF = 3;
const MIN_HISTORY = 8;
export const MIN_MONITORED = 3;
/** A season cannot be told from a trend on less; a tenth is left for clouds at the ends. */
export const MIN_SPAN_YR = 0.9;

/** Columns of the regression: constant, trend, cosine, sine. */
const SIZE = 4;

export interface PairMeasure {
  /**
   * Compares two rows on their common dates only, so that season and rain of the dates cancel. `out`[0..2]: mean of row
   * `a` minus mean of row `b` in the earlier and the later half of the history, and the same of their slopes a year.
   * @returns false where they share too few dates
   */
  compare(a: number, b: number, out: Float64Array): boolean;
  /** The three covariates of row `a` itself on the dates it shares with row `b`. */
  describe(a: number, b: number, out: Float64Array): boolean;
}

/**
 * Covariates of the history: means of its two halves, and the slope of harmonic order 1 + trend by least squares. All
 * three are linear in the values, so those of a difference of two series are the differences of theirs.
 */
export function createPairMeasure(table: SeriesTable): PairMeasure {
  const { timesYr, historyCount } = table;
  const basis = seasonBasis(timesYr);
  const middleYr = historyCount > 0 ? (timesYr[0]! + timesYr[historyCount - 1]!) / 2 : 0;
  let half = 0;
  while (half < historyCount && timesYr[half]! < middleYr) half++;
  const gram = new Float64Array(SIZE * SIZE);
  const moments = new Float64Array(SIZE);
  const zeros = new Float64Array(timesYr.length);
  const measure = (y: Float64Array, other: Float64Array, take: Float64Array, out: Float64Array): boolean => {
    gram.fill(0);
    moments.fill(0);
    const early = addDates({ y, other, take, basis, gram, moments }, 0, half);
    const late = addDates({ y, other, take, basis, gram, moments }, half, historyCount);
    if (early.count < MIN_HALF || late.count < MIN_HALF || early.count + late.count < MIN_HISTORY) return false;
    if (timesYr[late.last]! - timesYr[early.first]! < MIN_SPAN_YR) return false;
    if (countCommon(y, other, historyCount) < MIN_MONITORED) return false;
    for (let i = 0; i < SIZE; i++) for (let j = 0; j < i; j++) gram[i * SIZE + j] = gram[j * SIZE + i]!;
    if (!invertSymmetric(gram, SIZE)) return false;
    out[0] = early.sum / early.count;
    out[1] = late.sum / late.count;
    let slope = 0;
    for (let j = 0; j < SIZE; j++) slope += gram[SIZE + j]! * moments[j]!;
    out[2] = slope;
    return true;
  };
  return {
    compare: (a, b, out) => measure(rowOf(table, a), rowOf(table, b), rowOf(table, b), out),
    describe: (a, b, out) => measure(rowOf(table, a), rowOf(table, b), zeros, out),
  };
}

/** [1, t − t₀, cos 2πt, sin 2πt] for each slot, t in years from the middle slot. */
export function seasonBasis(timesYr: Float64Array): Float64Array {
  const originYr = timesYr[timesYr.length >> 1] ?? 0;
  const basis = new Float64Array(SIZE * timesYr.length);
  for (let slot = 0; slot < timesYr.length; slot++) {
    const angle = 2 * Math.PI * timesYr[slot]!;
    basis.set([1, timesYr[slot]! - originYr, Math.cos(angle), Math.sin(angle)], SIZE * slot);
  }
  return basis;
}

interface Sums {
  readonly y: Float64Array;
  /** Decides with `y` which dates are common. */
  readonly other: Float64Array;
  /** Is subtracted from `y`. */
  readonly take: Float64Array;
  readonly basis: Float64Array;
  readonly gram: Float64Array;
  readonly moments: Float64Array;
}

function addDates({ y, other, take, basis, gram, moments }: Sums, from: number, to: number) {
  let count = 0;
  let sum = 0;
  let first = -1;
  let last = -1;
  for (let slot = from; slot < to; slot++) {
    const value = y[slot]! - take[slot]!;
    if (Number.isNaN(value) || Number.isNaN(other[slot]!)) continue;
    if (first < 0) first = slot;
    last = slot;
    count += 1;
    sum += value;
    const at = SIZE * slot;
    for (let i = 0; i < SIZE; i++) {
      const x = basis[at + i]!;
      moments[i]! += x * value;
      for (let j = i; j < SIZE; j++) gram[i * SIZE + j]! += x * basis[at + j]!;
    }
  }
  return { count, sum, first, last };
}

function countCommon(a: Float64Array, b: Float64Array, from: number): number {
  let count = 0;
  for (let slot = from; slot < a.length; slot++) {
    if (!Number.isNaN(a[slot]!) && !Number.isNaN(b[slot]!)) count += 1;
  }
  return count;
}
