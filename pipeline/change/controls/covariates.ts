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
   * `a` minus mean of row `b` in the earlier and the later half of the dates of the history (the halves are those of the
   * whole run), and the same of their slopes a year.
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
  const terms = tabulateTerms(timesYr.subarray(0, historyCount));
  const sums = createSums();
  const zeros = new Float64Array(timesYr.length);
  const measure = (y: Float64Array, other: Float64Array, take: Float64Array, out: Float64Array): boolean => {
    if (countCommon(y, other, historyCount) < MIN_MONITORED) return false;
    addDates({ y, other, take, terms, historyCount }, sums);
    const { early, late, gram, moments } = sums;
    if (early.count < MIN_HALF || late.count < MIN_HALF || early.count + late.count < MIN_HISTORY) return false;
    if (timesYr[sums.last]! - timesYr[sums.first]! < MIN_SPAN_YR) return false;
    if (!invertSymmetric(gram, SIZE)) return false;
    out[0] = early.sum / early.count;
    out[1] = late.sum / late.count;
    // Row 1 of the inverse times the moments: the trend.
    out[2] = gram[4]! * moments[0]! + gram[5]! * moments[1]! + gram[6]! * moments[2]! + gram[7]! * moments[3]!;
    return true;
  };
  return {
    compare: (a, b, out) => measure(rowOf(table, a), rowOf(table, b), rowOf(table, b), out),
    describe: (a, b, out) => measure(rowOf(table, a), rowOf(table, b), zeros, out),
  };
}

/** Columns of a row of terms: t in years from the middle slot, cos 2πt, sin 2πt, and their six products. */
const TERMS = 9;

function tabulateTerms(timesYr: Float64Array): Float64Array {
  const originYr = timesYr[timesYr.length >> 1] ?? 0;
  const terms = new Float64Array(TERMS * timesYr.length);
  timesYr.forEach((time, slot) => {
    const t = time - originYr;
    const cos = Math.cos(2 * Math.PI * time);
    const sin = Math.sin(2 * Math.PI * time);
    terms.set([t, cos, sin, t * t, t * cos, t * sin, cos * cos, cos * sin, sin * sin], TERMS * slot);
  });
  return terms;
}

interface Sums {
  /** Common dates of each half of the history. */
  readonly early: { count: number; sum: number };
  readonly late: { count: number; sum: number };
  /** Slots of the first and the last common date. */
  first: number;
  last: number;
  /** X'X (lower triangle) and X'y of the regression. */
  readonly gram: Float64Array;
  readonly moments: Float64Array;
}

function createSums(): Sums {
  return {
    early: { count: 0, sum: 0 },
    late: { count: 0, sum: 0 },
    first: 0,
    last: 0,
    gram: new Float64Array(SIZE * SIZE),
    moments: new Float64Array(SIZE),
  };
}

interface Dates {
  readonly y: Float64Array;
  /** Decides with `y` which dates are common. */
  readonly other: Float64Array;
  /** Is subtracted from `y`. */
  readonly take: Float64Array;
  readonly terms: Float64Array;
  readonly historyCount: number;
}

/** Written out term by term: it is asked of every pair of a parcel and a donor. */
function addDates({ y, other, take, terms, historyCount }: Dates, out: Sums): void {
  const half = historyCount >> 1;
  let [count, first, last] = [0, -1, 0];
  let [t, c, s, tt, tc, ts, cc, cs, ss] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  let [sum, sumT, sumC, sumS] = [0, 0, 0, 0];
  for (let slot = 0; slot < historyCount; slot++) {
    if (slot === half) {
      out.early.count = count;
      out.early.sum = sum;
    }
    const value = y[slot]! - take[slot]!;
    if (Number.isNaN(value) || Number.isNaN(other[slot]!)) continue;
    if (first < 0) first = slot;
    last = slot;
    const at = TERMS * slot;
    count += 1;
    t += terms[at]!;
    c += terms[at + 1]!;
    s += terms[at + 2]!;
    tt += terms[at + 3]!;
    tc += terms[at + 4]!;
    ts += terms[at + 5]!;
    cc += terms[at + 6]!;
    cs += terms[at + 7]!;
    ss += terms[at + 8]!;
    sum += value;
    sumT += terms[at]! * value;
    sumC += terms[at + 1]! * value;
    sumS += terms[at + 2]! * value;
  }
  out.late.count = count - out.early.count;
  out.late.sum = sum - out.early.sum;
  out.first = Math.max(0, first);
  out.last = last;
  out.gram.set([count, 0, 0, 0, t, tt, 0, 0, c, tc, cc, 0, s, ts, cs, ss]);
  out.moments.set([sum, sumT, sumC, sumS]);
}

function countCommon(a: Float64Array, b: Float64Array, from: number): number {
  let count = 0;
  for (let slot = from; slot < a.length; slot++) {
    if (!Number.isNaN(a[slot]!) && !Number.isNaN(b[slot]!)) count += 1;
  }
  return count;
}
