import type { PixelArray } from '../../shared/raster.ts';
import type { CogLevel, DataType } from './header.ts';
import { openWorkspace, type Workspace } from './kernel.ts';
import { inflatePackBits } from './packbits.ts';
import { tiffError } from './tiff.ts';
import { inflateZstd, prepareZstd } from './zstd.ts';

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

/** Values in a block of this row of blocks: rows × columns × samples that lie together. */
export function blockLength(level: CogLevel, row: number): number {
  const { widthPx, heightPx, samples } = shapeOfBlock(level, row);
  return widthPx * heightPx * samples;
}

/** To be awaited once in a thread before it decodes blocks of a file; only ZSTD has something to load. */
export async function prepareDecoder(level: CogLevel): Promise<void> {
  if (level.compression === 'zstd') await prepareZstd();
}

/**
 * Decodes one block to an array of its own, rows × columns × samples, in the byte order of this machine. `bytes` is only
 * read. Errors: `E_BLOCK_SIZE` when it holds more or fewer bytes than the header promises, `E_BLOCK_CORRUPT`.
 */
export function decodeBlock(level: CogLevel, address: BlockAddress, bytes: Uint8Array, where: string): PixelArray {
  const out = createPixels(level.dataType, blockLength(level, address.row));
  decodeBlockInto(level, address, bytes, out, where);
  return out;
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
    throw new RangeError(
      `A block of ${length} ${level.dataType} does not fit ${out.length} of ${out.constructor.name}.`,
    );
  }
  if (level.compression === 'none' && level.littleEndian && level.bitsPerSample !== 1) {
    const shape = shapeOfBlock(level, address.row);
    if (bytes.length !== shape.expectedBytes) throw sizeError(level, address, `${bytes.length} bytes`, where);
    new Uint8Array(out.buffer, out.byteOffset, bytes.length).set(bytes);
    return;
  }
  const block = decodeInPlace(level, address, bytes, where);
  if (level.bitsPerSample === 1) expandBits(block.pixels as Uint8Array, shapeOfBlock(level, address.row), out);
  else out.set(block.pixels);
}

/** A decoded block in the memory of this thread's kernel, where the next one overwrites it. */
export interface BlockInPlace {
  readonly workspace: Workspace;
  /** Bits, eight a byte, where the level has 1-bit samples. */
  readonly pixels: PixelArray;
}

/** Decodes one block where the next will be decoded too, without a copy. Errors: see `decodeBlock`. */
export function decodeInPlace(level: CogLevel, address: BlockAddress, bytes: Uint8Array, where: string): BlockInPlace {
  const shape = shapeOfBlock(level, address.row);
  const workspace = unpack(level, address, bytes, where);
  const { kernel, outputAt, spareAt } = workspace;
  const size = bytesPerValue(level.dataType);
  const values = shape.widthPx * shape.samples;
  if (level.predictor === 3) kernel.undoFloat(outputAt, values, shape.heightPx, shape.samples, size, spareAt);
  else if (!level.littleEndian && size > 1) kernel.swapBytes(outputAt, shape.expectedBytes, size);
  // The horizontal predictor sums bit patterns, also those of floats.
  if (level.predictor === 2) kernel.undoDifference(outputAt, values * size, shape.heightPx, shape.samples * size, size);
  const Pixels = ARRAYS[level.dataType];
  return { workspace, pixels: new Pixels(kernel.memory.buffer, outputAt, shape.expectedBytes / size) };
}

/** Puts the bytes of a block without compression into a workspace; exactly as many as the header promises. */
function unpack(level: CogLevel, address: BlockAddress, bytes: Uint8Array, where: string): Workspace {
  const wanted = shapeOfBlock(level, address.row).expectedBytes;
  const workspace = openWorkspace(bytes.length, wanted);
  const done = UNPACKERS[level.compression](workspace, bytes, wanted);
  if (done === wanted) return workspace;
  if (typeof done === 'number') {
    throw sizeError(level, address, done > wanted ? `more than ${wanted} bytes` : `${done} bytes`, where);
  }
  const sentence = `${nameBlock(level, address)} is damaged (${done}). Fetch the file again.`;
  throw tiffError('E_BLOCK_CORRUPT', where, sentence);
}

function sizeError(level: CogLevel, address: BlockAddress, got: string, where: string) {
  const wanted = shapeOfBlock(level, address.row).expectedBytes;
  const sentence = `${nameBlock(level, address)} holds ${got}, ${wanted} are wanted. Fetch the file again.`;
  return tiffError('E_BLOCK_SIZE', where, sentence);
}

/** Bytes that a block gave, more than `wanted` where it holds more than that, or what is wrong with it. */
type Unpacker = (workspace: Workspace, bytes: Uint8Array, wanted: number) => number | string;

const UNPACKERS: Readonly<Record<CogLevel['compression'], Unpacker>> = {
  none: ({ bytes: memory, outputAt }, bytes, wanted) => {
    if (bytes.length === wanted) memory.set(bytes, outputAt);
    return bytes.length;
  },
  deflate: ({ kernel, bytes: memory, inputAt, outputAt }, bytes, wanted) => {
    memory.set(bytes, inputAt);
    return explain(kernel.inflate(inputAt, bytes.length, outputAt, wanted), wanted);
  },
  lzw: ({ kernel, bytes: memory, inputAt, outputAt }, bytes, wanted) => {
    memory.set(bytes, inputAt);
    return explain(kernel.inflateLzw(inputAt, bytes.length, outputAt, wanted), wanted);
  },
  zstd: ({ bytes: memory, outputAt }, bytes, wanted) => {
    const out = inflateZstd(bytes, wanted);
    if (out === null) return `its ZSTD frame makes no sense, or holds more than ${wanted} bytes`;
    memory.set(out, outputAt);
    return out.length;
  },
  packbits: ({ bytes: memory, outputAt }, bytes, wanted) => {
    const done = inflatePackBits(bytes, memory.subarray(outputAt, outputAt + wanted));
    return done < 0 ? 'its PackBits end in the middle of a run' : done;
  },
};

/** The answers of the kernel's unpackers that are no count of bytes. */
const PROBLEMS: Readonly<Record<number, string>> = {
  [-1]: 'it is no zlib stream',
  [-2]: 'its stream ends too early',
  [-3]: 'its codes make no sense',
  [-5]: 'its checksum does not fit',
};
const TOO_LONG = -4;

function explain(answer: number, wanted: number): number | string {
  return answer === TOO_LONG ? wanted + 1 : (PROBLEMS[answer] ?? answer);
}

/** One byte a pixel from one bit a pixel, rows padded to whole bytes. */
function expandBits(raw: Uint8Array, { widthPx, heightPx, samples }: BlockShape, out: PixelArray): void {
  const perRow = widthPx * samples;
  const rowBytes = Math.ceil(perRow / 8);
  for (let row = 0; row < heightPx; row++) {
    for (let i = 0; i < perRow; i++) out[row * perRow + i] = (raw[row * rowBytes + (i >> 3)]! >> (7 - (i & 7))) & 1;
  }
}
