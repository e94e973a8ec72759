import type { Window } from '../../shared/grid.ts';
import type { PixelArray } from '../../shared/raster.ts';
import { type BlockAddress, decodeBlock, nameBlock, shapeOfBlock } from './block.ts';
import type { BlockCache } from './block-cache.ts';
import type { CogHeader, CogLevel } from './header.ts';
import { type ByteRange, type ByteSource, groupRanges } from './source.ts';
import { tiffError } from './tiff.ts';

/** A decoded block and where its cells lie on the level; `data` is null where the file keeps nothing (sparse). */
export interface PlacedBlock {
  readonly window: Window;
  readonly data: PixelArray | null;
  readonly samples: number;
}

export interface BlockRequest {
  readonly header: CogHeader;
  readonly level: CogLevel;
  /** Names the level among those of one file. */
  readonly levelKey: string;
  /** Part of the level that is wanted; only blocks that touch it are read. */
  readonly window: Window;
  readonly sample: number;
}

interface WantedBlock extends ByteRange {
  readonly key: string;
  readonly address: BlockAddress;
}

/** Leader and trailer of a block, 4 bytes each, where the file frames its blocks. */
const FRAME_BYTES = 4;
const PARALLEL_READS = 4;

/**
 * Hands each block that touches the window to `place`, once, in no fixed order. Compressed neighbours are fetched with
 * one read; at most a few of these are in memory at a time.
 */
export async function readBlocks(
  source: ByteSource,
  cache: BlockCache,
  request: BlockRequest,
  place: (block: PlacedBlock) => void,
): Promise<void> {
  const wanted: WantedBlock[] = [];
  for (const address of blocksOf(request)) {
    const { level } = request;
    const at = blockIndex(level, address);
    const key = `${request.levelKey}/${at}`;
    const lengthBytes = level.blockByteCounts[at]!;
    const offsetBytes = level.blockOffsets[at]!;
    const held = cache.get(key);
    if (held !== undefined) place(placeBlock(level, address, held));
    else if (lengthBytes === 0 || offsetBytes === 0) place(placeBlock(level, address, null));
    else wanted.push({ key, address, ...checkedRange(request, address, offsetBytes, lengthBytes) });
  }
  const groups = groupRanges(wanted);
  const readNext = async () => {
    for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
      for (const { key, address, data } of await readGroup(source, request, group)) {
        cache.set(key, data);
        place(placeBlock(request.level, address, data));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL_READS, groups.length) }, readNext));
}

function* blocksOf({ level, window, sample }: BlockRequest): Generator<BlockAddress> {
  const lastCol = Math.floor((window.col + window.widthPx - 1) / level.blockWidthPx);
  const lastRow = Math.floor((window.row + window.heightPx - 1) / level.blockHeightPx);
  for (let row = Math.floor(window.row / level.blockHeightPx); row <= lastRow; row++) {
    for (let col = Math.floor(window.col / level.blockWidthPx); col <= lastCol; col++) yield { col, row, sample };
  }
}

function blockIndex(level: CogLevel, { col, row, sample }: BlockAddress): number {
  const plane = level.planar === 'band' ? sample : 0;
  return (plane * level.blockRows + row) * level.blockCols + col;
}

function placeBlock(level: CogLevel, { col, row }: BlockAddress, data: PixelArray | null): PlacedBlock {
  const { widthPx, heightPx, samples } = shapeOfBlock(level, row);
  const window = { col: col * level.blockWidthPx, row: row * level.blockHeightPx, widthPx, heightPx };
  return { window, data, samples };
}

/** The bytes to read for a block, its frame included. Compression that doubles a block is damage, or an attack. */
function checkedRange(
  request: BlockRequest,
  address: BlockAddress,
  offsetBytes: number,
  lengthBytes: number,
): ByteRange {
  const { level, header } = request;
  const { expectedBytes } = shapeOfBlock(level, address.row);
  if (lengthBytes > 2 * expectedBytes + 1024) {
    const sentence = `${nameBlock(level, address)} takes ${lengthBytes} bytes in the file for ${expectedBytes} of pixels. Fetch the file again.`;
    throw tiffError('E_BLOCK_SIZE', header.where, sentence);
  }
  if (!header.hasBlockFrames || offsetBytes < FRAME_BYTES) return { offsetBytes, lengthBytes };
  return { offsetBytes: offsetBytes - FRAME_BYTES, lengthBytes: lengthBytes + 2 * FRAME_BYTES };
}

async function readGroup(source: ByteSource, request: BlockRequest, group: readonly WantedBlock[]) {
  const startBytes = group[0]!.offsetBytes;
  const endBytes = Math.max(...group.map((block) => block.offsetBytes + block.lengthBytes));
  const bytes = await source.read(startBytes, endBytes - startBytes);
  return group.map(({ key, address, offsetBytes, lengthBytes }) => {
    const framed = bytes.subarray(offsetBytes - startBytes, offsetBytes - startBytes + lengthBytes);
    const block = request.header.hasBlockFrames ? unframe(request, address, framed) : framed;
    return { key, address, data: decodeBlock(request.level, address, block, request.header.where) };
  });
}

/** A wrong range, such as the neighbour's block, is a good Deflate stream: its frame gives it away. */
function unframe({ level, header }: BlockRequest, address: BlockAddress, framed: Uint8Array): Uint8Array {
  const view = new DataView(framed.buffer, framed.byteOffset, framed.byteLength);
  const lengthBytes = framed.length - 2 * FRAME_BYTES;
  const leader = view.getUint32(0, true);
  const last = framed.length - FRAME_BYTES;
  const repeated = lengthBytes < FRAME_BYTES || view.getUint32(last) === view.getUint32(last - FRAME_BYTES);
  if (leader === lengthBytes && repeated) return framed.subarray(FRAME_BYTES, last);
  const sentence = `${nameBlock(level, address)} is not where the header says: its frame states ${leader} bytes, ${lengthBytes} are wanted. Fetch the file again.`;
  throw tiffError('E_BLOCK_CORRUPT', header.where, sentence);
}
