import { intersectWindows } from '../../shared/grid.ts';
import type { CellAreas } from './cell-area.ts';
import { type CoveredWindow, indexOf, type ValueWindow } from './zonal.ts';

/** True ground area, in hectares, of a parcel by what its cells hold. */
export interface ClassAreas {
  readonly lossHa: number;
  readonly gainHa: number;
  readonly stableHa: number;
  /** Cells that are not valid. */
  readonly noDataHa: number;
}

/** In the units of the values. */
export interface ChangeThresholds {
  /** A change at or below this (negative) is loss. */
  readonly loss: number;
  /** A change at or above this (positive) is gain. */
  readonly gain: number;
}

/** Coverage × true ground area of every cell of a parcel's window, hectares: measured once where many dates are summed. */
export function coveredHa({ window, coverage }: CoveredWindow, areas: CellAreas): Float64Array {
  const ha = new Float64Array(coverage.length);
  const rowHa = new Float64Array(window.widthPx);
  for (let row = 0, i = 0; row < window.heightPx; row++) {
    areas.fillRow(window.row + row, window.col, window.widthPx, rowHa);
    for (let k = 0; k < window.widthPx; k++, i++) ha[i] = coverage[i]! * rowHa[k]!;
  }
  return ha;
}

/** As `measureAreaHa`, from the hectares of each cell (`coveredHa`). */
export function sumHa(
  { window }: CoveredWindow,
  cellHa: Float64Array,
  cells: Pick<ValueWindow, 'window' | 'valid'>,
): number {
  const shared = intersectWindows(window, cells.window);
  if (shared === null) return 0;
  let sum = 0;
  for (let row = 0; row < shared.heightPx; row++) {
    const i = indexOf(window, shared, row);
    const j = indexOf(cells.window, shared, row);
    for (let k = 0; k < shared.widthPx; k++) if (cells.valid[j + k] === 1) sum += cellHa[i + k]!;
  }
  return sum;
}

/**
 * Σ coverage × cell area over the cells of the parcel where `valid` is 1 (observed, clear …). As in `accumulate`, cells
 * outside the window of the mask add nothing.
 */
export function measureAreaHa(
  parcel: CoveredWindow,
  cells: Pick<ValueWindow, 'window' | 'valid'>,
  areas: CellAreas,
): number {
  const shared = intersectWindows(parcel.window, cells.window);
  if (shared === null) return 0;
  const rowHa = new Float64Array(shared.widthPx);
  let sumHa = 0;
  for (let row = 0; row < shared.heightPx; row++) {
    const i = indexOf(parcel.window, shared, row);
    const j = indexOf(cells.window, shared, row);
    areas.fillRow(shared.row + row, shared.col, shared.widthPx, rowHa);
    for (let k = 0; k < shared.widthPx; k++) {
      if (cells.valid[j + k] === 1) sumHa += parcel.coverage[i + k]! * rowHa[k]!;
    }
  }
  return sumHa;
}

/** Areas of loss, gain, neither, and no data of a change raster inside a parcel. Parts of one parcel are added up. */
export function classifyAreasHa(
  parcel: CoveredWindow,
  cells: ValueWindow,
  areas: CellAreas,
  thresholds: ChangeThresholds,
): ClassAreas {
  const sums = { lossHa: 0, gainHa: 0, stableHa: 0, noDataHa: 0 };
  const shared = intersectWindows(parcel.window, cells.window);
  if (shared === null) return sums;
  // Values are float32 at best: rounded alike, a value written as the threshold counts as having reached it.
  const loss = Math.fround(thresholds.loss);
  const gain = Math.fround(thresholds.gain);
  const rowHa = new Float64Array(shared.widthPx);
  for (let row = 0; row < shared.heightPx; row++) {
    const i = indexOf(parcel.window, shared, row);
    const j = indexOf(cells.window, shared, row);
    areas.fillRow(shared.row + row, shared.col, shared.widthPx, rowHa);
    for (let k = 0; k < shared.widthPx; k++) {
      const ha = parcel.coverage[i + k]! * rowHa[k]!;
      if (ha === 0) continue;
      const value = cells.values[j + k]!;
      if (cells.valid[j + k] === 0) sums.noDataHa += ha;
      else if (value <= loss) sums.lossHa += ha;
      else if (value >= gain) sums.gainHa += ha;
      else sums.stableHa += ha;
    }
  }
  return sums;
}
