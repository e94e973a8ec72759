// `canopy worker` with one child whose lock on a unit runs out after 1 s, so that its death shows soon: argv = Redis URL.
import { startBullWorker } from '../../../pipeline/queue/bullmq-worker.ts';
import type { Task, TaskResult } from '../../../pipeline/run/tasks.ts';

const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
await startBullWorker<Task, TaskResult>({
  redisUrl: process.argv[2]!,
  concurrency: 1,
  signal: stop.signal,
  log: (line) => console.error(line),
  lockDurationMs: 1000,
});
process.exit(0);
