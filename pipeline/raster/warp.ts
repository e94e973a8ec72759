import { isCanopyError } from '../../shared/errors.ts';
import type { Grid, Window } from '../../shared/grid.ts';
import { intersectWindows } from '../../shared/grid.ts';
import { type Converter, crsToLonLat, isGeographic, lonLatToCrs } from '../../shared/transform.ts';

/** A square of the web map (EPSG:3857, z/x/y counted from the north-west). */
export interface TileAddress {
  readonly z: number;
  readonly x: number;
  readonly y: number;
}

/**
 * Where the pixel centres of a tile lie on a grid, in columns and rows as fractions counted from the outer corner of the
 * grid's first cell. Pixels of no run leave the grid's surroundings or its projection.
 */
export interface TilePositions {
  readonly sizePx: number;
  /**
   * Stretches of a row of the tile along which places go in even steps, six numbers each: the first pixel's index, row
   * by row of the tile; how many pixels; column and row of the first; steps of both from pixel to pixel.
   */
  readonly runs: readonly number[];
  /** Cells that nearest and bilinear sampling touch, clipped to the grid; null where the tile shows none of it. */
  readonly window: Window | null;
}

/** Allowed error at the probed points of a lattice cell; the whole cell then stays below twice that, 0.01 px. */
const TOLERANCE_PX = 0.005;
/** Between its samples the outline of a grid bends by far less than this part of its extent. */
const OUTLINE_MARGIN = 0.05;
const OUTLINE_STEPS = 16;
const MAX_MERCATOR_LAT_DEG = 85.06;

/** Corners first differ from the middle in even terms; the quarter points see the odd ones that cancel there. */
const PROBES: readonly (readonly [number, number])[] = [
  [0.5, 0.5],
  [0.25, 0.25],
  [0.75, 0.75],
  [0.75, 0.25],
  [0.25, 0.75],
  [0.5, 0],
  [0, 0.5],
  [1, 0.5],
  [0.5, 1],
];

/**
 * Projects the pixel centres of a tile on `grid` (a file's full size or one of its overviews). Nodes of a lattice are
 * transformed exactly; between them positions are bilinear, and cells are quartered until nine probes are off by less
 * than 0.005 px of the grid, which keeps every pixel within 0.01 px. Points outside the CRS's area are in no run.
 * @param sizePx side of the tile in pixels
 * @throws CanopyError `E_CRS_UNKNOWN`
 */
export function projectTile(tile: TileAddress, grid: Grid, sizePx = 256): TilePositions {
  const part = partOfTile(tile, grid, sizePx);
  if (part === null) return { sizePx, runs: [], window: null };
  const job: Job = {
    ...{ sizePx, part, runs: [], locate: createLocator(tile, grid, sizePx), nodes: new Map() },
    ...{ minCol: Infinity, maxCol: -Infinity, minRow: Infinity, maxRow: -Infinity },
  };
  fillCell(job, 0, 0, sizePx, sizePx);
  return { sizePx, runs: job.runs, window: windowOf(job, grid) };
}

/**
 * How many cells of `grid` a pixel of the tile spans, along the axis where it spans fewer, at the middle of what the tile
 * shows of the grid; null where it shows nothing. Chooses the overview to read.
 */
export function cellsPerPixel(tile: TileAddress, grid: Grid, sizePx = 256): number | null {
  const part = partOfTile(tile, grid, sizePx);
  if (part === null) return null;
  const locate = createLocator(tile, grid, sizePx);
  const middle = [(part.x0 + part.x1) / 2, (part.y0 + part.y1) / 2] as const;
  const step = (dx: number, dy: number) => {
    const from = locate(middle[0] - dx, middle[1] - dy);
    const to = locate(middle[0] + dx, middle[1] + dy);
    return Math.hypot(to.col - from.col, to.row - from.row);
  };
  const cells = Math.min(step(0.5, 0), step(0, 0.5));
  return Number.isFinite(cells) ? cells : null;
}

/** Whether a tile can show cells of the grid: false is certain, true may still give an empty tile. */
export function touchesGrid(tile: TileAddress, grid: Grid): boolean {
  return partOfTile(tile, grid, 256) !== null;
}

interface Node {
  readonly col: number;
  readonly row: number;
}

/** Tile pixels, from the tile's upper-left corner → columns and rows of the grid; NaN outside the projection. */
type Locate = (px: number, py: number) => Node;

