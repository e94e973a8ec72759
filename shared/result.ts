import type { ParcelChange } from './change.ts';

export type ObservationOutcome = 'ok' | 'low_coverage' | 'no_data';

/** One parcel × one acquisition. Areas are true ground area; ndvi_* are weighted by coverage; null is an empty cell. */
export interface Observation {
  readonly parcelId: string;
  readonly sceneId: string;
  readonly sceneIds: readonly string[];
  readonly datetime: string;
  readonly platform: string;
  readonly parcelHa: number;
  readonly observedHa: number;
  readonly clearHa: number;
  readonly clearFraction: number;
  readonly ndviMean: number | null;
  readonly ndviSd: number | null;
  readonly ndviP10: number | null;
  readonly ndviP50: number | null;
  readonly ndviP90: number | null;
  readonly outcome: ObservationOutcome;
  readonly reason: string;
}

/** What a parcel's change amounts to, given its uncertainty. */
export type Finding = 'loss' | 'gain' | 'stable' | 'not_distinguishable';

export interface ParcelResult {
  readonly parcelId: string;
  readonly parcelHa: number | null;
  readonly nClearBaseline: number;
  readonly nClearPeriod: number;
  readonly ndviBaseline: number | null;
  readonly ndviPeriod: number | null;
  readonly ndviChange: number | null;
  readonly ndviChangeSe: number | null;
  readonly coverBaselinePct: number | null;
  readonly coverPeriodPct: number | null;
  readonly coverChangePct: number | null;
  readonly lossHa: number | null;
  readonly gainHa: number | null;
  readonly stableHa: number | null;
  readonly noDataHa: number | null;
  readonly outcome: 'ok' | 'no_data';
  readonly reason: string;
  readonly finding: Finding | null;
  /** Standard error of the class areas: `not estimated` before there are reference samples. */
  readonly classAreaSe: 'not estimated';
  /** Error of one pixel's tree cover by a calibrated model, percent of ground; null: not estimated, the model is not calibrated. */
  readonly coverSePct: number | null;
  /** Change over time; null where the run did not look at it, or the parcel has no figures at all. */
  readonly change: ParcelChange | null;
}

export const LAYER_KINDS = [
  'ndvi',
  'cover',
  'change',
  'clear-count',
  'true-color',
  'year-class',
  'break-date',
  'change-from',
  'change-to',
  'recovery-date',
  'break-magnitude',
  'magnitude-se',
  'history-count',
  'observation-count',
  'season-amplitude',
  'season-phase',
  'dry-ndvi',
] as const;
export type LayerKind = (typeof LAYER_KINDS)[number];

/** UTC days `YYYY-MM-DD`, both ends included. */
export interface Period {
  readonly start: string;
  readonly end: string;
}
