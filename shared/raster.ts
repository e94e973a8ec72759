import type { Grid } from './grid.ts';

/** What the numbers of a raster are; a kernel takes only the quantity it is written for. */
export type Quantity = 'dn' | 'class' | 'reflectance' | 'ndvi' | 'index' | 'fraction' | 'count' | 'colour';

export type PixelArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/**
 * Values on a grid, row by row from the top. `valid[i]` is 1 where `data[i]` may be used; the file's nodata sentinel is
 * turned into this mask when the file is read and exists nowhere else.
 */
export interface Raster<Q extends Quantity = Quantity, A extends PixelArray = PixelArray> {
  readonly quantity: Q;
  readonly grid: Grid;
  readonly data: A;
  readonly valid: Uint8Array;
}
