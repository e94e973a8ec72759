import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ringsBbox } from '../../../pipeline/raster/clip.ts';
import { computeCoverage } from '../../../pipeline/raster/coverage.ts';
import { type Grid, windowOfBbox } from '../../../shared/grid.ts';
import { describeWithData } from '../../real-data.ts';
import { referenceParcels, referenceRows } from '../../zonal-parcels.ts';
import { GRID_10M, parcelRings, rectangle, reversed, shoelace, star, sum } from './polygons.ts';

const UNIT: Grid = { crs: 'EPSG:32631', transform: [1, 0, 0, 0, -1, 4], widthPx: 4, heightPx: 4 };
const ALL = { col: 0, row: 0, widthPx: 4, heightPx: 4 };

describe('coverage', () => {
  it.each<[string, Float64Array[], number[]]>([
    ['one whole cell', [rectangle(1, 2, 2, 3)], [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    [
      'quarters of four cells',
      [rectangle(0.5, 2.5, 1.5, 3.5)],
      [0.25, 0.25, 0, 0, 0.25, 0.25, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ],
    [
      'a triangle of half a cell',
      [Float64Array.of(0, 0, 1, 0, 1, 1, 0, 0)],
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.5, 0, 0, 0],
    ],
    [
      'a square with a hole',
      [rectangle(0, 0, 3, 3), reversed(rectangle(1, 1, 2, 2))],
      [0, 0, 0, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0],
    ],
    [
      'two parts in one cell',
      [rectangle(0, 0, 0.25, 1), rectangle(0.5, 0, 0.75, 1)],
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.5, 0, 0, 0],
    ],
    ['a polygon round the whole grid', [rectangle(-5, -5, 9, 9)], Array(16).fill(1)],
    ['a polygon left of the grid', [rectangle(-5, 0, -1, 4)], Array(16).fill(0)],
    ['a polygon right of the grid', [rectangle(5, 0, 9, 4)], Array(16).fill(0)],
    [
      'a strip that comes in from the left',
      [rectangle(-5, 3, 1.5, 4)],
      [1, 0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ],
    ['no ring at all', [], Array(16).fill(0)],
    ['a ring without area', [Float64Array.of(0, 0, 3, 3, 0, 0)], Array(16).fill(0)],
  ])('of %s is as drawn, whichever way round the rings go', (_, rings, expected) => {
    expect([...computeCoverage(rings, UNIT, ALL)]).toEqual(expected);
    expect([...computeCoverage(rings.map(reversed), UNIT, ALL)]).toEqual(expected);
  });

  it('of a parcel sums to its shoelace area within 1e-12, holes and second parts included', () => {
    fc.assert(
      fc.property(parcelRings, (rings) => {
        const window = windowOfBbox(GRID_10M, ringsBbox(rings))!;
        const areaM2 = sum(computeCoverage(rings, GRID_10M, window)) * 100;
        expect(Math.abs(areaM2 / shoelace(rings) - 1)).toBeLessThan(1e-12);
      }),
      { numRuns: 300 },
    );
  });

  it('of two halves of a window equals the whole window, cell by cell within 1e-13', () => {
    fc.assert(
      fc.property(parcelRings, fc.double({ min: 0.1, max: 0.9, noNaN: true }), (rings, share) => {
        const { col, row, widthPx, heightPx } = windowOfBbox(GRID_10M, ringsBbox(rings))!;
        const whole = computeCoverage(rings, GRID_10M, { col, row, widthPx, heightPx });
        const cut = Math.max(1, Math.floor(share * Math.min(widthPx, heightPx)));
        const left = computeCoverage(rings, GRID_10M, { col, row, widthPx: cut, heightPx });
        const right = computeCoverage(rings, GRID_10M, { col: col + cut, row, widthPx: widthPx - cut, heightPx });
        const lower = computeCoverage(rings, GRID_10M, { col, row: row + cut, widthPx, heightPx: heightPx - cut });
        for (let r = 0; r < heightPx; r++) {
          for (let c = 0; c < widthPx; c++) {
            const part = c < cut ? left[r * cut + c]! : right[r * (widthPx - cut) + c - cut]!;
            expect(Math.abs(part - whole[r * widthPx + c]!)).toBeLessThan(1e-13);
            if (r >= cut)
              expect(Math.abs(lower[(r - cut) * widthPx + c]! - whole[r * widthPx + c]!)).toBeLessThan(1e-13);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('agrees with 1,000 × 1,000 points a cell within 0.001 on a star with a hole', () => {
    const rings = [
      star([2.1, 1.9], [1.7, 0.9, 1.8, 1.1, 1.6, 1.3, 1.9], 0.3),
      reversed(star([2.1, 1.9], [0.5, 0.3, 0.6, 0.4], 0.9)),
    ];
    const coverage = computeCoverage(rings, UNIT, ALL);
    for (let cell = 0; cell < 16; cell++) {
      expect(Math.abs(coverage[cell]! - sampledShare(rings, cell % 4, Math.floor(cell / 4), 1000))).toBeLessThan(0.001);
    }
  });
});

/** Share of the points of a cell of UNIT inside the rings by the even-odd rule, row of points by row of points. */
function sampledShare(rings: readonly Float64Array[], col: number, row: number, n: number): number {
  let inside = 0;
  for (let j = 0; j < n; j++) {
    const y = 4 - row - (j + 0.5) / n;
    const crossings: number[] = [];
    for (const ring of rings) {
      for (let i = 0; i + 3 < ring.length; i += 2) {
        const [x0, y0, x1, y1] = [ring[i]!, ring[i + 1]!, ring[i + 2]!, ring[i + 3]!];
        if (y0 > y !== y1 > y) crossings.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0));
      }
    }
    for (let i = 0; i < n; i++) {
      const x = col + (i + 0.5) / n;
      if (crossings.filter((crossing) => crossing < x).length % 2 === 1) inside++;
    }
  }
  return inside / n / n;
}

describeWithData('coverage beside exactextract', () => {
  it('sums to its count of 20 m cells within 1e-8 (it stores float32), and to the area within 1e-12, for 1,000 parcels', () => {
    const grid: Grid = { ...GRID_10M, transform: [20, 0, 399960, 0, -20, 1200000], widthPx: 5490, heightPx: 5490 };
    const rows = referenceRows('ndvi_f32_20m');
    const parcels = referenceParcels();
    expect(parcels).toHaveLength(1000);
    let worstCount = 0;
    let worstArea = 0;
    for (const [index, ring] of parcels.entries()) {
      const count = sum(computeCoverage([ring], grid, windowOfBbox(grid, ringsBbox([ring]))!));
      worstCount = Math.max(worstCount, Math.abs(count / rows.get(String(index + 1))!.count - 1));
      worstArea = Math.max(worstArea, Math.abs((count * 400) / shoelace([ring]) - 1));
    }
    expect(worstCount).toBeLessThan(1e-8);
    expect(worstArea).toBeLessThan(1e-12);
  });
});
