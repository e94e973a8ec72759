import type { ChangeTables } from '../../shared/change.ts';
import { CanopyError } from '../../shared/errors.ts';
import type { Bbox } from '../../shared/grid.ts';
import type { Parcel } from '../../shared/parcel.ts';
import type { LayerKind, Observation, ParcelResult } from '../../shared/result.ts';
import type { Acquisition, RefusedScene, Scene } from '../../shared/scene.ts';
import { sha256OfBytes } from './files.ts';
import { geometryOfParcel } from './geojson.ts';
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

/** What a run found, beside its record. */
export interface RunFindings {
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

export type SqlType = 'text' | 'date' | 'timestamptz' | 'integer' | 'double precision' | 'boolean' | 'jsonb' | 'box';

export interface SqlColumn {
  readonly name: string;
  readonly type: SqlType;
}

/** A row by the names of its columns, as JSON. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** A table of the database as far as a run fills it, without `run_id`. */
export interface RunTable {
  readonly name: string;
  readonly columns: readonly SqlColumn[];
  /** What tells its rows apart within one run. */
  readonly key: readonly string[];
  /** Whether runs share its rows: they have no run_id, and are there already where an earlier run saw the same. */
  readonly isShared: boolean;
}

const sqlTypes: Readonly<Record<Unit, SqlType>> = {
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

/** The columns of an exported table. */
export function exportedColumns<Row>(columns: readonly Column<Row>[]): SqlColumn[] {
  return columns.map(({ name, unit }) => ({ name, type: sqlTypes[unit] }));
}

function describe(name: string, key: string, columns: string, isShared = false): RunTable {
  const described = columns.split(', ').map((column) => {
    const [first, ...type] = column.split(' ');
    return { name: first!, type: type.join(' ') as SqlType };
  });
  return { name, key: key.split(', '), columns: described, isShared };
}

function ofParcels<Row>(name: string, key: string, columns: readonly Column<Row>[]): RunTable {
  const version: SqlColumn = { name: 'parcel_version', type: 'text' };
  return { name, key: key.split(', '), columns: [version, ...exportedColumns(columns)], isShared: false };
}

/** The tables of a run in the order in which their rows may be inserted. */
export const RUN_TABLES = {
  parcel: describe('parcel', 'id', 'id text, version text, geometry jsonb, bbox box, parcel_ha double precision', true),
  scene: describe(
    'scene',
    'id',
    'id text, version text, collection text, platform text, datetime timestamptz, grid_key text, baseline text, bbox box, item_href text, attribution text, synthetic boolean',
    true,
  ),
  run_scene: describe('run_scene', 'scene_id', 'scene_id text, scene_version text, role text, reason text'),
  acquisition: describe('acquisition', 'id', 'id text, platform text, datetime timestamptz'),
  acquisition_scene: describe('acquisition_scene', 'acquisition_id, scene_id', 'acquisition_id text, scene_id text'),
  observation: ofParcels('observation', 'parcel_id, scene_id', observationColumns),
  parcel_result: ofParcels('parcel_result', 'parcel_id', resultColumns),
  parcel_year: ofParcels('parcel_year', 'parcel_id, year', yearColumns),
  parcel_series: ofParcels('parcel_series', 'parcel_id, scene_id', seriesColumns),
  control_area: ofParcels('control_area', 'parcel_id, control_id', controlColumns),
  parcel_month: ofParcels('parcel_month', 'parcel_id, year, month', monthColumns),
  control_balance: {
    name: 'control_balance',
    key: ['covariate'],
    columns: exportedColumns(balanceColumns),
    isShared: false,
  },
  layer: describe('layer', 'name', 'name text, kind text, sha256 text, bytes double precision, bbox box, item jsonb'),
} as const satisfies Record<string, RunTable>;

export type RunTableName = keyof typeof RUN_TABLES;

/** The rows of a run, table by table: what is saved, and what digests are made of. */
export function rowsOfRun(run: RunFindings): Record<RunTableName, readonly SqlRow[]> {
  const versions = new Map(run.parcels.map((parcel) => [parcel.id, versionOfParcel(parcel)]));
  const found = <Row extends { readonly parcelId: string }>(
    columns: readonly Column<Row>[],
    rows: readonly Row[] | undefined,
  ): SqlRow[] =>
    (rows ?? []).map((row) => ({ parcel_version: versions.get(row.parcelId) ?? null, ...readCells(row, columns) }));
  for (const { parcelId } of run.observations) if (!versions.has(parcelId)) throw unknownParcelError(parcelId);
  const { change } = run;
  return {
    parcel: run.parcels.map((parcel) => parcelRow(parcel, versions.get(parcel.id)!)),
    ...sceneTables(run),
    acquisition: run.acquisitions.map(({ id, platform, datetime }) => ({ id, platform, datetime })),
    acquisition_scene: run.acquisitions.flatMap((acquisition) =>
      acquisition.sceneIds.map((scene_id) => ({ acquisition_id: acquisition.id, scene_id })),
    ),
    observation: found(observationColumns, run.observations),
    // A refused feature may have the id of a parcel that was measured.
    parcel_result: run.results.map((row) => ({
      parcel_version: row.parcelHa === null ? null : (versions.get(row.parcelId) ?? null),
      ...readCells(row, resultColumns),
    })),
    parcel_year: found(yearColumns, change?.years),
    parcel_series: found(seriesColumns, change?.series),
    control_area: found(controlColumns, change?.controls),
    parcel_month: found(monthColumns, change?.months),
    control_balance: (change?.balance ?? []).map((row) => readCells(row, balanceColumns)),
    layer: run.layers.map(({ name, kind, sha256, bytes, bboxDeg, item }) => {
      return { name, kind, sha256, bytes, bbox: boxText(bboxDeg), item };
    }),
  };
}

function readCells<Row>(row: Row, columns: readonly Column<Row>[]): SqlRow {
  return Object.fromEntries(columns.map((column) => [column.name, readCell(row, column)]));
}

/** Names a parcel's boundary: hash of its id and the exact coordinates. */
export function versionOfParcel({ id, rings }: Pick<Parcel, 'id' | 'rings'>): string {
  return sha256OfBytes(JSON.stringify([id, rings.map((ring) => [...ring])]));
}

export function parcelRow(parcel: Omit<Parcel, 'index'>, version: string): SqlRow {
  return {
    id: parcel.id,
    version,
    geometry: geometryOfParcel(parcel),
    bbox: boxText(parcel.bboxDeg),
    parcel_ha: parcel.parcelHa,
  };
}

function sceneTables(run: RunFindings): { scene: SqlRow[]; run_scene: SqlRow[] } {
  const seen = [
    ...run.usedScenes.map((scene) => ({ scene, role: 'used', reason: '' })),
    ...run.supersededScenes.map(({ scene, reason }) => ({ scene, role: 'superseded', reason })),
  ].map((entry) => ({ ...entry, row: sceneRow(entry.scene) }));
  const looked = [
    ...seen.map(({ row, role, reason }) => ({ scene_id: row.id, scene_version: row.version, role, reason })),
    ...run.refusedScenes.map(({ id, reason }) => ({ scene_id: id, scene_version: null, role: 'refused', reason })),
  ];
  return {
    scene: firstOf(
      seen.map(({ row }) => row),
      (row) => `${row.id} ${row.version}`,
    ),
    // A catalogue may list one id twice, once usable: the first, more telling role stays.
    run_scene: firstOf(looked, (row) => row.scene_id),
  };
}

/** A scene's row; its version is the hash of all the rest. */
export function sceneRow(scene: Scene) {
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
  return { ...row, version: versionOfScene(row) };
}

/** @param row its members in the order of `sceneRow`, without the version */
export function versionOfScene(row: object): string {
  return sha256OfBytes(JSON.stringify(row));
}

function firstOf<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[] {
  const first = new Map<string, Row>();
  for (const row of rows) if (!first.has(keyOf(row))) first.set(keyOf(row), row);
  return [...first.values()];
}

export function boxText([west, south, east, north]: Bbox): string {
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
