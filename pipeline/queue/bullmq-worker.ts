import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import { CanopyError, type ErrorDetail, toErrorDetail } from '../../shared/errors.ts';
import type { UnitFailure } from '../store/work.ts';
import type { WorkBook } from '../store/work-book.ts';
import {
  decodeFailure,
  encodeFailure,
  KEY_PREFIX,
  LOCK_DURATION_MS,
  MAX_STALLED_COUNT,
  UNIT_QUEUE,
  type UnitAnswer,
  type UnitData,
} from './bullmq-jobs.ts';
import type { Journal, JournalEntry } from './journal.ts';
import { watchLoop } from './loop-watch.ts';
import { connectRedis, disconnectRedis } from './redis.ts';
import { blameOf, decideRetry, isFaultOfWorker, lostTooOften, MAX_LOSSES } from './retry.ts';
import { workerName } from './worker-name.ts';

/** The file that a unit's result became, as it was read back. */
export interface UnitOutput {
  readonly sha256: string;
  readonly bytes: number;
}

/** Where a worker is with a unit, for tests that end it just there. */
export const WORKER_STEPS = ['claimed', 'computed', 'recorded'] as const;
export type WorkerStep = (typeof WORKER_STEPS)[number];

interface BullWorkerOptions<T, R> {
  readonly redisUrl: string;
  /** Units at a time. */
  readonly concurrency: number;
  /** Computes a unit somewhere that may die without this process, such as a pool of children. */
  readonly compute: (task: T, unit: { readonly runId: string; readonly key: string }) => Promise<R>;
  /** Ends all that `compute` has begun; what is interrupted rejects with E_CANCELLED. */
  readonly stopComputing: () => Promise<void>;
  /** The record of work, where this worker has one; else the coordinator writes down what it hears. */
  readonly book: WorkBook | null;
  /** Aborting stops taking units; those at work have `graceMs` to finish, then go back to the queue. */
  readonly signal: AbortSignal;
  readonly log: Journal;
  readonly graceMs?: number;
  readonly lockDurationMs?: number;
  readonly onStep?: (step: WorkerStep) => void;
}

const GRACE_MS = 25_000;
/** How long a worker that cannot see what its units need takes none. */
const REST_MS = 30_000;

interface Attempt {
  readonly token: number;
  readonly failures: number;
  readonly deaths: number;
}

/**
 * Computes units from the queue until `signal` aborts; resolves when all is closed.
 * @throws CanopyError when Redis cannot be reached or must not be used (see `connectRedis`).
 */
export async function startBullWorker<T extends object, R extends UnitOutput>(
  options: BullWorkerOptions<T, R>,
): Promise<void> {
  const { redisUrl, concurrency, signal, log, graceMs = GRACE_MS } = options;
  const lockDurationMs = options.lockDurationMs ?? LOCK_DURATION_MS;
  const redis = await connectRedis(redisUrl, (message) => log({ level: 'warn', event: 'queue', message }));
  const units = new UnitWorker<T, R>(options);
  const stopWatch = watchLoop(log);
  const worker = new Worker<UnitData<T>, UnitAnswer<R>>(UNIT_QUEUE, (job) => units.work(job), {
    connection: redis,
    prefix: KEY_PREFIX,
    concurrency,
    lockDuration: lockDurationMs,
    stalledInterval: lockDurationMs / 2,
    maxStalledCount: MAX_STALLED_COUNT,
    settings: {
      backoffStrategy: (failures, _type, error) => {
        const decision = decideRetry(decodeFailure(error?.message ?? ''), failures ?? 1, Math.random());
        return decision.retry ? decision.delayMs : -1;
      },
    },
  });
  units.rest = () => {
    void worker.pause(true).catch(() => {});
    setTimeout(() => worker.resume(), REST_MS).unref();
  };
  worker.on('error', ({ message }) => {
    if (redis.status === 'ready') log({ level: 'warn', event: 'queue', message: `Queue: ${message}` });
  });
  await worker.waitUntilReady();
  const message = `Worker is ready for ${concurrency} unit${concurrency === 1 ? '' : 's'} at a time; stop it with Ctrl-C.`;
  log({ level: 'info', event: 'ready', message });

  await aborted(signal);
  log({ level: 'info', event: 'stopping', message: `Stopping: the units at work have ${graceMs / 1000} s to finish.` });
  const closed = worker.close();
  await Promise.race([closed, sleep(graceMs, undefined, { ref: false })]);
  units.isClosing = true;
  await options.stopComputing();
  // A Redis that is away cannot be told goodbye; the locks of its units run out by themselves.
  await Promise.race([closed, sleep(2000, undefined, { ref: false })]);
  disconnectRedis(redis);
  stopWatch();
}

/** What happens to one unit in a worker: taken in the record, computed, ended in the record. */
class UnitWorker<T extends object, R extends UnitOutput> {
  readonly #options: BullWorkerOptions<T, R>;
  readonly #name = workerName();
  isClosing = false;
  /** Takes no unit for a while. */
  rest: () => void = () => {};

