import { describe, expect, it } from 'vitest';
import { checkEligibility, findExceptions, type JudgedParcels } from '../../../scripts/demo/check-eligibility.ts';
import { checkSuggest, scoreSuggestions } from '../../../scripts/demo/check-suggest.ts';
import { nowOf } from '../../../scripts/demo/eligibility.ts';
import { makeFrame, type Point } from '../../../scripts/demo/frame.ts';
import type { Truth } from '../../../scripts/demo/make.ts';
import type { DemoParcel } from '../../../scripts/demo/parcels.ts';
import { mulberry32 } from '../../../scripts/demo/random.ts';
import { drawRegion } from '../../../scripts/demo/region.ts';
import { readSettings } from '../../../scripts/demo/settings.ts';

const settings = readSettings('data/demo/settings.json');
const box = (c0: number, r0: number, c1: number, r1: number): Point[][] => [
  [
    [c0, r0],
    [c1, r0],
    [c1, r1],
    [c0, r1],
    [c0, r0],
  ],
];

describe('the score of suggestions', () => {
  // 10 × 10 pixels of 0.01 ha; columns 0 to 4 are suitable, the region is all but the last row, a parcel takes 2 × 2.
  const truth = {
    sizePx: 10,
    pixelM: 10,
    suitability: Uint8Array.from({ length: 100 }, (_, i) => (i % 10 < 3 ? 1 : i % 10 < 5 ? 2 : 3)),
    region: box(0, 0, 10, 9),
    parcels: [box(0, 0, 2, 2)],
  };

  it('finds 5 · 9 − 4 = 41 suitable pixels, and of 4 × 9 suggested ones 3 · 7 + 2 = … 32 suitable', () => {
    const score = scoreSuggestions(truth, [box(1, 0, 5, 9)]);
    expect(score.suitableHa).toBeCloseTo(0.41, 9);
    expect(score.suggestedHa).toBeCloseTo(0.36, 9);
    // 36 pixels, of which 2 lie in the parcel.
    expect(score.coveredHa).toBeCloseTo(0.34, 9);
    expect(score.outsideHa).toBeCloseTo(0.02, 9);
  });

  it('counts half pixels, what lies outside the region, and what is wooded', () => {
    const score = scoreSuggestions(truth, [box(4.5, 8, 5.5, 10)]);
    expect(score.coveredHa).toBeCloseTo(0.005, 9);
    expect(score.outsideHa).toBeCloseTo(0.015, 9);
  });

  it('holds from 80 % covered and up to 10 % outside', () => {
    const judge = (coveredHa: number, outsideHa: number) =>
      checkSuggest({ suitableHa: 10, suggestedHa: 10, coveredHa, outsideHa }).map(({ holds }) => holds);
    expect([judge(8, 1), judge(7.99, 1.01)]).toEqual([
      [true, true],
      [false, false],
    ]);
  });
});

