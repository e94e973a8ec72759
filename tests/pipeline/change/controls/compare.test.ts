import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CONTROL_DEFAULTS,
  type ControlInput,
  compareWithControls,
} from '../../../../pipeline/change/controls/compare.ts';
import type { NamedSeries } from '../../../../pipeline/change/controls/series-table.ts';
import { SPLIT_YR, simulateLandscape } from './simulated-landscape.ts';

const SETTINGS = { seed: 1, ...CONTROL_DEFAULTS };
/** Ten dates a year from 2018 to 2023. */
const TIMES = Array.from({ length: 60 }, (_, i) => 2018.05 + i / 10);

/** What all areas share: a season of 0.2 and haze of up to 0.12 that no season explains. */
function shared(t: number, key: number): number {
  return 0.2 * Math.cos(2 * Math.PI * t) - ((key * 7919) % 13) / 100;
}

function area(id: string, value: (t: number) => number, isKept: (key: number) => boolean = () => true): NamedSeries {
  const keys = [...TIMES.keys()].filter(isKept);
  const days = Float64Array.from(keys, (key) => TIMES[key]!);
  const values = Float64Array.from(keys, (key) => value(TIMES[key]!) + shared(TIMES[key]!, key));
  return { id, series: { days, values, keys } };
}

/** Donors at levels from 0.40 up in steps of 0.001. */
function flatDonors(count: number): NamedSeries[] {
  return Array.from({ length: count }, (_, i) => area(`d${String(i).padStart(3, '0')}`, () => 0.4 + i / 1000));
}

function compare(input: Partial<ControlInput>) {
  return compareWithControls({ parcels: [], donors: flatDonors(60), settings: SETTINGS, splitYr: SPLIT_YR, ...input });
}

