import { type Grid, gridBbox, type Window, windowCovering } from '../../shared/grid.ts';
import type { Quantity, Raster } from '../../shared/raster.ts';
import { crsToLonLat, lonLatToCrs } from '../../shared/transform.ts';
import { resampleNearest } from './resample.ts';

/** `mean`: each cell is the mean of the finer cells in it; `nearest`: the one cell at its centre. */
export type Regridding = 'mean' | 'nearest';

/** How many source cells a target cell must hold along an axis for the source to count as finer. */
const FINER = 1.001;
/** Share of a cell that must be valid, where it is the mean of finer ones. */
const MIN_VALID_SHARE = 0.5;
/** Target cells between nodes that are projected exactly; between them a place is bilinear, good to 0.01 of a 10 m cell. */
const NODE_CELLS = 32;
/** Points of a cell and axis at most, where finer cells of another CRS are averaged. */
const MAX_POINTS = 16;

/** Columns and rows of the source, as fractions from its corner, of a point of the target in cells from its own corner. */
type Locate = (col: number, row: number) => { readonly col: number; readonly row: number };

/** How a source comes to a target grid, of its own or of another CRS. */
export function regriddingOf(source: Grid, target: Grid): Regridding {
  const { cols, rows } = sourceCellsPerCell(source, target);
  return Math.max(cols, rows) > FINER ? 'mean' : 'nearest';
}

/**
 * The source's cells that a target needs, continued beyond the source's edges.
 * @throws CanopyError `E_CRS_UNKNOWN`, `E_CRS_RANGE` where the target lies outside the projection of the source
 */
export function windowForTarget(source: Grid, target: Grid): Window {
  if (source.crs === target.crs) return windowCovering(source, gridBbox(target));
  const nodes = projectNodes(source, target);
  let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < nodes.cols.length; i += 1) {
    [west, east] = [Math.min(west, nodes.cols[i]!), Math.max(east, nodes.cols[i]!)];
    [north, south] = [Math.min(north, nodes.rows[i]!), Math.max(south, nodes.rows[i]!)];
  }
  const [col, row] = [Math.floor(west) - 1, Math.floor(north) - 1];
  return { col, row, widthPx: Math.ceil(east) + 1 - col, heightPx: Math.ceil(south) + 1 - row };
}

/**
 * `source` on `target`. A finer source enters as the mean of its valid cells, weighted by the area that lies in the
 * target cell (in another CRS: by points spread evenly over it, two or more for each source cell and axis), valid where
 * half of the area is; one as coarse or coarser by the cell at the centre.
 */
export function regrid<Q extends Quantity>(source: Raster<Q>, target: Grid): Raster<Q, Float32Array> {
  const isMean = regriddingOf(source.grid, target) === 'mean';
  if (source.grid.crs !== target.crs) return sampleProjected(source, target, isMean);
  if (isMean) return meanByArea(source, target);
  const { data, ...rest } = resampleNearest(source, target);
  return { ...rest, data: Float32Array.from(data) };
}

/** Source cells along a target cell's sides, at the middle of the target. */
function sourceCellsPerCell(source: Grid, target: Grid): { cols: number; rows: number } {
  if (source.crs === target.crs)
    return {
      cols: target.transform[0] / source.transform[0],
      rows: target.transform[4] / source.transform[4],
    };
  const locate = exactLocator(source, target);
  const [col, row] = [target.widthPx / 2, target.heightPx / 2];
  const [from, right, below] = [locate(col, row), locate(col + 1, row), locate(col, row + 1)];
  return {
    cols: Math.hypot(right.col - from.col, right.row - from.row),
    rows: Math.hypot(below.col - from.col, below.row - from.row),
  };
}

function exactLocator(source: Grid, target: Grid): Locate {
  const [a, , c, , e, f] = target.transform;
  const [sa, , sc, , se, sf] = source.transform;
  const toLonLat = crsToLonLat(target.crs);
  const toSource = lonLatToCrs(source.crs);
  return (col, row) => {
    const [x, y] = toSource(toLonLat(Float64Array.of(c + a * col, f + e * row)));
    return { col: (x! - sc) / sa, row: (y! - sf) / se };
  };
}

/** Exactly projected nodes, every 32 cells of the target and at its far edges. */
interface Nodes {
  readonly across: number;
  readonly cols: Float64Array;
  readonly rows: Float64Array;
}

function projectNodes(source: Grid, target: Grid): Nodes {
  const locate = exactLocator(source, target);
  const across = Math.ceil(target.widthPx / NODE_CELLS) + 1;
  const down = Math.ceil(target.heightPx / NODE_CELLS) + 1;
  const nodes = { across, cols: new Float64Array(across * down), rows: new Float64Array(across * down) };
  for (let i = 0; i < across * down; i += 1) {
    const { col, row } = locate((i % across) * NODE_CELLS, Math.floor(i / across) * NODE_CELLS);
    nodes.cols[i] = col;
    nodes.rows[i] = row;
  }
  return nodes;
}

