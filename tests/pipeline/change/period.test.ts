import { describe, expect, it } from 'vitest';
import { classifyFinding, periodChange, studentT975 } from '../../../pipeline/change/period.ts';

describe('change between two periods', () => {
  it.each([
    [1, 12.706205],
    [2, 4.302653],
    [3, 3.182446],
    [5, 2.570582],
    [10, 2.228139],
    [30, 2.042272],
    [120, 1.97993],
    [1000, 1.962339],
  ])('takes Student’s t at 97.5 %% for %i degrees of freedom as %f', (df, t) => {
    expect(studentT975(df)).toBeCloseTo(t, 6);
  });

  it('pools the variance: 0.4, 0.5, 0.6 against 0.7, 0.8 changes by 0.25 ± 0.0842', () => {
    const change = periodChange([0.4, 0.5, 0.6], [0.7, 0.8]);
    const variance = (0.02 + 0.005) / 3;
    expect(change.baselineMean).toBeCloseTo(0.5, 14);
    expect(change.periodMean).toBeCloseTo(0.75, 14);
    expect(change.change).toBeCloseTo(0.25, 14);
    expect(change.se).toBeCloseTo(Math.sqrt(variance / 3 + variance / 2), 14);
    expect(change.df).toBe(3);
    expect(change.tCritical95).toBeCloseTo(3.182446, 6);
  });

  it.each<[string, number[], number[], number | null, number]>([
    ['1 and 1 acquisitions', [0.5], [0.7], 0.2, 0],
    ['2 and 1', [0.5, 0.5], [0.7], 0.2, 1],
    ['none and 3', [], [0.7, 0.7, 0.7], null, 1],
    ['none at all', [], [], null, 0],
  ])('has no standard error with %s', (_, baseline, monitored, expected, df) => {
    const { change, se, tCritical95, df: got } = periodChange(baseline, monitored);
    expect(se).toBeNull();
    expect(tCritical95).toBeNull();
    expect(got).toBe(df);
    if (expected === null) expect(change).toBeNull();
    else expect(change).toBeCloseTo(expected, 14);
  });

  it('has the standard error 0, exactly, of values that do not vary', () => {
    expect(periodChange([0.3, 0.3, 0.3], [0.3, 0.3, 0.3])).toMatchObject({ change: 0, se: 0, df: 4 });
  });

  it.each<[number, number | null, number | null, string]>([
    [-0.2, 0.05, 2, 'loss'],
    [0.2, 0.05, 2, 'gain'],
    [-0.15, 0.05, 2, 'loss'],
    [0.15, 0.05, 2, 'gain'],
    [-0.2, 0.1, 2, 'not_distinguishable'],
    [-0.2, 0.15, 2, 'not_distinguishable'],
    [0.02, 0.05, 2, 'stable'],
    [-0.02, 0.05, 2, 'stable'],
    [0.1, 0.03, 2, 'not_distinguishable'],
    [0, 0.075, 2, 'not_distinguishable'],
    [-0.5, null, null, 'not_distinguishable'],
    [-0.5, 0.01, null, 'not_distinguishable'],
  ])(
    'calls a change of %f with standard error %s and t %s at threshold 0.15 %s',
    (coverChange, coverSe, t, finding) => {
      expect(classifyFinding({ coverChange, coverSe, t, threshold: 0.15 })).toBe(finding);
    },
  );
});
