import { medianOf } from './select.ts';

/** One series of NDVI and of the burn index, in order of time; the first `count` entries of the lists are in use. */
export interface BurnSeries {
  readonly timesYr: Float64Array;
  /** Slots where either is known. */
  readonly slots: Int32Array;
  /** Departures of both from their own season; NaN = missing. A dark scar that the mask took out has NBR alone. */
  readonly ndvi: Float64Array;
  readonly nbr: Float64Array;
  readonly scratch: Float64Array;
  count: number;
}

/** dNBR from which Key and Benson (2006, FIREMON) speak of a burn of low severity. */
const LEAST_FALL = 0.1;
const DAYS = 365;
/** A fire is a fall from one observation to the next; a slow fall is the year drying out. */
const SUDDEN_YR = 25 / DAYS;
/** The level before it: median of up to so many observations within this time. */
const BEFORE_COUNT = 3;
const BEFORE_YR = 60 / DAYS;
/** Made good when so many observations in a row have so much of the fall of NBR back … */
const BACK_COUNT = 2;
const RECOVERED_SHARE = 0.75;
/** … and as many of NDVI stand no further below where it stood … */
const NDVI_TOLERANCE = 0.05;
/** … and its median over the year that follows no further below the season. */
const LASTING_TOLERANCE = 0.03;
const LONGEST_YR = 1;
/** A dark spot of one date is a shadow. */
const LEAST_BURNT = 2;

/**
 * Finds the fires of a series and hands each to `onBurn` as positions in its lists: the last observation before it, the
 * first burnt one, and the first one at which it is made good. In order of time.
 *
 * A fire is a sudden fall of NBR (departure from its season) by at least 0.1 against the median of the observations
 * before it, within 25 days, seen by two observations or more, that is made good within a year: two in a row have half
 * of the fall back, NDVI is back within 0.05 of where it stood, and its median over the year that follows lies within
 * 0.03 of the season, because a clearing greens with the rains too. A fall that is not made good is not a fire but a
 * loss, whatever lit it, and stays in the series for the break monitor; so does one at the end, whose recovery nobody
 * has seen. Without NBR nothing is found. Allocates nothing.
 */
export function findBurns(series: BurnSeries, onBurn: (before: number, from: number, back: number) => void): void {
  const { count, nbr } = series;
  let before = -1;
  for (let i = 0; i < count; i++) {
    if (Number.isNaN(nbr[i]!)) continue;
    // The usual case first: no fall, no fire.
    const back = before >= 0 && nbr[i]! - nbr[before]! <= -LEAST_FALL / 2 ? endOfFire(series, before, i) : -1;
    if (back >= 0) {
      onBurn(before, i, back);
      i = back;
    }
    before = i;
  }
}

/** Position at which the fire that falls between `before` and `from` is made good; −1 where there is none. */
function endOfFire(series: BurnSeries, before: number, from: number): number {
  const { timesYr, slots, ndvi, nbr, count } = series;
  const startYr = timesYr[slots[from]!]!;
  if (startYr - timesYr[slots[before]!]! > SUDDEN_YR) return -1;
  const nbrBefore = levelBefore(series, nbr, from);
  const fall = nbrBefore - nbr[from]!;
  if (fall < LEAST_FALL) return -1;
  const ndviBefore = levelBefore(series, ndvi, from);
  const enough = nbrBefore - (1 - RECOVERED_SHARE) * fall;
  let burnt = 1;
  let run = 0;
  let start = from;
  for (let j = from + 1; j < count; j++) {
    if (timesYr[slots[j]!]! - startYr > LONGEST_YR) return -1;
    if (Number.isNaN(nbr[j]!)) continue;
    if (nbr[j]! < enough) {
      burnt += run + 1;
      run = 0;
      continue;
    }
    if (burnt < LEAST_BURNT) return -1;
    if (run++ === 0) start = j;
    if (run >= BACK_COUNT && isNdviBack(series, start, ndviBefore - NDVI_TOLERANCE)) return start;
  }
  return -1;
}

function levelBefore({ timesYr, slots, scratch }: BurnSeries, of: Float64Array, i: number): number {
  const startYr = timesYr[slots[i]!]!;
  let n = 0;
  for (let j = i - 1; j >= 0 && n < BEFORE_COUNT; j--) {
    if (startYr - timesYr[slots[j]!]! > BEFORE_YR) break;
    if (!Number.isNaN(of[j]!)) scratch[n++] = of[j]!;
  }
  return n === 0 ? Number.NaN : medianOf(scratch, n);
}

/** Whether the first two NDVI from position `start` on reach `least`, and their median over a year the season. */
function isNdviBack({ timesYr, slots, ndvi, scratch, count }: BurnSeries, start: number, least: number): boolean {
  const untilYr = timesYr[slots[start]!]! + LONGEST_YR;
  let n = 0;
  for (let i = start; i < count && timesYr[slots[i]!]! <= untilYr; i++) {
    if (Number.isNaN(ndvi[i]!)) continue;
    if (n < BACK_COUNT && ndvi[i]! < least) return false;
    scratch[n++] = ndvi[i]!;
  }
  return n >= BACK_COUNT && medianOf(scratch, n) >= -LASTING_TOLERANCE;
}
