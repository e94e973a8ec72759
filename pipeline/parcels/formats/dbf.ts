import { inputError } from '../../../shared/errors.ts';
import type { JsonValue } from '../../../shared/parcel-check.ts';
import { uniqueNames } from './binary-rows.ts';
import { chooseCharset, type DbfCharset } from './dbf-text.ts';
import { shownText } from './findings.ts';

export interface DbfTable {
  /** Rows that are there, whatever the header says. */
  readonly rows: number;
  readonly notes: readonly string[];
  /** Attributes of a row, from 0; null behind the last. */
  readonly readRow: (row: number) => { isDeleted: boolean; properties: Readonly<Record<string, JsonValue>> } | null;
  /** How many of the first `rows` are marked as deleted. */
  readonly countDeleted: (rows: number) => number;
}

interface DbfNames {
  readonly stem: string;
  readonly name: string;
  readonly cpg: Uint8Array | undefined;
}

interface Field {
  readonly type: string;
  readonly start: number;
  readonly length: number;
  readonly nameBytes: Uint8Array;
}

const HEADER_BYTES = 32;
const FIELD_BYTES = 32;
const END_OF_FIELDS = 0x0d;
const DELETED = 0x2a;
/** Types whose values are read: text, numbers, days, truth. */
const READ_TYPES = 'CNFDL';

/**
 * Opens a .dbf (dBASE III and later): types C, N, F, D and L, others are left out with a note. Blank is null. Rows lie
 * inside the bytes that are there. Throws E_SHAPEFILE where the header does not describe a table.
 */
export function openDbf(bytes: Uint8Array, { stem, name, cpg }: DbfNames): DbfTable {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const layout = readLayout(bytes, view);
  if (layout === null) {
    const text = `${stem}.dbf in ${name} is no dBASE table, or its header is damaged. Write it again, or leave it out to read the shapes alone.`;
    throw inputError('E_SHAPEFILE', text, name);
  }
  const { fields, headerBytes, rowBytes } = layout;
  const statedRows = view.getUint32(4, true);
  const rows = Math.min(statedRows, Math.floor((bytes.length - headerBytes) / rowBytes));
  const cells = foreignCells(bytes, layout, rows);
  const charset = chooseCharset(cpg === undefined ? null : new TextDecoder().decode(cpg), bytes[29]!, cells);
  const { names, notes: nameNotes } = uniqueNames(fields.map(({ nameBytes }) => charset.decode(nameBytes).trim()));
  const isKept = fields.map(({ type }) => READ_TYPES.includes(type));
  const at = (row: number) => headerBytes + row * rowBytes;
  const isDeleted = (row: number) => bytes[at(row)] === DELETED;
  const readRow = (row: number) => {
    const properties: Record<string, JsonValue> = Object.create(null);
    for (const [i, field] of fields.entries()) {
      const start = at(row) + field.start;
      if (!isKept[i]) continue;
      properties[names[i]!] = readValue(field.type, charset.decode(bytes.subarray(start, start + field.length)));
    }
    return { isDeleted: isDeleted(row), properties };
  };
  const shortNote = `${stem}.dbf says it has ${statedRows.toLocaleString('en')} rows and has ${rows.toLocaleString('en')}.`;
  const left = names.filter((_, i) => !isKept[i]);
  return {
    rows,
    notes: [
      ...(rows < statedRows ? [shortNote] : []),
      ...nameNotes,
      ...left.map(
        (field) => `The column "${shownText(field)}" of ${stem}.dbf is of a kind that is not read; it was left out.`,
      ),
      ...charsetNote(charset, cells, stem),
    ],
    readRow: (row) => (row < rows ? readRow(row) : null),
    countDeleted: (count) => Array.from({ length: Math.min(count, rows) }, (_, row) => row).filter(isDeleted).length,
  };
}

interface Layout {
  readonly fields: readonly Field[];
  readonly headerBytes: number;
  readonly rowBytes: number;
}

function readLayout(bytes: Uint8Array, view: DataView): Layout | null {
  if (bytes.length < HEADER_BYTES) return null;
  const headerBytes = view.getUint16(8, true);
  const rowBytes = view.getUint16(10, true);
  if (headerBytes < HEADER_BYTES + 1 || headerBytes > bytes.length || rowBytes < 1) return null;
  const fields: Field[] = [];
  // The first byte of a row says whether it was deleted.
  let start = 1;
  for (let at = HEADER_BYTES; at + FIELD_BYTES <= headerBytes && bytes[at] !== END_OF_FIELDS; at += FIELD_BYTES) {
    const nameEnd = bytes.subarray(at, at + 11).indexOf(0);
    const nameBytes = bytes.subarray(at, at + (nameEnd === -1 ? 11 : nameEnd));
    const type = String.fromCharCode(bytes[at + 11]!).toUpperCase();
    // Long texts keep the high byte of their length where numbers keep their decimals.
    const length = type === 'C' ? view.getUint16(at + 16, true) : bytes[at + 16]!;
    fields.push({ type, start, length, nameBytes });
    start += length;
  }
  return start <= rowBytes ? { fields, headerBytes, rowBytes } : null;
}

/** Names and texts with letters beyond ASCII, from which the character set is found. */
function foreignCells(bytes: Uint8Array, { fields, headerBytes, rowBytes }: Layout, rows: number): Uint8Array[] {
  const texts = fields.filter(({ type }) => type === 'C');
  const cells: Uint8Array[] = fields.map(({ nameBytes }) =>
    nameBytes.length < 10 ? Buffer.concat([nameBytes, Buffer.from(' ')]) : nameBytes,
  );
  for (let row = 0; row < rows; row++) {
    for (const { start, length } of texts) {
      const from = headerBytes + row * rowBytes + start;
      let end = from + length;
      while (end > from && bytes[end - 1] === 0x20) end -= 1;
      // The blank behind a text shows that its last letter was not cut.
      cells.push(bytes.subarray(from, Math.min(end + 1, from + length)));
    }
  }
  return cells.filter((cell) => cell.some((byte) => byte > 127));
}

function charsetNote({ label, isStated }: DbfCharset, cells: readonly Uint8Array[], stem: string): string[] {
  if (isStated || cells.length === 0) return [];
  return [
    `${stem}.dbf does not say truly how its letters are written; they were read as ${label}. Check letters such as é.`,
  ];
}

function readValue(type: string, cell: string): JsonValue {
  const text = cell.replace(/[\0 ]+$/, '');
  const trimmed = text.trim();
  if (trimmed === '') return null;
  if (type === 'N' || type === 'F') return readNumber(trimmed);
  if (type === 'L') return 'TtYy'.includes(trimmed) ? true : 'FfNn'.includes(trimmed) ? false : null;
  if (type === 'D') return readDay(trimmed);
  return text;
}

/** Stars fill a cell whose number did not fit, and mean nothing. */
function readNumber(text: string): JsonValue {
  if (/^\*+$/.test(text)) return null;
  const number = Number(text.replace(',', '.'));
  if (!Number.isFinite(number)) return text;
  return /^[+-]?\d+$/.test(text) && !Number.isSafeInteger(number) ? text : number;
}

function readDay(text: string): JsonValue {
  const match = /^(\d{4})(\d\d)(\d\d)$/.exec(text);
  if (match === null) return text;
  return text === '00000000' ? null : `${match[1]}-${match[2]}-${match[3]}`;
}
