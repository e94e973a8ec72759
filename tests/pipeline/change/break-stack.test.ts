import { describe, expect, it } from 'vitest';
import { BREAK_OUTCOMES, createBreakMonitor } from '../../../pipeline/change/break-monitor.ts';
import { createBreakLayers, judgeStack } from '../../../pipeline/change/break-stack.ts';
import { decimalYear, isDay } from '../../../pipeline/change/decimal-year.ts';
import { benchAxis, DATES, fillStack, NODATA } from '../../../scripts/bench/breaks-stack.ts';

const pixelCount = 75;
const values = new Int16Array(DATES * pixelCount);
fillStack(values, pixelCount);
// One pixel without a value, one that does not vary.
for (let slot = 0; slot < DATES; slot += 1) {
  values[slot * pixelCount + 40] = NODATA;
  values[slot * pixelCount + 41] = 7000;
}
const stack = { values, slotCount: DATES, pixelCount, nodata: NODATA, scale: 1e-4 };
const monitor = createBreakMonitor(benchAxis(), { order: 3, trend: true, history: 'roc', h: 0.25, level: 0.05 });

describe('the break monitor over a stack', () => {
  it('says of each of 75 pixels, in tiles of 32, what it says of the pixel alone', () => {
    const layers = createBreakLayers(pixelCount);
    judgeStack(monitor, stack, { layers, from: 0, to: pixelCount });
    for (let pixel = 0; pixel < pixelCount; pixel += 1) {
      const series = Float64Array.from({ length: DATES }, (_, slot) => {
        const stored = values[slot * pixelCount + pixel]!;
        return stored === NODATA ? Number.NaN : stored * 1e-4;
      });
      const fit = monitor.judge(series);
      expect(BREAK_OUTCOMES[layers.outcome[pixel]!]).toBe(fit.outcome);
      expect(layers.breakSlot[pixel]).toBe(fit.breakSlot);
      expect(layers.historyCount[pixel]).toBe(fit.historyCount);
      expect(layers.observationCount[pixel]).toBe(series.filter((value) => !Number.isNaN(value)).length);
      expect(layers.magnitude[pixel]).toBe(Math.fround(fit.magnitude));
    }
    expect(BREAK_OUTCOMES[layers.outcome[40]!]).toBe('too_few_observations');
    expect(BREAK_OUTCOMES[layers.outcome[41]!]).toBe('constant');
    expect([...layers.breakSlot].filter((slot) => slot >= 0).length).toBeGreaterThan(10);
  });

  it('writes the pixels 10 to 49 of the layers only', () => {
    const layers = createBreakLayers(pixelCount);
    layers.outcome.fill(255);
    judgeStack(monitor, stack, { layers, from: 10, to: 50 });
    expect([...layers.outcome.keys()].filter((pixel) => layers.outcome[pixel] !== 255)).toEqual(
      Array.from({ length: 40 }, (_, i) => 10 + i),
    );
  });
});

describe('decimal years of days', () => {
  it.each([
    ['2001-01-01', 2001],
    ['2001-03-01', 2001 + 59 / 365],
    ['2004-02-28', 2004 + 58 / 365],
    ['2004-02-29', 2004 + 59 / 365],
    ['2004-03-01', 2004 + 59 / 365],
    ['2004-12-31', 2004 + 364 / 365],
  ])('are those of R’s bfastts: %s is %f', (day, timeYr) => {
    expect(decimalYear(day)).toBe(timeYr);
  });

  it.each([
    ['2004-02-29', true],
    ['2003-02-29', false],
    ['2003-2-01', false],
    ['2003-13-01', false],
    ['20030101', false],
  ])('are of days of the calendar: %s is %s', (day, is) => {
    expect(isDay(day)).toBe(is);
  });
});
