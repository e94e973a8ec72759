import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BreakFit, type BreakSettings, createBreakMonitor } from '../../../pipeline/change/break-monitor.ts';
import { cusumCriticalValue, monitoringCriticalValue } from '../../../pipeline/change/critical-values.ts';
import { mulberry32 } from '../../../scripts/demo/random.ts';
import { monitorPlainly } from './independent-monitor.ts';

const settingsOf = fc.record({
  order: fc.constantFrom(1, 2, 3),
  trend: fc.boolean(),
  history: fc.constantFrom('all', 'roc'),
  h: fc.constantFrom(0.25, 0.5, 1),
  level: fc.constantFrom(0.01, 0.05),
}) as fc.Arbitrary<BreakSettings>;

/** A season with noise, gaps at random and one step somewhere, 23 places a year from place `first` on. */
const seriesOf = fc
  .record({
    seed: fc.nat(),
    slotCount: fc.integer({ min: 120, max: 260 }),
    missing: fc.double({ min: 0, max: 0.5, noNaN: true }),
    step: fc.double({ min: -0.3, max: 0.3, noNaN: true }),
    first: fc.integer({ min: 0, max: 100_000 }),
  })
  .map(({ seed, slotCount, missing, step, first }) => {
    const random = mulberry32(seed);
    const slots = Float64Array.from({ length: slotCount }, (_, i) => i);
    const axis = {
      timesYr: slots.map((i) => 1990 + i / 23),
      positions: slots.map((i) => i + first),
      frequency: 23,
      startSlot: Math.round(slotCount * 0.7),
    };
    const stepAt = Math.floor(random() * slotCount);
    const values = axis.timesYr.map((t, i) => {
      const value = 0.5 + 0.2 * Math.sin(2 * Math.PI * t) + 0.1 * (random() + random() - 1) + (i >= stepAt ? step : 0);
      return random() < missing ? Number.NaN : value;
    });
    return { axis, values };
  });

const isJudged = ({ outcome }: BreakFit) => outcome === 'break' || outcome === 'no_break';

describe('properties of the break monitor', () => {
  it('agrees with a second program, by reflections and from definitions, to 1e-9, whatever the integers of the trend', () => {
    fc.assert(
      fc.property(seriesOf, settingsOf, ({ axis, values }, settings) => {
        const fit = createBreakMonitor(axis, settings).judge(values);
        fc.pre(isJudged(fit));
        const plain = monitorPlainly({
          ...settings,
          timesYr: [...axis.timesYr],
          positions: [...axis.positions],
          values: [...values],
          startSlot: axis.startSlot,
          critical: monitoringCriticalValue(settings.h, settings.level),
          lambda: cusumCriticalValue(settings.level),
        });
        expect(fit).toMatchObject({
          historyStartSlot: plain.historyStartSlot,
          historyCount: plain.historyCount,
          breakSlot: plain.breakSlot,
        });
        expect(Math.abs(fit.sigma - plain.sigma)).toBeLessThan(1e-9);
        expect(Math.abs(fit.magnitude - plain.magnitude)).toBeLessThan(1e-9);
      }),
      { numRuns: 150 },
    );
  });

  it('finds the same break in a + b·y, its magnitude and sigma times b and |b|', () => {
    const factor = fc.oneof(
      fc.double({ min: 1e-3, max: 1e4, noNaN: true }),
      fc.double({ min: -1e4, max: -1e-3, noNaN: true }),
    );
    fc.assert(
      fc.property(
        seriesOf,
        settingsOf,
        fc.double({ min: -1, max: 1, noNaN: true }),
        factor,
        (series, settings, a, b) => {
          const monitor = createBreakMonitor(series.axis, settings);
          const before = { ...monitor.judge(series.values) };
          const after = monitor.judge(series.values.map((value) => b * (a + value)));
          expect(after.outcome).toBe(before.outcome);
          expect(after.breakSlot).toBe(before.breakSlot);
          expect(after.historyStartSlot).toBe(before.historyStartSlot);
          if (!isJudged(before)) return;
          expect(after.magnitude / b).toBeCloseTo(before.magnitude, 9);
          expect(after.sigma / Math.abs(b)).toBeCloseTo(before.sigma, 9);
        },
      ),
    );
  });

  it('finds the same without the slots that have no value', () => {
    fc.assert(
      fc.property(seriesOf, settingsOf, ({ axis, values }, settings) => {
        const whole = createBreakMonitor(axis, settings).judge(values);
        const slots = [...values.keys()].filter((slot) => !Number.isNaN(values[slot]));
        const pick = (from: Float64Array) => Float64Array.from(slots, (slot) => from[slot]!);
        const startSlot = slots.filter((slot) => slot < axis.startSlot).length;
        const short = { timesYr: pick(axis.timesYr), positions: pick(axis.positions), frequency: 23, startSlot };
        const dense = createBreakMonitor(short, settings).judge(pick(values));
        expect(dense.outcome).toBe(whole.outcome);
        expect(dense.historyCount).toBe(whole.historyCount);
        expect(slots[dense.breakSlot] ?? -1).toBe(whole.breakSlot);
        if (isJudged(whole)) expect(dense.magnitude).toBeCloseTo(whole.magnitude, 10);
      }),
    );
  });

  it('says of a series the same whatever series came before', () => {
    fc.assert(
      fc.property(seriesOf, settingsOf, fc.nat(), ({ axis, values }, settings, seed) => {
        const random = mulberry32(seed);
        const monitor = createBreakMonitor(axis, settings);
        const before = structuredClone(monitor.judge(values));
        monitor.judge(values.map(() => (random() < 0.3 ? Number.NaN : random())));
        expect(monitor.judge(values)).toEqual(before);
      }),
      { numRuns: 50 },
    );
  });
});
