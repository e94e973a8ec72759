import type { Grid, Window } from '../../shared/grid.ts';
import { computeCoverage } from '../raster/coverage.ts';

/** A share this near to 0 or 1 is the rounding of a cell that the boundary only touches. */
const ROUNDING = 1e-9;

/** Half a cell to the west, east, north and south: [columns, rows]. */
const HALF_CELLS = [
  [-0.5, 0],
  [0.5, 0],
  [0, -0.5],
  [0, 0.5],
] as const;

/**
 * Share of a parcel's area that lies in cells its boundary cuts, 0..1: what is mixed with ground outside. null for a
 * parcel without area in the window.
 * @param coverage share of each cell inside the parcel, 0..1.
 */
export function edgeFraction(coverage: Float64Array): number | null {
  let all = 0;
  let cut = 0;
  for (const share of coverage) {
    all += share;
    if (share > ROUNDING && share < 1 - ROUNDING) cut += share;
  }
  return all > 0 ? cut / all : null;
}

/**
 * Coverage of a parcel as it would be if the image lay half a cell further west, east, north and south: what
 * geolocation of half a pixel does to it. The window should leave a margin of one cell round the parcel; ground that
 * moves out of it is left out.
 */
export function shiftedCoverages(ringsCrs: readonly Float64Array[], grid: Grid, window: Window): Float64Array[] {
  const [a, b, c, d, e, f] = grid.transform;
  return HALF_CELLS.map(([cols, rows]) => {
    const moved = [a, b, c + a * cols, d, e, f + e * rows] as unknown as Grid['transform'];
    return computeCoverage(ringsCrs, { ...grid, transform: moved }, window);
  });
}

/**
 * Largest change of the coverage-weighted mean of `values` when the coverage is replaced by one of `shifted`, ≥ 0, in
 * the unit of the values; null where nothing valid is covered.
 * @param valid 1 = use; of the same cells as `values` and each coverage.
 */
export function misregistration(
  values: ArrayLike<number>,
  valid: ArrayLike<number>,
  coverage: Float64Array,
  shifted: readonly Float64Array[],
): number | null {
  const own = weightedMean(values, valid, coverage);
  if (own === null) return null;
  let largest: number | null = null;
  for (const other of shifted) {
    const mean = weightedMean(values, valid, other);
    if (mean !== null) largest = Math.max(largest ?? 0, Math.abs(mean - own));
  }
  return largest;
}

function weightedMean(values: ArrayLike<number>, valid: ArrayLike<number>, coverage: Float64Array): number | null {
  let weight = 0;
  let sum = 0;
  for (let i = 0; i < coverage.length; i++) {
    if (valid[i] !== 1 || coverage[i] === 0) continue;
    weight += coverage[i]!;
    sum += coverage[i]! * values[i]!;
  }
  return weight > 0 ? sum / weight : null;
}
