import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { usageError } from '../../shared/errors.ts';
import { checkHost, childEnvironment, flagError, readLogForm, readWhole } from '../config.ts';
import { CACHE_OPTIONS, cacheEnvironment, readRangeCache } from '../config-cache.ts';
import { storeEnvironment } from '../config-store.ts';
import { createJournal } from '../queue/journal.ts';
import { workerName } from '../queue/worker-name.ts';
import { workUnits } from '../run/work-units.ts';
import type { Command } from './command.ts';

const MAX_WORKERS = 256;
const LEASE_S = 60;

const USAGE = `canopy worker --redis redis://HOST:PORT [--database postgres://…] [--workers N]

Computes units that "canopy monitor --runner redis://HOST:PORT" has put on the queue, until it is stopped with Ctrl-C or
SIGTERM (the units at work have 25 s to finish). Run it on as many machines as you like: each needs local scenes and the
run's output folder under the same absolute paths, on a shared file system; or scenes behind https and a bucket that the
run was given with --store (keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, place in AWS_REGION or
CANOPY_S3_ENDPOINT).

  --redis URL             the Redis that holds the queue, such as redis://127.0.0.1:6379
  --database URL          the PostgreSQL of the run (or CANOPY_DATABASE_URL): results are written down here and now, and
                          one that comes too late is refused; without it the coordinator writes down what it hears
  --workers N             child processes, each with one unit at a time (default: the number of processors)
  --lease S               seconds without a sign of life after which a worker's units are given to others (default ${LEASE_S})
  --allow-host HOST:PORT  also read scenes from this server, over plain http if need be; may be repeated
  --cache DIR             keeps ranges of remote files here, for runs to come; shared by all workers of the machine
  --cache-mb N            what may lie there, in MB; the least recently used goes first (default 2048)
  --log text|json         json: one object a line with time, worker, run and unit`;

const OPTIONS = {
  redis: { type: 'string' },
  database: { type: 'string' },
  workers: { type: 'string' },
  lease: { type: 'string' },
  log: { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
  ...CACHE_OPTIONS,
} as const;

export const workerCommand: Command = {
  name: 'worker',
  usage: USAGE,
  async run(argv, { stderr, signal, env }) {
    const flags = parseFlags(argv);
    if (flags.redis === undefined) throw usageError('No queue: give --redis URL, such as redis://127.0.0.1:6379.');
    await workUnits({
      redisUrl: flags.redis,
      databaseUrl: flags.database ?? env.CANOPY_DATABASE_URL ?? null,
      workers: readWhole('--workers', flags.workers, 1, MAX_WORKERS) ?? availableParallelism(),
      childEnv: {
        ...childEnvironment((flags['allow-host'] ?? []).map(checkHost)),
        ...cacheEnvironment(await readRangeCache(flags)),
        ...storeEnvironment(env),
      },
      leaseMs: 1000 * (readWhole('--lease', flags.lease, 1, 3600) ?? LEASE_S),
      signal,
      log: createJournal(readLogForm(flags.log), workerName(), stderr, Date.now),
    });
    return 0;
  },
};

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw flagError('worker', error as Error);
  }
}
