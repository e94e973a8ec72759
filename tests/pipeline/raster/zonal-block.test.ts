import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ringsBbox } from '../../../pipeline/raster/clip.ts';
import { createEdgeSink } from '../../../pipeline/raster/edges.ts';
import { type PackedShapes, packShapes } from '../../../pipeline/raster/shapes.ts';
import { findTouched } from '../../../pipeline/raster/touched.ts';
import { type CellBlock, measureBlock, mergePart, PART, PART_LENGTH } from '../../../pipeline/raster/zonal-block.ts';
import { type Grid, intersectWindows, type Window, windowOfBbox } from '../../../shared/grid.ts';
import { parcelRingsNearOrigin, rectangle, reversed, shoelace } from './polygons.ts';

const GRID: Grid = { crs: 'EPSG:32631', transform: [10, 0, 0, 0, -10, 4000], widthPx: 400, heightPx: 400 };

/** A value for every cell between 0.1 and 0.9, neighbours unlike each other. */
const VALUES = Float32Array.from(
  { length: 400 * 400 },
  (_, i) => 0.1 + (0.8 * ((i * 2654435761) % 4294967296)) / 4294967296,
);

function scratch() {
  return { sink: createEdgeSink(), shares: new Float64Array(0), row: new Float64Array(PART_LENGTH) };
}

/** Cells of a window of the grid, each block with a few cells of padding behind its rows. */
function blockAt(window: Window, sentinel: number | null = null, source: ArrayLike<number> = VALUES): CellBlock {
  const strideValues = window.widthPx + 3;
  const values = new Float32Array(strideValues * window.heightPx).fill(-5);
  for (let row = 0; row < window.heightPx; row++) {
    for (let col = 0; col < window.widthPx; col++) {
      values[row * strideValues + col] = source[(window.row + row) * 400 + window.col + col]!;
    }
  }
  return { window, values, strideValues, sentinel };
}

interface Measured {
  readonly count: number;
  readonly sum: number;
  readonly mean: number;
  readonly m2: number;
  readonly min: number;
  readonly max: number;
}

/** Statistics of one parcel over blocks of `widthPx` × `heightPx` cells, merged in the order of the blocks. */
function measure(
  rings: readonly Float64Array[],
  size: { widthPx: number; heightPx: number },
  source?: ArrayLike<number>,
): Measured {
  const shapes = packShapes([rings], GRID);
  const total = new Float64Array(PART_LENGTH);
  const out = new Float64Array(PART_LENGTH);
  const memory = scratch();
  findTouched(shapes, 0, size, (col, row) => {
    const whole = { col: col * size.widthPx, row: row * size.heightPx, ...size };
    const window = intersectWindows(whole, { col: 0, row: 0, widthPx: 400, heightPx: 400 })!;
    measureBlock(memory, { shapes, parcel: 0 }, blockAt(window, null, source), { out, outAt: 0 });
    mergePart(total, 0, out, 0);
  });
  const [count, mean, m2, min, max] = total;
  return { count: count!, mean: mean!, sum: count! * mean!, m2: m2!, min: min!, max: max! };
}

function expectAlike(a: Measured, b: Measured, within: number): void {
  for (const name of ['count', 'sum', 'mean', 'm2'] as const)
    expect(Math.abs(a[name] / b[name] - 1)).toBeLessThan(within);
  expect([a.min, a.max]).toEqual([b.min, b.max]);
}

const WHOLE = { widthPx: 400, heightPx: 400 };
const size = fc.record({ widthPx: fc.integer({ min: 3, max: 200 }), heightPx: fc.integer({ min: 3, max: 200 }) });

