import { CanopyError } from '../../shared/errors.ts';
import { startBullWorker } from '../queue/bullmq-worker.ts';
import type { Journal } from '../queue/journal.ts';
import { openDatabase } from '../store/database.ts';
import { createWorkBook } from '../store/work-book.ts';
import { createPool } from '../workers/pool.ts';
import type { Task, TaskResult } from './tasks.ts';

interface WorkerOptions {
  readonly redisUrl: string;
  /** PostgreSQL that holds the record of work; null: the coordinator writes it alone. */
  readonly databaseUrl: string | null;
  /** Child processes, each with one unit at a time. */
  readonly workers: number;
  readonly childEnv: Readonly<Record<string, string>>;
  /** How long the queue waits for a sign of life before it gives a unit to another worker. */
  readonly leaseMs: number;
  readonly signal: AbortSignal;
  readonly log: Journal;
}

/** Computes units of all runs on a queue until `signal` aborts. */
export async function workUnits(options: WorkerOptions): Promise<void> {
  const { redisUrl, databaseUrl, workers, signal, log } = options;
  const say = (message: string) => log({ level: 'warn', event: 'database', message });
  // The coordinator brings the database to its newest schema, or refuses to; so does a worker of the same version.
  const database = databaseUrl === null ? null : await openDatabase({ url: databaseUrl, folder: '' });
  const pool = createPool<Task, TaskResult>({ size: workers, env: options.childEnv });
  try {
    await startBullWorker<Task, Extract<TaskResult, { readonly kind: 'unit' }>>({
      redisUrl,
      concurrency: workers,
      compute: async (task, { runId, key }) => {
        const result = await pool.run(task);
        if (result.kind === 'unit') {
          for (const problem of result.problems)
            log({ level: 'warn', event: 'scene', run: runId, unit: key, ...problem });
          // They stand in the unit's file; the queue need not carry them.
          return { ...result, problems: [] };
        }
        throw new CanopyError({ kind: 'bug', code: 'E_TASK', message: `The queue holds a task "${task.kind}".` });
      },
      stopComputing: () => pool.close(),
      book: database && createWorkBook(database, { say }),
      signal,
      log,
      lockDurationMs: options.leaseMs,
    });
  } finally {
    await pool.close();
    await database?.close();
  }
}
