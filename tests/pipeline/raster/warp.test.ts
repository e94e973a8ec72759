import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cellsPerPixel,
  projectTile,
  type TileAddress,
  type TilePositions,
  touchesGrid,
} from '../../../pipeline/raster/warp.ts';
import type { Affine, Grid } from '../../../shared/grid.ts';
import { type Converter, crsToLonLat, lonLatToCrs } from '../../../shared/transform.ts';

const SIDE = 256;

function makeGrid(crs: string, transform: Affine, widthPx: number, heightPx = widthPx): Grid {
  return { crs, transform, widthPx, heightPx };
}

const GRIDS: Record<string, Grid> = {
  'UTM 31 north': makeGrid('EPSG:32631', [10, 0, 300_000, 0, -10, 1_100_000], 10_980),
  'UTM 36 south': makeGrid('EPSG:32736', [10, 0, 300_000, 0, -10, 9_000_000], 10_980),
  'UTM 33 at 68° north': makeGrid('EPSG:32633', [30, 0, 150_000, 0, -30, 7_700_000], 8000),
  'longitude and latitude': makeGrid('EPSG:4326', [0.0001, 0, 1.5, 0, -0.0001, 9.9], 10_000),
  'the whole world in degrees': makeGrid('EPSG:4326', [0.01, 0, -180, 0, -0.01, 90], 36_000, 18_000),
  'degrees from 0 to 360': makeGrid('EPSG:4326', [0.1, 0, 0, 0, -0.1, 90], 3600, 1800),
  'UTM 60 across the antimeridian': makeGrid('EPSG:32660', [30, 0, 600_000, 0, -30, 7_800_000], 7000),
  'Lambert 93': makeGrid('EPSG:2154', [25, 0, 600_000, 0, -25, 6_700_000], 8000),
  'Antarctic stereographic': makeGrid('EPSG:3031', [500, 0, -3_000_000, 0, -500, 3_000_000], 12_000),
  'web mercator': makeGrid('EPSG:3857', [10, 0, 100_000, 0, -10, 1_000_000], 9000),
};

/** Longitude and latitude of a point of a tile, from the definition of the web map. */
function lonLatOf({ z, x, y }: TileAddress, px: number, py: number): Float64Array {
  const side = 2 ** z;
  const lonDeg = ((x + px / SIDE) / side) * 360 - 180;
  const latRad = 2 * Math.atan(Math.exp(Math.PI * (1 - (2 * (y + py / SIDE)) / side))) - Math.PI / 2;
  return Float64Array.of(lonDeg, (latRad * 180) / Math.PI);
}

function tileAt(lonDeg: number, latDeg: number, z: number): TileAddress {
  const side = 2 ** z;
  const latRad = (Math.max(-85, Math.min(85, latDeg)) * Math.PI) / 180;
  const y = Math.floor(((1 - Math.asinh(Math.tan(latRad)) / Math.PI) / 2) * side);
  const x = Math.floor((((((lonDeg + 180) / 360) % 1) + 1) % 1) * side);
  return { z, x, y };
}

/** The tile over a point of a grid, and the level of the grid that fits its zoom. */
function aim(grid: Grid, z: number, at: { u: number; v: number }): { tile: TileAddress; level: Grid } {
  const [a, b, c, d, e, f] = grid.transform;
  const place = crsToLonLat(grid.crs)(Float64Array.of(c + a * grid.widthPx * at.u, f + e * grid.heightPx * at.v));
  const tile = tileAt(place[0]!, place[1]!, z);
  const k = Math.max(1, 2 ** Math.floor(Math.log2(cellsPerPixel(tile, grid) ?? 1)));
  const size = { widthPx: Math.ceil(grid.widthPx / k), heightPx: Math.ceil(grid.heightPx / k) };
  return { tile, level: { crs: grid.crs, transform: [a * k, b, c, d, e * k, f], ...size } };
}

/** Exact place of a tile pixel on a grid; null outside the projection. */
function exactPlace(
  { tile, grid, convert }: { tile: TileAddress; grid: Grid; convert: Converter },
  px: number,
  py: number,
): { col: number; row: number } | null {
  const lonLat = lonLatOf(tile, px, py);
  if (grid.transform[2] === 0 && lonLat[0]! < 0) lonLat[0]! += 360;
  try {
    const [x, y] = convert(lonLat);
    return { col: (x! - grid.transform[2]) / grid.transform[0], row: (y! - grid.transform[5]) / grid.transform[4] };
  } catch {
    return null;
  }
}

