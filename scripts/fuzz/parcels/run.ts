import { builtProgram } from '../../../pipeline/workers/built-program.ts';
import { createPool, type Pool } from '../../../pipeline/workers/pool.ts';
import { isCanopyError } from '../../../shared/errors.ts';
import type { ParcelFormat } from '../../../shared/parcel-check.ts';
import { MAX_RSS_BYTES, type ParcelFailure, type ParcelResult, type ParcelTask } from './reading.ts';

export interface FormatTally {
  readonly format: ParcelFormat;
  inputs: number;
  read: number;
  refused: number;
  slowestMs: number;
  peakRssBytes: number;
  seconds: number;
  readonly codes: Map<string, number>;
  readonly failures: ParcelFailure[];
}

export interface ParcelFuzzOptions {
  readonly formats: readonly ParcelFormat[];
  readonly inputs: number;
  readonly runSeed: number;
  readonly processes: number;
  readonly isStopped: () => boolean;
  readonly onProgress: (tally: FormatTally) => void;
  /** Program of the children; by default the built one. */
  readonly script?: string;
}

const BATCH = 100;
/** For one input, or for a child to come up, by the clock on the wall of a machine that may be very busy. */
const TIMEOUT_MS = 60_000;

type FuzzPool = Pool<ParcelTask, ParcelResult>;

/** Reads harmed files, format after format, in children that are killed where they hang or grow beyond 512 MiB. */
export async function runParcelFuzz(options: ParcelFuzzOptions): Promise<FormatTally[]> {
  const { script = builtProgram('scripts/fuzz/parcels/child.entry.js'), processes: size } = options;
  const tallies: FormatTally[] = [];
  for (const format of options.formats) {
    if (options.isStopped()) break;
    // A fresh child for each format: what one format leaves in memory is not held against the next.
    const pool: FuzzPool = createPool({ script, size, timeoutMs: TIMEOUT_MS, maxRssBytes: MAX_RSS_BYTES });
    try {
      tallies.push(await fuzzFormat(pool, format, options));
    } finally {
      await pool.close();
    }
  }
  return tallies;
}

async function fuzzFormat(pool: FuzzPool, format: ParcelFormat, options: ParcelFuzzOptions): Promise<FormatTally> {
  const start = performance.now();
  const tally: FormatTally = {
    format,
    inputs: 0,
    read: 0,
    refused: 0,
    slowestMs: 0,
    peakRssBytes: 0,
    seconds: 0,
    codes: new Map(),
    failures: [],
  };
  let nextIndex = 0;
  const work = async () => {
    while (nextIndex < options.inputs && !options.isStopped()) {
      const task = {
        format,
        runSeed: options.runSeed,
        firstIndex: nextIndex,
        count: Math.min(BATCH, options.inputs - nextIndex),
      };
      nextIndex += task.count;
      await runWhole(pool, task, (result) => addResult(tally, result));
      tally.seconds = (performance.now() - start) / 1000;
      options.onProgress(tally);
    }
  };
  await Promise.all(Array.from({ length: options.processes }, work));
  tally.failures.sort((a, b) => a.index - b.index);
  return tally;
}

/** Runs a task; where an input ends the child, without it. */
async function runWhole(pool: FuzzPool, task: ParcelTask, take: (result: ParcelResult) => void): Promise<void> {
  if (task.count === 0) return;
  try {
    take(await pool.run(task));
  } catch (error) {
    const culprit = isCanopyError(error) && error.where !== undefined ? Number(error.where) : Number.NaN;
    // Without a note the process did not even come up.
    if (!(culprit >= task.firstIndex)) throw error;
    take(failedInput(task.format, culprit, error));
    await runWhole(pool, { ...task, count: culprit - task.firstIndex }, take);
    const left = task.firstIndex + task.count - culprit - 1;
    await runWhole(pool, { ...task, firstIndex: culprit + 1, count: left }, take);
  }
}

function failedInput(format: ParcelFormat, index: number, error: unknown): ParcelResult {
  const code = isCanopyError(error) ? error.code : '';
  const what = code === 'E_UNIT_TIMEOUT' ? 'slow' : code === 'E_MEM_BUDGET' ? 'memory' : 'crash';
  const failures = [{ format, index, what, story: error instanceof Error ? error.message : String(error) } as const];
  return { read: 0, refused: 1, codes: { killed: 1 }, failures, slowestMs: 0, peakRssBytes: 0 };
}

function addResult(tally: FormatTally, result: ParcelResult): void {
  tally.inputs += result.read + result.refused;
  tally.read += result.read;
  tally.refused += result.refused;
  tally.slowestMs = Math.max(tally.slowestMs, result.slowestMs);
  tally.peakRssBytes = Math.max(tally.peakRssBytes, result.peakRssBytes);
  for (const [code, count] of Object.entries(result.codes)) tally.codes.set(code, (tally.codes.get(code) ?? 0) + count);
  tally.failures.push(...result.failures);
}
