import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMonitorConfig } from '../../pipeline/config.ts';
import { cacheEnvironment, rangeCacheOf, readRangeCache } from '../../pipeline/config-cache.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'canopy-cache-flags-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the flags of the cache of ranges', () => {
  it('make the folder for its owner alone, with 2,048 MB where --cache-mb says nothing', async () => {
    const wanted = join(folder, 'new/cache');
    expect(await readRangeCache({ cache: wanted })).toEqual({ folder: wanted, limitBytes: 2_147_483_648 });
    expect(statSync(wanted).mode & 0o777).toBe(0o700);
    expect(await readRangeCache({ cache: wanted, 'cache-mb': '100' })).toMatchObject({ limitBytes: 104_857_600 });
    expect(await readRangeCache({})).toBeNull();
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['a size alone', { 'cache-mb': '100' }, /^--cache-mb goes with --cache DIR, which is missing/],
    ['63 MB', { cache: 'x', 'cache-mb': '63' }, /whole number from 64 to 4194304; got "63"/],
    ['half a MB', { cache: 'x', 'cache-mb': '100.5' }, /whole number/],
    ['no number', { cache: 'x', 'cache-mb': 'much' }, /whole number/],
  ])('refuse %s, and make no folder', async (_name, flags, sentence) => {
    await expect(readRangeCache(flags)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(sentence),
    });
    expect(existsSync(resolve('x'))).toBe(false);
  });

  it('refuse a file in place of the folder', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(readRangeCache({ cache: file })).rejects.toThrow(/--cache wants a folder that can be written/);
  });

  it('reach monitor, and children by their environment, colons in the path included', async () => {
    const cache = join(folder, 'a:b');
    const flags = ['--parcels', 'p', '--catalog', 'c', '--out', 'o', '--baseline', '2020-01-01/2020-02-01'];
    const argv = [...flags, '--period', '2021-01-01/2021-02-01', '--cache', cache];
    const { rangeCache } = await readMonitorConfig(argv, {});
    expect(rangeCache).toEqual({ folder: cache, limitBytes: 2_147_483_648 });
    expect(rangeCacheOf(cacheEnvironment(rangeCache))).toEqual(rangeCache);
    expect([cacheEnvironment(null), rangeCacheOf({}), rangeCacheOf({ CANOPY_RANGE_CACHE: 'x' })]).toEqual([
      {},
      null,
      null,
    ]);
  });
});
