import type { LayerInfo, RunInfo } from '../../shared/api.ts';
import { RAMPS, type Rgb } from '../../shared/ramps.ts';
import type { Colouring } from '../state.ts';
import { RAMP_CHOICES, RAMP_COLOURS, type RampChoice, VALUE_FORMS, type ValueKind } from '../style/ramp-choices.ts';

/** First and last calendar year that layers of days run over; null where a run has no such layer. */
export type Years = LayerInfo['years'];

/** How a kind is coloured before anyone changes it: its own ramp and range, nothing hidden. Days run over the years given. */
export function defaultColouring(kind: ValueKind, years: Years = null): Colouring {
  const isDated = VALUE_FORMS[kind].unit === 'year' && years !== null;
  // A single year still needs a range: it takes the first colour.
  const { low, high } = isDated ? { low: years[0], high: Math.max(years[1], years[0] + 1) } : RAMPS[kind];
  return { ramp: RAMP_CHOICES[kind][0]!, low, high, isReversed: false, min: null, max: null };
}

/** What a value is multiplied by to be read. */
export function displayFactor(kind: ValueKind): 1 | 100 {
  return VALUE_FORMS[kind].factor;
}

/** The colouring in force for a kind: the chosen one, or the default. */
export function colouringOf(
  kind: ValueKind,
  chosen: Readonly<Record<string, Colouring>>,
  years: Years = null,
): Colouring {
  return chosen[kind] ?? defaultColouring(kind, years);
}

/** The calendar years of a run's layers of days. */
export function yearsOf({ layers }: Pick<RunInfo, 'layers'>): Years {
  return layers.find(({ years }) => years)?.years ?? null;
}

/** Colours of a colouring from low to high; a ramp nobody knows (an old link) falls back to the kind's own. */
export function coloursOf(kind: ValueKind, { ramp, isReversed }: Colouring): readonly Rgb[] {
  const known = Object.hasOwn(RAMP_COLOURS, ramp) ? (ramp as RampChoice) : RAMP_CHOICES[kind][0]!;
  const colours = RAMP_COLOURS[known];
  return isReversed ? colours.toReversed() : colours;
}

/** Whether a value is drawn under a colouring's threshold; both ends belong to it. */
export function isWithin(value: number, { min, max }: Colouring): boolean {
  return (min === null || value >= min) && (max === null || value <= max);
}
