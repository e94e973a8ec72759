import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Job as BullJob, FlowProducer, Queue, QueueEvents, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { CanopyError } from '../../shared/errors.ts';
import { decodeFailure, KEY_PREFIX, UNIT_QUEUE, type UnitData, unitJobId, unitOptions } from './bullmq-jobs.ts';
import { connectRedis, disconnectRedis } from './redis.ts';
import {
  cancelledRun,
  checkJobKeys,
  createLedger,
  type Job,
  type JobEvents,
  type Ledger,
  type Runner,
} from './runner.ts';

export interface BullRunnerOptions {
  readonly redisUrl: string;
  /** Same inputs and output folder, same id: [a-z0-9-]. A second run of one id takes over from the first. */
  readonly runId: string;
  /** Aborting takes the waiting units off the queue; finished ones stay. */
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  /** How often Redis is asked for ends of units whose event was missed. */
  readonly pollMs?: number;
  /** How long the run waits for a Redis that went away. */
  readonly maxOutageMs?: number;
}

const POLL_MS = 2000;
const MAX_OUTAGE_MS = 60_000;
const NO_WORKER_NOTICE_MS = 15_000;
const CLOSE_TIMEOUT_MS = 3000;
const OWNER_TTL_S = 7 * 86_400;
const MERGE_ID = 'merge';
/** Jobs removed at a time, so that a large run does not flood Redis. */
const REMOVE_BATCH = 500;

/**
 * Puts the units of a run on a Redis queue as children of one merge job, hears of their ends, and does the merge itself:
 * whoever computes the units, only this process opens the results database.
 * @throws CanopyError when Redis cannot be reached or must not be used (see `connectRedis`).
 */
export async function createBullRunner<T extends object, R>(options: BullRunnerOptions): Promise<Runner<T, R>> {
  const redis = await connectRedis(options.redisUrl, options.log);
  return {
    run: (jobs, on, merge) => new FleetRun<T, R>(redis, options, jobs, on, merge).run(),
    close: async () => disconnectRedis(redis),
  };
}

/** One run on the queue, from adding its flow to the end of its merge. */
class FleetRun<T extends object, R> {
  readonly #redis: Redis;
  readonly #options: BullRunnerOptions;
  readonly #jobs: ReadonlyMap<string, Job<T>>;
  readonly #merge: () => Promise<void>;
  readonly #ledger: Ledger<T, R>;
  readonly #ownerKey: string;
  readonly #mergeQueueName: string;
  readonly #units: Queue<UnitData<T>, R>;
  readonly #merges: Queue;
  readonly #flow: FlowProducer;
  /** Settles when the run is merged, has failed or was stopped. */
  readonly #ended: Promise<void>;
  #succeed!: () => void;
  #fail!: (error: unknown) => void;
  #isMerging = false;
  #isOver = false;

