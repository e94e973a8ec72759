import { dateOf, dayOf, monthOf } from './dates.ts';
import { between, deriveSeed, mulberry32, type Random } from './random.ts';
import type { DemoSettings } from './settings.ts';

/** One item of the catalogue: when it was taken and how it was processed. Scenes of one acquisition share its weather. */
export interface ScenePlan {
  readonly id: string;
  readonly day: number;
  /** ISO 8601, UTC. */
  readonly datetime: string;
  readonly platform: 'sentinel-2a' | 'sentinel-2b';
  readonly orbit: number;
  /** Processing baseline such as `02.14`. */
  readonly baseline: string;
  readonly sequence: number;
  /** The provider says that it took the offset of baseline 04.00 and later out of the DN already. */
  readonly boaOffsetApplied: boolean;
  /** What lies in the DN: 1000 where the offset applies and nobody took it out, else 0. */
  readonly dnOffset: number;
  /** `raster:bands` offset as the item states it: −0.1 from baseline 04.00 on, whatever happened to the DN. */
  readonly rasterOffset: number;
  /** A newer baseline of the same acquisition is in the catalogue. */
  readonly superseded: boolean;
  readonly weather: Weather;
}

interface Weather {
  readonly cloudShare: number;
  /** 0 = none; opacity of dust over the whole scene, which the scene classification does not see. */
  readonly dust: number;
  /** The hill cloud is away on this day. */
  readonly capAway: boolean;
  /** The edge of the swath cuts a corner off. */
  readonly cutCorner: boolean;
}

/** Baselines with the first sensing day each was used on, in the order of ESA's processing. */
const BASELINES: readonly (readonly [string, string])[] = [
  ['2018-11-01', '02.11'],
  ['2019-07-08', '02.13'],
  ['2020-02-04', '02.14'],
  ['2021-03-30', '03.00'],
  ['2021-07-20', '03.01'],
  ['2022-01-25', '04.00'],
  ['2022-12-06', '05.09'],
  ['2023-12-13', '05.10'],
  ['2024-07-23', '05.11'],
];

const FIRST_PASS = dayOf('2018-11-04');
const DRY_MONTHS = [11, 0, 1];

interface Pass {
  readonly day: number;
  readonly weather: Weather;
}

/** All scenes of the six years, by date; a reprocessed one stands behind its older duplicate. */
export function planScenes(settings: DemoSettings): ScenePlan[] {
  const passes = choosePasses(settings);
  const reprocessed = chooseReprocessed(passes);
  return passes.flatMap((pass, order) => {
    const baseline = BASELINES.findLast(([from]) => pass.day >= dayOf(from))?.[1] ?? '02.11';
    const rank = reprocessed.indexOf(pass);
    if (rank < 0) return [describeScene(settings, pass, { baseline, sequence: 0, order, superseded: false })];
    const newer = describeScene(settings, pass, { baseline: '05.00', sequence: 1, order: rank, superseded: false });
    // Of the last one the older version has been deleted, as happens in the wild.
    if (rank === reprocessed.length - 1) return [newer];
    return [describeScene(settings, pass, { baseline, sequence: 0, order, superseded: true }), newer];
  });
}

/** Three dry-season acquisitions from before baseline 04.00. */
function chooseReprocessed(passes: readonly Pass[]): Pass[] {
  const old = passes.filter((pass) => pass.day < dayOf('2021-06-01') && DRY_MONTHS.includes(monthOf(pass.day)));
  return [0.2, 0.5, 0.8].flatMap((share) => old[Math.floor(share * old.length)] ?? []);
}

function describeScene(
  settings: DemoSettings,
  pass: Pass,
  version: { baseline: string; sequence: number; order: number; superseded: boolean },
): ScenePlan {
  const { day, weather } = pass;
  const passNumber = Math.round((day - FIRST_PASS) / 5);
  const letter = passNumber % 2 === 0 ? 'A' : 'B';
  const hasOffset = Number(version.baseline) >= 4;
  const boaOffsetApplied = hasOffset && version.order % 5 > 1;
  return {
    id: `S2${letter}_${settings.mgrsTile}_${dateOf(day).replaceAll('-', '')}_${version.sequence}_L2A`,
    day,
    datetime: `${dateOf(day)}T10:2${(passNumber * 7) % 10}:${10 + ((passNumber * 13) % 50)}.024000Z`,
    platform: letter === 'A' ? 'sentinel-2a' : 'sentinel-2b',
    orbit: (letter === 'A' ? 17600 : 8700) + Math.floor(passNumber / 2) * 143,
    baseline: version.baseline,
    sequence: version.sequence,
    boaOffsetApplied,
    dnOffset: hasOffset && !boaOffsetApplied ? 1000 : 0,
    rasterOffset: hasOffset ? -0.1 : 0,
    superseded: version.superseded,
    weather,
  };
}

/** Picks passes month by month out of the five-day rhythm of the two satellites, and draws the weather of each. */
function choosePasses(settings: DemoSettings): Pass[] {
  const random = mulberry32(deriveSeed(settings.seed, 'calendar'));
  const end = dayOf(settings.monitored.end);
  const byMonth = new Map<string, number[]>();
  for (let day = FIRST_PASS; day <= end; day += 5) {
    const key = dateOf(day).slice(0, 7);
    byMonth.set(key, [...(byMonth.get(key) ?? []), day]);
  }
  const days = [...byMonth.values()].flatMap((days) => {
    const wanted = settings.scenesPerMonth[monthOf(days[0]!)]!;
    const count = Math.min(days.length, Math.floor(wanted) + (random() < wanted % 1 ? 1 : 0));
    return pickSpread(days, count, random);
  });
  const away = capAwayDays(days, settings);
  return days.map((day) => ({ day, weather: drawWeather(settings, day, away.has(day), random) }));
}

/** `count` of the days, one from each equal part of the month. */
function pickSpread(days: readonly number[], count: number, random: Random): number[] {
  return Array.from({ length: count }, (_, k) => days[Math.floor(((k + random()) / count) * days.length)]!);
}

/** One dry day in each period and one rainy day on which the hill is free: too few for a figure. */
function capAwayDays(days: readonly number[], settings: DemoSettings): Set<number> {
  const split = dayOf(settings.monitored.start);
  const dry = (day: number) => DRY_MONTHS.includes(monthOf(day));
  const picks = [
    days.filter((day) => day < split && dry(day)),
    days.filter((day) => day >= split && dry(day)),
    days.filter((day) => !dry(day)),
  ];
  return new Set(picks.flatMap((list, k) => list[Math.floor(list.length * [0.35, 0.6, 0.5][k]!)] ?? []));
}

function drawWeather(settings: DemoSettings, day: number, capAway: boolean, random: Random): Weather {
  const month = monthOf(day);
  const [least, most] = settings.cloudSharePerMonth[month]!;
  const cloudShare = between(random, least, most);
  const dusty = random() < settings.harmattanShare && (month === 11 || month <= 2);
  const dust = dusty ? between(random, 0.07, 0.26) : 0;
  const cutCorner = random() < 0.05;
  return { cloudShare, dust, capAway, cutCorner };
}
