import type { Bbox, Grid, Window } from '../../../shared/grid.ts';
import { bboxesTouch, gridBbox, gridOfWindow } from '../../../shared/grid.ts';
import { crsToLonLat, isGeographic, projectRings } from '../../../shared/transform.ts';
import { cellAreasHa } from '../../raster/cell-area.ts';
import { ringsBbox } from '../../raster/clip.ts';
import { type Margin, mapOccupancy, type Obstacle, placeObstacle } from './occupancy.ts';
import { chooseSpread, seededRandom } from './random.ts';

export interface ControlAreaSettings {
  /** Seed of the choice among all areas that would do; a parameter of the run. */
  readonly seed: number;
  /** Most areas that are kept; null = 10 for each parcel, at least 200, at most 2,000. */
  readonly atMost: number | null;
  /** Least distance from every parcel, in cells and in metres: the larger of the two holds. */
  readonly bufferPx: number;
  readonly bufferM: number;
}

export const CONTROL_AREA_DEFAULTS = { atMost: null, bufferPx: 2, bufferM: 60 } as const;

export interface ControlAreaInput {
  readonly grids: readonly { readonly key: string; readonly grid: Grid }[];
  /** Chunks that the run reads anyway (units of a plan will do); those of one grid do not overlap each other. */
  readonly windows: readonly { readonly gridIndex: number; readonly window: Window }[];
  /** Every parcel of the run, measured or not: rings in lon/lat as in `Parcel` or `PlannedParcel`. */
  readonly parcels: readonly { readonly rings: readonly ArrayLike<number>[]; readonly parcelHa: number }[];
  /** Further ground that is taken: the closed rings of each shape in lon/lat. */
  readonly blocked?: readonly (readonly ArrayLike<number>[])[];
  readonly settings: ControlAreaSettings;
}

/** A candidate control area: a rectangle of whole cells, as square as its size allows, inside one window. */
export interface ControlArea {
  /** `control:<grid key>:<col>:<row>` of its upper-left cell in the grid. */
  readonly id: string;
  readonly gridIndex: number;
  /** Position of the window it lies in among those given. */
  readonly windowIndex: number;
  readonly window: Window;
  /** True ground area in hectares, named as that of a parcel is. */
  readonly parcelHa: number;
  /** One closed ring, counter-clockwise, [x, y, …]: in lon/lat degrees and in the grid's CRS. */
  readonly rings: readonly (readonly number[])[];
  readonly ringsCrs: readonly (readonly number[])[];
}

/**
 * The donor pool of the performance benchmark (VM0047, methods 5.3): areas within ±20 % of the median parcel area where
 * whole cells allow it, outside every parcel and a buffer round it, none overlapping another, none reaching beyond its
 * window. From all that would do, taken window by window, `atMost` are drawn evenly along the way.
 * Ground that two grids share is left to the one that comes first. The same for any order of parcels and windows (but
 * for `windowIndex`).
 * @returns sorted by grid, window and place; empty where there are no parcels or nothing fits
 */
export function layOutControlAreas({
  grids,
  windows,
  parcels,
  blocked = [],
  settings,
}: ControlAreaInput): ControlArea[] {
  const typicalHa = medianOf(parcels.map((parcel) => parcel.parcelHa));
  if (!(typicalHa > 0)) return [];
  const taken = [...parcels.map(({ rings }) => rings), ...blocked];
  const shapes = taken.map((rings) => describeShape(rings.map((ring) => Float64Array.from(ring))));
  const order = windows
    .map(({ gridIndex, window }, windowIndex) => ({ gridIndex, window, windowIndex }))
    .sort((a, b) => a.gridIndex - b.gridIndex || a.window.row - b.window.row || a.window.col - b.window.col);
  const found: Place[] = [];
  const earlier: Shape[] = [];
  for (let gridIndex = 0; gridIndex < grids.length; gridIndex++) {
    const { grid } = grids[gridIndex]!;
    const mine = order.filter((window) => window.gridIndex === gridIndex);
    const obstacles = placeObstacles(
      [...shapes, ...earlier],
      grid,
      mine.map(({ window }) => window),
    );
    for (const chunk of mine) {
      const margin = marginOf(grid, chunk.window, settings);
      for (const window of packWindow({ grid, window: chunk.window, obstacles, margin, typicalHa })) {
        found.push({ ...chunk, window });
      }
    }
    earlier.push(...mine.map(({ window }) => describeShape([lonLatOutline(grid, window, EDGE_POINTS)])));
  }
  const atMost = settings.atMost ?? Math.min(2000, Math.max(200, 10 * parcels.length));
  return chooseSpread(found.length, atMost, seededRandom(settings.seed)).map((at) => describe(found[at]!, grids));
}

interface Place {
  readonly gridIndex: number;
  readonly windowIndex: number;
  readonly window: Window;
}

/** Points on each side of a window's outline: straight in its own CRS, a window is bent in another. */
const EDGE_POINTS = 16;

/** NaN of nothing. A median, because one very large parcel must not leave all others without control areas. */
function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const half = (sorted.length - 1) / 2;
  return (sorted[Math.floor(half)]! + sorted[Math.ceil(half)]!) / 2;
}

interface Shape {
  /** Lon/lat degrees. */
  readonly rings: readonly Float64Array[];
  readonly bbox: Bbox;
}

function describeShape(rings: readonly Float64Array[]): Shape {
  return { rings, bbox: ringsBbox(rings) };
}

/** Degrees by which the boxes of windows are widened before shapes are compared with them. */
const MARGIN_DEG = 0.05;

