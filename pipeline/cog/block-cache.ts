import type { PixelArray } from '../../shared/raster.ts';

/** Decoded blocks of one file, the least recently used dropped first. Do not write into what it returns. */
export interface BlockCache {
  get(key: string): PixelArray | undefined;
  set(key: string, block: PixelArray): void;
}

/** @param maxBytes upper bound of the decoded bytes held; a block larger than that is not kept. */
export function createBlockCache(maxBytes: number): BlockCache {
  // A Map keeps the order of insertion: the first key is the one unused for longest.
  const blocks = new Map<string, PixelArray>();
  let heldBytes = 0;
  const drop = (key: string) => {
    heldBytes -= blocks.get(key)?.byteLength ?? 0;
    blocks.delete(key);
  };
  return {
    get(key) {
      const block = blocks.get(key);
      if (block !== undefined) {
        blocks.delete(key);
        blocks.set(key, block);
      }
      return block;
    },
    set(key, block) {
      drop(key);
      if (block.byteLength > maxBytes) return;
      for (const oldest of blocks.keys()) {
        if (heldBytes + block.byteLength <= maxBytes) break;
        drop(oldest);
      }
      blocks.set(key, block);
      heldBytes += block.byteLength;
    },
  };
}
