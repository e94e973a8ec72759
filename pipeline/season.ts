import type { Period } from '../shared/result.ts';

/** The UTC day `YYYY-MM-DD` of an ISO 8601 datetime in UTC. */
export function dayOf(datetime: string): string {
  return datetime.slice(0, 10);
}

/** Both ends included. */
export function isInPeriod(day: string, period: Period): boolean {
  return day >= period.start && day <= period.end;
}

/** Whether a day's month (1..12) is one of `months`; null = every month. */
export function inSeason(day: string, months: readonly number[] | null): boolean {
  return months === null || months.includes(Number(day.slice(5, 7)));
}
