import { describe, expect, it } from 'vitest';
import { fitDifference } from '../../../../pipeline/change/controls/difference-fit.ts';

function seriesOf(times: readonly number[], values: readonly number[], splitYr: number) {
  const split = times.filter((t) => t < splitYr).length;
  return { times: Float64Array.from(times), values: Float64Array.from(values), split };
}

const DENSE = Array.from({ length: 60 }, (_, i) => 2018.05 + i / 10);

describe('the fit of a difference series', () => {
  it('takes means and their variance on 9 dates: 0.1 ± sqrt(9/7 · (Σe²/6² + Σe²/3²))', () => {
    const before = [0.01, -0.01, 0.02, -0.02, 0.03, -0.03];
    const after = [0.1, 0.12, 0.08];
    // More than a quarter of a year apart: no autocorrelation counts. The last date is within a year: no slope.
    const times = [2018, 2018.4, 2018.8, 2019.2, 2019.6, 2020, 2020.3, 2020.6, 2020.9];
    const { change, slope } = fitDifference(seriesOf(times, [...before, ...after], 2020.1), 2020)!;
    expect(change.value).toBeCloseTo(0.1, 14);
    const squares = 2 * (0.0001 + 0.0004 + 0.0009);
    expect(change.variance).toBeCloseTo((9 / 7) * (squares / 36 + (2 * 0.0004) / 9), 14);
    expect(slope).toBeNull();
  });

  it('counts residuals 0.05 years apart with 0.8 of their product', () => {
    const before = [0.01, -0.01, 0.02, -0.02, 0.03, -0.03];
    const times = [2018, 2018.4, 2018.8, 2019.2, 2019.6, 2020, 2020.3, 2020.35, 2020.7];
    const { change } = fitDifference(seriesOf(times, [...before, 0.12, 0.12, 0.06], 2020.1), 2020)!;
    const squares = 2 * (0.0001 + 0.0004 + 0.0009);
    const cross = 2 * 0.8 * 0.02 * 0.02;
    expect(change.variance).toBeCloseTo((9 / 7) * (squares / 36 + (2 * 0.0004 + 0.0016 + cross) / 9), 12);
  });

  it('finds a step of 0.1 under a season of 0.05 though the monitored dates are all of the dry months', () => {
    const times = DENSE.filter((t) => t < 2021 || t % 1 < 0.4);
    const values = times.map((t) => 0.05 * Math.cos(2 * Math.PI * (t - 0.1)) + (t < 2021 ? 0 : 0.1));
    const { change } = fitDifference(seriesOf(times, values, 2021), 2021)!;
    expect(change.value).toBeCloseTo(0.1, 12);
    expect(change.variance).toBeLessThan(1e-24);
  });

  it('finds growth of 0.02 a year from the end of the history on, and half of three years of it as the change', () => {
    const values = DENSE.map((t) => 0.3 + 0.04 * Math.sin(2 * Math.PI * t) + 0.02 * Math.max(0, t - 2021));
    const { change, slope } = fitDifference(seriesOf(DENSE, values, 2021), 2021)!;
    expect(slope!.value).toBeCloseTo(0.02, 12);
    expect(change.value).toBeCloseTo(0.03, 12);
  });

  it.each([
    ['5 dates before', 5, 30],
    ['2 dates after', 30, 2],
    ['none', 0, 0],
  ])('has nothing to say with %s', (_, before, after) => {
    const times = DENSE.slice(30 - before, 30 + after);
    expect(fitDifference(seriesOf(times, times, 2021), 2021)).toBeNull();
  });

  it('leaves the season out where 12 dates of one day of the year cannot tell it', () => {
    const times = [2018, 2018.001, 2018.002, 2019, 2019.001, 2020, 2021, 2021.001, 2021.002, 2022, 2022.001, 2023].map(
      (t) => t + 0.5,
    );
    const exact = times.map(Math.floor).map((t) => t + 0.5);
    const { change } = fitDifference(
      seriesOf(
        exact,
        exact.map((t) => (t < 2021 ? 0.2 : 0.5)),
        2021,
      ),
      2021,
    )!;
    expect(change.value).toBeCloseTo(0.3, 12);
  });
});
