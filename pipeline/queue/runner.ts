import { CanopyError, type ErrorDetail } from '../../shared/errors.ts';

/** One unit of work to be computed somewhere. `T` is plain JSON: ids and paths, never pixels. */
export interface Job<T> {
  /** Content hash of the unit: lower-case letters, digits and hyphens, not an integer. */
  readonly key: string;
  /** What a person calls the unit. */
  readonly label: string;
  readonly task: T;
}

/** What a runner tells about each job, exactly once a job; the calls never overlap. */
export interface JobEvents<T, R> {
  done(job: Job<T>, result: R): void | Promise<void>;
  failed(job: Job<T>, error: ErrorDetail): void | Promise<void>;
}

export interface Runner<T, R> {
  /**
   * Computes all jobs, then calls `merge` once, also when some jobs failed. Rejects with what `merge` or an event
   * handler threw, or with E_CANCELLED; jobs told as done stay done.
   */
  run(jobs: readonly Job<T>[], on: JobEvents<T, R>, merge: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Refuses keys that a queue would take for something else, and keys given twice. */
export function checkJobKeys(jobs: readonly Job<unknown>[]): void {
  const seen = new Set<string>();
  for (const { key, label } of jobs) {
    if (!/^[a-z0-9-]+$/.test(key) || /^\d+$/.test(key) || seen.has(key))
      throw new CanopyError({
        kind: 'bug',
        code: 'E_JOB_KEY',
        message: `The key "${key}" of job ${label} is ${seen.has(key) ? 'used twice' : 'not made of a-z, 0-9 and hyphens with a letter in it'}.`,
      });
    seen.add(key);
  }
}

export interface Ledger<T, R> {
  done(job: Job<T>, result: R): void;
  failed(job: Job<T>, error: ErrorDetail): void;
  isSettled(key: string): boolean;
  settledCount(): number;
  /** Resolves when all events told so far are handled; rejects with the first error of a handler. */
  flush(): Promise<void>;
}

/** Passes the end of each job on once, one after the other. `onHandlerError` hears of the first handler that throws. */
export function createLedger<T, R>(on: JobEvents<T, R>, onHandlerError: (error: unknown) => void): Ledger<T, R> {
  const settled = new Set<string>();
  let tail: Promise<void> = Promise.resolve();
  const settle = (key: string, tell: () => void | Promise<void>) => {
    if (settled.has(key)) return;
    settled.add(key);
    tail = tail.then(tell);
    tail.catch(onHandlerError);
  };
  return {
    done: (job, result) => settle(job.key, () => on.done(job, result)),
    failed: (job, error) => settle(job.key, () => on.failed(job, error)),
    isSettled: (key) => settled.has(key),
    settledCount: () => settled.size,
    flush: () => tail,
  };
}

export function cancelledRun(finished: number, total: number): CanopyError {
  const message = `Stopped on request: ${finished} of ${total} units are finished and kept. Run the same command again to go on.`;
  return new CanopyError({ kind: 'transient', code: 'E_CANCELLED', message });
}
