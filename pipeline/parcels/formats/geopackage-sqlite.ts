import { createRequire } from 'node:module';
import type { Database, InitSqlJsStatic, SqlJsStatic } from 'sql.js';
import { CanopyError, inputError } from '../../../shared/errors.ts';
import { shownText } from './findings.ts';

/** A value as SQLite has it; whole numbers as bigint. */
export type Cell = string | number | bigint | Uint8Array | null;

export interface SqliteTable {
  readonly name: string;
  /** A table with rows of its own: no view, no virtual table. */
  readonly isReal: boolean;
}

export interface SqliteColumn {
  readonly name: string;
  /** Declared type, upper case. */
  readonly type: string;
  readonly isKey: boolean;
}

/** What of an SQLite file is read: rows of real tables. Nothing that is written in the file is ever run. */
export interface SqliteFile {
  /** Tables and views, by name as written. */
  readonly tables: ReadonlyMap<string, SqliteTable>;
  /** Columns that are stored; those that would be computed are left out. */
  readonly readColumns: (table: string) => readonly SqliteColumn[];
  /** At most `limit` rows of a real table, in the order in which they are stored. */
  readonly readRows: (table: string, columns: readonly string[], limit: number) => Cell[][];
}

const require = createRequire(import.meta.url);
let library: Promise<SqlJsStatic> | null = null;

/** SQLite as WebAssembly, loaded once; its .wasm lies beside the package, from source and from dist alike. */
export function loadSqlite(): Promise<SqlJsStatic> {
  library ??= (require('sql.js') as InitSqlJsStatic)();
  return library;
}

/** After a trap its memory is in disorder: the next file gets a library of its own. */
function forgetSqlite(): void {
  library = null;
  delete require.cache[require.resolve('sql.js')];
}

/**
 * Opens a copy of an SQLite file in memory for reading only, lets `read` at it and closes it. A damaged file throws
 * E_GEOPACKAGE with SQLite's own words.
 */
export async function readSqlite<T>(bytes: Uint8Array, name: string, read: (file: SqliteFile) => T): Promise<T> {
  const { Database } = await loadSqlite();
  let database: Database | null = null;
  try {
    database = new Database(withoutWal(bytes));
    // Rows are held against the size of the file, so that few stored bytes cannot become many.
    return read(openTables(database, { left: 8 * bytes.length + 1_000_000, name }));
  } catch (error) {
    if (error instanceof CanopyError) throw error;
    if (error instanceof WebAssembly.RuntimeError) forgetSqlite();
    const said = error instanceof Error ? error.message : String(error);
    throw inputError(
      'E_GEOPACKAGE',
      `${name} is a damaged GeoPackage: ${shownText(said, 120)}. Write it again.`,
      name,
      error,
    );
  } finally {
    closeQuietly(database);
  }
}

/** A database that was in use when it was copied says that its last changes are in a file beside it; it is read without. */
function withoutWal(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy[18] = 1;
  copy[19] = 1;
  return copy;
}

function openTables(database: Database, bytes: { left: number; readonly name: string }): SqliteFile {
  for (const rule of ['query_only=1', 'trusted_schema=0', 'cell_size_check=1', 'hard_heap_limit=268435456']) {
    queryRows(database, `PRAGMA ${rule}`, bytes);
  }
  const tables = new Map<string, SqliteTable>();
  for (const [type, name, sql] of queryRows(database, 'SELECT type, name, sql FROM sqlite_master LIMIT 5000', bytes)) {
    if (typeof name !== 'string' || (type !== 'table' && type !== 'view')) continue;
    const isVirtual = typeof sql !== 'string' || /^\s*create\s+virtual/i.test(sql);
    tables.set(name, { name, isReal: type === 'table' && !isVirtual });
  }
  return {
    tables,
    readColumns(table) {
      const rows = queryRows(database, `PRAGMA table_xinfo(${quoteName(table)})`, bytes);
      return rows
        .filter((row) => Number(row[6]) === 0)
        .map((row) => ({ name: String(row[1]), type: String(row[2]).toUpperCase(), isKey: Number(row[5]) === 1 }));
    },
    readRows(table, columns, limit) {
      if (tables.get(table)?.isReal !== true) return [];
      const names = columns.map(quoteName).join(', ');
      return queryRows(database, `SELECT ${names} FROM ${quoteName(table)} NOT INDEXED LIMIT ${limit}`, bytes);
    },
  };
}

function queryRows(database: Database, sql: string, bytes: { left: number; readonly name: string }): Cell[][] {
  const statement = database.prepare(sql);
  const rows: Cell[][] = [];
  try {
    // The types of the package do not know of its bigint.
    const get = statement.get.bind(statement) as unknown as (params: null, config: { useBigInt: true }) => Cell[];
    while (statement.step()) {
      const row = get(null, { useBigInt: true });
      for (const cell of row) bytes.left -= typeof cell === 'string' || cell instanceof Uint8Array ? cell.length : 8;
      if (bytes.left < 0) {
        throw inputError(
          'E_GEOPACKAGE',
          `${bytes.name} is no honest GeoPackage: its rows hold more than the file has.`,
          bytes.name,
        );
      }
      rows.push(row);
    }
  } finally {
    statement.free();
  }
  return rows;
}

function closeQuietly(database: Database | null): void {
  try {
    database?.close();
  } catch {
    // What was read stands; a database that cannot be closed goes with its library.
    forgetSqlite();
  }
}

/** A name in SQL, whatever it holds. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
