import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distanceTo } from '../../../pipeline/suggest/distance.ts';
import { ratePotential, trendPerYear } from '../../../pipeline/suggest/potential.ts';
import { sieveMask, smoothMask } from '../../../pipeline/suggest/tidy-mask.ts';

describe('distance to trees', () => {
  it('is that of the nearest pixel, tried against all pixels', () => {
    const image = fc.array(fc.boolean(), { minLength: 63, maxLength: 63 });
    fc.assert(
      fc.property(image, (pixels) => {
        const seeds = Uint8Array.from(pixels, Number);
        const found = distanceTo(seeds, { widthPx: 9, heightPx: 7 }, { widthM: 10, heightM: 12 });
        found.forEach((distance, i) => {
          let nearest = Number.POSITIVE_INFINITY;
          seeds.forEach((seed, j) => {
            const dx = 10 * ((i % 9) - (j % 9));
            const dy = 12 * (Math.floor(i / 9) - Math.floor(j / 9));
            if (seed === 1) nearest = Math.min(nearest, Math.hypot(dx, dy));
          });
          if (nearest === Number.POSITIVE_INFINITY) expect(distance).toBe(nearest);
          else expect(distance).toBeCloseTo(nearest, 3);
        });
      }),
    );
  });
});

describe('potential', () => {
  const limits = { woodedPct: 30, maxSlopePct: 30 };
  const site = { coverPct: 15, treesM: 0, regrowthPctPerYear: 1.5, slopePct: 15, compactness: 0.6 };

  it('for regeneration is 0.5 · 1 + 0.3 · 0.5 + 0.2 · 0.5 = 0.75 beside trees, with half of cover and regrowth', () => {
    expect(ratePotential(site, limits).passive).toBeCloseTo(0.75, 12);
  });

  it('for planting there is 0.4 · 0.5 + 0.3 · 0 + 0.15 · 0.5 + 0.15 · 0.6 = 0.365, without elevation 0.29/0.85', () => {
    expect(ratePotential(site, limits).planting).toBeCloseTo(0.365, 12);
    expect(ratePotential({ ...site, slopePct: null }, limits).planting).toBeCloseTo(0.29 / 0.85, 12);
  });

  it('of closeness falls to 1/e at 100 m and is 0 without any trees', () => {
    expect(ratePotential({ ...site, treesM: 100 }, limits).parts.closeness).toBeCloseTo(Math.exp(-1), 12);
    expect(ratePotential({ ...site, treesM: null }, limits).parts.closeness).toBe(0);
  });

  it('and its parts stay between 0 and 1 whatever the figures', () => {
    const wide = fc.double({ min: -1e4, max: 1e4, noNaN: true });
    const given = fc.record({
      coverPct: wide,
      regrowthPctPerYear: wide,
      compactness: wide,
      treesM: fc.option(fc.double({ min: 0, max: 1e5, noNaN: true })),
      slopePct: fc.option(fc.double({ min: 0, max: 1e3, noNaN: true })),
    });
    fc.assert(
      fc.property(given, (figures) => {
        const { passive, planting, parts } = ratePotential(figures, limits);
        for (const value of [passive, planting, ...Object.values(parts)]) {
          expect(value ?? 0).toBeGreaterThanOrEqual(0);
          expect(value ?? 0).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('takes the trend of most pairs of years: 2 points a year through one burnt year, 1 through a gap', () => {
    expect(trendPerYear([2019, 2020, 2021, 2022, 2023], [10, 12, 1, 16, 18])).toBe(2);
    expect(trendPerYear([2019, 2020, 2021], [10, Number.NaN, 12])).toBe(1);
    expect(trendPerYear([2019], [10])).toBe(0);
  });
});

describe('a tidy mask', () => {
  const size = { widthPx: 5, heightPx: 5 };
  const picture = (text: string) => Uint8Array.from(text.replaceAll(/\s/g, ''), Number);
  const all = new Uint8Array(25).fill(1);

  it('loses spots and gaps of fewer than 2 pixels, but no gap that is barred', () => {
    const given = picture('10000 00111 00101 00111 00000');
    expect(sieveMask(given, all, size, 2)).toEqual(picture('00000 00111 00111 00111 00000'));
    const barred = all.slice();
    barred[13] = 0;
    expect(sieveMask(given, barred, size, 2)).toEqual(picture('00000 00111 00101 00111 00000'));
  });

  it('takes what 5 of 9 pixels are, and nothing where it is barred', () => {
    const given = picture('11111 11011 11111 00000 00000');
    const barred = all.slice();
    barred[0] = 0;
    expect(smoothMask(given, barred, size)).toEqual(picture('01110 11111 01110 00000 00000'));
  });
});
