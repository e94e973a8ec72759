import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dropOutliers } from '../../../pipeline/change/clean-series.ts';

const MARK = 2;

/** Days and values in, indices of what was dropped out. */
function dropped(days: readonly number[], values: readonly number[]): number[] {
  const count = values.length;
  const series = {
    timesYr: Float64Array.from(days, (day) => day / 365),
    slots: Int32Array.from({ length: count }, (_, i) => i),
    values: Float64Array.from(values),
    scratch: new Float64Array(count),
    count,
  };
  const states = new Uint8Array(count);
  dropOutliers(series, states, MARK);
  const out = [...states.keys()].filter((i) => states[i] === MARK);
  expect(series.count).toBe(count - out.length);
  expect([...series.slots.subarray(0, series.count)]).toEqual([...states.keys()].filter((i) => states[i] === 0));
  return out;
}

/** Eight quiet observations behind what is tried: the noise of a series of five is no measure. */
const QUIET = [0, 0, 0, 0, 0, 0, 0, 0];
const every = (n: number, count: number) => Array.from({ length: count }, (_, i) => i * n);

describe('the temporal outlier rule', () => {
  const cases: [string, number[], number[], number[]][] = [
    ['a single low value between two good ones', every(5, 13), [0, 0, -0.3, 0, 0, ...QUIET], [2]],
    ['a single high value', every(5, 13), [0, 0, 0.3, 0, 0, ...QUIET], [2]],
    ['a departure of 0.04, however quiet the series', every(5, 13), [0, 0, -0.04, 0, 0, ...QUIET], []],
    ['two low values in a row within 15 days', every(5, 14), [0, 0, -0.3, -0.25, 0, 0, ...QUIET], [2, 3]],
    ['two low values in a row 16 days apart: a fall, not dust', every(16, 14), [0, 0, -0.3, -0.25, 0, 0, ...QUIET], []],
    ['three low values in a row', every(5, 15), [0, 0, -0.3, -0.3, -0.3, 0, 0, ...QUIET], []],
    ['the last value', every(5, 5), [0, 0, 0, 0, -0.5], []],
    ['the first value', every(5, 5), [-0.5, 0, 0, 0, 0], []],
    ['a step', every(5, 6), [0, 0, 0, -0.2, -0.2, -0.2], []],
    ['a step with one observation behind it', every(5, 5), [0, 0, 0, -0.2, -0.2], []],
    ['a low value 80 days from its neighbours, −0.08 (limit 0.1)', every(80, 13), [0, 0, -0.08, 0, 0, ...QUIET], []],
    ['a low value 80 days from its neighbours, −0.12 (limit 0.1)', every(80, 13), [0, 0, -0.12, 0, 0, ...QUIET], [2]],
    ['a low value 130 days from its neighbours', every(130, 13), [0, 0, -0.5, 0, 0, ...QUIET], []],
    ['no value', [], [], []],
    ['one value', [0], [1], []],
    ['two values', [0, 5], [0, 1], []],
  ];
  it.each(cases)('%s', (_, days, values, expected) => {
    expect(dropped(days, values)).toEqual(expected);
  });

  it('asks for 3 times the noise of the series: ±0.06 from day to day leave a departure of 0.15 alone', () => {
    const values: number[] = every(5, 20).map((_, i) => (i % 2 === 0 ? 0.06 : -0.06));
    values[10] = -0.15;
    expect(dropped(every(5, 20), values)).toEqual([]);
  });

  it('never touches a step that lasts, wherever it is, and of no size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 29 }), fc.integer({ min: -60, max: 60 }), (at, size) => {
        const values = every(5, 30).map((_, i) => (i < at ? 0 : size / 100));
        return dropped(every(5, 30), values).length === 0;
      }),
    );
  });

  it('never drops the first or the last observation of any series', () => {
    const value = fc.integer({ min: -80, max: 80 }).map((n) => n / 100);
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 40 }), (values) => {
        const out = dropped(every(5, values.length), values);
        return !out.includes(0) && !out.includes(values.length - 1);
      }),
    );
  });
});
