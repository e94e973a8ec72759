// A worker of the fleet as a process of its own: argv = Redis URL, child program, lock duration in ms, grace in ms.
import { startBullWorker } from '../../../pipeline/queue/bullmq-worker.ts';
import type { TestResult, TestTask } from '../workers/test-child.ts';

const [redisUrl, script, lockDurationMs, graceMs] = process.argv.slice(2) as [string, string, string, string];
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
await startBullWorker<TestTask, TestResult>({
  redisUrl,
  concurrency: 2,
  poolOptions: { script },
  planOf: (task) => (task.kind === 'echo' ? (task.planPath ?? null) : null),
  signal: stop.signal,
  log: (line) => console.log(line),
  lockDurationMs: Number(lockDurationMs),
  graceMs: Number(graceMs),
});
process.exit(0);
