import { link, mkdir, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CanopyError, type ErrorKind, inputError, isCanopyError } from '../../shared/errors.ts';
import { diskError, systemCode } from '../disk-error.ts';
import { sha256OfBytes, syncFolder, withTemporaryFile, writeFileAtomic } from './files.ts';
import { checkUnitName, checkUnitPrefix, isUnitName } from './unit-name.ts';
import type { StoredUnit, UnitStep, UnitStore } from './unit-store.ts';

type OnStep = (step: UnitStep) => void | Promise<void>;

const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);
const NOT_THERE: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);
const ADVICE = 'Make room there or repair it; the run goes on by itself when there is room.';

/** How often a file may vanish under the hands of its writer before that is an error. */
const TRIES = 3;

/** A unit store in a folder, which has to be there: one that is not may be a share that is not mounted. */
export async function openFolderStore(folder: string, onStep: OnStep = () => {}): Promise<UnitStore> {
  const root = resolve(folder);
  const found = await stat(root).catch((error: unknown) => {
    throw storeError(root, error);
  });
  if (!found.isDirectory()) throw missing(root, 'it is a file');
  const ensureParent = createParents(root);
  const withPath = async <T>(name: string, run: (path: string) => Promise<T>): Promise<T> => {
    checkUnitName(name);
    const path = join(root, name);
    try {
      return await run(path);
    } catch (error) {
      throw storeError(path, error);
    }
  };
  return {
    place: root,
    putOnce: (name, content) =>
      withPath(name, async (path) => {
        await ensureParent(path);
        return putOnce(path, content, onStep);
      }),
    put: (name, content) =>
      withPath(name, async (path) => {
        await ensureParent(path);
        await writeFileAtomic(path, content);
      }),
    get: (name) => withPath(name, readIfThere),
    list: async (prefix) => {
      checkUnitPrefix(prefix);
      try {
        return await listFiles(root, prefix);
      } catch (error) {
        throw storeError(root, error);
      }
    },
    remove: (name) => withPath(name, remove),
    close: async () => {},
  };
}

async function putOnce(path: string, content: Uint8Array, onStep: OnStep): Promise<StoredUnit> {
  for (let tries = 0; tries < TRIES; tries++) {
    const isNew = await withTemporaryFile(path, content, (temporary) => nameOnce(temporary, path, onStep), onStep);
    // Also where somebody was first: that one may have been killed before the name was sure to last.
    await syncFolder(dirname(path));
    await onStep('folder-synced');
    const found = await readIfThere(path);
    await onStep('re-read');
    if (found === null) continue;
    const sha256 = sha256OfBytes(found);
    if (isNew && sha256 !== sha256OfBytes(content)) await refuseDisk(path);
    return { sha256, bytes: found.length, isNew };
  }
  const message = `${path} was removed by somebody each time it was written; try again when nobody cleans up there.`;
  throw new CanopyError({ kind: 'transient', code: 'E_STORE_UNREACHABLE', message, where: path });
}

/** Gives a whole file its final name unless that is taken; resolves to whether it was free. */
async function nameOnce(temporary: string, path: string, onStep: OnStep): Promise<boolean> {
  const isNew = await linkOrRename(temporary, path);
  await onStep('named');
  // Gone already where it was renamed.
  await rm(temporary, { force: true });
  return isNew;
}

async function linkOrRename(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') return isSameFile(temporary, path);
    if (!NO_LINKS.has(code)) throw error;
  }
  // No hard links here. Between the look and the rename another writer may take the name; its file is then replaced by
  // this one, whole as well, and both are told that they were first. Nothing half is ever seen.
  if ((await statIfThere(path)) !== null) return false;
  await rename(temporary, path);
  return true;
}

/** NFS may have made the link and lost the answer: the name is then said to be taken, by the file itself. */
async function isSameFile(temporary: string, path: string): Promise<boolean> {
  const [mine, found] = await Promise.all([statIfThere(temporary), statIfThere(path)]);
  return mine !== null && found !== null && found.ino === mine.ino && found.dev === mine.dev;
}

