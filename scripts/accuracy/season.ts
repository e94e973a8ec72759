import { type BreakSettings, createBreakMonitor, type TimeAxis } from '../../pipeline/change/break-monitor.ts';
import { type ChangeSettings, createSeriesJudge, DEFAULT_CHANGE_SETTINGS } from '../../pipeline/change/judge-series.ts';
import { dateOf } from '../demo/dates.ts';
import { axisOfDays } from './day-axis.ts';
import { makeSavanna, type SavannaPixel, type SavannaPlace, type SavannaSettings } from './savanna.ts';
import { formatTable, percent } from './table.ts';

const SAVANNA: Omit<SavannaSettings, 'seed' | 'sensors'> = {
  places: 40,
  pixelsPerPlace: 50,
  historyYears: 3,
  step: -0.15,
  clearAfterStep: 12,
};
const TEXTBOOK: BreakSettings = { order: 3, trend: true, history: 'all', h: 0.25, level: 0.05 };
/** Two dates are called different from here on: the step itself. */
const TWO_DATE_LIMIT = 0.15;

/** What one way of judging says of a pixel. `toSlot`: first observation behind the loss, −1 where it gives no date. */
interface Answer {
  readonly isFlagged: boolean;
  readonly isLoss: boolean;
  readonly toSlot: number;
}

type Judge = (pixel: SavannaPixel) => Answer;
interface Way {
  readonly name: string;
  readonly sensors: SavannaSettings['sensors'];
  readonly prepare: (axis: TimeAxis) => Judge;
}

const project =
  (changed: Partial<ChangeSettings>, series: 'ndvi' | 'ndviRaw' = 'ndvi') =>
  (axis: TimeAxis): Judge => {
    const judge = createSeriesJudge(axis, { ...DEFAULT_CHANGE_SETTINGS, ...changed });
    return (pixel) => {
      const verdict = judge.judge(pixel[series], pixel.nbr);
      const events = verdict.events.slice(0, verdict.eventCount).filter(({ kind }) => kind !== 'burnt');
      const loss = events.find(({ kind }) => kind === 'loss');
      return { isFlagged: events.length > 0, isLoss: loss !== undefined, toSlot: loss?.toSlot ?? -1 };
    };
  };

/** The break monitor alone: any crossing is a flag, and a loss where the median departure is negative. */
const monitorAlone =
  (settings: BreakSettings) =>
  (axis: TimeAxis): Judge => {
    const monitor = createBreakMonitor(axis, settings);
    return (pixel) => {
      const { outcome, magnitude, breakSlot } = monitor.judge(pixel.ndvi);
      const isFlagged = outcome === 'break';
      return { isFlagged, isLoss: isFlagged && magnitude < 0, toSlot: breakSlot };
    };
  };

/** NDVI of the last clear date against another clear one: the first of all, or the nearest to a year before. */
const twoDates =
  (isAnniversary: boolean) =>
  ({ timesYr }: TimeAxis): Judge =>
  ({ ndvi }) => {
    const last = ndvi.findLastIndex((value) => !Number.isNaN(value));
    let other = -1;
    ndvi.forEach((value, slot) => {
      if (Number.isNaN(value) || slot === last) return;
      const away = (at: number) => Math.abs(timesYr[last]! - timesYr[at]! - 1);
      if (other < 0 || (isAnniversary && away(slot) < away(other))) other = slot;
    });
    const change = ndvi[last]! - ndvi[other]!;
    return { isFlagged: Math.abs(change) >= TWO_DATE_LIMIT, isLoss: change <= -TWO_DATE_LIMIT, toSlot: -1 };
  };

const WAYS: readonly Way[] = [
  { name: 'project defaults', sensors: 'msi', prepare: project({}) },
  { name: '– without burn removal', sensors: 'msi', prepare: project({ removeBurns: false }) },
  { name: '– without outlier rule', sensors: 'msi', prepare: project({ removeOutliers: false }) },
  { name: '– without both', sensors: 'msi', prepare: project({ removeBurns: false, removeOutliers: false }) },
  { name: '– with trend and order 3', sensors: 'msi', prepare: project({ breaks: TEXTBOOK }) },
  { name: 'break monitor alone, order 1', sensors: 'msi', prepare: monitorAlone(DEFAULT_CHANGE_SETTINGS.breaks) },
  { name: 'break monitor alone, textbook (trend, order 3)', sensors: 'msi', prepare: monitorAlone(TEXTBOOK) },
  { name: 'two dates, a year apart, 0.15', sensors: 'msi', prepare: twoDates(true) },
  { name: 'two dates, first and last, 0.15', sensors: 'msi', prepare: twoDates(false) },
  { name: 'Landsat and Sentinel-2 mixed, harmonised', sensors: 'mixed', prepare: project({}) },
  { name: '– without harmonisation', sensors: 'mixed', prepare: project({}, 'ndviRaw') },
];

