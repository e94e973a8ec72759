import { type Coverage, coverageMean } from './coverage.ts';
import { dateOf, dayOf } from './dates.ts';
import { LAND_COVER } from './ground.ts';
import { treesOn } from './history.ts';
import type { DemoParcel } from './parcels.ts';
import type { DemoSettings } from './settings.ts';
import type { Landscape } from './surface.ts';

/**
 * What a traffic light of eligibility should say, from the ground itself. Shares nothing with the pipeline: thresholds are
 * written down here a second time, and shares of a parcel come from the generator's own scan lines.
 */
export type TrueLight = 'pass' | 'fail' | 'more-information';

export interface TrueRule {
  readonly rule: string;
  readonly light: TrueLight;
  /** Share of the parcel that the rule is about, percent. */
  readonly pct: number;
  /** Where the light turns, percent; null where it does not. */
  readonly mostPct: number | null;
  /** Share of the parcel whose true tree cover is within 5 points of 30 %: what an error of 5 points can turn over. */
  readonly nearPct: number;
}

const WOODED = 0.3;
const CLEARED_DROP = 0.15;
const STEEP = 0.3;
const NEAR = 0.05;
const MOST_PCT = 10;
const MOST_PROTECTED_PCT = 1;

type Use = 'planted' | 'farmed' | 'grown' | 'kept';

/** How an intervention treats the ground. */
const USE_OF: Readonly<Record<string, Use>> = {
  planting: 'planted',
  'direct-seeding': 'planted',
  agroforestry: 'farmed',
  'natural-regeneration': 'grown',
  'assisted-natural-regeneration': 'grown',
  conservation: 'kept',
};

/** The day on which "now" is looked at: mid-January of the middle dry season of the monitored years. */
export function nowOf(settings: DemoSettings): string {
  const [start, end] = [dayOf(settings.monitored.start), dayOf(settings.monitored.end)];
  const middle = (start + end) / 2;
  const year = Number(dateOf(Math.round(middle)).slice(0, 4));
  const days = [year, year + 1].map((each) => dayOf(`${each}-01-15`));
  return dateOf(Math.abs(days[0]! - middle) <= Math.abs(days[1]! - middle) ? days[0]! : days[1]!);
}

/** The rules of every parcel of a landscape, in the order of its stories. */
export function eligibilityTruth({ settings, ground, stories }: Landscape): TrueRule[][] {
  const { tree } = treesOn(dayOf(nowOf(settings)), settings, ground, stories);
  const grass: readonly number[] = [LAND_COVER['grass savanna'], LAND_COVER['tree savanna']];
  return stories.map(({ parcel }) => {
    const pct = (test: (i: number) => boolean) => shareOf(parcel.coverage, test);
    return judge(parcel, {
      cleared: pct((i) => {
        const was = ground.treeBefore[i]!;
        return was >= WOODED && tree[i]! < WOODED && was - tree[i]! >= CLEARED_DROP;
      }),
      wooded: pct((i) => tree[i]! >= WOODED),
      water: pct((i) => ground.landCover[i] === LAND_COVER.water),
      steep: pct((i) => ground.relief.slope[i]! > STEEP),
      built: pct((i) => ground.landCover[i] === LAND_COVER['built-up and bare']),
      crops: pct((i) => ground.landCover[i] === LAND_COVER.cropland),
      reserve: pct((i) => ground.protectedArea[i] === 1),
      savanna: pct((i) => grass.includes(ground.landCover[i]!)),
      near: pct((i) => Math.abs(tree[i]! - WOODED) <= NEAR),
    });
  });
}

function shareOf(coverage: Coverage, test: (pixel: number) => boolean): number {
  return Number((100 * coverageMean(coverage, (i) => (test(i) ? 1 : 0))).toFixed(3));
}

type Shares = Readonly<
  Record<'cleared' | 'wooded' | 'water' | 'steep' | 'built' | 'crops' | 'reserve' | 'savanna' | 'near', number>
>;

function judge({ intervention }: DemoParcel, shares: Shares): TrueRule[] {
  const use = USE_OF[intervention];
  if (use === undefined)
    throw new Error(`The intervention "${intervention}" has no place in the truth of eligibility.`);
  const isWorked = use === 'planted' || use === 'farmed';
  const rule = (name: string, pct: number, mostPct: number | null, over: TrueLight = 'fail'): TrueRule => {
    const nearPct = name === 'no-clearing' || name === 'tree-cover-now' ? shares.near : 0;
    return { rule: name, light: mostPct !== null && pct > mostPct ? over : 'pass', pct, mostPct, nearPct };
  };
  const mostWooded = use === 'kept' ? null : use === 'planted' ? 25 : 50;
  return [
    rule('no-clearing', shares.cleared, MOST_PCT),
    rule('tree-cover-now', shares.wooded, mostWooded),
    rule('water', shares.water, MOST_PCT),
    rule('slope', shares.steep, isWorked ? MOST_PCT : null),
    rule('built-up', shares.built, MOST_PCT),
    rule('cropland', shares.crops, use === 'farmed' ? null : MOST_PCT),
    rule(
      'protected-area',
      shares.reserve,
      use === 'kept' ? null : MOST_PROTECTED_PCT,
      isWorked ? 'fail' : 'more-information',
    ),
    rule('savanna', shares.savanna, isWorked ? MOST_PCT : null, 'more-information'),
  ];
}

/** The light of all rules together. */
export function lightOf(rules: readonly TrueRule[]): TrueLight {
  if (rules.some(({ light }) => light === 'fail')) return 'fail';
  return rules.some(({ light }) => light === 'more-information') ? 'more-information' : 'pass';
}
