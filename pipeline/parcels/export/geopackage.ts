import type { Database, SqlValue } from 'sql.js';
import type { JsonValue } from '../../../shared/parcel-check.ts';
import { loadSqlite, quoteName } from '../formats/geopackage-sqlite.ts';
import type { WriteRequest, Written } from './export-parcels.ts';
import { boxOf, commonType } from './geometry.ts';
import { ADD_CONTENTS, ADD_METADATA, describeGeopackage } from './geopackage-tables.ts';
import { cleanTexts, distinctNames, fitColumns, limitOfAbsent } from './limits.ts';
import { originOf } from './readme.ts';
import type { ColumnType, ExportTable } from './table.ts';
import { makeGeopackageBlob } from './wkb.ts';

const KEY = 'fid';
const GEOMETRY = 'geom';
const MOST_COLUMNS = 1000;

const TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'TEXT',
  integer: 'INTEGER',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  json: 'TEXT',
};

/**
 * A GeoPackage 1.3 (OGC 12-128r18) with one features table. Lists and objects are JSON under a mime type that says so;
 * attribution and origin are its metadata. Times are that of the newest version, so that equal input gives equal bytes.
 */
export async function writeGeopackage(request: WriteRequest): Promise<Written> {
  const { table: clean, limits: signs } = cleanTexts(request.table, 'utf-8');
  const { table, limits: fitted } = fitColumns(clean, MOST_COLUMNS);
  const { names, limits: renamed } = distinctNames(table, {
    reserved: [KEY, GEOMETRY],
    shorten: (name, suffix) => `${name}${suffix}`,
  });
  const { Database } = await loadSqlite();
  const database = new Database();
  try {
    for (const sql of describeGeopackage()) database.run(sql);
    const layer = layerName(request.name);
    addContents(database, { ...request, table, name: layer });
    addRows(database, { layer, table, names });
    const bytes = database.export();
    const limits = [...signs, ...fitted, ...renamed, ...limitOfAbsent(table)];
    return { files: [{ name: `${request.name}.gpkg`, bytes }], limits };
  } finally {
    database.close();
  }
}

/** Names that start so belong to the format or to SQLite. */
function layerName(name: string): string {
  return /^(gpkg|sqlite|rtree)/i.test(name) ? `parcels_${name}` : name;
}

function addContents(database: Database, request: WriteRequest): void {
  const { table, name } = request;
  const geometries = table.rows.map(({ geometry }) => geometry);
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.exec(table.newest)?.[0] ?? '1980-01-01T00:00:00';
  const stamp = `${time}.000Z`;
  const description = originOf(request).join('\n');
  const box = boxOf(geometries) ?? [null, null, null, null];
  database.run(ADD_CONTENTS, [name, name, description, stamp, ...box]);
  const type = commonType(geometries)?.toUpperCase() ?? 'GEOMETRY';
  database.run('INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, 4326, 0, 0)', [name, GEOMETRY, type]);
  const metadata = JSON.stringify({ title: name, ...request.provenance });
  database.run(ADD_METADATA, [metadata]);
  const reference = "INSERT INTO gpkg_metadata_reference VALUES ('table', ?, NULL, NULL, ?, 1, NULL)";
  database.run(reference, [name, stamp]);
}

interface Rows {
  readonly layer: string;
  readonly table: ExportTable;
  readonly names: ReadonlyMap<string, string>;
}

function addRows(database: Database, { layer, table, names }: Rows): void {
  const columns = table.columns.map(({ name, type }) => `${quoteName(names.get(name)!)} ${TYPES[type]}`);
  const geometryType = commonType(table.rows.map(({ geometry }) => geometry))?.toUpperCase() ?? 'GEOMETRY';
  database.run(
    `CREATE TABLE ${quoteName(layer)} (${[`${KEY} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL`, `${GEOMETRY} ${geometryType}`, ...columns].join(', ')})`,
  );
  for (const { name, type, description } of table.columns) {
    if (type !== 'json' && description === undefined) continue;
    const mime = type === 'json' ? 'application/json' : null;
    const values = [layer, names.get(name)!, description ?? null, mime];
    database.run('INSERT INTO gpkg_data_columns VALUES (?, ?, NULL, NULL, ?, ?, NULL)', values);
  }
  const places = ['?', '?', ...columns.map(() => '?')].join(', ');
  const insert = database.prepare(`INSERT INTO ${quoteName(layer)} VALUES (${places})`);
  database.run('BEGIN');
  for (const [i, { geometry, values }] of table.rows.entries()) {
    const cells = table.columns.map(({ name, type }) => cellOf(values.get(name) ?? null, type));
    insert.run([i + 1, makeGeopackageBlob(geometry), ...cells]);
  }
  database.run('COMMIT');
  insert.free();
}

function cellOf(value: JsonValue, type: ColumnType): SqlValue {
  if (value === null) return null;
  if (type === 'json') return JSON.stringify(value);
  return typeof value === 'boolean' ? Number(value) : (value as string | number);
}
