import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectWeighted, weightedQuantiles } from '../../../pipeline/raster/quantiles.ts';
import { accumulate, emptyStats, indexOf, mergeStats, standardDeviation } from '../../../pipeline/raster/zonal.ts';

const WINDOW = { col: 5, row: 7, widthPx: 2, heightPx: 2 };
const PARCEL = { window: WINDOW, coverage: Float64Array.of(1, 0.5, 0.25, 0) };
const CELLS = { window: WINDOW, values: Float32Array.of(2, 4, 8, 100), valid: Uint8Array.of(1, 1, 1, 1) };

const cell = fc.record({
  value: fc.double({ min: -1, max: 1, noNaN: true }).map((v) => Math.fround(v) + 0),
  weight: fc.double({ min: 0.001, max: 1, noNaN: true }),
});
const cells = fc.array(cell, { minLength: 1, maxLength: 60 });

function rowOf(list: { value: number; weight: number }[]) {
  const window = { col: 0, row: 0, widthPx: list.length, heightPx: 1 };
  const parcel = { window, coverage: Float64Array.from(list, (c) => c.weight) };
  return {
    parcel,
    values: { window, values: Float32Array.from(list, (c) => c.value), valid: new Uint8Array(list.length).fill(1) },
  };
}

describe('zonal statistics', () => {
  it('weigh 2, 4 and 8 by 1, 0.5 and 0.25: mean 24/7, variance 208/49', () => {
    const stats = accumulate(emptyStats(), PARCEL, CELLS);
    expect(stats.sumCoverage).toBe(1.75);
    expect(stats.mean).toBeCloseTo(24 / 7, 14);
    expect(standardDeviation(stats)).toBeCloseTo(Math.sqrt(208 / 49), 14);
    expect([stats.min, stats.max]).toEqual([2, 8]);
  });

  it('leave not-valid cells out, and have nothing to say without a cell', () => {
    const stats = accumulate(emptyStats(), PARCEL, { ...CELLS, valid: Uint8Array.of(0, 1, 0, 1) });
    expect(stats).toEqual({ sumCoverage: 0.5, mean: 4, m2: 0, min: 4, max: 4 });
    const none = accumulate(emptyStats(), PARCEL, { ...CELLS, valid: new Uint8Array(4) });
    expect(none).toEqual(emptyStats());
    expect(standardDeviation(none)).toBeNull();
  });

  it('read a larger window in place, and only the shared cells of a smaller one', () => {
    const large = { col: 4, row: 6, widthPx: 4, heightPx: 4 };
    const values = Float32Array.from({ length: 16 }, () => 50);
    values.set([2, 4], 5);
    values.set([8, 100], 9);
    const valid = new Uint8Array(16).fill(1);
    expect(accumulate(emptyStats(), PARCEL, { window: large, values, valid })).toEqual(
      accumulate(emptyStats(), PARCEL, CELLS),
    );
    expect(indexOf(large, WINDOW, 1)).toBe(9);
    const right = {
      window: { col: 6, row: 7, widthPx: 1, heightPx: 2 },
      values: Float32Array.of(4, 100),
      valid: Uint8Array.of(1, 1),
    };
    expect(accumulate(emptyStats(), PARCEL, right).sumCoverage).toBe(0.5);
    const beside = { ...right, window: { col: 60, row: 7, widthPx: 1, heightPx: 2 } };
    expect(accumulate(emptyStats(), PARCEL, beside)).toEqual(emptyStats());
  });

  it('of equal values have exactly that mean and deviation 0', () => {
    const list = Array.from({ length: 1000 }, (_, i) => ({ value: Math.fround(0.3), weight: 1 / (i + 1) }));
    const { parcel, values } = rowOf(list);
    const stats = accumulate(emptyStats(), parcel, values);
    expect(stats.mean).toBe(Math.fround(0.3));
    expect(stats.m2).toBe(0);
  });

  it('keep a deviation of 1e-4 on a mean of 30,000 to 9 digits', () => {
    const window = { col: 0, row: 0, widthPx: 1000, heightPx: 1 };
    const values = Float64Array.from({ length: 1000 }, (_, i) => 30000 + (i % 2 === 0 ? 1e-4 : -1e-4));
    const coverage = new Float64Array(1000).fill(0.5);
    const stats = accumulate(
      emptyStats(),
      { window, coverage },
      { window, values, valid: new Uint8Array(1000).fill(1) },
    );
    expect(standardDeviation(stats)! / 1e-4).toBeCloseTo(1, 6);
  });

  it('of two parts merge to those of the whole within 1e-12', () => {
    fc.assert(
      fc.property(cells, cells, (first, second) => {
        const part = (list: typeof first) => {
          const { parcel, values } = rowOf(list);
          return accumulate(emptyStats(), parcel, values);
        };
        const whole = part([...first, ...second]);
        const merged = mergeStats(part(first), part(second));
        expect(merged.mean).toBeCloseTo(whole.mean, 12);
        expect(merged.m2).toBeCloseTo(whole.m2, 12);
        expect(merged.sumCoverage).toBeCloseTo(whole.sumCoverage, 12);
        expect([merged.min, merged.max]).toEqual([whole.min, whole.max]);
        expect(mergeStats(emptyStats(), whole)).toEqual(whole);
        expect(mergeStats(whole, emptyStats())).toEqual(whole);
      }),
    );
  });
});

