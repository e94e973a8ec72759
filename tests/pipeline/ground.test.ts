import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { invalidGround, measureGround, outsideOf, type Surface } from '../../pipeline/ground.ts';
import { clipToBbox } from '../../pipeline/raster/clip.ts';
import { computeCoverage } from '../../pipeline/raster/coverage.ts';
import { type CoveredWindow, indexOf } from '../../pipeline/raster/zonal.ts';
import { signedAreaOfRings } from '../../shared/geometry/signed-area.ts';
import type { Bbox, Grid, Window } from '../../shared/grid.ts';

const CRS = 'EPSG:32631';
const SIDE_PX = 24;

/** A grid of 10 m cells whose corner lies `x`, `y` metres from a common one. */
function makeGrid(x: number, y: number, cellM = 10): Grid {
  const transform = [cellM, 0, 500_000 + x, 0, -cellM, 1_083_000 - y] as const;
  return { crs: CRS, transform, widthPx: SIDE_PX, heightPx: SIDE_PX };
}

/** A ring of points in metres right of and below the common corner, made counter-clockwise. */
function makeRing(points: readonly (readonly [number, number])[]): Float64Array {
  const flat = [...points, points[0]!].flatMap(([x, y]) => [500_000 + x, 1_083_000 - y]);
  const ring = Float64Array.from(flat);
  if (signedAreaOfRings([ring]) > 0) return ring;
  return Float64Array.from([...points, points[0]!].reverse().flatMap(([x, y]) => [500_000 + x, 1_083_000 - y]));
}

const pentagon = makeRing([
  [23.7, 18.1],
  [201.2, 40.6],
  [188.8, 170.3],
  [97.1, 221.9],
  [31.4, 150.2],
]);

/** Metres² of the covered cells that a surface observes. */
function observedM2({ window, coverage }: CoveredWindow, surface: Surface, cellM: number): number {
  let cells = 0;
  for (let row = 0; row < window.heightPx; row += 1) {
    const at = indexOf(surface.window, window, row);
    for (let col = 0; col < window.widthPx; col += 1)
      if (surface.observed[at + col]) cells += coverage[row * window.widthPx + col]!;
  }
  return cells * cellM * cellM;
}

/** What each grid measures of a polygon, in m², when its cells are observed as `masks` say; null = it has nothing. */
async function measure(
  rings: readonly Float64Array[],
  grids: readonly Grid[],
  masks: readonly (((col: number, row: number) => boolean) | null)[],
): Promise<number[]> {
  const found = grids.map(() => 0);
  const read = async (gridIndex: number, window: Window): Promise<Surface | null> => {
    const mask = masks[gridIndex];
    if (!mask) return null;
    const observed = Uint8Array.from({ length: window.widthPx * window.heightPx }, (_, i) =>
      mask(window.col + (i % window.widthPx), window.row + Math.floor(i / window.widthPx)) ? 1 : 0,
    );
    return { window, observed };
  };
  const order = grids.map((_, i) => i);
  await measureGround(
    { crs: CRS, rings },
    order,
    grids.map((grid) => ({ grid })),
    read,
    (index, covered, surface) => {
      found[index] = found[index]! + observedM2(covered, surface, grids[index]!.transform[0]);
    },
  );
  return found;
}

const total = signedAreaOfRings([pentagon]);
const sum = (numbers: readonly number[]) => numbers.reduce((all, n) => all + n, 0);

