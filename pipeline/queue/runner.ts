import { CanopyError, type ErrorDetail } from '../../shared/errors.ts';

/** One unit of work to be computed somewhere. `T` is plain JSON: ids and paths, never pixels. */
export interface Job<T> {
  /** Content hash of the unit: lower-case letters, digits and hyphens, not an integer. */
  readonly key: string;
  /** What a person calls the unit. */
  readonly label: string;
  readonly task: T;
}

/** What a runner tells about each job; the calls never overlap. */
export interface JobEvents<T, R> {
  /** An attempt has begun; told where the runner knows of it. */
  started?(job: Job<T>, worker: string): void | Promise<void>;
  /** An attempt has failed and another will follow. */
  retried?(job: Job<T>, error: ErrorDetail): void | Promise<void>;
  /** Exactly one of these once for each time that a job was given. `isRecorded`: the worker wrote it down itself. */
  done(job: Job<T>, end: JobEnd<R>): void | Promise<void>;
  failed(job: Job<T>, error: ErrorDetail): void | Promise<void>;
}

export interface JobEnd<R> {
  readonly result: R;
  /** `host:pid`. */
  readonly worker: string;
  readonly isRecorded: boolean;
}

export interface Runner<T, R> {
  /**
   * Computes jobs until every one given has ended, those of `add` included. Rejects with what an event handler threw, or
   * with E_CANCELLED; jobs told as done stay done.
   */
  run(jobs: readonly Job<T>[], on: JobEvents<T, R>): Promise<void>;
  /** More jobs for the run that is under way, such as ones that failed; answers how many were not in it already. */
  add(jobs: readonly Job<T>[]): number;
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
  /** Takes a job in; one that has ended may be given again. */
  expect(job: Job<T>): void;
  started(job: Job<T>, worker: string): void;
  retried(job: Job<T>, error: ErrorDetail): void;
  done(job: Job<T>, end: JobEnd<R>): void;
  failed(job: Job<T>, error: ErrorDetail): void;
  isOpen(key: string): boolean;
  openCount(): number;
  doneCount(): number;
  /** Resolves when all events told so far are handled; rejects with the first error of a handler. */
  flush(): Promise<void>;
}

/** Passes the end of each job on once, one after the other. `onHandlerError` hears of the first handler that throws. */
export function createLedger<T, R>(on: JobEvents<T, R>, onHandlerError: (error: unknown) => void): Ledger<T, R> {
  const open = new Set<string>();
  let doneCount = 0;
  let tail: Promise<void> = Promise.resolve();
  const tell = (call: () => void | Promise<void>) => {
    tail = tail.then(call);
    tail.catch(onHandlerError);
  };
  return {
    expect: (job) => void open.add(job.key),
    started: (job, worker) => open.has(job.key) && tell(() => on.started?.(job, worker)),
    retried: (job, error) => open.has(job.key) && tell(() => on.retried?.(job, error)),
    done(job, end) {
      if (!open.delete(job.key)) return;
      doneCount += 1;
      tell(() => on.done(job, end));
    },
    failed: (job, error) => open.delete(job.key) && tell(() => on.failed(job, error)),
    isOpen: (key) => open.has(key),
    openCount: () => open.size,
    doneCount: () => doneCount,
    flush: () => tail,
  };
}

export function cancelledRun(finished: number, open: number): CanopyError {
  const message = `Stopped on request: ${finished} of ${finished + open} units are finished and kept. Run the same command again to go on.`;
  return new CanopyError({ kind: 'transient', code: 'E_CANCELLED', message });
}
