import { deflateSync } from 'node:zlib';

/** A tiny TIFF writer with knobs, written from the TIFF 6.0 text alone and slow on purpose: the tests' second opinion. */
export interface TiffSpec {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Pixel after pixel, sample after sample. */
  readonly values: readonly number[];
  readonly samples?: number;
  readonly bits?: 8 | 16 | 32 | 64;
  /** 1 unsigned, 2 signed, 3 float. */
  readonly format?: 1 | 2 | 3;
  readonly littleEndian?: boolean;
  readonly big?: boolean;
  readonly tile?: readonly [number, number];
  readonly rowsPerStrip?: number;
  readonly compression?: 1 | 5 | 8 | 32946;
  readonly predictor?: 1 | 2 | 3;
  readonly planar?: 1 | 2;
  readonly nodata?: string;
  /** Fields to set, replace or (null) leave out, by tag. */
  readonly fields?: Readonly<Record<number, FieldSpec | null>>;
  /** Replaces the encoded bytes of a block. */
  readonly encodedBlock?: (encoded: Uint8Array, index: number) => Uint8Array;
}

export interface FieldSpec {
  readonly type: number;
  readonly values: readonly number[];
  /** What the entry claims, if not the truth. */
  readonly count?: number;
}

export interface MadeTiff {
  readonly bytes: Buffer;
  readonly ifdAt: number;
  readonly nextIfdAt: number;
  /** Where the first block begins: all before it is header. */
  readonly dataAt: number;
}

export const SHORT = 3;
export const LONG = 4;
export const DOUBLE = 12;
const LONG8 = 16;
const TYPE_BYTES: Record<number, number> = { 2: 1, [SHORT]: 2, [LONG]: 4, [DOUBLE]: 8, [LONG8]: 8 };

function put(view: DataView, at: number, field: { type: number; value: number }, le: boolean): void {
  if (field.type === 2) view.setUint8(at, field.value);
  else if (field.type === SHORT) view.setUint16(at, field.value, le);
  else if (field.type === LONG) view.setUint32(at, field.value, le);
  else if (field.type === LONG8) view.setBigUint64(at, BigInt(field.value), le);
  else view.setFloat64(at, field.value, le);
}

function fieldsOf(spec: TiffSpec, blockCount: number): Map<number, FieldSpec> {
  const { samples = 1, bits = 16, format = 1 } = spec;
  const each = (value: number) => Array.from({ length: samples }, () => value);
  const short = (...values: number[]): FieldSpec => ({ type: SHORT, values });
  const offsets = { type: spec.big ? LONG8 : LONG, values: Array.from({ length: blockCount }, () => 0) };
  const fields = new Map<number, FieldSpec>([
    [256, { type: LONG, values: [spec.widthPx] }],
    [257, { type: LONG, values: [spec.heightPx] }],
    [258, short(...each(bits))],
    [259, short(spec.compression ?? 8)],
    [262, short(1)],
    [277, short(samples)],
    [284, short(spec.planar ?? 1)],
    [317, short(spec.predictor ?? 1)],
    [339, short(...each(format))],
    [33550, { type: DOUBLE, values: [10, 10, 0] }],
    [33922, { type: DOUBLE, values: [0, 0, 0, 300_000, 1_100_000, 0] }],
    [34735, short(1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32631)],
  ]);
  if (spec.tile) {
    fields.set(322, short(spec.tile[0])).set(323, short(spec.tile[1]));
    fields.set(324, offsets).set(325, offsets);
  } else {
    fields.set(273, offsets).set(279, offsets);
    fields.set(278, { type: LONG, values: [spec.rowsPerStrip ?? spec.heightPx] });
  }
  if (spec.nodata !== undefined) fields.set(42113, { type: 2, values: [...Buffer.from(`${spec.nodata}\0`)] });
  return fields;
}

/** The blocks as rows × values of plain numbers, tiles padded with zeros. */
function cutBlocks(spec: TiffSpec): number[][][] {
  const { widthPx, heightPx, samples = 1, planar = 1 } = spec;
  const [blockWidth, blockHeight] = spec.tile ?? [widthPx, spec.rowsPerStrip ?? heightPx];
  const blocks: number[][][] = [];
  for (const plane of planar === 1 ? [null] : Array.from({ length: samples }, (_, s) => s)) {
    for (let top = 0; top < heightPx; top += blockHeight) {
      for (let left = 0; left < widthPx; left += blockWidth) {
        const rows = spec.tile ? blockHeight : Math.min(blockHeight, heightPx - top);
        const valueAt = (row: number, col: number, s: number) =>
          row < heightPx && col < widthPx ? spec.values[(row * widthPx + col) * samples + s]! : 0;
        const wanted = plane === null ? Array.from({ length: samples }, (_, s) => s) : [plane];
        const row = (y: number) =>
          Array.from({ length: blockWidth }, (_, x) => wanted.map((s) => valueAt(top + y, left + x, s))).flat();
        blocks.push(Array.from({ length: rows }, (_, y) => row(y)));
      }
    }
  }
  return blocks;
}

function valueBytes(value: number, spec: TiffSpec, littleEndian: boolean): number[] {
  const { bits = 16, format = 1 } = spec;
  const view = new DataView(new ArrayBuffer(8));
  if (format === 3 && bits === 32) view.setFloat32(0, value, littleEndian);
  else if (format === 3) view.setFloat64(0, value, littleEndian);
  else if (bits === 8) view.setUint8(0, value);
  else if (bits === 16) view.setUint16(0, value, littleEndian);
  else view.setUint32(0, value, littleEndian);
  return [...new Uint8Array(view.buffer, 0, bits / 8)];
}

