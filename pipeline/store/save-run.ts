import type { ChangeTables } from '../../shared/change.ts';
import { CanopyError } from '../../shared/errors.ts';
import type { Bbox } from '../../shared/grid.ts';
import type { Parcel } from '../../shared/parcel.ts';
import type { LayerKind, Observation, ParcelResult } from '../../shared/result.ts';
import type { Acquisition, RefusedScene, Scene } from '../../shared/scene.ts';
import { sha256OfBytes } from './files.ts';
import { geometryOfParcel } from './geojson.ts';
import type { RunRecord } from './run-record.ts';
import type { Database, SqlClient } from './sql.ts';
import {
  balanceColumns,
  type Column,
  controlColumns,
  monthColumns,
  observationColumns,
  readCell,
  resultColumns,
  seriesColumns,
  type Unit,
  yearColumns,
} from './tables.ts';

/** A layer file of a run with its STAC item. */
export interface SavedLayer {
  /** Name inside the output folder, such as `layers/ndvi-baseline-33TWL.tif`. */
  readonly name: string;
  readonly kind: LayerKind;
  readonly sha256: string;
  readonly bytes: number;
  readonly bboxDeg: Bbox;
  readonly item: unknown;
}

/** Everything of a run that goes into the database. */
export interface RunToSave {
  readonly record: RunRecord;
  readonly parcels: readonly Parcel[];
  readonly usedScenes: readonly Scene[];
  readonly supersededScenes: readonly { readonly scene: Scene; readonly reason: string }[];
  readonly refusedScenes: readonly RefusedScene[];
  readonly acquisitions: readonly Acquisition[];
  readonly observations: readonly Observation[];
  readonly results: readonly ParcelResult[];
  /** null where change over time was not judged. */
  readonly change: ChangeTables | null;
  readonly layers: readonly SavedLayer[];
}

const rowsPerStatement = 5000;
const sqlTypes: Readonly<Record<Unit, string>> = {
  text: 'text',
  day: 'date',
  number: 'double precision',
  ndvi_per_year: 'double precision',
  utc: 'timestamptz',
  count: 'integer',
  ha: 'double precision',
  fraction: 'double precision',
  ndvi: 'double precision',
  pct: 'double precision',
};

/**
 * Saves a run in one transaction. A run is known by its id, the hash of all that went into it: saving the same record
 * a second time changes nothing and returns false. A re-run that computed what an earlier try had to leave out has the
 * same id and another record: it takes the place of the earlier one.
 */
export async function saveRun(database: Database, run: RunToSave): Promise<boolean> {
  const { record } = run;
  const versions = new Map(run.parcels.map((parcel) => [parcel.id, versionOfParcel(parcel)]));
  return database.transaction(async (sql) => {
    const text = JSON.stringify(record);
    await sql.query('delete from run where id = $1 and record <> $2::jsonb', [record.id, text]);
    const inserted = await sql.query(
      'insert into run (id, project_id, synthetic, record) values ($1, $2, $3, $4::jsonb) on conflict (id) do nothing returning id',
      [record.id, record.project?.id ?? null, record.synthetic, text],
    );
    if (inserted.length === 0) return false;
    await saveParcels(sql, run.parcels, versions);
    await saveScenes(sql, run);
    await saveAcquisitions(sql, record.id, run.acquisitions);
    await saveTable(
      sql,
      { table: 'observation', columns: observationColumns, runId: record.id },
      run.observations,
      (row) => {
        const version = versions.get(row.parcelId);
        if (version === undefined) throw unknownParcelError(row.parcelId);
        return version;
      },
    );
    await saveTable(
      sql,
      { table: 'parcel_result', columns: resultColumns, runId: record.id },
      run.results,
      (row) => versions.get(row.parcelId) ?? null,
    );
    if (run.change) await saveChange(sql, record.id, run.change, versions);
    await saveLayers(sql, record.id, run.layers);
    return true;
  });
}

async function saveChange(
  sql: SqlClient,
  runId: string,
  { years, series, controls, balance, months }: ChangeTables,
  versions: ReadonlyMap<string, string>,
): Promise<void> {
  const save = <Row extends { readonly parcelId: string }>(
    table: string,
    columns: readonly Column<Row>[],
    rows: readonly Row[],
  ) => saveTable(sql, { table, columns, runId }, rows, (row) => versions.get(row.parcelId) ?? null);
  await save('parcel_year', yearColumns, years);
  await save('parcel_series', seriesColumns, series);
  await save('control_area', controlColumns, controls);
  await save('parcel_month', monthColumns, months);
  const typed = balanceColumns.map(({ name, unit }) => `${name} ${sqlTypes[unit]}`).join(', ');
  const records = balance.map((row) => ({
    run_id: runId,
    ...Object.fromEntries(balanceColumns.map((column) => [column.name, readCell(row, column)])),
  }));
  await insertRows(sql, { table: 'control_balance', types: `run_id text, ${typed}` }, records);
}

/** Names a parcel's boundary: hash of its id and the exact coordinates. */
function versionOfParcel(parcel: Parcel): string {
  return sha256OfBytes(JSON.stringify([parcel.id, parcel.rings.map((ring) => [...ring])]));
}

