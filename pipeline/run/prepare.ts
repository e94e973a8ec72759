import { readFile } from 'node:fs/promises';
import { inputError } from '../../shared/errors.ts';
import type { Parcel, RefusedParcel } from '../../shared/parcel.ts';
import type { Acquisition, RefusedScene, Scene, SupersededScene } from '../../shared/scene.ts';
import type { MonitorConfig } from '../config.ts';
import { parseParcels } from '../parcels.ts';
import { keepOneFamily, type Plan, planRun } from '../plan.ts';
import { createProgress } from '../queue/progress.ts';
import { isInPeriod } from '../season.ts';
import { groupAcquisitions } from '../stac/acquisition.ts';
import { loadScenes } from '../stac/catalog.ts';
import type { GridlessItem } from '../stac/item.ts';
import { sha256OfBytes } from '../store/files.ts';
import type { Pool } from '../workers/pool.ts';
import type { CompletedItem } from './complete.ts';
import { type Inspection, isFaultOfScene } from './inspect.ts';
import { createLazyEgress } from './lazy-egress.ts';
import type { Stopwatch } from './stopwatch.ts';
import type { Task, TaskResult } from './tasks.ts';

/** What a run may touch of the process. */
export interface RunContext {
  readonly say: (line: string) => void;
  readonly write: (text: string) => void;
  readonly isTty: boolean;
  readonly signal: AbortSignal;
}

/** Everything a run knows before its first unit is computed. */
export interface PreparedRun {
  readonly config: MonitorConfig;
  readonly plan: Plan;
  readonly parcels: readonly Parcel[];
  readonly refusedParcels: readonly RefusedParcel[];
  readonly parcelsSha256: string;
  readonly inspections: readonly Inspection[];
  readonly superseded: readonly SupersededScene[];
  readonly supersededScenes: readonly Scene[];
  readonly refused: readonly RefusedScene[];
  readonly notes: readonly string[];
  /** Scene id → SHA-256 of its item. */
  readonly itemDigests: ReadonlyMap<string, string>;
}

/** Everything up to the plan: parcels, scenes, checked files. Nothing is written yet. */
export async function prepareRun(
  config: MonitorConfig,
  pool: Pool<Task, TaskResult>,
  context: RunContext,
  watch: Stopwatch,
): Promise<PreparedRun> {
  const { params } = config;
  const bytes = await readParcelsFile(config.parcels);
  const parsed = await parseParcels(bytes, { source: config.parcels, idField: config.idField ?? undefined });
  watch.lap('parcels');
  if (parsed.parcels.length === 0)
    throw inputError(
      'E_NO_PARCELS',
      `No parcel of ${config.parcels} can be used: ${firstReason(parsed.refused)}`,
      config.parcels,
    );
  const found = await findScenes(config, unionBbox(parsed.parcels), pool);
  const between = found.scenes.filter(({ datetime }) => {
    const day = datetime.slice(0, 10);
    return isInPeriod(day, params.baseline) || isInPeriod(day, params.period);
  });
  const family = keepOneFamily(between);
  const { acquisitions, superseded } = groupAcquisitions(family.kept);
  watch.lap('catalogue');
  requireScenes(config, acquisitions, [...found.refused, ...family.refused]);
  const wanted = new Set(acquisitions.flatMap((acquisition) => acquisition.sceneIds));
  const scenes = family.kept.filter((scene) => wanted.has(scene.id));
  context.say(
    `${parsed.parcels.length} parcels, ${scenes.length} scenes of ${acquisitions.length} acquisitions. Checking the files …`,
  );
  const inspected = await inspectAll(scenes, pool, context);
  watch.lap('files checked');
  requireScenes(
    config,
    acquisitions.filter((a) => a.sceneIds.some((id) => inspected.ok.some((i) => i.scene.id === id))),
    inspected.refused,
  );
  const plan = planRun({ params, scenes: inspected.ok, acquisitions, parcels: parsed.parcels });
  watch.lap('plan');
  if (plan.parcels.length === 0)
    throw inputError(
      'E_NO_COVERAGE',
      `No scene of ${config.catalog} covers a parcel of ${config.parcels}. Check that both are of the same place.`,
      config.parcels,
    );
  return {
    config,
    plan,
    parcels: parsed.parcels,
    refusedParcels: parsed.refused,
    parcelsSha256: sha256OfBytes(bytes),
    inspections: inspected.ok,
    superseded,
    supersededScenes: family.kept.filter((scene) => !wanted.has(scene.id)),
    refused: [...found.refused, ...family.refused, ...inspected.refused],
    notes: parsed.notes,
    itemDigests: found.itemDigests,
  };
}

