/** Days before each month of a year of 365 days. */
const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const;

/**
 * year + (day of the year − 1)/365 of a day `YYYY-MM-DD`, every year having 365 days: 29 February is the 1st of March, so
 * that a date has the same season in every year. This is how R's `bfastts` numbers irregular dates.
 */
export function decimalYear(day: string): number {
  const month = Number(day.slice(5, 7));
  return Number(day.slice(0, 4)) + (DAYS_BEFORE[month - 1]! + Number(day.slice(8, 10)) - 1) / 365;
}

/** Whether a text is a day of the calendar, `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  const timeMs = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(timeMs) && new Date(timeMs).toISOString().startsWith(text);
}
