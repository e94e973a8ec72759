import type { Bbox, Grid, Window } from '../shared/grid.ts';
import { gridBbox, windowOfBbox } from '../shared/grid.ts';
import { crsToLonLat, projectRings } from '../shared/transform.ts';
import { clipToBbox, ringsBbox } from './raster/clip.ts';
import { computeCoverage } from './raster/coverage.ts';
import { type CoveredWindow, indexOf } from './raster/zonal.ts';

/** Polygons in one CRS: exterior rings counter-clockwise, holes clockwise; pieces of a parcel lie side by side. */
export interface Ground {
  readonly crs: string;
  readonly rings: readonly Float64Array[];
}

/** What a source of pixels says about a window: 1 where it has data, 0 where another grid must be asked. */
export interface Surface {
  readonly window: Window;
  readonly observed: Uint8Array;
}

/** Longest run of invalid cells cut in one piece: keeps the straight edges of a piece true in another UTM zone. */
const MAX_RUN_PX = 64;
const TILE_PX = 1024;

/**
 * Measures ground on grids in order: what the first grid has no valid data for is cut off geometrically and measured on
 * the next, so that no ground counts twice and none is lost. `read` answers null where a grid has nothing at all.
 */
export async function measureGround<S extends Surface>(
  ground: Ground,
  gridOrder: readonly number[],
  grids: readonly { readonly grid: Grid }[],
  read: (gridIndex: number, window: Window) => Promise<S | null>,
  visit: (gridIndex: number, parcel: CoveredWindow, surface: S) => void,
): Promise<void> {
  let left = ground;
  for (const gridIndex of gridOrder) {
    if (left.rings.length === 0) return;
    const { grid } = grids[gridIndex]!;
    const here = toCrs(left, grid.crs);
    const bbox = ringsBbox(here.rings);
    const window = bbox && windowOfBbox(grid, bbox);
    if (!window) continue;
    const rest: Float64Array[] = outsideOf(here.rings, gridBbox(grid));
    for (const tile of tilesOf(window)) {
      const coverage = computeCoverage(here.rings, grid, tile);
      if (!coverage.some((share) => share > 0)) continue;
      const surface = await read(gridIndex, tile);
      if (surface) visit(gridIndex, { window: tile, coverage }, surface);
      rest.push(...invalidGround(here.rings, grid, { window: tile, coverage }, surface));
    }
    left = { crs: grid.crs, rings: rest };
  }
}

/** The part of `rings` outside `box`, as disjoint pieces. */
export function outsideOf(rings: readonly Float64Array[], box: Bbox): Float64Array[] {
  const all = ringsBbox(rings);
  if (!all) return [];
  if (all[0] >= box[0] && all[1] >= box[1] && all[2] <= box[2] && all[3] <= box[3]) return [];
  const [xMin, yMin, xMax, yMax] = [all[0] - 1, all[1] - 1, all[2] + 1, all[3] + 1];
  const sides: Bbox[] = [
    [xMin, yMin, box[0], yMax],
    [box[2], yMin, xMax, yMax],
    [box[0], yMin, box[2], box[1]],
    [box[0], box[3], box[2], yMax],
  ];
  return sides.flatMap((side) => (side[2] > side[0] && side[3] > side[1] ? clipToBbox(rings, side) : []));
}

/** The part of `rings` over covered cells that `surface` (null: nothing) does not observe, as disjoint pieces. */
export function invalidGround(
  rings: readonly Float64Array[],
  grid: Grid,
  parcel: CoveredWindow,
  surface: Surface | null,
): Float64Array[] {
  const [a, , c, , e, f] = grid.transform;
  return invalidRects(parcel, surface).flatMap((rect) =>
    clipToBbox(rings, [
      c + a * rect.col,
      f + e * (rect.row + rect.heightPx),
      c + a * (rect.col + rect.widthPx),
      f + e * rect.row,
    ]),
  );
}

/** Covered cells without data as few disjoint rectangles: runs of a row, joined downwards where they are equal. */
function invalidRects(parcel: CoveredWindow, surface: Surface | null): Window[] {
  const done: Window[] = [];
  let open: Window[] = [];
  for (let row = 0; row < parcel.window.heightPx; row += 1) {
    const next: Window[] = [];
    for (const run of invalidRuns(row, parcel, surface)) {
      const above = open.find(
        (rect) => rect.col === run.col && rect.widthPx === run.widthPx && rect.heightPx < MAX_RUN_PX,
      );
      next.push(above ? { ...above, heightPx: above.heightPx + 1 } : run);
      if (above) open = open.filter((rect) => rect !== above);
    }
    done.push(...open);
    open = next;
  }
  return [...done, ...open];
}

function invalidRuns(row: number, { window, coverage }: CoveredWindow, surface: Surface | null): Window[] {
  const runs: Window[] = [];
  const base = row * window.widthPx;
  const shift = surface ? indexOf(surface.window, window, row) : 0;
  const isInvalid = (col: number) => coverage[base + col]! > 0 && !surface?.observed[shift + col];
  for (let col = 0; col < window.widthPx; col += 1) {
    if (!isInvalid(col)) continue;
    const start = col;
    while (col + 1 < window.widthPx && col + 1 - start < MAX_RUN_PX && isInvalid(col + 1)) col += 1;
    runs.push({ col: window.col + start, row: window.row + row, widthPx: col + 1 - start, heightPx: 1 });
  }
  return runs;
}

function toCrs(ground: Ground, crs: string): Ground {
  if (ground.crs === crs) return ground;
  const lonLat = ground.crs === 'EPSG:4326' ? ground.rings : ground.rings.map((ring) => crsToLonLat(ground.crs)(ring));
  return { crs, rings: projectRings(lonLat, crs) };
}

function* tilesOf(window: Window): Generator<Window> {
  for (let row = 0; row < window.heightPx; row += TILE_PX) {
    for (let col = 0; col < window.widthPx; col += TILE_PX) {
      yield {
        col: window.col + col,
        row: window.row + row,
        widthPx: Math.min(TILE_PX, window.widthPx - col),
        heightPx: Math.min(TILE_PX, window.heightPx - row),
      };
    }
  }
}
