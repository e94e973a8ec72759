import { YEAR_CLASS } from '../../shared/change.ts';
import type { TimeAxis } from './break-monitor.ts';
import { type ChangeEvent, type SeriesVerdict, SLOT_STATE } from './judge-series.ts';

/**
 * What became of a series in each calendar year (`YEAR_CLASS`). The most serious wins: loss, gain, regrowth, burnt, then
 * the state that the year is in. A change belongs to the year in which it is first seen (`toSlot`), a burn to the year
 * of its first burnt observation. A year without a judged observation is 0, and so is every year of a series that was
 * not judged.
 * @param years calendar years, ascending; one class each.
 */
export function classifyYears(verdict: SeriesVerdict, axis: TimeAxis, years: readonly number[]): Uint8Array {
  const classes = new Uint8Array(years.length).fill(YEAR_CLASS.noData);
  if (verdict.outcome !== 'judged') return classes;
  markObserved(verdict, axis, years, classes);
  for (let e = 0; e < verdict.eventCount; e++) markEvent(verdict.events[e]!, axis, years, classes);
  return classes;
}

/** From the least serious to the most. */
const RANK = rankOf(['noData', 'stable', 'lostBefore', 'burnt', 'regrown', 'gain', 'loss']);

function rankOf(names: readonly (keyof typeof YEAR_CLASS)[]): Uint8Array {
  const rank = new Uint8Array(names.length);
  names.forEach((name, place) => {
    rank[YEAR_CLASS[name]] = place;
  });
  return rank;
}

function markObserved({ states }: SeriesVerdict, axis: TimeAxis, years: readonly number[], classes: Uint8Array): void {
  for (let slot = axis.startSlot; slot < states.length; slot++) {
    if (states[slot] === SLOT_STATE.none) continue;
    const y = years.indexOf(yearAt(axis, slot));
    if (y >= 0) classes[y] = YEAR_CLASS.stable;
  }
}

function markEvent(event: ChangeEvent, axis: TimeAxis, years: readonly number[], classes: Uint8Array): void {
  const year = yearAt(axis, event.toSlot);
  const until = event.recoveredSlot < 0 ? Number.POSITIVE_INFINITY : yearAt(axis, event.recoveredSlot);
  for (let y = 0; y < years.length; y++) {
    if (classes[y] === YEAR_CLASS.noData) continue;
    const own = classIn(event, years[y]!, { year, until });
    if (RANK[own]! > RANK[classes[y]!]!) classes[y] = own;
  }
}

function classIn({ kind }: ChangeEvent, at: number, { year, until }: { year: number; until: number }): number {
  if (kind === 'regrowth') return at >= year ? YEAR_CLASS.regrown : YEAR_CLASS.stable;
  if (at === year) return YEAR_CLASS[kind];
  return kind === 'loss' && at > year && at < until ? YEAR_CLASS.lostBefore : YEAR_CLASS.stable;
}

function yearAt({ timesYr }: TimeAxis, slot: number): number {
  return Math.floor(timesYr[slot]!);
}
