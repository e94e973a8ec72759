import { RAMPS, type Rgb } from '../../shared/ramps.ts';
import type { Colouring } from '../state.ts';
import { RAMP_CHOICES, RAMP_COLOURS, type RampChoice, type ValueKind } from '../style/ramp-choices.ts';

/** How a kind is coloured before anyone changes it: its own ramp and range, nothing hidden. */
export function defaultColouring(kind: ValueKind): Colouring {
  const { low, high } = RAMPS[kind];
  return { ramp: RAMP_CHOICES[kind][0]!, low, high, isReversed: false, min: null, max: null };
}

/** What a value is multiplied by to be read: fractions of cover as percent, as the panels and tables write them. */
export function displayFactor(kind: ValueKind): 1 | 100 {
  return kind === 'cover' || kind === 'change' ? 100 : 1;
}

/** The colouring in force for a kind: the chosen one, or the default. */
export function colouringOf(kind: ValueKind, chosen: Readonly<Record<string, Colouring>>): Colouring {
  return chosen[kind] ?? defaultColouring(kind);
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
