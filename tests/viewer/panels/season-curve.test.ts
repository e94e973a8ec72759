import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalYear } from '../../../pipeline/change/decimal-year.ts';
import type { SeriesRow } from '../../../shared/change.ts';
import { seasonCurve } from '../../../viewer/panels/season-curve.ts';

const DAY_MS = 86_400_000;
const START = Date.UTC(2015, 0, 3);
/** As the run counts: 29 February is the 1st of March. */
const yearAt = (timeMs: number) => decimalYear(new Date(timeMs).toISOString().slice(0, 10));
const round7 = (value: number) => Number(value.toFixed(7));

function rowAt(dayNumber: number, season: number | null, halfWidth = 0.1): SeriesRow {
  return {
    parcelId: 'P',
    datetime: new Date(START + dayNumber * DAY_MS).toISOString(),
    sceneId: `S-${dayNumber}`,
    ndviMean: 0.5,
    nbrMean: null,
    state: 'used',
    seasonNdvi: season,
    seasonLow: season === null ? null : round7(season - halfWidth),
    seasonHigh: season === null ? null : round7(season + halfWidth),
    controlNdvi: null,
    controlLow: null,
    controlHigh: null,
    controlCount: 0,
  };
}

describe('the season as a line', () => {
  const factor = fc.double({ min: -0.3, max: 0.3, noNaN: true });
  const model = fc.record({
    level: factor,
    trend: fc.option(fc.double({ min: -0.02, max: 0.02, noNaN: true })),
    waves: fc.array(fc.tuple(factor, factor), { minLength: 1, maxLength: 3 }),
    days: fc.uniqueArray(fc.nat(1800), { minLength: 30, maxLength: 90 }),
  });

  it('is that of the fit on every day between, for 200 random seasons of 1 to 3 waves known on 30 to 90 days', () => {
    fc.assert(
      fc.property(model, ({ level, trend, waves, days }) => {
        const at = (timeMs: number) => {
          const year = yearAt(timeMs);
          const sum = waves.reduce((total, [cos, sin], k) => {
            const angle = 2 * Math.PI * (k + 1) * year;
            return total + cos * Math.cos(angle) + sin * Math.sin(angle);
          }, level);
          return sum + (trend ?? 0) * (year - 2017);
        };
        const ordered = days.toSorted((a, b) => a - b);
        const curve = seasonCurve(ordered.map((day) => rowAt(day, round7(at(START + day * DAY_MS)))));
        const ends = [curve[0]!.timeMs, curve.at(-1)!.timeMs];
        expect(ends).toEqual([START + ordered[0]! * DAY_MS, START + ordered.at(-1)! * DAY_MS]);
        for (const { timeMs, ndvi, low, high } of curve) {
          expect(Math.abs(ndvi - at(timeMs))).toBeLessThan(2e-4);
          expect(high - low).toBeCloseTo(0.2, 5);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('joins the rows themselves where no model goes through all of them, and with fewer rows than it needs', () => {
    const odd = Array.from({ length: 40 }, (_, i) => rowAt(i * 16, i === 20 ? 0.9 : 0.5));
    expect(seasonCurve(odd).map(({ ndvi }) => ndvi)).toEqual(odd.map(({ seasonNdvi }) => seasonNdvi));
    expect(seasonCurve([rowAt(0, 0.4), rowAt(10, null), rowAt(20, 0.6)]).map(({ ndvi }) => ndvi)).toEqual([0.4, 0.6]);
  });

  it('is not there without a fit', () => {
    expect(seasonCurve([])).toEqual([]);
    expect(seasonCurve([rowAt(0, null), rowAt(10, null)])).toEqual([]);
  });
});
