/** What was measured on a suggested parcel. */
export interface SiteFigures {
  /** Median over the years of the mean tree cover, percent. */
  readonly coverPct: number;
  /** Mean distance of its ground to trees that stand in most years, metres; null where none are near enough to be seen. */
  readonly treesM: number | null;
  /** Points of tree cover a year. */
  readonly regrowthPctPerYear: number;
  /** Share of the ground steeper than half the limit; null without a layer of elevation. */
  readonly slopePct: number | null;
  /** Area over that of a circle of the same outline, 0..1 (Polsby and Popper 1991). */
  readonly compactness: number;
}

/** Two figures of 0 to 1 with the parts they are made of. Conventions for ranking, not forecasts. */
export interface Potential {
  readonly passive: number;
  readonly planting: number;
  readonly parts: {
    readonly closeness: number;
    readonly regrowth: number;
    readonly cover: number;
    readonly openness: number;
    readonly remoteness: number;
    readonly flatness: number | null;
    readonly compactness: number;
  };
}

/** Distance at which closeness has fallen to 1/e: most seeds of trees fall within one to a few hundred metres. */
const CLOSENESS_M = 100;
/** Regrowth that counts as full: savanna left alone gains some points of cover a year. */
const FULL_REGROWTH_PCT = 3;

/**
 * Potential for passive regeneration: 0.5 closeness to trees (e^(−d/100 m)) + 0.3 past regrowth (points of cover a year,
 * full at 3) + 0.2 tree cover that is there already (of `woodedPct`). For planting: 0.4 openness (1 − cover) + 0.3
 * remoteness (1 − closeness) + 0.15 flatness (1 − mean slope over the limit) + 0.15 compactness; without elevation the
 * others are weighted up.
 */
export function ratePotential(
  figures: SiteFigures,
  limits: { readonly woodedPct: number; readonly maxSlopePct: number },
): Potential {
  const { treesM, slopePct } = figures;
  const closeness = treesM === null ? 0 : Math.exp(-treesM / CLOSENESS_M);
  const regrowth = clamp(figures.regrowthPctPerYear / FULL_REGROWTH_PCT);
  const cover = clamp(figures.coverPct / limits.woodedPct);
  const flatness = slopePct === null ? null : clamp(1 - slopePct / limits.maxSlopePct);
  const openness = 1 - cover;
  const remoteness = 1 - closeness;
  const compactness = clamp(figures.compactness);
  const known = 0.4 * openness + 0.3 * remoteness + 0.15 * compactness;
  return {
    passive: 0.5 * closeness + 0.3 * regrowth + 0.2 * cover,
    planting: flatness === null ? known / 0.85 : known + 0.15 * flatness,
    parts: { closeness, regrowth, cover, openness, remoteness, flatness, compactness },
  };
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/**
 * Points a year by Theil and Sen: the median of the slopes between all pairs of years, which a burnt or a wet year does
 * not move; 0 with fewer than two years. NaN in `values` is a year without data.
 */
export function trendPerYear(years: readonly number[], values: readonly number[]): number {
  const slopes: number[] = [];
  for (let i = 0; i < years.length; i++)
    for (let j = i + 1; j < years.length; j++) {
      const slope = (values[j]! - values[i]!) / (years[j]! - years[i]!);
      if (Number.isFinite(slope)) slopes.push(slope);
    }
  return medianOf(slopes) ?? 0;
}

/** null of nothing. */
export function medianOf(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const ordered = [...values].sort((a, b) => a - b);
  return (ordered[(ordered.length - 1) >> 1]! + ordered[ordered.length >> 1]!) / 2;
}
