import type { Acquisition, Scene, SupersededScene } from '../../shared/scene.ts';

/** Scenes of one platform this close in time are of one pass. */
const PASS_GAP_MS = 5 * 60 * 1000;
/** Datastrips whose sensing starts this close are the same strip, made twice. */
const SAME_START_MS = 1500;

export interface GroupedScenes {
  /** By datetime, then id. */
  readonly acquisitions: readonly Acquisition[];
  /** Copies that a newer one replaces, by id. */
  readonly superseded: readonly SupersededScene[];
}

/**
 * Sorts scenes into acquisitions: same platform and datatake, else same platform and pass within five minutes. Of
 * reprocessed copies of one granule the newest counts. Pure; the order of the input does not matter.
 */
export function groupAcquisitions(scenes: readonly Scene[]): GroupedScenes {
  const passes = groupPasses([...scenes].sort(byTimeThenId));
  const superseded: SupersededScene[] = [];
  const acquisitions: Acquisition[] = [];
  const ids = new Map<string, number>();
  for (const pass of passes) {
    const kept = dropCopies(pass, superseded).sort(byTimeThenId);
    const { platform, datetime } = kept[0]!;
    const id = `${platform}_${datetime.slice(0, 19).replace(/[-:]/g, '')}`;
    const count = (ids.get(id) ?? 0) + 1;
    ids.set(id, count);
    acquisitions.push({
      id: count === 1 ? id : `${id}-${count}`,
      platform,
      datetime,
      sceneIds: kept.map((scene) => scene.id).sort(compareText),
    });
  }
  superseded.sort((a, b) => compareText(a.id, b.id));
  return { acquisitions, superseded };
}

interface Pass {
  readonly platform: string;
  readonly scenes: Scene[];
  startMs: number;
  endMs: number;
}

/** Passes in the order of their first scene. Scenes without a datatake join a pass of their platform that is near in time. */
function groupPasses(sorted: readonly Scene[]): Scene[][] {
  const passes: Pass[] = [];
  const byDatatake = new Map<string, Pass>();
  for (const scene of sorted) {
    if (scene.datatake === null) continue;
    // Names of one datatake come with and without its orbit number.
    const key = `${scene.platform} ${scene.datatake.replace(/_\d{6}$/, '')}`;
    const pass = byDatatake.get(key) ?? startPass(passes, scene);
    byDatatake.set(key, pass);
    addToPass(pass, scene);
  }
  for (const scene of sorted) {
    if (scene.datatake !== null) continue;
    const ms = Date.parse(scene.datetime);
    const near = passes.find(
      (pass) => pass.platform === scene.platform && ms >= pass.startMs - PASS_GAP_MS && ms <= pass.endMs + PASS_GAP_MS,
    );
    addToPass(near ?? startPass(passes, scene), scene);
  }
  for (const pass of passes) pass.scenes.sort(byTimeThenId);
  return passes.map((pass) => pass.scenes).sort((a, b) => byTimeThenId(a[0]!, b[0]!));
}

function startPass(passes: Pass[], { platform, datetime }: Scene): Pass {
  const ms = Date.parse(datetime);
  const pass: Pass = { platform, scenes: [], startMs: ms, endMs: ms };
  passes.push(pass);
  return pass;
}

function addToPass(pass: Pass, scene: Scene): void {
  const ms = Date.parse(scene.datetime);
  pass.scenes.push(scene);
  pass.startMs = Math.min(pass.startMs, ms);
  pass.endMs = Math.max(pass.endMs, ms);
}

/** The scenes of a pass without the copies that a newer one replaces; those go to `superseded`. */
function dropCopies(pass: readonly Scene[], superseded: SupersededScene[]): Scene[] {
  const kept: Scene[] = [];
  for (const scene of [...pass].sort(newestFirst)) {
    const newer = kept.find((other) => other.gridKey === scene.gridKey && isCopy(other, scene));
    if (!newer) kept.push(scene);
    else superseded.push({ id: scene.id, supersededBy: newer.id, reason: supersededReason(scene, newer) });
  }
  return kept;
}

/**
 * Whether two scenes of one pass and grid show the same ground. Sentinel-2 cuts some datatakes in two downlinks, whose
 * parts differ in the datastrip's sensing start and have one baseline: both count. Landsat has one scene a path and row.
 */
function isCopy(a: Scene, b: Scene): boolean {
  if (a.family !== 'msi' || a.baseline !== b.baseline) return true;
  if (a.sensingStart && b.sensingStart) return gapMs(a.sensingStart, b.sensingStart) <= SAME_START_MS;
  return gapMs(a.datetime, b.datetime) <= SAME_START_MS;
}

function supersededReason(scene: Scene, newer: Scene): string {
  if (scene.baseline !== newer.baseline) {
    return `superseded by ${newer.id}: processing baseline ${newer.baseline ?? 'unknown'} is newer than ${scene.baseline ?? 'unknown'}`;
  }
  return `superseded by ${newer.id}: the same ground and pass, processed later`;
}

const TIER_RANK = { T1: 2, T2: 1, RT: 0 };

/** Newest baseline, best tier, latest product, then the last id (Earth Search counts `_0_`, `_1_`). */
function newestFirst(a: Scene, b: Scene): number {
  return (
    compareText(b.baseline ?? '', a.baseline ?? '') ||
    (b.tier ? TIER_RANK[b.tier] : 0) - (a.tier ? TIER_RANK[a.tier] : 0) ||
    compareText(b.productTime ?? '', a.productTime ?? '') ||
    compareText(b.id, a.id)
  );
}

function byTimeThenId(a: Scene, b: Scene): number {
  return compareText(a.datetime, b.datetime) || compareText(a.id, b.id);
}

/** By code point: the same on every machine, unlike `localeCompare`. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function gapMs(a: string, b: string): number {
  return Math.abs(Date.parse(a) - Date.parse(b));
}