interface Tally {
  unchanged: number;
  flagged: number;
  flaggedLoss: number;
  /** Unchanged pixels that burn in the judged year, and those of them that are called a loss. */
  burnt: number;
  burntLoss: number;
  stepped: number;
  found: number;
  /** Clear observations between the true and the found date, + = late. */
  readonly lateBy: number[];
  readonly flaggedBySeed: number[];
  readonly foundBySeed: number[];
}

/**
 * Three unchanged savanna years as history, the fourth judged (season-years from 1 November): what share of unchanged
 * pixels is flagged, and what share of pixels with a step is found. Rules were tuned on seeds 1 to 3.
 */
export function tellSeason(seeds: readonly number[]): void {
  const tallies = WAYS.map(() => emptyTally());
  for (const seed of seeds) {
    for (const sensors of ['msi', 'mixed'] as const) {
      const places = makeSavanna({ ...SAVANNA, seed, sensors });
      WAYS.forEach((way, w) => {
        if (way.sensors === sensors) addPlaces(tallies[w]!, places, way);
      });
    }
  }
  const header = [
    'judged by',
    'unchanged flagged',
    'by seed',
    'as loss',
    'burnt called loss',
    'steps found',
    'by seed',
    'date off by (10 %, median, 90 %)',
  ];
  const rows = WAYS.map(({ name }, w) => [name, ...describe(tallies[w]!)]);
  const { unchanged, stepped } = tallies[0]!;
  console.log(
    `\nSynthetic savanna, seeds ${seeds.join(', ')}: ${unchanged} unchanged pixels, ${stepped} with a step of ${SAVANNA.step} that leaves at least ${SAVANNA.clearAfterStep} clear observations. Wanted: at most 1 % flagged, at least 90 % found.\n\n${formatTable(header, rows)}`,
  );
}

function emptyTally(): Tally {
  const counts = { unchanged: 0, flagged: 0, flaggedLoss: 0, burnt: 0, burntLoss: 0, stepped: 0, found: 0 };
  return { ...counts, lateBy: [], flaggedBySeed: [], foundBySeed: [] };
}

function addPlaces(tally: Tally, places: readonly SavannaPlace[], way: Way): void {
  const before = { ...tally };
  for (const place of places) {
    const days = Array.from(place.days, dateOf);
    const axis = { ...axisOfDays(days, 0), startSlot: place.startSlot };
    const judge = way.prepare(axis);
    for (const pixel of place.pixels) addPixel(tally, place, pixel, judge(pixel));
  }
  tally.flaggedBySeed.push((tally.flagged - before.flagged) / (tally.unchanged - before.unchanged));
  tally.foundBySeed.push((tally.found - before.found) / (tally.stepped - before.stepped));
}

function addPixel(tally: Tally, place: SavannaPlace, pixel: SavannaPixel, answer: Answer): void {
  const { stepSlot, ndvi, fireDays } = pixel;
  if (stepSlot < 0) {
    tally.unchanged++;
    if (answer.isFlagged) tally.flagged++;
    if (answer.isLoss) tally.flaggedLoss++;
    if (!fireDays.some((day) => day >= place.days[place.startSlot]!)) return;
    tally.burnt++;
    if (answer.isLoss) tally.burntLoss++;
    return;
  }
  tally.stepped++;
  if (!answer.isLoss) return;
  tally.found++;
  if (answer.toSlot < 0) return;
  let between = 0;
  for (let slot = Math.min(stepSlot, answer.toSlot); slot < Math.max(stepSlot, answer.toSlot); slot++)
    if (!Number.isNaN(ndvi[slot]!)) between++;
  tally.lateBy.push(answer.toSlot < stepSlot ? -between : between);
}

function describe(tally: Tally): string[] {
  const range = (shares: readonly number[]) =>
    `${(100 * Math.min(...shares)).toFixed(1)}–${(100 * Math.max(...shares)).toFixed(1)}`;
  const sorted = [...tally.lateBy].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))];
  return [
    percent(tally.flagged, tally.unchanged),
    range(tally.flaggedBySeed),
    percent(tally.flaggedLoss, tally.unchanged),
    percent(tally.burntLoss, tally.burnt),
    percent(tally.found, tally.stepped),
    range(tally.foundBySeed),
    sorted.length === 0 ? '–' : `${at(0.1)}, ${at(0.5)}, ${at(0.9)}`,
  ];
}
