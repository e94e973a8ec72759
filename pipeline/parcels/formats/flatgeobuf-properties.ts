import type { JsonValue } from '../../../shared/parcel-check.ts';
import { jsonNumber, jsonOfText, RowFault } from './binary-rows.ts';
import { shownText } from './findings.ts';

/** Bytes and reading of the plain column types of FlatGeobuf, by code. */
const PLAIN: Readonly<Record<number, { bytes: number; read: (view: DataView, at: number) => JsonValue }>> = {
  0: { bytes: 1, read: (view, at) => view.getInt8(at) },
  1: { bytes: 1, read: (view, at) => view.getUint8(at) },
  2: { bytes: 1, read: (view, at) => view.getUint8(at) !== 0 },
  3: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  4: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  5: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  6: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  7: { bytes: 8, read: (view, at) => jsonNumber(view.getBigInt64(at, true)) },
  8: { bytes: 8, read: (view, at) => jsonNumber(view.getBigUint64(at, true)) },
  9: { bytes: 4, read: (view, at) => jsonNumber(view.getFloat32(at, true)) },
  10: { bytes: 8, read: (view, at) => jsonNumber(view.getFloat64(at, true)) },
};
/** 11 is text, 13 a time as text. */
const JSON_TEXT = 12;
const BINARY = 14;

interface Column {
  readonly name: string;
  readonly type: number;
}

/**
 * The properties of a feature: pairs of a column's number and its value; columns that are not there are null. Throws
 * `RowFault`, or RangeError where a value reaches beyond `bytes`.
 * @param onBinary called with the column of a binary value, which is left out
 */
export function readCells(
  bytes: Uint8Array | null,
  columns: readonly Column[],
  onBinary: (name: string) => void,
): Readonly<Record<string, JsonValue>> {
  const properties: Record<string, JsonValue> = Object.create(null);
  for (const { name, type } of columns) if (type !== BINARY) properties[name] = null;
  if (bytes === null) return properties;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const number = view.getUint16(at, true);
    const column = columns[number];
    if (column === undefined) throw new RowFault(`it has a value in column ${number + 1} of ${columns.length}.`);
    at += 2;
    const plain = PLAIN[column.type];
    if (plain !== undefined) {
      properties[column.name] = plain.read(view, at);
      at += plain.bytes;
      continue;
    }
    if (column.type > BINARY) throw new RowFault(`the column "${shownText(column.name)}" is of type ${column.type}.`);
    const length = view.getUint32(at, true);
    at += 4;
    if (length > bytes.length - at)
      throw new RowFault(`a text in it says it has ${length.toLocaleString('en')} bytes.`);
    if (column.type === BINARY) onBinary(column.name);
    else properties[column.name] = readTextCell(bytes.subarray(at, at + length), column.type);
    at += length;
  }
  return properties;
}

function readTextCell(bytes: Uint8Array, type: number): JsonValue {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return type === JSON_TEXT ? jsonOfText(text) : text;
}
