import { describe, expect, it } from 'vitest';
import type { AcquisitionInfo, SeriesPoint } from '../../../shared/api.ts';
import {
  fractionOf,
  groupTicks,
  nearestTick,
  nextStop,
  SLIDER_KEYS,
  stopForKey,
  ticksOf,
  timelineRange,
  timeMarks,
} from '../../../viewer/panels/timeline.ts';

const DAY_MS = 86_400_000;
const periods = {
  baseline: { start: '2019-01-01', end: '2020-12-31' },
  period: { start: '2021-01-01', end: '2022-12-31' },
};

function acquisition(index: number, datetime: string, [nOk, nLowCoverage, nNoData] = [0, 0, 0]): AcquisitionInfo {
  return { index, datetime, nOk, nLowCoverage, nNoData, inSeason: true } as AcquisitionInfo;
}

function daily(count: number, start = '2019-01-01'): AcquisitionInfo[] {
  return Array.from({ length: count }, (_, index) =>
    acquisition(index, new Date(Date.parse(start) + index * 2 * DAY_MS).toISOString(), [1, 0, 0]),
  );
}

describe('the range of time', () => {
  it('holds both periods to the end of their last day, and 1 % of room at each end', () => {
    const range = timelineRange({ periods, acquisitions: [] });
    const roomMs = (Date.parse('2023-01-01') - Date.parse('2019-01-01')) / 100;
    expect(range.startMs).toBe(Date.parse('2019-01-01') - roomMs);
    expect(range.endMs).toBe(Date.parse('2023-01-01') + roomMs);
  });

  it('places 1 acquisition before both periods too', () => {
    const range = timelineRange({ periods, acquisitions: [acquisition(0, '2018-06-01T10:00:00Z')] });
    expect(fractionOf(range, Date.parse('2018-06-01T10:00:00Z'))).toBeGreaterThan(0);
  });
});

describe('marks on the axis', () => {
  const range = timelineRange({ periods, acquisitions: [] });

  it('stand on the first day of each of 5 years where there is room', () => {
    expect(timeMarks(range, 1000).map(({ timeMs }) => new Date(timeMs).toISOString().slice(0, 10))).toEqual([
      '2019-01-01',
      '2020-01-01',
      '2021-01-01',
      '2022-01-01',
      '2023-01-01',
    ]);
  });

  it('are thinned to 3 of 5 on a line of 200 pixels', () => {
    expect(timeMarks(range, 200)).toHaveLength(3);
  });

  it('are months where only 5 months are shown', () => {
    const short = timelineRange({
      periods: {
        baseline: { start: '2023-06-10', end: '2023-07-05' },
        period: { start: '2023-08-20', end: '2023-11-02' },
      },
      acquisitions: [],
    });
    expect(timeMarks(short, 600).map(({ timeMs }) => new Date(timeMs).getUTCMonth() + 1)).toEqual([7, 8, 9, 10, 11]);
  });
});

describe('marks of a short time', () => {
  const fortnight = timelineRange({
    periods: {
      baseline: { start: '2023-08-08', end: '2023-08-11' },
      period: { start: '2023-08-15', end: '2023-08-20' },
    },
    acquisitions: [],
  });

  it('are 16 days where two weeks and a day at each end are shown, fewer where there is no room', () => {
    const marks = timeMarks(fortnight, 900);
    expect(marks).toHaveLength(16);
    expect(marks.every(({ unit, timeMs }) => unit === 'day' && timeMs % DAY_MS === 0)).toBe(true);
    expect(timeMarks(fortnight, 300)).toHaveLength(6);
  });
});

describe('ticks', () => {
  it('say of each of 4 acquisitions what it was for the open parcel, unseen ones too', () => {
    const acquisitions = daily(4);
    const points = [
      { acquisition: 0, outcome: 'ok' },
      { acquisition: 1, outcome: 'low_coverage' },
      { acquisition: 3, outcome: 'no_data' },
    ] as SeriesPoint[];
    expect(ticksOf(acquisitions, points).map((tick) => tick.kind)).toEqual([
      'ok',
      'low_coverage',
      'not_seen',
      'no_data',
    ]);
    expect(ticksOf(acquisitions, points)[0]!.clearShare).toBeNull();
  });

  it('without a parcel are clear from half of the parcels on', () => {
    const counts = [
      [30, 20, 10],
      [29, 21, 10],
      [0, 5, 55],
      [0, 0, 0],
    ] as const;
    const ticks = ticksOf(
      counts.map(([ok, low, none], index) => acquisition(index, `2021-01-0${index + 1}`, [ok, low, none])),
      null,
    );
    expect(ticks.map((tick) => tick.kind)).toEqual(['ok', 'low_coverage', 'no_data', 'not_seen']);
    expect(ticks[0]!.clearShare).toBe(0.5);
  });

  it('of 500 acquisitions on 358 pixels are drawn as groups at least 4 pixels apart, none lost', () => {
    const ticks = ticksOf(daily(500), null);
    const range = timelineRange({ periods, acquisitions: daily(500) });
    const groups = groupTicks(ticks, range, 358);
    expect(groups.length).toBeLessThanOrEqual(90);
    expect(groups.flatMap((group) => group.ticks)).toHaveLength(500);
    for (const [at, group] of groups.entries())
      if (at > 0) expect(group.xPx - groups[at - 1]!.xPx).toBeGreaterThanOrEqual(4);
  });

  it('of 5 acquisitions stay 5, and a group shows the best of its kinds', () => {
    const five = daily(5);
    const range = { startMs: Date.parse('2019-01-01'), endMs: Date.parse('2019-01-10') };
    expect(groupTicks(ticksOf(five, null), range, 800)).toHaveLength(5);
    const points = [{ acquisition: 1, outcome: 'ok' }] as SeriesPoint[];
    expect(groupTicks(ticksOf(five, points), range, 10)[0]!.kind).toBe('ok');
  });

  it('nearest to 60 % of a line with 2 ends is the second', () => {
    const ticks = ticksOf([acquisition(0, '2021-01-01'), acquisition(1, '2021-01-11')], null);
    const range = { startMs: Date.parse('2021-01-01'), endMs: Date.parse('2021-01-11') };
    expect(nearestTick(ticks, range, 0.6)!.index).toBe(1);
    expect(nearestTick(ticks, range, 0.4)!.index).toBe(0);
    expect(nearestTick([], range, 0.4)).toBeNull();
  });
});

describe('stepping', () => {
  const stops = [true, false, false, true, false].map((isClear, index) => ({ index, isClear }));

  it.each([
    ['ArrowRight', 0, 1],
    ['ArrowLeft', 3, 2],
    ['ArrowUp', 4, null],
    ['ArrowDown', 0, null],
    ['PageUp', 0, 3],
    ['PageUp', 3, null],
    ['PageDown', 4, 3],
    ['PageDown', 2, 0],
    ['Home', 3, 0],
    ['End', 0, 4],
    ['a', 0, null],
  ])('with %s from %i leads to %s', (key, from, to) => {
    expect(stopForKey(key, stops, from)).toBe(to);
  });

  it('from nowhere enters at the end it comes from', () => {
    expect(stopForKey('ArrowRight', stops, null)).toBe(0);
    expect(stopForKey('ArrowLeft', stops, null)).toBe(4);
    expect(nextStop(stops, null, { direction: -1, isClear: true })).toBe(3);
  });

  it('answers 8 keys and no other', () => {
    expect(SLIDER_KEYS.filter((key) => stopForKey(key, stops, 1) !== null)).toHaveLength(8);
  });
});
