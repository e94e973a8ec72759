import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { openHttpSource } from '../../../pipeline/cog/source.ts';
import { createEgress, type Egress, type EgressOptions } from '../../../pipeline/egress/client.ts';
import { createBandFiles } from '../../../pipeline/run/bands.ts';
import { loadScenes } from '../../../pipeline/stac/catalog.ts';
import type { TaskNote } from '../../../pipeline/workers/contract.ts';
import { FAULTS, type Fault, type Script, sendJson, startFaultServer, startServer } from '../../faultd.ts';
import { makeItem } from '../stac/make-item.ts';

const CANARY = 'CANARY7f3a';
const FILE = new Uint8Array(100_000);
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

function makeEgress(pair: string, options: Partial<EgressOptions> = {}): Egress {
  const egress = createEgress({
    allowHosts: [pair],
    fetchTimeouts: { connectMs: 300, headersMs: 150, bodyIdleMs: 150, totalMs: 900, paceAfterMs: 100 },
    retry: { maxTries: 3, sleep: async () => {} },
    ...options,
  });
  open.push(egress);
  return egress;
}

/** All that could ever be printed of an error: message, fields, causes, hidden properties. */
const everythingOf = (error: unknown) => `${inspect(error, { depth: 20, showHidden: true })} ${JSON.stringify(error)}`;

async function failureOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(Error);
  return everythingOf(error);
}

describe('B 23: a secret in the query of a link', () => {
  it.each(Object.keys(FAULTS) as Fault[])('is in no part of the error that %s makes', async (fault) => {
    const server = await startFaultServer({ '/a.tif': FILE }, () => fault);
    open.push(server);
    const egress = makeEgress(server.pair);
    const url = `${server.url}/a.tif?sig=${CANARY}&se=2030`;
    expect(await failureOf(egress.readRange(url, 500, 4000, '"v1"'))).not.toContain(CANARY);
    // The head alone: a new tag is none for the first range.
    const head = openHttpSource(url, egress).then(() => {
      if (fault === 'new tag') throw new Error('no fault');
    });
    expect(await failureOf(head)).not.toContain(CANARY);
    expect(server.hits[0]!.url).toContain(CANARY);
  });

  it.each([
    `https://evil.example/a?sig=${CANARY}`,
    `ftp://evil.example/a?sig=${CANARY}`,
    `https://user:${CANARY}@landsatlook.usgs.gov/a`,
    `http://landsatlook.usgs.gov/a?sig=${CANARY}`,
    `no link?sig=${CANARY}`,
    `http://[broken?sig=${CANARY}`,
    `https://sentinel2l2a01.blob.core.windows.net/?sig=${CANARY}`,
    `http://127.0.0.1:9/closed?sig=${CANARY}`,
  ])('is in no part of the refusal of %s', async (url) => {
    const egress = makeEgress('127.0.0.1:9');
    expect(await failureOf(egress.getJson(url))).not.toContain(CANARY);
    expect(await failureOf(egress.readRange(url, 0, 1, null))).not.toContain(CANARY);
  });

  it('is in no part of the error when a signed link is refused twice', async () => {
    const server = await startServer((hit, response) => {
      if (!hit.url.startsWith('/token/')) return response.writeHead(403).end();
      sendJson(response, { token: `sig=${CANARY}`, 'msft:expiry': new Date(Date.now() - 86_400_000).toISOString() });
    });
    open.push(server);
    const signing = { tokenUrl: `${server.url}/token`, blobHosts: [server.pair] };
    const egress = makeEgress(server.pair, { signing });
    const failure = await failureOf(egress.readRange(`${server.url}/c/a.tif`, 0, 1, null));
    expect(failure).toContain('refused after renewal');
    expect(failure).not.toContain(CANARY);
    expect(server.hits.filter(({ url }) => url.includes(CANARY))).toHaveLength(2);
  });

  it('of a catalogue is in no error and no refusal, whatever is wrong with the catalogue', async () => {
    const bad: Record<string, Script> = {
      'no JSON': (_hit, response) => response.end('{'),
      'a list': (_hit, response) => sendJson(response, []),
      'no catalogue': (_hit, response) => sendJson(response, { type: 'Thing' }),
      'no items': (_hit, response) =>
        sendJson(response, { type: 'FeatureCollection', features: [{ type: 'Feature' }] }),
      'an item twice': (_hit, response) =>
        sendJson(response, { type: 'FeatureCollection', features: [makeItem(), makeItem()] }),
      'a bad id': (_hit, response) => sendJson(response, makeItem({ id: '../x' })),
      'a bad link': (_hit, response) =>
        sendJson(response, {
          type: 'Catalog',
          links: [
            { rel: 'item', href: `ftp://x/y?sig=${CANARY}` },
            { rel: 'item', href: `./c?sig=${CANARY}` },
          ],
        }),
      'a search that fails': (hit, response) =>
        hit.method === 'POST'
          ? response.writeHead(504).end()
          : sendJson(response, { type: 'Catalog', links: [{ rel: 'search', href: hit.url, method: 'POST' }] }),
    };
    for (const [name, script] of Object.entries(bad)) {
      const server = await startServer(script);
      open.push(server);
      const query = { bboxDeg: null, startDay: '2023-01-01', endDay: '2023-12-31' };
      const outcome = await loadScenes(`${server.url}/c?sig=${CANARY}`, query, makeEgress(server.pair)).then(
        ({ refused }) => refused,
        (error: unknown) => error,
      );
      expect(everythingOf(outcome), name).not.toContain(CANARY);
    }
  });

  it('of a band is not told to the parent of a child that reads it', async () => {
    const server = await startFaultServer({ '/a.tif': FILE }, () => 'gone');
    open.push(server);
    const notes: TaskNote[] = [];
    const files = createBandFiles(makeEgress(server.pair), (note) => notes.push(note));
    await failureOf(files.readHeader(`${server.url}/a.tif?sig=${CANARY}`, 'scene'));
    expect(notes[0]).toEqual({ file: `${server.url}/a.tif`, scene: 'scene' });
    expect(JSON.stringify(notes)).not.toContain(CANARY);
  });
});
