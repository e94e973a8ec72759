import { describe, expect, it } from 'vitest';
import { type BreakSettings, createBreakMonitor, type TimeAxis } from '../../../pipeline/change/break-monitor.ts';
import { mulberry32 } from '../../../scripts/demo/random.ts';

const TEXTBOOK: BreakSettings = { order: 3, trend: true, history: 'all', h: 0.25, level: 0.05 };
const PLAIN: BreakSettings = { order: 1, trend: false, history: 'all', h: 0.25, level: 0.05 };

/** 23 places a year from 2000 on. */
function regular(slotCount: number, startSlot: number): TimeAxis {
  const slots = Float64Array.from({ length: slotCount }, (_, i) => i);
  return { timesYr: slots.map((i) => 2000 + i / 23), positions: slots.map((i) => i + 1), frequency: 23, startSlot };
}

/** A season of amplitude 0.2 round 0.5 with noise of 0.02; from `step.at` on `step.by` is added. */
function season({ timesYr }: TimeAxis, step = { at: Number.POSITIVE_INFINITY, by: 0 }): Float64Array {
  const random = mulberry32(5);
  return timesYr.map(
    (t, i) => 0.5 + 0.2 * Math.sin(2 * Math.PI * t) + 0.04 * (random() + random() - 1) + (i >= step.at ? step.by : 0),
  );
}

describe('the break monitor', () => {
  it('finds a fall of 0.3 in slot 120 within 5 slots and measures its median', () => {
    const axis = regular(184, 115);
    const fit = createBreakMonitor(axis, PLAIN).judge(season(axis, { at: 120, by: -0.3 }));
    expect(fit.outcome).toBe('break');
    expect(fit.breakSlot).toBeGreaterThanOrEqual(120);
    expect(fit.breakSlot).toBeLessThan(125);
    expect(fit.magnitude).toBeCloseTo(-0.3, 1);
    expect([fit.historyStartSlot, fit.historyCount, fit.monitoredCount, fit.observationCount]).toEqual([
      0, 115, 69, 184,
    ]);
  });

  it('keeps to the season 0.5 + 0.2 sin 2πt, also in slots without a value', () => {
    const axis = regular(184, 115);
    const values = axis.timesYr.map((t, i) => 0.5 + 0.2 * Math.sin(2 * Math.PI * t) + (i % 2 === 0 ? 1e-3 : -1e-3));
    values[50] = Number.NaN;
    values[150] = Number.NaN;
    const monitor = createBreakMonitor(axis, PLAIN);
    expect(monitor.judge(values).outcome).toBe('no_break');
    for (const slot of [0, 50, 150])
      expect(monitor.fittedAt(slot)).toBeCloseTo(0.5 + 0.2 * Math.sin(2 * Math.PI * axis.timesYr[slot]!), 3);
  });

  it('has for 4 dates a year apart by a quarter the standard error sigma·sqrt(1 + 3/n) of a new observation', () => {
    // Orthogonal columns with squares n, n/2 and n/2: x'(X'X)⁻¹x = 1/n + 2/n on each of these dates.
    const slots = Float64Array.from({ length: 48 }, (_, i) => i);
    const axis = {
      timesYr: slots.map((i) => 2000 + i / 4),
      positions: slots.map((i) => i + 1),
      frequency: 4,
      startSlot: 40,
    };
    const monitor = createBreakMonitor(axis, PLAIN);
    const fit = monitor.judge(season(axis));
    expect(monitor.predictionSe(44)).toBeCloseTo(fit.sigma * Math.sqrt(1 + 3 / 40), 12);
  });

  it('overwrites one object and forgets the series before', () => {
    const axis = regular(184, 115);
    const monitor = createBreakMonitor(axis, TEXTBOOK);
    const first = monitor.judge(season(axis, { at: 120, by: -0.3 }));
    const again = monitor.judge(new Float64Array(184).fill(Number.NaN));
    expect(again).toBe(first);
    expect(again).toMatchObject({
      outcome: 'too_few_observations',
      historyStartSlot: -1,
      historyCount: 0,
      breakSlot: -1,
    });
    expect([again.sigma, again.magnitude, monitor.fittedAt(3), monitor.predictionSe(3)]).toEqual(
      Array(4).fill(Number.NaN),
    );
    expect([...again.coefficients].every(Number.isNaN)).toBe(true);
  });

  it('leaves out the last sine where 2·order is the frequency: 6 a year and order 3 have 6 parameters', () => {
    const slots = Float64Array.from({ length: 60 }, (_, i) => i);
    const axis = {
      timesYr: slots.map((i) => 2000 + i / 6),
      positions: slots.map((i) => i + 1),
      frequency: 6,
      startSlot: 42,
    };
    const fit = createBreakMonitor(axis, { ...PLAIN, order: 3 }).judge(season(axis));
    expect(fit.coefficients).toHaveLength(6);
    expect(fit.outcome).toBe('no_break');
  });

  it('takes no more harmonics than places a year: order 3 has 3 parameters at 1.5 a year', () => {
    const slots = Float64Array.from({ length: 60 }, (_, i) => i);
    const axis = { timesYr: slots.map((i) => 2000 + i / 1.5), positions: slots, frequency: 1.5, startSlot: 42 };
    expect(createBreakMonitor(axis, { ...PLAIN, order: 3 }).judge(season(axis)).coefficients).toHaveLength(3);
  });
});

