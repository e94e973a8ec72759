import { closeSync, openSync, readSync } from 'node:fs';
import type { BlockAddress } from './block.ts';
import { rangeOfBlock, unframe } from './block-bytes.ts';
import type { CogHeader, CogLevel } from './header.ts';
import { openError, truncatedError } from './source.ts';

/** Blocks of a local file without promises, for threads: one buffer, reused for every read. */
export interface BlockFile {
  /**
   * The compressed bytes of a block, for `decodeBlockInto`; null where it is sparse (nodata). They lie in a buffer that the
   * next read overwrites. Errors: `E_BLOCK_SIZE`, `E_BLOCK_CORRUPT`, `E_TIFF_TRUNCATED`.
   */
  readBlock(level: CogLevel, address: BlockAddress): Uint8Array | null;
  /** Reads and bytes so far. */
  stats(): { readonly requests: number; readonly bytes: number };
  close(): void;
}

/**
 * Opens a local file whose header the caller has, perhaps from another thread (a `CogHeader` is plain data).
 * Errors: `E_ASSET_MISSING`, `E_ASSET_UNREADABLE` (input), `E_OPEN_LIMIT` (resource).
 */
export function openBlockFile(path: string, header: CogHeader): BlockFile {
  const descriptor = openChecked(path);
  let buffer = new Uint8Array(256 * 1024);
  let requests = 0;
  let bytes = 0;
  return {
    readBlock(level, address) {
      const range = rangeOfBlock(header, level, address);
      if (range === null) return null;
      const { offsetBytes, lengthBytes } = range;
      if (buffer.length < lengthBytes) buffer = new Uint8Array(lengthBytes + (lengthBytes >> 1));
      for (let done = 0; done < lengthBytes; ) {
        const got = readSync(descriptor, buffer, done, lengthBytes - done, offsetBytes + done);
        if (got === 0) throw truncatedError(path, offsetBytes, lengthBytes, offsetBytes + done);
        done += got;
      }
      requests += 1;
      bytes += lengthBytes;
      return unframe(header, level, address, buffer.subarray(0, lengthBytes));
    },
    stats: () => ({ requests, bytes }),
    close: () => closeSync(descriptor),
  };
}

function openChecked(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw openError(path, cause);
  }
}
