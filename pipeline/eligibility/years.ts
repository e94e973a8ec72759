const YEAR_MS = 365.25 * 86_400_000;
/** Layers are dated by the day at best: three days short of ten years are ten years. */
const SLACK_MS = 3 * 86_400_000;

/** UTC day, year or span of days, as layers and parcels state them; null: not said. */
type Day = string | null;

/** Years from the first day of the one to the first day of the other; null where one of them is not said. */
export function yearsBetween(before: Day, now: Day): number | null {
  const [from, to] = [firstDayMs(before), firstDayMs(now)];
  return from === null || to === null ? null : (to - from + SLACK_MS) / YEAR_MS;
}

/** Whether what ends with the last day of `seen` is more than so many years older than `day`; false where one is not said. */
export function isOlderThan(seen: Day, day: Day, years: number): boolean {
  const [end, at] = [firstDayMs(lastOf(seen)), firstDayMs(day)];
  return end !== null && at !== null && (at - end - SLACK_MS) / YEAR_MS > years;
}

/** The last day of a span; of a year or a day itself. */
export function lastOf(day: Day): Day {
  return day === null ? null : (day.split('/').at(-1) ?? day);
}

function firstDayMs(day: Day): number | null {
  const [, year, month = '01', date = '01'] = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?/.exec(day ?? '') ?? [];
  return year === undefined ? null : Date.UTC(Number(year), Number(month) - 1, Number(date));
}
