import { describe, expect, it } from 'vitest';
import { DEFAULT_CHANGE_SETTINGS } from '../../pipeline/change/judge-series.ts';
import { type ChangePlan, epochDay, planChange } from '../../pipeline/change-plan.ts';
import { createSeriesStack, judgeStack, pushSeries, type SeriesStack } from '../../pipeline/change-unit.ts';
import type { Plan } from '../../pipeline/plan.ts';
import type { ScenePixels } from '../../pipeline/scene-pixels.ts';
import { YEAR_CLASS } from '../../shared/change.ts';

const PERIODS = {
  baseline: { start: '2019-01-01', end: '2021-12-31' },
  period: { start: '2022-01-01', end: '2023-12-31' },
  seasonMonths: null,
};
const WINDOW = { col: 0, row: 0, widthPx: 3, heightPx: 1 };

/** Every tenth day of five years. */
const DAYS = Array.from({ length: 182 }, (_, i) => new Date(Date.UTC(2019, 0, 1 + 10 * i)).toISOString().slice(0, 10));

function axisOf(days: readonly string[]): ChangePlan {
  const plan = planChange(
    days.map((day) => ({ datetime: `${day}T10:00:00Z` })),
    PERIODS,
  );
  if (typeof plan === 'string') throw new Error(plan);
  return plan;
}

function pixels(ndvi: number[], clear = ndvi.map(() => 1), nbr: number[] | null = null): ScenePixels {
  return {
    ndvi: Float32Array.from(ndvi),
    observed: new Uint8Array(ndvi.length).fill(1),
    clear: Uint8Array.from(clear),
    nbr: nbr && {
      data: Float32Array.from(nbr),
      valid: Uint8Array.from(nbr, (value) => (Number.isNaN(value) ? 0 : 1)),
    },
  };
}

function stackOf(change: ChangePlan): SeriesStack {
  return createSeriesStack({ window: WINDOW }, change)!;
}

describe('the series of a chunk', () => {
  const twice = axisOf(['2019-01-01', '2020-06-01', '2022-01-01', '2022-01-01', '2022-01-01']);

  it('average what several acquisitions of a day see: 0.2, 0.4 and 0.9 give 0.5, and clouds count nothing', () => {
    const stack = stackOf(twice);
    pushSeries(stack, 2, pixels([0.2, 0.2, 0.2], [1, 0, 0]));
    pushSeries(stack, 3, pixels([0.4, 0.4, 0.4], [1, 1, 0]));
    pushSeries(stack, 4, pixels([0.9, 0.9, 0.9], [1, 1, 0]));
    expect([...stack.ndvi.slice(6, 9)]).toEqual([5000, 6500, -32768]);
    expect([...stack.ndvi.slice(0, 6)]).toEqual(new Array(6).fill(-32768));
  });

  it('keep the lowest burn ratio of a day', () => {
    const stack = stackOf(twice);
    pushSeries(stack, 2, pixels([0.2, 0.2, 0.2], [1, 1, 1], [0.3, Number.NaN, 0.1]));
    pushSeries(stack, 3, pixels([0.2, 0.2, 0.2], [1, 1, 1], [0.1, 0.2, Number.NaN]));
    expect([...stack.nbr!.slice(6, 9)]).toEqual([1000, 2000, 1000]);
  });

  it('are not kept where change is not judged', () => {
    expect(createSeriesStack({ window: WINDOW }, { reason: 'not asked for' })).toBeNull();
  });
});

describe('the layers of a chunk', () => {
  const change = axisOf(DAYS);
  const stack = stackOf(change);
  const season = (day: string) =>
    0.5 + 0.2 * Math.cos((2 * Math.PI * (epochDay(day) - epochDay('2019-09-15'))) / 365.25);
  // Noise of ±0.02 in a fixed pattern.
  const noise = (i: number) => 0.02 * (((i * 7919) % 11) / 5 - 1);
  DAYS.forEach((day, i) => {
    const value = season(day) + noise(i);
    const cleared = day >= '2022-07-01' ? value - 0.25 : value;
    // The third pixel is seen three times a year only.
    pushSeries(stack, i, pixels([value, cleared, value], [1, 1, i % 60 === 0 ? 1 : 0]));
  });
  const params = { ...PERIODS, change: { ...DEFAULT_CHANGE_SETTINGS, controlCount: 0, seed: 1 }, coverModel: null };
  const layers = judgeStack(stack, { params } as unknown as Plan);
  const of = (kind: string, period = 'period') =>
    Array.from(layers.find((layer) => layer.kind === kind && layer.period === period)!.data);

  it('date a clearing of 2022-07-01 between the days before and after, in the second pixel alone', () => {
    const day = (text: string) => epochDay(text);
    const [before, after] = [DAYS.findLast((d) => d < '2022-07-01')!, DAYS.find((d) => d >= '2022-07-01')!];
    expect(of('change-from')).toEqual([0, day(before), 0]);
    expect(of('change-to')).toEqual([0, day(after), 0]);
    const [, detected] = of('break-date') as [number, number];
    expect(detected).toBeGreaterThanOrEqual(day(after));
    expect(detected).toBeLessThan(day(after) + 120);
  });

  it('give its magnitude, −0.25 within 0.02, and about 0 where nothing changed', () => {
    const [quiet, cleared] = of('break-magnitude') as [number, number];
    expect(Math.abs(cleared / 1e4 + 0.25)).toBeLessThan(0.02);
    expect(Math.abs(quiet / 1e4)).toBeLessThan(0.02);
  });

  it('say stable, then loss in 2022, lost before in 2023, and no data for a pixel that cannot be judged', () => {
    const { stable, loss, lostBefore, noData } = YEAR_CLASS;
    expect(of('year-class', '2022').slice(0, 2)).toEqual([stable, loss]);
    expect(of('year-class', '2023').slice(0, 2)).toEqual([stable, lostBefore]);
    expect(of('year-class', '2022')[2]).toBe(noData);
  });

  it('count 110 observations of history and 72 monitored ones, and find the maximum in September', () => {
    expect(of('history-count')[0]).toBe(DAYS.filter((d) => d < '2022').length);
    expect(of('observation-count')[0]).toBe(DAYS.filter((d) => d >= '2022').length);
    const [phase] = of('season-phase', 'baseline') as [number];
    expect(Math.abs(phase - 258)).toBeLessThan(20);
    expect(Math.abs(of('season-amplitude', 'baseline')[0]! / 1e4 - 0.2)).toBeLessThan(0.02);
  });
});