describe('a series that cannot be judged', () => {
  const axis = regular(184, 115);
  const drop = season(axis, { at: 120, by: -0.4 });
  const keep = (isKept: (slot: number) => boolean) => drop.map((value, slot) => (isKept(slot) ? value : Number.NaN));
  const later = (slot: number) => slot >= 115;

  it.each<[string, Float64Array, string, BreakSettings]>([
    ['no value at all', keep(() => false), 'too_few_observations', PLAIN],
    ['3 observations for 3 parameters', keep((slot) => later(slot) || slot % 40 === 0), 'too_few_observations', PLAIN],
    [
      '8 observations for 8 parameters',
      keep((slot) => later(slot) || (slot > 90 && slot < 99)),
      'too_few_observations',
      TEXTBOOK,
    ],
    [
      'the same 3 places of every year for 7 parameters',
      keep((slot) => later(slot) || slot % 23 < 3),
      'too_few_observations',
      { ...PLAIN, order: 3 },
    ],
    ['6 observations, window 1', keep((slot) => later(slot) || slot % 20 === 0), 'window_too_short', PLAIN],
    ['nothing to monitor', keep((slot) => !later(slot)), 'no_monitoring', PLAIN],
    ['a gap of 1.04 years in the history', keep((slot) => slot < 40 || slot >= 63), 'gap', PLAIN],
    ['a gap of 1.04 years in the monitoring period', keep((slot) => slot < 130 || slot >= 153), 'gap', PLAIN],
    ['a gap between history and monitoring', keep((slot) => slot < 100 || slot >= 123), 'gap', PLAIN],
    ['a constant history and a fall', axis.timesYr.map((_, i) => (i < 120 ? 0.7 : 0.1)), 'constant', PLAIN],
    ['a constant history of 0', axis.timesYr.map((_, i) => (i < 120 ? 0 : 0.1)), 'constant', PLAIN],
    [
      'a perfect line with a fall',
      axis.timesYr.map((_, i) => 0.1 + i / 1000 - (i < 120 ? 0 : 0.4)),
      'constant',
      TEXTBOOK,
    ],
    [
      'a perfect season with a fall',
      axis.timesYr.map((t, i) => 0.5 + 0.2 * Math.cos(2 * Math.PI * t) - (i < 120 ? 0 : 0.4)),
      'constant',
      PLAIN,
    ],
    [
      'an infinite value in the history',
      drop.map((value, i) => (i === 20 ? Number.POSITIVE_INFINITY : value)),
      'not_finite',
      PLAIN,
    ],
    [
      'an infinite value while monitored',
      drop.map((value, i) => (i === 160 ? Number.NEGATIVE_INFINITY : value)),
      'not_finite',
      PLAIN,
    ],
    ['values that overflow', drop.map((value) => value * 1e308), 'not_finite', PLAIN],
  ])('says so: %s is %s', (_, values, outcome, settings) => {
    for (const history of ['all', 'roc'] as const) {
      const fit = createBreakMonitor(axis, { ...settings, history }).judge(values);
      if (history === 'all') expect(fit.outcome).toBe(outcome);
      // A stable history may begin after a gap or be shorter; it may still not make a break of nothing.
      else if (outcome !== 'gap') expect(fit.outcome).not.toMatch(/break/);
    }
  });

  it.each<[string, Partial<TimeAxis>, string]>([
    ['times that go back', { timesYr: axis.timesYr.map((t, i) => (i === 30 ? t - 1 : t)) }, 'unsorted_dates'],
    ['a time that is no number', { timesYr: axis.timesYr.map((t, i) => (i === 30 ? Number.NaN : t)) }, 'not_finite'],
    ['a start before the first slot', { startSlot: 0 }, 'too_few_observations'],
    ['a start after the last slot', { startSlot: 184 }, 'no_monitoring'],
  ])('says so of an axis with %s', (_, part, outcome) => {
    expect(createBreakMonitor({ ...axis, ...part }, PLAIN).judge(drop)).toMatchObject({ outcome, breakSlot: -1 });
  });

  it('says so of 20 days on end for 8 parameters, which rounding alone tells apart', () => {
    const days = Float64Array.from({ length: 400 }, (_, i) => i);
    const daily = {
      timesYr: days.map((i) => 2000 + i / 365),
      positions: days.map((i) => i + 1),
      frequency: 365,
      startSlot: 300,
    };
    const values = season(daily, { at: 310, by: -0.4 }).map((value, i) => (i >= 280 ? value : Number.NaN));
    const fit = createBreakMonitor(daily, TEXTBOOK).judge(values);
    expect(fit).toMatchObject({ outcome: 'too_few_observations', historyCount: 20, breakSlot: -1 });
  });

  it('lets a gap of 1.04 years pass where the caller allows 2 years', () => {
    const values = keep((slot) => slot < 40 || slot >= 63);
    expect(createBreakMonitor(axis, PLAIN, 2).judge(values).outcome).toBe('break');
  });

  it('refuses a level of 0.06 and a window of 0.3, which have no critical value', () => {
    expect(() => createBreakMonitor(axis, { ...PLAIN, level: 0.06 })).toThrow(/0.001 to 0.05.*got 0.06/);
    expect(() => createBreakMonitor(axis, { ...PLAIN, h: 0.3 as 0.25 })).toThrow(/0.25, 0.5 or 1; got 0.3/);
  });
});
