import type { MonthCount } from '../../shared/change.ts';
import type { Language } from '../state.ts';

export interface MonthYear {
  readonly year: number;
  /** January to December; null without an acquisition. */
  readonly months: readonly (MonthCount | null)[];
}

/** Months in rows of years, ascending, and the most clear observations that a month has. */
export function monthTable(counts: readonly MonthCount[]): {
  readonly years: readonly MonthYear[];
  readonly most: number;
} {
  const known = new Map(counts.map((count) => [`${count.year}-${count.month}`, count]));
  const numbers = counts.map(({ year }) => year);
  const [first, last] = [Math.min(...numbers), Math.max(...numbers)];
  const years = Array.from({ length: last - first + 1 }, (_, i) => ({
    year: first + i,
    months: Array.from({ length: 12 }, (_, month) => {
      const count = known.get(`${first + i}-${month + 1}`);
      return count && count.nAcquisitions > 0 ? count : null;
    }),
  }));
  return { years, most: Math.max(1, ...counts.map(({ nClear }) => nClear)) };
}

/** 0 for none, then 1 to 4 by how near a month comes to the most. */
export function monthShade(nClear: number, most: number): number {
  return nClear === 0 ? 0 : Math.max(1, Math.ceil((nClear / most) * 4));
}

const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', fr: 'fr-FR', de: 'de-DE' };

/** Names of the months, the first letter and in full. */
export function monthNames(language: Language): { readonly short: string; readonly long: string }[] {
  const format = (month: 'narrow' | 'long') => new Intl.DateTimeFormat(LOCALES[language], { month, timeZone: 'UTC' });
  const [short, long] = [format('narrow'), format('long')];
  return Array.from({ length: 12 }, (_, month) => {
    const day = Date.UTC(2001, month, 15);
    return { short: short.format(day), long: long.format(day) };
  });
}
