/** Departures of the monitored observations (and some of the history before them) by observation, in order of time. */
export interface Watch {
  readonly timesYr: Float64Array;
  readonly slots: Int32Array;
  readonly departures: Float64Array;
  /** Of `slots` and `departures`. */
  readonly count: number;
  readonly minMagnitude: number;
  readonly minConsecutive: number;
}

const YEAR = 1;
/** A change is made good when the departure is smaller than this share of the least magnitude that counts. */
const BACK_SHARE = 0.5;

/**
 * First observation from `from` on with which `minConsecutive` observations in a row begin that depart by more than
 * the least magnitude to the side of `sign`; `count` where there is none.
 */
export function findRun(watch: Watch, from: number, sign: number): number {
  return runFrom(watch, from, watch.count, { sign, beyond: watch.minMagnitude });
}

/**
 * First observation of the lasting return of a change that began at observation `from`: `minConsecutive` in a row have
 * less than half of the least magnitude left, and no run beyond the magnitude begins within a year of it. A relapse
 * within a year means that it never was made good: a clearing greens with every rainy season. `count` = not made good.
 */
export function findReturn(watch: Watch, from: number, sign: number): number {
  const { timesYr, slots, count, minMagnitude, minConsecutive } = watch;
  let at = from;
  while (at < count) {
    const back = runFrom(watch, at, count, { sign: -sign, beyond: -BACK_SHARE * minMagnitude });
    if (back >= count) return count;
    const relapse = runFrom(watch, back + minConsecutive, count, { sign, beyond: minMagnitude });
    if (relapse >= count || timesYr[slots[relapse]!]! - timesYr[slots[back]!]! > YEAR) return back;
    at = relapse + minConsecutive;
  }
  return count;
}

/** First observation from `from` on with which `minConsecutive` in a row have sign·departure > beyond; `to` = none. */
function runFrom(
  { departures, minConsecutive }: Watch,
  from: number,
  to: number,
  { sign, beyond }: { readonly sign: number; readonly beyond: number },
): number {
  let length = 0;
  for (let i = from; i < to; i++) {
    length = sign * departures[i]! > beyond ? length + 1 : 0;
    if (length === minConsecutive) return i - minConsecutive + 1;
  }
  return to;
}
