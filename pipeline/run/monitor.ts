import { mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CanopyError, type ErrorDetail, inputError } from '../../shared/errors.ts';
import type { Parcel, RefusedParcel } from '../../shared/parcel.ts';
import type { Acquisition, RefusedScene, Scene, SupersededScene } from '../../shared/scene.ts';
import { childEnvironment, type MonitorConfig } from '../config.ts';
import { parseParcels } from '../parcels.ts';
import { keepOneFamily, type Plan, planRun, type Unit } from '../plan.ts';
import { createLocalRunner } from '../queue/local.ts';
import { createProgress } from '../queue/progress.ts';
import type { Job, Runner } from '../queue/runner.ts';
import { isInPeriod } from '../season.ts';
import { groupAcquisitions } from '../stac/acquisition.ts';
import { loadScenes } from '../stac/catalog.ts';
import { sha256OfBytes, writeFileAtomic } from '../store/files.ts';
import { createPool, type Pool } from '../workers/pool.ts';
import { finishRun, type RunSummary } from './finish.ts';
import { runFolder } from './folder.ts';
import type { Inspection } from './inspect.ts';
import { createLazyEgress } from './lazy-egress.ts';
import { createStopwatch, type Stopwatch } from './stopwatch.ts';
import type { Task, TaskResult } from './tasks.ts';
import { decodeUnitFile } from './unit-file.ts';

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

export type MonitorOutcome =
  | { readonly kind: 'planned'; readonly prepared: PreparedRun; readonly estimate: Estimate }
  | { readonly kind: 'finished'; readonly summary: RunSummary };

/** Runs `canopy monitor`: prepare, plan, compute units, merge. Resumes from unit files that are whole. */
export async function runMonitor(config: MonitorConfig, context: RunContext): Promise<MonitorOutcome> {
  const watch = createStopwatch();
  const pool = createPool<Task, TaskResult>({ size: config.workers, env: childEnvironment(config.allowHosts) });
  const stop = () => void pool.close();
  context.signal.addEventListener('abort', stop);
  try {
    const prepared = await prepareRun(config, pool, context, watch);
    if (config.dryRun) return { kind: 'planned', prepared, estimate: estimateRun(prepared) };
    const summary = await computeRun(prepared, pool, context, watch);
    return { kind: 'finished', summary };
  } finally {
    context.signal.removeEventListener('abort', stop);
    await pool.close();
  }
}

async function prepareRun(
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
    for (const item of found.gridless) {
      const answer = await pool.run({ kind: 'complete', items: [item] });
      if (answer.kind !== 'complete') throw new Error('Wrong answer to a complete task.');
      for (const completed of answer.items) {
        if ('scene' in completed) scenes.push(completed.scene);
        else refused.push(completed.refused);
      }
    }
    return { scenes, refused, itemDigests: found.itemDigests };
  } finally {
    await egress.close();
  }
}

async function readParcelsFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
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
      if (!(error instanceof CanopyError) || error.kind !== 'input') throw error;
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

/** What a run would read and how long it would take on this machine. */
export interface Estimate {
  readonly scenes: number;
  readonly units: number;
  readonly bytes: number;
  readonly seconds: number;
}

/** Pixels that one worker reads, masks and composites a second, measured on a 2-core machine with deflate COGs. */
const PIXELS_PER_WORKER_SECOND = 12e6;

function estimateRun({ plan, inspections, config }: PreparedRun): Estimate {
  const share = new Map<number, number>();
  for (const unit of plan.units) {
    const { widthPx, heightPx } = plan.grids[unit.gridIndex]!.grid;
    const part = (unit.window.widthPx * unit.window.heightPx) / (widthPx * heightPx);
    share.set(unit.gridIndex, (share.get(unit.gridIndex) ?? 0) + part);
  }
  const weigh = (of: (inspection: Inspection) => number) =>
    plan.scenes.reduce((total, planned) => {
      const inspection = inspections.find(({ scene }) => scene.id === planned.scene.id)!;
      return total + of(inspection) * Math.min(1, share.get(planned.gridIndex) ?? 0);
    }, 0);
  return {
    scenes: plan.scenes.length,
    units: plan.units.length,
    bytes: Math.round(weigh((inspection) => inspection.bytes)),
    seconds: weigh((inspection) => inspection.pixels) / PIXELS_PER_WORKER_SECOND / config.workers,
  };
}

async function computeRun(
  prepared: PreparedRun,
  pool: Pool<Task, TaskResult>,
  context: RunContext,
  watch: Stopwatch,
): Promise<RunSummary> {
  const { config, plan } = prepared;
  await mkdir(join(runFolder.work(config.out), 'units'), { recursive: true });
  await mkdir(runFolder.layers(config.out), { recursive: true });
  await writeFileAtomic(runFolder.plan(config.out, plan.runId), JSON.stringify(plan));
  const due: Unit[] = [];
  for (const unit of plan.units) if (!(await isWhole(config.out, unit))) due.push(unit);
  if (due.length < plan.units.length)
    context.say(`Resuming: ${plan.units.length - due.length} of ${plan.units.length} units are already computed.`);
  const jobs = due.map((unit) => toJob(prepared, unit));
  const runner = await createRunner(prepared, pool, context);
  const lost = new Map<number, ErrorDetail>();
  let summary: RunSummary | null = null;
  const progress = createProgress({
    total: jobs.length,
    unitName: 'units',
    write: context.write,
    isTty: context.isTty,
    now: Date.now,
  });
  try {
    await runner.run(
      jobs,
      {
        done: () => progress.advance(),
        failed: (job, error) => {
          const unit = due.find((candidate) => candidate.key === job.key)!;
          lost.set(unit.index, error);
          progress.advance();
        },
      },
      async () => {
        progress.finish();
        watch.lap('units');
        summary = await finishRun(prepared, lost, pool, context, watch);
      },
    );
  } finally {
    // The local runner's pool is also this run's pool, and is closed by the caller.
    if (config.redisUrl !== null) await runner.close();
  }
  return summary!;
}

async function createRunner(
  { config, plan }: PreparedRun,
  pool: Pool<Task, TaskResult>,
  context: RunContext,
): Promise<Runner<Task, TaskResult>> {
  if (config.redisUrl === null) return createLocalRunner({ pool, signal: context.signal });
  const { createBullRunner } = await import('../queue/bullmq.ts');
  // The folder belongs to the identity: the same run into two folders is two runs.
  const runId = `r${sha256OfBytes(`${plan.runId} ${config.out}`).slice(0, 24)}`;
  return createBullRunner<Task, TaskResult>({
    redisUrl: config.redisUrl,
    runId,
    signal: context.signal,
    log: context.say,
  });
}

function toJob({ config, plan }: PreparedRun, unit: Unit): Job<Task> {
  return {
    key: unit.key,
    label: `${plan.grids[unit.gridIndex]!.key} at ${unit.window.col},${unit.window.row}`,
    task: { kind: 'unit', runId: plan.runId, unit: unit.index, out: config.out },
  };
}

/** Whether a unit's result is there and whole; a broken one is removed, to be computed again. */
async function isWhole(out: string, unit: Unit): Promise<boolean> {
  const path = runFolder.unit(out, unit.key);
  try {
    decodeUnitFile(await readFile(path), unit.key, basename(path));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    if (!(error instanceof CanopyError)) throw error;
    await rm(path, { force: true });
    return false;
  }
}
