import { YEAR_CLASS } from '../../shared/change.ts';
import type { Window } from '../../shared/grid.ts';
import type { CellAreas } from '../raster/cell-area.ts';
import { type CoveredWindow, indexOf } from '../raster/zonal.ts';
import { normalCdf } from './normal.ts';

const CLASSES = Object.keys(YEAR_CLASS).length;

/** What the change layers of a grid say of a window; row by row as everywhere. */
export interface ChangeSurface {
  readonly window: Window;
  /** 1 where the series was looked at; elsewhere another grid has to be asked. */
  readonly observed: Uint8Array;
  /** `YEAR_CLASS` of each cell, one array a year. */
  readonly classes: readonly Uint8Array[];
  /** Index units; NaN where none. */
  readonly magnitude: Float32Array;
  readonly magnitudeSe: Float32Array;
}

/** Areas of one parcel in one year, mergeable by addition. */
export interface YearSums {
  readonly year: number;
  /** Hectares by `YEAR_CLASS`. */
  readonly classHa: Float64Array;
  /** Σ a·√(p(1 − p)) of the cells that are, or might have been, loss and gain. */
  lossSeHa: number;
  gainSeHa: number;
}

export function emptySums(years: readonly number[]): YearSums[] {
  return years.map((year) => ({ year, classHa: new Float64Array(CLASSES), lossSeHa: 0, gainSeHa: 0 }));
}

/**
 * Adds a parcel's cells: coverage × true ground area by class, and what the noise of each cell's own series does to loss
 * and gain. p is the chance that the cell's true change reaches the threshold, from its magnitude and standard error
 * (normal); a cell without an event may have had one in any year, so its chance is shared among them. Cells are taken as
 * fully dependent, which bounds the error from above.
 */
export function addYearAreas(
  sums: readonly YearSums[],
  covered: CoveredWindow,
  surface: ChangeSurface,
  how: { readonly areas: CellAreas; readonly minMagnitude: number },
): void {
  const { window, coverage } = covered;
  const rowHa = new Float64Array(window.widthPx);
  for (let row = 0; row < window.heightPx; row += 1) {
    const from = row * window.widthPx;
    const at = indexOf(surface.window, window, row);
    how.areas.fillRow(window.row + row, window.col, window.widthPx, rowHa);
    for (let k = 0; k < window.widthPx; k += 1) {
      const ha = coverage[from + k]! * rowHa[k]!;
      if (ha === 0 || surface.observed[at + k] === 0) continue;
      addCell(sums, surface, at + k, { ha, minMagnitude: how.minMagnitude });
    }
  }
}

function addCell(
  sums: readonly YearSums[],
  { classes, magnitude, magnitudeSe }: ChangeSurface,
  cell: number,
  { ha, minMagnitude }: { readonly ha: number; readonly minMagnitude: number },
): void {
  const [size, se] = [magnitude[cell]!, magnitudeSe[cell]!];
  const isKnown = se > 0;
  const lossChance = isKnown ? normalCdf((-minMagnitude - size) / se) : 0;
  const gainChance = isKnown ? normalCdf((size - minMagnitude) / se) : 0;
  const hasEvent = classes.some((year) => year[cell] === YEAR_CLASS.loss || year[cell] === YEAR_CLASS.gain);
  const share = hasEvent ? 0 : 1 / classes.length;
  for (let y = 0; y < sums.length; y += 1) {
    const found = classes[y]![cell]!;
    sums[y]!.classHa[found]! += ha;
    if (found === YEAR_CLASS.noData) continue;
    sums[y]!.lossSeHa += ha * spread(found === YEAR_CLASS.loss ? lossChance : lossChance * share);
    sums[y]!.gainSeHa += ha * spread(found === YEAR_CLASS.gain ? gainChance : gainChance * share);
  }
}

/** Standard deviation of a thing that is so with chance p. */
function spread(p: number): number {
  return Math.sqrt(Math.max(0, p * (1 - p)));
}
