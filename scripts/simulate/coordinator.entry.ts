// Registers many units and hands them out, as a coordinator does with the units of a plan.
import { ALGORITHM } from '../../pipeline/plan.ts';
import { createBullRunner } from '../../pipeline/queue/bullmq.ts';
import type { UnitOutput } from '../../pipeline/queue/bullmq-worker.ts';
import type { Job, Runner } from '../../pipeline/queue/runner.ts';
import { openRunDatabase } from '../../pipeline/run/database.ts';
import { runFolder } from '../../pipeline/run/folder.ts';
import { readEndings, runJobs } from '../../pipeline/run/run-jobs.ts';
import { WorkRecord } from '../../pipeline/run/work-record.ts';
import { ensureFolder } from '../../pipeline/store/files.ts';
import { writeLine } from '../chaos/write-line.ts';
import { type SimulationLine, type SimulationSettings, simulatedKey } from './settings.ts';

const { runId, units, out, redisUrl, databaseUrl } = JSON.parse(process.argv[2]!) as SimulationSettings;
const tell = (line: SimulationLine) => writeLine(line);
const say = (line: string) => tell({ kind: 'said', line });
const stopper = new AbortController();
const counts = { told: 0, failed: 0 };

async function main(): Promise<void> {
  await ensureFolder(runFolder.work(out));
  const database = openRunDatabase({ url: databaseUrl, folder: out }, { onFailed: () => stopper.abort(), say });
  const run = { id: runId, label: 'simulation', place: out, plan: 'simulation', algorithm: ALGORITHM };
  const record = new WorkRecord({ database, run, out, say });
  const jobs = new Map(Array.from({ length: units }, (_, i) => toJob(i)).map((job) => [job.key, job]));
  // The first call waits for the database to be opened and brought to its schema.
  await record.readOpen();
  let startMs = performance.now();
  await record.register([...jobs.values()], false);
  tell({ kind: 'registered', ms: performance.now() - startMs });
  startMs = performance.now();
  const runner = counting(await createRunner(record));
  const context = { say, write: () => {}, isTty: false, signal: stopper.signal };
  await runJobs({ record, runner, jobs, due: [...jobs.values()], hold: false, stop: () => stopper.abort(), context });
  const ms = performance.now() - startMs;
  await runner.close();
  await record.setState('finished');
  await record.close();
  await database.close();
  tell({ kind: 'ended', ms, ...counts });
}

/** As large as a real one. */
function toJob(index: number): Job<object> {
  const task = { kind: 'unit', runId: 'simulation', unit: index, out, store: null };
  return { key: simulatedKey(index), label: `simulated unit ${index}`, task };
}

function createRunner(record: WorkRecord): Promise<Runner<object, UnitOutput>> {
  const readEnded = (keys: readonly string[]) => readEndings(record, keys);
  return createBullRunner({ redisUrl, runId, signal: stopper.signal, log: say, hearsStarts: false, readEnded });
}

function counting(runner: Runner<object, UnitOutput>): Runner<object, UnitOutput> {
  return {
    ...runner,
    run: (jobs, on) =>
      runner.run(jobs, {
        ...on,
        done: (job, end) => {
          counts.told += 1;
          if (counts.told % 1000 === 0) tell({ kind: 'progress', done: counts.told });
          return on.done(job, end);
        },
        failed: (job, error) => {
          counts.failed += 1;
          return on.failed(job, error);
        },
      }),
  };
}

await main();
