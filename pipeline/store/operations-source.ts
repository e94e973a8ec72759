import { CanopyError, inputError, isCanopyError } from '../../shared/errors.ts';
import type { OperationsView, RunRequest } from '../../shared/operations.ts';
import { openPostgres } from './database.ts';
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
 * server that shows what is wrong has to be there before the database is. Who looks changes no schema: a fleet of an older
 * version may be at work on it, and a database without one knows of no run.
 */
export function databaseOperations(url: string): OperationsSource {
  let opening: Promise<Database> | null = null;
  const open = () => {
    opening ??= openPostgres(url).catch((error: unknown) => {
      opening = null;
      throw error;
    });
    return opening;
  };
  return {
    read: () => answering(async () => readOperations(await open())),
    ask: async (request) => {
      const about = await answering(async () => (await open()).transaction((sql) => askRun(sql, request)));
      if (about === null) throw noRun(request.runId);
      return about;
    },
    close: async () => {
      const database = await opening?.catch(() => null);
      await database?.close();
    },
  };
}

/** Codes of PostgreSQL: a table, and a column of one, that is not there. */
const NO_TABLE = '42P01';
const NO_COLUMN = '42703';

/**
 * null where the database has no record of work. One that is away, or has another schema, is no fault of this program, and
 * is told to whoever asks.
 */
async function answering<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (cause) {
    const { code } = cause as { code?: unknown };
    if (code === NO_TABLE) return null;
    if (code === NO_COLUMN) throw otherSchema(cause);
    if (isCanopyError(cause) || !isPassingTrouble(cause)) throw cause;
    const message = 'The database does not answer at the moment; it is asked again by itself.';
    throw new CanopyError({ kind: 'transient', code: 'E_DATABASE_UNREACHABLE', message }, { cause });
  }
}

function otherSchema(cause: unknown): CanopyError {
  const message =
    'The database was made by another version of canopy, and is left as it is. Look with the version that its coordinator runs.';
  return inputError('E_SCHEMA', message, 'the database', cause);
}