describe('parcels against control areas', () => {
  it('finds a step of 0.1 exactly, whatever season and haze all share', () => {
    const stepped = area('p', (t) => 0.42 + (t < SPLIT_YR ? 0 : 0.1));
    const found = compare({ parcels: [stepped] }).perParcel.get('p')!;
    expect(found.controlCount).toBe(5);
    expect(found.controlDid).toBeCloseTo(0.1, 12);
    expect(found.controlDidLow).toBeGreaterThan(0.0999);
    expect(found.controlDidHigh).toBeLessThan(0.1001);
    expect(found.reason).toBe('');
  });

  it('finds growth of 0.02 a year exactly, and nothing on an unchanged parcel', () => {
    const end = TIMES[29]!;
    const parcels = [area('grown', (t) => 0.43 + 0.02 * Math.max(0, t - end)), area('same', () => 0.44)];
    const { perParcel } = compare({ parcels });
    expect(perParcel.get('grown')!.controlSlope).toBeCloseTo(0.02, 12);
    expect(perParcel.get('grown')!.controlZ).toBeGreaterThan(1.96);
    expect(perParcel.get('same')!.controlDid).toBeCloseTo(0, 12);
    expect(Math.abs(perParcel.get('same')!.controlZ!)).toBeLessThan(1.96);
  });

  it('is matched with the 5 donors of the closest level, closest first, with weights exp(−d) / Σ exp(−d)', () => {
    const { controls, method } = compare({ parcels: [area('p', () => 0.4203)] });
    expect(controls.map(({ controlId }) => controlId)).toEqual(['d020', 'd021', 'd019', 'd022', 'd018']);
    const raw = controls.map(({ distance }) => Math.exp(-distance));
    const total = raw.reduce((a, b) => a + b);
    controls.forEach(({ weight }, i) => {
      expect(weight).toBeCloseTo(raw[i]! / total, 14);
    });
    // 60 levels 0.001 apart: sd = 0.001 · sqrt((60² − 1) / 12 · 60 / 59) = 0.0174642; both halves are 0.0003 off.
    expect(controls[0]!.distance).toBeCloseTo((Math.SQRT2 * 0.0003) / 0.0174642492, 6);
    const seen = TIMES.slice(0, 15).reduce((sum, t, key) => sum + shared(t, key), 0) / 15;
    expect(controls[0]!.pastNdvi).toBeCloseTo(0.42 + seen, 12);
    expect(method).toMatchObject({ matching: 'optimal', mostUses: 1, matchedParcels: 1 });
  });

  it('shows the balance: parcels at 0.40 against a pool about 0.4295 are 2.4 sd apart before, 0.16 after matching', () => {
    const parcels = [0, 1].map((i) => area(`p${i}`, () => 0.4 + i / 1000));
    const { balance, controls } = compare({ parcels });
    // sd: root of the mean of the variances 0.0174642² (donors) and 0.000707107² (parcels).
    const sd = Math.sqrt((0.0174642492 ** 2 + 0.000707106781 ** 2) / 2);
    expect(balance.map(({ covariate }) => covariate)).toEqual(['past_ndvi', 'recent_ndvi', 'past_slope']);
    expect(balance[0]!.smdPool).toBeCloseTo((0.4005 - 0.4295) / sd, 6);
    const after = ['p0', 'p1'].map((id, i) =>
      controls
        .filter(({ parcelId }) => parcelId === id)
        .reduce((sum, c) => sum + c.weight * (i / 1000 - Number(c.controlId.slice(1)) / 1000), 0),
    );
    expect(balance[0]!.smdMatched).toBeCloseTo((after[0]! + after[1]!) / 2 / sd, 6);
    expect(balance[0]!.isWithin).toBe(Math.abs(balance[0]!.smdMatched) <= 0.25);
  });

  it('matches without replacement while it can: 12 parcels × 5 on 60 donors use each once, 13 use 5 of them twice', () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => area(`p${i}`, () => 0.43 + i / 1e5));
    const settings = { ...SETTINGS, maxDistance: 100 };
    expect(compare({ parcels: many(12), settings }).method.mostUses).toBe(1);
    const more = compare({ parcels: many(13), settings });
    expect(more.method.mostUses).toBe(2);
    const uses = new Map<string, number>();
    for (const { controlId } of more.controls) uses.set(controlId, (uses.get(controlId) ?? 0) + 1);
    expect([...uses.values()].filter((count) => count === 2)).toHaveLength(5);
  });

  it.each<[string, Partial<ControlInput>, string]>([
    ['no donors', { donors: [] }, 'no control areas: no ground outside the parcels was left for them'],
    [
      'a level 0.1 above every donor',
      { parcels: [area('p', () => 0.6)] },
      'no control areas: 0 resemble it in the baseline (distance at most 1), 5 needed; from the closest it differs most in its past NDVI (+0.141)',
    ],
    [
      'no observation in the baseline',
      {
        parcels: [
          area(
            'p',
            () => 0.42,
            (key) => key > 30,
          ),
        ],
      },
      'no control areas: no clear observations in the baseline',
    ],
    [
      '2 monitored observations',
      {
        parcels: [
          area(
            'p',
            () => 0.42,
            (key) => key < 32,
          ),
        ],
      },
      'no control areas: 2 clear observations in the monitored period, 3 needed',
    ],
    [
      '6 observations in the baseline',
      {
        parcels: [
          area(
            'p',
            () => 0.42,
            (key) => key % 5 === 0 || key >= 30,
          ),
        ],
      },
      'no control areas: 0 of them share enough clear dates with it, 5 needed',
    ],
    ['a split after 5 months', { splitYr: 2018.5 }, 'no control areas: the baseline spans less than a year'],
  ])('says why there is no figure with %s', (_, input, reason) => {
    const { perParcel, controls } = compare({ parcels: [area('p', () => 0.42)], ...input });
    expect(perParcel.get('p')).toMatchObject({ reason, controlCount: 0, controlDid: null, controlZ: null });
    expect(controls).toEqual([]);
  });

  it('gives a figure without an interval where 5 donors leave no placebo', () => {
    const found = compare({
      parcels: [area('p', () => 0.402)],
      donors: flatDonors(5),
      settings: { ...SETTINGS, maxDistance: 9 },
    });
    expect(found.perParcel.get('p')).toMatchObject({
      controlCount: 5,
      controlDidLow: null,
      controlZ: null,
      reason: 'no interval: fewer than 5 untreated areas to learn it from',
    });
    expect(found.perParcel.get('p')!.controlDid).toBeCloseTo(0, 12);
  });

  it('gives the chart weighted mean, least, greatest and number on dates with at least 3 of 5 control areas', () => {
    // On date 40 only two of the five closest are seen, on date 41 three.
    const donors = flatDonors(60).map((donor, i) =>
      area(
        donor.id,
        () => 0.4 + i / 1000,
        (key) => !(key === 40 && i > 19 && i < 23) && !(key === 41 && i > 20 && i < 23),
      ),
    );
    const found = compare({ parcels: [area('p', () => 0.4203)], donors });
    const { dates } = found.perParcel.get('p')!;
    expect([...dates.keys]).toEqual([...TIMES.keys()].filter((key) => key !== 40));
    const at41 = dates.keys.indexOf(41);
    expect(dates.counts[at41]).toBe(3);
    expect(dates.counts[0]).toBe(5);
    expect(dates.lows[0]).toBeCloseTo(0.418 + shared(TIMES[0]!, 0), 12);
    expect(dates.highs[0]).toBeCloseTo(0.422 + shared(TIMES[0]!, 0), 12);
    const mean = found.controls.reduce((sum, c) => sum + c.weight * (0.4 + Number(c.controlId.slice(1)) / 1000), 0);
    expect(dates.means[0]).toBeCloseTo(mean + shared(TIMES[0]!, 0), 12);
    // A control area that is hidden on a date shifts nothing.
    expect(found.perParcel.get('p')!.controlDid).toBeCloseTo(0, 12);
  });

  it('gives the same bytes for any order of parcels and donors, optimal and greedy', () => {
    const { parcels, donors } = simulateLandscape({ seed: 5, parcels: 12, donors: 80 });
    for (const optimalUpTo of [0, 2000]) {
      const run = (p: readonly NamedSeries[], d: readonly NamedSeries[]) => {
        const { perParcel, ...rest } = compare({ parcels: p, donors: d, settings: { ...SETTINGS, optimalUpTo } });
        return JSON.stringify([[...perParcel], rest]);
      };
      const expected = run(parcels, donors);
      fc.assert(
        fc.property(
          fc.shuffledSubarray(parcels, { minLength: parcels.length }),
          fc.shuffledSubarray(donors, { minLength: donors.length }),
          (p, d) => run(p, d) === expected,
        ),
        { numRuns: 8 },
      );
    }
  });
});
