import { describe, expect, it } from 'vitest';
import { COVER_GROUPS, type CoverGroup } from '../../../pipeline/eligibility/classes.ts';
import type { ParcelFigures } from '../../../pipeline/eligibility/figures.ts';
import { judgeParcel } from '../../../pipeline/eligibility/rules.ts';
import type { EligibilityRuleName, Light } from '../../../shared/eligibility.ts';
import { INTERVENTIONS, type Intervention } from '../../../shared/parcel-check.ts';

const facts = (layer: string, date: string | null = '2023-01-01') => ({ layer, date, attribution: 'made for a test' });
const amount = (ha: number, unknownHa = 0, layer = 'layer') => ({ ha, unknownHa, ...facts(layer) });

/** A parcel of 10 ha of open ground, so that a percent is 0.1 ha. */
function figures(
  change: Partial<ParcelFigures> & { readonly group?: Partial<Record<CoverGroup, number>> } = {},
): ParcelFigures {
  const { group, ...rest } = change;
  const groupHa = Object.fromEntries(COVER_GROUPS.map((name) => [name, group?.[name] ?? 0])) as Record<
    CoverGroup,
    number
  >;
  return {
    parcelHa: 10,
    coverBefore: facts('then', '2012-01-01'),
    cleared: { ha: 0, unknownHa: 0, before: facts('then', '2012-01-01'), now: facts('now') },
    wooded: amount(0),
    landCover: { groupHa, unknownHa: 0, ...facts('cover') },
    steep: amount(0),
    protectedArea: amount(0),
    ...rest,
  };
}

const lightOf = (
  rule: EligibilityRuleName,
  given: ParcelFigures,
  intervention: Intervention | null = 'planting',
  note: string | null = null,
) => judgeParcel(given, { intervention, note, startDate: null }).rules.find((each) => each.rule === rule)?.light;

describe('eligibility of 10 ha of open ground', () => {
  it('passes 8 rules for each of the 6 interventions, each rule with its layer, date, hectares and source', () => {
    for (const intervention of INTERVENTIONS) {
      const { light, rules } = judgeParcel(figures(), { intervention, note: null, startDate: null });
      expect([light, rules.length]).toEqual(['pass', 8]);
      for (const { evidence, message } of rules) {
        expect(message).toMatch(/^\S.*\.$/);
        for (const each of evidence)
          expect(each).toMatchObject({ ha: 0, unknownHa: 0, attribution: 'made for a test', date: expect.any(String) });
      }
    }
  });

  it.each<[string, EligibilityRuleName, ParcelFigures, readonly (Light | undefined)[]]>([
    // Planting, direct seeding, assisted regeneration, regeneration, agroforestry, conservation.
    [
      '2.5 ha wooded',
      'tree-cover-now',
      figures({ wooded: amount(2.5) }),
      ['pass', 'pass', 'pass', 'pass', 'pass', 'pass'],
    ],
    [
      '2.6 ha wooded',
      'tree-cover-now',
      figures({ wooded: amount(2.6) }),
      ['fail', 'fail', 'pass', 'pass', 'pass', 'pass'],
    ],
    [
      '5.1 ha wooded',
      'tree-cover-now',
      figures({ wooded: amount(5.1) }),
      ['fail', 'fail', 'fail', 'fail', 'fail', 'pass'],
    ],
    [
      '1.1 ha of fields',
      'cropland',
      figures({ group: { cropland: 1.1 } }),
      ['fail', 'fail', 'fail', 'fail', 'pass', 'fail'],
    ],
    ['1.1 ha steep', 'slope', figures({ steep: amount(1.1) }), ['fail', 'fail', 'pass', 'pass', 'fail', 'pass']],
    ['1.1 ha of water', 'water', figures({ group: { water: 1.1 } }), ['fail', 'fail', 'fail', 'fail', 'fail', 'fail']],
    ['1 ha of water', 'water', figures({ group: { water: 1 } }), ['pass', 'pass', 'pass', 'pass', 'pass', 'pass']],
    [
      '1.1 ha of houses',
      'built-up',
      figures({ group: { 'built-up': 1.1 } }),
      ['fail', 'fail', 'fail', 'fail', 'fail', 'fail'],
    ],
    [
      '0.2 ha in a reserve',
      'protected-area',
      figures({ protectedArea: amount(0.2) }),
      ['fail', 'fail', 'more-information', 'more-information', 'fail', 'pass'],
    ],
    [
      '1.1 ha of savanna',
      'savanna',
      figures({ group: { savanna: 1.1 } }),
      ['more-information', 'more-information', 'pass', 'pass', 'more-information', 'pass'],
    ],
  ])('with %s is judged by intervention', (_, rule, given, lights) => {
    expect(INTERVENTIONS.map((intervention) => lightOf(rule, given, intervention))).toEqual(lights);
  });
});

