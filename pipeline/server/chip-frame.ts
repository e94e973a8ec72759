import { type Grid, intersectWindows, type Window } from '../../shared/grid.ts';
import { crsToLonLat, lonLatToCrs, projectRings } from '../../shared/transform.ts';
import { ringsBbox } from '../raster/clip.ts';
import type { TilePositions } from '../raster/warp.ts';

/** What a chip shows: a square of ground on the grid of a scene, north up. */
export interface ChipFrame {
  /** One cell is one pixel of the chip. */
  readonly grid: Grid;
  /** Cells of the scene that a pixel spans, below 1 where they are magnified. */
  readonly cellsPerPx: number;
  /** The parcel in pixels of the chip, from its upper-left corner: flat [x, y, x, y, …]. */
  readonly rings: readonly Float64Array[];
}

/** The parcel's surroundings: its bbox this many times over … */
const SURROUNDINGS = 1.3;
/** … and at least this many cells. */
const MIN_CELLS = 32;
/** Cells magnified this often or more are told apart by the eye, which then sees when some are wider than others. */
const EVEN_FROM = 3;

/**
 * Frames a parcel on `grid` (full size). Cells of 3 pixels and more become a whole number of pixels, and the frame starts
 * at a cell's edge, so that all look alike; the frame then grows by less than a third.
 * @param ringsLonLat flat pairs in degrees
 * @throws CanopyError `E_CRS_RANGE`
 */
export function frameParcel(ringsLonLat: readonly Float64Array[], grid: Grid, sizePx: number): ChipFrame {
  const projected = projectRings(ringsLonLat, grid.crs);
  const [xMin, yMin, xMax, yMax] = ringsBbox(projected)!;
  const [a, , c, , e, f] = grid.transform;
  const wanted = SURROUNDINGS * Math.max((xMax - xMin) / a, (yMax - yMin) / -e);
  const sideCells = Math.max(MIN_CELLS, wanted);
  const magnification = sizePx / sideCells;
  const isEven = magnification >= EVEN_FROM;
  const cellsPerPx = 1 / (isEven ? Math.floor(magnification) : magnification);
  const half = (sizePx * cellsPerPx) / 2;
  const snap = (cell: number) => (isEven ? Math.round(cell) : cell);
  const x0 = c + a * snap(((xMin + xMax) / 2 - c) / a - half);
  const y0 = f + e * snap(((yMin + yMax) / 2 - f) / e - half);
  const [stepX, stepY] = [a * cellsPerPx, e * cellsPerPx];
  return {
    grid: { crs: grid.crs, transform: [stepX, 0, x0, 0, stepY, y0], widthPx: sizePx, heightPx: sizePx },
    cellsPerPx,
    rings: projected.map((ring) => ring.map((value, i) => (i % 2 === 0 ? (value - x0) / stepX : (value - y0) / stepY))),
  };
}

/** Where the pixel centres of a chip lie on a level of a scene, which may be in another zone than the frame. */
export function placeFrame({ grid: frame }: ChipFrame, grid: Grid): TilePositions {
  const { widthPx: sizePx } = frame;
  const [stepX, , x0, , stepY, y0] = frame.transform;
  const pairs = new Float64Array(2 * sizePx * sizePx);
  for (let i = 0; i < sizePx * sizePx; i += 1) {
    pairs[2 * i] = x0 + stepX * ((i % sizePx) + 0.5);
    pairs[2 * i + 1] = y0 + stepY * (Math.floor(i / sizePx) + 0.5);
  }
  const there = frame.crs === grid.crs ? pairs : lonLatToCrs(grid.crs)(crsToLonLat(frame.crs)(pairs));
  const [a, , c, , e, f] = grid.transform;
  const col = new Float64Array(sizePx * sizePx);
  const row = new Float64Array(sizePx * sizePx);
  for (let i = 0; i < col.length; i += 1) {
    col[i] = (there[2 * i]! - c) / a;
    row[i] = (there[2 * i + 1]! - f) / e;
  }
  const runs: number[] = [];
  for (let i = 0; i < col.length; i += 1) runs.push(i, 1, col[i]!, row[i]!, 0, 0);
  return { sizePx, runs, window: windowAround(col, row, grid) };
}

function windowAround(cols: Float64Array, rows: Float64Array, { widthPx, heightPx }: Grid): Window | null {
  let [col0, col1, row0, row1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < cols.length; i += 1) {
    col0 = Math.min(col0, cols[i]!);
    col1 = Math.max(col1, cols[i]!);
    row0 = Math.min(row0, rows[i]!);
    row1 = Math.max(row1, rows[i]!);
  }
  const [col, row] = [Math.floor(col0), Math.floor(row0)];
  const touched = { col, row, widthPx: Math.floor(col1) - col + 1, heightPx: Math.floor(row1) - row + 1 };
  return intersectWindows(touched, { col: 0, row: 0, widthPx, heightPx });
}

/** The outline as SVG, drawn twice: a white line on a dark casing stays visible on any ground. Numbers only. */
export function drawOutline(rings: readonly Float64Array[], sizePx: number): string {
  const path = rings.map(pathOf).join('');
  const line = Math.max(1, sizePx / 200);
  const stroke = (colour: string, width: number, opacity: number) =>
    `<path d="${path}" fill="none" stroke="${colour}" stroke-opacity="${opacity}" stroke-width="${width}" stroke-linejoin="round"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${sizePx}" height="${sizePx}">${stroke('#000', 3 * line, 0.7)}${stroke('#fff', 1.4 * line, 1)}</svg>`;
}

/** Vertices nearer to the last drawn one than this cannot be told from it. */
const SAME_PLACE_PX = 0.1;

function pathOf(ring: Float64Array): string {
  const points: string[] = [];
  let [lastX, lastY] = [Infinity, Infinity];
  for (let i = 0; i + 1 < ring.length; i += 2) {
    const [x, y] = [ring[i]!, ring[i + 1]!];
    if (Math.hypot(x - lastX, y - lastY) < SAME_PLACE_PX) continue;
    points.push(`${x.toFixed(2)} ${y.toFixed(2)}`);
    [lastX, lastY] = [x, y];
  }
  return `M${points.join('L')}Z`;
}
