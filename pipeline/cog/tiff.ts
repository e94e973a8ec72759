import { type CanopyError, inputError } from '../../shared/errors.ts';
import { type ByteSource, displayHref, truncatedError } from './source.ts';

/**
 * The bare TIFF 6.0 / BigTIFF directory walk. Everything a file says is untrusted: each count is held against a limit and
 * against the length of the file before memory is taken, and the chain of directories may neither loop nor be long.
 */
export interface TiffField {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** Where the values lie in the file, inside the entry or elsewhere. */
  readonly valueOffset: number;
}

export interface TiffIfd {
  readonly offsetBytes: number;
  readonly fields: ReadonlyMap<number, TiffField>;
}

export interface Tiff {
  readonly where: string;
  readonly sizeBytes: number;
  readonly littleEndian: boolean;
  readonly big: boolean;
  readonly ifds: readonly TiffIfd[];
  /** The structural metadata that GDAL writes between the header and the first directory; empty where there is none. */
  readonly ghost: string;
  view(offsetBytes: number, lengthBytes: number): Promise<DataView>;
}

const MAX_IFDS = 64;
const MAX_FIELDS = 1000;
const MAX_GHOST_BYTES = 4096;
const READ_AHEAD_BYTES = 32 * 1024;

const FLOAT = 11;
const DOUBLE = 12;

/** Bytes of one value by TIFF field type. */
const TYPE_BYTES: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};

export function tiffError(code: string, where: string, sentence: string, cause?: unknown): CanopyError {
  return inputError(code, `${where}: ${sentence}`, where, cause);
}

/** Views into the file through one read-ahead chunk, for the many small reads of a header. */
function createViewer(source: ByteSource, sizeBytes: number): Tiff['view'] {
  let chunk: Uint8Array = new Uint8Array(0);
  let chunkStart = 0;
  return async (offsetBytes, lengthBytes) => {
    if (!(offsetBytes + lengthBytes <= sizeBytes)) {
      throw truncatedError(source.href, offsetBytes, lengthBytes, sizeBytes);
    }
    if (offsetBytes < chunkStart || offsetBytes + lengthBytes > chunkStart + chunk.length) {
      const ahead = Math.max(lengthBytes, Math.min(READ_AHEAD_BYTES, sizeBytes - offsetBytes));
      chunk = await source.read(offsetBytes, ahead);
      chunkStart = offsetBytes;
    }
    return new DataView(chunk.buffer, chunk.byteOffset + offsetBytes - chunkStart, lengthBytes);
  };
}

/** Reads the header and all directories. Errors: E_TIFF_NOT_TIFF, _TRUNCATED, _IFD_CYCLE, _TOO_MANY_IFDS, _MALFORMED, _LIMIT. */
export async function readTiff(source: ByteSource): Promise<Tiff> {
  const where = displayHref(source.href);
  const sizeBytes = source.sizeBytes ?? Number.MAX_SAFE_INTEGER;
  const view = createViewer(source, sizeBytes);
  const magic = await readMagic(view, sizeBytes, where);
  const base = { where, sizeBytes, view, ...magic };
  const ifds: TiffIfd[] = [];
  const seen = new Set<number>();
  let next = magic.firstIfd;
  while (next !== 0) {
    if (seen.has(next)) {
      const sentence = `the chain of image directories comes back to byte ${next}, which would never end. The file is damaged or hostile: do not use it.`;
      throw tiffError('E_TIFF_IFD_CYCLE', where, sentence);
    }
    if (ifds.length === MAX_IFDS) {
      const sentence = `it has more than ${MAX_IFDS} image directories. A COG has one for each overview: convert it with gdal_translate -of COG.`;
      throw tiffError('E_TIFF_TOO_MANY_IFDS', where, sentence);
    }
    seen.add(next);
    const { ifd, nextOffset } = await readIfd(base, next);
    ifds.push(ifd);
    next = nextOffset;
  }
  if (ifds.length === 0) throw tiffError('E_TIFF_MALFORMED', where, 'it has no image directory. Fetch the file again.');
  return { ...base, ifds, ghost: await readGhost(base) };
}

type TiffBase = Omit<Tiff, 'ifds' | 'ghost'>;

