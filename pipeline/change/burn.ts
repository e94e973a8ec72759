import { medianOf } from './select.ts';

/** A step from one date to the next: its size, its variance in units of that of one date, and the dates on both sides. */
export interface Step {
  size: number;
  variance: number;
  countBefore: number;
  countAfter: number;
}

/** One series of NDVI and of the burn index, in order of time; the first `count` entries of the lists are in use. */
export interface BurnSeries {
  readonly timesYr: Float64Array;
  /** Slots where either is known. */
  readonly slots: Int32Array;
  /** Departures of both from their own season; NaN = missing. A dark scar that the mask took out has NBR alone. */
  readonly ndvi: Float64Array;
  readonly nbr: Float64Array;
  readonly scratch: Float64Array;
  /** NBR itself by slot, and the same without the fires found so far; NaN = missing. */
  raw: Float64Array;
  readonly unburnt: Float64Array;
  /** Of the position that was measured last. */
  readonly step: Step;
  count: number;
}

/** dNBR from which Key and Benson (2006, FIREMON) speak of a burn of low severity. */
const LEAST_FALL = 0.1;
/** Of it so much beside the slope of the dates round it … */
const LEAST_STEP = 0.05;
/** … which must be so many times its own standard error: some hundred dates are looked at, and none may fall by chance. */
const SURE_FALL = 4;
const DAYS = 365;
/** A fire is a fall from one observation to the next; a slow fall is the year drying out. */
const SUDDEN_YR = 25 / DAYS;
/** The fall is measured on up to so many dates within so long before it and behind it. */
const BEFORE_COUNT = 5;
const BEFORE_YR = 60 / DAYS;
const AFTER_COUNT = 4;
const AFTER_YR = 40 / DAYS;
/** A dark spot of one date is a shadow. */
const LEAST_BURNT = 2;
/** From so many dates before it on, the year that dries out is told from the fall by a slope. */
const SLOPE_COUNT = 3;
/** The same time of another year, the fewest years that say what is usual then, and so far below it lies a scar. */
const SAME_TIME_YR = 20 / DAYS;
const FEWEST_YEARS = 2;
const BELOW_USUAL = 0.06;
/** Made good when so many observations in a row have so much of the fall of NBR back … */
const BACK_COUNT = 2;
const RECOVERED_SHARE = 0.75;
/** … and as many of NDVI stand no further below where it stood (median of up to so many) … */
const NDVI_TOLERANCE = 0.1;
const NDVI_COUNT = 3;
/** … and the medians of both over the year that follows no further below the season … */
const LASTING_TOLERANCE = 0.03;
const LASTING_NBR_TOLERANCE = 0.06;
/** … of which so much was seen, on so many dates. */
const SEEN_YR = 90 / DAYS;
const SEEN_COUNT = 4;
const LONGEST_YR = 1;
/** Neighbours in time further apart say nothing about noise. */
const NOISE_YR = 60 / DAYS;
/** Standard deviation of white noise over the median of |middle − mean of its neighbours|. */
const SIGMA_OF_MEDIAN = 1.4826 / Math.sqrt(1.5);

/**
 * Finds the fires of a series and hands each to `onBurn` as positions in its lists: the last observation before it, the
 * first burnt one, and the first one at which it is made good. In order of time.
 *
 * A fire is a sudden fall of NBR (departure from its season) by at least 0.1 against the median of the observations
 * before it, within 25 days, seen by two observations or more. It is told from noise and from grass that dries out by
 * two further conditions: beside the slope that the dates before and behind it share, NBR steps down by at least 0.05
 * and 4 of the step's standard errors from the series' own noise; and the first two burnt values lie 0.06 below the
 * lowest that the other years show within 20 days of that time.
 *
 * It must be made good within a year: two in a row have three quarters of the fall back, the first two of NDVI are back
 * within 0.1 of where it stood, and the medians of NDVI and NBR over the year that follows lie within 0.03 and 0.06 of
 * their seasons, of which at least 90 days and 4 dates were seen, because a clearing greens with the rains too. A fall
 * that is not made good is not a fire but a loss, whatever lit it, and stays in the series for the break monitor; so
 * does one near the end, whose recovery nobody has seen. Without NBR nothing is found. Allocates nothing.
 */
