import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEgress, type Egress } from '../../../pipeline/egress/client.ts';
import { groupAcquisitions } from '../../../pipeline/stac/acquisition.ts';
import { loadScenes } from '../../../pipeline/stac/catalog.ts';
import { describeWithData, sharedData } from '../../real-data.ts';
import { type ItemParts, makeItem } from './make-item.ts';

const EVER = { bboxDeg: null, startDay: '1980-01-01', endDay: '2030-12-31' };
let root = '';
let egress: Egress;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'canopy-stac-'));
  egress = createEgress({ allowHosts: [] });
});
afterAll(async () => {
  rmSync(root, { recursive: true });
  await egress.close();
});

function write(path: string, value: unknown): string {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, typeof value === 'string' ? value : JSON.stringify(value));
  return full;
}
const links = (...pairs: [string, string][]) => ({
  type: 'Catalog',
  links: pairs.map(([rel, href]) => ({ rel, href })),
});
const item = (id: string, parts: ItemParts = {}) => makeItem({ id, ...parts });

describe('a catalogue on disk', () => {
  it('with a bad, a missing, a doubled and an unreadable item gives the 1 good one and 4 reasons', async () => {
    write(
      'mixed/catalog.json',
      links(['child', './deep/catalog.json'], ['item', 'good.json'], ['item', './gone.json']),
    );
    write('mixed/deep/catalog.json', links(['item', '../bad.json'], ['item', './cut.json'], ['item', './twin.json']));
    write('mixed/good.json', item('good'));
    write('mixed/bad.json', item('bad', { properties: { datetime: null } }));
    write('mixed/deep/cut.json', '{"type": "Fea');
    write('mixed/deep/twin.json', item('good'));
    const { scenes, refused } = await loadScenes(join(root, 'mixed'), EVER, egress);
    expect(scenes.map((scene) => scene.id)).toEqual(['good']);
    expect(refused.map(({ id, code }) => [id, code])).toEqual([
      ['bad', 'E_ITEM_DATETIME'],
      ['cut', 'E_JSON'],
      ['gone', 'E_CATALOG_MISSING'],
      ['good', 'E_ITEM_TWICE'],
    ]);
  });

  it('whose links go round in a circle ends, with its 1 item', async () => {
    write('loop/catalog.json', links(['child', './other.json'], ['child', './catalog.json'], ['parent', '../x.json']));
    write('loop/other.json', links(['child', './catalog.json'], ['child', './other.json'], ['item', './a.json']));
    write('loop/a.json', item('a'));
    expect((await loadScenes(join(root, 'loop/catalog.json'), EVER, egress)).scenes).toHaveLength(1);
  });

  it('that links to the network is held to the allow list, and the rest goes on', async () => {
    write(
      'net/catalog.json',
      links(['item', 'http://169.254.169.254/item.json'], ['item', 's3://private/x.json'], ['item', './a.json']),
    );
    write('net/a.json', item('a'));
    const { scenes, refused } = await loadScenes(join(root, 'net'), EVER, egress);
    expect(scenes).toHaveLength(1);
    expect(refused.map(({ code }) => code).sort()).toEqual(['E_HOST_NOT_ALLOWED', 'E_ITEM_HREF']);
  });

  it('may be a folder of items, an item, a collection or an ItemCollection', async () => {
    const path = write('folder/a.json', item('a'));
    write('folder/b.json', item('b'));
    write('folder/notes.json', { hello: 1 });
    const both = await loadScenes(join(root, 'folder'), EVER, egress);
    expect(both.scenes.map((scene) => scene.id)).toEqual(['a', 'b']);
    expect(both.refused.map(({ id }) => id)).toEqual(['notes']);
    expect((await loadScenes(path, EVER, egress)).scenes).toHaveLength(1);
    expect((await loadScenes(`file://${path}`, EVER, egress)).scenes).toHaveLength(1);
    const list = write('list.json', { type: 'FeatureCollection', features: [item('a'), item('b')] });
    expect((await loadScenes(list, EVER, egress)).scenes).toHaveLength(2);
  });

  it('skips what lies outside days, area and collections before it parses it', async () => {
    write('skip/a.json', item('a'));
    write('skip/broken-but-elsewhere.json', item('b', { bbox: [100, 45, 101, 46], drop: 'red' }));
    write('skip/broken-but-later.json', item('c', { properties: { datetime: '2023-08-16T00:00:00Z' }, drop: 'red' }));
    write('skip/broken-but-other.json', item('d', { collection: 'other', drop: 'red' }));
    const query = {
      bboxDeg: [15, 45, 15.1, 45.1],
      startDay: '2023-08-15',
      endDay: '2023-08-15',
      collections: ['sentinel-2-l2a'],
    } as const;
    const { scenes, refused, outsideCount } = await loadScenes(join(root, 'skip'), query, egress);
    expect([scenes.length, refused.length, outsideCount]).toEqual([1, 0, 3]);
  });

  it.each([
    ['2023-08-14T23:59:59.999Z', 0],
    ['2023-08-15T00:00:00Z', 1],
    ['2023-08-15T23:59:59.999999Z', 1],
    ['2023-08-16T00:30:00+01:00', 1],
    ['2023-08-16T00:00:00Z', 0],
  ])('has on the UTC day 2023-08-15 the moment %s %i times', async (datetime, count) => {
    const path = write('day/a.json', item('a', { properties: { datetime } }));
    const query = { ...EVER, startDay: '2023-08-15', endDay: '2023-08-15' };
    expect((await loadScenes(path, query, egress)).scenes).toHaveLength(count);
  });

  it('finds an item across the antimeridian', async () => {
    const path = write('fiji.json', item('a', { bbox: [179, -18, -179, -17] }));
    const found = async (bboxDeg: readonly [number, number, number, number]) =>
      (await loadScenes(path, { ...EVER, bboxDeg }, egress)).scenes.length;
    expect(await found([-179.5, -17.5, -179.2, -17.4])).toBe(1);
    expect(await found([179.5, -17.5, 179.6, -17.4])).toBe(1);
    expect(await found([178, -17.5, 178.5, -17.4])).toBe(0);
  });

  it('refuses Landsat T2 and RT by default, takes RT when asked', async () => {
    for (const tier of ['T1', 'T2', 'RT']) {
      write(`tiers/${tier}.json`, item(tier, { properties: { 'landsat:collection_category': tier } }));
    }
    const { scenes, refused } = await loadScenes(join(root, 'tiers'), EVER, egress);
    expect([scenes.map(({ id }) => id), refused.map(({ code }) => code)]).toEqual([
      ['T1'],
      ['E_SCENE_TIER', 'E_SCENE_TIER'],
    ]);
    expect((await loadScenes(join(root, 'tiers'), { ...EVER, tiers: ['T1', 'RT'] }, egress)).scenes).toHaveLength(2);
  });

  it.each([
    ['/no/such/folder', 'E_CATALOG_MISSING'],
    ['s3://bucket/catalog.json', 'E_USAGE'],
  ])('at %s is one sentence', async (source, code) => {
    await expect(loadScenes(source, EVER, egress)).rejects.toMatchObject({ code });
  });

  it('that is empty, no JSON or no STAC document is one sentence', async () => {
    mkdirSync(join(root, 'empty'));
    await expect(loadScenes(join(root, 'empty'), EVER, egress)).rejects.toMatchObject({ code: 'E_CATALOG_MISSING' });
    await expect(loadScenes(write('x.json', '<html>'), EVER, egress)).rejects.toMatchObject({ code: 'E_JSON' });
    await expect(loadScenes(write('y.json', { a: 1 }), EVER, egress)).rejects.toMatchObject({ code: 'E_CATALOG_FORM' });
    await expect(loadScenes(write('z.json', '[]'), EVER, egress)).rejects.toMatchObject({ code: 'E_CATALOG_FORM' });
  });
});

