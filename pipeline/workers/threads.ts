import { Worker } from 'node:worker_threads';
import { CanopyError, toErrorDetail } from '../../shared/errors.ts';
import { builtProgram } from './built-program.ts';
import type { ThreadAnswer } from './thread-contract.ts';
import { describeDeath, timeoutError } from './verdicts.ts';

export interface ThreadPoolOptions<S> {
  /** Built program of the threads, below `dist`, such as `pipeline/run/zonal-thread.js`. */
  readonly program: string;
  /** Handed to every thread when it starts; SharedArrayBuffers in it are shared, not copied. */
  readonly setup: S;
  readonly size: number;
  /** Wall clock for one task; a thread that takes longer is ended, wherever it is stuck. Default 120 s. */
  readonly timeoutMs?: number;
}

export interface ThreadPool<T, R> {
  readonly size: number;
  /**
   * Computes `task` in the next free thread; tasks are taken in the order they were handed in. Rejects with the task's own
   * `CanopyError`, or with E_UNIT_TIMEOUT (input), E_WORKER_DIED (transient), E_CANCELLED (transient).
   */
  run(task: T): Promise<R>;
  /** Ends all threads; what still runs or waits rejects with E_CANCELLED. */
  close(): Promise<void>;
}

interface Job<T, R> {
  readonly id: number;
  readonly task: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: CanopyError) => void;
}

/**
 * Threads that share memory, for work on files that our own bounded readers decode. All are started at once, so that they
 * come up while the caller still prepares; a thread that had to be ended is replaced.
 */
export function createThreadPool<S, T, R>(options: ThreadPoolOptions<S>): ThreadPool<T, R> {
  const { size, timeoutMs = 120_000 } = options;
  const waiting: Job<T, R>[] = [];
  const lanes = Array.from({ length: size }, () => createLane<S, T, R>(options, timeoutMs, next));
  let lastId = 0;
  let isClosed = false;

  function next(): void {
    for (const lane of lanes) {
      if (waiting.length === 0) return;
      if (lane.isFree()) lane.take(waiting.shift()!);
    }
  }

  return {
    size,
    run(task) {
      return new Promise((resolve, reject) => {
        if (isClosed) return reject(cancelled());
        lastId += 1;
        waiting.push({ id: lastId, task, resolve, reject });
        next();
      });
    },
    async close() {
      isClosed = true;
      for (const job of waiting.splice(0)) job.reject(cancelled());
      await Promise.all(lanes.map((lane) => lane.end(cancelled())));
    },
  };
}

interface ThreadLane<T, R> {
  isFree(): boolean;
  take(job: Job<T, R>): void;
  end(reason: CanopyError): Promise<void>;
}

function createLane<S, T, R>(
  { program, setup }: ThreadPoolOptions<S>,
  timeoutMs: number,
  onFree: () => void,
): ThreadLane<T, R> {
  let worker: Worker | null = start();
  let job: Job<T, R> | null = null;
  let timer: NodeJS.Timeout | undefined;

  function start(): Worker {
    const started = new Worker(builtProgram(program), { workerData: setup });
    started.on('message', (answer: ThreadAnswer<R>) => {
      if (worker === started && job?.id === answer.id) settle(answer);
    });
    started.on('error', (error) => fail(started, describeDeath(String(error), '', undefined)));
    started.on('exit', (code) => fail(started, describeDeath(`exit code ${code}`, '', undefined)));
    // A pool that nobody closed must not keep the process alive; a task under way does. To listen is to hold on again.
    started.unref();
    return started;
  }

  function settle(answer: ThreadAnswer<R>): void {
    const { resolve, reject } = release();
    if (answer.ok) resolve(answer.result);
    else reject(new CanopyError(answer.error));
    onFree();
  }

  function release(): Job<T, R> {
    const done = job!;
    clearTimeout(timer);
    job = null;
    worker?.unref();
    return done;
  }

  function fail(dead: Worker, error: CanopyError): void {
    if (worker !== dead) return;
    worker = null;
    if (job === null) return;
    release().reject(error);
    onFree();
  }

  async function end(reason: CanopyError): Promise<void> {
    const ending = worker;
    if (ending === null) return;
    fail(ending, reason);
    await ending.terminate();
  }

  return {
    isFree: () => job === null,
    take(taken) {
      worker ??= start();
      job = taken;
      worker.ref();
      timer = setTimeout(() => void end(timeoutError(timeoutMs, undefined)), timeoutMs);
      try {
        worker.postMessage({ id: taken.id, task: taken.task });
      } catch (error) {
        // A task that cannot be sent is a mistake of ours; the thread is none the worse for it.
        release().reject(new CanopyError(toErrorDetail(error), { cause: error }));
        queueMicrotask(onFree);
      }
    },
    end,
  };
}

function cancelled(): CanopyError {
  const message = 'Stopped on request. Nothing was written: run the same command again.';
  return new CanopyError({ kind: 'transient', code: 'E_CANCELLED', message });
}
