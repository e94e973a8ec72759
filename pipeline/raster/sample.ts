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

/** One band of a window, and where its values go. */
interface Band {
  readonly cells: Cells;
  readonly from: PixelArray;
  readonly to: PixelArray;
  readonly done: Uint8Array;
  /** 1 for the last band: only then is the pixel done. */
  readonly mark: number;
}

/** A run of positions, counted from the window's first cell. */
interface Run {
  /** Index of its first pixel. */
  readonly start: number;
  readonly lengthPx: number;
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
}

/** Each pixel takes the cell that its centre lies in, where that cell is valid. */
export function sampleNearest(positions: TilePositions, cells: Cells, target: TileValues): void {
  const { widthPx, heightPx } = cells.window;
  forEachRun(positions, cells, target, (band, run) => {
    copyRun(band, run, clipRun(run, { x0: 0, y0: 0, x1: widthPx, y1: heightPx }));
  });
}

/**
 * Bilinear between the centres of the four cells around a pixel's centre, over the valid ones only. A pixel has a value
 * exactly where nearest sampling gives it one: smoothing neither eats into the data nor paints ground without any.
 */
export function sampleBilinear(positions: TilePositions, cells: Cells, target: TileValues): void {
  const { widthPx, heightPx } = cells.window;
  const holes = cells.valid.includes(0) ? cells.valid : null;
  forEachRun(positions, cells, target, (band, run) => {
    const [first, last] = clipRun(run, { x0: 0, y0: 0, x1: widthPx, y1: heightPx });
    // Counted from half a cell before the window's first, so that the four cells follow from the whole numbers.
    const shifted = { ...run, x: run.x + 0.5, y: run.y + 0.5 };
    const within = clipRun(shifted, { x0: 1, y0: 1, x1: widthPx, y1: heightPx });
    if (within[0] >= within[1]) {
      for (let n = first; n < last; n++) smoothPixel(band, run, n);
      return;
    }
    for (let n = first; n < within[0]; n++) smoothPixel(band, run, n);
    smoothRun(band, shifted, within, holes);
    for (let n = within[1]; n < last; n++) smoothPixel(band, run, n);
  });
}

function forEachRun(
  { runs }: TilePositions,
  cells: Cells,
  target: TileValues,
  take: (band: Band, run: Run) => void,
): void {
  const { col, row } = cells.window;
  for (const [b, from] of cells.bands.entries()) {
    const band = { cells, from, to: target.bands[b]!, done: target.valid, mark: b === cells.bands.length - 1 ? 1 : 0 };
    for (let at = 0; at < runs.length; at += 6) {
      const place = { x: runs[at + 2]! - col, y: runs[at + 3]! - row, stepX: runs[at + 4]!, stepY: runs[at + 5]! };
      take(band, { start: runs[at]!, lengthPx: runs[at + 1]!, ...place });
    }
  }
}

/** The pixels of a run, from the first to before the last, that lie in a rectangle: a line has but one part in it. */
function clipRun(
  { lengthPx, x, y, stepX, stepY }: Run,
  { x0, y0, x1, y1 }: { x0: number; y0: number; x1: number; y1: number },
): [first: number, last: number] {
  const isIn = (n: number) => x + n * stepX >= x0 && x + n * stepX < x1 && y + n * stepY >= y0 && y + n * stepY < y1;
  let first = 0;
  let last = lengthPx;
  while (first < last && !isIn(first)) first++;
  while (last > first && !isIn(last - 1)) last--;
  return [first, last];
}

function copyRun(band: Band, { start, x, y, stepX, stepY }: Run, [first, last]: readonly [number, number]): void {
  const { cells, from, to, done, mark } = band;
  const { valid } = cells;
  const { widthPx } = cells.window;
  for (let n = first; n < last; n++) {
    const i = start + n;
    // Neither is negative: cutting off the fraction is the floor.
    const at = ((y + n * stepY) | 0) * widthPx + ((x + n * stepX) | 0);
    if (done[i] === 1 || valid[at] === 0) continue;
    to[i] = from[at]!;
    done[i] = mark;
  }
}

/** Pixels whose four cells all lie in the window. */
function smoothRun(
  band: Band,
  { start, x: x0, y: y0, stepX, stepY }: Run,
  [first, last]: readonly [number, number],
  holes: Uint8Array | null,
): void {
  const { cells, from, to, done, mark } = band;
  const { widthPx } = cells.window;
  const isWhole = !isFloat(to);
  for (let n = first; n < last; n++) {
    const i = start + n;
    if (done[i] === 1) continue;
    const x = x0 + n * stepX;
    const y = y0 + n * stepY;
    const right = x | 0;
    const below = y | 0;
    const at = (below - 1) * widthPx + right - 1;
    if (holes !== null && !areValid(holes, at, widthPx)) {
      smoothPixel(band, { start, lengthPx: last, x: x0 - 0.5, y: y0 - 0.5, stepX, stepY }, n);
      continue;
    }
    const u = x - right;
    const nw = from[at]!;
    const sw = from[at + widthPx]!;
    const top = nw + u * (from[at + 1]! - nw);
    const bottom = sw + u * (from[at + widthPx + 1]! - sw);
    const value = top + (y - below) * (bottom - top);
    to[i] = isWhole ? Math.floor(value + 0.5) : value;
    done[i] = mark;
  }
}

/** Of four cells, the upper left one at `at`. */
function areValid(valid: Uint8Array, at: number, widthPx: number): boolean {
  return (valid[at]! & valid[at + 1]! & valid[at + widthPx]! & valid[at + widthPx + 1]!) === 1;
}

/** A pixel at the window's edge or beside invalid cells: those have no weight, and their numbers are not read. */
function smoothPixel(
  { cells, from, to, done, mark }: Band,
  { start, x: x0, y: y0, stepX, stepY }: Run,
  n: number,
): void {
  const { window, valid } = cells;
  const { widthPx, heightPx } = window;
  const x = x0 + n * stepX;
  const y = y0 + n * stepY;
  if (done[start + n] === 1 || valid[(y | 0) * widthPx + (x | 0)] === 0) return;
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
  to[start + n] = isFloat(to) ? sum / weight : Math.floor(sum / weight + 0.5);
  done[start + n] = mark;
}

function isFloat(values: PixelArray): boolean {
  return values instanceof Float64Array || values instanceof Float32Array;
}
