// A worker of the fleet as a process of its own: argv = Redis URL, child program, lock duration in ms, grace in ms.
import { startBullWorker } from '../../../pipeline/queue/bullmq-worker.ts';
import { createPool } from '../../../pipeline/workers/pool.ts';
import type { TestResult, TestTask } from '../workers/test-child.ts';

const [redisUrl, script, lockDurationMs, graceMs] = process.argv.slice(2) as [string, string, string, string];
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const pool = createPool<TestTask, TestResult>({ script, size: 2 });
await startBullWorker<TestTask, TestResult & { sha256: string; bytes: number }>({
  redisUrl,
  concurrency: 2,
  compute: async (task) => ({ ...(await pool.run(task)), sha256: '', bytes: 0 }),
  stopComputing: () => pool.close(),
  book: null,
  signal: stop.signal,
  log: ({ message }) => console.log(message),
  lockDurationMs: Number(lockDurationMs),
  graceMs: Number(graceMs),
});
await pool.close();
process.exit(0);
