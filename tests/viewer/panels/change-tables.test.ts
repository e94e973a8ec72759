import { describe, expect, it } from 'vitest';
import type { SeriesPoint } from '../../../shared/api.ts';
import { monthNames, monthShade, monthTable } from '../../../viewer/panels/month-table.ts';
import { controlRuns, countStates, judgePoints, sinceHistory } from '../../../viewer/panels/series-states.ts';
import { yearColumnsOf } from '../../../viewer/panels/year-columns.ts';
import { observationsOf, PLANTED, tablesOf } from '../../change-planted.ts';

const observations = PLANTED.flatMap((planted, index) => observationsOf(planted, index));
const { years, series, months } = tablesOf(observations);
const of = <Row extends { readonly parcelId: string }>(rows: readonly Row[], id: string) =>
  rows.filter(({ parcelId }) => parcelId === id);

describe('hectares by year', () => {
  it('show the 3 classes that LOSS-1 has in some year and name the 4 that it never has', () => {
    const { shown, empty } = yearColumnsOf(of(years, 'LOSS-1'));
    expect(shown.map(({ name }) => name)).toEqual(['loss', 'lostBefore', 'stable']);
    expect(empty.map(({ name }) => name)).toEqual(['burnt', 'regrown', 'gain', 'noData']);
  });

  it('say of fires that were not looked for that nobody knows, not that there were none', () => {
    const unseen = of(years, 'LOSS-1').map((year) => ({ ...year, burntHa: null }));
    const { shown, empty, notSought } = yearColumnsOf(unseen);
    expect(notSought.map(({ name }) => name)).toEqual(['burnt']);
    expect([...shown, ...empty].map(({ name }) => name)).not.toContain('burnt');
  });

  it('take less than half of 0.01 ha for nothing', () => {
    const [year] = of(years, 'LOSS-1');
    const names = (gainHa: number) => yearColumnsOf([{ ...year!, gainHa }]).shown.map(({ name }) => name);
    expect([names(0.0049), names(0.005)]).toEqual([['stable'], ['gain', 'stable']]);
  });
});

describe('clear observations by month', () => {
  it('fill 6 years of 12 months, a month without an acquisition apart from one without a clear look', () => {
    const rows = of(months, 'LOSS-1').filter(({ year, month }) => year !== 2018 || month !== 5);
    const table = monthTable(rows);
    expect(table.years.map(({ year }) => year)).toEqual([2016, 2017, 2018, 2019, 2020, 2021]);
    const may2018 = table.years[2]!.months[4];
    expect([may2018, table.years[0]!.months[7]?.nClear, table.most]).toEqual([null, 0, 2]);
  });

  it('are shaded from 0 for none to 4 for the most', () => {
    expect([0, 1, 2, 3, 4, 8].map((n) => monthShade(n, 8))).toEqual([0, 1, 1, 2, 2, 4]);
    expect(monthNames('fr')[7]).toEqual({ short: 'A', long: 'août' });
  });
});

describe('lines of the chart', () => {
  const rows = of(series, 'LOSS-1').filter(({ controlNdvi }) => controlNdvi !== null);

  it('of the control areas break where more than 60 days are between two dates', () => {
    const without = rows.filter(({ datetime }) => datetime < '2018-11-10' || datetime > '2019-01-20');
    const ends = controlRuns(without).flatMap((run) => [run[0]!, run.at(-1)!].map(({ datetime }) => datetime));
    for (const [i, run] of controlRuns(without).entries()) {
      const gaps = run.slice(1).map((row, k) => Date.parse(row.datetime) - Date.parse(run[k]!.datetime));
      expect([i, Math.max(0, ...gaps) <= 60 * 86_400_000]).toEqual([i, true]);
    }
    expect(controlRuns(without).flat()).toEqual(without);
    expect(ends.some((day) => day < '2018-11-10' && day > '2018-10-01')).toBe(true);
  });

  it('of the season start with its history', () => {
    const since = sinceHistory(rows, '2018-03-01');
    expect(since.length).toBeLessThan(rows.length);
    expect(since.every(({ datetime }) => datetime >= '2018-03-01')).toBe(true);
    expect(sinceHistory(rows, null)).toEqual(rows);
  });
});

describe('states of observations', () => {
  it('are those of the judgement, 10 where too little was clear and 12 without data apart: 109 used, 2 outliers, 4 burnt', () => {
    const points = of(observations, 'BURNT-4') as unknown as SeriesPoint[];
    const counts = countStates(judgePoints(points, of(series, 'BURNT-4')));
    expect(counts).toEqual({ used: 109, outlier: 2, burnt: 4, not_used: 0, masked: 10, no_data: 12 });
  });

  it('are not used where the run has no word on a clear observation', () => {
    const points = of(observations, 'BURNT-4').slice(0, 3) as unknown as SeriesPoint[];
    expect(judgePoints(points, []).map(({ state }) => state)).toEqual(['not_used', 'not_used', 'not_used']);
  });
});
