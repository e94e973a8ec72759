import { colourOf, type Rgb } from '../../shared/ramps.ts';
import type { Colouring, Language } from '../state.ts';
import { VALUE_FORMS, type ValueKind } from '../style/ramp-choices.ts';
import { coloursOf, displayFactor, isWithin } from './colouring.ts';

export interface LegendStop {
  /** In the layer's unit: NDVI, tree-cover fraction, its change, a number of observations, a year, a day of the year. */
  readonly value: number;
  /** The value as the language writes it, fractions of cover in percent; `≤` and `≥` at the ends, where values beyond share the colour. */
  readonly label: string;
  readonly rgb: Rgb;
  /** False where the threshold hides the value. */
  readonly isDrawn: boolean;
}

interface StopOptions {
  readonly language: Language;
  readonly count?: number;
}

/**
 * Evenly spaced stops of a legend, low to high, 2 or more. A colour at a stop is the map's own colour for that value,
 * and straight mixing between neighbouring stops gives the map's colours when `count` is 9 (the ramps' own number).
 */
export function legendStops(
  kind: ValueKind,
  colouring: Colouring,
  { language, count = 9 }: StopOptions,
): readonly LegendStop[] {
  const { low, high } = colouring;
  const ramp = { low, high, colours: coloursOf(kind, colouring), title: '' };
  const format = labelFormat(kind, colouring, language);
  return Array.from({ length: count }, (_, index) => {
    const value = low + ((high - low) * index) / (count - 1);
    const mark = index === 0 ? beyondMark('low', kind, low) : index === count - 1 ? beyondMark('high', kind, high) : '';
    return {
      value,
      label: `${mark}${format(value)}`,
      rgb: colourOf(ramp, value)!,
      isDrawn: isWithin(value, colouring),
    };
  });
}

/** Years beyond so many are not drawn as fields of their own: the bar runs on evenly. */
const MAX_YEARS = 40;

/**
 * The calendar years of a layer of days, each with the map's own colour for it; none for other kinds. `years` are those
 * that can occur, which a chosen range may go beyond or leave out.
 */
export function yearStops(
  kind: ValueKind,
  colouring: Colouring,
  years: readonly [first: number, last: number] | null,
): readonly LegendStop[] {
  if (VALUE_FORMS[kind].unit !== 'year') return [];
  const [first, last] = years ?? [Math.ceil(colouring.low), Math.floor(colouring.high)];
  const ramp = { low: colouring.low, high: colouring.high, colours: coloursOf(kind, colouring), title: '' };
  return Array.from({ length: Math.min(MAX_YEARS, Math.max(1, last - first + 1)) }, (_, index) => {
    const value = first + index;
    return { value, label: String(value), rgb: colourOf(ramp, value)!, isDrawn: isWithin(value, colouring) };
  });
}

function labelFormat(kind: ValueKind, { low, high }: Colouring, language: Language): (value: number) => string {
  const { unit, factor, digits, isSigned } = VALUE_FORMS[kind];
  if (unit === 'year') return (value) => String(Math.round(value));
  if (unit === 'day-of-year') {
    const month = new Intl.DateTimeFormat(language, { month: 'short', timeZone: 'UTC' });
    return (value) => month.format(Date.UTC(2001, 0, Math.round(value), 12));
  }
  const isIndex = factor === 1 && digits > 0;
  const format = new Intl.NumberFormat(language, {
    minimumFractionDigits: isIndex ? 1 : 0,
    maximumFractionDigits: isIndex && high - low < 0.4 ? 3 : digits,
    signDisplay: isSigned ? 'exceptZero' : 'auto',
  });
  return (value) => format.format(value * factor);
}

/** `≤` or `≥` where values beyond the end exist: a fraction has none below 0 or above 1, a count none below 0. */
function beyondMark(end: 'low' | 'high', kind: ValueKind, value: number): string {
  const { least, most, unit } = VALUE_FORMS[kind];
  if (unit === 'year') return '';
  if (end === 'low') return value <= least ? '' : '≤ ';
  return value >= most ? '' : '≥ ';
}

/** The ends of a threshold as they are read, such as `≤ −15`; none where nothing is hidden. */
export function legendLimits(kind: ValueKind, { min, max }: Colouring, language: Language): readonly string[] {
  const { digits, unit } = VALUE_FORMS[kind];
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: digits, useGrouping: unit !== 'year' });
  const limit = (mark: string, value: number | null) =>
    value === null ? [] : [`${mark} ${format.format(value * displayFactor(kind)).replace('-', '−')}`];
  return [...limit('≥', min), ...limit('≤', max)];
}