describe('the check of eligibility', () => {
  const rule = (mostPct: number | null, pct: number, nearPct = 0) => ({
    ...{ rule: 'tree-cover-now', light: mostPct !== null && pct > mostPct ? ('fail' as const) : ('pass' as const) },
    ...{ pct, mostPct, nearPct },
  });
  const truthOf = (kind: string, ...rules: ReturnType<typeof rule>[]) =>
    ({ parcels: [{ id: 'P', kind, eligibility: { light: 'pass', rules } }] }) as unknown as Truth;
  const judgedAs = (light: string, ha: number, unknownHa: number): JudgedParcels => ({
    parcels: [
      {
        id: 'P',
        eligibility: {
          light,
          parcelHa: 10,
          rules: [{ rule: 'tree-cover-now', light, evidence: [{ layer: 'cover', date: '2022', ha, unknownHa }] }],
        },
      },
    ],
  });

  it.each([
    ['no exception where the lights agree', 'regrowth', rule(50, 30), judgedAs('pass', 3, 0), []],
    [
      'a cloudy parcel that says so',
      'cloudy',
      rule(50, 90),
      judgedAs('more-information', 0, 10),
      ['no clear view of 100 %'],
    ],
    ['the same of a parcel that is not cloudy', 'burnt', rule(50, 90), judgedAs('more-information', 0, 10), [null]],
    [
      '53 true and 32 measured with 76 % near the threshold',
      'regrowth',
      rule(50, 53, 76),
      judgedAs('pass', 3.2, 0),
      ['32 % measured'],
    ],
    ['53 true and 32 measured with 5 % near', 'regrowth', rule(50, 53, 5), judgedAs('pass', 3.2, 0), [null]],
    ['a rule without a threshold that fails', 'regrowth', rule(null, 90, 50), judgedAs('fail', 9, 0), [null]],
    ['a parcel that is missing', 'regrowth', rule(50, 30), { parcels: [] }, [null]],
  ] as const)('has %s', (_, kind, wanted, judged, why) => {
    const found = findExceptions(truthOf(kind, wanted), judged);
    expect(found.map((each) => each.why?.slice(0, 13) ?? null)).toEqual(
      why.map((words) => words?.slice(0, 13) ?? null),
    );
    const held = checkEligibility(truthOf(kind, wanted), judged).at(-1)!.holds;
    expect(held).toBe(judged.parcels.length > 0 && !(why as readonly (string | null)[]).includes(null));
  });

  const cover = (unknownHa: number, ha = 0) => ({ layer: 'cover', date: '2022', ha, unknownHa });
  const coverThen = (unknownHa: number) => ({ layer: 'cover then', date: '2011', ha: 0, unknownHa });
  const other = (unknownHa: number) => ({ layer: 'land cover', date: '2018', ha: 0, unknownHa });
  const coverRule = (unknownHa: number) => ({
    rule: 'tree-cover-now',
    light: 'more-information',
    evidence: [cover(unknownHa)],
  });

  it.each([
    ['clearing whose gap is that of the cover now', 'no-clearing', 5, [coverThen(10), cover(10)], 10, true],
    ['clearing whose gap is in the layer before', 'no-clearing', 5, [coverThen(10), cover(10)], 0, false],
    ['clearing whose layers have two gaps', 'no-clearing', 5, [coverThen(4), cover(10)], 10, false],
    ['clearing of another layer at the end', 'no-clearing', 5, [cover(10), coverThen(10)], 10, false],
    ['water, which no cloud hides', 'water', 5, [other(10)], 10, false],
    ['water said to rest on the cover', 'water', 5, [cover(10)], 10, false],
    [
      'clearing with 0.9 ha unknown, which could not change it',
      'no-clearing',
      5,
      [coverThen(0.9), cover(0.9)],
      0.9,
      false,
    ],
    ['clearing that is true for more than was left open', 'no-clearing', 60, [coverThen(5), cover(5)], 5, false],
    ['clearing that has been measured already', 'no-clearing', 20, [coverThen(5), cover(5, 2)], 5, false],
  ] as const)(
    'takes clouds for a reason only of a gap in the cover now: %s',
    (_, name, pct, evidence, gap, isExplained) => {
      const light = pct > 10 ? 'fail' : 'pass';
      const rules = [{ rule: name, light, pct, mostPct: 10, nearPct: 0 }];
      const truth = { parcels: [{ id: 'P', kind: 'cloudy', eligibility: { light, rules } }] } as unknown as Truth;
      const judged = { rule: name, light: 'more-information', evidence };
      const eligibility = { light: 'more-information', parcelHa: 10, rules: [judged, coverRule(gap)] };
      const found = findExceptions(truth, { parcels: [{ id: 'P', eligibility }] });
      expect(found.map(({ why }) => why !== null)).toEqual([isExplained]);
    },
  );

  it('takes the threshold for no reason of a light that its own hectares contradict', () => {
    const truth = truthOf('regrowth', rule(50, 53, 76));
    expect(findExceptions(truth, judgedAs('pass', 5.2, 0))[0]!.why).toBeNull();
    expect(findExceptions(truth, judgedAs('more-information', 3.2, 0))[0]!.why).toBeNull();
  });

  it('looks at mid-January of the middle dry season', () => {
    expect(nowOf(settings)).toBe('2023-01-15');
  });
});

describe('the region of the demo', () => {
  const frame = makeFrame(settings);
  const around = (col: number, row: number): DemoParcel => {
    const ring = box(col - 8, row - 8, col + 8, row + 8)[0]!.map(frame.toLonLat);
    return { polygons: [[ring]] } as unknown as DemoParcel;
  };

  it.each([1, 2, 3, 4, 5])(
    'of seed %i holds all of 60 parcels, lies in the landscape, and is drawn again alike',
    (seed) => {
      const random = mulberry32(seed);
      const place = () => 12 + random() * (settings.sizePx - 24);
      const parcels = Array.from({ length: 60 }, () => around(place(), place()));
      const ring = drawRegion({ ...settings, seed }, frame, parcels);
      expect(ring).toEqual(drawRegion({ ...settings, seed }, frame, parcels));
      expect(ring[0]).toEqual(ring.at(-1));
      const area = ring.slice(1).reduce((sum, [x, y], k) => sum + ring[k]![0] * y - x * ring[k]![1], 0);
      expect(area).toBeGreaterThan(0);
      for (const point of ring.map(frame.toPixel))
        for (const place of point) expect(place > 0 && place < settings.sizePx).toBe(true);
    },
  );
});
