/**
 * The figures that decide eligibility. They are conventions, each with its source, not measurements: a twin that agrees on
 * others changes them here, for every parcel alike.
 */
export interface EligibilitySettings {
  /**
   * A pixel is wooded from this tree cover on, percent. 30 % is what global tree-cover maps are mostly read with (Hansen et
   * al. 2013, Science 342:850; Global Forest Watch); the forest definition of Benin begins at 10 %, in which savanna with
   * scattered trees would be forest.
   */
  readonly woodedPct: number;
  /**
   * A pixel counts as cleared only where cover fell by at least this many points: two maps that stand at 31 and 29 % have
   * not seen a clearing. The loss threshold of the monitor.
   */
  readonly clearedDropPct: number;
  /**
   * Years that ground must have been without clearing: "not cleared of native ecosystems within 10 years" of VCS Standard
   * v4, section 3.19 (no clearing for credit).
   */
  readonly clearedYears: number;
  /** A map older than this before the start cannot say that ground was cleared within the ten years, only before or in them. */
  readonly oldestBeforeYears: number;
  /**
   * A map of tree cover "now" may be at most so many years older than the start of the planned work, or than the results
   * that it stands in for. A convention: no clearing or regrowth of the years between is seen by it.
   */
  readonly oldestNowYears: number;
  /**
   * Share of a parcel, percent, that may be water, houses, steep or the like, or cleared. Lines are drawn to about half a
   * pixel: on a compact parcel of 1 ha at 10 m that is a tenth of its ground.
   */
  readonly tolerancePct: number;
  /** Share of a parcel that may be wooded already, percent, where trees are planted or sown. */
  readonly woodedSharePlantedPct: number;
  /** The same where what grows by itself is helped or left alone, and where trees join crops: these begin among trees. */
  readonly woodedShareOtherPct: number;
  /** Share of a parcel inside a protected area, percent: its line has the error of a pixel too, but not its meaning. */
  readonly protectedPct: number;
  /** Rise over run, percent: "steep" begins at 30 % (FAO 2006, Guidelines for soil description, table 7). */
  readonly steepPct: number;
}

export const ELIGIBILITY_SETTINGS: EligibilitySettings = {
  woodedPct: 30,
  clearedDropPct: 15,
  clearedYears: 10,
  oldestBeforeYears: 15,
  oldestNowYears: 5,
  tolerancePct: 10,
  woodedSharePlantedPct: 25,
  woodedShareOtherPct: 50,
  protectedPct: 1,
  steepPct: 30,
};