/** A rectangle of tile pixels. */
interface Part {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

interface Job {
  readonly sizePx: number;
  readonly part: Part;
  readonly runs: number[];
  readonly locate: Locate;
  /** Exact nodes by position: neighbours share them. */
  readonly nodes: Map<number, Node>;
  minCol: number;
  maxCol: number;
  minRow: number;
  maxRow: number;
}

const OUTSIDE: Node = { col: Number.NaN, row: Number.NaN };

function createLocator(tile: TileAddress, grid: Grid, sizePx: number): Locate {
  const [a, , c, , e, f] = grid.transform;
  const convert = converterTo(grid.crs);
  const worldPx = sizePx * 2 ** tile.z;
  const centreLonDeg = isGeographic(grid.crs) ? c + (a * grid.widthPx) / 2 : null;
  const pair = new Float64Array(2);
  return (px, py) => {
    let lonDeg = ((tile.x * sizePx + px) / worldPx) * 360 - 180;
    if (centreLonDeg !== null) lonDeg = turnTowards(lonDeg, centreLonDeg);
    pair[0] = lonDeg;
    pair[1] = (Math.atan(Math.sinh(Math.PI * (1 - (2 * (tile.y * sizePx + py)) / worldPx))) * 180) / Math.PI;
    const place = convertPoint(convert, pair);
    return place === null ? OUTSIDE : { col: (place[0]! - c) / a, row: (place[1]! - f) / e };
  };
}

/** Grids in degrees may run from 0 to 360, or across the antimeridian. */
function turnTowards(lonDeg: number, centreLonDeg: number): number {
  const apartDeg = centreLonDeg - lonDeg;
  return Math.abs(apartDeg) > 180.000001 ? lonDeg + 360 * Math.round(apartDeg / 360) : lonDeg;
}

function convertPoint(convert: Converter, pair: Float64Array): Float64Array | null {
  try {
    return convert(pair);
  } catch (error) {
    if (isCanopyError(error) && error.code === 'E_CRS_RANGE') return null;
    throw error;
  }
}

const converters = new Map<string, Converter>();

/** Reading a CRS definition takes longer than the points of a tile: each is read once. */
function converterTo(crs: string): Converter {
  const known = converters.get(crs) ?? lonLatToCrs(crs);
  converters.set(crs, known);
  return known;
}

function nodeAt(job: Job, px: number, py: number): Node {
  // Positions come in quarters of a pixel at the finest.
  const key = py * 4 * (job.sizePx * 4 + 1) + px * 4;
  const known = job.nodes.get(key) ?? job.locate(px, py);
  job.nodes.set(key, known);
  return known;
}

function fillCell(job: Job, x0: number, y0: number, x1: number, y1: number): void {
  const { part } = job;
  if (x0 >= part.x1 || x1 <= part.x0 || y0 >= part.y1 || y1 <= part.y0) return;
  if (x1 - x0 <= 2 || y1 - y0 <= 2) {
    fillExact(job, x0, y0, x1, y1);
    return;
  }
  const corners = [nodeAt(job, x0, y0), nodeAt(job, x1, y0), nodeAt(job, x0, y1), nodeAt(job, x1, y1)] as const;
  const isSmooth = PROBES.every(([u, v]) => {
    const guess = mixCorners(corners, u, v);
    const exact = nodeAt(job, x0 + u * (x1 - x0), y0 + v * (y1 - y0));
    return Math.abs(guess.col - exact.col) <= TOLERANCE_PX && Math.abs(guess.row - exact.row) <= TOLERANCE_PX;
  });
  if (isSmooth) {
    fillBilinear(job, { x0, y0, x1, y1 }, corners);
    return;
  }
  const mx = (x0 + x1) >> 1;
  const my = (y0 + y1) >> 1;
  fillCell(job, x0, y0, mx, my);
  fillCell(job, mx, y0, x1, my);
  fillCell(job, x0, my, mx, y1);
  fillCell(job, mx, my, x1, y1);
}

type Corners = readonly [Node, Node, Node, Node];

function mixCorners([nw, ne, sw, se]: Corners, u: number, v: number): Node {
  const mix = (a: number, b: number, c: number, d: number) =>
    (1 - v) * ((1 - u) * a + u * b) + v * ((1 - u) * c + u * d);
  return { col: mix(nw.col, ne.col, sw.col, se.col), row: mix(nw.row, ne.row, sw.row, se.row) };
}

function fillExact(job: Job, x0: number, y0: number, x1: number, y1: number): void {
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const node = job.locate(x + 0.5, y + 0.5);
      if (Number.isNaN(node.col)) continue;
      job.runs.push(y * job.sizePx + x, 1, node.col, node.row, 0, 0);
      widen(job, node);
    }
  }
}

