import type { ZSTDDecoder } from 'zstddec';

let decoder: ZSTDDecoder | null = null;

/** Loads the decoder, once in a thread; before that `inflateZstd` is of no use. */
export async function prepareZstd(): Promise<void> {
  if (decoder !== null) return;
  const { ZSTDDecoder } = await import('zstddec');
  const loading = new ZSTDDecoder();
  await loading.init();
  decoder = loading;
}

/** Start of a frame (RFC 8878, section 3.1.1). */
const MAGIC = [0x28, 0xb5, 0x2f, 0xfd] as const;

/**
 * Inflates Zstandard to at most `maxBytes`. Null where the bytes are damaged or hold more: its one answer to both.
 * Writers of TIFF leave the frame's checksum out, so that a flipped bit may go unseen here.
 */
export function inflateZstd(bytes: Uint8Array, maxBytes: number): Uint8Array | null {
  if (decoder === null) throw new Error('A ZSTD block was decoded before prepareDecoder had been awaited.');
  if (MAGIC.some((value, i) => bytes[i] !== value)) return null;
  const out = decoder.decode(bytes, maxBytes);
  return out.length === 0 ? null : out;
}