describeWithData('the real catalogues', () => {
  it('the Alps: 10 scenes on 2 grids in 5 acquisitions, offset 0 by flag, digests of the files', async () => {
    const source = join(sharedData, 'data/s2-alps/catalog.json');
    const { scenes, refused, itemDigests } = await loadScenes(source, EVER, egress);
    expect([scenes.length, refused.length]).toEqual([10, 0]);
    expect(new Set(scenes.map(({ gridKey }) => gridKey))).toEqual(
      new Set(['33TWL-32633-120m-x60y0', '33TWM-32633-120m-x60y60']),
    );
    for (const scene of scenes) {
      expect(scene.bands.red!.offset).toBe(0);
      expect(scene.offsetEvidence).toEqual({ rule: 'flag', applied: true });
      expect(Object.keys(scene.bands).sort()).toEqual(['blue', 'green', 'nir', 'red', 'scl']);
      const bytes = readFileSync(scene.itemHref);
      expect(itemDigests.get(scene.id)).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
    const { acquisitions, superseded } = groupAcquisitions(scenes);
    expect(superseded).toEqual([]);
    expect(acquisitions.map(({ datetime, sceneIds }) => [datetime.slice(0, 10), sceneIds.length])).toEqual([
      ['2023-08-10', 2],
      ['2023-08-13', 2],
      ['2023-08-15', 2],
      ['2023-08-18', 2],
      ['2023-08-20', 2],
    ]);
  });

  it('the Alps: 4 scenes from 2023-08-10 to 2023-08-13', async () => {
    const query = { bboxDeg: null, startDay: '2023-08-10', endDay: '2023-08-13' };
    expect((await loadScenes(join(sharedData, 'data/s2-alps'), query, egress)).scenes).toHaveLength(4);
  });

  it('Kafa: 166 scenes on 1 grid, 129 of Landsat 7, 130 of them from 1999 on', async () => {
    const source = join(sharedData, 'data/landsat-kafa/catalog.json');
    const { scenes } = await loadScenes(source, EVER, egress);
    expect(scenes).toHaveLength(166);
    expect(scenes.filter(({ platform, family }) => platform === 'landsat-7' && family === 'tm-etm')).toHaveLength(129);
    expect(scenes.filter(({ datetime }) => datetime >= '1999')).toHaveLength(130);
    expect(new Set(scenes.map(({ gridKey }) => gridKey)).size).toBe(1);
    expect(new Set(scenes.map(({ maskRule, tier }) => `${maskRule} ${tier}`))).toEqual(new Set(['nodata null']));
    expect(scenes[0]!.bands.ndvi).toMatchObject({ scale: 0.0001, offset: 0, nodata: -32768, dataType: 'int16' });
    expect(groupAcquisitions(scenes).acquisitions).toHaveLength(166);
  });
});