export function findBurns(series: BurnSeries, onBurn: (before: number, from: number, back: number) => void): void {
  const { count, nbr } = series;
  const noise = findNoise(series);
  let before = -1;
  for (let i = 0; i < count; i++) {
    if (Number.isNaN(nbr[i]!)) continue;
    // The usual case first: no fall, no fire.
    const back = before >= 0 && nbr[i]! - nbr[before]! <= -LEAST_FALL / 2 ? endOfFire(series, before, i, noise) : -1;
    if (back >= 0) {
      onBurn(before, i, back);
      i = back;
    }
    before = i;
  }
}

/** Position at which the fire that falls between `before` and `from` is made good; −1 where there is none. */
function endOfFire(series: BurnSeries, before: number, from: number, noise: number): number {
  const { timesYr, slots, ndvi, nbr, count } = series;
  const startYr = timesYr[slots[from]!]!;
  if (startYr - timesYr[slots[before]!]! > SUDDEN_YR || !isSureFall(series, from, noise)) return -1;
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
    if (run >= BACK_COUNT && isBack(series, start, ndviBefore - NDVI_TOLERANCE)) return start;
  }
  return -1;
}

/** Whether NBR steps down at position `from` by at least 0.05 and 4 standard errors, to below what is usual then. */
function isSureFall(series: BurnSeries, from: number, noise: number): boolean {
  measureStep(series, from);
  const { size, variance, countAfter } = series.step;
  if (countAfter < LEAST_BURNT || size > -Math.max(LEAST_STEP, SURE_FALL * noise * Math.sqrt(variance))) return false;
  return isBelowUsual(series, from);
}

/**
 * Whether the first two burnt values lie below the lowest within 20 days of the same time of the other years (the median
 * of these) by at least 0.06: grass that dries out early only comes to where it always comes to. True where fewer than two
 * years show it.
 */
function isBelowUsual(series: BurnSeries, from: number): boolean {
  const { timesYr, slots, scratch, raw, count } = series;
  const atYr = timesYr[slots[from]!]!;
  const firstYr = timesYr[slots[0]!]!;
  const lastYr = timesYr[slots[count - 1]!]!;
  let n = 0;
  for (let yr = atYr - Math.floor(atYr - firstYr); yr <= lastYr; yr++) {
    const lowest = Math.abs(yr - atYr) < 0.5 ? Number.NaN : lowestNear(series, yr);
    if (!Number.isNaN(lowest)) scratch[n++] = lowest;
  }
  if (n < FEWEST_YEARS) return true;
  const least = medianOf(scratch, n) - BELOW_USUAL;
  let sum = 0;
  let seen = 0;
  for (let i = from; i < count && seen < LEAST_BURNT; i++) {
    const value = raw[slots[i]!]!;
    if (Number.isNaN(series.nbr[i]!)) continue;
    sum += value;
    seen++;
  }
  return sum / seen <= least;
}

/** Lowest NBR without fires within 20 days of a time; NaN where there is none. */
function lowestNear({ timesYr, slots, unburnt, count }: BurnSeries, yr: number): number {
  let lowest = Number.NaN;
  for (let i = 0; i < count; i++) {
    const value = unburnt[slots[i]!]!;
    if (Math.abs(timesYr[slots[i]!]! - yr) <= SAME_TIME_YR && !(value >= lowest) && !Number.isNaN(value))
      lowest = value;
  }
  return lowest;
}

/**
 * The step s of NBR at position `from` and its variance in units of that of one date, by least squares of
 * y = a + b·t + s·[t ≥ t_from] over the dates round it, with b left out where too few lie before it.
 */
