import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CanopyError } from '../../shared/errors.ts';
import { diskError, systemCode } from '../disk-error.ts';
import type { ByteRange } from './source.ts';

/** Bytes kept on disk beside the file to be, until its layout is known. */
export interface Spool {
  /** Adds bytes at the end; resolves to where they begin. Calls may overlap. */
  append(bytes: Uint8Array): Promise<number>;
  /** Fills `into` with the bytes of several ranges, one after the other. */
  read(ranges: readonly ByteRange[], into: Uint8Array): Promise<void>;
  discard(): Promise<void>;
}

const CHUNK_BYTES = 2 ** 21;
const FLUSH_BYTES = 2 ** 25;

/** Names of unfinished files: hidden, beside the finished one, and told apart by process. */
function temporaryPath(path: string, part: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.${part}.tmp`);
}

/** Whatever the system has against a file of ours: room, or a folder that is missing or may not be written. */
function writeError(path: string, cause: unknown): unknown {
  const shortage = diskError(path, cause);
  if (shortage !== null) return shortage;
  const code = systemCode(cause);
  if (code === '') return cause;
  const message = `${path} could not be written (${code}). Check the free space and the rights of its folder.`;
  return new CanopyError({ kind: 'resource', code: 'E_DISK', message, where: path }, { cause });
}

async function writeFully(handle: FileHandle, bytes: Uint8Array, positionBytes: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, positionBytes + done);
    done += bytesWritten;
  }
}

async function readFully(handle: FileHandle, into: Uint8Array, positionBytes: number): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await handle.read(into, done, into.length - done, positionBytes + done);
    if (bytesRead === 0) throw new Error('An unfinished file became shorter while it was read.');
    done += bytesRead;
  }
}

/** Takes the name away while the file is open, so that not even a killed process leaves it; not every system allows that. */
async function openNameless(temporary: string): Promise<FileHandle> {
  const handle = await open(temporary, 'w+');
  await rm(temporary, { force: true }).catch(() => {});
  return handle;
}

/** A spool for the file `path`, made on disk when it is first written to. */
export function createSpool(path: string): Spool {
  const temporary = temporaryPath(path, 'blocks');
  let opening: Promise<FileHandle> | null = null;
  let bytes = 0;
  return {
    async append(part) {
      const at = bytes;
      bytes += part.length;
      try {
        opening ??= openNameless(temporary);
        await writeFully(await opening, part, at);
      } catch (error) {
        throw writeError(path, error);
      }
      return at;
    },
    async read(ranges, into) {
      const handle = await opening!;
      let to = 0;
      for (const { offsetBytes, lengthBytes } of joinRanges(ranges)) {
        await readFully(handle, into.subarray(to, to + lengthBytes), offsetBytes);
        to += lengthBytes;
      }
    },
    async discard() {
      const handle = await opening?.catch(() => null);
      opening = null;
      await handle?.close();
      await rm(temporary, { force: true });
    },
  };
}

function joinRanges(ranges: readonly ByteRange[]): ByteRange[] {
  const joined: ByteRange[] = [];
  for (const { offsetBytes, lengthBytes } of ranges) {
    const last = joined.at(-1);
    if (last !== undefined && last.offsetBytes + last.lengthBytes === offsetBytes) {
      joined[joined.length - 1] = { offsetBytes: last.offsetBytes, lengthBytes: last.lengthBytes + lengthBytes };
    } else joined.push({ offsetBytes, lengthBytes });
  }
  return joined;
}

/** Header, then ranges of a spool in the order given, to `path`: complete and on the disk, or not there at all. */
export async function writeAtomically(
  path: string,
  header: Uint8Array,
  spool: Spool,
  ranges: readonly ByteRange[],
): Promise<{ sha256: string; bytes: number }> {
  const temporary = temporaryPath(path, 'whole');
  try {
    const written = await writeWhole(temporary, header, spool, ranges);
    await rename(temporary, path);
    await syncFolder(dirname(path));
    return written;
  } catch (error) {
    await rm(temporary, { force: true });
    throw writeError(path, error);
  }
}

async function writeWhole(temporary: string, header: Uint8Array, spool: Spool, ranges: readonly ByteRange[]) {
  const handle = await open(temporary, 'w');
  try {
    const written = await copyChunks(handle, header, spool, ranges);
    await handle.sync();
    return written;
  } finally {
    await handle.close();
  }
}

/** The disk, the next chunk and the checksum proceed together, and the disk does not wait for the end. */
async function copyChunks(handle: FileHandle, header: Uint8Array, spool: Spool, ranges: readonly ByteRange[]) {
  const hash = createHash('sha256').update(header);
  await writeFully(handle, header, 0);
  let bytes = header.length;
  let flushedBytes = 0;
  let flushing: Promise<void> = Promise.resolve();
  const chunks = chunksOf(ranges);
  const roomBytes = Math.max(0, ...chunks.map((chunk) => sumLengths(chunk)));
  const rooms = [Buffer.allocUnsafe(roomBytes), Buffer.allocUnsafe(roomBytes)];
  const read = async (index: number) => {
    const chunk = chunks[index];
    if (chunk === undefined) return null;
    const into = rooms[index % 2]!.subarray(0, sumLengths(chunk));
    await spool.read(chunk, into);
    return into;
  };
  let part = await read(0);
  for (let index = 1; part !== null; index++) {
    const [writing, reading] = [writeFully(handle, part, bytes), read(index)];
    hash.update(part);
    bytes += part.length;
    const [next] = await Promise.all([reading, writing]);
    part = next;
    if (bytes - flushedBytes < FLUSH_BYTES) continue;
    flushedBytes = bytes;
    await flushing;
    flushing = handle.datasync();
    // Awaited later; a failure must not go unheard until then.
    flushing.catch(() => {});
  }
  await flushing;
  return { sha256: hash.digest('hex'), bytes };
}

function chunksOf(ranges: readonly ByteRange[]): ByteRange[][] {
  const chunks: ByteRange[][] = [];
  let bytes = CHUNK_BYTES;
  for (const range of ranges) {
    if (bytes + range.lengthBytes > CHUNK_BYTES) {
      chunks.push([]);
      bytes = 0;
    }
    chunks.at(-1)!.push(range);
    bytes += range.lengthBytes;
  }
  return chunks;
}

function sumLengths(ranges: readonly ByteRange[]): number {
  return ranges.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
}

/** Makes the rename itself last; not every file system lets a folder be opened. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  try {
    await handle?.sync();
  } finally {
    await handle?.close();
  }
}
