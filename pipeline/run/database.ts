import { Worker } from 'node:worker_threads';
import { CanopyError, type ErrorDetail } from '../../shared/errors.ts';
import type { RunToSave } from '../store/save-run.ts';
import { builtProgram } from '../workers/built-program.ts';

export interface DatabasePlace {
  /** PostgreSQL, or null for the embedded database in `folder`. */
  readonly url: string | null;
  readonly folder: string;
}

export type DatabaseRequest = { readonly kind: 'save'; readonly run: RunToSave } | { readonly kind: 'close' };

export type DatabaseAnswer = { readonly state: 'closed' } | { readonly state: 'failed'; readonly error: ErrorDetail };

/** The database of one run, opening in a thread of its own. */
export interface RunDatabase {
  /** Saves the run in one transaction and closes. Rejects with what opening or saving failed with. */
  save(run: RunToSave): Promise<void>;
  /** Closes without saving; does nothing after `save`. */
  close(): Promise<void>;
}

/** Starts to open the database. `onFailed` hears at once when that fails, so that nothing is computed in vain. */
export function openRunDatabase(place: DatabasePlace, onFailed: (error: CanopyError) => void): RunDatabase {
  const thread = new Worker(builtProgram('pipeline/run/database-thread.js'), { workerData: place });
  let request: DatabaseRequest | null = null;
  const ended = new Promise<void>((resolve, reject) => {
    let outcome: DatabaseAnswer | null = null;
    const fail = (error: CanopyError) => {
      onFailed(error);
      reject(error);
    };
    thread.on('message', (message: DatabaseAnswer) => {
      outcome = message;
    });
    thread.on('error', (cause) => fail(stopped(cause)));
    thread.on('exit', () => {
      if (outcome?.state === 'failed') fail(new CanopyError(outcome.error));
      else if (outcome?.state === 'closed') resolve();
      else fail(stopped(null));
    });
  });
  // Whoever saves or closes sees the failure; until then it must not count as unhandled.
  ended.catch(() => {});
  const send = (message: DatabaseRequest) => {
    request = message;
    thread.postMessage(message);
  };
  return {
    save: async (run) => {
      send({ kind: 'save', run });
      await ended;
    },
    close: async () => {
      if (request === null) send({ kind: 'close' });
      await ended.catch(() => {});
    },
  };
}

function stopped(cause: unknown): CanopyError {
  const message = 'The database thread ended before the run was saved. Run the same command again.';
  return new CanopyError({ kind: 'bug', code: 'E_DATABASE_THREAD', message }, { cause });
}
