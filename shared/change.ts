/** Records of change over time: what pipeline and viewer both speak. Figures in index units are NDVI unless a run says otherwise. */

/** What became of a pixel in one monitored calendar year; the numbers stand in the `year-class` layers. */
export const YEAR_CLASS = {
  noData: 0,
  stable: 1,
  loss: 2,
  burnt: 3,
  gain: 4,
  /** From the year in which a loss was made good, on. */
  regrown: 5,
  /** Lost in an earlier monitored year and not recovered. */
  lostBefore: 6,
} as const;
export type YearClassName = keyof typeof YEAR_CLASS;

/** What a parcel's series amounts to; null where it was not judged. */
export const CHANGE_FINDINGS = ['loss', 'loss_and_regrowth', 'gain', 'burnt_and_recovered', 'no_change'] as const;
export type ChangeFinding = (typeof CHANGE_FINDINGS)[number];

/**
 * How sure a change is. `high`: its 95 % interval lies beyond the threshold and the control areas did not do the same;
 * `low`: the control areas speak against it, or a gain went back; `medium`: everything else.
 */
export const CHANGE_CONFIDENCES = ['high', 'medium', 'low'] as const;
export type ChangeConfidence = (typeof CHANGE_CONFIDENCES)[number];

/** A parcel's change over time. Days are `YYYY-MM-DD` in UTC; null is an empty cell. */
export interface ParcelChange {
  readonly finding: ChangeFinding | null;
  readonly confidence: ChangeConfidence | null;
  /** Day of the first crossing of the monitoring boundary on the side of the change; null for a fire, which crosses none. */
  readonly detected: string | null;
  /** The two observations between which the change lies. */
  readonly after: string | null;
  readonly before: string | null;
  /** Day from which a loss is made good. */
  readonly recoveredOn: string | null;
  /** Median departure from the parcel's own season after the change, index units. */
  readonly magnitude: number | null;
  readonly magnitudeSe: number | null;
  readonly historyStart: string | null;
  readonly nHistory: number | null;
  readonly nMonitored: number | null;
  /** Observations dropped by the temporal rule. */
  readonly nOutliers: number | null;
  /** Observations taken out as burnt; null where no scene has the short-wave infrared that shows a fire. */
  readonly nBurnt: number | null;
  /** The deepest fall or rise that was made good within a year and is not shown to be a fire: nothing lasting, but told. */
  readonly passingAfter: string | null;
  readonly passingBefore: string | null;
  readonly passingBack: string | null;
  readonly passingMagnitude: number | null;
  /** Smallest lasting change that these dates would have shown with 90 % power, index units. */
  readonly minDetectableChange: number | null;
  /** Share of the parcel's area that lies in cells its boundary cuts, 0..1. */
  readonly edgeFraction: number | null;
  /** Largest change of the parcel's mean when the grid moves by half a cell, index units. */
  readonly misregistrationNdvi: number | null;
  readonly controlCount: number | null;
  /** Change against the control areas (difference in differences) with its 95 % interval, index units. */
  readonly controlDid: number | null;
  readonly controlDidLow: number | null;
  readonly controlDidHigh: number | null;
  /** Slope of the parcel minus that of its control areas, index units a year, and its Z. */
  readonly controlSlope: number | null;
  readonly controlZ: number | null;
  /** Why it was not judged or is less sure; empty where there is nothing to say. */
  readonly reason: string;
  /** The finding in one English sentence. */
  readonly sentence: string;
}

/** One parcel × monitored calendar year: sums of coverage × true ground area of the year-class layers. */
export interface YearChange {
  readonly parcelId: string;
  readonly year: number;
  readonly parcelHa: number;
  readonly stableHa: number;
  readonly lossHa: number;
  readonly lossHaSe: number | null;
  readonly lostBeforeHa: number;
  /** null where fires could not be looked for. */
  readonly burntHa: number | null;
  readonly burntHaSe: number | null;
  readonly gainHa: number;
  readonly gainHaSe: number | null;
  readonly regrownHa: number;
  readonly regrownHaSe: number | null;
  readonly noDataHa: number;
  /** Sampling error of the areas: `not estimated` before there are reference samples. */
  readonly areaSe: 'not estimated';
  readonly sentence: string;
}

/** What became of an observation in the judgement. `not_used`: cloud, low coverage, or outside both periods. */
export type SeriesState = 'used' | 'outlier' | 'burnt' | 'not_used';

/** One parcel × one observation with a mean: what the chart of a parcel draws. */
export interface SeriesRow {
  readonly parcelId: string;
  readonly datetime: string;
  readonly sceneId: string;
  readonly ndviMean: number;
  /** Burn ratio of the parcel; null where too little of it was seen or no scene has swir22. */
  readonly nbrMean: number | null;
  readonly state: SeriesState;
  /** The parcel's own season fitted to its history, and the 95 % band of a new observation. */
  readonly seasonNdvi: number | null;
  readonly seasonLow: number | null;
  readonly seasonHigh: number | null;
  /** Weighted mean of the control areas on that day, and their least and greatest. */
  readonly controlNdvi: number | null;
  readonly controlLow: number | null;
  readonly controlHigh: number | null;
  readonly controlCount: number;
}

/** One control area of one parcel. */
export interface ControlRow {
  readonly parcelId: string;
  readonly controlId: string;
  /** Of this parcel's control areas; they add up to 1. */
  readonly weight: number;
  /** Standardised Euclidean distance of the covariates. */
  readonly distance: number;
  /** Mean index of the earlier and of the later half of the history, and its slope a year. */
  readonly pastNdvi: number;
  readonly recentNdvi: number;
  readonly pastSlope: number;
}

/** How alike parcels and control areas are: standardised mean difference before and after matching. */
export interface BalanceRow {
  readonly covariate: 'past_ndvi' | 'recent_ndvi' | 'past_slope';
  readonly smdPool: number;
  readonly smdMatched: number;
  /** |smdMatched| ≤ 0.25 (VM0047). */
  readonly isWithin: boolean;
}

/** Everything a run says of change over time, beside the parcels' own rows. */
export interface ChangeTables {
  readonly years: readonly YearChange[];
  readonly series: readonly SeriesRow[];
  readonly controls: readonly ControlRow[];
  readonly balance: readonly BalanceRow[];
  readonly months: readonly MonthCount[];
}

/** Clear observations of a parcel by month. */
export interface MonthCount {
  readonly parcelId: string;
  readonly year: number;
  readonly month: number;
  readonly nAcquisitions: number;
  readonly nClear: number;
}
