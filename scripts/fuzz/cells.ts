import { createHash } from 'node:crypto';
import type { DataType } from '../../pipeline/cog/header.ts';
import type { PixelArray } from '../../shared/raster.ts';

/** What the fuzzer knows of cells by itself, without asking the reader that it tries. */

export const CELL_ARRAYS = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** The cells of one sample of one image of a file, as whoever made the file knows them. */
export interface CellDigest {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly sample: number;
  /** See `digestCells`. */
  readonly sha256: string;
}

/** Whether a stored number is one without a value: NaN, or the nodata as the data type rounds it. */
export function isNodata(value: number, nodata: number | null, dataType: DataType): boolean {
  return Number.isNaN(value) || value === (nodata !== null && dataType === 'float32' ? Math.fround(nodata) : nodata);
}

/**
 * SHA-256 in hexadecimal of the data type's name, a line feed, the cells row by row in little endian with 0 where they are
 * invalid, and a byte a cell, 1 = valid.
 */
export function digestCells(dataType: DataType, data: PixelArray, valid: Uint8Array): string {
  const cells = data.map((value, i) => (valid[i] === 0 ? 0 : value));
  const bytes = new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength);
  return createHash('sha256').update(`${dataType}\n`).update(bytes).update(valid).digest('hex');
}
