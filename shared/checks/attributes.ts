import type { CheckFinding, CheckLimits, ParcelAttributes } from '../parcel-check.ts';
import { findingOf } from './finding.ts';
import { FIRST_START_DAY, LAST_START_YEARS } from './limits.ts';

/** What a parcel can be asked to say. */
export const REQUIRED_ATTRIBUTES = ['name', 'intervention', 'startDate', 'tenureOrConsent'] as const;
export type RequiredAttribute = (typeof REQUIRED_ATTRIBUTES)[number];

/** What is missing or unlikely in the attributes; `today` is a UTC day, null where nobody asks how far ahead a start lies. */
export function checkAttributes(
  attributes: ParcelAttributes,
  options: { readonly required: readonly RequiredAttribute[]; readonly today: string | null },
): readonly CheckFinding[] {
  const missing = options.required
    .filter((name) => !isGiven(attributes, name))
    .map((attribute) => findingOf('missing-attribute', { attribute }));
  return [...checkStartDate(attributes.startDate, options.today), ...missing];
}

/** Stated area against measured, `limits.statedAreaPct` of it. */
export function checkStatedArea(
  statedHa: number | null,
  parcelHa: number,
  { statedAreaPct: [lowPct, highPct] }: CheckLimits,
): readonly CheckFinding[] {
  if (statedHa === null || !(parcelHa > 0)) return [];
  const statedPct = (100 * statedHa) / parcelHa;
  if (statedPct >= lowPct && statedPct <= highPct) return [];
  return [findingOf('stated-area', { statedHa, parcelHa, statedPct, lowPct, highPct })];
}

function isGiven(attributes: ParcelAttributes, name: RequiredAttribute): boolean {
  const isText = (value: string | null) => value !== null && value.trim() !== '';
  if (name === 'tenureOrConsent') return isText(attributes.tenure) || isText(attributes.consent);
  return isText(attributes[name]);
}

function checkStartDate(given: string | null, today: string | null): readonly CheckFinding[] {
  if (given === null || given.trim() === '') return [];
  if (!isDay(given)) return [findingOf('start-date', { got: given.slice(0, 40) })];
  const last = today === null ? '9999-12-31' : `${Number(today.slice(0, 4)) + LAST_START_YEARS}${today.slice(4)}`;
  if (given >= FIRST_START_DAY && given <= last) return [];
  return [findingOf('start-date-unlikely', { got: given, first: FIRST_START_DAY, last })];
}

/** Whether text is a day that the calendar has, `2025-06-01`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(text);
}
