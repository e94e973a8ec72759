import { setTimeout as sleep } from 'node:timers/promises';
import { toErrorDetail } from '../../shared/errors.ts';
import type { Pool } from '../workers/pool.ts';
import { decideRetry } from './retry.ts';
import { cancelledRun, checkJobKeys, createLedger, type Job, type Runner } from './runner.ts';

interface LocalRunnerOptions<T, R> {
  readonly pool: Pool<T, R>;
  /** Aborting kills the children; finished units stay. */
  readonly signal: AbortSignal;
  /** In [0, 1), for the jitter between tries. */
  readonly random?: () => number;
}

/** Runs jobs on this machine: as many at a time as the pool has children. `close` closes the pool. */
export function createLocalRunner<T, R>({
  pool,
  signal,
  random = Math.random,
}: LocalRunnerOptions<T, R>): Runner<T, R> {
  const run: Runner<T, R>['run'] = async (jobs, on, merge) => {
    checkJobKeys(jobs);
    const stopper = new AbortController();
    const stop = AbortSignal.any([signal, stopper.signal]);
    const ledger = createLedger(on, () => stopper.abort());
    const queue = jobs.values();
    let pauseUntilMs = 0;

    async function compute(job: Job<T>): Promise<void> {
      for (let failures = 0; ; ) {
        await rest(pauseUntilMs - Date.now(), stop);
        if (stop.aborted) return;
        try {
          return ledger.done(job, await pool.run(job.task));
        } catch (error) {
          if (stop.aborted) return;
          const decision = decideRetry(toErrorDetail(error), ++failures, random());
          if (!decision.retry) return ledger.failed(job, decision.error);
          if (decision.pauseOthers) pauseUntilMs = Date.now() + decision.delayMs;
          await rest(decision.delayMs, stop);
        }
      }
    }

    async function drain(): Promise<void> {
      for (const job of queue) {
        if (stop.aborted) return;
        await compute(job);
      }
    }

    const killChildren = () => void pool.close();
    stop.addEventListener('abort', killChildren);
    if (stop.aborted) killChildren();
    try {
      await Promise.all(Array.from({ length: pool.size }, drain));
    } finally {
      stop.removeEventListener('abort', killChildren);
    }
    await ledger.flush();
    if (signal.aborted) throw cancelledRun(ledger.settledCount(), jobs.length);
    await merge();
  };
  return { run, close: () => pool.close() };
}

/** Waits, but not beyond an abort. */
async function rest(delayMs: number, signal: AbortSignal): Promise<void> {
  if (delayMs > 0) await sleep(delayMs, undefined, { signal }).catch(() => {});
}
