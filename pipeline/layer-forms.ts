import type { LayerKind } from '../shared/result.ts';
import type { ChangePlan } from './change-plan.ts';
import type { Plan } from './plan.ts';

/** The two periods that a run compares. */
export type ComparedPeriod = 'baseline' | 'period';
/** What a layer is of: one of the two periods, or a year such as `2023`. */
export type LayerPeriod = ComparedPeriod | `${number}`;
export type LayerData = Int16Array | Uint16Array | Uint8Array;

/** One chunk of one result layer, in the stored numbers of `LAYERS`. */
export interface UnitLayer {
  readonly kind: LayerKind;
  readonly period: LayerPeriod;
  readonly data: LayerData;
}

/** How a layer is stored: value = DN · scale. Fractions and NDVI keep four decimals. */
export interface LayerForm {
  readonly dataType: 'int16' | 'uint16' | 'uint8';
  readonly nodata: number;
  readonly scale: number;
  readonly samples: 1 | 3;
  readonly unit: string;
}

export const FRACTION_SCALE = 1e-4;
export const FRACTION_NODATA = -32768;
const FRACTION: LayerForm = {
  dataType: 'int16',
  nodata: FRACTION_NODATA,
  scale: FRACTION_SCALE,
  samples: 1,
  unit: '1',
};

const INDEX: LayerForm = { ...FRACTION, unit: 'NDVI' };
const DAYS: LayerForm = { dataType: 'uint16', nodata: 0, scale: 1, samples: 1, unit: 'days since 1970-01-01' };
const COUNT: LayerForm = { dataType: 'uint16', nodata: 65535, scale: 1, samples: 1, unit: 'observations' };

export const LAYER_FORMS: Readonly<Record<LayerKind, LayerForm>> = {
  ndvi: FRACTION,
  cover: FRACTION,
  change: FRACTION,
  'clear-count': { dataType: 'uint16', nodata: 65535, scale: 1, samples: 1, unit: 'acquisitions' },
  'true-color': { dataType: 'uint8', nodata: 0, scale: 1, samples: 3, unit: 'display value' },
  'year-class': { dataType: 'uint8', nodata: 0, scale: 1, samples: 1, unit: 'class' },
  'break-date': DAYS,
  'change-from': DAYS,
  'change-to': DAYS,
  'recovery-date': DAYS,
  'break-magnitude': INDEX,
  'magnitude-se': INDEX,
  'history-count': COUNT,
  'observation-count': COUNT,
  'season-amplitude': INDEX,
  'season-phase': { dataType: 'uint16', nodata: 0, scale: 1, samples: 1, unit: 'day of the year' },
  'dry-ndvi': INDEX,
};

export interface NamedLayer {
  readonly kind: LayerKind;
  readonly period: LayerPeriod;
}

/** The layers of a run, in the order in which they are written. */
export function layersOf({ hasColour, change, isChangeOnly }: LayerPlan): NamedLayer[] {
  const both = (kind: LayerKind): NamedLayer[] => [
    { kind, period: 'baseline' },
    { kind, period: 'period' },
  ];
  const composites: NamedLayer[] = [
    ...both('ndvi'),
    ...both('cover'),
    { kind: 'change', period: 'period' },
    ...both('clear-count'),
    ...(hasColour ? both('true-color') : []),
  ];
  return [...(isChangeOnly ? [] : composites), ...('slots' in change ? changeLayersOf(change) : [])];
}

type LayerPlan = Pick<Plan, 'hasColour' | 'change'> & Partial<Pick<Plan, 'isChangeOnly'>>;

/** The layers of change over time and of the seasons, in the order in which they are written. */
function changeLayersOf({ years, seasonYears }: Pick<ChangePlan, 'years' | 'seasonYears'>): NamedLayer[] {
  return [
    ...CHANGE_KINDS.map((kind): NamedLayer => ({ kind, period: 'period' })),
    ...years.map((year): NamedLayer => ({ kind: 'year-class', period: `${year}` })),
    { kind: 'season-amplitude', period: 'baseline' },
    { kind: 'season-phase', period: 'baseline' },
    ...seasonYears.map(({ year }): NamedLayer => ({ kind: 'dry-ndvi', period: `${year}` })),
  ];
}

/** Layers of a judged period: what each pixel's series shows over both periods. */
export const CHANGE_KINDS = [
  'break-date',
  'change-from',
  'change-to',
  'recovery-date',
  'break-magnitude',
  'magnitude-se',
  'history-count',
  'observation-count',
] as const satisfies readonly LayerKind[];
