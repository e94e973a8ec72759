import { inputError, isCanopyError } from '../../../shared/errors.ts';
import { IMPORT_LIMITS } from '../../../shared/parcel-check.ts';
import { unguardText } from '../csv-guard.ts';
import { isMember } from '../features.ts';
import { uniqueNames, unreadable } from './binary-rows.ts';
import { type CsvLayout, findIdColumn, findLayout } from './csv-columns.ts';
import { readCornerRows, readNumberedRow } from './csv-corners.ts';
import { placeRows } from './csv-crs.ts';
import { parseCsv } from './csv-records.ts';
import { shownList } from './findings.ts';
import type { RawFeature, ReadFormat } from './format.ts';
import { parseGeojsonCell } from './geojson.ts';
import { readProperties } from './properties.ts';
import { decodeText } from './text.ts';
import { parseWkt, WktFault } from './wkt.ts';

/** A table as text: each row has as many cells as there are headings. */
export interface CsvTable {
  readonly name: string;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Line of the file on which each row begins. */
  readonly lines: readonly number[];
}

/** A row with its geometry in the CRS that the table, or the row itself, names. */
export interface CsvRow extends RawFeature {
  /** Of EWKT; null where it names none. */
  readonly srid: number | null;
}

const MOST_ROWS = IMPORT_LIMITS.verticesPerImport;
const MOST_COLUMNS = 2000;

/**
 * Reads a table with geometry as WKT, EWKT or GeoJSON in a column, with numbered columns of corners, or with one row a
 * corner. Throws input errors about the file: E_CSV, E_PARCELS_CRS_MISSING.
 */
export const readCsv: ReadFormat = (bytes, options) => {
  const { name } = options;
  const { text, note } = decodeText(bytes, name);
  const { table, notes: tableNotes } = readTable(text, name);
  const layout = findLayout(table.headings, table.rows);
  if (layout === null) throw noLayout(table);
  const rows = readRows(table, layout);
  const placed = placeRows(rows.features, layout, options);
  const notes = [...(note === null ? [] : [note]), ...tableNotes, ...rows.notes, ...placed.notes];
  const used = { assumedCrs: placed.assumedCrs, layer: null };
  return { format: 'csv', features: placed.features, used, notes };
};

function readRows(table: CsvTable, layout: CsvLayout): { features: readonly CsvRow[]; notes: readonly string[] } {
  if (layout.kind === 'corner') return readCornerRows(table, layout);
  const idColumn = findIdColumn(table.headings);
  const features = table.rows.map((row, index): CsvRow => {
    const place = `line ${table.lines[index]!}` as const;
    const used = layout.kind === 'row' ? layout.corners.flatMap(({ x, y }) => [x, y]) : [layout.column];
    const { properties, findings } = readProperties(cellsOf(table, row, used));
    const featureId = idColumn === null ? undefined : row[idColumn];
    const known = { properties, featureId, place };
    if (layout.kind === 'row') {
      const read = readNumberedRow(row, layout.corners);
      return { ...known, geometry: read.geometry, srid: null, findings: [...findings, ...read.findings] };
    }
    const read = readCell(row[layout.column] ?? '', layout.kind, place);
    return { ...known, ...read, findings: [...findings, ...read.findings] };
  });
  return { features, notes: [] };
}

/** Headings and cells of a row but for the columns in `used`; an empty cell is null. */
export function* cellsOf(
  table: CsvTable,
  row: readonly string[],
  used: readonly number[],
): Iterable<[string, string | null]> {
  for (const [column, heading] of table.headings.entries()) {
    if (!used.includes(column)) yield [heading, row[column]?.trim() ? unguardText(row[column]!.trim()) : null];
  }
}

function readCell(
  cell: string,
  kind: 'wkt' | 'geojson',
  place: string,
): Pick<CsvRow, 'geometry' | 'srid' | 'findings'> {
  if (cell.trim() === '') return { geometry: null, srid: null, findings: [] };
  try {
    if (kind === 'wkt') return { ...parseWkt(cell), findings: [] };
    const geometry = parseGeojsonCell(cell, 'its geometry');
    return { geometry: isMember(geometry) ? geometry : null, srid: null, findings: [] };
  } catch (error) {
    if (!(error instanceof WktFault) && !isCanopyError(error)) throw error;
    const what = error instanceof WktFault ? `its geometry ${error.message}.` : error.message;
    return { geometry: null, srid: null, findings: [unreadable(place, what)] };
  }
}

function readTable(text: string, name: string): { table: CsvTable; notes: string[] } {
  // Excel's own way of saying how it divides columns.
  const said = /^"?sep=(.)"?\r?\n/i.exec(text);
  const body = said ? text.slice(said[0].length) : text;
  const delimiter = said?.[1] ?? findDelimiter(body);
  const limits = { records: MOST_ROWS + 1, cells: MOST_COLUMNS };
  const [first, ...rest] = parseCsv(body, { delimiter, name, limits });
  if (!first || rest.length === 0) {
    throw fault(`${name} has no rows below its headings; at least one parcel is needed.`, name);
  }
  const { names: headings, notes } = uniqueNames(first.cells.map((heading) => heading.trim()));
  const long = rest.find(({ cells }) => cells.slice(headings.length).some((cell) => cell.trim() !== ''));
  const shift = said ? 1 : 0;
  if (long) {
    const got = long.cells.length;
    throw fault(
      `${name} has ${got} cells on line ${long.line + shift} but ${headings.length} headings. A ${delimiter === ',' ? 'comma' : 'separator'} inside a text needs quotation marks round it.`,
      name,
    );
  }
  const rows = rest.map(({ cells }) => cells);
  return { table: { name, headings, rows, lines: rest.map(({ line }) => line + shift) }, notes };
}

/** The sign that divides the headings most often, quoted parts left aside. */
function findDelimiter(text: string): string {
  const line = /^(?:"[^"]*"|[^"\r\n])*/.exec(text.slice(0, 20_000))?.[0].replaceAll(/"[^"]*"/g, '') ?? '';
  const counts = [';', '\t', ',', '|'].map((sign) => ({ sign, count: line.split(sign).length - 1 }));
  return counts.reduce((best, each) => (each.count > best.count ? each : best)).sign;
}

function noLayout({ name, headings }: CsvTable): Error {
  const text = `${name} has no geometry that is known; its headings are ${shownList(headings, 12)}. Wanted: a column with WKT or GeoJSON, or columns "lon" and "lat" with one row a corner and a column "parcel", or columns "lon1", "lat1", "lon2", "lat2" and so on.`;
  return fault(text, name);
}

function fault(text: string, name: string): Error {
  return inputError('E_CSV', text, name);
}
