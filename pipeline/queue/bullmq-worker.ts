import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import { CanopyError, toErrorDetail } from '../../shared/errors.ts';
import { createPool, type PoolOptions } from '../workers/pool.ts';
import {
  decodeFailure,
  encodeFailure,
  KEY_PREFIX,
  LOCK_DURATION_MS,
  MAX_STALLED_COUNT,
  MAX_STARTED_ATTEMPTS,
  UNIT_QUEUE,
  type UnitData,
} from './bullmq-jobs.ts';
import { connectRedis, disconnectRedis } from './redis.ts';
import { decideRetry } from './retry.ts';

interface BullWorkerOptions<T> {
  readonly redisUrl: string;
  /** Units at a time, each in a child process of its own. */
  readonly concurrency: number;
  readonly poolOptions?: Omit<PoolOptions, 'size'>;
  /** The plan file that a task reads, which this machine must be able to see; null for a task without one. */
  readonly planOf?: (task: T) => string | null;
  /** Aborting stops taking units; those at work have `graceMs` to finish, then go back to the queue. */
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  readonly graceMs?: number;
  readonly lockDurationMs?: number;
}

const GRACE_MS = 25_000;

/**
 * Computes units from the queue until `signal` aborts; resolves when all is closed.
 * @throws CanopyError when Redis cannot be reached or must not be used (see `connectRedis`).
 */
export async function startBullWorker<T extends object, R>(options: BullWorkerOptions<T>): Promise<void> {
  const { redisUrl, concurrency, signal, log, planOf = () => null, graceMs = GRACE_MS } = options;
  const redis = await connectRedis(redisUrl, log);
  const pool = createPool<T, R>({ ...options.poolOptions, size: concurrency });
  let isClosing = false;

  async function compute(job: Job<UnitData<T>, R>): Promise<R> {
    try {
      const plan = planOf(job.data.task);
      if (plan !== null) checkSeen(plan);
      return await pool.run(job.data.task);
    } catch (error) {
      if (isClosing && error instanceof CanopyError && error.code === 'E_CANCELLED') {
        await job.moveToWait(job.token);
        throw new WaitingError();
      }
      throw toQueueError(error, job, log);
    }
  }

  const worker = new Worker<UnitData<T>, R>(UNIT_QUEUE, compute, {
    connection: redis,
    prefix: KEY_PREFIX,
    concurrency,
    lockDuration: options.lockDurationMs ?? LOCK_DURATION_MS,
    stalledInterval: (options.lockDurationMs ?? LOCK_DURATION_MS) / 2,
    maxStalledCount: MAX_STALLED_COUNT,
    maxStartedAttempts: MAX_STARTED_ATTEMPTS,
    settings: {
      backoffStrategy: (failures, _type, error) => {
        const decision = decideRetry(decodeFailure(error?.message ?? ''), failures ?? 1, Math.random());
        return decision.retry ? decision.delayMs : -1;
      },
    },
  });
  worker.on('error', (error) => redis.status === 'ready' && log(`Queue: ${error.message}`));
  await worker.waitUntilReady();
  log(`Worker is ready with ${concurrency} child process${concurrency === 1 ? '' : 'es'}; stop it with Ctrl-C.`);

  await aborted(signal);
  log(`Stopping: the units at work have ${graceMs / 1000} s to finish.`);
  const closed = worker.close();
  await Promise.race([closed, sleep(graceMs, undefined, { ref: false })]);
  isClosing = true;
  await pool.close();
  // A Redis that is away cannot be told goodbye; the locks of its units run out by themselves.
  await Promise.race([closed, sleep(2000, undefined, { ref: false })]);
  disconnectRedis(redis);
}

/** What BullMQ understands: a plain error is tried again, an unrecoverable one is a dead letter at once. */
function toQueueError(error: unknown, job: Job<UnitData<unknown>>, log: (line: string) => void): Error {
  const detail = toErrorDetail(error);
  const decision = decideRetry(detail, job.attemptsMade + 1, 0);
  if (decision.retry) return new Error(encodeFailure(detail));
  log(`${job.data.label} failed (${decision.error.code}): ${decision.error.message}`);
  return new UnrecoverableError(encodeFailure(decision.error));
}

/** A worker on another machine sees the run only through a shared file system. */
function checkSeen(path: string): void {
  if (existsSync(path)) return;
  throw new CanopyError({
    kind: 'transient',
    code: 'E_PLAN_MISSING',
    message: `The worker on ${hostname()} cannot see the plan ${path}. Workers need the run's output folder under the same absolute path (a shared file system): mount it there, or start the worker on the machine of the run.`,
    where: path,
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
