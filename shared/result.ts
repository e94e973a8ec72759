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
}

export type LayerKind = 'ndvi' | 'cover' | 'change' | 'clear-count' | 'true-color';

/** UTC days `YYYY-MM-DD`, both ends included. */
export interface Period {
  readonly start: string;
  readonly end: string;
}
