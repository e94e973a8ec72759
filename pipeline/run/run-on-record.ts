import { type CanopyError, type ErrorDetail, isCanopyError, toErrorDetail } from '../../shared/errors.ts';
import { ensureFolder, sha256OfBytes, writeFileAtomic } from '../store/files.ts';
import { openUnitStore } from '../store/unit-store.ts';
import type { Pool } from '../workers/pool.ts';
import { computeUnits, openWorkRecord, type RunStore } from './compute-units.ts';
import { openRunDatabase, type RunDatabase } from './database.ts';
import { runFolder, storedPlanName } from './folder.ts';
import { mergePatiently } from './merge-patiently.ts';
import type { PreparedRun, RunContext } from './prepare.ts';
import { cancelledByPerson } from './run-jobs.ts';
import type { Stopwatch } from './stopwatch.ts';
import type { Task, TaskResult } from './tasks.ts';
import type { WorkRecord } from './work-record.ts';

/** What merges a run: units that were left out, with the error of each, and what it may use. */
type Merge<S> = (
  lost: ReadonlyMap<number, ErrorDetail>,
  means: { readonly pool: Pool<Task, TaskResult>; readonly database: RunDatabase },
  context: RunContext,
) => Promise<S>;

/** Computes the units of a run under the record of work, then merges them; the record knows how it ended. */
export async function runOnRecord<S>(
  prepared: PreparedRun,
  pool: Pool<Task, TaskResult>,
  context: RunContext,
  watch: Stopwatch,
  merge: Merge<S>,
): Promise<S> {
  const { config } = prepared;
  await ensureFolder(runFolder.units(config.out));
  await ensureFolder(runFolder.layers(config.out));
  // A database that cannot be opened stops the run at once: nothing is computed that could not be kept.
  const stopper = new AbortController();
  let reason: unknown = null;
  const stop = (error: unknown) => {
    reason ??= error;
    stopper.abort();
    // Whatever is computed just now has nobody to be computed for.
    void pool.close();
  };
  const hear = { onFailed: stop, say: context.say };
  const database = openRunDatabase({ url: config.databaseUrl, folder: config.out }, hear);
  const record = openWorkRecord(prepared, database, context.say);
  let store: RunStore | null = null;
  try {
    // Whoever comes second must not touch a file of the run that is at work here.
    await database.locked;
    store = await keepPlan(prepared);
    const inner = { ...context, signal: AbortSignal.any([context.signal, stopper.signal]) };
    const lost = await computeUnits(prepared, { pool, database, store, stop }, record, inner);
    watch.lap('units');
    const mergeAll = () => merge(lost, { pool, database }, inner);
    return await mergeOnRecord(record, mergeAll, inner, stop);
  } catch (error) {
    await tellEnd(record, reason ?? error);
    throw reason ?? error;
  } finally {
    await record.close();
    await store?.units.close();
    await database.close().catch(() => {});
  }
}

/** Puts the plan where children and workers find it. */
async function keepPlan({ config, plan }: PreparedRun): Promise<RunStore | null> {
  const text = JSON.stringify(plan);
  await writeFileAtomic(runFolder.plan(config.out, plan.runId), text);
  if (config.store === null) return null;
  const units = await openUnitStore(config.store.place, { s3: config.store.settings });
  const name = storedPlanName(plan.runId, sha256OfBytes(text));
  await units.put(name, Buffer.from(text));
  return { units, plan: name };
}

async function mergeOnRecord<S>(
  record: WorkRecord,
  merge: () => Promise<S>,
  context: RunContext,
  stop: (error: unknown) => void,
): Promise<S> {
  record.listen({ retry: () => {}, merge: () => {}, cancel: () => stop(cancelledByPerson()), lost: stop });
  await record.setState('merging');
  const summary = await mergePatiently(merge, context);
  record.listen(null);
  await record.leaveOutDead();
  await record.setState('finished');
  return summary;
}

/** Writes down how a run ended that did not finish; where the database itself is the trouble there is nowhere to write. */
async function tellEnd(record: WorkRecord, cause: unknown): Promise<void> {
  const code = isCanopyError(cause) ? (cause as CanopyError).code : '';
  if (code === 'E_RUN_TAKEN_OVER') return;
  const isCancelled = code === 'E_CANCELLED';
  await record
    .setState(isCancelled ? 'cancelled' : 'failed', isCancelled ? null : toErrorDetail(cause))
    .catch(() => {});
}
