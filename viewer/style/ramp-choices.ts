import type { LayerInfo } from '../../shared/api.ts';
import { RAMPS, type Rgb } from '../../shared/ramps.ts';
import type { LayerKind } from '../../shared/result.ts';

/**
 * Ramps a person can choose from. All run evenly in lightness and are readable with red-green blindness; the diverging
 * one belongs to change only, where the middle means none, and the one that ends where it begins to days of the year.
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
  ember: RAMPS['break-date'].colours,
  'round-year': RAMPS['season-phase'].colours,
} as const satisfies Record<string, readonly Rgb[]>;

export type RampChoice = keyof typeof RAMP_COLOURS;

/** Kinds of layer that are coloured by a ramp. */
export type ValueKind = Exclude<LayerKind, 'true-color' | 'year-class'>;

const GREEN = ['canopy', 'viridis', 'cividis', 'grey'] as const;
const PLAIN = ['viridis', 'cividis', 'grey'] as const;
const SIGNED = ['loss-gain', 'cividis', 'grey'] as const;
const DATED = ['ember', 'viridis', 'cividis', 'grey'] as const;

/** What is offered for each kind; the first is the one taken unless another is chosen. */
export const RAMP_CHOICES: Readonly<Record<ValueKind, readonly RampChoice[]>> = {
  ndvi: GREEN,
  cover: GREEN,
  change: SIGNED,
  'clear-count': PLAIN,
  'break-date': DATED,
  'change-from': DATED,
  'change-to': DATED,
  'recovery-date': DATED,
  'break-magnitude': SIGNED,
  'magnitude-se': PLAIN,
  'history-count': PLAIN,
  'observation-count': PLAIN,
  'season-amplitude': PLAIN,
  'season-phase': ['round-year', 'cividis', 'grey'],
  'dry-ndvi': GREEN,
};

export function isValueKind(kind: LayerInfo['kind'] | string): kind is ValueKind {
  return Object.hasOwn(RAMP_CHOICES, kind);
}

/** How the figures of a kind are read and written. */
export interface ValueForm {
  /** What a value is multiplied by to be read: fractions of cover as percent, as the panels and tables write them. */
  readonly factor: 1 | 100;
  /** Of the fields of the colour control, in the unit that is read. */
  readonly step: number;
  /** At most so many decimals in a legend. */
  readonly digits: number;
  readonly isSigned: boolean;
  /** Beyond these there are no values. */
  readonly least: number;
  readonly most: number;
  /** `year`: days by their calendar year; `day-of-year`: named by months. */
  readonly unit: 'plain' | 'year' | 'day-of-year';
}

const INDEX: ValueForm = { factor: 1, step: 0.05, digits: 2, isSigned: false, least: -1, most: 1, unit: 'plain' };
const SHARE: ValueForm = { ...INDEX, factor: 100, step: 5, digits: 1, least: 0 };
const NUMBER: ValueForm = { ...INDEX, step: 1, digits: 0, least: 0, most: Infinity };
const YEAR: ValueForm = { ...NUMBER, least: -Infinity, unit: 'year' };

export const VALUE_FORMS: Readonly<Record<ValueKind, ValueForm>> = {
  ndvi: INDEX,
  cover: SHARE,
  change: { ...SHARE, isSigned: true, least: -1 },
  'clear-count': NUMBER,
  'break-date': YEAR,
  'change-from': YEAR,
  'change-to': YEAR,
  'recovery-date': YEAR,
  'break-magnitude': { ...INDEX, isSigned: true, least: -2, most: 2 },
  'magnitude-se': { ...INDEX, step: 0.01, digits: 3, least: 0, most: Infinity },
  'history-count': NUMBER,
  'observation-count': NUMBER,
  'season-amplitude': { ...INDEX, least: 0, most: Infinity },
  'season-phase': { ...NUMBER, least: 1, most: 366, unit: 'day-of-year' },
  'dry-ndvi': INDEX,
};
