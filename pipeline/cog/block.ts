import { inflateSync } from 'node:zlib';
import type { PixelArray } from '../../shared/raster.ts';
import type { CogLevel, DataType } from './header.ts';
import { inflateLzw } from './lzw.ts';
import { undoDifference, undoFloatPredictor } from './predictor.ts';
import { tiffError } from './tiff.ts';

/** Which block of a level: `sample` counts only where each sample has blocks of its own. */
export interface BlockAddress {
  readonly col: number;
  readonly row: number;
  readonly sample: number;
}

interface BlockShape {
  readonly widthPx: number;
  /** The last strip of an image may be short; a tile never is. */
  readonly heightPx: number;
  readonly samples: number;
  readonly expectedBytes: number;
}

const ARRAYS = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

export function createPixels(dataType: DataType, length: number): PixelArray {
  return new ARRAYS[dataType](length);
}

export function bytesPerValue(dataType: DataType): number {
  return ARRAYS[dataType].BYTES_PER_ELEMENT;
}

export function shapeOfBlock(level: CogLevel, row: number): BlockShape {
  const widthPx = level.blockWidthPx;
  const heightPx = level.tiled
    ? level.blockHeightPx
    : Math.min(level.blockHeightPx, level.heightPx - row * level.blockHeightPx);
  const samples = level.planar === 'pixel' ? level.samplesPerPixel : 1;
  return {
    widthPx,
    heightPx,
    samples,
    expectedBytes: Math.ceil((widthPx * samples * level.bitsPerSample) / 8) * heightPx,
  };
}

export function nameBlock(level: CogLevel, { col, row }: BlockAddress): string {
  return `block column ${col}, row ${row} of the ${level.widthPx} × ${level.heightPx} image`;
}

/**
 * Decodes one block to an array of its own, rows × columns × samples, in the byte order of this machine. `bytes` is only
 * read. Errors: `E_BLOCK_SIZE` when it holds more or fewer bytes than the header promises, `E_BLOCK_CORRUPT`.
 */
export function decodeBlock(level: CogLevel, address: BlockAddress, bytes: Uint8Array, where: string): PixelArray {
  const shape = shapeOfBlock(level, address.row);
  const raw = unpack(level, shape, bytes, nameBlock(level, address), where);
  if (level.bitsPerSample === 1) return expandBits(raw, shape);
  const rows = { valuesPerRow: shape.widthPx * shape.samples, rows: shape.heightPx, stride: shape.samples };
  const size = bytesPerValue(level.dataType);
  if (level.predictor === 3) return asPixels(level.dataType, undoFloatPredictor(raw, size, rows));
  if (!level.littleEndian) swapBytes(raw, size);
  if (level.predictor === 2) undoDifference(asPixels(DIFFERENCE_TYPES[size]!, raw), rows);
  return asPixels(level.dataType, raw);
}

/**
 * Decodes one block into `out`: its first `blockLength(level, row)` values are written, of the level's data type (a mask:
 * uint8, 0 or 1). `out` may be a view of shared memory. Errors: see `decodeBlock`; a wrong array is a RangeError.
 */
export function decodeBlockInto(
  level: CogLevel,
  address: BlockAddress,
  bytes: Uint8Array,
  out: PixelArray,
  where: string,
): void {
  const length = blockLength(level, address.row);
  if (!(out instanceof ARRAYS[level.dataType]) || out.length < length) {
    throw new RangeError(`A block of ${length} ${level.dataType} does not fit ${out.length} of another type.`);
  }
  out.set(decodeBlock(level, address, bytes, where));
}

/** To be awaited once in a thread before it decodes blocks of a file; only some compressions have something to load. */
export async function prepareDecoder(_level: CogLevel): Promise<void> {}

/** Values in a block of this row of blocks: rows × columns × samples that lie together. */
export function blockLength(level: CogLevel, row: number): number {
  const { widthPx, heightPx, samples } = shapeOfBlock(level, row);
  return widthPx * heightPx * samples;
}

/** The horizontal predictor sums bit patterns, also those of floats. */
const DIFFERENCE_TYPES: Readonly<Record<number, DataType>> = { 1: 'uint8', 2: 'uint16', 4: 'uint32' };

/** The bytes of a block without compression, in memory of their own; exactly as many as the header promises. */
function unpack(level: CogLevel, shape: BlockShape, bytes: Uint8Array, name: string, where: string): Uint8Array {
  const wanted = shape.expectedBytes;
  const wrongSize = (got: string) =>
    tiffError('E_BLOCK_SIZE', where, `${name} holds ${got}, ${wanted} are wanted. Fetch the file again.`);
  if (level.compression === 'none') {
    if (bytes.length !== wanted) throw wrongSize(`${bytes.length} bytes`);
    return new Uint8Array(bytes);
  }
  const out = level.compression === 'deflate' ? inflate(bytes, wanted) : lzw(bytes, wanted);
  if (out === 'too long') throw wrongSize(`more than ${wanted} bytes`);
  if (typeof out === 'string') {
    throw tiffError('E_BLOCK_CORRUPT', where, `${name} is damaged (${out}). Fetch the file again.`);
  }
  if (out.length !== wanted) throw wrongSize(`${out.length} bytes`);
  // Small buffers of Node lie anywhere in a pool; numbers need their alignment. (Buffer.slice would not copy.)
  return out.byteOffset % 8 === 0 ? out : new Uint8Array(out);
}

function inflate(bytes: Uint8Array, wanted: number): Uint8Array | string {
  try {
    // One chunk a little larger than the block: no second allocation, no copy, and no room for a bomb.
    return inflateSync(bytes, { maxOutputLength: wanted, chunkSize: wanted + 64 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return code === 'ERR_BUFFER_TOO_LARGE' ? 'too long' : `inflate: ${code || String(error)}`;
  }
}

function lzw(bytes: Uint8Array, wanted: number): Uint8Array | string {
  const out = new Uint8Array(wanted);
  const done = inflateLzw(bytes, out);
  if (done > wanted) return 'too long';
  return done < 0 ? 'its LZW codes make no sense' : out.subarray(0, done);
}

function asPixels(dataType: DataType, bytes: Uint8Array): PixelArray {
  const Pixels = ARRAYS[dataType];
  return new Pixels(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength / Pixels.BYTES_PER_ELEMENT);
}

function swapBytes(bytes: Uint8Array, size: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (size === 2) buffer.swap16();
  else if (size === 4) buffer.swap32();
  else if (size === 8) buffer.swap64();
}

/** One byte a pixel from one bit a pixel, rows padded to whole bytes. */
function expandBits(raw: Uint8Array, { widthPx, heightPx, samples }: BlockShape): Uint8Array {
  const perRow = widthPx * samples;
  const rowBytes = Math.ceil(perRow / 8);
  const out = new Uint8Array(perRow * heightPx);
  for (let row = 0; row < heightPx; row++) {
    for (let i = 0; i < perRow; i++) out[row * perRow + i] = (raw[row * rowBytes + (i >> 3)]! >> (7 - (i & 7))) & 1;
  }
  return out;
}
