import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clipToBbox, ringsBbox } from '../../../pipeline/raster/clip.ts';
import { computeCoverage } from '../../../pipeline/raster/coverage.ts';
import { signedAreaOfRings } from '../../../shared/geometry/signed-area.ts';
import { type Bbox, windowOfBbox } from '../../../shared/grid.ts';
import { GRID_NEAR_ORIGIN, parcelRingsNearOrigin, rectangle, reversed, shoelace, sum } from './polygons.ts';

const fraction = fc.double({ min: 0.05, max: 0.95, noNaN: true });

describe('clipping', () => {
  it('keeps 1 of 4 units of a square', () => {
    const square = [rectangle(0, 0, 2, 2)];
    expect(signedAreaOfRings(clipToBbox(square, [1, 1, 9, 9]))).toBe(1);
  });

  it('returns a ring inside the rectangle as it is and drops one beside it', () => {
    const rings = [rectangle(1, 1, 2, 2), rectangle(8, 8, 9, 9)];
    expect(clipToBbox(rings, [0, 0, 5, 5])).toEqual([rings[0]]);
    expect(clipToBbox(rings, [0, 0, 5, 5])[0]).toBe(rings[0]);
    expect(clipToBbox(rings, [20, 20, 30, 30])).toEqual([]);
  });

  it('cuts a U in two and keeps the area of both arms, 2 of 7', () => {
    const u = [Float64Array.of(0, 0, 3, 0, 3, 3, 2, 3, 2, 1, 1, 1, 1, 3, 0, 3, 0, 0)];
    expect(signedAreaOfRings(u)).toBe(7);
    expect(signedAreaOfRings(clipToBbox(u, [-1, 2, 9, 9]))).toBe(2);
  });

  it('counts holes as negative and knows the box of nothing', () => {
    expect(signedAreaOfRings([rectangle(0, 0, 3, 3), reversed(rectangle(1, 1, 2, 2))])).toBe(8);
    expect(ringsBbox([rectangle(0, 0, 3, 3), rectangle(-1, 1, 2, 5)])).toEqual([-1, 0, 3, 5]);
    expect(windowOfBbox(GRID_NEAR_ORIGIN, ringsBbox([]))).toBeNull();
  });

  it('by four rectangles round a point gives pieces that sum to the whole within 1e-12, cell by cell too', () => {
    fc.assert(
      fc.property(parcelRingsNearOrigin, fraction, fraction, (rings, fx, fy) => {
        const box = ringsBbox(rings);
        const [x, y] = [box[0] + fx * (box[2] - box[0]), box[1] + fy * (box[3] - box[1])];
        const pieces = quarters(box, x, y).map((quarter) => clipToBbox(rings, quarter));
        const area = pieces.reduce((total, piece) => total + signedAreaOfRings(piece), 0);
        expect(Math.abs(area / shoelace(rings) - 1)).toBeLessThan(1e-12);
        const window = windowOfBbox(GRID_NEAR_ORIGIN, box)!;
        const whole = computeCoverage(rings, GRID_NEAR_ORIGIN, window);
        const parts = pieces.map((piece) => computeCoverage(piece, GRID_NEAR_ORIGIN, window));
        whole.forEach((share, i) => {
          expect(Math.abs(parts.reduce((total, part) => total + part[i]!, 0) - share)).toBeLessThan(1e-12);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('to whole cells equals the coverage of just those cells within 1e-12', () => {
    fc.assert(
      fc.property(parcelRingsNearOrigin, fraction, fraction, (rings, fx, fy) => {
        const window = windowOfBbox(GRID_NEAR_ORIGIN, ringsBbox(rings))!;
        const widthPx = Math.ceil(fx * window.widthPx);
        const heightPx = Math.ceil(fy * window.heightPx);
        const part = { col: window.col, row: window.row, widthPx, heightPx };
        const [x, y] = [10 * part.col, 4000 - 10 * part.row];
        const rect: Bbox = [x, y - 10 * heightPx, x + 10 * widthPx, y];
        const direct = computeCoverage(rings, GRID_NEAR_ORIGIN, part);
        const byBox = computeCoverage(clipToBbox(rings, rect), GRID_NEAR_ORIGIN, window);
        direct.forEach((share, i) => {
          const col = i % widthPx;
          const row = (i - col) / widthPx;
          expect(Math.abs(byBox[row * window.widthPx + col]! - share)).toBeLessThan(1e-12);
        });
        expect(Math.abs(sum(byBox) - sum(direct))).toBeLessThan(1e-9);
      }),
      { numRuns: 60 },
    );
  });
});

/** Four rectangles round a point, out beyond the sides of a box. */
function quarters([xMin, yMin, xMax, yMax]: Bbox, x: number, y: number): Bbox[] {
  return [
    [xMin - 1, yMin - 1, x, y],
    [x, yMin - 1, xMax + 1, y],
    [xMin - 1, y, x, yMax + 1],
    [x, y, xMax + 1, yMax + 1],
  ];
}
