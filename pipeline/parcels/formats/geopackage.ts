import { inputError } from '../../../shared/errors.ts';
import { IMPORT_LIMITS, type JsonValue } from '../../../shared/parcel-check.ts';
import { faultText, jsonNumber, jsonOfText, openBudget, toGeoJson, unreadable } from './binary-rows.ts';
import { shownText } from './findings.ts';
import type { RawFeature, RawFile, ReadFormat, ReadOptions } from './format.ts';
import { readGeopackageBlob } from './geopackage-blob.ts';
import { chooseLayer, crsOfSrs } from './geopackage-layers.ts';
import { type Cell, readSqlite, type SqliteColumn, type SqliteFile } from './geopackage-sqlite.ts';
import { openCrs } from './prj-convert.ts';
import { readProperties } from './properties.ts';

const SQLITE = 'SQLite format 3\0';

/**
 * Reads a features table of a GeoPackage (OGC 12-128). Only rows of real tables are read: views, triggers, virtual
 * tables and computed columns of the file are never run. Throws input errors E_GEOPACKAGE, E_PARCELS_LAYER,
 * E_PARCELS_CRS, E_PARCELS_CRS_MISSING, E_PARCELS_COUNT, E_PARCELS_VERTICES.
 */
export const readGeopackage: ReadFormat = async (bytes, options) => {
  checkHeader(bytes, options.name);
  return await readSqlite(bytes, options.name, (file) => readFile(file, bytes, options));
};

function checkHeader(bytes: Uint8Array, name: string): void {
  if (bytes.length < 512 || Buffer.from(bytes.subarray(0, 16)).toString('latin1') !== SQLITE) {
    throw inputError('E_GEOPACKAGE', `${name} is no GeoPackage: it does not start as an SQLite file does.`, name);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pageBytes = view.getUint16(16) === 1 ? 65_536 : view.getUint16(16);
  // The count of pages holds only where the last writer was one that kept it.
  const wantedBytes = view.getUint32(24) === view.getUint32(92) ? view.getUint32(28) * pageBytes : 0;
  if (wantedBytes > bytes.length) {
    const [got, wanted] = [bytes.length, wantedBytes].map((n) => n.toLocaleString('en'));
    throw inputError('E_GEOPACKAGE', `${name} is cut off: it has ${got} of its ${wanted} bytes. Send it again.`, name);
  }
}

function readFile(file: SqliteFile, bytes: Uint8Array, options: ReadOptions): RawFile {
  const { layer, chosen } = chooseLayer(file, options);
  const { crs, what } = crsOfSrs(file, layer.srsId);
  const { convert, notes, assumedCrs } = openCrs(crs, options, what);
  const budget = openBudget(options.name);
  const columns = file.readColumns(layer.table);
  const kept = columns.filter(({ name, isKey }) => !isKey && name !== layer.geometryColumn);
  const key = columns.find(({ isKey }) => isKey);
  const names = [layer.geometryColumn, ...(key === undefined ? [] : [key.name]), ...kept.map(({ name }) => name)];
  const rows = file.readRows(layer.table, names, IMPORT_LIMITS.parcels + 1);
  budget.checkRows(rows.length);
  const blobColumns = new Set<string>();
  let flattened = 0;
  const features = rows.map(([blob, ...rest], row): RawFeature => {
    const fid = key === undefined ? undefined : rest.shift();
    const place = `row ${row + 1}` as const;
    const { properties, findings } = readCells(kept, rest, { json: layer.jsonColumns, blobColumns });
    const featureId = typeof fid === 'bigint' || typeof fid === 'string' ? String(fid) : undefined;
    try {
      if (blob === null || blob === undefined) return { geometry: null, properties, featureId, place, findings };
      if (!(blob instanceof Uint8Array)) throw new TypeError('no blob');
      const shape = readGeopackageBlob(blob, layer.srsId, budget.takeVertices);
      if (shape.isFlattened) flattened += 1;
      return { geometry: toGeoJson(shape, convert), properties, featureId, place, findings };
    } catch (error) {
      const text = error instanceof TypeError ? 'its geometry is not binary.' : faultText(error);
      return { geometry: null, properties, featureId, place, findings: [...findings, unreadable(place, text)] };
    }
  });
  return {
    format: 'geopackage',
    features,
    used: { assumedCrs, layer: chosen },
    notes: [...notesOfHeader(bytes), ...notes, ...notesOfRows(blobColumns, flattened)],
  };
}

function notesOfHeader(bytes: Uint8Array): string[] {
  const id = Buffer.from(bytes.subarray(68, 72)).toString('latin1');
  const notes: string[] = [];
  if (!/^(GPKG|GP10|GP11)$/.test(id))
    notes.push('The file does not call itself a GeoPackage in its header, but holds its tables.');
  if (bytes[18] === 2) {
    notes.push(
      'The file was in use when it was copied: changes in the file beside it that ends in -wal are not in it.',
    );
  }
  return notes;
}

function notesOfRows(blobColumns: ReadonlySet<string>, flattened: number): string[] {
  const rows = `${flattened} ${flattened === 1 ? 'row' : 'rows'}`;
  return [
    ...(flattened > 0 ? [`Z or M of ${rows} was left out: parcels are flat.`] : []),
    ...[...blobColumns].map((name) => `Binary values of the column "${shownText(name)}" were left out.`),
  ];
}

function readCells(
  columns: readonly SqliteColumn[],
  cells: readonly (Cell | undefined)[],
  { json, blobColumns }: { json: ReadonlySet<string>; blobColumns: Set<string> },
): ReturnType<typeof readProperties> {
  const properties: Record<string, JsonValue> = Object.create(null);
  for (const [i, { name, type }] of columns.entries()) {
    const cell = cells[i] ?? null;
    if (cell instanceof Uint8Array) blobColumns.add(name);
    else if (cell === null) properties[name] = null;
    else if (typeof cell === 'string') properties[name] = json.has(name) ? jsonOfText(cell) : cell;
    else if (type === 'BOOLEAN' && (cell === 0n || cell === 1n)) properties[name] = cell === 1n;
    else properties[name] = jsonNumber(cell);
  }
  return readProperties(Object.entries(properties));
}
