// A worker of the fleet as `canopy worker` is, with children that need no scenes. Its log goes to standard output.
import { startBullWorker, type UnitOutput } from '../../pipeline/queue/bullmq-worker.ts';
import { createJournal } from '../../pipeline/queue/journal.ts';
import { workerName } from '../../pipeline/queue/worker-name.ts';
import { openDatabase } from '../../pipeline/store/database.ts';
import { createWorkBook } from '../../pipeline/store/work-book.ts';
import { createPool } from '../../pipeline/workers/pool.ts';
import { meetBomb } from './bombs.ts';
import type { WorkerSettings } from './settings.ts';
import type { ChaosTask } from './unit.ts';
import { writeLine } from './write-line.ts';

const { redisUrl, databaseUrl, childProgram, concurrency, lockMs, bombs } = JSON.parse(
  process.argv[2]!,
) as WorkerSettings;
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const log = createJournal('json', workerName(), (text) => writeLine(text.trimEnd()), Date.now);
const say = (message: string) => log({ level: 'warn', event: 'database', message });
const database = databaseUrl === null ? null : await openDatabase({ url: databaseUrl, folder: '' });
const pool = createPool<ChaosTask, UnitOutput>({ script: childProgram, size: concurrency });
await startBullWorker<ChaosTask, UnitOutput>({
  redisUrl,
  concurrency,
  compute: (task) => pool.run(task),
  stopComputing: () => pool.close(),
  book: database && createWorkBook(database, { say }),
  signal: stop.signal,
  log,
  lockDurationMs: lockMs,
  onStep: (step) => meetBomb(bombs, step, null),
});
await pool.close();
await database?.close();
