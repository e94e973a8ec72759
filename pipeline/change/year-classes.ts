import { YEAR_CLASS } from '../../shared/change.ts';
import type { TimeAxis } from './break-monitor.ts';
import { type ChangeEvent, type SeriesVerdict, SLOT_STATE } from './judge-series.ts';

/**
 * What became of a series in each calendar year (`YEAR_CLASS`). A year in which something happened is that: the most
 * serious of loss, gain and regrowth. Otherwise it is what the last loss or regrowth before it left, and a fire shows
 * unless the ground was lost, which it must not hide. A change belongs to the year in which it is first seen (`toSlot`),
 * a burn to the year of its first burnt observation.
 *
 * Without data are years of a series that was not judged, years without a judged observation, and years that nothing
 * happened in and nothing is known of from before, with fewer used observations than confirm a change: one or two dates,
 * fallen or not, do not show that the ground is unchanged.
 * @param years calendar years, ascending; one class each.
 */
export function classifyYears(verdict: SeriesVerdict, axis: TimeAxis, years: readonly number[]): Uint8Array {
  const classes = new Uint8Array(years.length).fill(YEAR_CLASS.noData);
  if (verdict.outcome !== 'judged') return classes;
  let state: number = YEAR_CLASS.noData;
  for (let y = 0; y < years.length; y++) {
    const own = eventClass(verdict, axis, years[y]!);
    classes[y] = classOf(own, state, countIn(verdict, axis, years[y]!));
    state = stateAfter(verdict, axis, years[y]!);
  }
  return classes;
}

type Counts = { readonly judged: number; readonly isEnough: boolean };

function classOf(own: number, state: number, { judged, isEnough }: Counts): number {
  if (judged === 0) return YEAR_CLASS.noData;
  if (own === YEAR_CLASS.burnt && state === YEAR_CLASS.lostBefore) return state;
  if (own !== YEAR_CLASS.noData) return own;
  if (state !== YEAR_CLASS.noData) return state;
  return isEnough ? YEAR_CLASS.stable : YEAR_CLASS.noData;
}

/** From the least serious to the most. */
const RANK = { burnt: 1, regrowth: 2, gain: 3, loss: 4 } as const;
const CLASS_OF = {
  burnt: YEAR_CLASS.burnt,
  regrowth: YEAR_CLASS.regrown,
  gain: YEAR_CLASS.gain,
  loss: YEAR_CLASS.loss,
} as const;

/** Of what begins in a year; `noData` where nothing does. */
function eventClass({ events, eventCount }: SeriesVerdict, axis: TimeAxis, year: number): number {
  let gravest: ChangeEvent['kind'] | null = null;
  for (let e = 0; e < eventCount; e++) {
    const { kind, toSlot } = events[e]!;
    if (yearAt(axis, toSlot) === year && (gravest === null || RANK[kind] > RANK[gravest])) gravest = kind;
  }
  return gravest === null ? YEAR_CLASS.noData : CLASS_OF[gravest];
}

/** What the last loss or regrowth up to the end of a year leaves to the next. */
function stateAfter({ events, eventCount }: SeriesVerdict, axis: TimeAxis, year: number): number {
  let state: number = YEAR_CLASS.noData;
  for (let e = 0; e < eventCount; e++) {
    const { kind, toSlot } = events[e]!;
    if (yearAt(axis, toSlot) > year) break;
    if (kind === 'loss') state = YEAR_CLASS.lostBefore;
    else if (kind === 'regrowth') state = YEAR_CLASS.regrown;
  }
  return state;
}

function countIn({ states, minConsecutive }: SeriesVerdict, axis: TimeAxis, year: number): Counts {
  let judged = 0;
  let used = 0;
  for (let slot = axis.startSlot; slot < states.length; slot++) {
    if (states[slot] === SLOT_STATE.none || yearAt(axis, slot) !== year) continue;
    judged++;
    if (states[slot] === SLOT_STATE.used) used++;
  }
  return { judged, isEnough: used >= minConsecutive };
}

function yearAt({ timesYr }: TimeAxis, slot: number): number {
  return Math.floor(timesYr[slot]!);
}