function fillBilinear(job: Job, { x0, y0, x1, y1 }: Part, corners: Corners): void {
  const widthPx = x1 - x0;
  const halfU = 0.5 / widthPx;
  const halfV = 0.5 / (y1 - y0);
  for (let y = y0; y < y1; y++) {
    const v = (y - y0) * 2 * halfV + halfV;
    const first = mixCorners(corners, halfU, v);
    const last = mixCorners(corners, 1 - halfU, v);
    const colStep = (last.col - first.col) / (widthPx - 1);
    const rowStep = (last.row - first.row) / (widthPx - 1);
    job.runs.push(y * job.sizePx + x0, widthPx, first.col, first.row, colStep, rowStep);
  }
  // A bilinear surface has its extremes at its corners.
  for (const [u, v] of [
    [halfU, halfV],
    [1 - halfU, halfV],
    [halfU, 1 - halfV],
    [1 - halfU, 1 - halfV],
  ] as const) {
    widen(job, mixCorners(corners, u, v));
  }
}

function widen(job: Job, { col, row }: Node): void {
  if (Number.isNaN(col)) return;
  job.minCol = Math.min(job.minCol, col);
  job.maxCol = Math.max(job.maxCol, col);
  job.minRow = Math.min(job.minRow, row);
  job.maxRow = Math.max(job.maxRow, row);
}

function windowOf(job: Job, grid: Grid): Window | null {
  if (job.minCol > job.maxCol) return null;
  const col = Math.floor(job.minCol - 0.5);
  const row = Math.floor(job.minRow - 0.5);
  const widthPx = Math.floor(job.maxCol - 0.5) + 2 - col;
  const heightPx = Math.floor(job.maxRow - 0.5) + 2 - row;
  const whole = { col: 0, row: 0, widthPx: grid.widthPx, heightPx: grid.heightPx };
  return intersectWindows({ col, row, widthPx, heightPx }, whole);
}

/** The pixels of the tile that can lie on the grid; null where there are none. */
function partOfTile(tile: TileAddress, grid: Grid, sizePx: number): Part | null {
  const bounds = worldBoundsOf(grid);
  if (bounds === 'anywhere') return { x0: 0, y0: 0, x1: sizePx, y1: sizePx };
  const side = 2 ** tile.z;
  const px = (world: number, origin: number) => (world * side - origin) * sizePx;
  const x0 = Math.max(0, Math.floor(px(bounds.x0, tile.x)) - 1);
  const y0 = Math.max(0, Math.floor(px(bounds.y0, tile.y)) - 1);
  const x1 = Math.min(sizePx, Math.ceil(px(bounds.x1, tile.x)) + 1);
  const y1 = Math.min(sizePx, Math.ceil(px(bounds.y1, tile.y)) + 1);
  return x0 < x1 && y0 < y1 ? { x0, y0, x1, y1 } : null;
}

const boundsOfGrids = new WeakMap<Grid, Part | 'anywhere'>();

function worldBoundsOf(grid: Grid): Part | 'anywhere' {
  const known = boundsOfGrids.get(grid) ?? outline(grid);
  boundsOfGrids.set(grid, known);
  return known;
}

/** Bounds of a grid in the web map's unit square; `anywhere` for one near a pole or across the antimeridian. */
function outline(grid: Grid): Part | 'anywhere' {
  const [a, , c, , e, f] = grid.transform;
  const convert = crsToLonLat(grid.crs);
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i <= OUTLINE_STEPS; i++) {
    for (let j = 0; j <= OUTLINE_STEPS; j++) {
      const col = (grid.widthPx * i) / OUTLINE_STEPS;
      const row = (grid.heightPx * j) / OUTLINE_STEPS;
      const place = convertPoint(convert, Float64Array.of(c + a * col, f + e * row));
      if (place === null) return 'anywhere';
      const latRad = (Math.max(-MAX_MERCATOR_LAT_DEG, Math.min(MAX_MERCATOR_LAT_DEG, place[1]!)) * Math.PI) / 180;
      const x = (place[0]! + 180) / 360;
      const y = (1 - Math.asinh(Math.tan(latRad)) / Math.PI) / 2;
      [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x), Math.max(y1, y)];
    }
  }
  if (x1 - x0 > 0.5 || x0 < 0 || x1 > 1) return 'anywhere';
  const marginX = (x1 - x0) * OUTLINE_MARGIN;
  const marginY = (y1 - y0) * OUTLINE_MARGIN;
  return { x0: x0 - marginX, y0: y0 - marginY, x1: x1 + marginX, y1: y1 + marginY };
}