describe('clearing', () => {
  const cleared = (
    ha: number,
    unknownHa = 0,
    before: string | null = '2012-01-01',
    now: string | null = '2023-01-01',
  ) => figures({ cleared: { ha, unknownHa, before: facts('then', before), now: facts('now', now) } });

  it.each<[string, ParcelFigures, Light]>([
    ['of 1.0 of 10 ha in 11 years passes', cleared(1), 'pass'],
    ['of 1.01 ha fails', cleared(1.01), 'fail'],
    ['of 1.01 ha fails even where 5 ha are unknown', cleared(1.01, 5), 'fail'],
    ['of 0.5 ha with 0.6 ha unknown needs more information', cleared(0.5, 0.6), 'more-information'],
    ['against a layer of 9 years before needs an older one', cleared(5, 0, '2014-01-01'), 'more-information'],
    ['against a layer of 10 years before to the day fails', cleared(5, 0, '2013-01-01'), 'fail'],
    ['since 16 years before may be older than ten years', cleared(5, 0, '2006-12-31'), 'more-information'],
    ['without any for 16 years passes', cleared(0, 0, '2006-12-31'), 'pass'],
    ['against a layer without a date needs one', cleared(5, 0, null), 'more-information'],
    ['between years written as years alone', cleared(5, 0, '2012', '2021-11-01/2024-10-31'), 'more-information'],
    [
      'between 2011 and a span of days that begins in 2021 fails',
      cleared(5, 0, '2011', '2021-11-01/2024-10-31'),
      'fail',
    ],
  ])('%s', (_, given, light) => {
    expect(lightOf('no-clearing', given)).toBe(light);
  });

  it('names the layer that is wanted where one of the two is missing', () => {
    const message = (given: ParcelFigures) =>
      judgeParcel(given, { intervention: 'planting', note: null, startDate: null }).rules.find(
        ({ rule }) => rule === 'no-clearing',
      )!.message;
    expect(message(figures({ cleared: null, coverBefore: null }))).toContain('tree cover at least 10 years before');
    expect(message(figures({ cleared: null, wooded: null }))).toContain('tree cover now is wanted');
  });
});

describe('tree cover of 2023 for work that begins later', () => {
  const judged = (startDate: string | null, given = figures()) => {
    const { rules } = judgeParcel(given, { intervention: 'planting', note: null, startDate });
    const of = (name: EligibilityRuleName) => rules.find(({ rule }) => rule === name)!;
    return [of('no-clearing'), of('tree-cover-now'), of('water')] as const;
  };

  it.each([
    [null, 'pass'],
    ['2023-06-01', 'pass'],
    ['2028-01-01', 'pass'],
    ['2028-01-05', 'more-information'],
    ['2035-01-01', 'more-information'],
  ] as const)('on %s: no clearing and few trees are %s', (start, light) => {
    const [clearing, trees, water] = judged(start);
    expect([clearing.light, trees.light, water.light]).toEqual([light, light, 'pass']);
    if (light === 'more-information') expect(clearing.message).toContain(`5 years before the start on ${start}`);
  });

  it('counts to the last day of a span: 2021-11-01 to 2024-10-31 is no older than 5 years on 2029-10-31', () => {
    const now = facts('now', '2021-11-01/2024-10-31');
    const given = figures({
      wooded: { ...amount(0), ...now },
      cleared: { ...figures().cleared!, before: facts('then', '2011'), now },
    });
    expect(judged('2029-10-31', given).map(({ light }) => light)).toEqual(['pass', 'pass', 'pass']);
    expect(judged('2029-11-05', given)[1].light).toBe('more-information');
  });

  it('fails all the same where it has seen a failure', () => {
    const given = figures({ wooded: amount(9), cleared: { ...figures().cleared!, ha: 5 } });
    expect(judged('2035-01-01', given).map(({ light }) => light)).toEqual(['fail', 'fail', 'pass']);
  });
});

