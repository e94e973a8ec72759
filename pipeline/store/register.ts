import type { ParcelVersion } from '../../shared/register.ts';
import { readParcel, readParcelsOf, readVersion } from './register-read.ts';
import { hashDraft, hashShape, type NewVersion, type VersionContent, versionRow } from './register-rows.ts';
import { boxText, type SqlRow } from './run-rows.ts';
import type { SqlClient } from './sql.ts';

/**
 * Changes of the register. Each wants a transaction of its own, in which it first locks the one row of `register_state`:
 * of changes that come at once one goes after the other, also those of other processes.
 */

/** Why a parcel of a batch stands in the way of all of it. */
export interface AddRefusal {
  /** Its place in the batch. */
  readonly index: number;
  readonly code: 'E_ID_TAKEN' | 'E_DUPLICATE' | 'E_DRAFT_USED';
  readonly message: string;
  /** The parcel that the draft became; only of a draft that was registered before. */
  readonly parcelId?: string;
}

export type AddOutcome =
  | { readonly kind: 'added'; readonly revision: number; readonly parcels: readonly ParcelVersion[] }
  | { readonly kind: 'refused'; readonly refusals: readonly AddRefusal[] };

export type EditOutcome =
  | { readonly kind: 'saved'; readonly parcel: ParcelVersion }
  | { readonly kind: 'conflict'; readonly current: ParcelVersion; readonly base: ParcelVersion | null }
  | { readonly kind: 'duplicate'; readonly id: string }
  | { readonly kind: 'withdrawn'; readonly current: ParcelVersion }
  | { readonly kind: 'unknown' };

const ROWS_PER_STATEMENT = 1000;
const COLUMNS = {
  register_parcel: 'id text, region_id text, version integer, state text, bbox box, shape_sha256 text',
  register_version:
    'parcel_id text, version integer, revision integer, state text, geometry jsonb, bbox box, parcel_ha double precision, attributes jsonb, author text, reason text, at timestamptz, provenance jsonb, warnings jsonb, geometry_sha256 text',
  register_draft: 'id text, sha256 text, parcel_id text, version integer',
} as const;

/**
 * Registers parcels, all or none. A draft that was taken before answers with its parcel as it is now, so that repeating a
 * request changes nothing. Outcome in the order of `parcels`.
 */
export async function addParcels(sql: SqlClient, parcels: readonly NewVersion[]): Promise<AddOutcome> {
  const revision = (await lockRegister(sql)) + 1;
  const known = await readDrafts(sql, parcels);
  const fresh = parcels.flatMap((parcel, index) => (known.has(parcel.draftId) ? [] : [{ parcel, index }]));
  const refusals = [
    ...parcels.flatMap((parcel, index) => refuseChangedDraft(parcel, index, known.get(parcel.draftId))),
    ...(await refuseTaken(sql, fresh)),
  ];
  if (refusals.length > 0) return { kind: 'refused', refusals: refusals.sort((a, b) => a.index - b.index) };
  const ids = await giveIds(sql, fresh);
  const named = fresh.map(({ parcel }, i) => ({ parcel, id: ids[i]!, version: 1, revision }));
  await insertRows(
    sql,
    'register_parcel',
    named.map(({ id, parcel }) => currentRow(id, parcel)),
  );
  await insertRows(
    sql,
    'register_version',
    named.map((of) => versionRow(of.parcel, of)),
  );
  await insertRows(
    sql,
    'register_draft',
    named.map(({ id, parcel }) => ({ id: parcel.draftId, sha256: hashDraft(parcel), parcel_id: id, version: 1 })),
  );
  if (named.length > 0) await setRevision(sql, revision);
  const idOfDraft = new Map([
    ...[...known].map(([draftId, { parcel_id }]) => [draftId, parcel_id] as const),
    ...named.map(({ id, parcel }) => [parcel.draftId, id] as const),
  ]);
  const current = new Map((await readParcelsOf(sql, [...idOfDraft.values()])).map((parcel) => [parcel.id, parcel]));
  const answered = parcels.map(({ draftId }) => current.get(idOfDraft.get(draftId)!)!);
  return { kind: 'added', revision: named.length > 0 ? revision : revision - 1, parcels: answered };
}

