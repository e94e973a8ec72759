import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Transaction } from '@electric-sql/pglite';
import type { Pool, PoolClient } from 'pg';
import { CanopyError } from '../../shared/errors.ts';
import { withoutLogin } from '../address.ts';
import { ensureFolder, writeFileAtomic } from './files.ts';
import { takeLock } from './lock.ts';
import { migrate } from './migrate.ts';
import type { Database, SqlClient } from './sql.ts';

/**
 * Opens the database of a run and brings it to the newest schema: PostgreSQL at `url`, else PGlite in `<folder>/db`,
 * which one process may use at a time (lock file `<folder>/db.lock`). Throws `E_DATABASE_LOCKED` when another holds it
 * and `E_DATABASE_UNREACHABLE` when the server does not answer or refuses.
 */
export async function openDatabase(options: {
  readonly url?: string | undefined;
  readonly folder: string;
}): Promise<Database> {
  const database = options.url === undefined ? await openPglite(options.folder) : await openPostgres(options.url);
  try {
    await database.transaction((sql) => migrate(sql));
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function openPglite(folder: string): Promise<Database> {
  await ensureFolder(folder);
  const lock = await takeLock(join(folder, 'db.lock'));
  try {
    const pglite = await bootPglite(folder);
    return {
      kind: 'pglite',
      ...clientOfPglite(pglite),
      transaction: (work) => pglite.transaction((tx) => work(clientOfPglite(tx))),
      close: async () => {
        await pglite.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** The embedded database, or a transaction in it, as everything else speaks to it. */
export function clientOfPglite(connection: Pick<Transaction, 'query' | 'exec'>): SqlClient {
  return {
    query: async <Row>(text: string, parameters: readonly unknown[] = []) =>
      (await connection.query<Row>(text, [...parameters])).rows,
    execute: async (text) => void (await connection.exec(text)),
  };
}

async function bootPglite(folder: string) {
  const dataDir = join(folder, 'db');
  const unfinished = join(folder, 'db.unfinished');
  const { PGlite } = await import('@electric-sql/pglite');
  // A first start that was cut off leaves half a cluster, in which nothing has been saved yet.
  if (existsSync(unfinished)) await rm(dataDir, { recursive: true, force: true });
  if (existsSync(dataDir)) return PGlite.create({ dataDir });
  await writeFileAtomic(unfinished, '');
  const prepared = await import('@electric-sql/pglite-prepopulatedfs');
  const pglite = await PGlite.create({ dataDir, loadDataDir: await prepared.dataDir() });
  await rm(unfinished);
  return pglite;
}

/** Thousands of rows go in one statement, within seconds. */
const QUERY_TIMEOUT_MS = 60_000;

/** PostgreSQL as it is: no table is made or changed. */
export async function openPostgres(url: string, queryTimeoutMs = QUERY_TIMEOUT_MS): Promise<Database> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    connectionString: url,
    max: 4,
    connectionTimeoutMillis: 10_000,
    // A connection whose other end has gone without a word would hold its unit for ever.
    keepAlive: true,
    query_timeout: queryTimeoutMs,
    application_name: 'canopy',
  });
  // A lost idle connection is told by the next query that needs one; without a listener it would end the process.
  pool.on('error', () => {});
  try {
    await pool.query('select 1');
  } catch (cause) {
    await pool.end();
    throw unreachableError(url, cause);
  }
  return {
    ...clientOf(pool),
    kind: 'postgres',
    transaction: async (work) => {
      const connection = await pool.connect();
      try {
        await connection.query('begin');
        const result = await work(clientOf(connection));
        await connection.query('commit');
        connection.release();
        return result;
      } catch (error) {
        // One that has not answered would not answer this either, and the server rolls back when it is gone.
        if (isSilence(error)) {
          connection.release(error);
          throw error;
        }
        // A connection that cannot even roll back is thrown away.
        await connection.query('rollback').then(
          () => connection.release(),
          (lost: Error) => connection.release(lost),
        );
        throw error;
      }
    },
    close: () => pool.end(),
  };
}

/** What the driver says when `query_timeout` has passed. */
function isSilence(error: unknown): error is Error {
  return error instanceof Error && /query read timeout/i.test(error.message);
}

function clientOf(connection: Pick<Pool, 'query'> | Pick<PoolClient, 'query'>): SqlClient {
  return {
    query: async <Row>(text: string, parameters: readonly unknown[] = []) =>
      (await connection.query(text, [...parameters])).rows as Row[],
    execute: async (text) => void (await connection.query(text)),
  };
}

function unreachableError(url: string, cause: unknown): CanopyError {
  // Never the user or password.
  const shown = withoutLogin(url);
  const place = shown.url === null ? 'the address given' : `${shown.url.host}${shown.url.pathname}`;
  const code = (cause as { code?: unknown }).code;
  const refused = typeof code === 'string' && /^(28|3D)/.test(code);
  // What the server was asked for is then made of the password, and it says so.
  const misread = `${typeof code === 'string' ? code : 'no answer'}; a / in the password is written %2F there, a ? %3F and a # %23`;
  const said = cause instanceof Error ? cause.message : String(cause);
  const reason = shown.isMisread ? misread : said;
  return new CanopyError(
    {
      kind: refused ? 'auth' : 'transient',
      code: 'E_DATABASE_UNREACHABLE',
      message: `The database at ${place} could not be opened: ${reason || String(code)}. Check that the server runs, the name and the password, then try again.`,
      where: place,
    },
    { cause },
  );
}