/** Scenes of the catalogue in the run's days and area; items that state no grid get it from their files. */
async function findScenes(
  config: MonitorConfig,
  bboxDeg: [number, number, number, number],
  pool: Pool<Task, TaskResult>,
) {
  const { params, collections, allowHosts } = config;
  const egress = createLazyEgress(allowHosts);
  try {
    const query = { bboxDeg, startDay: params.baseline.start, endDay: params.period.end };
    const found = await loadScenes(config.catalog, collections ? { ...query, collections } : query, egress);
    const scenes = [...found.scenes];
    const refused = [...found.refused];
    for (const completed of await Promise.all(found.gridless.map((item) => completeInChild(item, pool)))) {
      if ('scene' in completed) scenes.push(completed.scene);
      else refused.push(completed.refused);
    }
    return { scenes, refused, itemDigests: found.itemDigests };
  } finally {
    await egress.close();
  }
}

async function completeInChild(item: GridlessItem, pool: Pool<Task, TaskResult>): Promise<CompletedItem> {
  try {
    const answer = await pool.run({ kind: 'complete', items: [item] });
    if (answer.kind !== 'complete') throw new Error('Wrong answer to a complete task.');
    return answer.items[0]!;
  } catch (error) {
    // A file that broke the child costs its own scene, as it does where files are checked.
    if (!isFaultOfScene(error)) throw error;
    return { refused: { id: item.draft.id, code: error.code, reason: error.message } };
  }
}

async function readParcelsFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : message;
    throw inputError(
      'E_PARCELS_MISSING',
      `The parcels cannot be read from ${path}: ${why}. Give the path of a GeoJSON file.`,
      path,
      error,
    );
  }
}

function requireScenes(
  config: MonitorConfig,
  acquisitions: readonly Acquisition[],
  refused: readonly RefusedScene[],
): void {
  const { params, catalog } = config;
  for (const [name, flag, period] of [
    ['baseline', '--baseline', params.baseline],
    ['monitoring period', '--period', params.period],
  ] as const) {
    if (acquisitions.some((a) => isInPeriod(a.datetime.slice(0, 10), period))) continue;
    const why = refused.length > 0 ? ` ${refused.length} scenes were refused; the first: ${refused[0]!.reason}` : '';
    throw inputError(
      'E_EMPTY_PERIOD',
      `No usable scene over the parcels in the ${name} ${period.start}/${period.end} in ${catalog}. Change ${flag}, or add scenes.${why}`,
      catalog,
    );
  }
}

function firstReason(refused: readonly RefusedParcel[]): string {
  return refused[0]?.reason ?? 'the file holds none.';
}

function unionBbox(parcels: readonly Parcel[]): [number, number, number, number] {
  const box: [number, number, number, number] = [180, 90, -180, -90];
  for (const { bboxDeg } of parcels) {
    box[0] = Math.min(box[0], bboxDeg[0]);
    box[1] = Math.min(box[1], bboxDeg[1]);
    box[2] = Math.max(box[2], bboxDeg[2]);
    box[3] = Math.max(box[3], bboxDeg[3]);
  }
  return box;
}

/** Opens every scene's files in the children, several scenes a task. A killed child refuses the scenes of its task. */
async function inspectAll(scenes: readonly Inspection['scene'][], pool: Pool<Task, TaskResult>, context: RunContext) {
  const perTask = Math.max(1, Math.min(16, Math.ceil(scenes.length / (pool.size * 4))));
  const progress = createProgress({
    total: scenes.length,
    unitName: 'scenes checked',
    write: context.write,
    isTty: context.isTty,
    now: Date.now,
  });
  const ok: Inspection[] = [];
  const refused: RefusedScene[] = [];
  const inspect = async (batch: readonly Inspection['scene'][]): Promise<void> => {
    try {
      const answer = await pool.run({ kind: 'inspect', scenes: batch });
      if (answer.kind !== 'inspect') throw new Error('Wrong answer to an inspect task.');
      for (const result of answer.scenes) {
        if ('ok' in result) ok.push(result.ok);
        else refused.push(result.refused);
      }
      progress.advance(batch.length);
    } catch (error) {
      if (!isFaultOfScene(error)) throw error;
      // One file of the batch broke the child: each scene alone shows which.
      if (batch.length > 1) for (const scene of batch) await inspect([scene]);
      else refused.push({ id: batch[0]!.id, code: error.code, reason: error.message });
    }
  };
  const batches: Promise<void>[] = [];
  for (let at = 0; at < scenes.length; at += perTask) batches.push(inspect(scenes.slice(at, at + perTask)));
  await Promise.all(batches);
  progress.finish();
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
  return { ok: ok.sort((a, b) => byId(a.scene, b.scene)), refused: refused.sort(byId) };
}
