import type { PixelArray } from '../../shared/raster.ts';

/** Side of the cells of a row, metres on the ground. */
export interface CellSize {
  readonly widthM: number;
  readonly heightM: number;
}

/**
 * Slope as rise over run by Horn (1981, Proc. IEEE 69:14), from the eight neighbours of each cell: the east–west gradient
 * is ((c + 2f + i) − (a + 2d + g))/(8·width), the north–south one alike. A cell needs all eight neighbours and itself.
 * @param heights metres, row by row, with one cell more on every side than what is asked for
 * @param outer columns and rows of `heights`
 * @param sizeOf of the cells of a row of the result; degrees differ from row to row
 * @returns of (cols − 2) × (rows − 2) cells; `valid` 1 where it is known
 */
export function hornSlope(
  heights: { readonly data: PixelArray; readonly valid: Uint8Array },
  outer: { readonly widthPx: number; readonly heightPx: number },
  sizeOf: (row: number) => CellSize,
): { readonly slope: Float32Array; readonly valid: Uint8Array } {
  const [cols, rows] = [Math.max(0, outer.widthPx - 2), Math.max(0, outer.heightPx - 2)];
  const slope = new Float32Array(cols * rows);
  const valid = new Uint8Array(cols * rows);
  const { data: z, valid: known } = heights;
  for (let row = 0; row < rows; row++) {
    const { widthM, heightM } = sizeOf(row);
    for (let col = 0; col < cols; col++) {
      const up = row * outer.widthPx + col;
      const mid = up + outer.widthPx;
      const down = mid + outer.widthPx;
      let all = 1;
      for (let k = 0; k < 3; k++) all &= known[up + k]! & known[mid + k]! & known[down + k]!;
      if (all === 0) continue;
      const east = z[up + 2]! + 2 * z[mid + 2]! + z[down + 2]! - (z[up]! + 2 * z[mid]! + z[down]!);
      const north = z[up]! + 2 * z[up + 1]! + z[up + 2]! - (z[down]! + 2 * z[down + 1]! + z[down + 2]!);
      slope[row * cols + col] = Math.hypot(east / (8 * widthM), north / (8 * heightM));
      valid[row * cols + col] = 1;
    }
  }
  return { slope, valid };
}
