import Geodesic from 'geographiclib-geodesic';
import { describe, expect, it } from 'vitest';
import { cellAreasHa } from '../../../pipeline/raster/cell-area.ts';
import type { Grid } from '../../../shared/grid.ts';
import { crsToLonLat, lonLatToCrs } from '../../../shared/transform.ts';

function cellHa(grid: Grid, row: number, col: number): number {
  const out = new Float64Array(1);
  cellAreasHa(grid).fillRow(row, col, 1, out);
  return out[0]!;
}

/** Area of a quadrilateral of CRS corners on the ellipsoid, its edges cut into 64 geodesics. */
function geodesicHa(crs: string, x: number, y: number, size: number): number {
  const polygon = Geodesic.Geodesic.WGS84.Polygon(false);
  const corners: [number, number][] = [
    [x, y],
    [x + size, y],
    [x + size, y + size],
    [x, y + size],
  ];
  const toLonLat = crsToLonLat(crs);
  corners.forEach(([ax, ay], k) => {
    const [bx, by] = corners[(k + 1) % 4]!;
    for (let i = 0; i < 64; i++) {
      const [lon, lat] = toLonLat(Float64Array.of(ax + ((bx - ax) * i) / 64, ay + ((by - ay) * i) / 64));
      polygon.AddPoint(lat!, lon!);
    }
  });
  return Math.abs(polygon.Compute(false, true).area!) / 1e4;
}

describe('true cell area', () => {
  it.each([
    [3.0, 0.99920016],
    [2.0, 0.99949824],
    [1.5, 0.99987101],
    [0.5, 1.0010651],
  ])('in UTM zone 31 at latitude 9.5, longitude %f is the grid area / %f (k², pyproj) within 1e-8', (lon, kSquared) => {
    const [x, y] = lonLatToCrs('EPSG:32631')(Float64Array.of(lon, 9.5));
    const grid: Grid = {
      crs: 'EPSG:32631',
      transform: [10, 0, x! - 40005, 0, -10, y! + 30005],
      widthPx: 8000,
      heightPx: 8000,
    };
    expect(Math.abs((cellHa(grid, 3000, 4000) * kSquared) / 0.01 - 1)).toBeLessThan(1e-8);
  });

  it.each([
    [0, 769.317004949],
    [9.5, 759.043097529],
    [45, 547.649308044],
  ])('of a 0.00025 degree cell at latitude %f is %f m² within 1e-9', (lat, areaM2) => {
    const grid: Grid = {
      crs: 'EPSG:4326',
      transform: [0.00025, 0, 1, 0, -0.00025, lat + 0.000125],
      widthPx: 9,
      heightPx: 9,
    };
    expect(Math.abs((cellHa(grid, 0, 3) * 1e4) / areaM2 - 1)).toBeLessThan(1e-9);
  });

  it('of all 1 degree cells together is the ellipsoid, 510,065,621.724 km²', () => {
    const grid: Grid = { crs: 'EPSG:4326', transform: [1, 0, -180, 0, -1, 90], widthPx: 360, heightPx: 180 };
    let totalHa = 0;
    for (let row = 0; row < 180; row++) totalHa += 360 * cellHa(grid, row, 0);
    expect(totalHa / 100).toBeCloseTo(510065621.724, 2);
  });

  it.each<[string, number, number, number]>([
    ['EPSG:32631', 399960, 1200000, 2000],
    ['EPSG:32633', 600000, 5100000, 2000],
    ['EPSG:3857', 172545, 6621000, 2000],
    ['EPSG:3031', 1465641, 1440281, 2000],
    ['EPSG:32661', 2000000, 2000000, 2000],
    ['EPSG:32660', 820000, 8100000, 2000],
    ['EPSG:3577', 1378344, -3960073, 2000],
    ['EPSG:2154', 652301, 6861302, 2000],
  ])('in %s, summed over 2 km, is the geodesic polygon within 1e-8', (crs, x, y, sizeM) => {
    const grid: Grid = { crs, transform: [10, 0, x - 37000, 0, -10, y + 44000], widthPx: 10980, heightPx: 10980 };
    const out = new Float64Array(200);
    let totalHa = 0;
    for (let row = 0; row < 200; row++) {
      cellAreasHa(grid).fillRow(4200 + row, 3700, 200, out);
      for (const ha of out) totalHa += ha;
    }
    expect(Math.abs(totalHa / geodesicHa(crs, x, y, sizeM) - 1)).toBeLessThan(1e-8);
  });

  it('of a cell is the same bits whichever row piece it is asked in', () => {
    const grid: Grid = {
      crs: 'EPSG:32631',
      transform: [10, 0, 399960, 0, -10, 1200000],
      widthPx: 10980,
      heightPx: 10980,
    };
    const whole = new Float64Array(10980);
    cellAreasHa(grid).fillRow(7123, 0, 10980, whole);
    for (const col of [0, 1999, 2000, 2001, 9999, 10979]) {
      expect(cellHa({ ...grid }, 7123, col)).toBe(whole[col]);
    }
  });
});
