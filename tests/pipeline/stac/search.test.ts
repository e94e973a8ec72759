import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createEgress, type Egress } from '../../../pipeline/egress/client.ts';
import { loadScenes } from '../../../pipeline/stac/catalog.ts';
import { type Hit, type ScriptedServer, sendJson, startServer } from '../../faultd.ts';
import { describeWithData, sharedData } from '../../real-data.ts';
import { makeItem } from './make-item.ts';
import { type Api, type Json, makeItems, startApi } from './scripted-api.ts';

const open: { server: ScriptedServer; egress: Egress }[] = [];
afterEach(async () => {
  for (const { server, egress } of open.splice(0)) {
    await egress.close();
    await server.close();
  }
});

const serveApi = async (api: Api) => {
  const served = await startApi(api);
  open.push(served);
  return served;
};
const YEAR = { bboxDeg: null, startDay: '2023-01-01', endDay: '2023-12-31' };
const bodies = (hits: readonly Hit[]) => hits.filter((hit) => hit.method === 'POST').map((hit) => JSON.parse(hit.body));

describe('a STAC API', () => {
  it.each<[string, Partial<Api>]>([
    ['POST and whole bodies', {}],
    ['POST and merged bodies', { merge: true }],
    ['GET links', { method: 'GET' }],
    ['a count in context', { count: 'context' }],
    ['no count', { count: 'none', pageItems: 60 }],
  ])('with %s gives all 250 items over its pages', async (_name, parts) => {
    const { egress, landing } = await serveApi({ items: makeItems(250), ...parts });
    const { scenes } = await loadScenes(landing, YEAR, egress);
    expect(new Set(scenes.map(({ id }) => id)).size).toBe(250);
  });

  it('is asked for the days, both included, the bbox and the collections', async () => {
    const { egress, landing, server } = await serveApi({ items: makeItems(40) });
    const query = {
      bboxDeg: [15, 45, 16, 46],
      startDay: '2023-01-10',
      endDay: '2023-01-12',
      collections: ['sentinel-2-l2a'],
    } as const;
    expect((await loadScenes(landing, query, egress)).scenes).toHaveLength(3);
    expect(bodies(server.hits)).toEqual([
      {
        datetime: '2023-01-10T00:00:00Z/2023-01-12T23:59:59.999Z',
        limit: 100,
        bbox: [15, 45, 16, 46],
        collections: ['sentinel-2-l2a'],
      },
    ]);
  });

  it('of many collections is asked for the one to prefer when none is named', async () => {
    const children = ['naip', 'landsat-c2-l2', 'sentinel-2-l2a', 'sentinel-2-c1-l2a'];
    const { egress, landing, server } = await serveApi({ items: makeItems(3), children });
    await loadScenes(landing, YEAR, egress);
    expect(bodies(server.hits)[0].collections).toEqual(['sentinel-2-c1-l2a']);
  });

  const dropNext = (page: Json): Json => ({ ...page, links: [] });
  it.each<[string, Partial<Api>]>([
    [
      'a next link that repeats',
      {
        fault: (page, start) => ({
          ...page,
          links:
            start === 100
              ? [{ rel: 'next', href: './search', method: 'POST', body: { token: 100 }, merge: true }]
              : page.links,
        }),
        merge: true,
      },
    ],
    [
      'a next link back to page 1',
      {
        method: 'GET',
        fault: (page, start) =>
          start === 100
            ? {
                ...page,
                links: [
                  {
                    rel: 'next',
                    href: '/search?token=0&limit=100&datetime=2023-01-01T00:00:00Z/2023-12-31T23:59:59.999Z',
                  },
                ],
              }
            : page,
      },
    ],
    ['a missing next link', { fault: dropNext }],
    ['a missing next link, count in context', { fault: dropNext, count: 'context' }],
    [
      'an item on two pages',
      {
        fault: (page, start) =>
          start === 100 ? { ...page, features: [makeItems(1)[0], ...(page.features as Json[]).slice(1)] } : page,
      },
    ],
    ['more items than the count', { fault: (page) => ({ ...page, numberMatched: 249 }) }],
    ['a page shorter than it says', { fault: (page) => ({ ...page, numberReturned: 101 }) }],
    [
      'an empty page with a next link',
      { fault: (page, start) => (start === 100 ? { ...page, features: [], numberReturned: 0 } : page) },
    ],
    ['a page cut off', { fault: (page, start) => (start === 100 ? JSON.stringify(page).slice(0, 500) : page) }],
    ['a page that is no list', { fault: (page, start) => (start === 100 ? { code: 'oops' } : page) }],
    [
      'a null among the items',
      { fault: (page) => ({ ...page, features: [null, ...(page.features as Json[]).slice(1)] }) },
    ],
  ])('B 30: with %s is incomplete, never page 1 alone', async (_name, parts) => {
    const { egress, landing } = await serveApi({ items: makeItems(250), ...parts });
    await expect(loadScenes(landing, YEAR, egress)).rejects.toMatchObject({ code: 'E_STAC_INCOMPLETE', kind: 'input' });
  });

  it('B 30: that loses its next links and gives no count is asked again by parts until all 250 items are there', async () => {
    const { egress, landing, server } = await serveApi({ items: makeItems(250), count: 'none', fault: dropNext });
    expect((await loadScenes(landing, YEAR, egress)).scenes).toHaveLength(250);
    expect(server.hits.length).toBeLessThan(20);
  });

  it('that sends a full page for a single day without count or next is incomplete', async () => {
    const items = makeItems(1).flatMap((item) => Array.from({ length: 150 }, (_, i) => ({ ...item, id: `x${i}` })));
    const { egress, landing } = await serveApi({ items, count: 'none', fault: dropNext });
    await expect(loadScenes(landing, YEAR, egress)).rejects.toMatchObject({ code: 'E_STAC_INCOMPLETE' });
  });

  it('B 30: gives the whole truth or an error under 60 random page faults', async () => {
    const truth = makeItems(45);
    let fault: Api['fault'] = (page) => page;
    const { egress, landing } = await serveApi({
      items: truth,
      pageItems: 10,
      fault: (page, start) => fault!(page, start),
    });
    const kinds: ((page: Json) => Json | string)[] = [
      dropNext,
      (page) => ({ ...page, features: (page.features as Json[]).slice(1) }),
      (page) => ({ ...page, features: [...(page.features as Json[]), makeItems(1)[0]] }),
      (page) => JSON.stringify(page).slice(0, -3),
      (page) => ({
        ...page,
        links: [{ rel: 'next', href: './search', method: 'POST', body: { token: 0 }, merge: true }],
      }),
      (page) => ({ ...page, features: [], numberReturned: 0 }),
      (page) => page,
    ];
    await fc.assert(
      fc.asyncProperty(fc.nat(kinds.length - 1), fc.nat(4), async (kind, pageIndex) => {
        fault = (page, start) => (start === pageIndex * 10 ? kinds[kind]!(page) : page);
        const outcome = await loadScenes(landing, YEAR, egress).catch((error: { code: string }) => error.code);
        if (typeof outcome === 'string') expect(outcome).toBe('E_STAC_INCOMPLETE');
        else expect(outcome.scenes).toHaveLength(45);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('that cannot be reached is one sentence with its address', async () => {
    const { egress, landing, server } = await serveApi({ items: [] });
    await server.close();
    await expect(loadScenes(landing, YEAR, egress)).rejects.toMatchObject({
      kind: 'transient',
      message: expect.stringContaining(server.url),
    });
  });

  it('on a host that was not allowed is refused with the option that allows it', async () => {
    const { landing, server } = await serveApi({ items: [] });
    const strict = createEgress({ allowHosts: [] });
    await expect(loadScenes(landing, YEAR, strict)).rejects.toThrow(`--allow-host ${server.pair}`);
    expect(server.hits).toHaveLength(0);
    await strict.close();
  });
});

describe('a static catalogue over HTTP', () => {
  it('is walked with links relative to each document, its items naming nothing on the local disk', async () => {
    const bad = makeItem({ id: 'bad', redHref: 'file:///etc/passwd' });
    const documents: Record<string, unknown> = {
      '/a/catalog.json': { type: 'Catalog', links: [{ rel: 'child', href: './b/collection.json' }] },
      '/a/b/collection.json': {
        type: 'Collection',
        links: ['../c/good.json', './bad.json', 'file:///etc/passwd'].map((href) => ({ rel: 'item', href })),
      },
      '/a/c/good.json': makeItem({ id: 'good' }),
      '/a/b/bad.json': bad,
    };
    const server = await startServer((hit, response) =>
      sendJson(response, documents[hit.url] ?? null, hit.url in documents ? 200 : 404),
    );
    const egress = createEgress({ allowHosts: [server.pair] });
    open.push({ server, egress });
    const { scenes, refused } = await loadScenes(`${server.url}/a/catalog.json`, YEAR, egress);
    expect(scenes[0]!.bands.red!.href).toBe(`${server.url}/a/c/B04.tif`);
    expect(refused.map(({ code }) => code)).toEqual(['E_ITEM_HREF', 'E_ITEM_HREF']);
  });
});

describeWithData('recorded items replayed by a local API', () => {
  it('give the 13 scenes of 35MNM in pages of 5 and the 5 of July after the 10th', async () => {
    const path = join(sharedData, 'data/stac-items/site2-2020_jun_jul-35MNM.geojson');
    const { features } = JSON.parse(readFileSync(path, 'utf8')) as { features: Json[] };
    const { egress, landing } = await serveApi({ items: features, pageItems: 5, count: 'context' });
    const all = await loadScenes(landing, { bboxDeg: null, startDay: '2020-06-01', endDay: '2020-07-31' }, egress);
    expect([all.scenes.length, all.refused.length]).toEqual([13, 0]);
    expect(all.scenes[0]!.itemHref).toMatch(/^https:\/\/planetarycomputer\.microsoft\.com\/.*\/items\//);
    const july = await loadScenes(landing, { bboxDeg: null, startDay: '2020-07-11', endDay: '2020-07-31' }, egress);
    expect(july.scenes).toHaveLength(5);
  });
});
