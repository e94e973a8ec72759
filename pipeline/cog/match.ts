import type { Grid } from '../../shared/grid.ts';
import type { Band } from '../../shared/scene.ts';
import type { CogHeader, CogLevel } from './header.ts';
import { tiffError } from './tiff.ts';

/** What an item must state for its header to be checked; the rest of a band plays no part. */
export type StatedBand = Pick<Band, 'grid' | 'dataType' | 'nodata'>;

/** Corners that lie closer together than this are the same. */
export const MAX_SHIFT_PX = 1e-6;

/** The grid of the full-size image. Errors: `E_CRS_MISSING`, `E_GRID_UNSUPPORTED` (rotated, south-up, control points). */
export function bandGridOf(header: CogHeader): Grid {
  if (header.grid !== null) return header.grid;
  const { code, sentence } = header.gridProblem ?? { code: 'E_GRID_UNSUPPORTED', sentence: 'it has no grid.' };
  throw tiffError(code, header.where, sentence);
}

/** The mask that the file has for its full-size image, if any. */
export function maskOf({ levels, masks }: CogHeader): CogLevel | null {
  const [full] = levels;
  return masks.find((mask) => mask.widthPx === full!.widthPx && mask.heightPx === full!.heightPx) ?? null;
}

/**
 * Holds the header against what the item says of the band, so that a damaged header or a wrong item is found before a
 * pixel is used. Errors: `E_CRS_MISMATCH`, `E_GRID_MISMATCH` (shape, or corners more than 1e-6 px apart),
 * `E_TYPE_MISMATCH` (data type, or nodata where both state one).
 */
export function checkBand(header: CogHeader, band: StatedBand): void {
  const found = bandGridOf(header);
  const stated = band.grid;
  const refuse = (code: string, what: string, item: string, file: string) =>
    tiffError(code, header.where, `its ${what} is ${file}, but its item states ${item}. Correct the item or the file.`);
  if (found.crs !== stated.crs) throw refuse('E_CRS_MISMATCH', 'CRS', stated.crs, found.crs);
  if (found.widthPx !== stated.widthPx || found.heightPx !== stated.heightPx) {
    const tell = (grid: Grid) => `${grid.widthPx} × ${grid.heightPx} pixels`;
    throw refuse('E_GRID_MISMATCH', 'size', tell(stated), tell(found));
  }
  if (!(cornerShiftPx(found, stated) <= MAX_SHIFT_PX)) {
    throw refuse('E_GRID_MISMATCH', 'transform', `[${stated.transform.join(', ')}]`, `[${found.transform.join(', ')}]`);
  }
  if (header.dataType !== band.dataType) throw refuse('E_TYPE_MISMATCH', 'data type', band.dataType, header.dataType);
  const bothState = header.nodata !== null && band.nodata !== null;
  if (bothState && !Object.is(header.nodata! + 0, band.nodata! + 0)) {
    throw refuse('E_TYPE_MISMATCH', 'nodata', `${band.nodata}`, `${header.nodata}`);
  }
}

/**
 * The largest distance between the same corners of two grids, in cells of `b`, whose number of cells counts; those of `a`
 * may be `ratio` times as large. Infinite where one is rotated otherwise.
 */
export function cornerShiftPx(a: Grid, b: Grid, ratio = 1): number {
  const [ax, axr, ax0, ayc, ay, ay0] = a.transform;
  const [bx, bxr, bx0, byc, by, by0] = b.transform;
  if (axr !== bxr || ayc !== byc) return Number.POSITIVE_INFINITY;
  const dx = Math.abs(ax0 - bx0) + Math.abs(ax / ratio - bx) * b.widthPx;
  const dy = Math.abs(ay0 - by0) + Math.abs(ay / ratio - by) * b.heightPx;
  return Math.max(dx / Math.abs(bx), dy / Math.abs(by));
}
