import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeComposite } from '../../../pipeline/raster/composite.ts';

const MEDIAN = { kind: 'median' } as const;

/** 8 scenes of 6 pixels, and numpy.nanpercentile of what is valid (linear), from numpy 1.24 on float32 values. */
const STACK = [
  [0.686, 0.689, 0.367, 0.114, -0.141, 0.222],
  [0.249, -0.15, -0.146, 0.899, 0.518, 0.058],
  [0.278, 0.872, 0.787, 0.729, 0.232, 0.342],
  [0.544, -0.133, 0.411, 0.099, 0.768, -0.129],
  [0.547, 0.757, 0.05, 0.785, 0.759, -0.18],
  [0.578, -0.199, 0.354, 0.28, 0.024, 0.157],
  [0.687, 0.148, -0.036, 0.568, 0.293, 0.679],
  [0.059, 0.152, 0.68, 0.358, 0.357, 0.06],
].map((scene) => Float32Array.from(scene));
const VALID = [
  [0, 1, 0, 1, 1, 1],
  [1, 1, 1, 0, 1, 1],
  [1, 1, 0, 1, 0, 1],
  [1, 1, 1, 0, 1, 1],
  [1, 1, 1, 1, 1, 1],
  [1, 0, 1, 1, 1, 1],
  [1, 1, 0, 1, 0, 1],
  [1, 1, 1, 0, 1, 0],
].map((mask) => Uint8Array.from(mask));
const NUMPY: [number, number[]][] = [
  [10, [0.172999999, -0.139800003, -0.067599998, 0.180400001, -0.058500001, -0.149399999]],
  [50, [0.54400003, 0.151999995, 0.354000002, 0.568000019, 0.4375, 0.157000005]],
  [75, [0.5625, 0.72300002, 0.411000013, 0.728999972, 0.698750004, 0.282000005]],
];

describe('composite', () => {
  it.each(NUMPY)('percentile %i of 5 to 7 valid values is numpy’s within 1e-7', (pct, expected) => {
    const { data, valid, count } = computeComposite(STACK, VALID, { kind: 'percentile', pct }, 1);
    expect([...count]).toEqual([7, 7, 5, 5, 6, 7]);
    expect([...valid]).toEqual([1, 1, 1, 1, 1, 1]);
    expected.forEach((value, i) => {
      expect(Math.abs(data[i]! - value)).toBeLessThan(1e-7);
    });
  });

  it('leaves pixels with fewer than 6 of 8 values out and still counts them', () => {
    const { data, valid, count } = computeComposite(STACK, VALID, MEDIAN, 6);
    expect([...valid]).toEqual([1, 1, 0, 0, 1, 1]);
    expect([data[2], data[3]]).toEqual([0, 0]);
    expect([...count]).toEqual([7, 7, 5, 5, 6, 7]);
  });

  it.each<[string, number[], number]>([
    ['one value', [7], 7],
    ['an even number: the mean of the middle two', [1, 9, 4, 3], 3.5],
    ['equal values', [2, 2, 2, 2, 2], 2],
    ['NaN among them', [Number.NaN, 5, 1], 3],
    ['−0 and 0', [-0, 0], 0],
  ])('median of %s', (_, values, expected) => {
    const { data } = computeComposite(
      values.map((v) => Float32Array.of(v)),
      values.map(() => Uint8Array.of(1)),
      MEDIAN,
      1,
    );
    expect(data[0]).toBe(expected);
  });

  it('takes int16 and uint8, and an empty stack', () => {
    const masks = [Uint8Array.of(1), Uint8Array.of(1)];
    expect(computeComposite([Int16Array.of(-3000), Int16Array.of(5001)], masks, MEDIAN, 1).data[0]).toBe(1000.5);
    expect(computeComposite([Uint8Array.of(3), Uint8Array.of(4)], masks, MEDIAN, 1).data[0]).toBe(3.5);
    expect(computeComposite([], [], MEDIAN, 1).data).toHaveLength(0);
  });

  it('of up to 80 scenes equals sorting, and the order of the scenes does not change a bit', () => {
    const value = fc.option(
      fc.integer({ min: -40, max: 40 }).map((v) => v / 7),
      { nil: null },
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 80 }), fc.integer({ min: 0, max: 100 }), (values, pct) => {
        const run = (list: (number | null)[]) =>
          computeComposite(
            list.map((v) => Float32Array.of(v ?? 99)),
            list.map((v) => Uint8Array.of(v === null ? 0 : 1)),
            { kind: 'percentile', pct },
            1,
          );
        const sorted = values
          .filter((v) => v !== null)
          .map(Math.fround)
          .sort((a, b) => a - b);
        const { data, count } = run(values);
        expect(count[0]).toBe(sorted.length);
        const rank = (pct / 100) * (sorted.length - 1);
        const low = sorted[Math.floor(rank)] ?? 0;
        const high = sorted[Math.ceil(rank)] ?? 0;
        expect(Object.is(data[0], Math.fround(low + (high - low) * (rank - Math.floor(rank)) + 0))).toBe(true);
        expect(Object.is(run([...values].reverse()).data[0], data[0])).toBe(true);
        expect(Object.is(run([...values.slice(3), ...values.slice(0, 3)]).data[0], data[0])).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['int16', Int16Array],
    ['uint8', Uint8Array],
    ['float32', Float32Array],
  ] as const)('of 7 scenes of 4,163 pixels of %s equals sorting in every bit', (_, Values) => {
    const length = 4163;
    const mix = (i: number, k: number) => Math.imul(i + 1, 2_654_435_761) ^ Math.imul(k + 1, 40_503);
    const numbers = [...Array(7).keys()];
    const scenes = numbers.map((k) => {
      const values = new Values(length);
      for (let i = 0; i < length; i += 1) values[i] = mix(i, k) / (Values === Float32Array ? 9999 : 1);
      return values;
    });
    const masks = numbers.map((k) => Uint8Array.from({ length }, (_, i) => (mix(i, k + 9) >>> 8) % 3));
    const { data, valid, count } = computeComposite(scenes, masks, { kind: 'percentile', pct: 30 }, 2);
    let differ = 0;
    for (let i = 0; i < length; i += 1) {
      const sorted = numbers.filter((k) => masks[k]![i] === 1).map((k) => scenes[k]![i]!);
      sorted.sort((a, b) => a - b);
      const rank = (30 / 100) * (sorted.length - 1);
      const [low, high] = [sorted[Math.floor(rank)] ?? 0, sorted[Math.ceil(rank)] ?? 0];
      const expected = sorted.length < 2 ? 0 : Math.fround(low + (high - low) * (rank - Math.floor(rank)));
      if (data[i] !== expected || valid[i] !== (sorted.length < 2 ? 0 : 1) || count[i] !== sorted.length) differ += 1;
    }
    expect(differ).toBe(0);
  });

  it('is the same across the edges of its chunks of 64 and 2,048 pixels', () => {
    const length = 2500;
    const scenes = [1, 2, 3].map((k) => Float32Array.from({ length }, (_, i) => (i * k) % 17));
    const { data } = computeComposite(
      scenes,
      scenes.map(() => new Uint8Array(length).fill(1)),
      MEDIAN,
      1,
    );
    for (const i of [0, 63, 64, 1023, 2047, 2048, 2495, 2496, 2499]) {
      expect(data[i]).toBe([i % 17, (2 * i) % 17, (3 * i) % 17].sort((a, b) => a - b)[1]);
    }
  });
});
