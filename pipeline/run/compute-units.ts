import { readFile, rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { CanopyError, type ErrorDetail } from '../../shared/errors.ts';
import { ALGORITHM, type Unit } from '../plan.ts';
import type { UnitOutput } from '../queue/bullmq-worker.ts';
import { createLocalRunner } from '../queue/local.ts';
import type { Job, Runner } from '../queue/runner.ts';
import { sha256OfBytes } from '../store/files.ts';
import type { UnitStore } from '../store/unit-store.ts';
import type { Pool } from '../workers/pool.ts';
import type { RunDatabase } from './database.ts';
import { runFolder, unitName } from './folder.ts';
import type { PreparedRun, RunContext } from './prepare.ts';
import { pullUnits } from './pull-units.ts';
import { readEndings, runJobs } from './run-jobs.ts';
import type { Task, TaskResult } from './tasks.ts';
import { decodeUnitFile } from './unit-file.ts';
import { workIdOf } from './work-id.ts';
import { WorkRecord } from './work-record.ts';

/** A store beside the output folder, and what the run's plan is called there. */
export interface RunStore {
  readonly units: UnitStore;
  readonly plan: string;
}

interface Means {
  readonly pool: Pool<Task, TaskResult>;
  readonly database: RunDatabase;
  /** Where workers leave results; null: in the output folder. */
  readonly store: RunStore | null;
  /** Ends the run with an error. */
  readonly stop: (error: unknown) => void;
}

export function openWorkRecord(prepared: PreparedRun, database: RunDatabase, say: (line: string) => void): WorkRecord {
  const { config, plan } = prepared;
  const run = {
    id: workIdOf(plan.runId, config.out),
    label: basename(config.out),
    place: config.out,
    plan: plan.runId,
    algorithm: ALGORITHM,
  };
  return new WorkRecord({ database, run, out: config.out, say });
}

/**
 * Computes the units that are due, until each has ended in the record of work; answers those that were left out, with
 * the error that each ended with. With `--hold` dead letters wait for a person before they are left out.
 */
export async function computeUnits(
  prepared: PreparedRun,
  means: Means,
  record: WorkRecord,
  context: RunContext,
): Promise<Map<number, ErrorDetail>> {
  const { config, plan } = prepared;
  const isShared = config.redisUrl !== null && config.databaseUrl !== null;
  // A fleet may go on while this looks at the files.
  const since = isShared ? await record.readClock() : null;
  const open = isShared ? await record.readOpen() : [];
  const atWork = new Set(open.flatMap(({ key, state }) => (state === 'running' ? [key] : [])));
  if (means.store) await pullUnits(means.store.units, config.out, plan.units);
  const found = await findResults(config.out, plan.units, { store: means.store?.units ?? null, atWork });
  const jobs = new Map(plan.units.map((unit) => [unit.key, toJob(prepared, unit, means.store)]));
  // In this order in the record, and before all that is told of units.
  const registered = Promise.all([record.register([...jobs.values()], !isShared), record.resume(found, since)]);
  // A fleet may have gone on while no coordinator was there: what it has ended counts. Alone, nothing need be waited for.
  if (isShared) await registered;
  else registered.catch(() => {});
  const isFound = new Set(found.map(({ key }) => key));
  const due = [...jobs.values()].filter(({ key }) => !isFound.has(key));
  if (found.length > 0) context.say(`Resuming: ${found.length} of ${plan.units.length} units are already computed.`);
  const runner = await createRunner(prepared, means.pool, record, context);
  const { done, dead } = await runJobs({ record, runner, jobs, due, hold: config.hold, stop: means.stop, context })
    // The local runner's pool is also this run's pool, and is closed by the caller.
    .finally(() => (config.redisUrl === null ? undefined : runner.close()));
  await registered;
  if (means.store) await pullUnits(means.store.units, config.out, plan.units);
  await checkResults(config.out, done);
  const indexOf = new Map(plan.units.map(({ key, index }) => [key, index]));
  return new Map(dead.map(({ key, error }) => [indexOf.get(key)!, error]));
}

/** Refuses to merge a run whose results are not all here: what a worker has written it may have written elsewhere. */
async function checkResults(out: string, done: readonly { readonly key: string; readonly bytes: number }[]) {
  const missing: string[] = [];
  for (const { key, bytes } of done) {
    const found = await stat(runFolder.unit(out, key)).catch(() => null);
    if (found?.size !== bytes) missing.push(key);
  }
  if (missing.length === 0) return;
  throw new CanopyError({
    kind: 'input',
    code: 'E_UNIT_MISSING',
    message: `${missing.length} of ${done.length} results that were computed are not in ${out}, or not whole; the first is ${missing[0]}. Do all workers see this folder under the same path? Else give the run a --store. Then run the same command again.`,
    where: out,
  });
}

async function createRunner(
  { config }: PreparedRun,
  pool: Pool<Task, TaskResult>,
  record: WorkRecord,
  context: RunContext,
): Promise<Runner<Task, UnitOutput>> {
  // Every task of these jobs is a unit, and is answered as one.
  if (config.redisUrl === null)
    return createLocalRunner({ pool, signal: context.signal }) as unknown as Runner<Task, UnitOutput>;
  const { createBullRunner } = await import('../queue/bullmq.ts');
  return createBullRunner<Task, UnitOutput>({
    redisUrl: config.redisUrl,
    runId: record.runId,
    signal: context.signal,
    log: context.say,
    hearsStarts: config.databaseUrl === null,
    readEnded: (keys) => readEndings(record, keys),
  });
}

function toJob({ config, plan }: PreparedRun, unit: Unit, store: RunStore | null): Job<Task> {
  return {
    key: unit.key,
    label: `${plan.grids[unit.gridIndex]!.key} at ${unit.window.col},${unit.window.row}`,
    task: {
      kind: 'unit',
      runId: plan.runId,
      unit: unit.index,
      out: config.out,
      store: store && { place: store.units.place, plan: store.plan },
    },
  };
}

interface Finding {
  readonly store: UnitStore | null;
  /** Units that workers are at: what they have just written is theirs. */
  readonly atWork: ReadonlySet<string>;
}

/** Results that are there, whole and complete. */
export async function findResults(out: string, units: readonly Pick<Unit, 'key'>[], finding: Finding) {
  const found: { key: string; sha256: string; bytes: number }[] = [];
  for (const { key } of units) {
    const file = await findResult(out, key, finding);
    if (file) found.push({ key, ...file });
  }
  return found;
}

/**
 * A unit's result. A broken one is removed, to be computed again; so is one that lacks a scene which could not be read
 * then and may be readable now.
 */
async function findResult(out: string, key: string, { store, atWork }: Finding) {
  const path = runFolder.unit(out, key);
  try {
    const file = await readFile(path);
    if (decodeUnitFile(file, key, basename(path)).problems.length === 0)
      return { sha256: sha256OfBytes(file), bytes: file.length };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    if (!(error instanceof CanopyError)) throw error;
  }
  if (atWork.has(key)) return null;
  await store?.remove(unitName(key));
  await rm(path, { force: true });
  return null;
}
