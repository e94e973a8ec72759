import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { CogSpec } from '../../../pipeline/cog/assemble-plan.ts';
import { writeCog } from '../../../pipeline/cog/write.ts';
import { ensureFolder, writeFileAtomic } from '../../../pipeline/store/files.ts';
import { openUnitStore } from '../../../pipeline/store/unit-store.ts';

const MOUNT_BYTES = 32 * 2 ** 20;

const folder = mkdtempSync(join(tmpdir(), 'canopy-full-'));
const options = ['-t', 'tmpfs', '-o', `size=${MOUNT_BYTES},nr_inodes=200`, 'tmpfs', folder];
const isMounted = process.platform === 'linux' && spawnSync('mount', options).status === 0;
afterAll(() => {
  if (isMounted) spawnSync('umount', [folder]);
  rmSync(folder, { recursive: true, force: true });
});

const describeMounted = isMounted
  ? describe
  : (name: string, body: () => void) => describe.skip(`${name} [skipped: a disk of 32 MB may not be mounted]`, body);

const filler = join(folder, 'filler');
const megabyte = Buffer.alloc(2 ** 20, 1);

/** Leaves `freeBytes` at most. */
function fill(freeBytes: number): void {
  writeFileSync(filler, Buffer.alloc(MOUNT_BYTES - freeBytes));
}

const grid = {
  crs: 'EPSG:32631',
  transform: [10, 0, 300_000, 0, -10, 1_100_000] as const,
  widthPx: 1024,
  heightPx: 1024,
};
const spec: CogSpec = { grid, dataType: 'float32', samples: 1, nodata: null, blockSizePx: 512, resampling: 'nearest' };

/** Blocks that hardly become smaller when deflated, the same each time. */
function makeBlock(col: number, row: number): Float32Array {
  let state = 1 + col + 2 * row;
  return Float32Array.from({ length: 512 * 512 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  });
}

const writers: readonly (readonly [string, string, (path: string) => Promise<unknown>])[] = [
  ['putOnce', 'a.tcu', async (path) => (await openUnitStore(join(path, '..'))).putOnce('a.tcu', megabyte)],
  ['put', 'a.json', async (path) => (await openUnitStore(join(path, '..'))).put('a.json', megabyte)],
  ['writeFileAtomic', 'a.csv', (path) => writeFileAtomic(path, megabyte)],
  ['writeCog', 'a.tif', (path) => writeCog(path, spec, makeBlock)],
];

describeMounted('a disk of 32 MB that is full', () => {
  beforeEach(() => {
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  });

  it.each(writers)(
    'is E_DISK_FULL (resource) for %s, leaves nothing of %s, and works when there is room',
    async (_, name, write) => {
      for (const freeBytes of [0, 300_000]) {
        fill(freeBytes);
        await expect(write(join(folder, name))).rejects.toMatchObject({ code: 'E_DISK_FULL', kind: 'resource' });
        expect(readdirSync(folder)).toEqual(['filler']);
      }
      rmSync(filler);
      await write(join(folder, name));
      expect(readdirSync(folder)).toEqual([name]);
    },
  );

  it('says of a store that the run goes on by itself, and elsewhere to try again', async () => {
    fill(0);
    const store = await openUnitStore(folder);
    await expect(store.putOnce('a.tcu', megabyte)).rejects.toThrow('the run goes on by itself when there is room.');
    await expect(store.put('a.tcu', megabyte)).rejects.toThrow('the run goes on by itself when there is room.');
    await expect(writeFileAtomic(join(folder, 'a.csv'), megabyte)).rejects.toThrow('then try again');
  });

  it('keeps the version from before of a plan that cannot be replaced', async () => {
    const store = await openUnitStore(folder);
    await store.put('plan.json', Buffer.from('{}'));
    fill(200_000);
    await expect(store.put('plan.json', megabyte)).rejects.toMatchObject({ code: 'E_DISK_FULL' });
    expect(Buffer.from((await store.get('plan.json'))!).toString()).toBe('{}');
  });

  it('is E_DISK_FULL for folders too, where 200 names are all there is', async () => {
    for (let i = 0; readdirSync(folder).length === i; i++) if (!tryFile(join(folder, `f${i}`))) break;
    await expect(ensureFolder(join(folder, 'out'))).rejects.toMatchObject({ code: 'E_DISK_FULL', kind: 'resource' });
    const store = await openUnitStore(folder);
    await expect(store.putOnce('units/a.tcu', megabyte)).rejects.toMatchObject({ code: 'E_DISK_FULL' });
  });
});

function tryFile(path: string): boolean {
  try {
    writeFileSync(path, '');
    return true;
  } catch {
    return false;
  }
}
