/** Where everything lies in a well-formed TIFF: what a structure-aware mutator aims at. Only for files that we made. */
export interface LayoutField {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** Start of the entry in its directory. */
  readonly entryAt: number;
  /** Start of the values, in the entry or elsewhere. */
  readonly valuesAt: number;
  readonly isInline: boolean;
}

export interface LayoutIfd {
  readonly at: number;
  readonly fields: readonly LayoutField[];
  /** Where the offset of the next directory stands. */
  readonly nextAt: number;
}

export interface TiffLayout {
  readonly littleEndian: boolean;
  readonly big: boolean;
  readonly ifds: readonly LayoutIfd[];
}

/** Sizes in bytes that differ between TIFF and BigTIFF, and the field type of an offset. */
export interface TiffForm {
  readonly header: number;
  readonly entry: number;
  readonly fieldCount: number;
  readonly offset: number;
  /** From the start of an entry to its value or offset. */
  readonly toValue: number;
  readonly offsetType: number;
}

const CLASSIC: TiffForm = { header: 8, entry: 12, fieldCount: 2, offset: 4, toValue: 8, offsetType: 4 };
const BIG: TiffForm = { header: 16, entry: 20, fieldCount: 8, offset: 8, toValue: 12, offsetType: 16 };

/** Bytes of a value by field type; those that our files have, and the ones mutators write. */
export const TYPE_BYTES: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  18: 8,
};

export const BLOCK_OFFSET_TAGS: readonly number[] = [273, 324];
export const BLOCK_COUNT_TAGS: readonly number[] = [279, 325];

export function formOf(big: boolean): TiffForm {
  return big ? BIG : CLASSIC;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Reads a number of a TIFF field type; 0 where it would lie beyond the end. */
export function getNumber(view: DataView, at: number, type: number, littleEndian: boolean): number {
  const size = TYPE_BYTES[type] ?? 1;
  if (at + size > view.byteLength) return 0;
  if (type === 12) return view.getFloat64(at, littleEndian);
  if (type === 11) return view.getFloat32(at, littleEndian);
  if (size === 1) return view.getUint8(at);
  if (size === 2) return view.getUint16(at, littleEndian);
  return size === 4 ? view.getUint32(at, littleEndian) : Number(view.getBigUint64(at, littleEndian));
}

/** Writes a number of a TIFF field type, wrapped to its width; nothing where it would lie beyond the end. */
export function setNumber(
  view: DataView,
  { at, type }: { at: number; type: number },
  value: number,
  littleEndian: boolean,
): void {
  const size = TYPE_BYTES[type] ?? 1;
  if (at + size > view.byteLength) return;
  if (type === 12) view.setFloat64(at, value, littleEndian);
  else if (type === 11) view.setFloat32(at, value, littleEndian);
  else if (size === 1) view.setUint8(at, value);
  else if (size === 2) view.setUint16(at, value, littleEndian);
  else if (size === 4) view.setUint32(at, value, littleEndian);
  else view.setBigUint64(at, BigInt.asUintN(64, BigInt(Math.trunc(Number.isFinite(value) ? value : 0))), littleEndian);
}

/** The directories of a well-formed file, in the order of their chain. */
export function parseLayout(bytes: Uint8Array): TiffLayout {
  const view = viewOf(bytes);
  const littleEndian = bytes[0] === 0x49;
  const big = view.getUint16(2, littleEndian) === 43;
  const form = formOf(big);
  const ifds: LayoutIfd[] = [];
  let at = getNumber(view, form.header - form.offset, form.offsetType, littleEndian);
  while (at !== 0) {
    const count = getNumber(view, at, big ? 16 : 3, littleEndian);
    const first = at + form.fieldCount;
    const fields = Array.from({ length: count }, (_, i) =>
      parseField(view, first + i * form.entry, form, littleEndian),
    );
    const nextAt = first + count * form.entry;
    ifds.push({ at, fields, nextAt });
    at = getNumber(view, nextAt, form.offsetType, littleEndian);
  }
  return { littleEndian, big, ifds };
}

function parseField(view: DataView, entryAt: number, form: TiffForm, littleEndian: boolean): LayoutField {
  const tag = view.getUint16(entryAt, littleEndian);
  const type = view.getUint16(entryAt + 2, littleEndian);
  const count = getNumber(view, entryAt + 4, form.offsetType, littleEndian);
  const isInline = (TYPE_BYTES[type] ?? 1) * count <= form.offset;
  const inPlace = entryAt + form.toValue;
  const valuesAt = isInline ? inPlace : getNumber(view, inPlace, form.offsetType, littleEndian);
  return { tag, type, count, entryAt, valuesAt, isInline };
}

/** All values of a field. */
export function fieldValues(bytes: Uint8Array, field: LayoutField, littleEndian: boolean): number[] {
  const view = viewOf(bytes);
  const size = TYPE_BYTES[field.type] ?? 1;
  const at = (i: number) => field.valuesAt + i * size;
  return Array.from({ length: field.count }, (_, i) => getNumber(view, at(i), field.type, littleEndian));
}
