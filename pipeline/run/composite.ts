import { basename, dirname } from 'node:path';
import type { Grid } from '../../shared/grid.ts';
import { assembleCog } from '../cog/assemble.ts';
import type { SuperBlockAt } from '../cog/assemble-plan.ts';
import { createProgress } from '../queue/progress.ts';
import type { StackMethod } from '../raster/composite-kernel.ts';
import { ensureFolder } from '../store/files.ts';
import { createThreadPool, type ThreadPool } from '../workers/threads.ts';
import { checkStackUnchanged, openStack, type StackInputs } from './composite-inputs.ts';
import { type CompositePlan, compositeSpec, planComposite } from './composite-plan.ts';
import type { CompositeAnswer, CompositeSetup, CompositeTask } from './composite-thread.ts';
import { checkOut } from './out.ts';
import type { RunContext } from './prepare.ts';

/** A composite of dates of red and nir, as a file. */
export interface CompositeRequest {
  /** Absolute paths, one a date; `nir` and `scl` in the same order. */
  readonly red: readonly string[];
  readonly nir: readonly string[];
  /** Scene classes, one a date; empty: nothing is masked. */
  readonly scl: readonly string[];
  readonly keepScl: readonly number[];
  readonly method: StackMethod;
  /** Added to a DN to make it reflectance × 10,000. */
  readonly dnOffset: number;
  /** Absolute path. */
  readonly out: string;
  readonly workers: number;
}

export interface CompositeFile {
  readonly grid: Grid;
  /** Pixels that hold a value. */
  readonly valuePx: number;
  /** Pixels left out because their NDVI is beyond ±3.2767. */
  readonly refusedPx: number;
}

/** A task that takes longer is stuck: the largest ones, whole rows of hundreds of dates, take a minute. */
const TASK_TIMEOUT_MS = 600_000;

type Threads = ThreadPool<CompositeTask, CompositeAnswer>;

/**
 * Composites a stack of local files into a COG with overviews and statistics: NDVI as int16 × 0.0001 (nodata −32768), or
 * the medoid's red and nir as uint16 (nodata 0). Threads read, compute and encode; the bytes do not depend on their number.
 * Errors: those of `openStack`; `E_SOURCE_CHANGED`, `E_FOLDER`, `E_DISK`, `E_CANCELLED`. Then there is no file, or the one from before.
 */
export async function runComposite(request: CompositeRequest, context: RunContext): Promise<CompositeFile> {
  const { out, method, dnOffset, keepScl, workers } = request;
  await checkOut([out], [...request.red, ...request.nir, ...request.scl]);
  const inputs = await openStack(request);
  const plan = planComposite(out, compositeSpec(inputs, method, describe(request)), inputs.dates);
  await ensureFolder(dirname(out));
  const setup: CompositeSetup = { plan, dates: inputs.dates, keepScl, method, dnOffset };
  const { superCols, superRows } = plan.cog.stages[0]!;
  const runs = Math.ceil(superCols / plan.runBlocks) * superRows;
  const pool = createThreadPool<CompositeSetup, CompositeTask, CompositeAnswer>({
    program: 'pipeline/run/composite-thread.js',
    setup,
    size: Math.min(workers, runs),
    timeoutMs: TASK_TIMEOUT_MS,
  });
  const stop = () => void pool.close();
  context.signal.addEventListener('abort', stop);
  if (context.signal.aborted) stop();
  try {
    return { grid: inputs.grid, ...(await computeFile({ out, inputs, plan }, pool, context)) };
  } finally {
    context.signal.removeEventListener('abort', stop);
    await pool.close();
  }
}

interface CompositeJob {
  readonly out: string;
  readonly inputs: StackInputs;
  readonly plan: CompositePlan;
}

async function computeFile({ out, inputs, plan }: CompositeJob, pool: Threads, context: RunContext) {
  const { superCols, superRows } = plan.cog.stages[0]!;
  const { write, isTty } = context;
  const total = superCols * superRows;
  const progress = createProgress({ total, unitName: 'blocks', write, isTty, now: Date.now });
  const runs = createRuns(plan, pool);
  const work = {
    inFlight: (pool.size + 2) * plan.runBlocks,
    compute: runs.take,
    encode: async (task: CompositeTask) => (await pool.run(task)).blocks[0]!,
    onDone: () => progress.advance(),
    beforeFinish: () => checkStackUnchanged(inputs.dates),
  };
  const { sums } = await assembleCog(out, plan.cog, work, { statistics: true });
  progress.finish();
  return { valuePx: sums[0]!.count, refusedPx: runs.refusedPx() };
}

/** Runs of super-blocks: the first of a run that is asked for has it computed, the others wait for the same answer. */
function createRuns({ runBlocks }: CompositePlan, pool: Threads) {
  const underWay = new Map<string, Promise<CompositeAnswer>>();
  let refusedPx = 0;
  const start = async (run: number, row: number) => {
    const answer = await pool.run({ run, row });
    refusedPx += answer.refusedPx;
    underWay.delete(`${run} ${row}`);
    return answer;
  };
  return {
    refusedPx: () => refusedPx,
    async take({ col, row }: SuperBlockAt) {
      const run = Math.floor(col / runBlocks);
      const key = `${run} ${row}`;
      const answer = underWay.get(key) ?? start(run, row);
      underWay.set(key, answer);
      return (await answer).blocks[col % runBlocks]!;
    },
  };
}

/** What the file says of itself; names without folders, so that the same inputs elsewhere give the same bytes. */
function describe({ red, nir, scl, keepScl, method, dnOffset }: CompositeRequest): Record<string, string> {
  const names = (paths: readonly string[]) => paths.map((path) => basename(path)).join(', ');
  const masked = scl.length === 0 ? {} : { scl: names(scl), keep_scl: keepScl.join(', ') };
  return {
    kind: method.kind === 'medoid' ? 'composite of red and nir' : 'composite of ndvi',
    method: method.kind === 'percentile' ? `percentile ${method.pct}` : method.kind,
    dates: String(red.length),
    red: names(red),
    nir: names(nir),
    ...masked,
    ...(method.kind === 'medoid' ? {} : { dn_offset: String(dnOffset) }),
  };
}