describe('what nobody knows', () => {
  it('leaves 4 rules out and needs information for 4 without any layer', () => {
    const nothing = {
      cleared: null,
      coverBefore: null,
      wooded: null,
      landCover: null,
      steep: null,
      protectedArea: null,
    };
    const { light, rules } = judgeParcel(figures(nothing), { intervention: 'planting', note: null, startDate: null });
    expect(rules.map(({ rule }) => rule)).toEqual(['no-clearing', 'tree-cover-now', 'water', 'savanna']);
    expect([light, ...rules.map((rule) => rule.light)]).toEqual(Array(5).fill('more-information'));
  });

  it('decides nothing where it could not change the light: 0.5 ha of water and 0.5 ha unknown of 10 pass', () => {
    const landCover = (unknownHa: number) => ({ ...figures({ group: { water: 0.5 } }).landCover!, unknownHa });
    expect(lightOf('water', figures({ landCover: landCover(0.5) }))).toBe('pass');
    expect(lightOf('water', figures({ landCover: landCover(0.6) }))).toBe('more-information');
  });

  it('is told by hectares in the evidence: 6 of 10 ha', () => {
    const { rules } = judgeParcel(figures({ wooded: amount(0, 6) }), {
      intervention: 'planting',
      note: null,
      startDate: null,
    });
    expect(rules.find(({ rule }) => rule === 'tree-cover-now')).toMatchObject({
      light: 'more-information',
      values: { unknownHa: 6, case: 'unknown' },
      evidence: [{ ha: 0, unknownHa: 6 }],
    });
  });

  it('leaves an intervention that was not said open only where it would matter', () => {
    expect(lightOf('tree-cover-now', figures({ wooded: amount(5) }), null)).toBe('more-information');
    expect(lightOf('tree-cover-now', figures({ wooded: amount(1) }), null)).toBe('pass');
    expect(lightOf('water', figures({ group: { water: 5 } }), null)).toBe('fail');
    expect(lightOf('savanna', figures({ group: { savanna: 10 } }), null)).toBe('more-information');
  });
});

describe("a reviewer's note", () => {
  const grass = figures({ group: { savanna: 9 } });

  it('lets savanna pass, and stands among the evidence', () => {
    expect(lightOf('savanna', grass, 'planting', '  ')).toBe('more-information');
    const rule = judgeParcel(grass, {
      intervention: 'planting',
      note: 'Seen on 2024-03-02: former field.',
      startDate: null,
    }).rules.at(-1)!;
    expect(rule).toMatchObject({
      rule: 'savanna',
      light: 'pass',
      values: { note: 'Seen on 2024-03-02: former field.' },
    });
    expect(rule.evidence[1]).toMatchObject({
      layer: "reviewer's note",
      attribution: 'Seen on 2024-03-02: former field.',
    });
  });

  const savanna = (ha: number, unknownHa: number) =>
    figures({ landCover: { ...figures({ group: { savanna: ha } }).landCover!, unknownHa } });

  it.each<[string, EligibilityRuleName, ParcelFigures, Intervention, string]>([
    ['10 of 10 ha unknown', 'savanna', savanna(0, 10), 'planting', '10.00'],
    ['0.6 ha unknown beside 0.5 ha of savanna', 'savanna', savanna(0.5, 0.6), 'agroforestry', '0.60'],
    ['5 ha unknown beside 2 ha of savanna', 'savanna', savanna(2, 5), 'planting', '5.00'],
    [
      '10 of 10 ha unknown to protected areas',
      'protected-area',
      figures({ protectedArea: amount(0, 10) }),
      'natural-regeneration',
      '10.00',
    ],
  ])('does not make ground known: %s need more information, and the sentence says so', (_, rule, given, plan, ha) => {
    for (const note of [null, 'ok']) {
      const { light, rules } = judgeParcel(given, { intervention: plan, note, startDate: null });
      const judged = rules.find((each) => each.rule === rule)!;
      expect([light, judged.light]).toEqual(['more-information', 'more-information']);
      if (note !== null) {
        expect(judged.values.case).toBe('unknown');
        expect(judged.message).toContain(`of ${ha} ha nothing is known`);
        expect(judged.evidence.at(-1)).toMatchObject({ layer: "reviewer's note", attribution: 'ok' });
      }
    }
  });

  it('is enough where the unknown ground needs none: 2 ha of savanna and 0.5 ha unknown of 10, or conservation', () => {
    expect(lightOf('savanna', savanna(2, 0.5), 'planting', 'a former field')).toBe('pass');
    expect(lightOf('savanna', savanna(0, 10), 'conservation', 'ok')).toBe('pass');
  });

  it('lifts no failure: a reserve stays closed to planting', () => {
    expect(lightOf('protected-area', figures({ protectedArea: amount(5) }), 'planting', 'agreed')).toBe('fail');
    expect(lightOf('protected-area', figures({ protectedArea: amount(5) }), 'natural-regeneration', 'agreed')).toBe(
      'pass',
    );
  });
});
