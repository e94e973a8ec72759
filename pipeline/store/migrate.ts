import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CanopyError, inputError } from '../../shared/errors.ts';
import { sha256OfBytes } from './files.ts';
import type { SqlClient } from './sql.ts';

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

/** Any fixed number: it only has to be the same in every canopy that opens a database. */
const advisoryLockKey = 20_261_120;

/**
 * Brings a database to the newest schema. `sql` has to be inside a transaction, which also ends the advisory lock that
 * keeps two processes from doing this at once. Returns the names of the migrations it applied. Throws
 * `E_MIGRATION_CHANGED` when a migration that was applied has other content now, or is not known to this version.
 */
export async function migrate(sql: SqlClient, folder: string = findMigrations()): Promise<string[]> {
  const migrations = await readMigrations(folder);
  await sql.query('select pg_advisory_xact_lock($1::int)', [advisoryLockKey]);
  await sql.execute(
    'create table if not exists schema_migration (name text primary key, sha256 text not null, applied_at timestamptz not null default now())',
  );
  const rows = await sql.query<{ name: string; sha256: string }>('select name, sha256 from schema_migration');
  const known = new Map(migrations.map((migration) => [migration.name, migration.sha256]));
  for (const row of rows) if (known.get(row.name) !== row.sha256) throw changedError(row.name, known.has(row.name));
  const applied = new Set(rows.map((row) => row.name));
  const missing = migrations.filter((migration) => !applied.has(migration.name));
  for (const { name, sql: text, sha256 } of missing) {
    await sql.execute(text);
    await sql.query('insert into schema_migration (name, sha256) values ($1, $2)', [name, sha256]);
  }
  return missing.map((migration) => migration.name);
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}-.*\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name), 'utf8');
      return { name, sql, sha256: sha256OfBytes(sql) };
    }),
  );
}

/** The folder of the SQL files: beside this file in the sources, `dist/migrations` from any depth below `dist`. */
function findMigrations(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  let folder = start;
  for (;;) {
    const candidate = join(folder, 'migrations');
    if (existsSync(join(candidate, '0001-runs.sql'))) return candidate;
    const above = dirname(folder);
    if (above === folder) break;
    folder = above;
  }
  throw new CanopyError({
    kind: 'bug',
    code: 'E_MIGRATIONS_MISSING',
    message: `No folder "migrations" with 0001-runs.sql was found above ${start}. Build the project again: npm run build.`,
  });
}

function changedError(name: string, isKnown: boolean): CanopyError {
  const what = isKnown ? 'has other content now than when it was applied' : 'is not known to this version';
  return inputError(
    'E_MIGRATION_CHANGED',
    `The database was made with the migration ${name}, which ${what}. Use the version of canopy that made it, or a new output folder or database.`,
    name,
  );
}
