import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addToHistogram, emptyHistogram } from '../../../pipeline/raster/histogram.ts';
import { weightedQuantiles } from '../../../pipeline/raster/quantiles.ts';
import { packShapes } from '../../../pipeline/raster/shapes.ts';
import { batchParcels, narrowQuantiles, type WeighValues } from '../../../pipeline/run/zonal-quantiles.ts';
import { GRID_10M, rectangle } from '../raster/polygons.ts';

const PS = [0, 0.1, 0.5, 0.9, 1];

/** Quantiles by histograms, and how often all values had to be looked at. */
async function narrow(values: readonly number[], weights: readonly number[]) {
  let looks = 0;
  const weigh: WeighValues = async (intervals, add) => {
    looks += 1;
    const histograms = intervals.map(emptyHistogram);
    for (const [i, value] of values.entries()) {
      for (const [k, interval] of intervals.entries()) addToHistogram(histograms[k]!, interval, value, weights[i]!);
    }
    add(histograms);
  };
  const count = weights.reduce((sum, weight) => sum + weight, 0);
  const known = { count, min: Math.min(...values), max: Math.max(...values) };
  return { quantiles: await narrowQuantiles(known, PS, weigh), looks };
}

describe('quantiles of a parcel too large to keep its values', () => {
  it('are those of sorted values, for numbers from 1e-300 to 1e300 and shares from 0.001 to 1', async () => {
    const value = fc.oneof(
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.double({ min: -1e300, max: 1e300, noNaN: true }),
      fc.constantFrom(0, 1, 2, 3),
    );
    const cell = fc.record({
      value: value.map((v) => v + 0),
      weight: fc.integer({ min: 1, max: 1000 }).map((n) => n / 1000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 80 }), async (cells) => {
        const values = cells.map((c) => c.value);
        const weights = cells.map((c) => c.weight);
        const { quantiles } = await narrow(values, weights);
        expect(quantiles).toEqual(weightedQuantiles(Float64Array.from(values), Float64Array.from(weights), PS));
      }),
      { numRuns: 200 },
    );
  });

  it('of 100,000 float32 values are found in at most 3 looks', async () => {
    const values = Array.from({ length: 100_000 }, (_, i) => Math.fround(Math.sin(i)));
    const { quantiles, looks } = await narrow(
      values,
      values.map(() => 1),
    );
    expect(quantiles).toEqual(weightedQuantiles(Float32Array.from(values), new Float64Array(100_000).fill(1), PS));
    expect(looks).toBeLessThanOrEqual(3);
  });
});

describe('batches of parcels', () => {
  it('hold every parcel once, at most 30,000 cells each, neighbours together, larger parcels apart', () => {
    const squares = Array.from({ length: 90 }, (_, i) => {
      const [x, y] = [399_960 + 10_000 * ((i * 7) % 10), 1_190_000 - 10_000 * ((i * 13) % 9)];
      return [rectangle(x, y, x + 10 * (10 + i), y + 10 * (10 + i))];
    });
    squares.push([rectangle(400_000, 1_100_000, 402_000, 1_102_000)]);
    const shapes = packShapes(squares, GRID_10M);
    const layout = { blocksAcross: 1, blocksDown: 1, groupCols: 22, groupRows: 22 };
    const { batches, large } = batchParcels(shapes, layout, { widthPx: 512, heightPx: 512 }, 30_000);
    expect(large).toEqual([90]);
    expect(batches.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 90 }, (_, i) => i));
    const cells = (parcel: number) => shapes.windows[4 * parcel + 2]! * shapes.windows[4 * parcel + 3]!;
    for (const batch of batches)
      expect(batch.reduce((sum, parcel) => sum + cells(parcel), 0)).toBeLessThanOrEqual(30_000);
    const rows = batches.flat().map((parcel) => Math.floor(shapes.windows[4 * parcel + 1]! / 512));
    expect(rows).toEqual(rows.toSorted((a, b) => a - b));
  });
});