/** The shapes that may reach the windows of a grid, in its CRS: far ones might not be expressible in it. */
function placeObstacles(shapes: readonly Shape[], grid: Grid, windows: readonly Window[]): Obstacle[] {
  const boxes = windows.map((window) => {
    const [xMin, yMin, xMax, yMax] = ringsBbox([lonLatOutline(grid, window, EDGE_POINTS)]);
    // Across the 180th meridian the box says nothing about what lies between.
    const isWhole = xMax - xMin > 180;
    return [
      isWhole ? -180 : xMin - MARGIN_DEG,
      yMin - MARGIN_DEG,
      isWhole ? 180 : xMax + MARGIN_DEG,
      yMax + MARGIN_DEG,
    ] as const;
  });
  return shapes
    .filter(({ bbox }) => boxes.some((box) => bboxesTouch(bbox, box)))
    .map(({ rings }) => placeObstacle(projectRings(rings, grid.crs), grid));
}

/** Outline of a window in lon/lat with `points` on each side, closed, counter-clockwise. */
function lonLatOutline(grid: Grid, window: Window, points: number): Float64Array {
  return crsToLonLat(grid.crs)(crsOutline(grid, window, points));
}

function crsOutline(grid: Grid, window: Window, points: number): Float64Array {
  const [xMin, yMin, xMax, yMax] = gridBbox(gridOfWindow(grid, window));
  const corners = [
    [xMin, yMin],
    [xMax, yMin],
    [xMax, yMax],
    [xMin, yMax],
    [xMin, yMin],
  ] as const;
  const out: number[] = [];
  for (let side = 0; side < 4; side++) {
    const [x0, y0] = corners[side]!;
    const [x1, y1] = corners[side + 1]!;
    for (let i = 0; i < points; i++) out.push(x0 + ((x1 - x0) * i) / points, y0 + ((y1 - y0) * i) / points);
  }
  return Float64Array.from([...out, xMin, yMin]);
}

const M_PER_DEG = 111_320;

function marginOf(grid: Grid, window: Window, { bufferPx, bufferM }: ControlAreaSettings): Margin {
  const [a, , , , e, f] = grid.transform;
  const latDeg = f + e * (window.row + window.heightPx / 2);
  const [widthM, heightM] = isGeographic(grid.crs)
    ? [a * M_PER_DEG * Math.cos((latDeg * Math.PI) / 180), -e * M_PER_DEG]
    : [a, -e];
  const cells = (sizeM: number) => Math.max(bufferPx, Math.ceil(bufferM / sizeM - 1e-9));
  return { cols: cells(widthM), rows: cells(heightM) };
}

/** Fewest columns and rows of a control area: a mean of less says little. */
const MIN_SIDE_PX = 2;

/** Columns and rows of an area of about `wantedHa`: a square, or one column wider where that comes closer. */
function chooseSides(wantedHa: number, cellHa: number): { widthPx: number; heightPx: number } {
  const cells = wantedHa / cellHa;
  const side = Math.max(MIN_SIDE_PX, Math.floor(Math.sqrt(cells)));
  const misfit = (width: number, height: number) => Math.abs(width * height - cells);
  const options = [
    { widthPx: side, heightPx: side },
    { widthPx: side + 1, heightPx: side },
    { widthPx: side + 1, heightPx: side + 1 },
  ];
  return options.reduce((best, option) =>
    misfit(option.widthPx, option.heightPx) < misfit(best.widthPx, best.heightPx) ? option : best,
  );
}

interface Packing {
  readonly grid: Grid;
  readonly window: Window;
  readonly obstacles: readonly Obstacle[];
  readonly margin: Margin;
  readonly typicalHa: number;
}

/** All areas that fit a window: in shelves from the top, each filled from the left. */
function packWindow({ grid, window, obstacles, margin, typicalHa }: Packing): Window[] {
  const cellHa = new Float64Array(1);
  const middle = { col: window.col + (window.widthPx >> 1), row: window.row + (window.heightPx >> 1) };
  cellAreasHa(grid).fillRow(middle.row, middle.col, 1, cellHa);
  const sides = chooseSides(typicalHa, cellHa[0]!);
  if (sides.widthPx > window.widthPx || sides.heightPx > window.heightPx) return [];
  const near = obstacles.filter(({ cells }) => touches(cells, window, margin));
  const occupancy = mapOccupancy(grid, window, near, margin);
  const out: Window[] = [];
  const endCol = window.col + window.widthPx - sides.widthPx;
  const endRow = window.row + window.heightPx - sides.heightPx;
  for (let row = window.row; row <= endRow; row += sides.heightPx) {
    for (let col = window.col; col <= endCol; ) {
      const place = { col, row, ...sides };
      const isFree = occupancy.isFree(place);
      if (isFree) out.push(place);
      col += isFree ? sides.widthPx : 1;
    }
  }
  return out;
}

function touches(cells: Window, window: Window, { cols, rows }: Margin): boolean {
  return (
    cells.col < window.col + window.widthPx + cols &&
    window.col - cols < cells.col + cells.widthPx &&
    cells.row < window.row + window.heightPx + rows &&
    window.row - rows < cells.row + cells.heightPx
  );
}

function describe({ gridIndex, windowIndex, window }: Place, grids: ControlAreaInput['grids']): ControlArea {
  const { key, grid } = grids[gridIndex]!;
  const cells = new Float64Array(window.widthPx);
  let parcelHa = 0;
  for (let row = window.row; row < window.row + window.heightPx; row++) {
    cellAreasHa(grid).fillRow(row, window.col, window.widthPx, cells);
    for (const cellHa of cells) parcelHa += cellHa;
  }
  return {
    id: `control:${key}:${window.col}:${window.row}`,
    gridIndex,
    windowIndex,
    window,
    parcelHa,
    rings: [Array.from(lonLatOutline(grid, window, 1))],
    ringsCrs: [Array.from(crsOutline(grid, window, 1))],
  };
}
