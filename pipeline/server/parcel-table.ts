import { inputError } from '../../shared/errors.ts';
import { splitCsvRow } from './csv-row.ts';
import { openTable, readChunks, readSlice } from './read-chunks.ts';

/** A row while the table is indexed. */
export interface IndexedRow {
  /** From 1, the head not counted. */
  readonly number: number;
  /** A cell as it stands in the file, its bytes as latin1; `column` is the position among the wanted columns. */
  cellAt(column: number): string;
  /** What is wrong with the table: to be thrown. */
  refuse(what: string): Error;
}

/** A CSV table whose rows begin with a parcel's id: only places are kept in memory. */
export interface ParcelTable {
  readonly count: number;
  /** Rows of a parcel in file order, each with the wanted columns in their order; none for a parcel without rows. */
  readRows(position: number): Promise<string[][]>;
  close(): Promise<void>;
}

export interface TableSpec {
  readonly path: string;
  readonly sha256: string;
  /** Columns that are wanted, the parcel's id first; others may stand in the file. */
  readonly columns: readonly string[];
  readonly positionOf: ReadonlyMap<string, number>;
  /** Sees every row while the table is indexed. */
  readonly onRow?: (row: IndexedRow) => void;
}

const [QUOTE, COMMA, NEWLINE] = [0x22, 0x2c, 0x0a];

/**
 * Indexes a table by byte ranges: the rows of a parcel stand together. Throws `E_HASH`, `E_RESULTS_MISSING`, and
 * `E_RESULTS_FORMAT` where a wanted column is missing, a parcel is unknown or its rows are scattered.
 */
export async function openParcelTable(spec: TableSpec): Promise<ParcelTable> {
  const file = await openTable(spec.path);
  const index = createIndex(spec);
  try {
    await readChunks(file, spec, index.take);
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    count: index.rows(),
    async readRows(position) {
      const range = index.ranges.get(position);
      return range ? index.pick(splitRows(await readSlice(file, range.start, range.end))) : [];
    },
    close: () => file.close(),
  };
}

/** A cell's text, from its bytes as latin1: the index compares bytes and decodes only what is new. */
export function textOf(latin1Cell: string): string {
  const cell = Buffer.from(latin1Cell, 'latin1').toString('utf8');
  return splitCsvRow(cell)[0] ?? '';
}

function createIndex({ path, columns, positionOf, onRow }: TableSpec) {
  const ranges = new Map<number, { readonly start: number; end: number }>();
  /** Places of the wanted columns in the file. */
  let places: readonly number[] = [];
  let width = 0;
  let rows = -1;
  let parcel: { readonly cell: string; readonly range: { end: number } } | null = null;

  const refuse = (what: string) =>
    inputError(
      'E_RESULTS_FORMAT',
      `${path}: ${what}. It is not as canopy monitor writes it; run it into this folder again.`,
      path,
    );
  const takeHead = (head: string) => {
    const names = head.split(',');
    width = names.length;
    places = columns.map((name) => names.indexOf(name));
    if (places[0] !== 0 || places.includes(-1)) throw refuse('the columns are others');
    rows = 0;
  };
  const openParcel = (cell: string, start: number) => {
    const id = textOf(cell);
    const position = positionOf.get(id);
    if (position === undefined) throw refuse(`parcel ${id} of row ${rows + 1} is not in parcels.geojson`);
    if (ranges.has(position)) throw refuse(`the rows of parcel ${id} do not stand together`);
    const range = { start, end: start };
    ranges.set(position, range);
    return { cell, range };
  };
  const takeRow = (bytes: Buffer, start: number, end: number, commas: readonly number[], offset: number) => {
    if (rows === -1) return takeHead(bytes.toString('utf8', start, end));
    const cellAt = (column: number) => {
      const place = places[column]!;
      return bytes.toString('latin1', place === 0 ? start : commas[place - 1]! + 1, commas[place] ?? end);
    };
    if (commas.length !== width - 1) throw refuse(`row ${rows + 1} has ${commas.length + 1} cells`);
    const cell = cellAt(0);
    if (parcel === null || parcel.cell !== cell) parcel = openParcel(cell, offset + start);
    parcel.range.end = offset + end;
    onRow?.({ number: rows + 1, cellAt, refuse });
    rows += 1;
  };
  const commas: number[] = [];
  const take = (bytes: Buffer, offset: number): number => {
    let start = 0;
    let isQuoted = false;
    commas.length = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === QUOTE) isQuoted = !isQuoted;
      else if (isQuoted) continue;
      else if (byte === COMMA) commas.push(at);
      else if (byte === NEWLINE) {
        takeRow(bytes, start, at, commas, offset);
        start = at + 1;
        commas.length = 0;
      }
    }
    return start;
  };
  const pick = (found: readonly string[][]) => found.map((cells) => places.map((place) => cells[place] ?? ''));
  return { take, ranges, pick, rows: () => Math.max(0, rows) };
}

/** Cells of each row of a text in which rows end with a line feed. */
export function splitRows(text: string): string[][] {
  const rows: string[][] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at <= text.length; at += 1) {
    const char = text[at];
    if (char === '"') isQuoted = !isQuoted;
    if (at < text.length && (char !== '\n' || isQuoted)) continue;
    if (at > start) rows.push(splitCsvRow(text.slice(start, at)));
    start = at + 1;
  }
  return rows;
}
