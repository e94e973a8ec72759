import { constants, existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientOfPglite, openPostgres } from './database.ts';
import { refuseHeldLock } from './lock.ts';
import { RUN_TABLES, type RunTableName, type SqlRow } from './run-rows.ts';
import type { SqlClient } from './sql.ts';

/** A database that is only read. */
export interface ReadDatabase {
  /** Runs `work` on one state of the database, which others may change meanwhile. */
  read<T>(work: (sql: SqlClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const ROWS_PER_FETCH = 2000;

/** Times in UTC and doubles with all their digits, whatever the server is set to. */
export const READ_AS_TEXT = "set local timezone to 'UTC'; set local extra_float_digits to 1";

/**
 * Opens the database of a results folder to read it: PostgreSQL at `url`, else a copy of `<folder>/db` in a temporary
 * folder, because a database that is started writes into its own files. null where the folder has none. Throws
 * `E_DATABASE_LOCKED` while a run is going on in the folder.
 */
export async function openForReading(place: {
  readonly url: string | null;
  readonly folder: string;
}): Promise<ReadDatabase | null> {
  for (const name of ['db.lock', 'run.lock']) await refuseHeldLock(join(place.folder, name));
  if (place.url === null) return openCopy(place.folder);
  const database = await openPostgres(place.url);
  return {
    read: (work) =>
      database.transaction(async (sql) => {
        await sql.execute('set transaction isolation level repeatable read read only');
        return work(sql);
      }),
    close: database.close,
  };
}

async function openCopy(folder: string): Promise<ReadDatabase | null> {
  const original = join(folder, 'db');
  if (!existsSync(join(original, 'PG_VERSION')) || existsSync(join(folder, 'db.unfinished'))) return null;
  const copies = await mkdtemp(join(tmpdir(), 'canopy-verify-'));
  const removeCopy = () => rm(copies, { recursive: true, force: true });
  try {
    const dataDir = join(copies, 'db');
    await cp(original, dataDir, { recursive: true, mode: constants.COPYFILE_FICLONE });
    // A run that began meanwhile may have been copied half.
    await refuseHeldLock(join(folder, 'db.lock'));
    const { PGlite } = await import('@electric-sql/pglite');
    const pglite = await PGlite.create({ dataDir });
    return {
      read: (work) => pglite.transaction((tx) => work(clientOfPglite(tx))),
      close: async () => {
        await pglite.close();
        await removeCopy();
      },
    };
  } catch (error) {
    await removeCopy();
    throw error;
  }
}

/** Rows of a run in one table, or, of a table that runs share, those that no run refers to. */
export type RowChoice = { readonly runId: string } | 'unused';

/** Rows as `to_json` gives them, so that no driver's types come between; call it in a transaction. */
export async function* readTable(sql: SqlClient, table: RunTableName, choice: RowChoice): AsyncGenerator<SqlRow> {
  const { name } = RUN_TABLES[table];
  const cursor = `verify_${name}${choice === 'unused' ? '_unused' : ''}`;
  await sql.execute(
    `${READ_AS_TEXT}; declare ${cursor} no scroll cursor for select to_json(t) as row from ${name} t where ${conditionOf(table, choice)}`,
  );
  for (;;) {
    const rows = await sql.query<{ row: SqlRow }>(`fetch ${ROWS_PER_FETCH} from ${cursor}`);
    for (const { row } of rows) yield row;
    // The cursor ends with the transaction.
    if (rows.length < ROWS_PER_FETCH) return;
  }
}

function conditionOf(table: RunTableName, choice: RowChoice): string {
  const isOfRun = choice === 'unused' ? 'true' : `run_id = '${choice.runId.replaceAll("'", "''")}'`;
  if (!RUN_TABLES[table].isShared) return isOfRun;
  const [user, id, version] =
    table === 'parcel' ? ['parcel_result', 'parcel_id', 'parcel_version'] : ['run_scene', 'scene_id', 'scene_version'];
  const isUsed = `exists (select from ${user} u where u.${id} = t.id and u.${version} = t.version and u.${isOfRun})`;
  return choice === 'unused' ? `not ${isUsed.replace(' and u.true', '')}` : isUsed;
}
