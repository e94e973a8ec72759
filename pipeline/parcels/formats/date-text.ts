import type { JsonValue } from '../../../shared/parcel-check.ts';
import { monthOf } from './attribute-words.ts';
import { plainName } from './plain-name.ts';

/** Why a value states no day, by its kind: the rest of a sentence whose subject is the value. */
export const DAY_FAULTS = {
  'no-date': 'is no date',
  unread: 'is no date that can be read',
  year: 'states a year and no day',
  'two-ways': 'can be read in two ways, day or month first',
  month: 'names no month that is known',
  calendar: 'is no day of the calendar',
} as const;

/** A UTC day, `2025-06-01`, or why a value states none. */
export type DayRead = { readonly day: string } | { readonly why: keyof typeof DAY_FAULTS };

/**
 * The day that a value of a file states: ISO, `20250601`, `1.6.2025`, `15-juil-24`, `June 1, 2025`, milliseconds since
 * 1970 as ArcGIS writes them. Of 01/06/2025 nobody can say whether it is June or January: no day is taken from it.
 */
export function parseDay(value: JsonValue): DayRead {
  if (typeof value === 'number' && value >= 1e11 && value < 1e13) return dayOfMs(value);
  if (typeof value !== 'string' && typeof value !== 'number') return { why: 'no-date' };
  const text = String(value).trim().slice(0, 60);
  const iso = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?$/.exec(text) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (iso) return dayOf(iso[1]!, Number(iso[2]), iso[3]!);
  if (/^(?:19|20)\d{2}(?:\.0+)?$/.test(text)) return { why: 'year' };
  const named = /^(\d{1,2})[\s.\-/]+(\p{L}{3,12})\.?[\s.\-/]+(\d{4}|\d{2})$/u.exec(text);
  if (named) return dayOfNamed(named[3]!, named[2]!, named[1]!);
  const english = /^(\p{L}{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})$/u.exec(text);
  if (english) return dayOfNamed(english[3]!, english[1]!, english[2]!);
  const numbers = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?: .*)?$/.exec(text);
  return numbers ? dayOfNumbers(numbers) : { why: 'unread' };
}

function dayOfNumbers([, first, mark, second, year]: readonly (string | undefined)[]): DayRead {
  const [a, b] = [Number(first), Number(second)];
  // Points between day and month are written where the day comes first.
  if (mark === '.' || a > 12 || a === b) return dayOf(year!, b, first!);
  if (b > 12) return dayOf(year!, a, second!);
  return { why: 'two-ways' };
}

function dayOfNamed(year: string, month: string, day: string): DayRead {
  const number = monthOf(plainName(month));
  // What is planted for carbon was not planted in the last century.
  return number === null ? { why: 'month' } : dayOf(year.length === 2 ? `20${year}` : year, number, day);
}

function dayOf(year: string, month: number, day: string): DayRead {
  const text = `${year}-${String(month).padStart(2, '0')}-${day.padStart(2, '0')}`;
  const time = Date.parse(`${text}T00:00:00Z`);
  // The calendar of JavaScript turns 31 February into 3 March.
  const isDay = Number.isFinite(time) && new Date(time).toISOString().startsWith(text);
  return isDay ? { day: text } : { why: 'calendar' };
}

function dayOfMs(ms: number): DayRead {
  return { day: new Date(ms).toISOString().slice(0, 10) };
}
