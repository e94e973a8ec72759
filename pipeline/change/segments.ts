import { medianOf } from './select.ts';

/** Departures of the monitored observations (and some of the history before them) by observation, in order of time. */
export interface Watch {
  readonly timesYr: Float64Array;
  readonly slots: Int32Array;
  /** The index itself, and its departures from the fitted season. */
  readonly values: Float64Array;
  readonly departures: Float64Array;
  readonly scratch: Float64Array;
  /** Of `slots` and `departures`. */
  readonly count: number;
  readonly minMagnitude: number;
  readonly minConsecutive: number;
  /** The first so many observations are the history. */
  readonly historyCount: number;
}

const YEAR = 1;
/** A change is made good when the departure is smaller than this share of the least magnitude that counts. */
const BACK_SHARE = 0.5;
/** A return must last so long to be told from the rains of one month. */
const BACK_YR = 30 / 365;
/** Rains come up to three weeks early or late: so far around a day of the year the history shows what is usual. */
const USUAL_YR = 20 / 365;
const FEWEST_USUAL = 4;

/**
 * First observation from `from` on with which `minConsecutive` observations in a row begin that depart to the side of
 * `sign` by more than the least magnitude and by more than is usual at that time of the year; `count` = none.
 */
export function findRun(watch: Watch, from: number, sign: number): number {
  const { departures, count, minMagnitude, minConsecutive } = watch;
  let length = 0;
  for (let i = from; i < count; i++) {
    const isBeyond = sign * departures[i]! > minMagnitude && isUnusual(watch, i, sign);
    length = isBeyond ? length + 1 : 0;
    if (length === minConsecutive) return i - minConsecutive + 1;
  }
  return count;
}

/**
 * Whether a value lies beyond the second most extreme one that the history shows within 20 days of its day of the year,
 * to the same side: the rains may come that much earlier or later without anything having happened to the trees. The
 * second most extreme, because the first may be an outlier. True where the history shows fewer than 4.
 */
function isUnusual({ timesYr, slots, values, historyCount }: Watch, i: number, sign: number): boolean {
  const atYr = timesYr[slots[i]!]!;
  const own = sign * values[i]!;
  let seen = 0;
  let asExtreme = 0;
  for (let j = 0; j < historyCount; j++) {
    const away = atYr - timesYr[slots[j]!]!;
    if (Math.abs(away - Math.round(away)) > USUAL_YR) continue;
    seen++;
    if (sign * values[j]! >= own) asExtreme++;
  }
  return seen < FEWEST_USUAL || asExtreme < 2;
}

/**
 * First observation of the lasting return of a change that began at observation `from`; `count` = not made good.
 *
 * At least `minConsecutive` in a row, over at least 30 days, have less than half of the least magnitude left, and so has
 * the median of the year that follows; and no run beyond the magnitude begins within that year. A relapse means that it
 * never was made good: a clearing greens with every rainy season.
 */
export function findReturn(watch: Watch, from: number, sign: number): number {
  const { timesYr, slots, departures, count, minConsecutive } = watch;
  const left = BACK_SHARE * watch.minMagnitude;
  let start = from;
  for (let i = from; i < count; i++) {
    if (!(sign * departures[i]! < left)) {
      start = i + 1;
      continue;
    }
    if (i - start + 1 < minConsecutive || timesYr[slots[i]!]! - timesYr[slots[start]!]! < BACK_YR) continue;
    if (isLasting(watch, start, i + 1, sign)) return start;
    start = i + 1;
  }
  return count;
}

/**
 * Whether the observations `from` … `to` − 1 show the series back in its season: at least `minConsecutive` over at least
 * 30 days whose median departs by less than half of the least magnitude.
 */
export function isSettled(watch: Watch, from: number, to: number): boolean {
  const { timesYr, slots, departures, scratch, minMagnitude, minConsecutive } = watch;
  if (to - from < minConsecutive || timesYr[slots[to - 1]!]! - timesYr[slots[from]!]! < BACK_YR) return false;
  for (let i = from; i < to; i++) scratch[i - from] = departures[i]!;
  return Math.abs(medianOf(scratch, to - from)) < BACK_SHARE * minMagnitude;
}

function isLasting(watch: Watch, start: number, from: number, sign: number): boolean {
  const { timesYr, slots, departures, scratch, count, minMagnitude } = watch;
  const untilYr = timesYr[slots[start]!]! + YEAR;
  const relapse = findRun(watch, from, sign);
  if (relapse < count && timesYr[slots[relapse]!]! <= untilYr) return false;
  let n = 0;
  for (let i = start; i < count && timesYr[slots[i]!]! <= untilYr; i++) scratch[n++] = sign * departures[i]!;
  return medianOf(scratch, n) < BACK_SHARE * minMagnitude;
}
