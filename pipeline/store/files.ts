import { createHash, randomBytes } from 'node:crypto';
import { closeSync, createReadStream, openSync, rmSync } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { inputError } from '../../shared/errors.ts';
import { diskError, systemCode } from '../disk-error.ts';

/** Where a write has got to; tests end the process there. */
export type WriteStep = 'temp-written' | 'temp-synced';

/**
 * Writes a file so that its final name only ever holds the whole content, also when the process is killed or the power
 * fails: temporary file beside it, fsync, rename, fsync of the folder. The temporary file is removed on error.
 * Errors (resource): `E_DISK_FULL`, `E_DISK`.
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  await withTemporaryFile(path, content, async (temporary) => {
    await rename(temporary, path);
    await syncFolder(dirname(path));
  });
}

/**
 * Has `place` bring a file beside `path`, whole and on the disk, under its final name; it is removed when that fails.
 * Its name is hidden and tells processes apart: `run/leftovers.ts` finds those of killed ones by it.
 */
export async function withTemporaryFile<T>(
  path: string,
  content: Uint8Array | string,
  place: (temporary: string) => Promise<T>,
  onStep: (step: WriteStep) => void | Promise<void> = () => {},
): Promise<T> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(content);
      await onStep('temp-written');
      await file.sync();
      await onStep('temp-synced');
    } finally {
      await file.close();
    }
    return await place(temporary);
  } catch (error) {
    // What went wrong first is told, not that the rest cannot be removed either.
    await rm(temporary, { force: true }).catch(() => {});
    throw diskError(path, error) ?? error;
  }
}

/** SHA-256 of bytes or of UTF-8 text, 64 hexadecimal digits. */
export function sha256OfBytes(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** SHA-256 of a file, 64 hexadecimal digits; reads it piece by piece. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Makes a folder and those above it; it may be there already. Throws `E_FOLDER` where it cannot be made or written, `E_DISK_FULL` or `E_DISK` where there is no room. */
export async function ensureFolder(path: string): Promise<void> {
  try {
    await makeFolder(path);
    tryFolder(path);
  } catch (error) {
    const shortage = diskError(path, error);
    // A folder on a read-only disk is a wrong place, not a disk that failed under way.
    if (shortage !== null && systemCode(error) !== 'EROFS') throw shortage;
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    const message = `The output folder ${path} cannot be made or written (${code}). Name a place where you may write with --out.`;
    throw inputError('E_FOLDER', message, path, error);
  }
}

/** Makes a file and takes it away: rights alone say little, least of all to an administrator. At one go, so that an end leaves nothing. */
function tryFolder(path: string): void {
  const probe = join(path, `.${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
  closeSync(openSync(probe, 'wx'));
  rmSync(probe, { force: true });
}

/** Not `mkdir` with `recursive`: where a file system denies new folders with ENOENT, as /proc does, that never ends. */
async function makeFolder(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await makeOne(path);
  }
}

async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    if (!isThere || !(await stat(path)).isDirectory()) throw error;
  }
}

/** Makes a name in a folder last. As PostgreSQL does, a file system that cannot do that for folders is let pass. */
export async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder; its rename is journalled by the file system.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EINVAL' && code !== 'EBADF') throw error;
  } finally {
    await folder.close();
  }
}
