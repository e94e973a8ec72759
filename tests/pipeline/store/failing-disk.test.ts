import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { ensureFolder, writeFileAtomic } from '../../../pipeline/store/files.ts';
import { openUnitStore } from '../../../pipeline/store/unit-store.ts';

/** What the disk does: calls since the start, which of them fails (from 1; 0 = none), and calls that always fail. */
const disk = vi.hoisted(() => ({
  calls: 0,
  failAt: 0,
  code: 'EIO',
  failed: [] as string[],
  always: {} as Record<string, string>,
  /** Of `link`: it is done, and said to have found the name taken. */
  loseAnswers: false,
  lie: null as ((content: Buffer) => Buffer) | null,
}));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const watch =
    (name: string, call: (...args: never[]) => unknown) =>
    async (...args: never[]): Promise<unknown> => {
      disk.calls++;
      const code = disk.always[name] ?? (disk.calls === disk.failAt ? disk.code : null);
      if (code !== null) {
        disk.failed.push(name);
        throw Object.assign(new Error(`${code}: ${name}`), { code });
      }
      const result = await call(...args);
      if (name === 'link' && disk.loseAnswers) throw Object.assign(new Error('EEXIST: link'), { code: 'EEXIST' });
      return name === 'readFile' && disk.lie !== null ? disk.lie(result as Buffer) : result;
    };
  const watchHandle = (handle: FileHandle): FileHandle =>
    new Proxy(handle, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (typeof value !== 'function') return value;
        const bound = value.bind(target) as (...args: never[]) => unknown;
        // A file that cannot be closed by its owner would stay open for the rest of the test.
        if (name !== 'close') return watch(String(name), bound);
        return async () => {
          await bound();
          await watch('close', () => {})();
        };
      },
    });
  const watched: Record<string, unknown> = { ...real };
  for (const name of ['link', 'mkdir', 'readdir', 'readFile', 'rename', 'rm', 'stat', 'unlink'] as const)
    watched[name] = watch(name, real[name] as (...args: never[]) => unknown);
  const open = watch('open', real.open as (...args: never[]) => unknown);
  watched.open = async (...args: never[]) => watchHandle((await open(...args)) as FileHandle);
  return { ...watched, default: watched };
});

const scratch = mkdtempSync(join(tmpdir(), 'canopy-failing-'));
afterEach(() =>
  Object.assign(disk, { calls: 0, failAt: 0, code: 'EIO', failed: [], always: {}, loseAnswers: false, lie: null }),
);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const content = Buffer.alloc(70_000, 'n');

interface Tried {
  readonly failed: string;
  readonly error: unknown;
  readonly files: Record<string, string>;
}

/** Runs an action once for each call it makes, in an empty folder, with that call failing. */
async function failEach(run: (folder: string) => Promise<unknown>): Promise<Tried[]> {
  const tried: Tried[] = [];
  for (let failAt = 1; ; failAt++) {
    const folder = mkdtempSync(join(scratch, 'n-'));
    Object.assign(disk, { calls: 0, failAt, failed: [] });
    const error = await run(folder).then(
      () => null,
      (caught: unknown) => caught,
    );
    if (disk.failed.length === 0) return tried;
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true });
    const files = names
      .filter((entry) => entry.isFile())
      .map(({ name, parentPath }) => [name, readFileSync(join(parentPath, name), 'latin1')]);
    tried.push({ failed: disk.failed[0]!, error, files: Object.fromEntries(files) });
  }
}

const whole = content.toString('latin1');

describe('the n-th call to the disk fails, for every n', () => {
  it('of a putOnce into a new folder: 15 of 15 are told as E_DISK, with no file or a whole one under its name', async () => {
    const tried = await failEach(async (folder) => (await openUnitStore(folder)).putOnce('units/a.tcu', content));
    const [folderMade, written, folderSynced] = [
      ['stat', 'mkdir', 'open', 'sync', 'close'],
      ['open', 'writeFile', 'sync', 'close'],
      ['open', 'sync', 'close'],
    ];
    expect(tried.map(({ failed }) => failed)).toEqual([
      ...folderMade,
      ...written,
      'link',
      'rm',
      ...folderSynced,
      'readFile',
    ]);
    const named = tried.findIndex(({ failed }) => failed === 'rm');
    tried.forEach(({ error, files }, index) => {
      expect(error).toMatchObject({ code: 'E_DISK', kind: 'resource' });
      expect(files).toEqual(index < named ? {} : { 'a.tcu': whole });
    });
  });

  it('of a putOnce that is second: every one is told, and the first file stays', async () => {
    const tried = await failEach(async (folder) => {
      const failAt = disk.failAt;
      disk.failAt = 0;
      const store = await openUnitStore(folder);
      await store.putOnce('a.tcu', content);
      Object.assign(disk, { calls: 0, failAt });
      return store.putOnce('a.tcu', Buffer.from('second'));
    });
    expect(tried).toHaveLength(12);
    for (const { error, files } of tried) {
      expect(error).toMatchObject({ code: 'E_DISK', kind: 'resource' });
      expect(files).toEqual({ 'a.tcu': whole });
    }
  });

  it.each<[string, number, (path: string) => Promise<unknown>]>([
    ['writeFileAtomic', 8, (path) => writeFileAtomic(path, content)],
    ['put', 9, async (path) => (await openUnitStore(join(path, '..'))).put('a.tcu', content)],
  ])('of %s: %i of them are told as E_DISK, with no file or a whole one under its name', async (_, calls, write) => {
    const tried = await failEach((folder) => write(join(folder, 'a.tcu')));
    expect(tried).toHaveLength(calls);
    const renamed = tried.findIndex(({ failed }) => failed === 'rename');
    tried.forEach(({ error, files }, index) => {
      expect(error).toMatchObject({ code: 'E_DISK', kind: 'resource' });
      expect(files).toEqual(index <= renamed ? {} : { 'a.tcu': whole });
    });
  });

  it('of reading, listing, removing and making a folder: every one is told as E_DISK, none as nothing there', async () => {
    const actions: ((folder: string) => Promise<unknown>)[] = [
      async (folder) => (await openUnitStore(folder)).get('a.tcu'),
      async (folder) => (await openUnitStore(folder)).list(''),
      async (folder) => (await openUnitStore(folder)).remove('a.tcu'),
      (folder) => ensureFolder(join(folder, 'out')),
    ];
    const tried: Tried[] = [];
    for (const run of actions) tried.push(...(await failEach(run)));
    expect(tried.map(({ failed }) => failed)).toEqual([
      'stat',
      'readFile',
      'stat',
      'readdir',
      'stat',
      'unlink',
      'mkdir',
    ]);
    for (const { error } of tried) expect(error).toMatchObject({ code: 'E_DISK', kind: 'resource' });
  });
});

