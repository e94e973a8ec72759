import type { ByteSource } from '../../../pipeline/cog/source.ts';
import { truncatedError } from '../../../pipeline/cog/source.ts';

/** A file that exists only in memory, and counts what is read of it. */
export function memorySource(bytes: Uint8Array, href = 'memory.tif'): ByteSource {
  let requests = 0;
  let read = 0;
  return {
    href,
    sizeBytes: bytes.length,
    async read(offsetBytes, lengthBytes) {
      if (!(offsetBytes >= 0 && offsetBytes + lengthBytes <= bytes.length)) {
        throw truncatedError(href, offsetBytes, lengthBytes, bytes.length);
      }
      requests += 1;
      read += lengthBytes;
      return bytes.subarray(offsetBytes, offsetBytes + lengthBytes);
    },
    identity: async () => `size:${bytes.length}`,
    stats: () => ({ requests, bytes: read }),
    close: async () => {},
  };
}