  constructor(
    redis: Redis,
    options: BullRunnerOptions,
    jobs: readonly Job<T>[],
    on: JobEvents<T, R>,
    merge: () => Promise<void>,
  ) {
    checkJobKeys(jobs);
    this.#redis = redis;
    this.#options = options;
    this.#merge = merge;
    this.#jobs = new Map(jobs.map((job) => [unitJobId(options.runId, job.key), job]));
    this.#ended = new Promise((resolve, reject) => {
      this.#succeed = resolve;
      this.#fail = reject;
    });
    // It may fail before anyone waits for it.
    this.#ended.catch(() => {});
    this.#ledger = createLedger(on, this.#fail);
    this.#ownerKey = `${KEY_PREFIX}:owner:${options.runId}`;
    this.#mergeQueueName = `merge-${options.runId}-${randomUUID()}`;
    const connection = { connection: redis, prefix: KEY_PREFIX };
    this.#units = quiet(new Queue<UnitData<T>, R>(UNIT_QUEUE, connection));
    this.#merges = quiet(new Queue(this.#mergeQueueName, connection));
    this.#flow = quiet(new FlowProducer(connection));
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    const cancel = () => {
      if (!this.#isMerging) this.#fail(cancelledRun(this.#ledger.settledCount(), this.#jobs.size));
    };
    signal.addEventListener('abort', cancel);
    const stopOutageWatch = this.#watchOutage();
    const listeners = this.#listen();
    const isAdded = this.#addRun();
    isAdded.then(() => this.#poll()).catch(this.#fail);
    try {
      if (signal.aborted) cancel();
      await this.#ended;
    } finally {
      this.#isOver = true;
      signal.removeEventListener('abort', cancel);
      stopOutageWatch();
      // What is half added can only be taken away when it is whole.
      const closed = isAdded.catch(() => {}).then(() => this.#close(listeners));
      await Promise.race([closed, sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    }
  }

  async #addRun(): Promise<void> {
    await this.#takeOver();
    const kept = await this.#removeUnits();
    await this.#addFlow();
    // A unit of an earlier try that failed at this very moment was joined to the merge as if it were still due.
    for (const id of kept) {
      const job = await this.#units.getJob(id);
      if (await job?.isFailed()) await job?.retry('failed', { resetAttemptsMade: true });
    }
  }

  /** Makes this process the one that merges; what an interrupted or rival coordinator of the same run left is removed. */
  async #takeOver(): Promise<void> {
    const earlier = await this.#redis.set(this.#ownerKey, this.#mergeQueueName, 'EX', OWNER_TTL_S, 'GET');
    if (earlier === null || earlier === this.#mergeQueueName) return;
    const queue = quiet(new Queue(earlier, { connection: this.#redis, prefix: KEY_PREFIX }));
    await removeQueue(queue);
    await queue.close();
  }

  /**
   * Takes this run's unsettled units off the queue: waiting ones, and finished or failed ones of an earlier try, whose
   * result is wanted again. Returns the ids of those that a worker holds just now; they stay and are counted in.
   */
  async #removeUnits(): Promise<string[]> {
    const ids = [...this.#jobs.keys()].filter((id) => !this.#isSettled(id));
    const kept: string[] = [];
    for (let start = 0; start < ids.length; start += REMOVE_BATCH) {
      const batch = ids.slice(start, start + REMOVE_BATCH);
      const removed = await Promise.all(batch.map((id) => this.#units.remove(id)));
      kept.push(...batch.filter((_, i) => removed[i] === 0));
    }
    return kept;
  }

  async #addFlow(): Promise<void> {
    const due = [...this.#jobs].filter(([id]) => !this.#isSettled(id));
    await this.#flow.add({
      name: 'merge',
      queueName: this.#mergeQueueName,
      opts: { jobId: MERGE_ID },
      children: due.map(([id, { label, task }]) => ({
        name: 'unit',
        queueName: UNIT_QUEUE,
        data: { label, task },
        opts: unitOptions(id),
      })),
    });
  }

  #listen() {
    const events = quiet(new QueueEvents(UNIT_QUEUE, { connection: this.#redis, prefix: KEY_PREFIX }));
    events.on('completed', ({ jobId, returnvalue }) => this.#settle(jobId, { result: returnvalue as unknown as R }));
    events.on('failed', ({ jobId, failedReason }) => this.#settle(jobId, { failedReason }));
    const merger = quiet(
      new Worker(this.#mergeQueueName, (job: BullJob) => this.#mergeAll(job), {
        connection: this.#redis,
        prefix: KEY_PREFIX,
        // Nobody else takes this queue, and a merge that keeps the event loop busy must not be started a second time.
        skipStalledCheck: true,
      }),
    );
    return { events, merger };
  }

  #settle(jobId: string, end: { result: R } | { failedReason: string }): void {
    const job = this.#jobs.get(jobId);
    if (!job || this.#isOver) return;
    if ('result' in end) this.#ledger.done(job, end.result);
    else this.#ledger.failed(job, decodeFailure(end.failedReason));
  }

  #isSettled(jobId: string): boolean {
    return this.#ledger.isSettled(this.#jobs.get(jobId)!.key);
  }

  /** The merge job itself: BullMQ starts it when all units have ended one way or the other. */
  async #mergeAll(mergeJob: BullJob): Promise<void> {
    try {
      await this.#reconcile(mergeJob);
      if (this.#isOver) return;
      if (this.#ledger.settledCount() < this.#jobs.size) throw takenOver(this.#options.runId);
      this.#isMerging = true;
      await this.#ledger.flush();
      await this.#merge();
      this.#succeed();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Settles what the merge job knows to have ended: events can be missed, its own record cannot. */
  async #reconcile(mergeJob: BullJob): Promise<void> {
    const idOf = (key: string) => key.slice(`${KEY_PREFIX}:${UNIT_QUEUE}:`.length);
    const results = await mergeJob.getChildrenValues<R>();
    for (const [key, result] of Object.entries(results ?? {})) this.#settle(idOf(key), { result });
    const failures = await mergeJob.getIgnoredChildrenFailures();
    for (const [key, failedReason] of Object.entries(failures ?? {})) this.#settle(idOf(key), { failedReason });
  }

  async #poll(): Promise<void> {
    let quietSinceMs = Date.now();
    while (!this.#isOver) {
      await sleep(this.#options.pollMs ?? POLL_MS);
      if (this.#isOver || this.#isMerging) return;
      const mergeJob = await this.#merges.getJob(MERGE_ID);
      if (mergeJob) await this.#reconcileIfBehind(mergeJob);
      else await this.#restore();
      if (Date.now() - quietSinceMs < NO_WORKER_NOTICE_MS) continue;
      quietSinceMs = Date.now();
      if ((await this.#units.getWorkersCount()) === 0)
        this.#options.log(
          'No worker is connected: start one with "canopy worker --redis URL" to compute the waiting units.',
        );
    }
  }

  async #reconcileIfBehind(mergeJob: BullJob): Promise<void> {
    const { processed = 0, ignored = 0 } = await mergeJob.getDependenciesCount({ processed: true, ignored: true });
    if (processed + ignored > this.#ledger.settledCount()) await this.#reconcile(mergeJob);
  }

  /** The merge job is gone: either another coordinator took the run over, or Redis lost its data and gets the rest again. */
  async #restore(): Promise<void> {
    const owner = await this.#redis.get(this.#ownerKey);
    if (owner !== null && owner !== this.#mergeQueueName) throw takenOver(this.#options.runId);
    if (this.#isOver || this.#isMerging) return;
    this.#options.log('Redis has lost the waiting units; adding them again.');
    await this.#takeOver();
    await this.#addFlow();
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

  async #close({ events, merger }: { events: QueueEvents; merger: Worker }): Promise<void> {
    const isReachable = this.#redis.status === 'ready';
    await Promise.all([merger.close(!isReachable), events.close()]);
    if (isReachable && (await this.#redis.get(this.#ownerKey)) === this.#mergeQueueName) {
      await removeQueue(this.#merges);
      await this.#removeUnits();
      await this.#redis.del(this.#ownerKey);
    }
    await Promise.all([this.#units.close(), this.#merges.close(), this.#flow.close()]);
  }
}

/** The loss of a connection is told by `connectRedis`; BullMQ's repetition of it must not end the process. */
function quiet<E extends { on(event: 'error', listener: () => void): unknown }>(emitter: E): E {
  emitter.on('error', () => {});
  return emitter;
}

async function removeQueue(queue: Queue): Promise<void> {
  // `obliterate` passes over jobs that wait for children.
  await queue.remove(MERGE_ID, { removeChildren: false });
  await queue.obliterate({ force: true });
}

function takenOver(runId: string): CanopyError {
  const message = `Another coordinator has taken over run ${runId}: its results are complete there. Let one process at a time work on an output folder.`;
  return new CanopyError({ kind: 'transient', code: 'E_RUN_TAKEN_OVER', message });
}

function lostRedis(outageMs: number): CanopyError {
  const message = `Redis has been away for ${outageMs / 1000} s, so the run stops. What is finished is kept: start Redis and run the same command again.`;
  return new CanopyError({ kind: 'transient', code: 'E_REDIS_LOST', message });
}
