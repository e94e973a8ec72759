// Program of the database thread: opens the database of a run while its units are computed, saves the run, closes.
// A thread of the coordinator, because an embedded database starts with a second or two of work that must not hold up
// the handing out of units; the same process, because only one may have the database open.
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { toErrorDetail } from '../../shared/errors.ts';
import { openDatabase } from '../store/database.ts';
import { takeLock } from '../store/lock.ts';
import { saveRun } from '../store/save-run.ts';
import type { DatabaseAnswer, DatabasePlace, DatabaseRequest } from './database.ts';

const port = parentPort!;
const place = workerData as DatabasePlace;
const answer = (message: DatabaseAnswer) => port.postMessage(message);

async function main(): Promise<void> {
  // The embedded database locks its folder itself; with a server elsewhere the folder still takes one run at a time.
  const lock = place.url === null ? null : await takeLock(join(place.folder, 'run.lock'));
  try {
    const database = await openDatabase({ url: place.url ?? undefined, folder: place.folder });
    const request = await new Promise<DatabaseRequest>((resolve) => port.once('message', resolve));
    try {
      if (request.kind === 'save') await saveRun(database, request.run);
    } finally {
      await database.close();
    }
  } finally {
    await lock?.release();
  }
  answer({ state: 'closed' });
}

main().then(
  () => port.close(),
  (error: unknown) => {
    answer({ state: 'failed', error: toErrorDetail(error) });
    port.close();
  },
);
