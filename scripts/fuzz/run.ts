import { builtProgram } from '../../pipeline/workers/built-program.ts';
import { createPool, type Pool } from '../../pipeline/workers/pool.ts';
import { isCanopyError } from '../../shared/errors.ts';
import { type FuzzFailure, type FuzzResult, type FuzzTask, MAX_RSS_BYTES } from './batch.ts';
import { addResult, emptyTally, type Tally } from './tally.ts';

export interface FuzzOptions {
  readonly runSeed: number;
  /** Ends after these seconds, or after `maxInputs`, whichever is first. */
  readonly maxSeconds: number;
  readonly maxInputs: number;
  readonly processes: number;
  readonly isStopped: () => boolean;
  readonly onProgress: (tally: Tally) => void;
  /** Program of the children; by default the built one. */
  readonly script?: string;
  /** Wall clock for one batch. */
  readonly timeoutMs?: number;
}

const BATCH = 250;
/** For a whole batch, the making of the corpus included: an input that hangs for ever is found then. */
const BATCH_LIMIT_MS = 20_000;

type FuzzPool = Pool<FuzzTask, FuzzResult>;

/**
 * Reads harmed files in child processes, which are killed where they hang or pass 512 MB; the rest of a batch that ended
 * so is run again without the input that was to blame.
 */
export async function runFuzz(options: FuzzOptions): Promise<Tally> {
  const { script = builtProgram('scripts/fuzz/child.entry.js'), timeoutMs = BATCH_LIMIT_MS, processes } = options;
  const pool: FuzzPool = createPool({ script, size: processes, timeoutMs, maxRssBytes: MAX_RSS_BYTES });
  const tally = emptyTally();
  const endMs = performance.now() + options.maxSeconds * 1000;
  let nextIndex = 0;
  const work = async () => {
    while (nextIndex < options.maxInputs && performance.now() < endMs && !options.isStopped()) {
      const count = Math.min(BATCH, options.maxInputs - nextIndex);
      const task = { runSeed: options.runSeed, firstIndex: nextIndex, count };
      nextIndex += count;
      await runWhole(pool, task, (result) => addResult(tally, result));
      options.onProgress(tally);
    }
  };
  try {
    await Promise.all(Array.from({ length: processes }, work));
  } finally {
    await pool.close();
  }
  tally.failures.sort((a, b) => a.index - b.index);
  return tally;
}

async function runWhole(pool: FuzzPool, task: FuzzTask, take: (result: FuzzResult) => void): Promise<void> {
  if (task.count === 0) return;
  try {
    take(await pool.run(task));
  } catch (error) {
    const culprit = isCanopyError(error) && error.where !== undefined ? Number(error.where) : Number.NaN;
    // Without a note the process did not even come up.
    if (!(culprit >= task.firstIndex)) throw error;
    take(failedInput(culprit, error));
    await runWhole(pool, { ...task, count: culprit - task.firstIndex }, take);
    const left = task.firstIndex + task.count - culprit - 1;
    await runWhole(pool, { ...task, firstIndex: culprit + 1, count: left }, take);
  }
}

function failedInput(index: number, error: unknown): FuzzResult {
  const code = isCanopyError(error) ? error.code : '';
  const what: FuzzFailure['what'] = code === 'E_UNIT_TIMEOUT' ? 'hang' : code === 'E_MEM_BUDGET' ? 'memory' : 'crash';
  const failures = [{ index, what, story: error instanceof Error ? error.message : String(error) }];
  return { counts: { killed: { crash: 1 } }, codes: {}, failures, slowestMs: 0, peakRssBytes: 0 };
}
