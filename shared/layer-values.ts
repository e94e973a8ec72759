import type { LayerKind } from './result.ts';

/**
 * What the stored numbers of a layer are. `colour`: red, green, blue; `number`: value = stored × scale, on a ramp; `day`:
 * days since 1970-01-01, coloured by calendar year; `class`: a number of `YEAR_CLASS`.
 */
export type LayerValue = 'colour' | 'number' | 'day' | 'class';

const OTHERS: Readonly<Partial<Record<LayerKind, LayerValue>>> = {
  'true-color': 'colour',
  'break-date': 'day',
  'change-from': 'day',
  'change-to': 'day',
  'recovery-date': 'day',
  'year-class': 'class',
};

export function layerValue(kind: LayerKind): LayerValue {
  return OTHERS[kind] ?? 'number';
}

/** Calendar year of a day counted from 1970-01-01 (UTC). */
export function yearOfDay(epochDay: number): number {
  return new Date(epochDay * 86_400_000).getUTCFullYear();
}