async function statIfThere(path: string) {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (NOT_THERE.has(systemCode(error))) return null;
    throw error;
  }
}

/** Nobody else wrote that file, so it goes. */
async function refuseDisk(path: string): Promise<never> {
  await rm(path, { force: true });
  const message = `${path} reads back as other bytes than were written: the disk does not keep what is written. It was removed; check the disk.`;
  throw new CanopyError({ kind: 'resource', code: 'E_HASH', message, where: path });
}

async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (NOT_THERE.has(systemCode(error))) return null;
    throw error;
  }
}

/**
 * Makes the folder of a name, never the store: one that was unmounted meanwhile would come back as an empty folder. Its
 * own name is made to last once, also where another writer made it, who may have been killed before he did that.
 */
function createParents(root: string): (path: string) => Promise<void> {
  const lasting = new Set([root]);
  return async (path) => {
    const parent = dirname(path);
    const isNew = parent !== root && (await makeFolder(parent));
    if (!isNew && lasting.has(parent)) return;
    await syncFolder(root);
    lasting.add(parent);
  };
}

async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function listFiles(root: string, prefix: string): Promise<{ name: string; bytes: number }[]> {
  const names: string[] = [];
  for (const entry of await readdir(root, { withFileTypes: true })) {
    const { name } = entry;
    if (!entry.isDirectory()) names.push(name);
    else if (`${name}/`.startsWith(prefix) || prefix.startsWith(`${name}/`))
      names.push(...(await readNames(join(root, name))).map((inner) => `${name}/${inner}`));
  }
  const wanted = names.filter((name) => name.startsWith(prefix) && isUnitName(name)).sort();
  const files = await Promise.all(wanted.map(async (name) => ({ name, bytes: await bytesOf(join(root, name)) })));
  return files.flatMap(({ name, bytes }) => (bytes === null ? [] : [{ name, bytes }]));
}

async function readNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (NOT_THERE.has(systemCode(error))) return [];
    throw error;
  }
}

/** null for what is no file, or was removed meanwhile. */
async function bytesOf(path: string): Promise<number | null> {
  const found = await statIfThere(path);
  return found?.isFile() ? Number(found.size) : null;
}

async function remove(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (NOT_THERE.has(systemCode(error))) return;
    throw error;
  }
  await syncFolder(dirname(path));
}

/** What the system has against a file of the store, as an error that says whether waiting helps. */
function storeError(path: string, cause: unknown): unknown {
  const first = isCanopyError(cause) ? cause.cause : cause;
  const shortage = diskError(path, first, ADVICE);
  if (shortage !== null) return shortage;
  if (isCanopyError(cause)) return cause;
  const code = systemCode(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR') return missing(path, 'it or the folder it lies in is not there', cause);
  const told = (kind: ErrorKind, name: string, message: string) =>
    new CanopyError({ kind, code: name, message, where: path }, { cause });
  if (code === 'EACCES' || code === 'EPERM') {
    const message = `${path} may not be read or written by this user (${code}). Give it the right to, then try again.`;
    return told('auth', 'E_STORE_REFUSED', message);
  }
  if (!UNREACHABLE.has(code)) return cause;
  return told('transient', 'E_STORE_UNREACHABLE', `The share of ${path} does not answer (${code}); try again later.`);
}

/** What network file systems answer while their server is away, and a machine that has too many files open. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  'ESTALE',
  'ETIMEDOUT',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENOTCONN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EREMOTEIO',
  'EBUSY',
  'EAGAIN',
  'EINTR',
]);

function missing(path: string, why: string, cause?: unknown): CanopyError {
  const message = `The store ${path} cannot be used: ${why}. Make the folder, or mount the share, then try again.`;
  return inputError('E_STORE_MISSING', message, path, cause);
}
