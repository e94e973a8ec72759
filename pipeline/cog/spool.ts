import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CanopyError } from '../../shared/errors.ts';
import type { ByteRange } from './source.ts';

/** Finished blocks of one level, kept on disk beside the file to be until all lengths are known. */
export interface Spool {
  /** Where each block lies in the spool, without its frame. */
  readonly blocks: readonly ByteRange[];
  append(block: Uint8Array): Promise<void>;
  bytes(): number;
  /** Chunks of the spool from its start; each is valid until the next one is asked for. */
  read(): AsyncGenerator<Uint8Array>;
  discard(): Promise<void>;
}

const LEADER_BYTES = 4;
const TRAILER_BYTES = 4;
const CHUNK_BYTES = 1 << 20;

/** Names of unfinished files: hidden, beside the finished one, and told apart by process. */
function temporaryPath(path: string, part: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.${part}.tmp`);
}

function diskError(path: string, cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (!/^E[A-Z]+$/.test(code)) return cause;
  const message = `${path} could not be written (${code}). Check the free space and the rights of its folder.`;
  return new CanopyError({ kind: 'resource', code: 'E_DISK', message, where: path }, { cause });
}

async function writeFully(handle: FileHandle, bytes: Uint8Array, positionBytes: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, positionBytes + done);
    done += bytesWritten;
  }
}

export async function createSpool(path: string, levelIndex: number): Promise<Spool> {
  const temporary = temporaryPath(path, `level-${levelIndex}`);
  let handle: FileHandle | null = null;
  const blocks: ByteRange[] = [];
  let bytes = 0;
  return {
    blocks,
    bytes: () => bytes,
    async append(block) {
      const framed = Buffer.alloc(LEADER_BYTES + block.length + TRAILER_BYTES);
      framed.writeUInt32LE(block.length, 0);
      framed.set(block, LEADER_BYTES);
      framed.set(block.subarray(-TRAILER_BYTES), LEADER_BYTES + block.length);
      try {
        handle ??= await open(temporary, 'w+');
        await writeFully(handle, framed, bytes);
      } catch (error) {
        throw diskError(path, error);
      }
      blocks.push({ offsetBytes: bytes + LEADER_BYTES, lengthBytes: block.length });
      bytes += framed.length;
    },
    async *read() {
      const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, bytes));
      for (let at = 0; at < bytes; ) {
        const { bytesRead } = await handle!.read(chunk, 0, Math.min(chunk.length, bytes - at), at);
        if (bytesRead === 0) throw new Error(`${temporary} became shorter while it was read.`);
        yield chunk.subarray(0, bytesRead);
        at += bytesRead;
      }
    },
    async discard() {
      await handle?.close();
      handle = null;
      await rm(temporary, { force: true });
    },
  };
}

/** Header and spools, one after the other, to `path`: complete and on the disk, or not there at all. */
export async function writeAtomically(
  path: string,
  header: Uint8Array,
  spools: readonly Spool[],
): Promise<{ sha256: string; bytes: number }> {
  const temporary = temporaryPath(path, 'whole');
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const handle = await open(temporary, 'w');
    const add = async (part: Uint8Array) => {
      hash.update(part);
      await writeFully(handle, part, bytes);
      bytes += part.length;
    };
    try {
      await add(header);
      for (const spool of spools) for await (const chunk of spool.read()) await add(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw diskError(path, error);
  }
  return { sha256: hash.digest('hex'), bytes };
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