describe('weighted quantiles', () => {
  it('are the smallest value whose cumulated coverage reaches the share', () => {
    const values = Float32Array.of(3, 1, 2, 4);
    const even = new Float64Array(4).fill(1);
    expect(weightedQuantiles(values, even, [0, 0.25, 0.26, 0.5, 0.75, 1])).toEqual([1, 1, 2, 2, 3, 4]);
    expect(weightedQuantiles(values, Float64Array.of(0.1, 0.1, 0.1, 0.7), [0.3, 0.31])).toEqual([3, 4]);
    expect(weightedQuantiles(new Float32Array(0), new Float64Array(0), [0.5])).toEqual([]);
  });

  it('are not moved by the rounding of ten weights of 0.1', () => {
    const values = Float32Array.from({ length: 10 }, (_, i) => i + 1);
    expect(weightedQuantiles(values, new Float64Array(10).fill(0.1), [0.3, 0.5, 0.6, 0.7, 0.8])).toEqual([
      3, 5, 6, 7, 8,
    ]);
  });

  it('order negative values, zeros and large values', () => {
    const values = [-3.5, 0, -0, 1e-30, -1e30, 1e30, 2];
    const weights = new Float64Array(7).fill(1);
    const ps = values.map((_, i) => (i + 1) / 7);
    const expected = [-1e30, -3.5, 0, 0, 1e-30, 2, 1e30];
    expect(weightedQuantiles(Float64Array.from(values), weights, ps)).toEqual(expected);
    expect(weightedQuantiles(Float32Array.from(values), weights, ps)).toEqual(expected.map(Math.fround));
  });

  it('equal a plain count, alike for float32 and float64, in any order of the input', () => {
    fc.assert(
      fc.property(
        cells,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 50 }),
        (list, p, turn) => {
          const coarse = list.map((c) => ({ value: Math.fround(Math.round(c.value * 5) / 5), weight: c.weight }));
          const run = (some: typeof list) =>
            weightedQuantiles(
              Float32Array.from(some, (c) => c.value),
              Float64Array.from(some, (c) => c.weight),
              [p],
            )[0]!;
          const total = coarse.reduce((t, c) => t + c.weight, 0);
          const upTo = (value: number) => coarse.reduce((t, c) => (c.value <= value ? t + c.weight : t), 0);
          const sorted = coarse.map((c) => c.value).sort((a, b) => a - b);
          const quantile = run(coarse);
          expect(quantile).toBe((sorted.find((v) => upTo(v) >= p * total * (1 - 1e-12)) ?? sorted.at(-1)!) + 0);
          expect(run([...coarse.slice(turn), ...coarse.slice(0, turn)].reverse())).toBe(quantile);
          const doubles = weightedQuantiles(
            Float64Array.from(coarse, (c) => c.value),
            Float64Array.from(coarse, (c) => c.weight),
            [p],
          );
          expect(doubles[0]).toBe(quantile);
        },
      ),
    );
  });

  it('collect just the covered valid cells, in row order', () => {
    const { values, weights } = collectWeighted(PARCEL, { ...CELLS, valid: Uint8Array.of(1, 0, 1, 1) });
    expect([...values]).toEqual([2, 8]);
    expect([...weights]).toEqual([1, 0.25]);
  });
});
