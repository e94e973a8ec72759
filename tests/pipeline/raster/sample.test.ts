import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cells, sampleBilinear, sampleNearest } from '../../../pipeline/raster/sample.ts';
import type { TilePositions } from '../../../pipeline/raster/warp.ts';

/** Positions given by hand, as one row of pixels. */
function positionsAt(places: readonly (readonly [number, number])[]): TilePositions {
  return { sizePx: places.length, runs: places.flatMap(([x, y], i) => [i, 1, x, y, 0, 0]), window: null };
}

function cellsOf(valid: readonly number[], data = Float32Array.of(10, 20, 30, 40)): Cells {
  return { window: { col: 5, row: 7, widthPx: 2, heightPx: 2 }, bands: [data], valid: Uint8Array.from(valid) };
}

const emptyTarget = (length: number, fill = Number.NaN) => ({
  bands: [new Float32Array(length).fill(fill)],
  valid: new Uint8Array(length),
});

describe('sampling', () => {
  it('takes the cell that a pixel centre lies in, its upper-left corner included and its right edge not', () => {
    const positions = positionsAt([
      [5, 7],
      [5.999, 7.999],
      [6, 7],
      [6.5, 8.5],
      [7, 8],
      [4.999, 7],
    ]);
    const target = emptyTarget(6, -1);
    sampleNearest(positions, cellsOf([1, 1, 1, 1]), target);
    expect([...target.bands[0]!]).toEqual([10, 10, 20, 40, -1, -1]);
    expect([...target.valid]).toEqual([1, 1, 1, 1, 0, 0]);
  });

  it.each([
    ['the middle of four cells is their mean', [6, 8], [1, 1, 1, 1], 25],
    ['a cell centre is its own value', [5.5, 7.5], [1, 1, 1, 1], 10],
    ['a quarter of the way', [5.75, 7.5], [1, 1, 1, 1], 12.5],
    ['the outer half of an edge cell keeps its value', [5.1, 7.1], [1, 1, 1, 1], 10],
    ['without the right neighbour', [5.75, 7.5], [1, 0, 1, 1], 10],
    ['three valid cells share the weight of the fourth', [6.001, 8.001], [1, 0, 1, 1], 26.67],
    ['the own cell alone', [5.9, 7.9], [1, 0, 0, 0], 10],
  ] as const)('weighs only valid cells: %s', (_, place, valid, wanted) => {
    const target = emptyTarget(1);
    const data = Float32Array.of(10, 20, 30, 40).map((value, i) => (valid[i] === 0 ? Number.NaN : value));
    sampleBilinear(positionsAt([place]), cellsOf(valid, data), target);
    expect(target.bands[0]![0]).toBeCloseTo(wanted, 1);
  });

  it('has a value exactly where nearest sampling has one, whatever is missing', () => {
    const place = fc.tuple(fc.double({ min: 4, max: 8, noNaN: true }), fc.double({ min: 6, max: 10, noNaN: true }));
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 30 }), fc.integer({ min: 0, max: 15 }), (places, bits) => {
        const cells = cellsOf([0, 1, 2, 3].map((bit) => (bits >> bit) & 1));
        const [near, smooth] = [emptyTarget(places.length), emptyTarget(places.length)];
        sampleNearest(positionsAt(places), cells, near);
        sampleBilinear(positionsAt(places), cells, smooth);
        expect(smooth.valid).toEqual(near.valid);
        smooth.valid.forEach((valid, i) => {
          if (valid === 0) return;
          expect(smooth.bands[0]![i]).toBeGreaterThanOrEqual(10);
          expect(smooth.bands[0]![i]).toBeLessThanOrEqual(40);
        });
      }),
      { seed: 3 },
    );
  });

  it('leaves pixels alone that have a value already: the first of two grids counts', () => {
    const target = emptyTarget(2, 0);
    const positions = positionsAt([
      [5.5, 7.5],
      [6.5, 7.5],
    ]);
    sampleNearest(positions, cellsOf([1, 0, 1, 1]), target);
    sampleNearest(positions, cellsOf([1, 1, 1, 1], Float32Array.of(1, 2, 3, 4)), target);
    expect([...target.bands[0]!]).toEqual([10, 2]);
  });

  it('rounds to whole numbers in whole-number bands: 12.5 becomes 13, −12.5 becomes −12', () => {
    const target = { bands: [new Int16Array(1), new Int16Array(1)], valid: new Uint8Array(1) };
    const { window, valid } = cellsOf([1, 1, 1, 1]);
    const bands = [Int16Array.of(10, 20, 30, 40), Int16Array.of(-10, -20, -30, -40)];
    sampleBilinear(positionsAt([[5.75, 7.5]]), { window, valid, bands }, target);
    expect([target.bands[0]![0], target.bands[1]![0]]).toEqual([13, -12]);
  });

  it('is the mean of the four cells around a point, weighted by nearness, at the edge as within: 5 × 4 cells', () => {
    const [widthPx, heightPx] = [5, 4];
    const place = fc.tuple(
      fc.double({ min: 0, max: widthPx, noNaN: true, maxExcluded: true }),
      fc.double({ min: 0, max: heightPx, noNaN: true, maxExcluded: true }),
    );
    const numbers = fc.array(fc.integer({ min: -9999, max: 9999 }), { minLength: 20, maxLength: 20 });
    const holes = fc.array(fc.constantFrom(0, 1, 1, 1), { minLength: 20, maxLength: 20 });
    const masks = fc.oneof(fc.constant(new Array<number>(20).fill(1)), holes);
    fc.assert(
      fc.property(fc.array(place, { minLength: 1 }), numbers, masks, (places, values, mask) => {
        const window = { col: 0, row: 0, widthPx, heightPx };
        const cells = { window, bands: [Int16Array.from(values)], valid: Uint8Array.from(mask) };
        const target = emptyTarget(places.length);
        sampleBilinear(positionsAt(places), cells, target);
        places.forEach(([x, y], i) => {
          const wanted = meanAround(cells, x, y);
          expect(target.valid[i]).toBe(wanted === null ? 0 : 1);
          if (wanted !== null) expect(target.bands[0]![i]).toBeCloseTo(wanted, 2);
        });
      }),
      { seed: 5 },
    );
  });
});