function encodeRow(row: readonly number[], spec: TiffSpec): number[] {
  const { littleEndian = true, samples = 1, planar = 1, predictor = 1, bits = 16 } = spec;
  const stride = planar === 1 ? samples : 1;
  if (predictor === 1) return row.flatMap((value) => valueBytes(value, spec, littleEndian));
  if (predictor === 3) {
    const numbers = row.map((value) => valueBytes(value, spec, false));
    const planes = Array.from({ length: bits / 8 }, (_, b) => numbers.map((number) => number[b]!)).flat();
    return planes.map((byte, i) => (i < stride ? byte : (byte - planes[i - stride]! + 256) % 256));
  }
  const patterns = row.map((value) => {
    const bytes = valueBytes(value, spec, false);
    return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  });
  const integers: TiffSpec = { ...spec, format: 1 };
  return patterns.flatMap((pattern, i) => {
    const difference = i < stride ? pattern : (pattern - patterns[i - stride]! + 2 ** bits) % 2 ** bits;
    return valueBytes(difference, integers, littleEndian);
  });
}

/** TIFF 6.0 section 13, with strings as keys. */
export function encodeLzw(bytes: Uint8Array): Uint8Array {
  let bits = '';
  let table = new Map<string, number>();
  let width = 9;
  const reset = () => {
    table = new Map(Array.from({ length: 256 }, (_, i) => [String.fromCharCode(i), i]));
    bits += (256).toString(2).padStart(width, '0');
    width = 9;
  };
  const write = (code: number) => {
    bits += code.toString(2).padStart(width, '0');
  };
  reset();
  let next = 258;
  let word = '';
  for (const byte of bytes) {
    const longer = word + String.fromCharCode(byte);
    if (table.has(longer)) {
      word = longer;
      continue;
    }
    write(table.get(word)!);
    table.set(longer, next++);
    if (next === 1 << width) width += 1;
    if (next === 4095) {
      reset();
      next = 258;
    }
    word = String.fromCharCode(byte);
  }
  if (word !== '') {
    write(table.get(word)!);
    if (next + 1 === 1 << width) width += 1;
  }
  write(257);
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0');
  return Uint8Array.from({ length: padded.length / 8 }, (_, i) => Number.parseInt(padded.slice(i * 8, i * 8 + 8), 2));
}

function compress(raw: Uint8Array, spec: TiffSpec): Uint8Array {
  if (spec.compression === 1) return raw;
  return spec.compression === 5 ? encodeLzw(raw) : deflateSync(raw);
}

export function makeTiff(spec: TiffSpec): MadeTiff {
  const le = spec.littleEndian ?? true;
  const big = spec.big ?? false;
  const encoded = cutBlocks(spec).map((rows, i) => {
    const bytes = compress(Uint8Array.from(rows.flatMap((row) => encodeRow(row, spec))), spec);
    return spec.encodedBlock ? spec.encodedBlock(bytes, i) : bytes;
  });
  const fields = fieldsOf(spec, encoded.length);
  const ifdAt = big ? 16 : 8;
  const merged = (): [number, FieldSpec][] => {
    const all = new Map(fields);
    for (const [tag, field] of Object.entries(spec.fields ?? {})) {
      if (field === null) all.delete(Number(tag));
      else all.set(Number(tag), field);
    }
    return [...all].sort((a, b) => a[0] - b[0]);
  };
  const [entryBytes, countBytes, inlineBytes] = big ? [20, 8, 8] : [12, 2, 4];
  const sizeOf = (field: FieldSpec) => field.values.length * TYPE_BYTES[field.type]!;
  const nextIfdAt = ifdAt + countBytes + merged().length * entryBytes;
  const dataAt = merged().reduce(
    (at, [, f]) => at + (sizeOf(f) > inlineBytes ? sizeOf(f) : 0),
    nextIfdAt + inlineBytes,
  );
  let at = dataAt;
  const offsets = encoded.map((block) => {
    at += block.length;
    return at - block.length;
  });
  const type = big ? LONG8 : LONG;
  fields.set(spec.tile ? 324 : 273, { type, values: offsets });
  fields.set(spec.tile ? 325 : 279, { type, values: encoded.map((block) => block.length) });
  const bytes = Buffer.alloc(at);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  bytes.write(le ? 'II' : 'MM', 0, 'latin1');
  view.setUint16(2, big ? 43 : 42, le);
  if (big) {
    view.setUint16(4, 8, le);
    view.setBigUint64(8, BigInt(ifdAt), le);
    view.setBigUint64(ifdAt, BigInt(merged().length), le);
  } else {
    view.setUint32(4, ifdAt, le);
    view.setUint16(ifdAt, merged().length, le);
  }
  let valuesAt = nextIfdAt + inlineBytes;
  merged().forEach(([tag, field], i) => {
    const entryAt = ifdAt + countBytes + i * entryBytes;
    const count = field.count ?? field.values.length;
    view.setUint16(entryAt, tag, le);
    view.setUint16(entryAt + 2, field.type, le);
    put(view, entryAt + 4, { type, value: count }, le);
    const inline = sizeOf(field) <= inlineBytes;
    const to = inline ? entryAt + (big ? 12 : 8) : valuesAt;
    field.values.forEach((value, k) => {
      put(view, to + k * TYPE_BYTES[field.type]!, { type: field.type, value }, le);
    });
    if (inline) return;
    put(view, entryAt + (big ? 12 : 8), { type, value: valuesAt }, le);
    valuesAt += sizeOf(field);
  });
  encoded.forEach((block, i) => {
    bytes.set(block, offsets[i]!);
  });
  return { bytes, ifdAt, nextIfdAt, dataAt };
}
