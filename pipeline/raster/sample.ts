import type { Window } from '../../shared/grid.ts';
import type { PixelArray } from '../../shared/raster.ts';
import type { TilePositions } from './warp.ts';

/** Cells of a window: one array for each band, and one mask for all of them. */
export interface Cells {
  readonly window: Window;
  readonly bands: readonly PixelArray[];
  /** 1 = use. */
  readonly valid: Uint8Array;
}

/** The pixels of a tile as they fill up; those that are valid already are never touched again. */
export interface TileValues {
  readonly bands: readonly PixelArray[];
  readonly valid: Uint8Array;
}

/** Each pixel takes the cell that its centre lies in, where that cell is valid. */
export function sampleNearest({ col, row }: TilePositions, cells: Cells, target: TileValues): void {
  const { widthPx, heightPx, col: col0, row: row0 } = cells.window;
  const { valid } = cells;
  const done = target.valid;
  const isOne = cells.bands.length === 1;
  const cellOf = new Int32Array(isOne ? 0 : col.length).fill(-1);
  const from = cells.bands[0]!;
  const to = target.bands[0]!;
  for (let i = 0; i < col.length; i++) {
    const x = col[i]! - col0;
    const y = row[i]! - row0;
    // NaN fails every comparison.
    if (!(x >= 0 && x < widthPx && y >= 0 && y < heightPx) || done[i] === 1) continue;
    // Both are positive: cutting off the fraction is the floor.
    const at = (y | 0) * widthPx + (x | 0);
    if (valid[at] === 0) continue;
    if (isOne) to[i] = from[at]!;
    else cellOf[i] = at;
    done[i] = 1;
  }
  if (!isOne) for (const [b, band] of cells.bands.entries()) copyCells(band, cellOf, target.bands[b]!);
}

function copyCells(from: PixelArray, cellOf: Int32Array, to: PixelArray): void {
  for (let i = 0; i < cellOf.length; i++) {
    const at = cellOf[i]!;
    if (at >= 0) to[i] = from[at]!;
  }
}

/**
 * Bilinear between the centres of the four cells around a pixel's centre, over the valid ones only. A pixel has a value
 * exactly where nearest sampling gives it one: smoothing neither eats into the data nor paints ground without any.
 */
export function sampleBilinear(positions: TilePositions, cells: Cells, target: TileValues): void {
  const holes = cells.valid.includes(0) ? cells.valid : null;
  for (const [b, from] of cells.bands.entries()) {
    const to = target.bands[b]!;
    const band = { from, to, half: isFloat(to) ? 0 : 0.5, mark: b === cells.bands.length - 1 ? 1 : 0 };
    smoothBand(positions, cells, { ...band, holes }, target.valid);
  }
}

interface SmoothBand {
  readonly from: PixelArray;
  readonly to: PixelArray;
  /** Added before the fraction is cut off; 0 keeps the fraction. */
  readonly half: number;
  /** 1 for the last band: only then is the pixel done. */
  readonly mark: number;
  /** The mask where some cells are invalid. */
  readonly holes: Uint8Array | null;
}

/** Only pixels at the window's edge, or beside invalid cells, need care. */
function smoothBand({ col, row }: TilePositions, cells: Cells, band: SmoothBand, done: Uint8Array): void {
  const { from, to, half, mark, holes } = band;
  const { widthPx, heightPx, col: col0, row: row0 } = cells.window;
  for (let i = 0; i < col.length; i++) {
    if (done[i] === 1) continue;
    // Counted from half a cell before the window's first: never negative, so cutting off is the floor.
    const x = col[i]! - col0 + 0.5;
    const y = row[i]! - row0 + 0.5;
    const right = x | 0;
    const below = y | 0;
    const at = (below - 1) * widthPx + right - 1;
    const isWithin = x >= 1 && x < widthPx && y >= 1 && y < heightPx;
    if (!isWithin || (holes !== null && !areValid(holes, at, widthPx))) {
      smoothPixel(i, { x: col[i]! - col0, y: row[i]! - row0 }, cells, band, done);
      continue;
    }
    const u = x - right;
    const nw = from[at]!;
    const sw = from[at + widthPx]!;
    const top = nw + u * (from[at + 1]! - nw);
    const bottom = sw + u * (from[at + widthPx + 1]! - sw);
    const value = top + (y - below) * (bottom - top);
    to[i] = half === 0 ? value : Math.floor(value + half);
    done[i] = mark;
  }
}

/** Of four cells, the upper left one at `at`. */
function areValid(valid: Uint8Array, at: number, widthPx: number): boolean {
  return (valid[at]! & valid[at + 1]! & valid[at + widthPx]! & valid[at + widthPx + 1]!) === 1;
}

/** Invalid cells have no weight, and their numbers, which may be NaN, are not read. */
function smoothPixel(
  i: number,
  { x, y }: { x: number; y: number },
  { window: { widthPx, heightPx }, valid }: Cells,
  { from, to, half, mark }: SmoothBand,
  done: Uint8Array,
): void {
  // NaN fails every comparison.
  if (!(x >= 0 && x < widthPx && y >= 0 && y < heightPx)) return;
  if (valid[(y | 0) * widthPx + (x | 0)] === 0) return;
  const [right, below] = [(x + 0.5) | 0, (y + 0.5) | 0];
  const [u, v] = [x + 0.5 - right, y + 0.5 - below];
  let weight = 0;
  let sum = 0;
  for (let corner = 0; corner < 4; corner++) {
    const isRight = (corner & 1) === 1;
    const isBelow = corner > 1;
    // Beyond the window's edge the edge's own cell stands in: its weight then counts there.
    const c = Math.min(widthPx - 1, Math.max(0, isRight ? right : right - 1));
    const r = Math.min(heightPx - 1, Math.max(0, isBelow ? below : below - 1));
    const at = r * widthPx + c;
    if (valid[at] === 0) continue;
    const share = (isRight ? u : 1 - u) * (isBelow ? v : 1 - v);
    weight += share;
    sum += share * from[at]!;
  }
  to[i] = half === 0 ? sum / weight : Math.floor(sum / weight + half);
  done[i] = mark;
}

function isFloat(values: PixelArray): boolean {
  return values instanceof Float64Array || values instanceof Float32Array;
}