describe('sampling a run of pixels', () => {
  it('gives each pixel what it gets by itself, wherever the run enters and leaves the cells: 40 pixels over 5 × 4', () => {
    const place = fc.record({
      ...{ x: fc.double({ min: -6, max: 9, noNaN: true }), y: fc.double({ min: -6, max: 9, noNaN: true }) },
      ...{ stepX: fc.double({ min: -1, max: 1, noNaN: true }), stepY: fc.double({ min: -1, max: 1, noNaN: true }) },
    });
    const mask = fc.array(fc.constantFrom(0, 1, 1, 1), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(place, mask, ({ x, y, stepX, stepY }, valid) => {
        const window = { col: 0, row: 0, widthPx: 5, heightPx: 4 };
        const data = Float32Array.from({ length: 20 }, (_, i) => (i * 7) % 11);
        const cells = { window, bands: [data], valid: Uint8Array.from(valid) };
        const places = Array.from({ length: 40 }, (_, n) => [x + n * stepX, y + n * stepY] as const);
        const run = { sizePx: 40, runs: [0, 40, x, y, stepX, stepY], window: null };
        for (const sample of [sampleNearest, sampleBilinear]) {
          const [together, alone] = [emptyTarget(40, -1), emptyTarget(40, -1)];
          sample(run, cells, together);
          sample(positionsAt(places), cells, alone);
          expect(together.valid).toEqual(alone.valid);
          const off = together.bands[0]!.map((value, i) => Math.abs(value - alone.bands[0]![i]!));
          expect(Math.max(...off)).toBeLessThan(1e-4);
        }
      }),
      { seed: 7 },
    );
  });
});

/** The definition, cell by cell: a cell's weight falls with the distance from its centre, to none after one cell. */
function meanAround({ window, bands, valid }: Cells, x: number, y: number): number | null {
  if (valid[Math.floor(y) * window.widthPx + Math.floor(x)] === 0) return null;
  const within = (value: number, size: number) => Math.min(size - 0.5, Math.max(0.5, value));
  const [px, py] = [within(x, window.widthPx), within(y, window.heightPx)];
  let [sum, weights] = [0, 0];
  for (let row = 0; row < window.heightPx; row++) {
    for (let col = 0; col < window.widthPx; col++) {
      const at = row * window.widthPx + col;
      const weight = Math.max(0, 1 - Math.abs(col + 0.5 - px)) * Math.max(0, 1 - Math.abs(row + 0.5 - py));
      if (valid[at] === 0 || weight === 0) continue;
      sum += weight * bands[0]![at]!;
      weights += weight;
    }
  }
  return sum / weights;
}
