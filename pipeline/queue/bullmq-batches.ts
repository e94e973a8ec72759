import { setTimeout as sleep } from 'node:timers/promises';
import { type FlowJob, FlowProducer, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { KEY_PREFIX, UNIT_QUEUE, type UnitData, unitJobId, unitOptions } from './bullmq-jobs.ts';
import { isForgotten, isPassing, isRefusal } from './redis.ts';
import type { Job } from './runner.ts';

/** A batch of units on the queue: the children of one parent job, which is ready when all have ended. */
export interface Batch<T> {
  readonly id: string;
  /** By job id; taken out when the unit has ended. */
  readonly open: Map<string, Job<T>>;
  /** Whether Redis has it. */
  isAdded: boolean;
}

/** Units of one flow, which is one transaction in Redis: large enough to be cheap, small enough not to hold others up. */
const BATCH_UNITS = 250;
/** Batches in Redis at a time; the rest waits here, so that a run of a continent does not fill its memory. */
const MAX_BATCHES = 8;
const REPEAT_MS = 2000;

/** The units of one run that are handed out, as flows of parents and children. */
export class BatchQueue<T> {
  readonly parentQueueName: string;
  readonly units: Queue<UnitData<T>>;
  readonly parents: Queue;
  readonly #runId: string;
  readonly #redis: Redis;
  readonly #say: (line: string) => void;
  readonly #flow: FlowProducer;
  readonly #batches = new Map<string, Batch<T>>();
  readonly #batchOf = new Map<string, Batch<T>>();
  #waiting: Job<T>[] = [];
  #lastBatch = 0;
  #pumping: Promise<void> = Promise.resolve();
  #isSwept = false;
  #isClosed = false;

  constructor(redis: Redis, run: { readonly id: string; readonly token: string }, say: (line: string) => void) {
    this.#redis = redis;
    this.#runId = run.id;
    this.#say = say;
    this.parentQueueName = `batches-${run.id}-${run.token}`;
    const connection = { connection: redis, prefix: KEY_PREFIX };
    this.units = quiet(new Queue<UnitData<T>>(UNIT_QUEUE, connection));
    this.parents = quiet(new Queue(this.parentQueueName, connection));
    this.#flow = quiet(new FlowProducer(connection));
  }

  /** The job of a unit that is handed out and has not ended. */
  jobOf(jobId: string): Job<T> | undefined {
    return this.#batchOf.get(jobId)?.open.get(jobId);
  }

  /** Batches that Redis was given and that have not ended. */
  openBatches(): readonly Batch<T>[] {
    return [...this.#batches.values()].filter(({ isAdded }) => isAdded);
  }

  /** Takes units in and hands out what there is room for. */
  add(jobs: readonly Job<T>[]): Promise<void> {
    this.#waiting = [...this.#waiting, ...jobs];
    return this.#pump();
  }

  /** Forgets a unit that has ended; the end of a batch makes room for the next. */
  settle(jobId: string): Promise<void> {
    const batch = this.#batchOf.get(jobId);
    if (!batch) return Promise.resolve();
    batch.open.delete(jobId);
    this.#batchOf.delete(jobId);
    if (batch.open.size > 0) return Promise.resolve();
    this.#batches.delete(batch.id);
    return this.#pump();
  }

  /** Hands out again units of a batch that Redis has lost. With its last one the batch itself goes. */
  async restore(batch: Batch<T>, ids: readonly string[]): Promise<void> {
    // Two may have found them lost at a time.
    if (this.#batches.get(batch.id) !== batch) return;
    const jobs = ids.flatMap((id) => batch.open.get(id) ?? []);
    for (const id of ids) {
      batch.open.delete(id);
      this.#batchOf.delete(id);
    }
    if (batch.open.size === 0) {
      this.#batches.delete(batch.id);
      await this.#patiently(() => this.parents.remove(batch.id, { removeChildren: false }));
    }
    await this.add(jobs);
  }

  #pump(): Promise<void> {
    this.#pumping = this.#pumping.then(async () => {
      if (!this.#isSwept) await this.#patiently(() => this.#sweep());
      this.#isSwept = true;
      while (this.#waiting.length > 0 && this.#batches.size < MAX_BATCHES) {
        await this.#addBatch(this.#waiting.splice(0, BATCH_UNITS));
      }
    });
    const done = this.#pumping;
    // A failure is told to whoever waits for this pump, and must not fail every later one.
    this.#pumping = done.catch(() => {});
    return done;
  }

  /**
   * Takes away the batches of earlier coordinators of the run, which were killed and check them no more: a unit that a
   * worker holds just now can join a new batch only when its old one is gone.
   */
  async #sweep(): Promise<void> {
    const isOfRun = new RegExp(`^${KEY_PREFIX}:batches-${this.#runId}-[0-9a-f-]{36}:`);
    const isMine = `${KEY_PREFIX}:${this.parentQueueName}:`;
    const found = this.#redis.scanStream({ match: `${KEY_PREFIX}:batches-${this.#runId}-*`, count: 1000 });
    for await (const names of found as AsyncIterable<string[]>) {
      const old = names.filter((name) => isOfRun.test(name) && !name.startsWith(isMine));
      if (old.length > 0) await this.#redis.unlink(...old);
    }
  }

  async #addBatch(jobs: readonly Job<T>[]): Promise<void> {
    const batch: Batch<T> = {
      id: `batch-${++this.#lastBatch}`,
      open: new Map(jobs.map((job) => [unitJobId(this.#runId, job.key), job])),
      isAdded: false,
    };
    this.#batches.set(batch.id, batch);
    for (const id of batch.open.keys()) this.#batchOf.set(id, batch);
    const ids = [...batch.open.keys()];
    let kept: readonly string[] = [];
    await this.#patiently(async () => {
      kept = await this.#removeOld(ids);
      await this.#flow.add(this.#flowOf(batch));
    });
    batch.isAdded = true;
    // A unit of an earlier try that failed at this very moment was joined to the batch as if it were still due.
    for (const id of kept) {
      const job = await this.units.getJob(id);
      if (await job?.isFailed()) await this.#patiently(async () => job?.retry('failed', { resetAttemptsMade: true }));
    }
  }

  #flowOf(batch: Batch<T>): FlowJob {
    return {
      name: 'batch',
      queueName: this.parentQueueName,
      opts: { jobId: batch.id, removeOnComplete: true, removeOnFail: true },
      children: [...batch.open].map(([id, { key, label, task }]) => ({
        name: 'unit',
        queueName: UNIT_QUEUE,
        data: { runId: this.#runId, key, label, task },
        opts: unitOptions(id),
      })),
    };
  }

  /** Does again what Redis refuses or cuts off, until it is done. */
  async #patiently(work: () => Promise<unknown>): Promise<void> {
    for (let isTold = false; ; ) {
      try {
        await work();
        if (isTold) this.#say('Redis takes units again.');
        return;
      } catch (error) {
        if (!isPassing(error) || this.#isClosed) throw error;
        // The loss of a connection is told by `connectRedis`.
        if (isRefusal(error) && !isTold) {
          this.#say(`Redis takes no units (${(error as Error).message}); trying again until it does.`);
          isTold = true;
        }
        if (isForgotten(error)) this.#redis.disconnect(true);
        await sleep(REPEAT_MS, undefined, { ref: false });
      }
    }
  }

  /**
   * Takes units of earlier tries off the queue: waiting ones, and ended ones whose result is wanted again. Returns the
   * ids of those that a worker holds just now; they stay and are joined to the batch.
   */
  async #removeOld(ids: readonly string[]): Promise<string[]> {
    const found = await this.#redis.exists(...ids.map((id) => `${KEY_PREFIX}:${UNIT_QUEUE}:${id}`));
    if (found === 0) return [];
    const removed = await Promise.all(ids.map((id) => this.units.remove(id)));
    return ids.filter((_, i) => removed[i] === 0);
  }

  /** Takes what nobody has begun off the queue, and the batches with it. */
  async clear(): Promise<void> {
    this.#isClosed = true;
    this.#waiting = [];
    await this.#pumping;
    for (const { id, open } of this.openBatches()) {
      await this.#removeOld([...open.keys()]);
      // `obliterate` passes over jobs that wait for children.
      await this.parents.remove(id, { removeChildren: false });
    }
    await this.parents.obliterate({ force: true });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([this.units.close(), this.parents.close(), this.#flow.close()]);
  }
}

/** The loss of a connection is told by `connectRedis`; BullMQ's repetition of it must not end the process. */
export function quiet<E extends { on(event: 'error', listener: () => void): unknown }>(emitter: E): E {
  emitter.on('error', () => {});
  return emitter;
}