async function saveParcels(sql: SqlClient, parcels: readonly Parcel[], versions: ReadonlyMap<string, string>) {
  const rows = parcels.map((parcel) => ({
    id: parcel.id,
    version: versions.get(parcel.id),
    geometry: geometryOfParcel(parcel),
    bbox: boxText(parcel.bboxDeg),
    parcel_ha: parcel.parcelHa,
  }));
  const types = 'id text, version text, geometry jsonb, bbox box, parcel_ha double precision';
  await insertRows(sql, { table: 'parcel', types, onConflict: 'on conflict do nothing' }, rows);
}

async function saveScenes(sql: SqlClient, run: RunToSave): Promise<void> {
  const seen = [
    ...run.usedScenes.map((scene) => ({ scene, role: 'used', reason: '' })),
    ...run.supersededScenes.map(({ scene, reason }) => ({ scene, role: 'superseded', reason })),
  ].map((entry) => ({ ...entry, row: sceneRow(entry.scene) }));
  const types =
    'id text, version text, collection text, platform text, datetime timestamptz, grid_key text, baseline text, bbox box, item_href text, attribution text, synthetic boolean';
  await insertRows(
    sql,
    { table: 'scene', types, onConflict: 'on conflict do nothing' },
    seen.map((entry) => entry.row),
  );
  const looked = [
    ...seen.map(({ row, role, reason }) => ({ scene_id: row.id, scene_version: row.version, role, reason })),
    ...run.refusedScenes.map(({ id, reason }) => ({ scene_id: id, scene_version: null, role: 'refused', reason })),
  ].map((row) => ({ run_id: run.record.id, ...row }));
  // A catalogue may list one id twice, once usable: the first, more telling role stays.
  await insertRows(
    sql,
    {
      table: 'run_scene',
      types: 'run_id text, scene_id text, scene_version text, role text, reason text',
      onConflict: 'on conflict do nothing',
    },
    looked,
  );
}

function sceneRow(scene: Scene) {
  const row = {
    id: scene.id,
    collection: scene.collection,
    platform: scene.platform,
    datetime: scene.datetime,
    grid_key: scene.gridKey,
    baseline: scene.baseline,
    bbox: boxText(scene.bboxDeg),
    item_href: scene.itemHref,
    attribution: scene.attribution,
    synthetic: scene.synthetic,
  };
  return { ...row, version: sha256OfBytes(JSON.stringify(row)) };
}

async function saveAcquisitions(sql: SqlClient, runId: string, acquisitions: readonly Acquisition[]): Promise<void> {
  const rows = acquisitions.map(({ id, platform, datetime }) => ({ run_id: runId, id, platform, datetime }));
  await insertRows(
    sql,
    { table: 'acquisition', types: 'run_id text, id text, platform text, datetime timestamptz' },
    rows,
  );
  const members = acquisitions.flatMap((acquisition) =>
    acquisition.sceneIds.map((scene_id) => ({ run_id: runId, acquisition_id: acquisition.id, scene_id })),
  );
  const types = 'run_id text, acquisition_id text, scene_id text';
  await insertRows(sql, { table: 'acquisition_scene', types }, members);
}

async function saveTable<Row>(
  sql: SqlClient,
  target: { readonly table: string; readonly columns: readonly Column<Row>[]; readonly runId: string },
  rows: readonly Row[],
  versionOf: (row: Row) => string | null,
): Promise<void> {
  const { table, columns, runId } = target;
  const typed = columns.map(({ name, unit }) => `${name} ${sqlTypes[unit]}`);
  const types = ['run_id text', 'parcel_version text', ...typed].join(', ');
  const records = rows.map((row) => ({
    run_id: runId,
    parcel_version: versionOf(row),
    ...Object.fromEntries(columns.map((column) => [column.name, readCell(row, column)])),
  }));
  await insertRows(sql, { table, types }, records);
}

async function saveLayers(sql: SqlClient, runId: string, layers: readonly SavedLayer[]): Promise<void> {
  const rows = layers.map(({ name, kind, sha256, bytes, bboxDeg, item }) => {
    return { run_id: runId, name, kind, sha256, bytes, bbox: boxText(bboxDeg), item };
  });
  const types = 'run_id text, name text, kind text, sha256 text, bytes double precision, bbox box, item jsonb';
  await insertRows(sql, { table: 'layer', types }, rows);
}

/** Inserts records whose members are the columns of `types`, thousands in one statement. */
async function insertRows(
  sql: SqlClient,
  target: { readonly table: string; readonly types: string; readonly onConflict?: string },
  rows: readonly object[],
): Promise<void> {
  const { table, types, onConflict = '' } = target;
  const names = types
    .split(', ')
    .map((column) => column.split(' ')[0])
    .join(', ');
  for (let start = 0; start < rows.length; start += rowsPerStatement) {
    await sql.query(
      `insert into ${table} (${names}) select ${names} from jsonb_to_recordset($1::jsonb) as rows (${types}) ${onConflict}`,
      [JSON.stringify(rows.slice(start, start + rowsPerStatement))],
    );
  }
}

function boxText([west, south, east, north]: Bbox): string {
  return `(${east},${north}),(${west},${south})`;
}

function unknownParcelError(id: string): CanopyError {
  return new CanopyError({
    kind: 'bug',
    code: 'E_UNKNOWN_PARCEL',
    message: `An observation names the parcel ${id}, which is not among the parcels of the run. Please report this.`,
    where: id,
  });
}
