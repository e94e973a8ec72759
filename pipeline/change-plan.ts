import type { Period } from '../shared/result.ts';
import type { Acquisition } from '../shared/scene.ts';
import type { TimeAxis } from './change/break-monitor.ts';
import { decimalYear } from './change/decimal-year.ts';
import type { ChangeSettings } from './change/judge-series.ts';
import { slotsBySeasonYear } from './change/season-features.ts';
import { dayOf, isInPeriod } from './season.ts';

/** How change over time is judged, beside the settings of one series. */
export interface ChangeParams extends ChangeSettings {
  /** Control areas of each parcel; 0 = none. */
  readonly controlCount: number;
  /** Of everything that is drawn by lot: the pool of control areas. */
  readonly seed: number;
}

/** One UTC day on which something was acquired. */
interface ChangeSlot {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** Decimal year: year + (day of the year − 1)/365. */
  readonly timeYr: number;
}

/** The time axis of a run's series, as plain data. */
export interface ChangePlan {
  readonly slots: readonly ChangeSlot[];
  /** Position in plan.acquisitions → slot. */
  readonly slotOf: readonly number[];
  /** First slot of the monitoring period; slots before it are history. */
  readonly startSlot: number;
  /** Monitored calendar years, ascending, without gaps. */
  readonly years: readonly number[];
  /** The years of the season, named by the year in which each ends, with their slots; empty where the run has no season. */
  readonly seasonYears: readonly { readonly year: number; readonly slots: readonly number[] }[];
}

/** Days that a history must span, so that its season can be told from a change. */
const MIN_HISTORY_DAYS = 365;
const DAY_MS = 86_400_000;

/**
 * Lays out the days of a run's acquisitions (in order of time) for series. Answers a sentence instead where change over
 * time cannot be judged.
 */
export function planChange(
  acquisitions: readonly Pick<Acquisition, 'datetime'>[],
  params: { readonly baseline: Period; readonly period: Period; readonly seasonMonths: readonly number[] | null },
): ChangePlan | string {
  const daysOf = acquisitions.map(({ datetime }) => dayOf(datetime));
  const days = [...new Set(daysOf)].sort();
  const startSlot = days.findIndex((day) => isInPeriod(day, params.period));
  if (startSlot === -1) return 'no acquisition in the monitoring period';
  if (startSlot === 0) return 'no acquisition in the baseline';
  const spanDays = (Date.parse(days[startSlot - 1]!) - Date.parse(days[0]!)) / DAY_MS;
  if (spanDays < MIN_HISTORY_DAYS)
    return `the baseline's acquisitions span ${spanDays} days, ${MIN_HISTORY_DAYS} needed to know the season`;
  const slotOfDay = new Map(days.map((day, slot) => [day, slot]));
  const yearOf = (day: string) => Number(day.slice(0, 4));
  const [first, last] = [yearOf(params.period.start), yearOf(days.at(-1)!)];
  return {
    slots: days.map((day) => ({ day, timeYr: decimalYear(day) })),
    slotOf: daysOf.map((day) => slotOfDay.get(day)!),
    startSlot,
    years: Array.from({ length: last - first + 1 }, (_, i) => first + i),
    seasonYears: hasSeason(params.seasonMonths) ? slotsBySeasonYear(days, params.seasonMonths) : [],
  };
}

/** Days since 1970-01-01, 1 to 65,535, as the date layers store them. */
export function epochDay(day: string): number {
  return Date.parse(day) / DAY_MS;
}

/** The axis that series are judged on: a regular grid of 365 positions a year. */
export function timeAxisOf({ slots, startSlot }: ChangePlan): TimeAxis {
  const timesYr = Float64Array.from(slots, ({ timeYr }) => timeYr);
  return {
    timesYr,
    positions: timesYr.map((timeYr) => Math.round((timeYr - timesYr[0]!) * 365)),
    frequency: 365,
    startSlot,
  };
}

function hasSeason(months: readonly number[] | null): boolean {
  return months !== null && new Set(months).size < 12;
}
