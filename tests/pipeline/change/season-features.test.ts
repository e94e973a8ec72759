import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  computePercentiles,
  dryPercentile,
  fitSeasonWave,
  MISSING_NDVI,
  type NdviStack,
  seasonYearOf,
  slotsBySeasonYear,
  slotsInSeason,
  slotsOutOfSeason,
} from '../../../pipeline/change/season-features.ts';

const DRY = [11, 12, 1, 2];

/** Days every 16 days from 2001-01-01 on. */
function daysEvery16(count: number): string[] {
  return Array.from({ length: count }, (_, k) => new Date(Date.UTC(2001, 0, 1 + 16 * k)).toISOString().slice(0, 10));
}

/** A stack of series given pixel by pixel; null = missing. */
function stackOf(days: readonly string[], pixels: readonly (readonly (number | null)[])[]): NdviStack {
  const ndvi = new Int16Array(days.length * pixels.length);
  pixels.forEach((series, p) => {
    series.forEach((value, slot) => {
      ndvi[slot * pixels.length + p] = value ?? MISSING_NDVI;
    });
  });
  return { pixelCount: pixels.length, days, ndvi };
}

const allSlots = (days: readonly string[]) => days.map((_, slot) => slot);

function dayOfYear(day: string): number {
  return (Date.parse(day) - Date.parse(`${day.slice(0, 4)}-01-01`)) / 86_400_000 + 1;
}

describe('season-years', () => {
  it.each<[string, number[] | null, number]>([
    ['2004-11-20', DRY, 2005],
    ['2004-12-31', DRY, 2005],
    ['2005-01-01', DRY, 2005],
    ['2005-02-28', DRY, 2005],
    ['2004-12-31', null, 2004],
    ['2004-12-31', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 2004],
    ['2004-12-31', [11, 12], 2004],
    ['2004-12-31', [12, 1], 2005],
    ['2004-06-30', [6, 12, 1], 2004],
    ['2004-03-01', [3, 4], 2004],
  ])('puts %s of the season %j in %i', (day, months, year) => {
    expect(seasonYearOf(day, months)).toBe(year);
  });

  it('parts 6 days of a season across New Year into 3 season-years and leaves out what is not in season', () => {
    const days = ['2003-02-01', '2003-06-01', '2003-11-01', '2004-01-15', '2004-10-31', '2004-11-01'];
    expect(slotsBySeasonYear(days, DRY)).toEqual([
      { year: 2003, slots: [0] },
      { year: 2004, slots: [2, 3] },
      { year: 2005, slots: [5] },
    ]);
  });

  it('tells slots in and out of season in a period; a season of all months leaves all slots on both sides', () => {
    const days = ['2003-02-01', '2003-06-01', '2003-11-01', '2004-01-15'];
    const period = { start: '2003-06-01', end: '2004-01-15' };
    expect(slotsInSeason(days, DRY, period)).toEqual([2, 3]);
    expect(slotsOutOfSeason(days, DRY, period)).toEqual([1]);
    expect(slotsInSeason(days, null, period)).toEqual([1, 2, 3]);
    expect(slotsOutOfSeason(days, null, period)).toEqual([1, 2, 3]);
  });
});

describe('percentiles of the season', () => {
  it('takes the 3rd of 10 values as P25, the 1st as P10, the 5th as P50 and the 9th as P90', () => {
    const days = daysEvery16(10);
    const stack = stackOf(days, [[900, 100, 1000, 300, 500, 200, 700, 400, 600, 800]]);
    const found = computePercentiles(stack, allSlots(days), { pcts: [10, 25, 50, 90] });
    expect(found.map((column) => column[0])).toEqual([100, 300, 500, 900]);
  });

  it('is missing where fewer than minCount slots hold a value', () => {
    const days = daysEvery16(4);
    const stack = stackOf(days, [
      [null, null, null, null],
      [null, 5, null, 3],
      [1, 5, null, 3],
    ]);
    const [low] = computePercentiles(stack, allSlots(days), { pcts: [10], minCount: 3 });
    expect([...low!]).toEqual([MISSING_NDVI, MISSING_NDVI, 1]);
    expect([...dryPercentile(stack, [1, 3])]).toEqual([MISSING_NDVI, 3, 3]);
    expect([...dryPercentile(stack, [])]).toEqual([MISSING_NDVI, MISSING_NDVI, MISSING_NDVI]);
  });

  it('is the smallest value whose share of the observations reaches p, over any slots, gaps and pixel count', () => {
    const series = fc.array(fc.option(fc.integer({ min: -10_000, max: 10_000 }), { freq: 3 }), {
      minLength: 1,
      maxLength: 70,
    });
    fc.assert(
      fc.property(series, fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 600 }), (values, pct, pixels) => {
        const days = daysEvery16(values.length);
        const turned = (p: number) => values.map((_, k) => values[(k + p) % values.length]!);
        const stack = stackOf(
          days,
          Array.from({ length: pixels }, (_, p) => turned(p)),
        );
        const slots = allSlots(days).filter((slot) => slot % 3 !== 1);
        const [found] = computePercentiles(stack, slots, { pcts: [pct] });
        for (const p of [0, pixels - 1]) {
          const there = slots.map((slot) => turned(p)[slot]!).filter((value) => value !== null);
          const reaching = there.filter((v) => there.filter((w) => w <= v).length * 100 >= pct * there.length);
          expect(found![p]).toBe(there.length === 0 ? MISSING_NDVI : Math.min(...reaching));
        }
      }),
    );
  });
});