  constructor(options: BullWorkerOptions<T, R>) {
    this.#options = options;
  }

  async work(job: Job<UnitData<T>, UnitAnswer<R>>): Promise<UnitAnswer<R>> {
    const { book, compute, onStep } = this.#options;
    const attempt = await this.#claim(job);
    if (attempt === 'ended') return { worker: this.#name, result: null, isRecorded: true };
    onStep?.('claimed');
    try {
      const result = await compute(job.data.task, job.data);
      onStep?.('computed');
      if (book !== null && !(await this.#finish(book, job, attempt.token, result)))
        return { worker: this.#name, result: null, isRecorded: true };
      onStep?.('recorded');
      return { worker: this.#name, result, isRecorded: book !== null };
    } catch (error) {
      if (this.isClosing && error instanceof CanopyError && error.code === 'E_CANCELLED') {
        await this.#fail(job, attempt.token, toErrorDetail(error), { again: true, blame: 'none' });
        await job.moveToWait(job.token);
        throw new WaitingError();
      }
      throw await this.#toQueueError(error, job, attempt);
    }
  }

  /** The attempt that holds the unit from now on. Without a record of work the queue's own lock has to do. */
  async #claim(job: Job<UnitData<T>>): Promise<Attempt | 'ended'> {
    const { book, log } = this.#options;
    if (book === null) return { token: 0, failures: job.attemptsMade, deaths: job.attemptsMade };
    const { runId, key } = job.data;
    const answer = await book.claim({ runId, key, worker: this.#name });
    if (answer.kind === 'unknown') return this.#giveBack(job, wrongDatabase(runId), null);
    if (answer.kind !== 'mine') return 'ended';
    const { token, failures, deaths, losses } = answer;
    if (losses > MAX_LOSSES) {
      const error = lostTooOften(losses);
      log(this.#entry(job, 'error', 'dead-letter', `${job.data.label} failed: ${error.message}`, error));
      await this.#fail(job, token, error, { again: false, blame: 'none' });
      throw new UnrecoverableError(encodeFailure(error));
    }
    return { token, failures, deaths };
  }

  async #finish(book: WorkBook, job: Job<UnitData<T>>, token: number, { sha256, bytes }: R): Promise<boolean> {
    const { runId, key, label } = job.data;
    if (await book.finish({ runId, key, token, sha256, bytes })) return true;
    const message = `E_FENCED: the result of ${label} came too late and is refused; another attempt has taken the unit.`;
    this.#options.log(this.#entry(job, 'warn', 'fenced', message));
    return false;
  }

  async #fail(
    job: Job<UnitData<T>>,
    token: number,
    error: ErrorDetail,
    how: Pick<UnitFailure, 'again' | 'blame'>,
  ): Promise<void> {
    const { runId, key } = job.data;
    await this.#options.book?.fail({ runId, key, token, error, ...how });
  }

  /** A fault of this worker, not of the unit: others may have it, and this one rests before it takes another. */
  async #giveBack(job: Job<UnitData<T>>, error: ErrorDetail, token: number | null): Promise<never> {
    const message = `${error.message} This worker gives its units back and rests for ${REST_MS / 1000} s.`;
    this.#options.log(this.#entry(job, 'error', 'unfit', message, error));
    if (token !== null) await this.#fail(job, token, error, { again: true, blame: 'none' });
    this.rest();
    await job.moveToWait(job.token);
    throw new WaitingError();
  }

  /** What BullMQ understands: a plain error is tried again, an unrecoverable one is a dead letter at once. */
  async #toQueueError(error: unknown, job: Job<UnitData<T>>, { token, failures, deaths }: Attempt): Promise<Error> {
    const detail = toErrorDetail(error);
    if (isFaultOfWorker(detail)) return this.#giveBack(job, detail, token);
    const blame = blameOf(detail);
    const decision = decideRetry(detail, (blame === 'death' ? deaths : failures) + 1, 0);
    const { label } = job.data;
    if (decision.retry) {
      this.#options.log(this.#entry(job, 'warn', 'retry', `${label} is tried again: ${detail.message}`, detail));
      await this.#fail(job, token, detail, { again: true, blame });
      return new Error(encodeFailure(detail));
    }
    const message = `${label} failed (${decision.error.code}): ${decision.error.message}`;
    this.#options.log(this.#entry(job, 'error', 'dead-letter', message, decision.error));
    await this.#fail(job, token, decision.error, { again: false, blame });
    return new UnrecoverableError(encodeFailure(decision.error));
  }

  #entry(
    job: Job<UnitData<T>>,
    level: JournalEntry['level'],
    event: string,
    message: string,
    error?: ErrorDetail,
  ): JournalEntry {
    const { runId, key } = job.data;
    return { level, event, message, run: runId, unit: key, ...(error && { code: error.code, where: error.where }) };
  }
}

function wrongDatabase(runId: string): ErrorDetail {
  const message = `The database of the worker on ${hostname()} does not know the run ${runId}. Start the worker with the same --database as the run.`;
  return { kind: 'transient', code: 'E_UNKNOWN_RUN', message };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
