import { medianOf } from './select.ts';

/** Observations of one series in order of time; the first `count` entries of the lists are in use. */
export interface Departures {
  readonly timesYr: Float64Array;
  readonly slots: Int32Array;
  /** Value − season of each observation. */
  readonly values: Float64Array;
  readonly scratch: Float64Array;
  count: number;
}

const DAYS = 365;
/** Neighbours in time further away than this say nothing about an observation. */
const FARTHEST_YR = 120 / DAYS;
/** Up to here a neighbour counts in full; beyond, the limit grows, because the ground may have changed in between. */
const NEAR_YR = 20 / DAYS;
const GROWTH_YR = 60 / DAYS;
/** Two bad observations in a row are dropped together only inside so short a span. */
const PAIR_YR = 30 / DAYS;
/** Smaller departures are never called outliers, in index units. */
const LEAST_DEPARTURE = 0.05;
const SIGMAS = 3;
/** Standard deviation of white noise over the median of |middle − mean of its neighbours|. */
const SIGMA_OF_MEDIAN = 1.4826 / Math.sqrt(1.5);
const PASSES = 2;

/**
 * The temporal outlier rule, for residual cloud, haze, Harmattan dust and shadow edges that the mask missed.
 *
 * An observation is dropped when its departure from the season lies beyond those of both neighbours in time, on the
 * same side, by more than 0.05 index units and by more than 3 times the noise of the series: the median of
 * |middle − mean of its neighbours|, made a standard deviation. A neighbour more than 20 days away raises the limit
 * (twice at 80 days); beyond 120 days there is no verdict. Two in a row are dropped together when the good ones round
 * them lie within 30 days. Two passes, because one bad observation can hide another.
 *
 * A step that lasts is not touched: behind it a neighbour stands where the observation stands. The first and the last
 * observation have one neighbour only and stay, so that a fall on the last day of a series is judged, not dropped.
 * Dropped ones get `mark` in `states` and leave the lists; allocates nothing.
 */
export function dropOutliers(series: Departures, states: Uint8Array, mark: number): void {
  const limit = Math.max(LEAST_DEPARTURE, SIGMAS * findNoise(series));
  for (let pass = 0; pass < PASSES; pass++) {
    const before = series.count;
    sweep(series, states, { mark, limit });
    if (series.count === before) return;
  }
}

function sweep(series: Departures, states: Uint8Array, by: { readonly mark: number; readonly limit: number }): void {
  const { slots, values, count } = series;
  const { mark, limit } = by;
  let kept = Math.min(1, count);
  let i = 1;
  while (i < count) {
    // The usual case first: what is no outlier against the one before is none.
    const isApart = Math.abs(values[i]! - values[kept - 1]!) > limit && i + 1 < count;
    const run = isApart ? countOutliers(series, kept - 1, i, limit) : 0;
    for (let k = 0; k < run; k++) states[slots[i + k]!] = mark;
    i += run;
    // What follows a dropped run is one of its good neighbours.
    slots[kept] = slots[i]!;
    values[kept++] = values[i++]!;
  }
  series.count = kept;
}

/** How many observations from `i` on are outliers against the one kept before and the one behind: 0, 1 or 2. */
function countOutliers(
  { timesYr, slots, values, count }: Departures,
  before: number,
  i: number,
  limit: number,
): number {
  const left = values[before]!;
  const own = values[i]!;
  const right = values[i + 1]!;
  const leftYr = timesYr[slots[before]!]!;
  const ownYr = timesYr[slots[i]!]!;
  const longest = Math.max(ownYr - leftYr, timesYr[slots[i + 1]!]! - ownYr);
  if (longest <= FARTHEST_YR && isBeyond(own, left, right, widen(limit, longest))) return 1;
  if (i + 2 >= count || timesYr[slots[i + 2]!]! - leftYr > PAIR_YR) return 0;
  const behind = values[i + 2]!;
  const isSameSide = own > left === right > left;
  return isSameSide && isBeyond(own, left, behind, limit) && isBeyond(right, left, behind, limit) ? 2 : 0;
}

/** Below both by more than the limit, or above both. */
function isBeyond(own: number, left: number, right: number, limit: number): boolean {
  return own < Math.min(left, right) - limit || own > Math.max(left, right) + limit;
}

function widen(limit: number, awayYr: number): number {
  return awayYr <= NEAR_YR ? limit : limit * (1 + (awayYr - NEAR_YR) / GROWTH_YR);
}

/** Standard deviation of the noise from one observation to the next; 0 for fewer than 3. */
function findNoise({ timesYr, slots, values, scratch, count }: Departures): number {
  let n = 0;
  for (let i = 1; i + 1 < count; i++) {
    if (timesYr[slots[i + 1]!]! - timesYr[slots[i - 1]!]! > 2 * FARTHEST_YR) continue;
    scratch[n++] = Math.abs(values[i]! - (values[i - 1]! + values[i + 1]!) / 2);
  }
  return n === 0 ? 0 : SIGMA_OF_MEDIAN * medianOf(scratch, n);
}
