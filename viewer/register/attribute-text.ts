import { isDay } from '../../shared/checks/attributes.ts';
import type { ParcelAttributes } from '../../shared/parcel-check.ts';

/** A text as somebody typed it; null when nothing was said. */
export function textOrNull(text: string): string | null {
  const trimmed = text.trim();
  return trimmed === '' ? null : trimmed;
}

/**
 * Hectares as people type them in English, French and German: `4.5`, `4,5`, `1 234,5`. Null for nothing, `undefined` for
 * what is no number of hectares.
 */
export function readHectares(text: string): number | null | undefined {
  const plain = text.replaceAll(/[\s\u00a0\u202f]/g, '');
  if (plain === '') return null;
  if (!/^\d{1,9}([.,]\d{1,9})?$/.test(plain)) return undefined;
  const ha = Number(plain.replace(',', '.'));
  return ha > 0 ? ha : undefined;
}

/** What the register asks of a parcel and its attributes do not say, in the order of the form. */
export function missingOf(attributes: ParcelAttributes): ('name' | 'intervention' | 'start-date' | 'tenure')[] {
  const { name, intervention, startDate, tenure, consent } = attributes;
  const missing: ('name' | 'intervention' | 'start-date' | 'tenure')[] = [];
  if (textOrNull(name ?? '') === null) missing.push('name');
  if (intervention === null) missing.push('intervention');
  if (startDate === null || !isDay(startDate)) missing.push('start-date');
  if (textOrNull(tenure ?? '') === null && textOrNull(consent ?? '') === null) missing.push('tenure');
  return missing;
}
