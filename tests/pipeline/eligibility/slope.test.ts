import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hornSlope } from '../../../pipeline/eligibility/slope.ts';
import { cellSizes } from '../../../pipeline/run/eligibility-terrain.ts';

const SIZE = { widthPx: 6, heightPx: 5 };

function plane(riseEast: number, riseNorth: number): Float64Array {
  // Rows count southwards.
  return Float64Array.from({ length: 30 }, (_, i) => 100 + riseEast * (i % 6) - riseNorth * Math.floor(i / 6));
}

describe('slope after Horn', () => {
  it('is 0.5 on a plane that rises 3 m east and 4 m north each 10 m cell', () => {
    const all = { data: plane(3, 4), valid: new Uint8Array(30).fill(1) };
    const { slope, valid } = hornSlope(all, SIZE, () => ({ widthM: 10, heightM: 10 }));
    expect([slope.length, valid.length]).toEqual([12, 12]);
    for (const rise of slope) expect(rise).toBeCloseTo(0.5, 6);
  });

  it('is √((e/w)² + (n/h)²) on any plane, whatever the sides of its cells', () => {
    const metres = fc.double({ min: 1, max: 90, noNaN: true });
    const rise = fc.integer({ min: -40, max: 40 });
    fc.assert(
      fc.property(rise, rise, metres, metres, (east, north, widthM, heightM) => {
        const all = { data: plane(east, north), valid: new Uint8Array(30).fill(1) };
        const { slope } = hornSlope(all, SIZE, () => ({ widthM, heightM }));
        const wanted = Math.hypot(east / widthM, north / heightM);
        expect(Math.abs(slope[0]! - wanted)).toBeLessThan(1e-6 * (1 + wanted));
      }),
    );
  });

  it('weighs the middle neighbours twice: a step of 8 m at one corner of 10 m cells gives √2 · 8/80', () => {
    const data = new Float64Array(9);
    data[2] = 8;
    const { slope } = hornSlope({ data, valid: new Uint8Array(9).fill(1) }, { widthPx: 3, heightPx: 3 }, () => ({
      widthM: 10,
      heightM: 10,
    }));
    expect(slope[0]).toBeCloseTo(Math.SQRT2 * 0.1, 6);
  });

  it('is unknown where one of the 9 cells is', () => {
    const valid = new Uint8Array(30).fill(1);
    valid[0] = 0;
    const known = hornSlope({ data: plane(1, 1), valid }, SIZE, () => ({ widthM: 1, heightM: 1 })).valid;
    expect(Array.from(known)).toEqual([0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  });
});

describe('sides of cells on the ground', () => {
  const window = { col: 0, row: 0, widthPx: 1, heightPx: 1 };

  it('are 111,320 m by 110,574 m for a degree at the equator', () => {
    const grid = { crs: 'EPSG:4326', transform: [1, 0, 0, 0, -1, 0.5], widthPx: 1, heightPx: 1 } as const;
    const { widthM, heightM } = cellSizes(grid, window)(0);
    expect(widthM).toBeCloseTo(111_319.49, 1);
    expect(heightM).toBeCloseTo(110_574.3, 0);
  });

  it('are half as wide at 60° N in web Mercator as the grid says, to 0.5 %', () => {
    const grid = { crs: 'EPSG:3857', transform: [10, 0, 0, 0, -10, 8_399_738], widthPx: 1, heightPx: 1 } as const;
    const { widthM, heightM } = cellSizes(grid, window)(0);
    expect(Math.abs(widthM / 5 - 1)).toBeLessThan(0.005);
    expect(widthM).toBeCloseTo(heightM, 9);
  });
});
