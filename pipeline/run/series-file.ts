import { readFile, stat } from 'node:fs/promises';
import { type CanopyError, inputError } from '../../shared/errors.ts';
import { isDay } from '../change/decimal-year.ts';

/** One row of a series file. */
export interface SeriesRow {
  /** Counted from 1, the header included. */
  readonly line: number;
  /** As it stands in the file: a decimal year or a day. */
  readonly when: string;
  /** NaN = not a finite number; null = missing. */
  readonly value: number | null;
}

export interface SeriesFile {
  /** What the first column holds: decimal years, or days `YYYY-MM-DD`. */
  readonly kind: 'time' | 'date';
  /** In file order, at least one. */
  readonly rows: readonly SeriesRow[];
}

const MAX_BYTES = 256 * 2 ** 20;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const NOT_FINITE = /^[+-]?(?:nan|inf|infinity)$/i;

/**
 * Reads a CSV of one series by the names in its header (`time` or `date`, and `valueColumn`). Throws an input error that
 * names file and line where the file is no such table or a cell is no number; NaN and infinities are values that are not
 * finite, for the caller to judge.
 */
export async function readSeriesFile(path: string, valueColumn: string): Promise<SeriesFile> {
  const lines = (await readText(path)).split(/\r\n|\n|\r/);
  const header = splitCells(lines[0]!);
  const kind = header.includes('time') ? 'time' : 'date';
  const whenAt = header.indexOf(kind);
  const valueAt = header.indexOf(valueColumn);
  if (whenAt === -1 || valueAt === -1) throw missingColumn(path, header, whenAt === -1 ? 'time' : valueColumn);
  if (
    new Set([kind, valueColumn]).size < 2 ||
    header.lastIndexOf(kind) !== whenAt ||
    header.lastIndexOf(valueColumn) !== valueAt
  )
    throw fault(
      path,
      `The columns "${kind}" and "${valueColumn}" must be two, each there once; the header of ${path} is ${header.join(', ')}.`,
    );
  const rows: SeriesRow[] = [];
  for (let i = 1; i < lines.length; i += 1) {
    if (lines[i]!.trim() === '') continue;
    const cells = splitCells(lines[i]!);
    const place = { path, line: i + 1 };
    if (cells.length > header.length)
      throw fault(path, `Line ${i + 1} of ${path} has ${cells.length} cells, but the header has ${header.length}.`);
    rows.push({
      line: i + 1,
      when: readWhen(kind, cells[whenAt], place),
      value: readValue(valueColumn, cells[valueAt], place),
    });
  }
  if (rows.length === 0) throw fault(path, `${path} has a header and no rows: there is no series to judge.`);
  return { kind, rows };
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES)
      throw fault(path, `${path} has ${Math.round(size / 2 ** 20)} MiB; a series has at most ${MAX_BYTES / 2 ** 20}.`);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
    if (text.trim() === '') throw fault(path, `${path} is empty; wanted a CSV with columns time and value.`);
    return text;
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return fault(path, `There is no file ${path}.`);
  if (code === 'EISDIR') return fault(path, `${path} is a folder; wanted a CSV file.`);
  if (code === 'EACCES' || code === 'EPERM') return fault(path, `${path} may not be read by this user.`);
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
    return fault(path, `${path} is not UTF-8 text; save it as CSV in UTF-8.`);
  return error;
}

function readWhen(kind: 'time' | 'date', cell: string | undefined, place: Place): string {
  if (cell === undefined || cell === '' || cell === 'NA')
    throw fault(place.path, `Line ${place.line} of ${place.path} has a value without a ${kind}.`);
  const isOne = kind === 'date' ? isDay(cell) : NUMBER.test(cell) || NOT_FINITE.test(cell);
  if (isOne) return cell;
  const wanted = kind === 'date' ? 'a day such as 2010-07-01' : 'a decimal year such as 2010.5217';
  throw fault(place.path, `The ${kind} "${shorten(cell)}" on line ${place.line} of ${place.path} is not ${wanted}.`);
}

function readValue(column: string, cell: string | undefined, { path, line }: Place): number | null {
  if (cell === undefined || cell === '' || cell === 'NA') return null;
  if (NOT_FINITE.test(cell)) return Number.NaN;
  if (NUMBER.test(cell)) return Number(cell);
  throw fault(
    path,
    `The ${column} "${shorten(cell)}" on line ${line} of ${path} is not a number; a missing one is an empty cell or NA.`,
  );
}

interface Place {
  readonly path: string;
  readonly line: number;
}

/** Cells of one line, trimmed, quotation marks taken off. */
function splitCells(line: string): string[] {
  const cells: string[] = [];
  const cell = /\s*"((?:[^"]|"")*)"\s*(?=,|$)|[^,]*/y;
  for (let at = 0; at <= line.length; at = cell.lastIndex + 1) {
    cell.lastIndex = at;
    const [plain, quoted] = cell.exec(line)!;
    cells.push((quoted?.replaceAll('""', '"') ?? plain).trim());
  }
  return cells;
}

function shorten(cell: string): string {
  return cell.length > 40 ? `${cell.slice(0, 40)}…` : cell;
}

function missingColumn(path: string, header: readonly string[], name: string): CanopyError {
  const wanted = name === 'time' ? '"time" (decimal years) or "date" (YYYY-MM-DD)' : `"${name}"`;
  return fault(path, `${path} has no column ${wanted}; its header is ${shorten(header.join(', '))}.`);
}

function fault(path: string, message: string): CanopyError {
  return inputError('E_SERIES', message, path);
}
