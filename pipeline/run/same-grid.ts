import { type CanopyError, inputError } from '../../shared/errors.ts';
import { epsgOf, type Grid } from '../../shared/grid.ts';
import type { CogHeader } from '../cog/header.ts';
import { bandGridOf, cornerShiftPx, MAX_SHIFT_PX } from '../cog/match.ts';

/** Errors (input): `E_CRS_MISMATCH`, `E_GRID_MISMATCH` where `header` has another grid than `first`; `rule` says what is wanted. */
export function checkSameGrid(header: CogHeader, first: CogHeader, rule: string): void {
  checkSameCrs(header, first);
  const [found, grid] = [bandGridOf(header), bandGridOf(first)];
  const isSame =
    found.widthPx === grid.widthPx && found.heightPx === grid.heightPx && cornerShiftPx(found, grid) <= MAX_SHIFT_PX;
  if (!isSame) throw gridError(header, first, rule);
}

/** Errors (input): `E_CRS_MISMATCH`. */
export function checkSameCrs(header: CogHeader, first: CogHeader): void {
  const [found, wanted] = [bandGridOf(header).crs, bandGridOf(first).crs];
  if (epsgOf(found) === epsgOf(wanted)) return;
  const sentence = `${header.where} is in ${found}, but ${first.where} in ${wanted}. One CRS is wanted: take files of one tile.`;
  throw inputError('E_CRS_MISMATCH', sentence, header.where);
}

/** An `E_GRID_MISMATCH` (input) that tells both grids. */
export function gridError(header: CogHeader, first: CogHeader, rule: string): CanopyError {
  const sentence = `${header.where} lies on ${tell(bandGridOf(header))}, but ${first.where} on ${tell(bandGridOf(first))}. ${rule}`;
  return inputError('E_GRID_MISMATCH', sentence, header.where);
}

function tell({ crs, widthPx, heightPx, transform: [cellX, , x, , , y] }: Grid): string {
  return `${widthPx} × ${heightPx} cells of ${cellX} from ${x}, ${y} on in ${crs}`;
}