/** Makes the next version of a parcel where `version` is still its current one; one that was withdrawn is active again. */
export async function editParcel(
  sql: SqlClient,
  of: { readonly id: string; readonly version: number },
  content: VersionContent,
): Promise<EditOutcome> {
  const revision = (await lockRegister(sql)) + 1;
  const current = await readParcel(sql, of.id);
  if (current === null) return { kind: 'unknown' };
  if (current.version !== of.version) return conflict(sql, current, of);
  const shape = hashShape(content.shape);
  const [twin] = await sql.query<{ id: string }>(
    "select id from register_parcel where shape_sha256 = $1 and state = 'active' and id <> $2",
    [shape, of.id],
  );
  if (twin) return { kind: 'duplicate', id: twin.id };
  const version = current.version + 1;
  await insertRows(sql, 'register_version', [versionRow(content, { id: of.id, version, revision })]);
  await sql.query(
    "update register_parcel set version = $2, state = 'active', bbox = $3::box, shape_sha256 = $4 where id = $1",
    [of.id, version, boxText(content.shape.bboxDeg), shape],
  );
  await setRevision(sql, revision);
  return { kind: 'saved', parcel: (await readParcel(sql, of.id))! };
}

/** Makes a last version that says that the parcel is withdrawn, on the boundary it has. */
export async function withdrawParcel(
  sql: SqlClient,
  of: { readonly id: string; readonly version: number },
  by: { readonly author: string; readonly reason: string; readonly at: string },
): Promise<EditOutcome> {
  const revision = (await lockRegister(sql)) + 1;
  const current = await readParcel(sql, of.id);
  if (current === null) return { kind: 'unknown' };
  if (current.version !== of.version) return conflict(sql, current, of);
  if (current.state === 'withdrawn') return { kind: 'withdrawn', current };
  const version = current.version + 1;
  await sql.query(
    `insert into register_version (parcel_id, version, revision, state, geometry, bbox, parcel_ha, attributes, author, reason, at, provenance, warnings, geometry_sha256)
     select parcel_id, $2, $3, 'withdrawn', geometry, bbox, parcel_ha, attributes, $4, $5, $6::timestamptz, provenance, '[]', geometry_sha256
       from register_version where parcel_id = $1 and version = $7`,
    [of.id, version, revision, by.author, by.reason, by.at, current.version],
  );
  await sql.query("update register_parcel set version = $2, state = 'withdrawn' where id = $1", [of.id, version]);
  await setRevision(sql, revision);
  return { kind: 'saved', parcel: (await readParcel(sql, of.id))! };
}

async function conflict(
  sql: SqlClient,
  current: ParcelVersion,
  of: { readonly id: string; readonly version: number },
): Promise<EditOutcome> {
  return { kind: 'conflict', current, base: await readVersion(sql, of.id, of.version) };
}

/** Locks the register until the transaction ends; its revision. */
export async function lockRegister(sql: SqlClient): Promise<number> {
  const [row] = await sql.query<{ revision: number }>('select revision from register_state where id = 1 for update');
  return row!.revision;
}

async function setRevision(sql: SqlClient, revision: number): Promise<void> {
  await sql.query('update register_state set revision = $1 where id = 1', [revision]);
}

interface KnownDraft {
  readonly id: string;
  readonly sha256: string;
  readonly parcel_id: string;
}

