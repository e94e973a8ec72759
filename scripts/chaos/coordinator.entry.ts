// The coordinator of a chaos run: what `canopy monitor` does with its units, without scenes to plan and layers to merge.
import { ALGORITHM } from '../../pipeline/plan.ts';
import { createBullRunner } from '../../pipeline/queue/bullmq.ts';
import type { UnitOutput } from '../../pipeline/queue/bullmq-worker.ts';
import { createLocalRunner } from '../../pipeline/queue/local.ts';
import type { Job, Runner } from '../../pipeline/queue/runner.ts';
import { findResults } from '../../pipeline/run/compute-units.ts';
import { openRunDatabase } from '../../pipeline/run/database.ts';
import { runFolder } from '../../pipeline/run/folder.ts';
import { removeLeftovers } from '../../pipeline/run/leftovers.ts';
import { mergePatiently } from '../../pipeline/run/merge-patiently.ts';
import { readEndings, runJobs } from '../../pipeline/run/run-jobs.ts';
import { WorkRecord } from '../../pipeline/run/work-record.ts';
import { ensureFolder } from '../../pipeline/store/files.ts';
import { createPool } from '../../pipeline/workers/pool.ts';
import { toErrorDetail } from '../../shared/errors.ts';
import type { CoordinatorLine, RunSettings } from './settings.ts';
import { shuffle } from './shuffle.ts';
import { type ChaosTask, delayOf, unitKeys } from './unit.ts';
import { writeLine } from './write-line.ts';

const settings = JSON.parse(process.argv[2]!) as RunSettings;
const { runId, seed, out, redisUrl, databaseUrl, bombs } = settings;
const tell = (line: CoordinatorLine) => writeLine(line);
const say = (line: string) => tell({ kind: 'said', line });
const stopper = new AbortController();
let reason: unknown = null;
const stop = (error: unknown) => {
  reason ??= error;
  stopper.abort();
};

const context = { say, write: () => {}, isTty: false, signal: stopper.signal };
const NOTHING_PLANNED = { grids: [], change: { reason: 'nothing is measured here' } };

async function main(): Promise<void> {
  await ensureFolder(runFolder.units(out));
  await ensureFolder(runFolder.layers(out));
  const database = openRunDatabase({ url: databaseUrl, folder: out }, { onFailed: stop, say });
  const run = { id: runId, label: 'chaos', place: out, plan: 'chaos', algorithm: ALGORITHM };
  const record = new WorkRecord({ database, run, out, say });
  try {
    await computeAll(record);
    await record.setState('merging');
    await mergePatiently(() => removeLeftovers(out, { outputs: [] }, NOTHING_PLANNED), context);
    await record.setState('finished');
  } finally {
    await record.close();
    await database.close().catch(() => {});
  }
}

async function computeAll(record: WorkRecord): Promise<void> {
  const jobs = new Map(unitKeys(seed, settings.units).map((key) => [key, toJob(key)]));
  const isShared = redisUrl !== null && databaseUrl !== null;
  const since = isShared ? await record.readClock() : null;
  const open = isShared ? await record.readOpen() : [];
  const atWork = new Set(open.flatMap(({ key, state }) => (state === 'running' ? [key] : [])));
  const found = await findResults(out, [...jobs.values()], { store: null, atWork });
  tell({ kind: 'found', count: found.length });
  await Promise.all([record.register([...jobs.values()], !isShared), record.resume(found, since)]);
  const isFound = new Set(found.map(({ key }) => key));
  const due = [...jobs.values()].filter(({ key }) => !isFound.has(key));
  const runner = telling(await createRunner(record));
  try {
    await runJobs({ record, runner, jobs, due: inOrder(due), hold: false, stop, context });
  } finally {
    await runner.close();
  }
}

function toJob(key: string): Job<ChaosTask> {
  const delayMs = delayOf(seed, key, settings.delayMs);
  return { key, label: `unit ${key.slice(0, 8)}`, task: { key, seed, out, delayMs, bombs } };
}

function inOrder<T>(jobs: readonly T[]): readonly T[] {
  return settings.shuffleSeed === null ? jobs : shuffle(jobs, settings.shuffleSeed);
}

async function createRunner(record: WorkRecord): Promise<Runner<ChaosTask, UnitOutput>> {
  const { signal } = stopper;
  if (redisUrl === null) {
    const pool = createPool<ChaosTask, UnitOutput>({ script: settings.childProgram, size: settings.concurrency });
    return createLocalRunner({ pool, signal });
  }
  return createBullRunner({
    redisUrl,
    runId,
    signal,
    log: say,
    pollMs: settings.pollMs,
    hearsStarts: databaseUrl === null,
    readEnded: (keys) => readEndings(record, keys),
  });
}

/** The same runner, which says of each unit that it was told as ended. */
function telling(runner: Runner<ChaosTask, UnitOutput>): Runner<ChaosTask, UnitOutput> {
  return {
    ...runner,
    run: (jobs, on) =>
      runner.run(jobs, {
        ...on,
        done: (job, end) => {
          tell({ kind: 'told', key: job.key });
          return on.done(job, end);
        },
        failed: (job, error) => {
          tell({ kind: 'dead', key: job.key, message: error.message });
          return on.failed(job, error);
        },
      }),
  };
}

main().catch((error: unknown) => {
  const { code, message } = toErrorDetail(reason ?? error);
  tell({ kind: 'failed', message: `${code}: ${message}` });
  process.exit(1);
});
