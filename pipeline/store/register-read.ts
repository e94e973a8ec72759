import type { Bbox } from '../../shared/grid.ts';
import type { ParcelVersion } from '../../shared/register.ts';
import { toParcelVersion, VERSION_COLUMNS, type VersionRow } from './register-rows.ts';
import { boxText } from './run-rows.ts';
import type { SqlClient } from './sql.ts';

const CURRENT = 'register_parcel p join register_version v on v.parcel_id = p.id and v.version = p.version';

/** Revision of the register and how many parcels are current. */
export async function readRegisterState(
  sql: SqlClient,
): Promise<{ readonly revision: number; readonly parcels: number }> {
  const [row] = await sql.query<{ revision: number; parcels: number }>(
    "select revision, (select count(*)::int from register_parcel where state = 'active') as parcels from register_state",
  );
  return { revision: row!.revision, parcels: row!.parcels };
}

/**
 * Current versions whose boxes touch one of `boxes` (null: all), by id; withdrawn ones only with `state` all. At most `limit` + 1
 * are read, so that the caller can see that there are more.
 */
export async function readCurrentParcels(
  sql: SqlClient,
  boxes: readonly Bbox[] | null,
  limit: number,
  state: 'active' | 'all' = 'active',
): Promise<ParcelVersion[]> {
  const states = state === 'all' ? 'true' : "p.state = 'active'";
  const touches = boxes === null ? 'true' : `(${boxes.map((_, i) => `p.bbox && $${i + 2}::box`).join(' or ')})`;
  const rows = await sql.query<VersionRow>(
    `select ${VERSION_COLUMNS} from ${CURRENT} where ${states} and ${touches} order by p.id collate "C" limit $1`,
    [limit + 1, ...(boxes ?? []).map(boxText)],
  );
  return rows.map(toParcelVersion);
}

/** The current version of a parcel, withdrawn or not; null where the register has no such parcel. */
export async function readParcel(sql: SqlClient, id: string): Promise<ParcelVersion | null> {
  const [row] = await sql.query<VersionRow>(`select ${VERSION_COLUMNS} from ${CURRENT} where p.id = $1`, [id]);
  return row ? toParcelVersion(row) : null;
}

/** All versions of a parcel, the newest first; empty where the register has no such parcel. */
export async function readVersions(sql: SqlClient, id: string): Promise<ParcelVersion[]> {
  const rows = await sql.query<VersionRow>(
    `select ${VERSION_COLUMNS} from register_parcel p join register_version v on v.parcel_id = p.id where p.id = $1 order by v.version desc`,
    [id],
  );
  return rows.map(toParcelVersion);
}

export async function readVersion(sql: SqlClient, id: string, version: number): Promise<ParcelVersion | null> {
  const [row] = await sql.query<VersionRow>(
    `select ${VERSION_COLUMNS} from register_parcel p join register_version v on v.parcel_id = p.id where p.id = $1 and v.version = $2`,
    [id, version],
  );
  return row ? toParcelVersion(row) : null;
}

/** Current versions of the ids given, in any order. */
export async function readParcelsOf(sql: SqlClient, ids: readonly string[]): Promise<ParcelVersion[]> {
  const rows = await sql.query<VersionRow>(
    `select ${VERSION_COLUMNS} from ${CURRENT} where p.id in (select jsonb_array_elements_text($1::jsonb))`,
    [JSON.stringify(ids)],
  );
  return rows.map(toParcelVersion);
}

/** Runs in this database that measured a boundary which is one of `hashes` of the parcel. */
export async function readResultsOf(
  sql: SqlClient,
  id: string,
  hashes: readonly string[],
): Promise<{ readonly geometrySha256: string; readonly runId: string; readonly label: string }[]> {
  const rows = await sql.query<{ hash: string; run_id: string; label: string | null }>(
    `select r.parcel_version as hash, r.run_id, coalesce(w.label, run.record->'project'->>'name') as label
       from parcel_result r join run on run.id = r.run_id left join work_run w on w.id = r.run_id
      where r.parcel_id = $1 and r.parcel_version in (select jsonb_array_elements_text($2::jsonb))
      order by run.saved_at desc, r.run_id`,
    [id, JSON.stringify(hashes)],
  );
  return rows.map(({ hash, run_id, label }) => ({
    geometrySha256: hash,
    runId: run_id,
    label: label ?? run_id.slice(0, 12),
  }));
}

/** Draft id → parcel id of those of the drafts given that were registered before. */
export async function readDraftParcels(sql: SqlClient, draftIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await sql.query<{ id: string; parcel_id: string }>(
    'select id, parcel_id from register_draft where id in (select jsonb_array_elements_text($1::jsonb))',
    [JSON.stringify(draftIds)],
  );
  return new Map(rows.map((row) => [row.id, row.parcel_id]));
}

/** Those of the ids given that parcels have, withdrawn ones included. */
export async function readTakenIds(sql: SqlClient, ids: readonly string[]): Promise<Set<string>> {
  const rows = await sql.query<{ id: string }>(
    'select id from register_parcel where id in (select jsonb_array_elements_text($1::jsonb))',
    [JSON.stringify(ids)],
  );
  return new Set(rows.map(({ id }) => id));
}
