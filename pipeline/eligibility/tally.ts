import { intersectWindows, type Window } from '../../shared/grid.ts';
import type { CellAreas } from '../raster/cell-area.ts';
import { type CoveredWindow, indexOf } from '../raster/zonal.ts';

/** Cells sorted into bins; only those with 1 in `observed` count. */
export interface BinnedWindow {
  readonly window: Window;
  readonly observed: Uint8Array;
  readonly bins: Uint8Array;
}

/** Adds to `sums`, bin by bin, the true ground (hectares) of a parcel over cells: Σ coverage × cell area. */
export function addBins(sums: Float64Array, parcel: CoveredWindow, cells: BinnedWindow, areas: CellAreas): void {
  const shared = intersectWindows(parcel.window, cells.window);
  if (shared === null) return;
  const rowHa = new Float64Array(shared.widthPx);
  for (let row = 0; row < shared.heightPx; row++) {
    const i = indexOf(parcel.window, shared, row);
    const j = indexOf(cells.window, shared, row);
    areas.fillRow(shared.row + row, shared.col, shared.widthPx, rowHa);
    for (let k = 0; k < shared.widthPx; k++) {
      const share = parcel.coverage[i + k]!;
      if (share > 0 && cells.observed[j + k] === 1) sums[cells.bins[j + k]!]! += share * rowHa[k]!;
    }
  }
}

/** Edges are straight in the layer's CRS and geodesic in the parcel's area: a trace of ground that is no gap in a layer. */
const TRACE = 1e-5;

/** Ground that no bin holds, hectares; 0 where it is a trace. */
export function unknownOf(sums: Float64Array, parcelHa: number): number {
  const known = sums.reduce((sum, ha) => sum + ha, 0);
  return parcelHa - known > TRACE * parcelHa ? parcelHa - known : 0;
}
