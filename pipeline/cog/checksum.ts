import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { inputError } from '../../shared/errors.ts';

/** Multihash prefixes (code, length) of the digests that are checked. */
const DIGESTS: Readonly<Record<string, 'sha256' | 'sha512'>> = { 1220: 'sha256', 1340: 'sha512' };

/**
 * Holds a file on disk against the checksum that its item states; throws `E_CHECKSUM` (input) where they differ.
 * @param checksum multihash in hexadecimal (STAC file extension); one of another digest is not checked
 * @param identity `sha256:<hex>` of the file, so that it need not be read again for that digest
 */
export async function checkFile(path: string, checksum: string, identity: string): Promise<void> {
  const digest = DIGESTS[checksum.slice(0, 4)];
  if (digest === undefined) return;
  const wanted = checksum.slice(4).toLowerCase();
  const got = digest === 'sha256' ? identity.slice('sha256:'.length) : await digestOf(path, digest);
  if (got === wanted) return;
  const message = `${path} is not the file that its item describes: its ${digest} is ${got.slice(0, 12)}…, the item states ${wanted.slice(0, 12)}…. Fetch the file again.`;
  throw inputError('E_CHECKSUM', message, path);
}

async function digestOf(path: string, digest: 'sha512'): Promise<string> {
  const hash = createHash(digest);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
