import { childEnvironment, type MonitorConfig } from '../config.ts';
import { cacheEnvironment } from '../config-cache.ts';
import { ensureFolder } from '../store/files.ts';
import { createPool } from '../workers/pool.ts';
import { type Estimate, estimateRun } from './estimate.ts';
import { finishRun, type RunSummary } from './finish.ts';
import { type PreparedRun, prepareRun, type RunContext } from './prepare.ts';
import { runOnRecord } from './run-on-record.ts';
import { createStopwatch } from './stopwatch.ts';
import type { Task, TaskResult } from './tasks.ts';

export type MonitorOutcome =
  | { readonly kind: 'planned'; readonly prepared: PreparedRun; readonly estimate: Estimate }
  | { readonly kind: 'finished'; readonly summary: RunSummary };

/** Runs `canopy monitor`: prepare, plan, compute units, merge. Resumes from unit files that are whole. */
export async function runMonitor(config: MonitorConfig, context: RunContext): Promise<MonitorOutcome> {
  const watch = createStopwatch();
  // Before minutes of checking scenes: a run that could not be written need not begin.
  if (!config.dryRun) await ensureFolder(config.out);
  const pool = createPool<Task, TaskResult>({
    size: config.workers,
    env: { ...childEnvironment(config.allowHosts), ...cacheEnvironment(config.rangeCache), ...config.store?.env },
  });
  const stop = () => void pool.close();
  context.signal.addEventListener('abort', stop);
  try {
    const prepared = await prepareRun(config, pool, context, watch);
    if (config.dryRun) return { kind: 'planned', prepared, estimate: estimateRun(prepared) };
    const summary = await runOnRecord(prepared, pool, context, watch, (lost, means, inner) =>
      finishRun(prepared, lost, means, inner, watch),
    );
    return { kind: 'finished', summary: { ...summary, stages: watch.stages() } };
  } finally {
    context.signal.removeEventListener('abort', stop);
    await pool.close();
  }
}
