import { intersectWindows, type Window } from '../../shared/grid.ts';
import type { PixelArray } from '../../shared/raster.ts';

/** A parcel's share of the cells of a window, from `computeCoverage`. */
export interface CoveredWindow {
  readonly window: Window;
  readonly coverage: Float64Array;
}

/** Values of the cells of a window of the same grid; it may be larger, smaller or beside the parcel's window. */
export interface ValueWindow {
  readonly window: Window;
  readonly values: PixelArray;
  /** 1 = use. */
  readonly valid: Uint8Array;
}

/** Mergeable statistics of a parcel, weighted by coverage. */
export interface ZonalStats {
  /** Sum of the coverage fractions of the valid cells ("count" of `canopy zonal`). The weighted sum is this × mean. */
  readonly sumCoverage: number;
  /** Weighted mean; 0 while there is no valid cell. */
  readonly mean: number;
  /** Weighted sum of the squared deviations from the mean. */
  readonly m2: number;
  /** Smallest and largest value; 0 while there is no valid cell. */
  readonly min: number;
  readonly max: number;
}

export function emptyStats(): ZonalStats {
  return { sumCoverage: 0, mean: 0, m2: 0, min: 0, max: 0 };
}

/** Population standard deviation (square root of Σ w (v − mean)² / Σ w); null without a valid cell. */
export function standardDeviation(stats: ZonalStats): number | null {
  return stats.sumCoverage > 0 ? Math.sqrt(stats.m2 / stats.sumCoverage) : null;
}

/** The statistics of two parts together (Chan, Golub and LeVeque 1983). Merge in a fixed order to get the same bits. */
export function mergeStats(a: ZonalStats, b: ZonalStats): ZonalStats {
  if (a.sumCoverage === 0) return b;
  if (b.sumCoverage === 0) return a;
  const sumCoverage = a.sumCoverage + b.sumCoverage;
  const delta = b.mean - a.mean;
  return {
    sumCoverage,
    mean: a.mean + (delta * b.sumCoverage) / sumCoverage,
    m2: a.m2 + b.m2 + (delta * delta * a.sumCoverage * b.sumCoverage) / sumCoverage,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  };
}

/**
 * `stats` with the valid cells that the parcel covers added. Cells of the parcel outside the value window add nothing:
 * they are for the window that holds them. Two passes (mean, then deviations), so that nothing cancels.
 */
export function accumulate(stats: ZonalStats, parcel: CoveredWindow, cells: ValueWindow): ZonalStats {
  const shared = intersectWindows(parcel.window, cells.window);
  return shared === null ? stats : mergeStats(stats, measure(parcel, cells, shared));
}

function measure(parcel: CoveredWindow, { window, values, valid }: ValueWindow, shared: Window): ZonalStats {
  const { coverage } = parcel;
  let shift = 0;
  let sumCoverage = 0;
  let sum = 0;
  let min = Infinity;
  let max = -Infinity;
  for (let row = 0; row < shared.heightPx; row++) {
    let i = indexOf(parcel.window, shared, row);
    let j = indexOf(window, shared, row);
    for (const end = i + shared.widthPx; i < end; i++, j++) {
      const share = coverage[i]!;
      if (share === 0 || valid[j] === 0) continue;
      const value = values[j]!;
      // Sums are of differences from the first value: cells of one value have exactly that mean and no deviation.
      if (sumCoverage === 0) shift = value;
      sumCoverage += share;
      sum += share * (value - shift);
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  if (sumCoverage === 0) return emptyStats();
  const mean = Math.min(max, Math.max(min, shift + sum / sumCoverage));
  return { sumCoverage, mean, m2: squaresAround(mean, parcel, { window, values, valid }, shared), min, max };
}

function squaresAround(
  mean: number,
  parcel: CoveredWindow,
  { window, values, valid }: ValueWindow,
  shared: Window,
): number {
  const { coverage } = parcel;
  let m2 = 0;
  for (let row = 0; row < shared.heightPx; row++) {
    let i = indexOf(parcel.window, shared, row);
    let j = indexOf(window, shared, row);
    for (const end = i + shared.widthPx; i < end; i++, j++) {
      const share = coverage[i]!;
      if (share === 0 || valid[j] === 0) continue;
      const difference = values[j]! - mean;
      m2 += share * difference * difference;
    }
  }
  return m2;
}

/** Index in the array of window `outer` of the first cell of row `row` of the window `inner` inside it. */
export function indexOf(outer: Window, inner: Window, row: number): number {
  return (inner.row - outer.row + row) * outer.widthPx + inner.col - outer.col;
}
