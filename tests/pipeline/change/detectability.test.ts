import { describe, expect, it } from 'vitest';
import { effectiveCount, lag1Of, magnitudeSe, minDetectableChange } from '../../../pipeline/change/detectability.ts';
import {
  type ChangeSettings,
  createSeriesJudge,
  DEFAULT_CHANGE_SETTINGS,
} from '../../../pipeline/change/judge-series.ts';
import { mulberry32, type Random } from '../../../scripts/demo/random.ts';
import { axisEvery } from './made-series.ts';

const SETTINGS: ChangeSettings = { ...DEFAULT_CHANGE_SETTINGS, removeOutliers: false };
const RULES = { ...SETTINGS, ...SETTINGS.breaks };

function gauss(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** AR(1) noise of a marginal standard deviation. */
function noise(count: number, sigma: number, lag1: number, random: Random): Float64Array {
  const out = new Float64Array(count);
  let e = gauss(random);
  for (let i = 0; i < count; i++) {
    out[i] = sigma * e;
    e = lag1 * e + Math.sqrt(1 - lag1 * lag1) * gauss(random);
  }
  return out;
}

interface Case {
  readonly years: number;
  readonly everyDays: number;
  readonly sigma: number;
  readonly lag1: number;
  readonly monitoredYr: number;
}

/** Share of 300 seeded series in which a fall of `size` from the start of monitoring on is found. */
function power({ years, everyDays, sigma, lag1, monitoredYr }: Case, size: number): number {
  const axis = axisEvery(everyDays, years + monitoredYr, 2018 + years);
  const judge = createSeriesJudge(axis, SETTINGS);
  const random = mulberry32(11);
  let found = 0;
  for (let run = 0; run < 300; run++) {
    const values = noise(axis.timesYr.length, sigma, lag1, random);
    axis.timesYr.forEach((t, slot) => {
      values[slot]! += 0.45 + 0.2 * Math.cos(2 * Math.PI * t) - (slot >= axis.startSlot ? size : 0);
    });
    const verdict = judge.judge(values, null);
    if (verdict.events.slice(0, verdict.eventCount).some(({ kind }) => kind === 'loss')) found++;
  }
  return found / 300;
}

describe('the smallest change that dates can show', () => {
  const cases: [string, Case][] = [
    ['3 years every 10 days, σ 0.03, white', { years: 3, everyDays: 10, sigma: 0.03, lag1: 0, monitoredYr: 1 }],
    ['3 years every 10 days, σ 0.06, ρ 0.5', { years: 3, everyDays: 10, sigma: 0.06, lag1: 0.5, monitoredYr: 1 }],
    ['3 years every 5 days, σ 0.08, ρ 0.3', { years: 3, everyDays: 5, sigma: 0.08, lag1: 0.3, monitoredYr: 0.5 }],
    ['8 years every 16 days, σ 0.1, white', { years: 8, everyDays: 16, sigma: 0.1, lag1: 0, monitoredYr: 1 }],
    [
      '3 years every 10 days, σ 0.05, 8 observations',
      { years: 3, everyDays: 10, sigma: 0.05, lag1: 0, monitoredYr: 0.22 },
    ],
  ];
  it.each(cases)('%s: found in at least 88 % of 300 series, and in far fewer at 0.7 of it', (_, made) => {
    const axis = axisEvery(made.everyDays, made.years + made.monitoredYr, 2018 + made.years);
    const dates = {
      sigma: made.sigma,
      lag1: made.lag1,
      historyCount: axis.startSlot,
      monitoredCount: axis.timesYr.length - axis.startSlot,
      coefficientCount: 3,
    };
    const size = minDetectableChange(dates, RULES)!;
    const [at, below] = [power(made, size), power(made, 0.7 * size)];
    expect(at).toBeGreaterThanOrEqual(0.88);
    expect(below).toBeLessThan(at);
    expect(below).toBeLessThan(0.8);
  });

  it('is at least the magnitude rule, and null where nothing could be found', () => {
    const dates = { sigma: 1e-6, lag1: 0, historyCount: 100, monitoredCount: 50, coefficientCount: 3 };
    expect(minDetectableChange(dates, RULES)).toBeCloseTo(0.1, 4);
    expect(minDetectableChange({ ...dates, monitoredCount: 2 }, RULES)).toBeNull();
    expect(minDetectableChange({ ...dates, historyCount: 7 }, RULES)).toBeNull();
    expect(minDetectableChange({ ...dates, sigma: Number.NaN }, RULES)).toBeNull();
  });
});

describe('standard error of a magnitude', () => {
  it('of 50 white residuals is 1.2533·σ/√50, and with a season of v = 0.03 √(π/2/50 + 0.03)·σ', () => {
    expect(magnitudeSe({ sigma: 0.05, lag1: 0 }, 50, 0)).toBeCloseTo(
      (0.05 * Math.sqrt(Math.PI / 2)) / Math.sqrt(50),
      12,
    );
    expect(magnitudeSe({ sigma: 0.05, lag1: 0 }, 50, 0.03)).toBeCloseTo(0.05 * Math.sqrt(Math.PI / 100 + 0.03), 12);
  });

  it('counts 30 observations of ρ 0.5 as 10, and never fewer than 1', () => {
    expect(effectiveCount(30, 0.5)).toBeCloseTo(10, 12);
    expect(effectiveCount(3, 0.9)).toBe(1);
  });

  it('is on the safe side in a simulation: sd of the median of 40 AR(1) residuals of ρ 0.4 is 83 to 100 % of it', () => {
    const random = mulberry32(5);
    const medians = Array.from({ length: 2000 }, () => noise(40, 1, 0.4, random).sort()[20]!);
    const mean = medians.reduce((sum, v) => sum + v, 0) / medians.length;
    const sd = Math.sqrt(medians.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (medians.length - 1));
    const share = sd / magnitudeSe({ sigma: 1, lag1: 0.4 }, 40, 0);
    expect(share).toBeGreaterThan(0.83);
    expect(share).toBeLessThan(1);
  });

  it('finds ρ 0.6 in 5,000 residuals to 0.03, 0 where it would be negative, and 0.9 at most', () => {
    const random = mulberry32(6);
    expect(lag1Of(noise(5000, 0.1, 0.6, random), 0, 5000)).toBeCloseTo(0.6, 1);
    expect(
      lag1Of(
        Float64Array.from({ length: 50 }, (_, i) => (-1) ** i),
        0,
        50,
      ),
    ).toBe(0);
    expect(lag1Of(new Float64Array(50).fill(1), 0, 50)).toBe(0.9);
    expect(lag1Of(new Float64Array(5), 0, 5)).toBe(0);
  });
});
