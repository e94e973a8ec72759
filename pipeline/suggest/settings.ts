/** The figures that suggestions rest on; every output names them. Land is screened with them, not surveyed. */
export interface SuggestSettings {
  /** Tree cover from which land counts as wooded, percent; the same as eligibility's. */
  readonly woodedPct: number;
  /** Share of the years with data in which cover has to be low, so that one bad or burnt year decides nothing. */
  readonly lowShare: number;
  /** Years with data that a pixel needs. */
  readonly minYears: number;
  readonly minHa: number;
  readonly maxHa: number;
  /** Rise over run, percent. */
  readonly maxSlopePct: number;
  /** Weight of nearness against likeness in the segmentation; 0 follows colours only. */
  readonly compactness: number;
  /** Spots of land and gaps smaller than this are given to what surrounds them, hectares. */
  readonly sieveHa: number;
  /** Distance kept from parcels, metres. */
  readonly gapM: number;
}

export const SUGGEST_SETTINGS: SuggestSettings = {
  woodedPct: 30,
  lowShare: 0.75,
  minYears: 3,
  minHa: 1,
  maxHa: 20,
  maxSlopePct: 30,
  compactness: 1,
  sieveHa: 0.08,
  gapM: 1,
};