async function readDrafts(sql: SqlClient, parcels: readonly NewVersion[]): Promise<Map<string, KnownDraft>> {
  const rows = await sql.query<KnownDraft>(
    'select id, sha256, parcel_id from register_draft where id in (select jsonb_array_elements_text($1::jsonb))',
    [JSON.stringify(parcels.map(({ draftId }) => draftId))],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

function refuseChangedDraft(parcel: NewVersion, index: number, draft: KnownDraft | undefined): AddRefusal[] {
  if (draft === undefined || draft.sha256 === hashDraft(parcel)) return [];
  const message = `This draft was registered as parcel "${draft.parcel_id}" already, in another form. Open that parcel and make the change there.`;
  return [{ index, code: 'E_DRAFT_USED', message, parcelId: draft.parcel_id }];
}

interface Fresh {
  readonly parcel: NewVersion;
  readonly index: number;
}

/** Ids and boundaries that are registered, or come twice in the batch. */
async function refuseTaken(sql: SqlClient, fresh: readonly Fresh[]): Promise<AddRefusal[]> {
  const ids = JSON.stringify(fresh.flatMap(({ parcel }) => parcel.id ?? []));
  const shapes = fresh.map(({ parcel }) => hashShape(parcel.shape));
  const rows = await sql.query<{ id: string; state: string; shape_sha256: string }>(
    `select id, state, shape_sha256 from register_parcel where id in (select jsonb_array_elements_text($1::jsonb))
         or (state = 'active' and shape_sha256 in (select jsonb_array_elements_text($2::jsonb)))`,
    [ids, JSON.stringify(shapes)],
  );
  const idTaken = new Map(
    rows.map((row) => [row.id, `registered already${row.state === 'active' ? '' : ', and withdrawn'}`]),
  );
  const shapeTaken = new Map(
    rows
      .filter(({ state }) => state === 'active')
      .map((row) => [row.shape_sha256, `parcel "${row.id}" of the register`]),
  );
  const drafts = new Set<string>();
  return fresh.flatMap(({ parcel, index }, i): AddRefusal[] => {
    const found: AddRefusal[] = [];
    const refuse = (code: AddRefusal['code'], message: string) => found.push({ index, code, message });
    const place = `parcel ${index + 1} of the request`;
    if (drafts.has(parcel.draftId)) refuse('E_DRAFT_USED', 'The same draft comes twice in the request. Send it once.');
    drafts.add(parcel.draftId);
    const taken = parcel.id === null ? undefined : idTaken.get(parcel.id);
    if (taken) refuse('E_ID_TAKEN', `The id "${parcel.id}" is ${taken}. Choose another, or edit that parcel.`);
    const twin = shapeTaken.get(shapes[i]!);
    if (twin)
      refuse('E_DUPLICATE', `${twin[0]!.toUpperCase()}${twin.slice(1)} has exactly this boundary. Edit that one.`);
    if (parcel.id !== null && !taken) idTaken.set(parcel.id, `that of ${place} too`);
    if (!twin) shapeTaken.set(shapes[i]!, place);
    return found;
  });
}

/** The wanted ids, and the next ones of their regions where none is wanted: `copargo-0001`. */
async function giveIds(sql: SqlClient, fresh: readonly Fresh[]): Promise<string[]> {
  const wanted = new Set(fresh.flatMap(({ parcel }) => parcel.id ?? []));
  const last = new Map<string, number>();
  const ids: string[] = [];
  for (const { parcel } of fresh) {
    if (parcel.id !== null) {
      ids.push(parcel.id);
      continue;
    }
    const { regionId } = parcel;
    let number = last.get(regionId) ?? (await readLastNumber(sql, regionId));
    let id: string;
    do id = `${regionId}-${String(++number).padStart(4, '0')}`;
    while (wanted.has(id) || (await isTaken(sql, id)));
    last.set(regionId, number);
    ids.push(id);
  }
  for (const [regionId, number] of last)
    await sql.query(
      'insert into register_region (id, last_number) values ($1, $2) on conflict (id) do update set last_number = excluded.last_number',
      [regionId, number],
    );
  return ids;
}

async function readLastNumber(sql: SqlClient, regionId: string): Promise<number> {
  const [row] = await sql.query<{ last_number: number }>('select last_number from register_region where id = $1', [
    regionId,
  ]);
  return row?.last_number ?? 0;
}

async function isTaken(sql: SqlClient, id: string): Promise<boolean> {
  return (await sql.query('select 1 from register_parcel where id = $1', [id])).length > 0;
}

function currentRow(id: string, { regionId, shape }: NewVersion): SqlRow {
  const bbox = boxText(shape.bboxDeg);
  return { id, region_id: regionId, version: 1, state: 'active', bbox, shape_sha256: hashShape(shape) };
}

async function insertRows(sql: SqlClient, table: keyof typeof COLUMNS, rows: readonly SqlRow[]): Promise<void> {
  const types = COLUMNS[table];
  const names = types
    .split(', ')
    .map((column) => column.split(' ')[0])
    .join(', ');
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT)
    await sql.query(
      `insert into ${table} (${names}) select ${names} from jsonb_to_recordset($1::jsonb) as rows (${types})`,
      [JSON.stringify(rows.slice(start, start + ROWS_PER_STATEMENT))],
    );
}