describe('statistics of a parcel block by block', () => {
  it('are the same within 1e-12 in blocks of any size, holes and second parts included, and count the area to 1e-12', () => {
    fc.assert(
      fc.property(parcelRingsNearOrigin, size, (rings, blocks) => {
        const whole = measure(rings, WHOLE);
        expectAlike(measure(rings, blocks), whole, 1e-12);
        expect(Math.abs((whole.count * 100) / shoelace(rings) - 1)).toBeLessThan(1e-12);
      }),
      { numRuns: 150 },
    );
  });

  it('of the halves of a parcel sum to the whole within 1e-12, wherever it is cut', () => {
    const cut = fc.double({ min: 0.05, max: 0.95, noNaN: true });
    fc.assert(
      fc.property(cut, cut, fc.double({ min: 100, max: 900, noNaN: true }), (left, right, side) => {
        // A square cut by a slanted line into two parcels that share the edge.
        const [x0, y0, x1, y1] = [1003, 1207, 1003 + side, 1207 + side];
        const [yLeft, yRight] = [y0 + left * side, y0 + right * side];
        const lower = Float64Array.of(x0, y0, x1, y0, x1, yRight, x0, yLeft, x0, y0);
        const upper = Float64Array.of(x0, yLeft, x1, yRight, x1, y1, x0, y1, x0, yLeft);
        const [a, b, whole] = [[lower], [upper], [rectangle(x0, y0, x1, y1)]].map((rings) => measure(rings, WHOLE));
        expect(Math.abs((a!.count + b!.count) / whole!.count - 1)).toBeLessThan(1e-12);
        expect(Math.abs((a!.sum + b!.sum) / whole!.sum - 1)).toBeLessThan(1e-12);
        const merged = Float64Array.of(a!.count, a!.mean, a!.m2, a!.min, a!.max, 0);
        mergePart(merged, 0, Float64Array.of(b!.count, b!.mean, b!.m2, b!.min, b!.max, 0), 0);
        // The cells on the cut are in both halves with a share each: spread about the mean adds up all the same.
        expect(Math.abs(merged[PART.m2]! / whole!.m2 - 1)).toBeLessThan(1e-12);
      }),
      { numRuns: 150 },
    );
  });

  it('cover every cell exactly once (within 1e-12 a parcel) where parcels tile a square as a fan of triangles', () => {
    const corners = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 3, maxLength: 12 });
    const place = fc.double({ min: 0.1, max: 0.9, noNaN: true });
    fc.assert(
      fc.property(corners, place, place, size, (turns, u, v, blocks) => {
        const rim = [0, 1, 2, 3, ...turns.map((turn) => 4 * turn)].sort((a, b) => a - b).map(onRim);
        const triangles = rim.map((from, i): Float64Array[] => {
          const to = rim[(i + 1) % rim.length]!;
          return [Float64Array.of(500 + 1000 * u, 500 + 1000 * v, ...from, ...to, 500 + 1000 * u, 500 + 1000 * v)];
        });
        const shares = coverageOfAll(triangles, blocks);
        // A share below 1e-12 counts as none, for each triangle that has one there.
        const bound = triangles.length * 1e-12;
        for (let i = 0; i < shares.length; i++) {
          const [x, y] = [(i % 400) * 10, 4000 - 10 * Math.floor(i / 400)];
          const isInside = x >= 500 && x < 1500 && y > 500 && y <= 1500;
          if (Math.abs(shares[i]! - (isInside ? 1 : 0)) > bound) expect(shares[i]).toBe(isInside ? 1 : 0);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('give each of two overlapping parcels its full share', () => {
    const one = [rectangle(1000, 1000, 1300, 1300)];
    const other = [rectangle(1100, 1100, 1400, 1400)];
    expect(measure(one, WHOLE).count).toBe(900);
    expect(measure(other, WHOLE).count).toBe(900);
  });

  it('leave out nodata, NaN and infinities, and say 0 cells where nothing else is there', () => {
    const odd = Float32Array.of(-9999, Number.NaN, Infinity, -Infinity, 7);
    const shapes = packShapes([[rectangle(0, 3990, 50, 4000)], [rectangle(0, 3990, 40, 4000)]], GRID);
    const block = {
      window: { col: 0, row: 0, widthPx: 5, heightPx: 1 },
      values: odd,
      strideValues: 5,
      sentinel: -9999,
    };
    const out = new Float64Array(2 * PART_LENGTH);
    for (const parcel of [0, 1])
      measureBlock(scratch(), { shapes, parcel }, block, { out, outAt: parcel * PART_LENGTH });
    expect([...out]).toEqual([1, 7, 0, 7, 7, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('keep the deviation of a field of 1e-4 steps behind one corner cell of 1e6 with a share of 1e-6', () => {
    const source = Float64Array.from(VALUES, (_, i) => (i % 2 === 0 ? 1e-4 : 2e-4));
    const flat = Float32Array.from(source);
    flat[200 * 400 + 100] = 1e6;
    const rings = [rectangle(1000 + 9.99, 1000, 2000, 2000 - 9.99)];
    const { count, mean, m2 } = measure(rings, WHOLE, flat);
    let [w, s] = [0, 0];
    const cells: [number, number][] = [];
    for (let row = 200; row < 300; row++) {
      for (let col = 100; col < 200; col++) {
        const share = (col === 100 ? 0.001 : 1) * (row === 200 ? 0.001 : 1);
        cells.push([share, flat[row * 400 + col]!]);
        w += share;
        s += share * flat[row * 400 + col]!;
      }
    }
    const spread = cells.reduce((sum, [share, value]) => sum + share * (value - s / w) ** 2, 0);
    expect(count / w).toBeCloseTo(1, 10);
    expect(mean / (s / w)).toBeCloseTo(1, 9);
    expect(m2 / spread).toBeCloseTo(1, 9);
  });

  it('of one value are exactly that value with deviation 0, whatever the shares', () => {
    const even = new Float32Array(160_000).fill(0.3);
    const { mean, m2 } = measure([rectangle(1003.3, 1001.7, 1777.1, 1888.8)], { widthPx: 37, heightPx: 23 }, even);
    expect([mean, m2]).toEqual([Math.fround(0.3), 0]);
  });
});

describe('rectangles that a parcel touches', () => {
  it('are all that it covers, and no other but those along its edges', () => {
    fc.assert(
      fc.property(parcelRingsNearOrigin, size, (rings, blocks) => {
        const shapes = packShapes([rings], GRID);
        const touched = new Set<string>();
        findTouched(shapes, 0, blocks, (col, row) => touched.add(`${col},${row}`));
        const counts = countsByBlock(shapes, rings, blocks);
        for (const [name, count] of counts) if (count > 0) expect(touched).toContain(name);
        const idle = [...touched].filter((name) => (counts.get(name) ?? 0) === 0);
        expect(idle.length).toBeLessThanOrEqual(rings.reduce((sum, ring) => sum + ring.length, 0));
      }),
      { numRuns: 60 },
    );
  });

  it('of a frame 2 cells wide round 300 × 300 cells are its 116 along the sides of 30 × 30, the hole of it not', () => {
    const frame = [rectangle(500, 500, 3500, 3500), reversed(rectangle(520, 520, 3480, 3480))];
    const names: string[] = [];
    findTouched(packShapes([frame], GRID), 0, { widthPx: 10, heightPx: 10 }, (col, row) => names.push(`${col},${row}`));
    const along = names.filter((name) => !name.split(',').some((at) => at === '4' || at === '35'));
    expect(along).toHaveLength(116);
  });

  it('are none for a parcel beside the raster', () => {
    const shapes = packShapes([[rectangle(-500, 500, -100, 900)], null], GRID);
    for (const parcel of [0, 1]) findTouched(shapes, parcel, WHOLE, () => expect.unreachable());
  });
});

/** A point on the rim of the square from 500 to 1,500 m, by its turn from 0 to 4. */
function onRim(turn: number): [number, number] {
  const along = 500 + 1000 * (turn - Math.floor(turn));
  return (
    [
      [along, 500],
      [1500, along],
      [2000 - along, 1500],
      [500, 2000 - along],
    ] as const
  )[Math.floor(turn) % 4]!.slice() as [number, number];
}

function coverageOfAll(
  parcels: readonly (readonly Float64Array[])[],
  blocks: { widthPx: number; heightPx: number },
): Float64Array {
  const shares = new Float64Array(160_000);
  const shapes = packShapes(parcels, GRID);
  const memory = scratch();
  const out = new Float64Array(PART_LENGTH);
  for (const parcel of parcels.keys()) {
    findTouched(shapes, parcel, blocks, (col, row) => {
      const whole = { col: col * blocks.widthPx, row: row * blocks.heightPx, ...blocks };
      const window = intersectWindows(whole, { col: 0, row: 0, widthPx: 400, heightPx: 400 })!;
      const seeRow = (seen: { shares: Float64Array; first: number; end: number; col: number; row: number }) => {
        for (let k = seen.first; k < seen.end; k++) shares[seen.row * 400 + seen.col + k]! += seen.shares[k]!;
      };
      measureBlock(memory, { shapes, parcel }, blockAt(window), { out, outAt: 0, seeRow });
    });
  }
  return shares;
}

function countsByBlock(
  shapes: PackedShapes,
  rings: readonly Float64Array[],
  blocks: { widthPx: number; heightPx: number },
) {
  const box = windowOfBbox(GRID, ringsBbox(rings))!;
  const counts = new Map<string, number>();
  const memory = scratch();
  const out = new Float64Array(PART_LENGTH);
  for (let row = 0; row * blocks.heightPx < 400; row++) {
    for (let col = 0; col * blocks.widthPx < 400; col++) {
      const whole = { col: col * blocks.widthPx, row: row * blocks.heightPx, ...blocks };
      const window = intersectWindows(whole, { col: 0, row: 0, widthPx: 400, heightPx: 400 })!;
      if (intersectWindows(window, box) === null) continue;
      measureBlock(memory, { shapes, parcel: 0 }, blockAt(window), { out, outAt: 0 });
      counts.set(`${col},${row}`, out[PART.count]!);
    }
  }
  return counts;
}