async function readMagic(view: Tiff['view'], sizeBytes: number, where: string) {
  const head = await view(0, Math.min(16, sizeBytes));
  const byte = (at: number) => (at < head.byteLength ? head.getUint8(at) : -1);
  const pattern = (bytes: readonly number[]) => bytes.every((value, i) => byte(i) === value || byte(i) === -1);
  const littleEndian = byte(0) !== 0x4d;
  const classic = pattern(littleEndian ? [0x49, 0x49, 42, 0] : [0x4d, 0x4d, 0, 42]);
  const big = !classic && pattern(littleEndian ? [0x49, 0x49, 43, 0] : [0x4d, 0x4d, 0, 43]);
  if (!classic && !big) {
    const start = new Uint8Array(head.buffer, head.byteOffset, head.byteLength);
    const text = String.fromCharCode(...start).replace(/[^\x20-\x7e]/g, '.');
    const sentence = `a TIFF starts with II or MM, this starts with "${text}". Check what the link leads to.`;
    throw tiffError('E_TIFF_NOT_TIFF', where, sentence);
  }
  const headerBytes = big ? 16 : 8;
  if (sizeBytes < headerBytes) throw truncatedError(where, sizeBytes, headerBytes - sizeBytes, sizeBytes);
  if (big && (head.getUint16(4, littleEndian) !== 8 || head.getUint16(6, littleEndian) !== 0)) {
    throw tiffError(
      'E_TIFF_MALFORMED',
      where,
      'its BigTIFF header does not state 8-byte offsets. Fetch the file again.',
    );
  }
  const firstIfd = big ? readUint64(head, 8, littleEndian, where) : head.getUint32(4, littleEndian);
  return { littleEndian, big, firstIfd };
}

function readUint64(view: DataView, at: number, littleEndian: boolean, where: string): number {
  const value = view.getBigUint64(at, littleEndian);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw tiffError('E_TIFF_LIMIT', where, `it states a 64-bit number of ${value}, beyond 2^53. The file is damaged.`);
  }
  return Number(value);
}

async function readIfd(tiff: TiffBase, offsetBytes: number): Promise<{ ifd: TiffIfd; nextOffset: number }> {
  const { where, big, littleEndian } = tiff;
  const countBytes = big ? 8 : 2;
  const entryBytes = big ? 20 : 12;
  const countView = await tiff.view(offsetBytes, countBytes);
  const count = big ? readUint64(countView, 0, littleEndian, where) : countView.getUint16(0, littleEndian);
  if (count === 0 || count > MAX_FIELDS) {
    const sentence = `the image directory at byte ${offsetBytes} states ${count} fields; 1 to ${MAX_FIELDS} are accepted. The file is damaged.`;
    throw tiffError('E_TIFF_LIMIT', where, sentence);
  }
  const entriesAt = offsetBytes + countBytes;
  const view = await tiff.view(entriesAt, count * entryBytes + (big ? 8 : 4));
  const fields = new Map<number, TiffField>();
  let lastTag = -1;
  for (let i = 0; i < count; i++) {
    const field = readField(tiff, view, i * entryBytes, entriesAt);
    // TIFF 6.0 demands ascending order; a flipped bit in a tag would otherwise lose a field without a word.
    if (field.tag <= lastTag) {
      const sentence = `field ${field.tag} follows field ${lastTag} in the image directory at byte ${offsetBytes}; they must ascend. The file is damaged.`;
      throw tiffError('E_TIFF_MALFORMED', where, sentence);
    }
    lastTag = field.tag;
    fields.set(field.tag, field);
  }
  const nextAt = count * entryBytes;
  const nextOffset = big ? readUint64(view, nextAt, littleEndian, where) : view.getUint32(nextAt, littleEndian);
  return { ifd: { offsetBytes, fields }, nextOffset };
}

function readField(tiff: TiffBase, view: DataView, at: number, entriesAt: number): TiffField {
  const { big, littleEndian, where } = tiff;
  const tag = view.getUint16(at, littleEndian);
  const type = view.getUint16(at + 2, littleEndian);
  const count = big ? readUint64(view, at + 4, littleEndian, where) : view.getUint32(at + 4, littleEndian);
  const valueAt = at + (big ? 12 : 8);
  const inline = (TYPE_BYTES[type] ?? 0) * count <= (big ? 8 : 4);
  if (inline) return { tag, type, count, valueOffset: entriesAt + valueAt };
  const valueOffset = big ? readUint64(view, valueAt, littleEndian, where) : view.getUint32(valueAt, littleEndian);
  return { tag, type, count, valueOffset };
}

