import type { ThreadPool } from '../workers/threads.ts';
import type { ZonalPlan } from './zonal-plan.ts';
import type { ZonalRaster } from './zonal-raster.ts';
import type { FetchedBlocks, ZonalResult, ZonalTask } from './zonal-task.ts';

/** What all passes of one run share. */
export interface ZonalMachine {
  readonly pool: ThreadPool<ZonalTask, ZonalResult>;
  readonly raster: ZonalRaster;
  readonly progress: { advance(count: number): void };
  /** Blocks decoded, reads and bytes of the threads so far. */
  readonly read: { blocks: number; requests: number; bytes: number };
}

/**
 * Runs the tasks of a plan on all threads and hands each result to `take` in the order of the plan. Bytes of a remote
 * file are fetched one task ahead.
 */
export async function runPass<R extends ZonalResult>(
  { pool, raster, progress, read }: ZonalMachine,
  plan: ZonalPlan,
  describe: (task: ZonalPlan['tasks'][number], fetched: FetchedBlocks | null) => ZonalTask,
  take: (result: R, from: number) => void,
): Promise<void> {
  const early = new Map<number, R>();
  let next = 0;
  let taken = 0;
  let isStopped = false;
  const lane = async () => {
    while (next < plan.tasks.length && !isStopped) {
      const at = next++;
      const task = plan.tasks[at]!;
      const result = (await pool.run(describe(task, await raster.blocksFor(plan, task)))) as R;
      read.blocks += result.read.blocks;
      read.requests += result.read.requests;
      read.bytes += result.read.bytes;
      progress.advance(task.to - task.from);
      early.set(at, result);
      for (let ready = early.get(taken); ready !== undefined; ready = early.get(taken)) {
        early.delete(taken);
        take(ready, plan.tasks[taken]!.from);
        taken += 1;
      }
    }
  };
  const lanes = Array.from({ length: pool.size + 1 }, lane);
  try {
    await Promise.all(lanes);
  } finally {
    isStopped = true;
    await Promise.allSettled(lanes);
  }
}
