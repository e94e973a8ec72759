import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Job as BullJob, QueueEvents, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { CanopyError, type ErrorDetail } from '../../shared/errors.ts';
import { type Batch, BatchQueue, quiet } from './bullmq-batches.ts';
import { decodeFailure, KEY_PREFIX, UNIT_QUEUE, type UnitAnswer, unitJobId } from './bullmq-jobs.ts';
import { connectRedis, disconnectRedis, isPassing } from './redis.ts';
import {
  cancelledRun,
  checkJobKeys,
  createLedger,
  type Job,
  type JobEvents,
  type Ledger,
  type Runner,
} from './runner.ts';

/** How a unit ended, as the record of work has it. */
export type UnitEnding<R> =
  | { readonly kind: 'done'; readonly result: R }
  | { readonly kind: 'dead'; readonly error: ErrorDetail };

export interface BullRunnerOptions<R> {
  readonly redisUrl: string;
  /** Same inputs and output folder, same id: [a-z0-9-]. */
  readonly runId: string;
  /** Aborting takes the waiting units off the queue; finished ones stay. */
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  /** Whether starts are told: not where workers write them down themselves. */
  readonly hearsStarts: boolean;
  /** Asks the record of work how units have ended, for those of which the queue cannot tell; by key. */
  readonly readEnded: (keys: readonly string[]) => Promise<ReadonlyMap<string, UnitEnding<R>>>;
  /** How often Redis is asked for ends of units whose event was missed. */
  readonly pollMs?: number;
  /** How long the run waits for a Redis that went away. */
  readonly maxOutageMs?: number;
}

const POLL_MS = 2000;
const MAX_OUTAGE_MS = 30 * 60_000;
const NO_WORKER_NOTICE_MS = 15_000;
const CLOSE_TIMEOUT_MS = 3000;

/**
 * Hands the units of a run out through Redis, in flows of batches, and hears of their ends. Redis may lose everything it
 * holds: what has not ended is handed out again.
 * @throws CanopyError when Redis cannot be reached or must not be used (see `connectRedis`).
 */
export async function createBullRunner<T extends object, R>(options: BullRunnerOptions<R>): Promise<Runner<T, R>> {
  const redis = await connectRedis(options.redisUrl, options.log);
  let current: FleetRun<T, R> | null = null;
  return {
    run: async (jobs, on) => {
      current = new FleetRun<T, R>(redis, options, on);
      try {
        await current.run(jobs);
      } finally {
        current = null;
      }
    },
    add: (jobs) => current?.add(jobs) ?? 0,
    close: async () => disconnectRedis(redis),
  };
}

/** One run on the queue. */
class FleetRun<T extends object, R> {
  readonly #redis: Redis;
  readonly #options: BullRunnerOptions<R>;
  readonly #ledger: Ledger<T, R>;
  readonly #queue: BatchQueue<T>;
  /** Settles when all units have ended, the run has failed or was stopped. */
  readonly #ended: Promise<void>;
  #succeed!: () => void;
  #fail!: (error: unknown) => void;
  #isOver = false;
  #quietSinceMs = Date.now();

