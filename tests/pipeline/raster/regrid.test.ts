import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { regrid, regriddingOf, windowForTarget } from '../../../pipeline/raster/regrid.ts';
import { type Grid, gridBbox, gridOfWindow } from '../../../shared/grid.ts';
import type { Raster } from '../../../shared/raster.ts';
import { crsToLonLat, lonLatToCrs } from '../../../shared/transform.ts';

function gridOf(cellM: number, widthPx: number, heightPx: number, x = 400_000, y = 1_000_000): Grid {
  return { crs: 'EPSG:32631', transform: [cellM, 0, x, 0, -cellM, y], widthPx, heightPx };
}

/** Values of a function of column and row; null = not valid. */
function rasterOf(grid: Grid, valueAt: (col: number, row: number) => number | null): Raster<'fraction'> {
  const values = Array.from({ length: grid.widthPx * grid.heightPx }, (_, i) =>
    valueAt(i % grid.widthPx, Math.floor(i / grid.widthPx)),
  );
  return {
    quantity: 'fraction',
    grid,
    data: Float64Array.from(values, (value) => value ?? 0),
    valid: Uint8Array.from(values, (value) => (value === null ? 0 : 1)),
  };
}

describe('a reference on the grid of scenes of its own CRS', () => {
  it('averages 10 m cells in 30 m cells, and is valid with 5 of 9 cells, not with 4', () => {
    const source = rasterOf(gridOf(10, 6, 3), (col, row) =>
      col < 3 ? (row * 3 + col < 5 ? 0.3 : null) : row * 3 + col < 7 ? 0.5 : null,
    );
    const { data, valid } = regrid(source, gridOf(30, 2, 1));
    expect(regriddingOf(source.grid, gridOf(30, 2, 1))).toBe('mean');
    expect([...valid]).toEqual([1, 0]);
    expect(data[0]).toBeCloseTo(0.3, 7);
  });

  it('weighs by area: a 30 m cell over one 20 m cell of 0.2 and half of one of 0.8 is 0.4', () => {
    const source = rasterOf(gridOf(20, 2, 2), (col) => (col === 0 ? 0.2 : 0.8));
    expect(regrid(source, gridOf(30, 1, 1)).data[0]).toBeCloseTo(0.4, 7);
  });

  it('takes the cell at the centre where the reference is as coarse or coarser', () => {
    const source = rasterOf(gridOf(30, 2, 1), (col) => (col === 0 ? 0.2 : null));
    const target = gridOf(10, 6, 3);
    expect(regriddingOf(source.grid, target)).toBe('nearest');
    expect(regriddingOf(target, target)).toBe('nearest');
    expect([...regrid(source, target).valid.subarray(0, 6)]).toEqual([1, 1, 1, 0, 0, 0]);
  });

  it('keeps the total: area × mean over all target cells is that of the finer source, wherever the grid begins', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 29 }), fc.integer({ min: 11, max: 40 }), (shift, cellM) => {
        const source = rasterOf(gridOf(10, 30, 30), (col, row) => ((col * 7 + row * 13) % 11) / 11);
        const target = gridOf(cellM, 4, 4, 400_000 + shift, 1_000_000 - shift);
        const box = gridBbox(target);
        const { data, valid } = regrid(source, target);
        expect([...valid].every((is) => is === 1)).toBe(true);
        const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
        let [sum, area] = [0, 0];
        source.data.forEach((value, i) => {
          const x = 400_000 + 10 * (i % 30);
          const y = 1_000_000 - 10 * Math.floor(i / 30);
          const wide = Math.max(0, Math.min(x + 10, box[2]) - Math.max(x, box[0]));
          const high = Math.max(0, Math.min(y, box[3]) - Math.max(y - 10, box[1]));
          sum += value * wide * high;
          area += wide * high;
        });
        expect(mean).toBeCloseTo(sum / area, 6);
      }),
    );
  });
});

describe('a reference of another CRS', () => {
  /** A third of an arc second, and one arc second, about 10 and 30 m, round the target's corner. */
  function degreesRound(target: Grid, cellDeg: number, sizePx: number): Grid {
    const [west, , , north] = gridBbox(target);
    const [lon, lat] = crsToLonLat(target.crs)(Float64Array.of(west, north));
    const [lon0, lat0] = [lon! - 20 * cellDeg, lat! + 20 * cellDeg];
    return { crs: 'EPSG:4326', transform: [cellDeg, 0, lon0, 0, -cellDeg, lat0], widthPx: sizePx, heightPx: sizePx };
  }

  it('gives each of 4,900 cells of 10 m the cell of one arc second that holds its exactly projected centre', () => {
    const target = gridOf(10, 70, 70);
    const grid = degreesRound(target, 1 / 3600, 90);
    const source = rasterOf(grid, (col, row) => (col * 31 + row * 17) % 1000);
    const found = regrid(source, target);
    expect(regriddingOf(grid, target)).toBe('nearest');
    const [toLonLat, toSource] = [crsToLonLat(target.crs), lonLatToCrs(grid.crs)];
    let wrong = 0;
    found.data.forEach((value, i) => {
      const x = 400_000 + 10 * ((i % 70) + 0.5);
      const y = 1_000_000 - 10 * (Math.floor(i / 70) + 0.5);
      const [lon, lat] = toSource(toLonLat(Float64Array.of(x, y)));
      const col = Math.floor((lon! - grid.transform[2]) / grid.transform[0]);
      const row = Math.floor((lat! - grid.transform[5]) / grid.transform[4]);
      if (found.valid[i] !== 1 || value !== (col * 31 + row * 17) % 1000) wrong += 1;
    });
    expect(wrong).toBe(0);
  });

  it('averages a finer one: a slope of 0.01 a cell comes back within 0.005, and what lies outside is not valid', () => {
    const target = gridOf(30, 40, 40);
    const grid = degreesRound(target, 1 / 10_800, 100);
    const { data, valid } = regrid(
      rasterOf(grid, (col) => col * 0.01),
      target,
    );
    expect(regriddingOf(grid, target)).toBe('mean');
    const toLonLat = crsToLonLat(target.crs);
    const inside = [...valid.keys()].filter((i) => valid[i] === 1);
    expect(inside.length).toBeGreaterThan(400);
    expect(inside.length).toBeLessThan(1600);
    for (const i of inside) {
      const x = 400_000 + 30 * ((i % 40) + 0.5);
      const [lon] = toLonLat(Float64Array.of(x, 1_000_000 - 30 * (Math.floor(i / 40) + 0.5)));
      const col = (lon! - grid.transform[2]) / grid.transform[0] - 0.5;
      // A cell at the edge of the source has lost up to half of its points.
      if (i % 40 < 24) expect(Math.abs(data[i]! - 0.01 * col)).toBeLessThan(0.005);
    }
  });

  it('asks for a window that holds every cell it then reads: cut to it, the result is the same', () => {
    const target = gridOf(10, 70, 45);
    const grid = degreesRound(target, 1 / 3600, 90);
    const valueAt = (col: number, row: number) => (col * 31 + row * 17) % 1000;
    const window = windowForTarget(grid, target);
    const cut = rasterOf(gridOfWindow(grid, window), (col, row) => valueAt(col + window.col, row + window.row));
    expect(regrid(cut, target).data).toEqual(regrid(rasterOf(grid, valueAt), target).data);
    expect(window.widthPx).toBeLessThan(40);
  });
});
