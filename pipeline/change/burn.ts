import type { Departures } from './clean-series.ts';
import { medianOf } from './select.ts';

/** A fire seen in the burn index; slots. */
export interface Burn {
  /** Last observation before it, first burnt one, and the first one at which it is made good. */
  beforeSlot: number;
  fromSlot: number;
  backSlot: number;
  /** Median fall of NDVI's departure from its season while it was burnt, index units. */
  magnitude: number;
}

/** dNBR from which Key and Benson (2006, FIREMON) speak of a burn of low severity. */
const LEAST_FALL = 0.1;
const DAYS = 365;
/** A fire is a fall from one observation to the next; a slow fall is the year drying out. */
const SUDDEN_YR = 25 / DAYS;
/** The level before it: median of up to so many observations within this time. */
const BEFORE_COUNT = 3;
const BEFORE_YR = 60 / DAYS;
/** Made good when two observations in a row have so much of the fall of NBR back … */
const RECOVERED_SHARE = 0.5;
/** … and NDVI stands no further below where it stood. */
const NDVI_TOLERANCE = 0.05;
const LONGEST_YR = 1;

/**
 * Finds the fires of a series and hands each to `onBurn`, in order of time.
 *
 * A fire is a sudden fall of NBR (departure from its season) by at least 0.1 against the median of the observations
 * before it, within 25 days, that is made good within a year: two observations in a row have half of the fall back,
 * and NDVI is back within 0.05 of where it stood. A fall that is not made good is not a fire but a loss, whatever lit
 * it, and stays in the series for the break monitor to judge; so does one at the end, whose recovery nobody has seen.
 * Without NBR nothing is found. Allocates nothing.
 * @param nbr departure of NBR from its season by observation, NaN = missing.
 * @returns how many observations are burnt; `isBurnt` is 1 at these.
 */
export function findBurns(
  series: Departures,
  nbr: Float64Array,
  isBurnt: Uint8Array,
  onBurn: (before: number, from: number, back: number) => void,
): number {
  const { count } = series;
  let burnt = 0;
  isBurnt.fill(0, 0, count);
  let i = 1;
  while (i + 2 < count) {
    const back = endOfFire(series, nbr, i);
    if (back < 0) {
      i++;
      continue;
    }
    onBurn(i - 1, i, back);
    isBurnt.fill(1, i, back);
    burnt += back - i;
    i = back;
  }
  return burnt;
}

/** Index of the observation at which the fire that falls at observation `i` is made good; −1 where there is none. */
function endOfFire(series: Departures, nbr: Float64Array, i: number): number {
  const { timesYr, slots, values, count } = series;
  const startYr = timesYr[slots[i]!]!;
  // The usual case first: no fall, no fire. NaN fails both comparisons.
  if (!(nbr[i]! - nbr[i - 1]! <= -LEAST_FALL / 2) || startYr - timesYr[slots[i - 1]!]! > SUDDEN_YR) return -1;
  const nbrBefore = levelBefore(series, nbr, i);
  const fall = nbrBefore - nbr[i]!;
  if (!(fall >= LEAST_FALL)) return -1;
  const ndviBefore = levelBefore(series, values, i);
  const nbrBack = nbrBefore - (1 - RECOVERED_SHARE) * fall;
  const ndviBack = ndviBefore - NDVI_TOLERANCE;
  for (let j = i + 1; j + 1 < count; j++) {
    if (timesYr[slots[j]!]! - startYr > LONGEST_YR) return -1;
    const isBack = nbr[j]! >= nbrBack && nbr[j + 1]! >= nbrBack && values[j]! >= ndviBack && values[j + 1]! >= ndviBack;
    if (isBack) return j;
  }
  return -1;
}

function levelBefore({ timesYr, slots, scratch }: Departures, of: Float64Array, i: number): number {
  const startYr = timesYr[slots[i]!]!;
  let n = 0;
  for (let j = i - 1; j >= 0 && n < BEFORE_COUNT; j--) {
    if (startYr - timesYr[slots[j]!]! > BEFORE_YR) break;
    if (!Number.isNaN(of[j]!)) scratch[n++] = of[j]!;
  }
  return n === 0 ? Number.NaN : medianOf(scratch, n);
}