describe('ground that is cut off', () => {
  it('outside a box and inside it sums to the polygon: to 1e-9 for 200 boxes', () => {
    const side = fc.double({ min: -50, max: 300, noNaN: true });
    fc.assert(
      fc.property(side, side, side, side, (x1, x2, y1, y2) => {
        const box: Bbox = [
          500_000 + Math.min(x1, x2),
          1_083_000 - Math.max(y1, y2),
          500_000 + Math.max(x1, x2),
          1_083_000 - Math.min(y1, y2),
        ];
        const inside = signedAreaOfRings(clipToBbox([pentagon], box));
        const outside = signedAreaOfRings(outsideOf([pentagon], box));
        expect(Math.abs(inside + outside - total)).toBeLessThan(1e-9 * total);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('is none when the box holds all of it', () => {
    expect(outsideOf([pentagon], [499_000, 1_080_000, 501_000, 1_084_000])).toEqual([]);
  });

  it('over cells without data plus what the others cover sums to the polygon, for any mask', () => {
    const grid = makeGrid(0, 0);
    const window = { col: 0, row: 0, widthPx: SIDE_PX, heightPx: SIDE_PX };
    const covered = { window, coverage: computeCoverage([pentagon], grid, window) };
    const mask = fc.uint8Array({ minLength: SIDE_PX ** 2, maxLength: SIDE_PX ** 2, max: 1 });
    fc.assert(
      fc.property(mask, (observed) => {
        const surface = { window, observed };
        const missing = signedAreaOfRings(invalidGround([pentagon], grid, covered, surface));
        expect(Math.abs(missing + observedM2(covered, surface, 10) - total)).toBeLessThan(1e-9 * total);
      }),
      { numRuns: 100, seed: 2 },
    );
  });
});

describe('ground on one grid after another', () => {
  const masks = fc.array(fc.boolean(), { minLength: SIDE_PX ** 2, maxLength: SIDE_PX ** 2 });
  const asMask = (cells: readonly boolean[]) => (col: number, row: number) => cells[row * SIDE_PX + col]!;

  it('sums to the polygon to 1e-9 when the second grid, 3.3 and 5 m off, has what the first lacks', async () => {
    await fc.assert(
      fc.asyncProperty(masks, async (cells) => {
        const parts = await measure([pentagon], [makeGrid(0, 0), makeGrid(3.3, 5)], [asMask(cells), () => true]);
        expect(Math.abs(sum(parts) - total)).toBeLessThan(1e-9 * total);
      }),
      { numRuns: 60, seed: 3 },
    );
  });

  it('lacks exactly the cells that neither grid has, where both share a lattice', async () => {
    const grid = makeGrid(0, 0);
    const window = { col: 0, row: 0, widthPx: SIDE_PX, heightPx: SIDE_PX };
    const covered = { window, coverage: computeCoverage([pentagon], grid, window) };
    await fc.assert(
      fc.asyncProperty(masks, masks, async (first, second) => {
        const parts = await measure([pentagon], [grid, grid], [asMask(first), asMask(second)]);
        const either = { window, observed: Uint8Array.from(first, (has, i) => (has || second[i]! ? 1 : 0)) };
        expect(Math.abs(sum(parts) - observedM2(covered, either, 10))).toBeLessThan(1e-9 * total);
      }),
      { numRuns: 60, seed: 4 },
    );
  });

  it('goes on with three grids of other cell sizes and places', async () => {
    await fc.assert(
      fc.asyncProperty(masks, masks, async (first, second) => {
        const grids = [makeGrid(60, 40), makeGrid(-35, 7, 20), makeGrid(-1, -1, 30)];
        const parts = await measure([pentagon], grids, [asMask(first), asMask(second), () => true]);
        expect(Math.abs(sum(parts) - total)).toBeLessThan(1e-9 * total);
      }),
      { numRuns: 40, seed: 5 },
    );
  });

  it('keeps a hole a hole: the ring of 3,200 m² in 14,400 m² is on no grid', async () => {
    const outer = makeRing([
      [20.5, 20.5],
      [140.5, 20.5],
      [140.5, 140.5],
      [20.5, 140.5],
    ]);
    const hole = makeRing([
      [40.25, 40.25],
      [80.25, 40.25],
      [80.25, 120.25],
      [40.25, 120.25],
    ]).slice();
    const rings = [outer, reversed(hole)];
    const parts = await measure(
      rings,
      [makeGrid(0, 0), makeGrid(4, 4)],
      [(col, row) => (col + row) % 3 > 0, () => true],
    );
    expect(sum(parts)).toBeCloseTo(14_400 - 3200, 4);
  });

  it('gives a grid that has nothing nothing, and its ground to the next', async () => {
    const parts = await measure([pentagon], [makeGrid(0, 0), makeGrid(3, 3)], [null, () => true]);
    expect(parts[0]).toBe(0);
    expect(parts[1]).toBeCloseTo(total, 5);
  });
});

function reversed(ring: Float64Array): Float64Array {
  const points = Array.from({ length: ring.length / 2 }, (_, i) => [ring[2 * i]!, ring[2 * i + 1]!]);
  return Float64Array.from(points.reverse().flat());
}
