import { describe, expect, it } from 'vitest';
import { edgeFraction, misregistration, shiftedCoverages } from '../../../pipeline/change/edge.ts';
import { computeCoverage } from '../../../pipeline/raster/coverage.ts';
import type { Grid } from '../../../shared/grid.ts';

const grid: Grid = { crs: 'EPSG:32631', transform: [10, 0, 500_000, 0, -10, 1_000_000], widthPx: 8, heightPx: 8 };
const window = { col: 0, row: 0, widthPx: 8, heightPx: 8 };
/** A square from cell (2, 2) to cell (6, 6), moved by so many metres. */
const square = (byM: number) => {
  const [x, y] = [500_020 + byM, 999_980 - byM];
  return [Float64Array.of(x, y, x, y - 40, x + 40, y - 40, x + 40, y, x, y)];
};

describe('the edge of a parcel', () => {
  it('is 0 for 16 whole cells, and 7/16 of 16 cells when moved by half a cell both ways (9 whole, 7 in parts)', () => {
    expect(edgeFraction(computeCoverage(square(0), grid, window))).toBe(0);
    expect(edgeFraction(computeCoverage(square(5), grid, window))).toBeCloseTo(7 / 16, 12);
  });

  it('is null for a parcel outside the window', () => {
    expect(edgeFraction(new Float64Array(4))).toBeNull();
  });
});

describe('half a pixel of misregistration', () => {
  const coverage = computeCoverage(square(0), grid, window);
  const shifted = shiftedCoverages(square(0), grid, window);
  const ones = new Uint8Array(64).fill(1);

  it('keeps the area of the parcel in all four directions', () => {
    for (const other of shifted) expect(other.reduce((sum, share) => sum + share, 0)).toBeCloseTo(16, 9);
  });

  it('changes nothing on even ground, and 0.05 on a slope of 0.1 a cell', () => {
    const even = new Float64Array(64).fill(0.6);
    const slope = Float64Array.from({ length: 64 }, (_, i) => 0.1 * (i % 8));
    expect(misregistration(even, ones, coverage, shifted)).toBeCloseTo(0, 12);
    expect(misregistration(slope, ones, coverage, shifted)).toBeCloseTo(0.05, 12);
  });

  it('at a boundary of 0.8 against 0.2 takes in half a row of 4 cells of 16: 0.6 · 2/16 = 0.075', () => {
    const inside = Float64Array.from(coverage, (share) => (share > 0 ? 0.8 : 0.2));
    expect(misregistration(inside, ones, coverage, shifted)).toBeCloseTo(0.6 * (2 / 16), 12);
  });

  it('leaves out cells that are not valid, and is null where none is', () => {
    const values = new Float64Array(64).fill(0.4);
    const valid = ones.map((_, i) => (i % 8 < 4 ? 1 : 0));
    values.forEach((_, i) => {
      if (valid[i] === 0) values[i] = Number.NaN;
    });
    expect(misregistration(values, valid, coverage, shifted)).toBeCloseTo(0, 12);
    expect(misregistration(values, new Uint8Array(64), coverage, shifted)).toBeNull();
  });
});
