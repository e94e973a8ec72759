/** Days since 1970-01-01 of a UTC day `YYYY-MM-DD`; the generator counts time in these. */
export function dayOf(date: string): number {
  return Math.round(Date.parse(`${date.slice(0, 10)}T00:00:00Z`) / 86_400_000);
}

export function dateOf(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

export function yearOf(day: number): number {
  return new Date(day * 86_400_000).getUTCFullYear();
}

/** 0 = January. */
export function monthOf(day: number): number {
  return new Date(day * 86_400_000).getUTCMonth();
}

/** 1 = 1 January. */
export function dayOfYear(day: number): number {
  return day - dayOf(`${yearOf(day)}-01-01`) + 1;
}
