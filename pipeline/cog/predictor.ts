import type { PixelArray } from '../../shared/raster.ts';

/** How the rows of a block lie in its array. */
export interface RowShape {
  /** Values in a row: pixels × samples. */
  readonly valuesPerRow: number;
  readonly rows: number;
  /** Distance between neighbouring values of one sample. */
  readonly stride: number;
}

/** Undoes the horizontal predictor (TIFF 6.0, section 14) in place; sums wrap at the width of the type. */
export function undoDifference(values: PixelArray, { valuesPerRow, rows, stride }: RowShape): void {
  for (let row = 0; row < rows; row++) {
    const start = row * valuesPerRow;
    const end = start + valuesPerRow;
    if (stride === 1) {
      let sum = 0;
      for (let i = start; i < end; i++) {
        sum = (sum + values[i]!) | 0;
        values[i] = sum;
      }
    } else {
      for (let i = start + stride; i < end; i++) values[i] = (values[i]! + values[i - stride]!) | 0;
    }
  }
}

/** Applies the horizontal predictor: `out` gets each value less its left neighbour, `values` is left alone. */
export function applyDifference(values: PixelArray, out: PixelArray, { valuesPerRow, rows, stride }: RowShape): void {
  for (let row = 0; row < rows; row++) {
    const start = row * valuesPerRow;
    const end = start + valuesPerRow;
    for (let i = start; i < start + stride; i++) out[i] = values[i]!;
    for (let i = start + stride; i < end; i++) out[i] = values[i]! - values[i - stride]!;
  }
}

/**
 * Undoes the floating-point predictor (Adobe Photoshop TIFF technical note 3): differences of bytes, and in each row all
 * first bytes of the numbers, then all second ones, the most significant first whatever the file's byte order.
 */
export function undoFloatPredictor(bytes: Uint8Array, bytesPerValue: number, shape: RowShape): Uint8Array {
  const { valuesPerRow, rows, stride } = shape;
  const rowBytes = valuesPerRow * bytesPerValue;
  const out = new Uint8Array(rows * rowBytes);
  const sums = new Uint8Array(rowBytes);
  for (let row = 0; row < rows; row++) {
    const start = row * rowBytes;
    for (let i = 0; i < stride; i++) sums[i] = bytes[start + i]!;
    for (let i = stride; i < rowBytes; i++) sums[i] = bytes[start + i]! + sums[i - stride]!;
    for (let plane = 0; plane < bytesPerValue; plane++) {
      const from = plane * valuesPerRow;
      const to = start + bytesPerValue - 1 - plane;
      for (let i = 0; i < valuesPerRow; i++) out[to + i * bytesPerValue] = sums[from + i]!;
    }
  }
  return out;
}

/** Applies the floating-point predictor; the counterpart of `undoFloatPredictor`. */
export function applyFloatPredictor(bytes: Uint8Array, bytesPerValue: number, shape: RowShape): Uint8Array {
  const { valuesPerRow, rows, stride } = shape;
  const rowBytes = valuesPerRow * bytesPerValue;
  const out = new Uint8Array(rows * rowBytes);
  for (let row = 0; row < rows; row++) {
    const start = row * rowBytes;
    for (let plane = 0; plane < bytesPerValue; plane++) {
      const to = start + plane * valuesPerRow;
      const from = start + bytesPerValue - 1 - plane;
      for (let i = 0; i < valuesPerRow; i++) out[to + i] = bytes[from + i * bytesPerValue]!;
    }
    for (let i = start + rowBytes - 1; i >= start + stride; i--) out[i] = out[i]! - out[i - stride]!;
  }
  return out;
}
