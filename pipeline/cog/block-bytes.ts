import type { Window } from '../../shared/grid.ts';
import { type BlockAddress, nameBlock, shapeOfBlock } from './block.ts';
import type { CogHeader, CogLevel } from './header.ts';
import { type ByteRange, type ByteSource, groupRanges } from './source.ts';
import { tiffError } from './tiff.ts';

/** Where the bytes of blocks lie in a file, and how they are read: compressed, as the file keeps them. */

export interface BlockRequest {
  readonly header: CogHeader;
  readonly level: CogLevel;
  /** Part of the level that is wanted, inside it; only blocks that touch it are read. */
  readonly window: Window;
  /** Counts only where each sample has blocks of its own. */
  readonly sample: number;
}

/**
 * The compressed bytes of a block without their frame, for `decodeBlock`; null where the file keeps none (sparse). The
 * next read may overwrite them, once `take` has returned or its promise is kept.
 */
export interface BlockBytes {
  readonly address: BlockAddress;
  readonly bytes: Uint8Array | null;
}

/** Leader and trailer of a block, 4 bytes each, where the file frames its blocks. */
const FRAME_BYTES = 4;
const PARALLEL_READS = 4;

/** The blocks that touch a window, row by row. */
export function* blocksOf({ level, window, sample }: BlockRequest): Generator<BlockAddress> {
  const lastCol = Math.floor((window.col + window.widthPx - 1) / level.blockWidthPx);
  const lastRow = Math.floor((window.row + window.heightPx - 1) / level.blockHeightPx);
  for (let row = Math.floor(window.row / level.blockHeightPx); row <= lastRow; row++) {
    for (let col = Math.floor(window.col / level.blockWidthPx); col <= lastCol; col++) yield { col, row, sample };
  }
}

/** Place of a block in `blockOffsets` and `blockByteCounts`. */
export function blockIndex(level: CogLevel, { col, row, sample }: BlockAddress): number {
  const plane = level.planar === 'band' ? sample : 0;
  return (plane * level.blockRows + row) * level.blockCols + col;
}

/**
 * The bytes to read for a block, its frame included; null where it is sparse, which means nodata. Compression that doubles
 * a block is damage, or an attack: `E_BLOCK_SIZE`.
 */
export function rangeOfBlock(header: CogHeader, level: CogLevel, address: BlockAddress): ByteRange | null {
  const at = blockIndex(level, address);
  const offsetBytes = level.blockOffsets[at]!;
  const lengthBytes = level.blockByteCounts[at]!;
  if (offsetBytes === 0 || lengthBytes === 0) return null;
  const { expectedBytes } = shapeOfBlock(level, address.row);
  if (lengthBytes > 2 * expectedBytes + 1024) {
    const sentence = `${nameBlock(level, address)} takes ${lengthBytes} bytes in the file for ${expectedBytes} of pixels. Fetch the file again.`;
    throw tiffError('E_BLOCK_SIZE', header.where, sentence);
  }
  if (!isFramed(header, offsetBytes)) return { offsetBytes, lengthBytes };
  return { offsetBytes: offsetBytes - FRAME_BYTES, lengthBytes: lengthBytes + 2 * FRAME_BYTES };
}

function isFramed(header: CogHeader, offsetBytes: number): boolean {
  return header.hasBlockFrames && offsetBytes >= FRAME_BYTES;
}

/**
 * Takes the frame off what `rangeOfBlock` gave. A wrong range, such as the neighbour's block, is a good Deflate stream:
 * its frame gives it away (`E_BLOCK_CORRUPT`).
 */
export function unframe(header: CogHeader, level: CogLevel, address: BlockAddress, framed: Uint8Array): Uint8Array {
  if (!isFramed(header, level.blockOffsets[blockIndex(level, address)]!)) return framed;
  const view = new DataView(framed.buffer, framed.byteOffset, framed.byteLength);
  const lengthBytes = framed.length - 2 * FRAME_BYTES;
  const leader = view.getUint32(0, true);
  const last = framed.length - FRAME_BYTES;
  const repeated = lengthBytes < FRAME_BYTES || view.getUint32(last) === view.getUint32(last - FRAME_BYTES);
  if (leader === lengthBytes && repeated) return framed.subarray(FRAME_BYTES, last);
  const sentence = `${nameBlock(level, address)} is not where the header says: its frame states ${leader} bytes, ${lengthBytes} are wanted. Fetch the file again.`;
  throw tiffError('E_BLOCK_CORRUPT', header.where, sentence);
}

interface WantedBlock extends ByteRange {
  readonly address: BlockAddress;
}

/**
 * Hands the compressed bytes of each block that touches the window to `take`, once, in no fixed order: sparse ones first,
 * then as they arrive. Neighbours in the file are fetched with one read; at most four reads are in memory at a time, and
 * none is started while `take` still works on the last one of its lane. `skip` leaves blocks out, such as cached ones.
 */
export async function readBlockBytes(
  source: ByteSource,
  request: BlockRequest,
  take: (block: BlockBytes) => void | Promise<void>,
  skip: (address: BlockAddress) => boolean = () => false,
): Promise<void> {
  const { header, level } = request;
  const wanted: WantedBlock[] = [];
  for (const address of blocksOf(request)) {
    if (skip(address)) continue;
    const range = rangeOfBlock(header, level, address);
    if (range === null) await take({ address, bytes: null });
    else wanted.push({ address, ...range });
  }
  const groups = groupRanges(wanted);
  const readNext = async () => {
    const read = createReader(source);
    for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
      const startBytes = group[0]!.offsetBytes;
      const endBytes = group.reduce((end, block) => Math.max(end, block.offsetBytes + block.lengthBytes), 0);
      const bytes = await read(startBytes, endBytes - startBytes);
      for (const { address, offsetBytes, lengthBytes } of group) {
        const framed = bytes.subarray(offsetBytes - startBytes, offsetBytes - startBytes + lengthBytes);
        await take({ address, bytes: unframe(header, level, address, framed) });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL_READS, groups.length) }, readNext));
}

/** Reads below this may be answered from what the source has in memory. */
const SMALL_READ_BYTES = 64 * 1024;

/** Reads into one buffer where the source can, for fresh megabytes cost more than what is read into them. */
function createReader(source: ByteSource): ByteSource['read'] {
  let buffer = new Uint8Array(0);
  return async (offsetBytes, lengthBytes) => {
    if (!source.readInto || lengthBytes < SMALL_READ_BYTES) return source.read(offsetBytes, lengthBytes);
    if (buffer.length < lengthBytes) buffer = new Uint8Array(lengthBytes);
    await source.readInto(buffer, offsetBytes, lengthBytes);
    return buffer.subarray(0, lengthBytes);
  };
}