function measureStep(series: BurnSeries, from: number): void {
  const { timesYr, slots, nbr, count, step } = series;
  const atYr = timesYr[slots[from]!]!;
  let [n1, t1, y1, n2, t2, y2, tt, ty] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let i = from - 1; i >= 0 && n1 < BEFORE_COUNT; i--) {
    const t = timesYr[slots[i]!]! - atYr;
    if (t < -BEFORE_YR) break;
    const y = nbr[i]!;
    if (Number.isNaN(y)) continue;
    n1++;
    t1 += t;
    y1 += y;
    tt += t * t;
    ty += t * y;
  }
  for (let i = from; i < count && n2 < AFTER_COUNT; i++) {
    const t = timesYr[slots[i]!]! - atYr;
    if (t > AFTER_YR) break;
    const y = nbr[i]!;
    if (Number.isNaN(y)) continue;
    n2++;
    t2 += t;
    y2 += y;
    tt += t * t;
    ty += t * y;
  }
  step.countBefore = n1;
  step.countAfter = n2;
  step.size = y2 / n2 - y1 / n1;
  step.variance = 1 / n1 + 1 / n2;
  const within = tt - (t1 * t1) / n1 - (t2 * t2) / n2;
  if (n1 < SLOPE_COUNT || !(within > 0)) return;
  const apart = t2 / n2 - t1 / n1;
  step.size -= (apart * (ty - (t1 * y1) / n1 - (t2 * y2) / n2)) / within;
  step.variance += (apart * apart) / within;
}

/** Standard deviation of the noise of NBR from one observation to the next; 0 for fewer than 3. */
function findNoise({ timesYr, slots, nbr, scratch, count }: BurnSeries): number {
  let n = 0;
  let left = -1;
  let middle = -1;
  for (let right = 0; right < count; right++) {
    if (Number.isNaN(nbr[right]!)) continue;
    if (left >= 0 && timesYr[slots[right]!]! - timesYr[slots[left]!]! <= NOISE_YR)
      scratch[n++] = Math.abs(nbr[middle]! - (nbr[left]! + nbr[right]!) / 2);
    left = middle;
    middle = right;
  }
  return n === 0 ? 0 : SIGMA_OF_MEDIAN * medianOf(scratch, n);
}

function levelBefore({ timesYr, slots, scratch }: BurnSeries, of: Float64Array, i: number): number {
  const startYr = timesYr[slots[i]!]!;
  let n = 0;
  for (let j = i - 1; j >= 0 && n < NDVI_COUNT; j--) {
    if (startYr - timesYr[slots[j]!]! > BEFORE_YR) break;
    if (!Number.isNaN(of[j]!)) scratch[n++] = of[j]!;
  }
  return n === 0 ? Number.NaN : medianOf(scratch, n);
}

/**
 * Whether the first two NDVI from position `start` on reach `least`, and the medians of NDVI and NBR over the year that
 * follows their seasons, on dates enough to say so.
 */
function isBack(series: BurnSeries, start: number, least: number): boolean {
  const { ndvi, count } = series;
  let n = 0;
  for (let i = start; i < count && n < BACK_COUNT; i++) {
    if (Number.isNaN(ndvi[i]!)) continue;
    if (ndvi[i]! < least) return false;
    n++;
  }
  return (
    isSeasonBack(series, ndvi, start, LASTING_TOLERANCE) &&
    isSeasonBack(series, series.nbr, start, LASTING_NBR_TOLERANCE)
  );
}

function isSeasonBack(
  { timesYr, slots, scratch, count }: BurnSeries,
  of: Float64Array,
  start: number,
  tolerance: number,
): boolean {
  const startYr = timesYr[slots[start]!]!;
  let n = 0;
  let lastYr = startYr;
  for (let i = start; i < count; i++) {
    const atYr = timesYr[slots[i]!]!;
    if (atYr - startYr > LONGEST_YR) break;
    if (Number.isNaN(of[i]!)) continue;
    scratch[n++] = of[i]!;
    lastYr = atYr;
  }
  return n >= SEEN_COUNT && lastYr - startYr >= SEEN_YR && medianOf(scratch, n) >= -tolerance;
}
