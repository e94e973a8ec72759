import { setTimeout as sleep } from 'node:timers/promises';
import { toErrorDetail } from '../../shared/errors.ts';
import type { Pool } from '../workers/pool.ts';
import { blameOf, decideRetry } from './retry.ts';
import {
  cancelledRun,
  checkJobKeys,
  createLedger,
  type Job,
  type JobEvents,
  type Ledger,
  type Runner,
} from './runner.ts';
import { workerName } from './worker-name.ts';

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
  let current: LocalRun<T, R> | null = null;
  return {
    run: async (jobs, on) => {
      current = new LocalRun(pool, signal, random, on);
      try {
        await current.run(jobs);
      } finally {
        current = null;
      }
    },
    add: (jobs) => current?.add(jobs) ?? 0,
    close: () => pool.close(),
  };
}

class LocalRun<T, R> {
  readonly #pool: Pool<T, R>;
  readonly #signal: AbortSignal;
  readonly #random: () => number;
  readonly #ledger: Ledger<T, R>;
  readonly #stopper = new AbortController();
  readonly #stop: AbortSignal;
  readonly #worker = workerName();
  #queue: Job<T>[] = [];
  #next = 0;
  #pauseUntilMs = 0;
  /** Wakes lanes that have nothing to do while others still compute. */
  #wake: () => void = () => {};
  #woken: Promise<void> = Promise.resolve();

  constructor(pool: Pool<T, R>, signal: AbortSignal, random: () => number, on: JobEvents<T, R>) {
    this.#pool = pool;
    this.#signal = signal;
    this.#random = random;
    this.#stop = AbortSignal.any([signal, this.#stopper.signal]);
    this.#ledger = createLedger(on, () => this.#stopper.abort());
    this.#rearm();
  }

  async run(jobs: readonly Job<T>[]): Promise<void> {
    this.add(jobs);
    const killChildren = () => {
      void this.#pool.close();
      this.#wakeAll();
    };
    this.#stop.addEventListener('abort', killChildren);
    if (this.#stop.aborted) killChildren();
    try {
      await Promise.all(Array.from({ length: this.#pool.size }, () => this.#drain()));
    } finally {
      this.#stop.removeEventListener('abort', killChildren);
    }
    await this.#ledger.flush();
    if (this.#signal.aborted) throw cancelledRun(this.#ledger.doneCount(), this.#ledger.openCount());
  }

  add(jobs: readonly Job<T>[]): number {
    checkJobKeys(jobs);
    const fresh = jobs.filter(({ key }) => !this.#ledger.isOpen(key));
    for (const job of fresh) {
      this.#ledger.expect(job);
      this.#queue.push(job);
    }
    this.#wakeAll();
    return fresh.length;
  }

  async #drain(): Promise<void> {
    while (!this.#stop.aborted && this.#ledger.openCount() > 0) {
      const job = this.#queue[this.#next];
      if (job === undefined) await this.#woken;
      else {
        this.#next += 1;
        await this.#compute(job);
        this.#wakeAll();
      }
    }
  }

  async #compute(job: Job<T>): Promise<void> {
    const failures = { unit: 0, death: 0, none: 0 };
    for (;;) {
      await rest(this.#pauseUntilMs - performance.now(), this.#stop);
      if (this.#stop.aborted) return;
      try {
        this.#ledger.started(job, this.#worker);
        const result = await this.#pool.run(job.task);
        return this.#ledger.done(job, { result, worker: this.#worker, isRecorded: false });
      } catch (error) {
        if (this.#stop.aborted) return;
        const detail = toErrorDetail(error);
        const decision = decideRetry(detail, ++failures[blameOf(detail)], this.#random());
        if (!decision.retry) return this.#ledger.failed(job, decision.error);
        this.#ledger.retried(job, detail);
        if (decision.pauseOthers) this.#pauseUntilMs = performance.now() + decision.delayMs;
        await rest(decision.delayMs, this.#stop);
      }
    }
  }

  #rearm(): void {
    this.#woken = new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #wakeAll(): void {
    this.#wake();
    this.#rearm();
  }
}

/** Waits, but not beyond an abort. */
async function rest(delayMs: number, signal: AbortSignal): Promise<void> {
  if (delayMs > 0) await sleep(delayMs, undefined, { signal }).catch(() => {});
}
