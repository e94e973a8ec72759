import { CanopyError, isCanopyError } from '../../shared/errors.ts';
import type { OperationsView, RunRequest } from '../../shared/operations.ts';
import { openDatabase } from './database.ts';
import { isPassingTrouble } from './persist.ts';
import type { Database } from './sql.ts';
import { askRun, readOperations } from './work-view.ts';

/** Where a server learns of runs and leaves what a person asks of them: the folder of a run, or a fleet's database. */
export interface OperationsSource {
  /** null where nothing is known of any run. */
  read(): Promise<OperationsView | null>;
  /**
   * Returns how many dead letters the request is known to be about. Throws `E_NO_RUN` for a run that is not known, and as
   * `checkRequest` does.
   */
  ask(request: RunRequest): Promise<number>;
  close(): Promise<void>;
}

/** Of a server that knows of no run. */
export const NO_OPERATIONS: OperationsSource = {
  read: async () => null,
  ask: async ({ runId }) => {
    throw noRun(runId);
  },
  close: async () => {},
};

export function noRun(runId: string): CanopyError {
  const message = `No run ${runId} is known here; a newer one may have replaced it.`;
  return new CanopyError({ kind: 'usage', code: 'E_NO_RUN', message });
}

/**
 * The runs of a fleet, out of its PostgreSQL. It is opened when it is first needed and again after it could not be: a
 * server that shows what is wrong has to be there before the database is.
 */
export function databaseOperations(url: string): OperationsSource {
  let opening: Promise<Database> | null = null;
  const open = () => {
    opening ??= openDatabase({ url, folder: '' }).catch((error: unknown) => {
      opening = null;
      throw error;
    });
    return opening;
  };
  return {
    read: () => answering(async () => readOperations(await open())),
    ask: (request) => answering(async () => (await open()).transaction((sql) => askRun(sql, request))),
    close: async () => {
      const database = await opening?.catch(() => null);
      await database?.close();
    },
  };
}

/** A database that is away is no fault of this program, and is told to whoever asks. */
async function answering<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isCanopyError(cause) || !isPassingTrouble(cause)) throw cause;
    const message = 'The database does not answer at the moment; it is asked again by itself.';
    throw new CanopyError({ kind: 'transient', code: 'E_DATABASE_UNREACHABLE', message }, { cause });
  }
}
