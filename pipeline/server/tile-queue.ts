import { CanopyError } from '../../shared/errors.ts';
import type { Rendered, RenderTask } from './render-tasks.ts';

export interface TileQueueOptions {
  readonly render: (task: RenderTask) => Promise<Rendered>;
  /** Tasks handed over at a time: as many as there are children. */
  readonly concurrency: number;
  /** Upper bound of the finished tiles kept. */
  readonly cacheBytes: number;
}

export interface TileQueue {
  /**
   * The tile of this key: kept, under way, or drawn now. The newest wish comes first, being what somebody looks at, but
   * none waits for long behind newer ones. `signal` takes back a wish; a tile that nobody wants any more is not begun.
   * Rejects as `render` does, or with E_CANCELLED or E_BUSY (both transient).
   */
  get(key: string, task: RenderTask, signal?: AbortSignal): Promise<Rendered>;
}

interface Job {
  readonly key: string;
  readonly task: RenderTask;
  readonly done: Promise<Rendered>;
  readonly resolve: (tile: Rendered) => void;
  readonly reject: (error: unknown) => void;
  readonly askedMs: number;
  /** How many requests still want it. */
  wishes: number;
  isStarted: boolean;
}

const MAX_WAITING = 2000;
/** With many clients at a time the newest always comes from somebody else: after this the oldest has its turn. */
const PATIENCE_MS = 300;

/** Stands in front of the children: same requests share one drawing, finished tiles are kept, failures never. */
export function createTileQueue({ render, concurrency, cacheBytes }: TileQueueOptions): TileQueue {
  const kept = createTileCache(cacheBytes);
  const jobs = new Map<string, Job>();
  /** Oldest first. */
  const waiting: Job[] = [];
  let running = 0;

  async function start(job: Job): Promise<void> {
    job.isStarted = true;
    running += 1;
    try {
      const tile = await render(job.task);
      kept.set(job.key, tile);
      job.resolve(tile);
    } catch (error) {
      job.reject(error);
    } finally {
      running -= 1;
      jobs.delete(job.key);
      startNext();
    }
  }

  function startNext(): void {
    while (running < concurrency && waiting.length > 0) {
      const isLate = performance.now() - waiting[0]!.askedMs > PATIENCE_MS;
      void start(isLate ? waiting.shift()! : waiting.pop()!);
    }
  }

  function drop(job: Job, error: CanopyError): void {
    jobs.delete(job.key);
    waiting.splice(waiting.indexOf(job), 1);
    job.reject(error);
  }

  function enqueue(key: string, task: RenderTask): Job {
    const job: Job = { key, task, askedMs: performance.now(), wishes: 0, isStarted: false, ...deferred() };
    jobs.set(key, job);
    waiting.push(job);
    if (waiting.length > MAX_WAITING) drop(waiting[0]!, busy());
    startNext();
    return job;
  }

  return {
    async get(key, task, signal) {
      const tile = kept.get(key);
      if (tile !== undefined) return tile;
      if (signal?.aborted === true) throw cancelled();
      const job = jobs.get(key) ?? enqueue(key, task);
      job.wishes += 1;
      const takeBack = () => {
        job.wishes -= 1;
        if (job.wishes === 0 && !job.isStarted && jobs.get(key) === job) drop(job, cancelled());
      };
      signal?.addEventListener('abort', takeBack, { once: true });
      try {
        return await job.done;
      } finally {
        signal?.removeEventListener('abort', takeBack);
      }
    },
  };
}

function deferred(): Pick<Job, 'done' | 'resolve' | 'reject'> {
  let resolve!: Job['resolve'];
  let reject!: Job['reject'];
  const done = new Promise<Rendered>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Whoever wanted it may have left: its failure is then nobody's.
  done.catch(() => {});
  return { done, resolve, reject };
}

/** Finished tiles by key, those unused for longest dropped first. */
function createTileCache(maxBytes: number) {
  const tiles = new Map<string, Rendered>();
  let heldBytes = 0;
  // Empty tiles are all alike; a small charge for the key keeps a world of them bounded too.
  const costBytes = (tile: Rendered) => tile.bytes.length + 512;
  return {
    get(key: string): Rendered | undefined {
      const tile = tiles.get(key);
      if (tile === undefined) return undefined;
      tiles.delete(key);
      tiles.set(key, tile);
      return tile;
    },
    set(key: string, tile: Rendered): void {
      tiles.set(key, tile);
      heldBytes += costBytes(tile);
      for (const [oldest, old] of tiles) {
        if (heldBytes <= maxBytes) break;
        tiles.delete(oldest);
        heldBytes -= costBytes(old);
      }
    },
  };
}

function cancelled(): CanopyError {
  const message = 'The tile was not drawn: nobody waits for it any more.';
  return new CanopyError({ kind: 'transient', code: 'E_CANCELLED', message });
}

function busy(): CanopyError {
  const message = `More than ${MAX_WAITING} tiles wait to be drawn: this one was given up. Ask for it again in a moment.`;
  return new CanopyError({ kind: 'transient', code: 'E_BUSY', message });
}
