import type { Window } from '../../shared/grid.ts';
import type { PixelArray } from '../../shared/raster.ts';
import {
  type BlockAddress,
  type BlockInPlace,
  bytesPerValue,
  decodeBlock,
  decodeInPlace,
  prepareDecoder,
  shapeOfBlock,
} from './block.ts';
import { type BlockRequest, blockIndex, blocksOf, readBlockBytes } from './block-bytes.ts';
import type { BlockCache } from './block-cache.ts';
import type { CogLevel } from './header.ts';
import type { ByteSource } from './source.ts';

/** A decoded block and where its cells lie on the level; `data` is null where the file keeps nothing (sparse). */
export interface PlacedBlock {
  readonly window: Window;
  /** To be used before `place` returns: the next block may overwrite it. */
  readonly data: PixelArray | null;
  readonly samples: number;
  /** Where `data` lies in the memory of the kernel. */
  readonly inPlace: BlockInPlace | null;
}

interface CachedRequest extends BlockRequest {
  /** Names the level among those of one file. */
  readonly levelKey: string;
}

/** A window of more than this would drive all else out of a cache: its blocks are decoded in place and not kept. */
const LARGE_WINDOW_BYTES = 16 * 1024 * 1024;

/**
 * Hands each block that touches the window to `place`, once, in no fixed order. Compressed neighbours are fetched with
 * one read; at most a few of these are in memory at a time.
 */
export async function readBlocks(
  source: ByteSource,
  cache: BlockCache,
  request: CachedRequest,
  place: (block: PlacedBlock) => void,
): Promise<void> {
  const { level, header } = request;
  const keyOf = (address: BlockAddress) => `${request.levelKey}/${blockIndex(level, address)}`;
  const held = new Set<number>();
  for (const address of blocksOf(request)) {
    const data = cache.get(keyOf(address));
    if (data === undefined) continue;
    held.add(blockIndex(level, address));
    place(placeBlock(level, address, data));
  }
  await prepareDecoder(level);
  await readBlockBytes(
    source,
    request,
    ({ address, bytes }) => {
      if (bytes === null) return place(placeBlock(level, address, null));
      if (isLarge(request)) {
        const block = decodeInPlace(level, address, bytes, header.where);
        return place(placeBlock(level, address, block.pixels, block));
      }
      const data = decodeBlock(level, address, bytes, header.where);
      cache.set(keyOf(address), data);
      place(placeBlock(level, address, data));
    },
    (address) => held.has(blockIndex(level, address)),
  );
}

function isLarge({ level, window }: CachedRequest): boolean {
  const bytes = window.widthPx * window.heightPx * bytesPerValue(level.dataType);
  return bytes > LARGE_WINDOW_BYTES && level.bitsPerSample !== 1;
}

function placeBlock(
  level: CogLevel,
  { col, row }: BlockAddress,
  data: PixelArray | null,
  inPlace: BlockInPlace | null = null,
): PlacedBlock {
  const { widthPx, heightPx, samples } = shapeOfBlock(level, row);
  const window = { col: col * level.blockWidthPx, row: row * level.blockHeightPx, widthPx, heightPx };
  return { window, data, samples, inPlace };
}
