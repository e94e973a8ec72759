import { CanopyError } from '../../shared/errors.ts';
import { builtProgram } from './built-program.ts';
import { Lane } from './lane.ts';
import { readRssBytes } from './memory.ts';

/** The limits that keep one hostile or broken file from taking the machine; applied to each child process. */
interface PoolLimits {
  /** Wall clock for one task from hand-over to answer. */
  readonly timeoutMs: number;
  /** Resident memory of the child, buffers included. */
  readonly maxRssBytes: number;
  /** JavaScript heap of the child. */
  readonly heapMb: number;
}

export interface PoolOptions extends Partial<PoolLimits> {
  /** Program of the child; by default the built `dist/pipeline/run/child.js`. */
  readonly script?: URL | string;
  /** Child processes at most, each with one task at a time. */
  readonly size: number;
  /** The child's whole environment: nothing of the parent's is handed on. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Pool<T, R> {
  readonly size: number;
  /**
   * Computes `task` in a child process, waiting for a free one. Rejects with the task's own `CanopyError`, or with
   * E_UNIT_TIMEOUT, E_MEM_BUDGET (both `input`, naming the file), E_WORKER_DIED (`transient`) or E_CANCELLED.
   */
  run(task: T): Promise<R>;
  /** Kills all children; tasks that are still running or waiting reject with E_CANCELLED. */
  close(): Promise<void>;
  /** Largest resident memory seen so far, all children together (0 where the system does not tell). */
  peakRssBytes(): number;
}

const DEFAULT_LIMITS: PoolLimits = { timeoutMs: 120_000, maxRssBytes: 1.5 * 2 ** 30, heapMb: 512 };
const WATCH_INTERVAL_MS = 200;

/** A pool of child processes that are started when first needed and killed when they break a limit. */
export function createPool<T, R>(options: PoolOptions): Pool<T, R> {
  const { size, script = builtProgram('pipeline/run/child.js'), env = {}, ...limits } = options;
  const lanes = Array.from({ length: size }, () => new Lane<T, R>({ ...DEFAULT_LIMITS, ...limits, script, env }));
  // The lane that was freed last is taken first: its child is warm, and idle ones need not start.
  const idle = lanes.toReversed();
  const waiting: ((lane: Lane<T, R>) => void)[] = [];
  let peakRssBytes = 0;
  let watch: NodeJS.Timeout | undefined;
  let closed: Promise<void> | undefined;

  function watchMemory(): void {
    let totalBytes = 0;
    for (const lane of lanes) {
      const rssBytes = lane.pid === undefined ? null : readRssBytes(lane.pid);
      if (rssBytes === null) continue;
      totalBytes += rssBytes;
      lane.checkMemory(rssBytes);
    }
    peakRssBytes = Math.max(peakRssBytes, totalBytes);
  }

  function release(lane: Lane<T, R>): void {
    watchMemory();
    const next = waiting.shift();
    if (next) {
      next(lane);
      return;
    }
    idle.push(lane);
    if (idle.length === size) {
      clearInterval(watch);
      watch = undefined;
    }
  }

  async function run(task: T): Promise<R> {
    if (closed) throw cancelled();
    const lane = idle.pop() ?? (await new Promise<Lane<T, R>>((resolve) => waiting.push(resolve)));
    try {
      if (closed) throw cancelled();
      watch ??= setInterval(watchMemory, WATCH_INTERVAL_MS);
      return await lane.run(task);
    } finally {
      release(lane);
    }
  }

  async function close(): Promise<void> {
    closed ??= Promise.all(lanes.map((lane) => lane.stop(cancelled()))).then(() => clearInterval(watch));
    await closed;
  }

  return { size, run, close, peakRssBytes: () => peakRssBytes };
}

function cancelled(): CanopyError {
  const message = 'Stopped on request. What is finished is kept: run the same command again to go on.';
  return new CanopyError({ kind: 'transient', code: 'E_CANCELLED', message });
}
