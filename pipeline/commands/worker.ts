import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { usageError } from '../../shared/errors.ts';
import { checkHost, childEnvironment, flagError } from '../config.ts';
import { startBullWorker } from '../queue/bullmq-worker.ts';
import { runFolder } from '../run/folder.ts';
import type { Task, TaskResult } from '../run/tasks.ts';
import type { Command } from './command.ts';

const MAX_WORKERS = 256;

const USAGE = `canopy worker --redis redis://HOST:PORT [--workers N] [--allow-host HOST:PORT]

Computes units that "canopy monitor --runner redis://HOST:PORT" has put on the queue, until it is stopped with Ctrl-C or
SIGTERM (the units at work have 25 s to finish). Run it on as many machines as you like: each needs the run's output
folder and local scenes under the same absolute paths, on a shared file system.

  --redis URL             the Redis that holds the queue, such as redis://127.0.0.1:6379
  --workers N             child processes, each with one unit at a time (default: the number of processors)
  --allow-host HOST:PORT  also read scenes from this server, over plain http if need be; may be repeated`;

const OPTIONS = {
  redis: { type: 'string' },
  workers: { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
} as const;

export const workerCommand: Command = {
  name: 'worker',
  usage: USAGE,
  async run(argv, { stderr, signal }) {
    const flags = parseFlags(argv);
    if (flags.redis === undefined) throw usageError('No queue: give --redis URL, such as redis://127.0.0.1:6379.');
    await startBullWorker<Task, TaskResult>({
      redisUrl: flags.redis,
      concurrency: readWorkers(flags.workers),
      poolOptions: { env: childEnvironment((flags['allow-host'] ?? []).map(checkHost)) },
      planOf: (task) => ('out' in task ? runFolder.plan(task.out, task.runId) : null),
      signal,
      log: (line) => stderr(`${line}\n`),
    });
    return 0;
  },
};

function readWorkers(text: string | undefined): number {
  const count = text === undefined ? availableParallelism() : Number(text);
  if (!Number.isInteger(count) || count < 1 || count > MAX_WORKERS)
    throw usageError(`--workers wants a whole number from 1 to ${MAX_WORKERS}; got "${text}".`);
  return count;
}

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw flagError('worker', error as Error);
  }
}
