import { inputError } from '../../../shared/errors.ts';
import { shownText } from './findings.ts';
import type { ReadOptions } from './format.ts';
import type { Cell, SqliteFile } from './geopackage-sqlite.ts';
import { findChoice } from './layer-choice.ts';
import { crsOfWkt, type NamedCrs } from './prj.ts';

/** A features table. */
export interface Layer {
  readonly table: string;
  readonly geometryColumn: string;
  readonly srsId: number;
  /** Columns whose text is JSON, as `gpkg_data_columns` says. */
  readonly jsonColumns: ReadonlySet<string>;
}

const MOST_LAYERS = 1000;

/**
 * The features table to read: the only one, or `options.layer`, which is `chosen` where there are others. Throws E_GEOPACKAGE where the file is no GeoPackage or the
 * table is none, E_PARCELS_LAYER with the names where there are several.
 */
export function chooseLayer(
  file: SqliteFile,
  options: ReadOptions,
): { readonly layer: Layer; readonly chosen: string | null } {
  const { name } = options;
  if (file.tables.get('gpkg_contents')?.isReal !== true || file.tables.get('gpkg_geometry_columns')?.isReal !== true) {
    throw inputError(
      'E_GEOPACKAGE',
      `${name} is an SQLite file but no GeoPackage: it has no list of its layers.`,
      name,
    );
  }
  const contents = readTable(file, 'gpkg_contents', ['table_name', 'data_type']);
  const tables = contents.filter(([, type]) => type === 'features').map(([table]) => String(table));
  if (tables.length === 0) {
    throw inputError('E_GEOPACKAGE', `${name} holds no layer with geometries; parcels are needed.`, name);
  }
  const wanted = findChoice('layer', tables, options);
  const table = findTable(file, wanted);
  if (table?.isReal !== true) {
    const got = table === undefined ? 'is not in it' : 'is not a table but a view, which is not run';
    throw inputError(
      'E_GEOPACKAGE',
      `The layer "${shownText(wanted)}" of ${name} ${got}. Save it as a table of its own.`,
      name,
    );
  }
  const columns = readTable(file, 'gpkg_geometry_columns', ['table_name', 'column_name', 'srs_id']);
  const geometry = columns.find(([of]) => isSameName(String(of), wanted));
  const stored = file.readColumns(table.name).find((column) => isSameName(column.name, String(geometry?.[1])));
  if (geometry === undefined || stored === undefined) {
    throw inputError(
      'E_GEOPACKAGE',
      `The layer "${shownText(wanted)}" of ${name} has no column with geometries.`,
      name,
    );
  }
  const layer = {
    table: table.name,
    geometryColumn: stored.name,
    srsId: Number(geometry[2]),
    jsonColumns: jsonColumnsOf(file, table.name),
  };
  return { layer, chosen: tables.length > 1 ? wanted : null };
}

/**
 * The CRS of an SRS of the file: its EPSG code, else what its definition in WKT says; null, with what is missing, where the
 * file leaves it open.
 */
export function crsOfSrs(file: SqliteFile, srsId: number): { crs: NamedCrs | null; what: string } {
  if (srsId <= 0 || !Number.isInteger(srsId)) return { crs: null, what: 'leaves the CRS of its layer undefined' };
  const names = ['srs_id', 'organization', 'organization_coordsys_id', 'definition'];
  const rows = readTable(file, 'gpkg_spatial_ref_sys', names);
  const row = rows.find(([id]) => Number(id) === srsId);
  if (row === undefined) return { crs: null, what: `does not describe the SRS ${srsId} of its layer` };
  const [, organization, code, definition] = row;
  if (String(organization).toUpperCase() === 'EPSG') return { crs: { epsg: Number(code) }, what: '' };
  return { crs: crsOfWkt(String(definition)), what: '' };
}

function jsonColumnsOf(file: SqliteFile, table: string): ReadonlySet<string> {
  const rows = readTable(file, 'gpkg_data_columns', ['table_name', 'column_name', 'mime_type']);
  const json = rows.filter(([of, , mime]) => isSameName(String(of), table) && mime === 'application/json');
  return new Set(json.map(([, column]) => String(column)));
}

/** Rows of one of GeoPackage's own tables; none where it, or one of the columns, is not there. */
function readTable(file: SqliteFile, table: string, columns: readonly string[]): Cell[][] {
  if (file.tables.get(table)?.isReal !== true) return [];
  const there = new Set(file.readColumns(table).map(({ name }) => name.toLowerCase()));
  return columns.every((column) => there.has(column)) ? file.readRows(table, columns, MOST_LAYERS) : [];
}

function findTable(file: SqliteFile, wanted: string) {
  return file.tables.get(wanted) ?? [...file.tables.values()].find(({ name }) => isSameName(name, wanted));
}

/** Names of tables and columns are the same in any case of their ASCII letters. */
function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
