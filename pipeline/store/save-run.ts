import { sha256OfBytes } from './files.ts';
import { formatRunRecord, type RunRecord } from './run-record.ts';
import { RUN_TABLES, type RunFindings, type RunTable, type RunTableName, rowsOfRun, type SqlRow } from './run-rows.ts';
import type { Database, SqlClient } from './sql.ts';

/** Everything of a run that goes into the database. */
export interface RunToSave extends RunFindings {
  readonly record: RunRecord;
}

const rowsPerStatement = 5000;

/** Of a row of `run`; the same on every server, whatever its time zone. */
export const SAVED_SHA256 =
  "encode(sha256(convert_to(id || ' ' || (extract(epoch from saved_at) * 1000000)::bigint::text, 'UTF8')), 'hex')";

/**
 * Saves a run in one transaction. A run is known by its id, the hash of all that went into it: saving the same record
 * a second time changes nothing and returns false. A re-run that computed what an earlier try had to leave out has the
 * same id and another record: it takes the place of the earlier one.
 */
export async function saveRun(database: Database, run: RunToSave): Promise<boolean> {
  const rows = rowsOfRun(run);
  return database.transaction(async (sql) => {
    if (!(await saveRecord(sql, run.record))) return false;
    for (const name of Object.keys(RUN_TABLES) as RunTableName[])
      await insertRows(sql, RUN_TABLES[name], run.record.id, rows[name]);
    return true;
  });
}

async function saveRecord(sql: SqlClient, record: RunRecord): Promise<boolean> {
  const text = JSON.stringify(record);
  await sql.query('delete from run where id = $1 and record <> $2::jsonb', [record.id, text]);
  const inserted = await sql.query(
    'insert into run (id, project_id, synthetic, record, record_sha256) values ($1, $2, $3, $4::jsonb, $5) on conflict (id) do nothing returning id',
    [record.id, record.project?.id ?? null, record.synthetic, text, sha256OfBytes(formatRunRecord(record))],
  );
  if (inserted.length === 0) return false;
  await sql.query(`update run set saved_sha256 = ${SAVED_SHA256} where id = $1`, [record.id]);
  return true;
}

/** Inserts rows, thousands in one statement. */
async function insertRows(sql: SqlClient, table: RunTable, runId: string, rows: readonly SqlRow[]): Promise<void> {
  const names = table.columns.map(({ name }) => name).join(', ');
  const types = table.columns.map(({ name, type }) => `${name} ${type}`).join(', ');
  // What runs share is there already where an earlier one saw the same.
  const [into, select, end] = table.isShared
    ? [names, names, 'on conflict do nothing']
    : [`run_id, ${names}`, `$2, ${names}`, ''];
  for (let start = 0; start < rows.length; start += rowsPerStatement) {
    await sql.query(
      `insert into ${table.name} (${into}) select ${select} from jsonb_to_recordset($1::jsonb) as rows (${types}) ${end}`,
      [JSON.stringify(rows.slice(start, start + rowsPerStatement)), ...(table.isShared ? [] : [runId])],
    );
  }
}
