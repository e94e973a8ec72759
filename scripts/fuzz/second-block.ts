import { inflateSync } from 'node:zlib';
import { ZSTDDecoder } from 'zstddec';
import type { CogHeader, CogLevel } from '../../pipeline/cog/header.ts';
import { inflateLzw } from '../../pipeline/cog/lzw.ts';
import { undoDifference, undoFloatPredictor } from '../../pipeline/cog/predictor.ts';
import type { PixelArray } from '../../shared/raster.ts';
import { CELL_ARRAYS } from './cells.ts';

/**
 * A block decoded a second time, on a way that shares nothing with `pipeline/cog/block.ts` and its kernel: zlib for
 * Deflate, the readable definitions in TypeScript for LZW and predictors, and what stands here for the rest. Only
 * Zstandard has the same decoder under both, for there is no other one in Node 20.
 */

/** What makes a block unreadable to the second opinion. */
export class SecondRefusal extends Error {}

const FRAME_BYTES = 4;

let zstd: ZSTDDecoder | null = null;

/** To be awaited before blocks are decoded. */
export async function prepareSecond(): Promise<void> {
  if (zstd !== null) return;
  const decoder = new ZSTDDecoder();
  await decoder.init();
  zstd = decoder;
}

/** Values of block `index` of a level, rows × columns × samples; null where the file does not keep it. */
export function decodeSecond(file: Uint8Array, header: CogHeader, level: CogLevel, index: number): PixelArray | null {
  const offset = level.blockOffsets[index]!;
  const length = level.blockByteCounts[index]!;
  if (offset === 0 || length === 0) return null;
  if (offset + length > file.length) throw new SecondRefusal('the block ends after the file');
  if (header.hasBlockFrames && offset >= FRAME_BYTES) checkFrame(file, offset, length);
  const row = Math.floor(index / level.blockCols) % level.blockRows;
  const rows = level.tiled
    ? level.blockHeightPx
    : Math.min(level.blockHeightPx, level.heightPx - row * level.blockHeightPx);
  const samples = level.planar === 'pixel' ? level.samplesPerPixel : 1;
  const valuesPerRow = level.blockWidthPx * samples;
  const rowBytes = Math.ceil((valuesPerRow * level.bitsPerSample) / 8);
  const raw = UNPACK[level.compression](file.subarray(offset, offset + length), rowBytes * rows);
  if (raw.length !== rowBytes * rows) throw new SecondRefusal(`${raw.length} bytes, ${rowBytes * rows} are wanted`);
  if (level.bitsPerSample === 1) return spreadBits(raw, valuesPerRow, rows);
  return undoCoding(raw, level, { valuesPerRow, rows, stride: samples });
}

function checkFrame(file: Uint8Array, offset: number, length: number): void {
  const end = offset + length;
  const leader = [3, 2, 1, 0].reduce((sum, i) => sum * 256 + file[offset - FRAME_BYTES + i]!, 0);
  const isRepeated = length < FRAME_BYTES || [1, 2, 3, 4].every((i) => file[end - i] === file[end + FRAME_BYTES - i]);
  if (end + FRAME_BYTES > file.length || leader !== length || !isRepeated)
    throw new SecondRefusal('its frame is wrong');
}

/** The bytes of a block, or a refusal; more than `wanted` are never made. */
const UNPACK: Readonly<Record<CogLevel['compression'], (bytes: Uint8Array, wanted: number) => Uint8Array>> = {
  // A copy: the predictors write in place.
  none: (bytes) => bytes.slice(),
  deflate: (bytes, wanted) => {
    try {
      // Bytes after the stream are no difference: zlib and our inflater both leave them alone, as libtiff does. In one piece,
      // because with smaller ones zlib refuses, or not, a stream that states a smaller window than it uses.
      return inflateSync(bytes, { maxOutputLength: wanted, chunkSize: wanted + 64 });
    } catch (error) {
      throw new SecondRefusal(`zlib: ${(error as Error).message}`);
    }
  },
  lzw: (bytes, wanted) => {
    const out = new Uint8Array(wanted);
    const done = inflateLzw(bytes, out);
    if (done < 0 || done > wanted) throw new SecondRefusal('LZW: its codes make no sense, or there are too many');
    return out.subarray(0, done);
  },
  zstd: (bytes, wanted) => {
    if (bytes.length < 4 || Buffer.from(bytes.subarray(0, 4)).readUInt32LE() !== 0xfd2fb528)
      throw new SecondRefusal('no Zstandard frame');
    return zstd!.decode(bytes, wanted);
  },
  packbits: unpackBits,
};

function unpackBits(bytes: Uint8Array, wanted: number): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const head = (bytes[at]! << 24) >> 24;
    const stretch = head < 0 ? bytes.subarray(at + 1, at + 2) : bytes.subarray(at + 1, at + 2 + head);
    const isNothing = head === -128;
    if (!isNothing && stretch.length !== (head < 0 ? 1 : head + 1)) throw new SecondRefusal('PackBits: cut short');
    for (let times = isNothing ? 0 : head < 0 ? 1 - head : 1; times > 0; times--) out.push(...stretch);
    if (out.length > wanted) throw new SecondRefusal('PackBits: too many bytes');
    at += isNothing ? 1 : 1 + stretch.length;
  }
  return Uint8Array.from(out);
}

function spreadBits(raw: Uint8Array, valuesPerRow: number, rows: number): Uint8Array {
  const rowBytes = raw.length / rows;
  return Uint8Array.from({ length: valuesPerRow * rows }, (_, i) => {
    const col = i % valuesPerRow;
    return (raw[Math.floor(i / valuesPerRow) * rowBytes + (col >> 3)]! & (128 >> (col & 7))) === 0 ? 0 : 1;
  });
}

interface Rows {
  readonly valuesPerRow: number;
  readonly rows: number;
  readonly stride: number;
}

/** Byte order and predictor, on the machines in use: little endian. */
function undoCoding(packed: Uint8Array, level: CogLevel, shape: Rows): PixelArray {
  const Cells = CELL_ARRAYS[level.dataType];
  const size = Cells.BYTES_PER_ELEMENT;
  // zlib may hand out a part of a larger buffer, at any address.
  let raw = new Uint8Array(packed);
  if (level.predictor === 3) raw = new Uint8Array(undoFloatPredictor(raw, size, shape));
  else if (!level.littleEndian && size > 1)
    for (let at = 0; at < raw.length; at += size) raw.subarray(at, at + size).reverse();
  if (level.predictor === 2) {
    if (size === 8) undoWide(new BigUint64Array(raw.buffer), shape);
    else undoDifference(new { 1: Int8Array, 2: Int16Array, 4: Int32Array }[size as 1 | 2 | 4](raw.buffer), shape);
  }
  return new Cells(raw.buffer);
}

function undoWide(values: BigUint64Array, { valuesPerRow, stride }: Rows): void {
  values.forEach((value, i) => {
    if (i % valuesPerRow >= stride) values[i] = value + values[i - stride]!;
  });
}
