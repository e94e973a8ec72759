import { readFile, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { CanopyError, type ErrorDetail } from '../../shared/errors.ts';
import { childEnvironment, type MonitorConfig } from '../config.ts';
import type { Unit } from '../plan.ts';
import { createLocalRunner } from '../queue/local.ts';
import { createProgress } from '../queue/progress.ts';
import type { Job, Runner } from '../queue/runner.ts';
import { ensureFolder, sha256OfBytes, writeFileAtomic } from '../store/files.ts';
import { createPool, type Pool } from '../workers/pool.ts';
import { openRunDatabase } from './database.ts';
import { type Estimate, estimateRun } from './estimate.ts';
import { finishRun, type RunSummary } from './finish.ts';
import { runFolder } from './folder.ts';
import { type PreparedRun, prepareRun, type RunContext } from './prepare.ts';
import { createStopwatch, type Stopwatch } from './stopwatch.ts';
import type { Task, TaskResult } from './tasks.ts';
import { decodeUnitFile } from './unit-file.ts';

export type MonitorOutcome =
  | { readonly kind: 'planned'; readonly prepared: PreparedRun; readonly estimate: Estimate }
  | { readonly kind: 'finished'; readonly summary: RunSummary };

/** Runs `canopy monitor`: prepare, plan, compute units, merge. Resumes from unit files that are whole. */
export async function runMonitor(config: MonitorConfig, context: RunContext): Promise<MonitorOutcome> {
  const watch = createStopwatch();
  // Before minutes of checking scenes: a run that could not be written need not begin.
  if (!config.dryRun) await ensureFolder(config.out);
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

async function computeRun(
  prepared: PreparedRun,
  pool: Pool<Task, TaskResult>,
  context: RunContext,
  watch: Stopwatch,
): Promise<RunSummary> {
  const { config, plan } = prepared;
  await ensureFolder(runFolder.units(config.out));
  await ensureFolder(runFolder.layers(config.out));
  // A database that cannot be opened stops the run at once: nothing is computed that could not be kept.
  const stopper = new AbortController();
  let databaseError: CanopyError | null = null;
  const database = openRunDatabase({ url: config.databaseUrl, folder: config.out }, (error) => {
    databaseError = error;
    stopper.abort();
  });
  try {
    await writeFileAtomic(runFolder.plan(config.out, plan.runId), JSON.stringify(plan));
    const signal = AbortSignal.any([context.signal, stopper.signal]);
    const lost = await computeUnits(prepared, pool, { ...context, signal }, watch);
    return await finishRun(prepared, lost, { pool, database }, context, watch);
  } catch (error) {
    throw databaseError ?? error;
  } finally {
    await database.close();
  }
}

/** Computes the units that are due; answers those that were left out, with the error that each ended with. */
export async function computeUnits(
  prepared: PreparedRun,
  pool: Pool<Task, TaskResult>,
  context: RunContext,
  watch: Stopwatch,
): Promise<Map<number, ErrorDetail>> {
  const { config, plan } = prepared;
  const due: Unit[] = [];
  for (const unit of plan.units) if (!(await isDone(config.out, unit))) due.push(unit);
  if (due.length < plan.units.length)
    context.say(`Resuming: ${plan.units.length - due.length} of ${plan.units.length} units are already computed.`);
  const jobs = due.map((unit) => toJob(prepared, unit));
  const runner = await createRunner(prepared, pool, context);
  const lost = new Map<number, ErrorDetail>();
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
      },
    );
  } finally {
    // The local runner's pool is also this run's pool, and is closed by the caller.
    if (config.redisUrl !== null) await runner.close();
  }
  return lost;
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

/**
 * Whether a unit's result is there, whole and complete. A broken one is removed, to be computed again; so is one that
 * lacks a scene which could not be read then and may be readable now.
 */
async function isDone(out: string, unit: Unit): Promise<boolean> {
  const path = runFolder.unit(out, unit.key);
  try {
    if (decodeUnitFile(await readFile(path), unit.key, basename(path)).problems.length === 0) return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    if (!(error instanceof CanopyError)) throw error;
  }
  await rm(path, { force: true });
  return false;
}
