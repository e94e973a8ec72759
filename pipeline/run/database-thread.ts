// Program of the database thread: opens the database of a run while its units are computed, does what the coordinator
// asks in that order, closes. A thread of the coordinator, because an embedded database starts with a second or two of
// work that must not hold up the handing out of units; the same process, because only one may have the database open.
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { toErrorDetail } from '../../shared/errors.ts';
import { openDatabase } from '../store/database.ts';
import { takeLock } from '../store/lock.ts';
import { persistently } from '../store/persist.ts';
import type { Database } from '../store/sql.ts';
import type { DatabaseAnswer, DatabasePlace, DatabaseRequest } from './database.ts';
import { DATABASE_CALLS } from './database-calls.ts';

const port = parentPort!;
const place = workerData as DatabasePlace;
const answer = (message: DatabaseAnswer) => port.postMessage(message);
const say = (line: string) => answer({ state: 'said', line });

async function main(): Promise<void> {
  // An output folder takes one run at a time, wherever its database is.
  const lock = await takeLock(join(place.folder, 'run.lock'));
  answer({ state: 'locked' });
  try {
    const database = await openDatabase({ url: place.url ?? undefined, folder: place.folder });
    try {
      await answerAll(database);
    } finally {
      await database.close();
    }
  } finally {
    await lock.release();
  }
  answer({ state: 'closed' });
}

/** Resolves when the coordinator has said that it is done. */
function answerAll(database: Database): Promise<void> {
  return new Promise((resolve) => {
    let tail = Promise.resolve();
    port.on('message', (request: DatabaseRequest) => {
      if (request.kind === 'close') tail.then(resolve);
      else tail = tail.then(() => answerOne(database, request));
    });
  });
}

async function answerOne(
  database: Database,
  { id, name, of }: Extract<DatabaseRequest, { readonly kind: 'call' }>,
): Promise<void> {
  const work = DATABASE_CALLS[name] as (database: Database, of: unknown) => Promise<unknown>;
  try {
    answer({ state: 'answer', id, value: await persistently(() => work(database, of), { say }) });
  } catch (error) {
    answer({ state: 'refused', id, error: toErrorDetail(error) });
  }
}

main().then(
  () => port.close(),
  (error: unknown) => {
    answer({ state: 'failed', error: toErrorDetail(error) });
    port.close();
  },
);
