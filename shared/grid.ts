/**
 * A grid: where the cells of a raster lie on the ground.
 * x = transform[0]·col + transform[2], y = transform[4]·row + transform[5], with col and row counted from the outer
 * corner of the upper-left cell (PixelIsArea). Rotated and south-up grids are refused at the door.
 */
export interface Grid {
  /** Coordinate reference system, always `EPSG:<code>`. */
  readonly crs: string;
  /** [xPerCol, 0, xOrigin, 0, yPerRow (negative), yOrigin] in CRS units, the order of STAC `proj:transform`. */
  readonly transform: Affine;
  readonly widthPx: number;
  readonly heightPx: number;
}

export type Affine = readonly [number, number, number, number, number, number];

/** A rectangle of cells: columns [col, col + widthPx), rows [row, row + heightPx). */
export interface Window {
  readonly col: number;
  readonly row: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** [xMin, yMin, xMax, yMax] in the units of the CRS it is said to be in. */
export type Bbox = readonly [number, number, number, number];

export function gridBbox(grid: Grid): Bbox {
  const [a, , c, , e, f] = grid.transform;
  return [c, f + e * grid.heightPx, c + a * grid.widthPx, f];
}

/** Cells of `grid` touched by `bbox` (CRS units), clipped to the grid; null when they do not touch. */
export function windowOfBbox(grid: Grid, bbox: Bbox): Window | null {
  const [a, , c, , e, f] = grid.transform;
  const col0 = Math.max(0, Math.floor((bbox[0] - c) / a));
  const col1 = Math.min(grid.widthPx, Math.ceil((bbox[2] - c) / a));
  const row0 = Math.max(0, Math.floor((bbox[3] - f) / e));
  const row1 = Math.min(grid.heightPx, Math.ceil((bbox[1] - f) / e));
  if (col1 <= col0 || row1 <= row0) return null;
  return { col: col0, row: row0, widthPx: col1 - col0, heightPx: row1 - row0 };
}

/** Cells of `grid`, continued beyond its edges, that hold `bbox`; a bbox on cell edges gives exactly those cells. */
export function windowCovering(grid: Grid, bbox: Bbox): Window {
  const [a, , c, , e, f] = grid.transform;
  const tolerancePx = 1e-6;
  const col = Math.floor((bbox[0] - c) / a + tolerancePx);
  const row = Math.floor((bbox[3] - f) / e + tolerancePx);
  return {
    col,
    row,
    widthPx: Math.ceil((bbox[2] - c) / a - tolerancePx) - col,
    heightPx: Math.ceil((bbox[1] - f) / e - tolerancePx) - row,
  };
}

export function intersectWindows(a: Window, b: Window): Window | null {
  const col = Math.max(a.col, b.col);
  const row = Math.max(a.row, b.row);
  const widthPx = Math.min(a.col + a.widthPx, b.col + b.widthPx) - col;
  const heightPx = Math.min(a.row + a.heightPx, b.row + b.heightPx) - row;
  return widthPx > 0 && heightPx > 0 ? { col, row, widthPx, heightPx } : null;
}

/** The grid of a window of `grid`: same CRS and cell size, origin moved. */
export function gridOfWindow(grid: Grid, window: Window): Grid {
  const [a, b, c, d, e, f] = grid.transform;
  return {
    crs: grid.crs,
    transform: [a, b, c + a * window.col, d, e, f + e * window.row],
    widthPx: window.widthPx,
    heightPx: window.heightPx,
  };
}

export function bboxesTouch(a: Bbox, b: Bbox): boolean {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

export function epsgOf(crs: string): number {
  return Number(crs.slice('EPSG:'.length));
}