it('a folder for results on a read-only disk is a wrong place (E_FOLDER), not a disk that failed', async () => {
  disk.always = { mkdir: 'EROFS' };
  await expect(ensureFolder(join(scratch, 'out'))).rejects.toMatchObject({ code: 'E_FOLDER', kind: 'input' });
});

describe('a folder whose file system', () => {
  const openNew = () => openUnitStore(mkdtempSync(join(scratch, 'one-')));

  it.each(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])(
    'has no hard links (%s) keeps the first of 2 files all the same',
    async (code) => {
      disk.always = { link: code };
      const store = await openNew();
      expect(await store.putOnce('a.tcu', content)).toMatchObject({ bytes: 70_000, isNew: true });
      expect(await store.putOnce('a.tcu', Buffer.from('x'))).toMatchObject({ bytes: 70_000, isNew: false });
      expect(readdirSync(store.place)).toEqual(['a.tcu']);
    },
  );

  it('has made the link and lost the answer, as NFS does, is known to hold the new file: isNew', async () => {
    const store = await openNew();
    disk.loseAnswers = true;
    expect(await store.putOnce('a.tcu', content)).toMatchObject({ bytes: 70_000, isNew: true });
    expect(await store.putOnce('a.tcu', content)).toMatchObject({ isNew: false });
    expect(readdirSync(store.place)).toEqual(['a.tcu']);
  });

  it('gives back other bytes than were written (1 bit) is E_HASH (resource), and nothing stays there', async () => {
    const store = await openNew();
    disk.lie = (read) => read.fill(read[9]! ^ 1, 9, 10);
    await expect(store.putOnce('a.tcu', content)).rejects.toMatchObject({ code: 'E_HASH', kind: 'resource' });
    expect(readdirSync(store.place)).toEqual([]);
  });

  it('cannot sync folders (EINVAL) is let pass, but not where it cannot sync files', async () => {
    const syncs = { file: 3, folder: 8 };
    const store = await openNew();
    Object.assign(disk, { calls: 0, failAt: syncs.folder, code: 'EINVAL' });
    expect(await store.putOnce('a.tcu', content)).toMatchObject({ isNew: true });
    Object.assign(disk, { calls: 0, failAt: syncs.file });
    await expect(store.putOnce('b.tcu', content)).rejects.toMatchObject({ code: 'EINVAL' });
    expect(disk.failed).toEqual(['sync', 'sync']);
    expect(readdirSync(store.place)).toEqual(['a.tcu']);
  });

  it.each([
    ['ENOSPC', 'E_DISK_FULL', 'resource'],
    ['EDQUOT', 'E_DISK_FULL', 'resource'],
    ['EROFS', 'E_DISK', 'resource'],
    ['EACCES', 'E_STORE_REFUSED', 'auth'],
    ['ENOENT', 'E_STORE_MISSING', 'input'],
    ['ESTALE', 'E_STORE_UNREACHABLE', 'transient'],
    ['ETIMEDOUT', 'E_STORE_UNREACHABLE', 'transient'],
  ])('answers %s to open is told as %s (%s)', async (code, wanted, kind) => {
    const store = await openNew();
    disk.always = { open: code };
    await expect(store.putOnce('a.tcu', content)).rejects.toMatchObject({ code: wanted, kind });
    await expect(store.put('a.tcu', content)).rejects.toMatchObject({ code: wanted, kind });
  });

  it('loses a file each time before it is read back gives up after 3 tries (transient)', async () => {
    const store = await openNew();
    disk.always = { readFile: 'ENOENT' };
    await expect(store.putOnce('a.tcu', content)).rejects.toMatchObject({ code: 'E_STORE_UNREACHABLE' });
  });
});
