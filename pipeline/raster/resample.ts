import { inputError } from '../../shared/errors.ts';
import type { Grid } from '../../shared/grid.ts';
import type { PixelArray, Quantity, Raster } from '../../shared/raster.ts';

/** A centre this close to a cell's edge (in cells) counts as on it: keeps degree grids free of rounding luck. */
const ON_EDGE = 1e-7;

/**
 * `source` on `targetGrid` by nearest neighbour: each target cell takes the source cell that contains its centre, the
 * right or lower one when the centre lies on an edge. Origins and cell sizes may differ, the CRS may not.
 * Target cells outside the source are not valid (value 0).
 * @throws CanopyError `E_GRID_CRS`
 */
export function resampleNearest<Q extends Quantity, A extends PixelArray>(
  source: Raster<Q, A>,
  targetGrid: Grid,
): Raster<Q, A> {
  const cols = cellsOfCentres(targetGrid, source.grid, 'col');
  const rows = cellsOfCentres(targetGrid, source.grid, 'row');
  const size = targetGrid.widthPx * targetGrid.heightPx;
  const data = emptyLike(source.data, size);
  const valid = new Uint8Array(size);
  for (let row = 0, i = 0; row < targetGrid.heightPx; row++) {
    const start = rows[row]! * source.grid.widthPx;
    for (let col = 0; col < targetGrid.widthPx; col++, i++) {
      const sourceCol = cols[col]!;
      if (start < 0 || sourceCol < 0) continue;
      data[i] = source.data[start + sourceCol]!;
      valid[i] = source.valid[start + sourceCol]!;
    }
  }
  return { quantity: source.quantity, grid: targetGrid, data, valid };
}

/**
 * `source` on a coarser `targetGrid`: each target cell is the mean of the valid source cells whose centre lies in it,
 * and valid when there is at least one (10 m nir beside 20 m swir, contract "Acquisitions").
 * @throws CanopyError `E_GRID_CRS`
 */
export function meanOfValid<Q extends Quantity>(source: Raster<Q>, targetGrid: Grid): Raster<Q, Float32Array> {
  const cols = cellsOfCentres(source.grid, targetGrid, 'col');
  const rows = cellsOfCentres(source.grid, targetGrid, 'row');
  const size = targetGrid.widthPx * targetGrid.heightPx;
  const sum = new Float64Array(size);
  const count = new Uint32Array(size);
  for (let row = 0, i = 0; row < source.grid.heightPx; row++) {
    const start = rows[row]! * targetGrid.widthPx;
    for (let col = 0; col < source.grid.widthPx; col++, i++) {
      const targetCol = cols[col]!;
      if (start < 0 || targetCol < 0 || source.valid[i] === 0) continue;
      sum[start + targetCol] = sum[start + targetCol]! + source.data[i]!;
      count[start + targetCol] = count[start + targetCol]! + 1;
    }
  }
  const data = new Float32Array(size);
  const valid = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    if (count[i] === 0) continue;
    data[i] = sum[i]! / count[i]!;
    valid[i] = 1;
  }
  return { quantity: source.quantity, grid: targetGrid, data, valid };
}

/** For each column (row) of `from`: the column (row) of `to` that contains its centre, or −1. */
function cellsOfCentres(from: Grid, to: Grid, axis: 'col' | 'row'): Int32Array {
  if (from.crs !== to.crs) {
    throw inputError(
      'E_GRID_CRS',
      `Bands of one scene must share a coordinate reference system to be laid over each other, but one is in ${from.crs} and one in ${to.crs}. Check the item's proj:epsg and proj:code.`,
    );
  }
  const step = axis === 'col' ? 0 : 4;
  const origin = axis === 'col' ? 2 : 5;
  const size = axis === 'col' ? 'widthPx' : 'heightPx';
  const offset = (from.transform[origin] - to.transform[origin]) / to.transform[step];
  const ratio = from.transform[step] / to.transform[step];
  return Int32Array.from({ length: from[size] }, (_, k) => {
    const cell = Math.floor(offset + (k + 0.5) * ratio + ON_EDGE);
    return cell >= 0 && cell < to[size] ? cell : -1;
  });
}

function emptyLike<A extends PixelArray>(data: A, length: number): A {
  const Kind = data.constructor as new (length: number) => A;
  return new Kind(length);
}