/** Column and row of every pixel, NaN for those of no run. */
function spread({ sizePx, runs }: TilePositions): { col: Float64Array; row: Float64Array } {
  const col = new Float64Array(sizePx * sizePx).fill(Number.NaN);
  const row = col.slice();
  for (let at = 0; at < runs.length; at += 6) {
    for (let n = 0; n < runs[at + 1]!; n++) {
      col[runs[at]! + n] = runs[at + 2]! + n * runs[at + 4]!;
      row[runs[at]! + n] = runs[at + 3]! + n * runs[at + 5]!;
    }
  }
  return { col, row };
}

/** Largest error of the positions, and how many pixels on the grid were given none. */
function compare(tile: TileAddress, grid: Grid, positions: TilePositions): { worstPx: number; lost: number } {
  let worstPx = 0;
  let lost = 0;
  const { col, row } = spread(positions);
  const place = { tile, grid, convert: lonLatToCrs(grid.crs) };
  for (let i = 0; i < SIDE * SIDE; i += 5) {
    const exact = exactPlace(place, (i % SIDE) + 0.5, Math.floor(i / SIDE) + 0.5);
    const isInside =
      exact !== null && exact.col >= 0 && exact.col < grid.widthPx && exact.row >= 0 && exact.row < grid.heightPx;
    if (!isInside) continue;
    if (Number.isNaN(col[i])) lost += 1;
    else worstPx = Math.max(worstPx, Math.abs(col[i]! - exact.col), Math.abs(row[i]! - exact.row));
  }
  return { worstPx, lost };
}

describe('projecting a tile', () => {
  it.each(Object.entries(GRIDS))('stays within 0.01 px of the exact transform and loses no pixel: %s', (_, grid) => {
    const part = fc.double({ min: 0.02, max: 0.98, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 }), part, part, (z, u, v) => {
        const { tile, level } = aim(grid, z, { u, v });
        const { worstPx, lost } = compare(tile, level, projectTile(tile, level));
        expect(worstPx).toBeLessThan(0.01);
        expect(lost).toBe(0);
      }),
      { numRuns: 15, seed: 3 },
    );
  });

  it('names the cells that all pixels touch, and none outside the grid', () => {
    const grid = GRIDS['UTM 31 north']!;
    const { tile } = aim(grid, 14, { u: 0.5, v: 0.5 });
    const positions = projectTile(tile, grid);
    const { window } = positions;
    const { col, row } = spread(positions);
    const [left, right] = [Math.min(...col), Math.max(...col)];
    expect(window!.col).toBe(Math.floor(left - 0.5));
    expect(window!.col + window!.widthPx).toBe(Math.floor(right - 0.5) + 2);
    expect(window!.row).toBe(Math.floor(Math.min(...row) - 0.5));
    const edge = aim(grid, 14, { u: 0, v: 0 });
    expect(projectTile(edge.tile, grid).window).toMatchObject({ col: 0, row: 0 });
  });

  it('gives a tile on the other side of the earth no window, no position and no error', () => {
    const grid = GRIDS['UTM 31 north']!;
    const tile = tileAt(-177, -10, 9);
    const positions = projectTile(tile, grid);
    expect(positions.window).toBeNull();
    expect(positions.runs).toEqual([]);
    expect(touchesGrid(tile, grid)).toBe(false);
    expect(cellsPerPixel(tile, grid)).toBeNull();
  });

  it('shows a UTM grid on the tile of the whole world, most of which its projection cannot express', () => {
    const grid = GRIDS['UTM 60 across the antimeridian']!;
    const world = { z: 0, x: 0, y: 0 };
    const { window, ...positions } = projectTile(world, grid);
    expect(spread({ window, ...positions }).col.some(Number.isNaN)).toBe(true);
    expect(window).not.toBeNull();
  });

  it('finds 1.87 cells of 10 m along the meridian in a pixel of zoom 13 at 9.4° north', () => {
    const grid = GRIDS['UTM 31 north']!;
    const { tile } = aim(grid, 13, { u: 0.5, v: 0.5 });
    const latRad = (lonLatOf(tile, 128, 128)[1]! * Math.PI) / 180;
    const pixelRad = (2 * Math.PI * Math.cos(latRad)) / 2 ** 13 / SIDE;
    // Radius of the meridian of WGS 84 (Snyder 1987, 4-18), and UTM's scale of 0.9996 to 1.0002 on this grid.
    const radiusM = (6_378_137 * (1 - 0.00669438)) / (1 - 0.00669438 * Math.sin(latRad) ** 2) ** 1.5;
    expect(cellsPerPixel(tile, grid)!).toBeCloseTo((pixelRad * radiusM) / 10, 2);
    expect(cellsPerPixel(tile, grid)!).toBeCloseTo(1.87, 2);
  });
});