/** Bilinear between the four nodes round a point. */
function locateBetween({ across, cols, rows }: Nodes, col: number, row: number, out: Float64Array): void {
  const i = Math.floor(col / NODE_CELLS);
  const j = Math.floor(row / NODE_CELLS);
  const u = col / NODE_CELLS - i;
  const v = row / NODE_CELLS - j;
  const at = j * across + i;
  const mix = (values: Float64Array) =>
    (1 - v) * ((1 - u) * values[at]! + u * values[at + 1]!) +
    v * ((1 - u) * values[at + across]! + u * values[at + across + 1]!);
  out[0] = mix(cols);
  out[1] = mix(rows);
}

function sampleProjected<Q extends Quantity>(
  source: Raster<Q>,
  target: Grid,
  isMean: boolean,
): Raster<Q, Float32Array> {
  const { cols, rows } = sourceCellsPerCell(source.grid, target);
  const points = isMean ? Math.min(MAX_POINTS, Math.ceil(2 * Math.max(cols, rows))) : 1;
  const nodes = projectNodes(source.grid, target);
  const { widthPx, heightPx } = target;
  const data = new Float32Array(widthPx * heightPx);
  const valid = new Uint8Array(widthPx * heightPx);
  const place = new Float64Array(2);
  for (let i = 0; i < data.length; i += 1) {
    const cell = { col: i % widthPx, row: Math.floor(i / widthPx), points, place };
    const { sum, count } = sumPoints(source, nodes, cell);
    if (count === 0 || count < MIN_VALID_SHARE * points * points) continue;
    data[i] = sum / count;
    valid[i] = 1;
  }
  return { quantity: source.quantity, grid: target, data, valid };
}

interface SampledCell {
  readonly col: number;
  readonly row: number;
  /** Along each axis. */
  readonly points: number;
  /** Scratch. */
  readonly place: Float64Array;
}

/** Sum and count of the valid source cells at the points of a target cell. */
function sumPoints({ grid, data, valid }: Raster, nodes: Nodes, { points, place, ...cell }: SampledCell) {
  let sum = 0;
  let count = 0;
  for (let k = 0; k < points * points; k += 1) {
    const across = ((k % points) + 0.5) / points;
    const down = (Math.floor(k / points) + 0.5) / points;
    locateBetween(nodes, cell.col + across, cell.row + down, place);
    const [col, row] = [Math.floor(place[0]!), Math.floor(place[1]!)];
    if (col < 0 || row < 0 || col >= grid.widthPx || row >= grid.heightPx) continue;
    const at = row * grid.widthPx + col;
    if (valid[at] === 0) continue;
    sum += data[at]!;
    count += 1;
  }
  return { sum, count };
}

/** For each target column (row): the first source column (row) in it, and the share of the target that each covers. */
interface Overlaps {
  readonly first: Int32Array;
  readonly shares: readonly Float64Array[];
}

function overlapsOf(source: Grid, target: Grid, axis: 'col' | 'row'): Overlaps {
  const [step, origin, size] = axis === 'col' ? ([0, 2, 'widthPx'] as const) : ([4, 5, 'heightPx'] as const);
  const ratio = target.transform[step] / source.transform[step];
  const offset = (target.transform[origin] - source.transform[origin]) / source.transform[step];
  const first = new Int32Array(target[size]);
  const shares = Array.from({ length: target[size] }, (_, k) => {
    const [from, to] = [Math.max(0, offset + k * ratio), Math.min(source[size], offset + (k + 1) * ratio)];
    first[k] = Math.floor(from);
    const cells = Math.max(0, Math.ceil(to) - first[k]!);
    return Float64Array.from({ length: cells }, (_, i) => {
      const left = first[k]! + i;
      return Math.max(0, Math.min(to, left + 1) - Math.max(from, left)) / ratio;
    });
  });
  return { first, shares };
}

function meanByArea<Q extends Quantity>(source: Raster<Q>, target: Grid): Raster<Q, Float32Array> {
  const cols = overlapsOf(source.grid, target, 'col');
  const rows = overlapsOf(source.grid, target, 'row');
  const { widthPx, heightPx } = target;
  const data = new Float32Array(widthPx * heightPx);
  const valid = new Uint8Array(widthPx * heightPx);
  for (let row = 0, i = 0; row < heightPx; row += 1) {
    for (let col = 0; col < widthPx; col += 1, i += 1) {
      let [sum, share] = [0, 0];
      rows.shares[row]!.forEach((down, r) => {
        const at = (rows.first[row]! + r) * source.grid.widthPx + cols.first[col]!;
        cols.shares[col]!.forEach((across, c) => {
          if (source.valid[at + c] === 0) return;
          sum += down * across * source.data[at + c]!;
          share += down * across;
        });
      });
      // A hair less than half is half: shares are sums of roundings.
      if (share < MIN_VALID_SHARE - 1e-9) continue;
      data[i] = sum / share;
      valid[i] = 1;
    }
  }
  return { quantity: source.quantity, grid: target, data, valid };
}
