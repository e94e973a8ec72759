import type { AcquisitionInfo, RunPeriod, SceneStyle } from '../../shared/api.ts';
import type { Bbox } from '../../shared/grid.ts';
import type { Period } from '../../shared/result.ts';
import { type PlannedScene, primaryGrid } from '../plan.ts';
import { dayOf, inSeason, isInPeriod } from '../season.ts';
import { isHttp } from '../stac/href.ts';
import type { SceneTally } from './observation-file.ts';
import { unionBbox } from './parcel-file.ts';
import type { ServedPlan } from './results.ts';
import { bandsOf, classBand } from './scene-cells.ts';
import { offersStyle } from './scene-imagery.ts';
import { fullZoom } from './served-layers.ts';

/** What is known of an acquisition before its observations are counted. */
type Overpass = Omit<AcquisitionInfo, 'index' | 'nOk' | 'nLowCoverage' | 'nNoData'>;

interface RunDates {
  readonly periods: Readonly<Record<RunPeriod, Period>>;
  readonly seasonMonths: readonly number[] | null;
}

/** Scenes of one platform within this time are one pass. */
const PASS_MS = 5 * 60_000;

/** Acquisitions in order of time, with their observations counted; without a plan as the observations name them. */
export function describeAcquisitions(
  plan: ServedPlan | null,
  tallies: readonly SceneTally[],
  made: RunDates & { readonly bboxDeg: Bbox; readonly canRead: (href: string) => boolean },
): AcquisitionInfo[] {
  const overpasses = plan ? overpassesOfPlan(plan, made.canRead) : overpassesOfTallies(tallies, made);
  const tallyOf = new Map(tallies.map((tally) => [tally.sceneId, tally]));
  return overpasses.map((overpass, index) => {
    const counts = overpass.sceneIds.flatMap((id) => tallyOf.get(id)?.counts ?? []);
    const sum = (outcome: 'ok' | 'low_coverage' | 'no_data') => counts.reduce((total, c) => total + c[outcome], 0);
    return { ...overpass, index, nOk: sum('ok'), nLowCoverage: sum('low_coverage'), nNoData: sum('no_data') };
  });
}

function overpassesOfPlan(plan: ServedPlan, canRead: (href: string) => boolean): Overpass[] {
  return plan.acquisitions.map(({ id, platform, datetime, sceneIds, sceneIndexes, ...in_ }) => {
    const planned = sceneIndexes.map((index) => plan.scenes[index]!);
    const scenes = planned.map(({ scene }) => scene);
    const bboxDeg = unionBbox(scenes.map((scene) => scene.bboxDeg));
    const latDeg = (bboxDeg[1] + bboxDeg[3]) / 2;
    return {
      id,
      platform,
      datetime,
      sceneIds,
      inBaseline: in_.inBaseline,
      inPeriod: in_.inPeriod,
      inSeason: in_.inSeason,
      bboxDeg,
      styles: STYLES.filter((style) => canDraw(planned, style, canRead)),
      maxZoom: Math.max(...scenes.map((scene) => fullZoom(primaryGrid(scene), latDeg))),
    };
  });
}

const STYLES: readonly SceneStyle[] = ['true-color', 'false-color', 'ndvi', 'mask'];

/**
 * Whether a style can be drawn of all scenes of an acquisition that have its bands. One that cannot be read counts for
 * all: its ground would look like ground that was not seen, or its file would be fetched though nobody allowed it.
 */
function canDraw(planned: readonly PlannedScene[], style: SceneStyle, canRead: (href: string) => boolean): boolean {
  const offered = planned.filter((scene) => offersStyle(scene, style));
  const canReadAll = ({ scene }: PlannedScene) => {
    const mask = classBand(scene);
    // Chips draw the mask over any style.
    const names = new Set([...bandsOf(scene, style), ...(mask ? [mask] : [])]);
    return [...names].every((name) => canRead(scene.bands[name]!.href));
  };
  return offered.length > 0 && offered.every(canReadAll);
}

function overpassesOfTallies(
  tallies: readonly SceneTally[],
  { periods, seasonMonths, bboxDeg }: RunDates & { readonly bboxDeg: Bbox },
): Overpass[] {
  const groups: { first: SceneTally; sceneIds: Set<string> }[] = [];
  const byTime = [...tallies].sort((a, b) => compare(a.datetime, b.datetime) || compare(a.sceneId, b.sceneId));
  for (const tally of byTime) {
    const startMs = Date.parse(tally.datetime);
    const group = groups.findLast(
      ({ first, sceneIds }) =>
        sceneIds.has(tally.sceneId) ||
        (first.platform === tally.platform && startMs - Date.parse(first.datetime) <= PASS_MS),
    );
    if (group) for (const id of [tally.sceneId, ...tally.sceneIds]) group.sceneIds.add(id);
    else groups.push({ first: tally, sceneIds: new Set([tally.sceneId, ...tally.sceneIds]) });
  }
  return groups.map(({ first: { platform, datetime }, sceneIds }) => {
    const day = dayOf(datetime);
    return {
      id: `${platform}_${datetime.slice(0, 19).replaceAll(/[-:]/g, '')}`,
      platform,
      datetime,
      sceneIds: [...sceneIds].sort(),
      inBaseline: isInPeriod(day, periods.baseline),
      inPeriod: isInPeriod(day, periods.period),
      inSeason: inSeason(day, seasonMonths),
      bboxDeg,
      styles: [],
      maxZoom: 14,
    };
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Every file that pictures of the plan's scenes need. */
export function bandHrefs(plan: ServedPlan): string[] {
  const hrefs = plan.scenes.flatMap(({ scene }) => Object.values(scene.bands).map(({ href }) => href));
  return [...new Set(hrefs)];
}

/** Why some acquisitions cannot be drawn, in a sentence; null when all can. */
export function explainImagery(
  plan: ServedPlan | null,
  acquisitions: readonly AcquisitionInfo[],
  { remoteScenes }: { readonly remoteScenes: boolean },
): string | null {
  if (!plan)
    return 'Single dates cannot be shown: the folder came without its .run folder, which says where the scenes lie, or with one that was changed. Copy it along, or run canopy monitor again.';
  const blind = acquisitions.filter(({ styles }) => styles.length === 0);
  if (blind.length === 0) return null;
  const missing = `${blind.length} of ${acquisitions.length} dates cannot be shown`;
  const isRemote = bandHrefs(plan).some(isHttp);
  if (isRemote && !remoteScenes)
    return `${missing}: their scenes lie on the network, and nothing is fetched from there unless canopy serve is started with --remote-scenes.`;
  return `${missing}: their scene files are not where the run read them. Put the scenes back, or run canopy monitor where they are.`;
}
