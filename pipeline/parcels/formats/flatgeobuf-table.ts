import { RowFault } from './binary-rows.ts';

/**
 * A table of a FlatBuffer (https://flatbuffers.dev/internals), read so that a lie cannot lead out of `view`: the library's
 * own reader gives zeros behind the end and believes any count.
 */
export interface Table {
  readonly view: DataView;
  readonly at: number;
  readonly slots: number;
  readonly slotsAt: number;
}

/** Where the items of a vector lie; all inside the view. */
export interface Vector {
  readonly start: number;
  readonly length: number;
}

/** The root table of a buffer. Throws `RowFault`, or RangeError where it lies outside the view. */
export function readRoot(view: DataView): Table {
  return tableAt(view, view.getUint32(0, true));
}

function tableAt(view: DataView, at: number): Table {
  const slotsAt = at - view.getInt32(at, true);
  const bytes = view.getUint16(slotsAt, true);
  if (bytes < 4 || slotsAt + bytes > view.byteLength) throw new RowFault('a table in it is damaged.');
  return { view, at, slotsAt, slots: (bytes - 4) / 2 };
}

/** Where the value of a field stands; null for a field that is not there. */
function placeOf({ view, at, slots, slotsAt }: Table, slot: number): number | null {
  if (slot >= slots) return null;
  const offset = view.getUint16(slotsAt + 4 + 2 * slot, true);
  return offset === 0 ? null : at + offset;
}

export function readUint8(table: Table, slot: number, otherwise: number): number {
  const place = placeOf(table, slot);
  return place === null ? otherwise : table.view.getUint8(place);
}

export function readUint16(table: Table, slot: number, otherwise: number): number {
  const place = placeOf(table, slot);
  return place === null ? otherwise : table.view.getUint16(place, true);
}

export function readInt32(table: Table, slot: number, otherwise: number): number {
  const place = placeOf(table, slot);
  return place === null ? otherwise : table.view.getInt32(place, true);
}

export function readUint64(table: Table, slot: number): bigint {
  const place = placeOf(table, slot);
  return place === null ? 0n : table.view.getBigUint64(place, true);
}

/** A vector whose items have `itemBytes` each; null where it is not there. */
export function readVector(table: Table, slot: number, itemBytes: number): Vector | null {
  const place = placeOf(table, slot);
  if (place === null) return null;
  const at = place + table.view.getUint32(place, true);
  const length = table.view.getUint32(at, true);
  const start = at + 4;
  if (start + length * itemBytes > table.view.byteLength) {
    const text = `it says it has ${length.toLocaleString('en')} items of ${itemBytes} bytes, more than there are.`;
    throw new RowFault(text);
  }
  return { start, length };
}

export function readText(table: Table, slot: number): string | null {
  const vector = readVector(table, slot, 1);
  return vector === null ? null : new TextDecoder().decode(bytesOf(table.view, vector));
}

export function bytesOf(view: DataView, { start, length }: Vector): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + start, length);
}

export function readChild(table: Table, slot: number): Table | null {
  const place = placeOf(table, slot);
  return place === null ? null : tableAt(table.view, place + table.view.getUint32(place, true));
}

/** Tables of a vector; at most `most`. */
export function readChildren(table: Table, slot: number, most: number): Table[] {
  const vector = readVector(table, slot, 4);
  if (vector === null) return [];
  if (vector.length > most)
    throw new RowFault(`it says it has ${vector.length.toLocaleString('en')} parts or columns.`);
  return Array.from({ length: vector.length }, (_, i) => {
    const place = vector.start + 4 * i;
    return tableAt(table.view, place + table.view.getUint32(place, true));
  });
}
