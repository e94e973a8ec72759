import { coverageMean } from './coverage.ts';
import { dateOf, dayOf } from './dates.ts';
import type { Ground } from './ground.ts';
import type { DemoParcel } from './parcels.ts';
import { between, deriveSeed, mulberry32 } from './random.ts';
import type { DemoSettings } from './settings.ts';

/** What is decided for one parcel, before any picture is made of it. */
export interface ParcelStory {
  readonly parcel: DemoParcel;
  /** The day of the clearing, the planting or the fire; null where nothing happens at one date. */
  readonly eventDay: number | null;
  /** Tree cover gained a year, as a fraction of the ground. */
  readonly gainPerYear: number;
  /** Share of the trees that are left after a clearing. */
  readonly leftShare: number;
}

const CLEARED_TO = 0.05;
const MOST_COVER = 0.9;

/** Draws the story of each parcel: dates and rates. */
export function writeStories(settings: DemoSettings, ground: Ground, parcels: readonly DemoParcel[]): ParcelStory[] {
  const fires = burntCounter();
  return parcels.map((parcel) => {
    const random = mulberry32(deriveSeed(settings.seed, `story/${parcel.id}`));
    const start = dayOf(settings.monitored.start);
    const span = dayOf(settings.monitored.end) - start;
    const tree0 = coverageMean(parcel.coverage, (i) => ground.tree[i]!);
    const quiet = { parcel, eventDay: null, gainPerYear: 0, leftShare: 1 };
    if (parcel.kind === 'cleared') {
      const last = settings.clearingShareOfMonitored * span - 35;
      const eventDay = Math.round(start + between(random, 20, last));
      return { ...quiet, eventDay, leftShare: Math.min(1, CLEARED_TO / tree0) };
    }
    if (parcel.kind === 'planted') {
      // Seedlings go in with the first rains, in the last year of the history or the first monitored one.
      const eventDay = Math.round(start - 365 * (random() < 0.5 ? 1 : 0) + 225 + between(random, 0, 45));
      return { ...quiet, eventDay, gainPerYear: between(random, 0.025, 0.05) };
    }
    if (parcel.kind === 'regrowth') return { ...quiet, gainPerYear: between(random, 0.025, 0.055) };
    if (parcel.kind === 'burnt') {
      const year = Math.floor(fires() % Math.max(1, Math.round(span / 365.25)));
      return { ...quiet, eventDay: Math.round(start + year * 365.25 + between(random, 36, 88)) };
    }
    return quiet;
  });
}

/** Deals the monitored dry seasons out to the burnt parcels in turn, so that each season has some. */
function burntCounter(): () => number {
  let count = 0;
  return () => count++;
}

/** Tree cover a parcel has gained by a day, as a fraction of the ground. */
function gainBy(story: ParcelStory, day: number, historyStartDay: number): number {
  if (story.gainPerYear === 0) return 0;
  const since = story.eventDay ?? historyStartDay;
  return (Math.max(0, day - since) / 365.25) * story.gainPerYear;
}

export interface TreeState {
  /** Crown cover of each pixel on the day. */
  readonly tree: Float32Array;
  /** Share of each pixel that has been cleared and is farmed since. */
  readonly cleared: Float32Array;
}

/** Tree cover on a day. Only pixels of parcels differ from the ground's own; an edge pixel changes by its covered share. */
export function treesOn(
  day: number,
  settings: DemoSettings,
  ground: Ground,
  stories: readonly ParcelStory[],
): TreeState {
  const tree = Float32Array.from(ground.tree);
  const cleared = new Float32Array(tree.length);
  const historyStart = dayOf(settings.history.start);
  for (const story of stories) {
    const { index, weight } = story.parcel.coverage;
    const felled = story.parcel.kind === 'cleared' && day >= story.eventDay!;
    const gain = gainBy(story, day, historyStart);
    if (!felled && gain === 0) continue;
    for (let k = 0; k < index.length; k++) {
      const i = index[k]!;
      const before = ground.tree[i]!;
      const hard = ground.water[i]! + ground.settlement.roof[i]! + ground.settlement.road[i]! + ground.rock[i]!;
      const after = felled ? before * story.leftShare : Math.min(before + gain, Math.max(before, MOST_COVER - hard));
      tree[i] = before + weight[k]! * (after - before);
      if (felled) cleared[i] = weight[k]!;
    }
  }
  return { tree, cleared };
}

/** The dated events of a story in words, for truth.json. */
export function eventsOf(story: ParcelStory): { what: string; date: string }[] {
  if (story.eventDay === null) return [];
  const what = { cleared: 'cleared', planted: 'planted', burnt: 'burnt' }[
    story.parcel.kind as 'cleared' | 'planted' | 'burnt'
  ];
  return [{ what, date: dateOf(story.eventDay) }];
}
