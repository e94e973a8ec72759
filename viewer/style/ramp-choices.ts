import type { LayerInfo } from '../../shared/api.ts';
import { RAMPS, type Rgb } from '../../shared/ramps.ts';

/**
 * Ramps a person can choose from. All run evenly in lightness and are readable with red-green blindness; the diverging
 * one belongs to change only, where the middle means none.
 */

/** cividis (Nuñez, Anderton and Renslow 2018, doi 10.1371/journal.pone.0199239), every 32nd of its 256 colours and the last. */
const CIVIDIS: readonly Rgb[] = [
  [0, 34, 78],
  [23, 51, 109],
  [60, 77, 110],
  [92, 99, 110],
  [124, 123, 120],
  [155, 145, 119],
  [191, 170, 107],
  [226, 196, 82],
  [254, 232, 56],
];

/** Black to white through even steps of sRGB, for print. */
const GREY: readonly Rgb[] = [
  [20, 20, 20],
  [48, 48, 48],
  [77, 77, 77],
  [106, 106, 106],
  [135, 135, 135],
  [163, 163, 163],
  [191, 191, 191],
  [219, 219, 219],
  [245, 245, 245],
];

export const RAMP_COLOURS = {
  canopy: RAMPS.ndvi.colours,
  viridis: RAMPS['clear-count'].colours,
  cividis: CIVIDIS,
  grey: GREY,
  'loss-gain': RAMPS.change.colours,
} as const satisfies Record<string, readonly Rgb[]>;

export type RampChoice = keyof typeof RAMP_COLOURS;

/** Kinds of layer that are coloured by a ramp. */
export type ValueKind = 'ndvi' | 'cover' | 'change' | 'clear-count';

/** What is offered for each kind; the first is the one taken unless another is chosen. */
export const RAMP_CHOICES: Readonly<Record<ValueKind, readonly RampChoice[]>> = {
  ndvi: ['canopy', 'viridis', 'cividis', 'grey'],
  cover: ['canopy', 'viridis', 'cividis', 'grey'],
  change: ['loss-gain', 'cividis', 'grey'],
  'clear-count': ['viridis', 'cividis', 'grey'],
};

export function isValueKind(kind: LayerInfo['kind'] | string): kind is ValueKind {
  return Object.hasOwn(RAMP_CHOICES, kind);
}