describe('the wave of the season', () => {
  it('finds amplitude 0.2500 and maximum on day 240 of a planted wave, whatever the gaps', () => {
    const days = daysEvery16(46);
    const wave = days.map((day) => Math.round(5000 + 2500 * Math.cos((2 * Math.PI * (dayOfYear(day) - 240)) / 365)));
    const stack = stackOf(days, [wave, wave.map((value, slot) => (slot % 3 === 0 ? null : value))]);
    const { amplitude, phase, count } = fitSeasonWave(stack, allSlots(days));
    expect([...amplitude]).toEqual([2500, 2500]);
    expect([...phase]).toEqual([240, 240]);
    expect([...count]).toEqual([46, 30]);
  });

  it.each([
    [1, 1],
    [365, 365],
    [366, 1],
  ])('puts a maximum on day %i of the wave at %i', (peak, expected) => {
    const days = daysEvery16(46);
    const wave = days.map((day) => Math.round(3000 + 1000 * Math.cos((2 * Math.PI * (dayOfYear(day) - peak)) / 365)));
    expect(fitSeasonWave(stackOf(days, [wave]), allSlots(days)).phase[0]).toBe(expected);
  });

  it('is missing with 5 observations, with 12 that all fall in two months, and has no phase where nothing moves', () => {
    const days = daysEvery16(46);
    const values = days.map((_, slot) => (slot * 37) % 100);
    const few = values.map((value, slot) => (slot % 9 === 0 && slot < 45 ? value : null));
    const bunched = values.map((value, slot) => (['01', '02'].includes(days[slot]!.slice(5, 7)) ? value : null));
    const still = values.map(() => 4000);
    const { amplitude, phase, count } = fitSeasonWave(stackOf(days, [few, bunched, still]), allSlots(days));
    expect([...count]).toEqual([5, bunched.filter((value) => value !== null).length, 46]);
    expect(count[1]).toBeGreaterThanOrEqual(6);
    expect([...amplitude]).toEqual([MISSING_NDVI, MISSING_NDVI, 0]);
    expect([...phase]).toEqual([0, 0, 0]);
  });

  it('agrees with normal equations solved by elimination to a rounding of 1e-4', () => {
    const days = daysEvery16(40);
    const value = fc.option(fc.integer({ min: -2000, max: 9500 }), { freq: 2 });
    fc.assert(
      fc.property(fc.array(value, { minLength: 40, maxLength: 40 }), (values) => {
        const { amplitude, count } = fitSeasonWave(stackOf(days, [values]), allSlots(days));
        expect(count[0]).toBe(values.filter((v) => v !== null).length);
        if (amplitude[0] === MISSING_NDVI) return;
        const rows = values.flatMap((v, slot) => {
          const angle = (2 * Math.PI * (dayOfYear(days[slot]!) - 1)) / 365;
          return v === null ? [] : [[1, Math.cos(angle), Math.sin(angle), v]];
        });
        const [, a, b] = solve(rows);
        expect(Math.abs(Math.hypot(a!, b!) - amplitude[0]!)).toBeLessThanOrEqual(0.5 + 1e-6);
      }),
    );
  });
});

/** Least squares of the last column on the others: Gauss–Jordan with pivots on the normal equations. */
function solve(rows: readonly number[][]): number[] {
  const p = rows[0]!.length - 1;
  const m = Array.from({ length: p }, (_, j) =>
    Array.from({ length: p + 1 }, (_, k) => rows.reduce((sum, row) => sum + row[j]! * row[k]!, 0)),
  );
  for (let j = 0; j < p; j += 1) {
    const pivot = m.findIndex(
      (row, k) => k >= j && Math.abs(row[j]!) === Math.max(...m.slice(j).map((r) => Math.abs(r[j]!))),
    );
    [m[j], m[pivot]] = [m[pivot]!, m[j]!];
    const lead = m[j]![j]!;
    m[j] = m[j]!.map((v) => v / lead);
    for (let k = 0; k < p; k += 1) {
      const factor = k === j ? 0 : m[k]![j]!;
      m[k] = m[k]!.map((v, c) => v - factor * m[j]![c]!);
    }
  }
  return m.map((row) => row[p]!);
}