async function readGhost(tiff: TiffBase): Promise<string> {
  const at = tiff.big ? 16 : 8;
  const title = 'GDAL_STRUCTURAL_METADATA_SIZE=';
  const titleBytes = title.length + '000000 bytes\n'.length;
  if (at + titleBytes > tiff.sizeBytes) return '';
  const first = latin1(await tiff.view(at, titleBytes));
  const sizeBytes = Number(first.slice(title.length, title.length + 6));
  const known =
    first.startsWith(title) && sizeBytes <= MAX_GHOST_BYTES && at + titleBytes + sizeBytes <= tiff.sizeBytes;
  return known ? latin1(await tiff.view(at + titleBytes, sizeBytes)) : '';
}

function latin1(view: DataView): string {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('latin1');
}

function fieldBytes(tiff: Tiff, field: TiffField, limits: CountLimits): number {
  const typeBytes = TYPE_BYTES[field.type];
  if (typeBytes === undefined) {
    throw tiffError('E_TIFF_MALFORMED', tiff.where, `field ${field.tag} has the unknown type ${field.type}.`);
  }
  if (field.count < limits.min || field.count > limits.max) {
    const wanted = limits.min === limits.max ? `${limits.min}` : `${limits.min} to ${limits.max}`;
    const sentence = `field ${field.tag} states ${field.count} values, ${wanted} are wanted. The file is damaged or of an unknown make.`;
    throw tiffError('E_TIFF_LIMIT', tiff.where, sentence);
  }
  return typeBytes * field.count;
}

interface CountLimits {
  readonly min: number;
  readonly max: number;
}

/** The values of a field of whole numbers. `limits` bounds their number before anything is allocated. */
export function readNumbers(tiff: Tiff, field: TiffField, limits: CountLimits): Promise<Float64Array> {
  // A width of 33.5 or an offset that is no number would pass every comparison after this one.
  if (field.type === FLOAT || field.type === DOUBLE) {
    const sentence = `field ${field.tag} has type ${field.type}, a whole number is wanted. The file is damaged.`;
    throw tiffError('E_TIFF_MALFORMED', tiff.where, sentence);
  }
  return readReals(tiff, field, limits);
}

/** The values of a field of numbers, whole or not; NaN and the infinite ones are handed on. */
export async function readReals(tiff: Tiff, field: TiffField, limits: CountLimits): Promise<Float64Array> {
  const lengthBytes = fieldBytes(tiff, field, limits);
  const view = await tiff.view(field.valueOffset, lengthBytes);
  const le = tiff.littleEndian;
  const values = new Float64Array(field.count);
  const read = numberReader(tiff, field, view, le);
  for (let i = 0; i < values.length; i++) values[i] = read(i);
  return values;
}

function numberReader(tiff: Tiff, field: TiffField, view: DataView, le: boolean): (i: number) => number {
  switch (field.type) {
    case 1:
      return (i) => view.getUint8(i);
    case 3:
      return (i) => view.getUint16(i * 2, le);
    case 4:
    case 13:
      return (i) => view.getUint32(i * 4, le);
    case FLOAT:
      return (i) => view.getFloat32(i * 4, le);
    case DOUBLE:
      return (i) => view.getFloat64(i * 8, le);
    case 16:
    case 18:
      return (i) => readUint64(view, i * 8, le, tiff.where);
    default:
      throw tiffError('E_TIFF_MALFORMED', tiff.where, `field ${field.tag} has type ${field.type}, a number is wanted.`);
  }
}

/** The text of an ASCII field, up to its first NUL. */
export async function readText(tiff: Tiff, field: TiffField, maxBytes: number): Promise<string> {
  const lengthBytes = fieldBytes(tiff, field, { min: 0, max: maxBytes });
  if (field.type !== 2) throw tiffError('E_TIFF_MALFORMED', tiff.where, `field ${field.tag} is not a text.`);
  return latin1(await tiff.view(field.valueOffset, lengthBytes)).split('\0', 1)[0]!;
}
