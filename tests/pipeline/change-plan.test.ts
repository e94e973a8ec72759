import { describe, expect, it } from 'vitest';
import { epochDay, planChange, timeAxisOf } from '../../pipeline/change-plan.ts';

const PERIODS = {
  baseline: { start: '2018-11-01', end: '2021-10-31' },
  period: { start: '2021-11-01', end: '2024-10-31' },
  seasonMonths: [12, 1, 2],
};
const at = (...days: string[]) => days.map((day) => ({ datetime: `${day}T10:20:00.000Z` }));

describe('the time axis of a run', () => {
  const plan = planChange(
    at('2018-12-04', '2019-01-03', '2019-06-02', '2019-12-29', '2021-12-03', '2021-12-03', '2022-02-26', '2023-05-07'),
    PERIODS,
  );
  if (typeof plan === 'string') throw new Error(plan);

  it('has one slot a UTC day: 7 for 8 acquisitions, two of them on 2021-12-03', () => {
    expect(plan.slots.map(({ day }) => day)).toEqual([
      '2018-12-04',
      '2019-01-03',
      '2019-06-02',
      '2019-12-29',
      '2021-12-03',
      '2022-02-26',
      '2023-05-07',
    ]);
    expect(plan.slotOf).toEqual([0, 1, 2, 3, 4, 4, 5, 6]);
  });

  it('starts to monitor at the first day of the period, and names 3 calendar years to the last day seen', () => {
    expect(plan.startSlot).toBe(4);
    expect(plan.years).toEqual([2021, 2022, 2023]);
  });

  it('calls a dry season from December to February by the year it ends in: 2019, 2020 and 2022', () => {
    expect(plan.seasonYears).toEqual([
      { year: 2019, slots: [0, 1] },
      { year: 2020, slots: [3] },
      { year: 2022, slots: [4, 5] },
    ]);
  });

  it('counts 365 places a year: 2019-01-03 is 2019 + 2/365 and stands 30 days after 2018-12-04', () => {
    const axis = timeAxisOf(plan);
    expect(axis.timesYr[1]).toBeCloseTo(2019 + 2 / 365, 12);
    expect(axis.positions[1]).toBe(30);
    expect([axis.frequency, axis.startSlot]).toEqual([365, 4]);
  });
});

it('has no years of a season where the season is the whole year', () => {
  const plan = planChange(at('2019-01-01', '2020-06-01', '2022-01-01'), { ...PERIODS, seasonMonths: null });
  expect(plan).toMatchObject({ seasonYears: [] });
});

describe('a run that cannot judge change', () => {
  it.each([
    [at('2019-01-01', '2020-01-01', '2021-10-01'), 'no acquisition in the monitoring period'],
    [at('2021-11-01', '2022-01-01'), 'no acquisition in the baseline'],
    [
      at('2021-01-01', '2021-10-01', '2022-01-01'),
      "the baseline's acquisitions span 273 days, 365 needed to know the season",
    ],
    [[], 'no acquisition in the monitoring period'],
  ])('says why: %#', (acquisitions, reason) => {
    expect(planChange(acquisitions, PERIODS)).toBe(reason);
  });
});

it('stores 1970-01-02 as day 1 and 2021-12-03 as day 18,964', () => {
  expect([epochDay('1970-01-02'), epochDay('2021-12-03')]).toEqual([1, 18_964]);
});
