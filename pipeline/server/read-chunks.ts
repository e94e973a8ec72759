import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { type CanopyError, inputError } from '../../shared/errors.ts';
import { sha256OfBytes } from '../store/files.ts';

/** Small enough that parsing one chunk does not hold up requests for long. */
const CHUNK_BYTES = 1 << 20;

/**
 * Opens a table that run.json lists. The open file stays the same bytes when another run replaces it by name. Throws
 * `E_RESULTS_MISSING`.
 */
export async function openTable(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    const message = `${path} is named in run.json but cannot be opened (${(error as NodeJS.ErrnoException).code}). Run canopy monitor into this folder again.`;
    throw inputError('E_RESULTS_MISSING', message, path, error);
  }
}

/**
 * Reads a file piece by piece. `take` gets the bytes not yet taken and their offset in the file, and answers how many of
 * them it has taken; the rest comes again with what follows. Throws `E_HASH` when the whole file has another SHA-256.
 */
export async function readChunks(
  file: FileHandle,
  from: { readonly path: string; readonly sha256: string },
  take: (bytes: Buffer, offset: number) => number,
): Promise<void> {
  const hash = createHash('sha256');
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  // What cannot be understood is most often a file that was changed: that is said first.
  let failure: { readonly error: unknown } | null = null;
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, offset + rest.length);
    if (bytesRead === 0) break;
    hash.update(chunk.subarray(0, bytesRead));
    const whole = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    let taken = whole.length;
    try {
      if (failure === null) taken = take(whole, offset);
    } catch (error) {
      failure = { error };
    }
    rest = whole.subarray(taken);
    offset += taken;
  }
  if (hash.digest('hex') === from.sha256) {
    if (failure) throw failure.error;
    return;
  }
  throw hashError(from.path);
}

/** The text of a small file that run.json lists. Throws `E_RESULTS_MISSING`; `E_HASH` when it has another SHA-256. */
export async function readListed(path: string, sha256: string): Promise<string> {
  const file = await openTable(path);
  try {
    const bytes = await file.readFile();
    if (sha256OfBytes(bytes) === sha256) return bytes.toString('utf8');
  } finally {
    await file.close();
  }
  throw hashError(path);
}

function hashError(path: string): CanopyError {
  const message = `${path} is not the file that run.json lists: its SHA-256 differs. It was changed or damaged since the run; run canopy monitor into this folder again.`;
  return inputError('E_HASH', message, path);
}

/** Bytes [start, end) of an open file as text. */
export async function readSlice(file: FileHandle, start: number, end: number): Promise<string> {
  const bytes = Buffer.allocUnsafe(end - start);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
  if (bytesRead === bytes.length) return bytes.toString('utf8');
  throw inputError('E_RESULTS_SHORT', 'A result file ended before the place where it was longer when it was opened.');
}
