import type { JsonValue } from '../../../shared/parcel-check.ts';
import { columnsWhere, counted, distinctNames, fitColumns, listed, textOfValue } from './limits.ts';
import type { ExportColumn, ExportTable } from './table.ts';

/** A column as dBASE has it: type, width in bytes, decimals, and the text of a value. */
interface DbfField {
  readonly column: ExportColumn;
  readonly type: 'C' | 'N' | 'F' | 'L' | 'D';
  readonly width: number;
  readonly decimals: number;
}

const LONGEST_NAME = 10;
const LONGEST_TEXT = 254;
const MOST_FIELDS = 255;
const MOST_ROW_BYTES = 65_500;
/** Every double fits, with all its digits. */
const DOUBLE_WIDTH = 24;

/**
 * The attributes as dBASE III with UTF-8 texts. Names are cut to 10 bytes, texts to 254; the header's date is that of the
 * newest version. `limits` says what was lost, `names` what the columns are called.
 */
export function makeDbf(given: ExportTable): { dbf: Uint8Array; names: ReadonlyMap<string, string>; limits: string[] } {
  const { table, limits: fitted } = fitColumns(given, mostColumns(given));
  const fields = table.columns.map((column) => fieldOf(column, table));
  const { names, limits: renamed } = distinctNames(table, { reserved: [], shorten: shortenName });
  const rowBytes = fields.reduce((sum, { width }) => sum + width, 1);
  const headerBytes = 33 + 32 * fields.length;
  const dbf = new Uint8Array(headerBytes + rowBytes * table.rows.length + 1).fill(0x20, headerBytes);
  writeHeader(dbf, { fields, names, rows: table.rows.length, rowBytes, newest: table.newest });
  const cut = new Map<string, number>();
  let at = headerBytes;
  for (const { values } of table.rows) {
    let cell = at + 1;
    for (const field of fields) {
      const { bytes, isCut } = formatCell(values.get(field.column.name) ?? null, field);
      dbf.set(bytes, field.type === 'N' || field.type === 'F' ? cell + field.width - bytes.length : cell);
      if (isCut) cut.set(field.column.name, (cut.get(field.column.name) ?? 0) + 1);
      cell += field.width;
    }
    at += rowBytes;
  }
  dbf[dbf.length - 1] = 0x1a;
  return { dbf, names, limits: [...fitted, ...renamed, ...limitsOf(table, cut)] };
}

/** As many columns as there is room for in a row. */
function mostColumns(table: ExportTable): number {
  let bytes = 1;
  for (const [i, column] of table.columns.entries()) {
    bytes += fieldOf(column, table).width;
    if (i === MOST_FIELDS || bytes > MOST_ROW_BYTES) return i;
  }
  return table.columns.length;
}

function fieldOf(column: ExportColumn, { rows }: ExportTable): DbfField {
  const values = rows.map(({ values: of }) => of.get(column.name) ?? null).filter((value) => value !== null);
  if (column.type === 'boolean') return { column, type: 'L', width: 1, decimals: 0 };
  if (column.type === 'double') return { column, type: 'F', width: DOUBLE_WIDTH, decimals: 15 };
  if (column.type === 'integer') {
    const width = Math.max(1, ...values.map((value) => String(value).length));
    return { column, type: 'N', width, decimals: 0 };
  }
  if (column.type === 'text' && values.length > 0 && values.every(isDay))
    return { column, type: 'D', width: 8, decimals: 0 };
  const longest = values.reduce<number>((most, value) => Math.max(most, Buffer.byteLength(textOfValue(value))), 1);
  return { column, type: 'C', width: Math.min(LONGEST_TEXT, longest), decimals: 0 };
}

function isDay(value: JsonValue): boolean {
  return typeof value === 'string' && /^(?!0000-00-00)\d{4}-\d\d-\d\d$/.test(value);
}

function formatCell(value: JsonValue, { type, width }: DbfField): { bytes: Uint8Array; isCut: boolean } {
  if (value === null) return { bytes: Buffer.from(type === 'L' ? '?' : ''), isCut: false };
  if (type === 'L') return { bytes: Buffer.from(value === true ? 'T' : 'F'), isCut: false };
  if (type === 'D') return { bytes: Buffer.from((value as string).replaceAll('-', '')), isCut: false };
  const bytes = Buffer.from(textOfValue(value));
  return bytes.length <= width ? { bytes, isCut: false } : { bytes: cutUtf8(bytes, width), isCut: true };
}

/** At most `most` bytes of a text in UTF-8, no letter divided. */
function cutUtf8(bytes: Buffer, most: number): Buffer {
  let end = Math.min(most, bytes.length);
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}

function shortenName(name: string, suffix: string): string {
  return `${cutUtf8(Buffer.from(name), LONGEST_NAME - suffix.length).toString()}${suffix}`;
}

interface Header {
  readonly fields: readonly DbfField[];
  readonly names: ReadonlyMap<string, string>;
  readonly rows: number;
  readonly rowBytes: number;
  readonly newest: string;
}

function writeHeader(dbf: Uint8Array, { fields, names, rows, rowBytes, newest }: Header): void {
  const view = new DataView(dbf.buffer);
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(newest) ?? [null, 1980, 1, 1];
  dbf.set([0x03, Number(year) - 1900, Number(month), Number(day)]);
  view.setUint32(4, rows, true);
  view.setUint16(8, 33 + 32 * fields.length, true);
  view.setUint16(10, rowBytes, true);
  for (const [i, { column, type, width, decimals }] of fields.entries()) {
    const at = 32 + 32 * i;
    dbf.set(Buffer.from(names.get(column.name)!), at);
    dbf[at + 11] = type.charCodeAt(0);
    dbf[at + 16] = width;
    dbf[at + 17] = decimals;
  }
  dbf[32 + 32 * fields.length] = 0x0d;
}

function limitsOf(table: ExportTable, cut: ReadonlyMap<string, number>): string[] {
  const json = columnsWhere(table, (value) => typeof value === 'object' && value !== null);
  const blank = columnsWhere(
    table,
    (value, { type }) => type === 'text' && typeof value === 'string' && (value === '' || /[\0 ]$/.test(value)),
  );
  const wrapped = [...cut].map(
    ([name, count]) => `Texts of "${name}" are longer than ${LONGEST_TEXT} bytes and were cut in ${counted(count)}.`,
  );
  return [
    ...wrapped,
    ...(json.length > 0 ? [`Lists and objects are JSON text, and come back as text: ${listed(json)}.`] : []),
    ...(blank.length > 0
      ? [`Empty texts come back as nothing (null), and blanks at their end are lost: ${listed(blank)}.`]
      : []),
  ];
}
