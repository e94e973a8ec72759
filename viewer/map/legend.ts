import { colourOf, type Rgb } from '../../shared/ramps.ts';
import type { Colouring, Language } from '../state.ts';
import type { ValueKind } from '../style/ramp-choices.ts';
import { coloursOf, displayFactor, isWithin } from './colouring.ts';

export interface LegendStop {
  /** In the layer's unit: NDVI, tree-cover fraction, its change, or a number of observations. */
  readonly value: number;
  /** The value as the language writes it, fractions of cover in percent; `≤` and `≥` at the ends, where values beyond share the colour. */
  readonly label: string;
  readonly rgb: Rgb;
  /** False where the threshold hides the value. */
  readonly isDrawn: boolean;
}

/**
 * Evenly spaced stops of a legend, low to high, 2 or more. A colour at a stop is the map's own colour for that value,
 * and straight mixing between neighbouring stops gives the map's colours when `count` is 9 (the ramps' own number).
 */
export function legendStops(
  kind: ValueKind,
  colouring: Colouring,
  { language, count = 9 }: { language: Language; count?: number },
): readonly LegendStop[] {
  const { low, high } = colouring;
  const ramp = { low, high, colours: coloursOf(kind, colouring), title: '' };
  const factor = displayFactor(kind);
  const isIndex = kind === 'ndvi';
  const digits = isIndex ? (Math.abs(high - low) < 0.4 ? 3 : 2) : kind === 'clear-count' ? 0 : 1;
  const format = new Intl.NumberFormat(language, {
    minimumFractionDigits: isIndex ? 1 : 0,
    maximumFractionDigits: digits,
    signDisplay: kind === 'change' ? 'exceptZero' : 'auto',
  });
  return Array.from({ length: count }, (_, index) => {
    const value = low + ((high - low) * index) / (count - 1);
    const mark = index === 0 ? beyondMark('low', kind, low) : index === count - 1 ? beyondMark('high', kind, high) : '';
    return {
      value,
      label: `${mark}${format.format(value * factor)}`,
      rgb: colourOf(ramp, value)!,
      isDrawn: isWithin(value, colouring),
    };
  });
}

/** `≤` or `≥` where values beyond the end exist: a fraction has none below 0 or above 1, a count none below 0. */
function beyondMark(end: 'low' | 'high', kind: ValueKind, value: number): string {
  const isFirst = value <= (kind === 'cover' || kind === 'clear-count' ? 0 : -1);
  const isLast = kind !== 'clear-count' && value >= 1;
  if (end === 'low') return isFirst ? '' : '≤ ';
  return isLast ? '' : '≥ ';
}

/** The ends of a threshold as they are read, such as `≤ −15`; none where nothing is hidden. */
export function legendLimits(kind: ValueKind, { min, max }: Colouring, language: Language): readonly string[] {
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: kind === 'ndvi' ? 2 : 1 });
  const limit = (mark: string, value: number | null) =>
    value === null ? [] : [`${mark} ${format.format(value * displayFactor(kind)).replace('-', '−')}`];
  return [...limit('≥', min), ...limit('≤', max)];
}
