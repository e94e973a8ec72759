import { describe, expect, it } from 'vitest';
import { meanOfValid, resampleNearest } from '../../../pipeline/raster/resample.ts';
import type { Grid } from '../../../shared/grid.ts';

function grid(size: number, x: number, y: number, widthPx: number, heightPx: number): Grid {
  return { crs: 'EPSG:32631', transform: [size, 0, x, 0, -size, y], widthPx, heightPx };
}

const COARSE = {
  quantity: 'class',
  grid: grid(20, 0, 40, 2, 2),
  data: Uint8Array.of(4, 5, 8, 0),
  valid: Uint8Array.of(1, 1, 1, 0),
} as const;

describe('resampling', () => {
  it('gives each 20 m class to its four 10 m cells', () => {
    const { data, valid, quantity } = resampleNearest(COARSE, grid(10, 0, 40, 4, 4));
    expect(quantity).toBe('class');
    expect(data).toBeInstanceOf(Uint8Array);
    expect([...data]).toEqual([4, 4, 5, 5, 4, 4, 5, 5, 8, 8, 0, 0, 8, 8, 0, 0]);
    expect([...valid]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0]);
  });

  it('marks cells outside the source as not valid, on every side', () => {
    const { data, valid } = resampleNearest(COARSE, grid(20, -20, 60, 4, 4));
    expect([...data]).toEqual([0, 0, 0, 0, 0, 4, 5, 0, 0, 8, 0, 0, 0, 0, 0, 0]);
    expect([...valid]).toEqual([0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  });

  it('takes the right and lower cell where a centre lies on an edge (grids half a cell apart)', () => {
    expect([...resampleNearest(COARSE, grid(20, -10, 50, 2, 2)).data]).toEqual([4, 5, 8, 0]);
  });

  it('meets cells of a degree grid whatever the rounding of 0.00025', () => {
    const degrees = (size: number, n: number): Grid => ({
      crs: 'EPSG:4326',
      transform: [size, 0, 1.1, 0, -size, 9.9],
      widthPx: n,
      heightPx: 1,
    });
    const data = Uint16Array.from({ length: 1000 }, (_, i) => i);
    const source = { quantity: 'dn', grid: degrees(0.00025, 1000), data, valid: new Uint8Array(1000).fill(1) } as const;
    const fine = resampleNearest(source, degrees(0.000125, 2000));
    expect([...fine.data].every((v, i) => v === i >> 1)).toBe(true);
  });

  it('averages 10 m cells to 20 m over their valid ones: 2.5 of four, 3 of two, none of none', () => {
    const data = Uint16Array.of(1, 2, 2, 9, 3, 4, 4, 9, 7, 7, 1, 1, 7, 7, 1, 1);
    const valid = Uint8Array.of(1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 1, 1);
    const mean = meanOfValid({ quantity: 'dn', grid: grid(10, 0, 40, 4, 4), data, valid }, grid(20, 0, 40, 2, 2));
    expect([...mean.data]).toEqual([2.5, 3, 0, 1]);
    expect([...mean.valid]).toEqual([1, 1, 0, 1]);
  });

  it('averages what there is where the coarse grid starts half a cell outside', () => {
    const source = {
      quantity: 'dn',
      grid: grid(10, 0, 20, 2, 2),
      data: Uint16Array.of(1, 2, 3, 4),
      valid: new Uint8Array(4).fill(1),
    } as const;
    const mean = meanOfValid(source, grid(20, -10, 30, 2, 2));
    expect([...mean.data]).toEqual([1, 2, 3, 4]);
  });

  it('refuses two reference systems', () => {
    const other = { ...grid(10, 0, 40, 4, 4), crs: 'EPSG:32632' };
    expect(() => resampleNearest(COARSE, other)).toThrow(/one is in EPSG:32632 and one in EPSG:32631/);
  });
});
