import { describe, expect, it } from 'vitest';
import { createPairMeasure } from '../../../../pipeline/change/controls/covariates.ts';
import { invertSymmetric } from '../../../../pipeline/change/controls/normal-equations.ts';
import { type IndexSeries, tabulateSeries } from '../../../../pipeline/change/controls/series-table.ts';

const SPLIT_YR = 2021;
/** Ten dates a year from 2018 to 2023, the first at 2018.05. */
const TIMES = Array.from({ length: 60 }, (_, i) => 2018.05 + i / 10);

function seriesOf(
  value: (t: number, key: number) => number,
  isKept: (key: number) => boolean = () => true,
): IndexSeries {
  const keys = [...TIMES.keys()].filter(isKept);
  return {
    days: Float64Array.from(keys, (key) => TIMES[key]!),
    values: Float64Array.from(keys, (key) => value(TIMES[key]!, key)),
    keys,
  };
}

function compare(a: IndexSeries, b: IndexSeries): number[] | null {
  const out = new Float64Array(3);
  return createPairMeasure(tabulateSeries([a, b], SPLIT_YR)).compare(0, 1, out) ? [...out] : null;
}

describe('covariates of the history', () => {
  it('sees levels of 0.5 and 0.4 with one season and one haze as 0.1 apart, with the same slope', () => {
    const shared = (t: number, key: number) => 0.2 * Math.cos(2 * Math.PI * t) + ((key * 7919) % 13) / 100;
    const [past, recent, slope] = compare(
      seriesOf((t, key) => 0.5 + shared(t, key)),
      seriesOf((t, key) => 0.4 + shared(t, key)),
    )!;
    expect(past).toBeCloseTo(0.1, 13);
    expect(recent).toBeCloseTo(0.1, 13);
    expect(slope).toBeCloseTo(0, 12);
  });

  it('finds a slope of 0.03 a year under a season of 0.2 that the other area has not', () => {
    const grows = seriesOf((t) => 0.4 + 0.03 * (t - 2018) + 0.2 * Math.sin(2 * Math.PI * t));
    const [past, recent, slope] = compare(
      grows,
      seriesOf(() => 0.4),
    )!;
    expect(slope).toBeCloseTo(0.03, 12);
    // The halves are the first 15 and the last 15 of 30 dates.
    const mean = (from: number) =>
      TIMES.slice(from, from + 15).reduce((sum, t) => sum + 0.03 * (t - 2018) + 0.2 * Math.sin(2 * Math.PI * t), 0) /
      15;
    expect(past).toBeCloseTo(mean(0), 12);
    expect(recent).toBeCloseTo(mean(15), 12);
  });

  it('compares on common dates only: clouds over different seasons do not part two equal areas', () => {
    const value = (t: number) => 0.5 + 0.25 * Math.cos(2 * Math.PI * t);
    const wet = seriesOf(value, (key) => key % 10 < 6);
    const dry = seriesOf(value, (key) => key % 10 > 2);
    expect(
      compare(wet, dry)!
        .map(Math.abs)
        .every((difference) => difference < 1e-12),
    ).toBe(true);
  });

  it('does not look at the monitored years', () => {
    const before = compare(
      seriesOf((t) => t - 2018),
      seriesOf(() => 0.4),
    );
    expect(
      compare(
        seriesOf((t) => (t < SPLIT_YR ? t - 2018 : 9)),
        seriesOf(() => 0.4),
      ),
    ).toEqual(before);
  });

  it.each<[string, (key: number) => boolean]>([
    ['2 common dates in the earlier half', (key) => key < 2 || key > 14],
    ['2 in the later half', (key) => key < 15 || key > 27],
    ['7 in the history', (key) => (key % 4 === 0 && key !== 12 ? key < 30 : key > 30)],
    ['dates of 0.8 years only', (key) => (key >= 11 && key < 20) || key > 30],
    ['2 monitored', (key) => key < 32],
  ])('cannot compare with %s', (_, isKept) => {
    expect(
      compare(
        seriesOf(() => 0.5, isKept),
        seriesOf(() => 0.4),
      ),
    ).toBeNull();
  });

  it('takes NaN and infinite values for missing ones', () => {
    const odd = seriesOf((_, key) => (key === 4 ? Number.NaN : key === 5 ? Infinity : 0.5));
    expect(
      compare(
        odd,
        seriesOf(() => 0.4),
      )![0],
    ).toBeCloseTo(0.1, 13);
  });
});

describe('the inverse of a symmetric matrix', () => {
  it('is that of [[4, 2], [2, 3]]: [[3, −2], [−2, 4]] / 8', () => {
    const matrix = Float64Array.of(4, 2, 2, 3);
    expect(invertSymmetric(matrix, 2)).toBe(true);
    [3 / 8, -2 / 8, -2 / 8, 4 / 8].forEach((value, i) => {
      expect(matrix[i]).toBeCloseTo(value, 15);
    });
  });

  it('does not exist where one column is twice another', () => {
    expect(invertSymmetric(Float64Array.of(1, 2, 2, 4), 2)).toBe(false);
    expect(invertSymmetric(Float64Array.of(0, 0, 0, 1), 2)).toBe(false);
  });
});
