import { describe, expect, it } from 'vitest';
import { periodChange } from '../../../pipeline/change/period.ts';
import type { SeriesPoint } from '../../../shared/api.ts';
import { isCounted, periodMeans, summariseSeries } from '../../../viewer/panels/series-figures.ts';

const base = { outcome: 'ok', inSeason: true, inBaseline: false, inPeriod: false };
const baselinePoint = (ndviMean: number, change: Partial<SeriesPoint> = {}) =>
  ({ ...base, inBaseline: true, ndviMean, ...change }) as SeriesPoint;
const periodPoint = (ndviMean: number, change: Partial<SeriesPoint> = {}) =>
  ({ ...base, inPeriod: true, ndviMean, ...change }) as SeriesPoint;

describe('means of both periods', () => {
  it('have errors whose squares add up to that of the change, as the pipeline states it', () => {
    const [early, late] = [
      [0.51, 0.47, 0.55, 0.49],
      [0.31, 0.36, 0.28],
    ];
    const means = periodMeans([
      ...early.map((value) => baselinePoint(value)),
      ...late.map((value) => periodPoint(value)),
    ]);
    const change = periodChange(early, late);
    expect(Math.hypot(means.baseline!.se!, means.period!.se!)).toBeCloseTo(change.se!, 12);
    expect(means.period!.mean - means.baseline!.mean).toBeCloseTo(change.change!, 12);
    expect([means.baseline!.count, means.period!.count]).toEqual([4, 3]);
  });

  it('have no error with 3 dates in all, and no mean without a date', () => {
    expect(periodMeans([baselinePoint(0.5), baselinePoint(0.6), periodPoint(0.4)]).baseline!.se).toBeNull();
    expect(periodMeans([baselinePoint(0.5)]).period).toBeNull();
    expect(periodMeans([])).toEqual({ baseline: null, period: null });
  });

  it('leave out 4 kinds of dates: out of season, too little clear, without data, in neither period', () => {
    const points = [
      baselinePoint(0.9, { inSeason: false }),
      baselinePoint(0.9, { outcome: 'low_coverage' }),
      baselinePoint(0.9, { outcome: 'no_data', ndviMean: null }),
      { ...base, ndviMean: 0.9 } as SeriesPoint,
    ];
    expect(points.filter(isCounted)).toEqual([]);
    expect(periodMeans([...points, baselinePoint(0.5)]).baseline).toEqual({ mean: 0.5, se: null, count: 1 });
  });
});

describe('the summary of a series', () => {
  it('counts 3 kinds and takes lowest and highest from clear dates only', () => {
    const points = [
      baselinePoint(0.5),
      baselinePoint(0.3),
      periodPoint(0.05, { outcome: 'low_coverage' }),
      periodPoint(0, { outcome: 'no_data', ndviMean: null }),
      periodPoint(0.7, { inSeason: false }),
    ];
    const summary = summariseSeries(points);
    expect([summary.clear, summary.partly, summary.noData]).toEqual([3, 1, 1]);
    expect([summary.lowest!.ndviMean, summary.highest!.ndviMean]).toEqual([0.3, 0.7]);
    expect(summariseSeries([]).lowest).toBeNull();
  });
});
