import { builtProgram } from '../../pipeline/workers/built-program.ts';
import { createPool, type Pool } from '../../pipeline/workers/pool.ts';
import { isCanopyError } from '../../shared/errors.ts';
import { type FuzzFailure, type FuzzResult, type FuzzTask, HANG_MS } from './batch.ts';
import { addResult, emptyTally, type Tally } from './tally.ts';

export interface FuzzOptions {
  readonly runSeed: number;
  /** Ends after these seconds, or after `maxInputs`, whichever is first. */
  readonly maxSeconds: number;
  readonly maxInputs: number;
  readonly processes: number;
  readonly isStopped: () => boolean;
  readonly onProgress: (tally: Tally) => void;
}

const BATCH = 250;
const MAX_RSS_BYTES = 512e6;
/** For a whole batch, the making of the corpus included; a batch that takes longer is taken apart. */
const BATCH_LIMIT_MS = 30_000;

type FuzzPool = Pool<FuzzTask, FuzzResult>;

/**
 * Reads harmed files in child processes, which are killed where they hang or pass 512 MB. A batch that ends so is halved
 * until the one input is found.
 */
export async function runFuzz(options: FuzzOptions): Promise<Tally> {
  const script = builtProgram('scripts/fuzz/child.entry.js');
  const limits = { script, maxRssBytes: MAX_RSS_BYTES };
  const wide: FuzzPool = createPool({ ...limits, size: options.processes, timeoutMs: BATCH_LIMIT_MS });
  const tally = emptyTally();
  const endMs = performance.now() + options.maxSeconds * 1000;
  let nextIndex = 0;
  const work = async () => {
    while (nextIndex < options.maxInputs && performance.now() < endMs && !options.isStopped()) {
      const task = {
        runSeed: options.runSeed,
        firstIndex: nextIndex,
        count: Math.min(BATCH, options.maxInputs - nextIndex),
      };
      nextIndex += task.count;
      for (const result of await runApart(wide, task)) addResult(tally, result);
      options.onProgress(tally);
    }
  };
  try {
    await Promise.all(Array.from({ length: options.processes }, work));
  } finally {
    await wide.close();
  }
  return { ...tally, failures: tally.failures.sort((a, b) => a.index - b.index) };
}

/** Runs a batch, in ever smaller parts where it brings its process down. */
async function runApart(pool: FuzzPool, task: FuzzTask): Promise<FuzzResult[]> {
  try {
    return [await pool.run(task)];
  } catch (error) {
    if (task.count === 1) return [failedInput(task, error)];
  }
  const half = Math.ceil(task.count / 2);
  const first = await runApart(pool, { ...task, count: half });
  if (half === task.count) return first;
  const second = await runApart(pool, { ...task, firstIndex: task.firstIndex + half, count: task.count - half });
  return [...first, ...second];
}

function failedInput({ firstIndex }: FuzzTask, error: unknown): FuzzResult {
  const code = isCanopyError(error) ? error.code : '';
  const what: FuzzFailure['what'] = code === 'E_UNIT_TIMEOUT' ? 'hang' : code === 'E_MEM_BUDGET' ? 'memory' : 'crash';
  const story = error instanceof Error ? error.message : String(error);
  const failures = [{ index: firstIndex, what, story }];
  const counts = { 'not known': { crash: 1 } };
  return { counts, codes: {}, failures, slowestMs: what === 'hang' ? HANG_MS : 0, peakRssBytes: 0 };
}