  constructor(redis: Redis, options: BullRunnerOptions<R>, on: JobEvents<T, R>) {
    this.#redis = redis;
    this.#options = options;
    this.#ended = new Promise((resolve, reject) => {
      this.#succeed = resolve;
      this.#fail = reject;
    });
    // It may fail before anyone waits for it.
    this.#ended.catch(() => {});
    this.#ledger = createLedger(on, this.#fail);
    this.#queue = new BatchQueue<T>(redis, { id: options.runId, token: randomUUID() }, options.log);
  }

  async run(jobs: readonly Job<T>[]): Promise<void> {
    const { signal } = this.#options;
    const cancel = () => this.#fail(cancelledRun(this.#ledger.doneCount(), this.#ledger.openCount()));
    signal.addEventListener('abort', cancel);
    const stopOutageWatch = this.#watchOutage();
    const listeners = await this.#listen();
    try {
      if (signal.aborted) cancel();
      else this.add(jobs);
      if (this.#ledger.openCount() === 0) this.#succeed();
      this.#poll().catch(this.#fail);
      await this.#ended;
      await this.#ledger.flush();
    } finally {
      this.#isOver = true;
      signal.removeEventListener('abort', cancel);
      stopOutageWatch();
      await Promise.race([this.#close(listeners), sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    }
  }

  add(jobs: readonly Job<T>[]): number {
    checkJobKeys(jobs);
    const fresh = jobs.filter(({ key }) => !this.#ledger.isOpen(key));
    for (const job of fresh) this.#ledger.expect(job);
    this.#queue.add(fresh).catch(this.#fail);
    return fresh.length;
  }

  async #listen() {
    const connection = { connection: this.#redis, prefix: KEY_PREFIX };
    // From here on: what ends before the first read of the events would else be heard of by the next poll only.
    const [last] = await this.#redis.xrevrange(`${KEY_PREFIX}:${UNIT_QUEUE}:events`, '+', '-', 'COUNT', 1);
    const events = quiet(new QueueEvents(UNIT_QUEUE, { ...connection, lastEventId: last?.[0] ?? '0-0' }));
    events.on('active', ({ jobId }) => {
      const job = this.#queue.jobOf(jobId);
      if (job && this.#options.hearsStarts) this.#ledger.started(job, 'fleet');
    });
    events.on('completed', ({ jobId, returnvalue }) => void this.#hear(jobId, returnvalue as unknown as UnitAnswer<R>));
    events.on('failed', ({ jobId, failedReason }) => this.#settleFailed(jobId, decodeFailure(failedReason)));
    const checker = quiet(
      // Nobody else takes this queue.
      new Worker(this.#queue.parentQueueName, (parent: BullJob) => this.#check(parent), {
        ...connection,
        skipStalledCheck: true,
      }),
    );
    return { events, checker };
  }

  async #hear(jobId: string, answer: UnitAnswer<R>): Promise<void> {
    const job = this.#queue.jobOf(jobId);
    if (!job || this.#isOver) return;
    const { result, worker, isRecorded } = answer;
    if (result === null) return this.#askRecord([job]).catch(this.#fail);
    this.#ledger.done(job, { result, worker, isRecorded });
    this.#afterEnd(jobId);
  }

  #settleFailed(jobId: string, error: ErrorDetail): void {
    const job = this.#queue.jobOf(jobId);
    if (!job || this.#isOver) return;
    this.#ledger.failed(job, error);
    this.#afterEnd(jobId);
  }

  #afterEnd(jobId: string): void {
    this.#queue.settle(jobId).catch(this.#fail);
    if (this.#ledger.openCount() === 0) this.#succeed();
  }

  /** Settles those of the jobs that the record of work says have ended. */
  async #askRecord(jobs: readonly Job<T>[]): Promise<void> {
    const endings = await this.#options.readEnded(jobs.map(({ key }) => key));
    for (const job of jobs) {
      const ending = endings.get(job.key);
      const jobId = unitJobId(this.#options.runId, job.key);
      if (!ending || !this.#queue.jobOf(jobId)) continue;
      if (ending.kind === 'done') this.#ledger.done(job, { result: ending.result, worker: '', isRecorded: true });
      else this.#ledger.failed(job, ending.error);
      this.#afterEnd(jobId);
    }
  }

  /** The parent of a batch: BullMQ starts it when all its units have ended one way or the other. */
  async #check(parent: BullJob): Promise<void> {
    await this.#reconcile(parent);
    const batch = this.#queue.openBatches().find(({ id }) => id === parent.id);
    if (!batch || this.#isOver) return;
    // Units that ended without a result and without an entry in the record are handed out again; should that be so for
    // ever, because somebody else has ended the run in the record, then not in a hurry.
    await sleep(this.#options.pollMs ?? POLL_MS);
    if (!this.#isOver) await this.#restore(batch, [...batch.open.keys()]);
  }

  /** Settles what the parent of a batch knows to have ended: events can be missed, its own record cannot. */
  async #reconcile(parent: BullJob): Promise<void> {
    const idOf = (key: string) => key.slice(`${KEY_PREFIX}:${UNIT_QUEUE}:`.length);
    const answers = await parent.getChildrenValues<UnitAnswer<R>>();
    for (const [key, answer] of Object.entries(answers ?? {})) await this.#hear(idOf(key), answer);
    const failures = await parent.getIgnoredChildrenFailures();
    for (const [key, reason] of Object.entries(failures ?? {})) this.#settleFailed(idOf(key), decodeFailure(reason));
  }

  async #poll(): Promise<void> {
    while (!this.#isOver) {
      await sleep(this.#options.pollMs ?? POLL_MS, undefined, { ref: false });
      try {
        await this.#lookAfterBatches();
        if (!this.#isOver) await this.#noticeNoWorker();
      } catch (error) {
        if (!isPassing(error)) throw error;
      }
    }
  }

  async #noticeNoWorker(): Promise<void> {
    if (Date.now() - this.#quietSinceMs < NO_WORKER_NOTICE_MS) return;
    this.#quietSinceMs = Date.now();
    if ((await this.#queue.units.getWorkersCount()) > 0) return;
    this.#options.log(
      'No worker is connected: start one with "canopy worker --redis URL" to compute the waiting units.',
    );
  }

  /** Settles what has ended, and hands out again what Redis has lost: whole batches, or units of one. */
  async #lookAfterBatches(): Promise<void> {
    for (const batch of this.#queue.openBatches()) {
      if (this.#isOver) return;
      const parent = await this.#queue.parents.getJob(batch.id);
      const { unprocessed = 0 } = parent ? await parent.getDependenciesCount({ unprocessed: true }) : {};
      if (parent) await this.#reconcile(parent);
      // Counted before, so that what ends meanwhile is not taken for lost.
      if (batch.open.size <= unprocessed) continue;
      const lost = parent ? await this.#findLost(batch) : [...batch.open.keys()];
      if (lost.length === 0) continue;
      this.#options.log('Redis has lost units that were handed out; handing them out again.');
      await this.#restore(batch, lost);
    }
  }

  /** Units of a batch that are not on the queue any more. Those that ended without their batch are settled. */
  async #findLost(batch: Batch<T>): Promise<string[]> {
    const lost: string[] = [];
    for (const id of [...batch.open.keys()]) {
      const state = await this.#queue.units.getJobState(id);
      const job = state === 'completed' || state === 'failed' ? await this.#queue.units.getJob(id) : undefined;
      if (state === 'unknown') lost.push(id);
      else if (state === 'completed' && job) await this.#hear(id, job.returnvalue as UnitAnswer<R>);
      else if (job) this.#settleFailed(id, decodeFailure(job.failedReason ?? ''));
    }
    return lost;
  }

  async #restore(batch: Batch<T>, ids: readonly string[]): Promise<void> {
    await this.#askRecord(ids.flatMap((id) => batch.open.get(id) ?? []));
    const lost = ids.filter((id) => batch.open.has(id));
    if (lost.length > 0) await this.#queue.restore(batch, lost);
  }

  #watchOutage(): () => void {
    const { maxOutageMs = MAX_OUTAGE_MS } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const onClose = () => {
      timer ??= setTimeout(() => this.#fail(lostRedis(maxOutageMs)), maxOutageMs);
    };
    const onReady = () => {
      clearTimeout(timer);
      timer = undefined;
    };
    this.#redis.on('close', onClose).on('ready', onReady);
    return () => {
      onReady();
      this.#redis.off('close', onClose).off('ready', onReady);
    };
  }

  async #close({ events, checker }: { events: QueueEvents; checker: Worker }): Promise<void> {
    const isReachable = this.#redis.status === 'ready';
    await Promise.all([checker.close(true), events.close()]);
    // What stays there is taken off by the next start, and a worker that takes it before is told that the run has ended.
    if (isReachable)
      await this.#queue.clear().catch(({ message }: Error) => this.#options.log(`Units stay on the queue: ${message}`));
    await this.#queue.close();
  }
}

function lostRedis(outageMs: number): CanopyError {
  const message = `Redis has been away for ${outageMs / 1000} s, so the run stops. What is finished is kept: start Redis and run the same command again.`;
  return new CanopyError({ kind: 'transient', code: 'E_REDIS_LOST', message });
}
