import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { createApp } from '../../../pipeline/server/app.ts';
import type { Rendered, RenderTask } from '../../../pipeline/server/render-tasks.ts';
import type { LayerFile, Results } from '../../../pipeline/server/results.ts';
import { buildTileJson } from '../../../pipeline/server/tile-json.ts';
import { createTileQueue } from '../../../pipeline/server/tile-queue.ts';
import { CanopyError, toErrorDetail } from '../../../shared/errors.ts';
import { makeGrid, resultsOf, tileTask } from './make-layer.ts';

const FILE: LayerFile = {
  path: '/results/layers/ndvi.tif',
  sha256: 'a'.repeat(64),
  bytes: 1,
  grid: makeGrid('EPSG:32631', [10, 0, 350_000, 0, -10, 1_080_000], 2000, 2000),
};
const layersOf = (sha256: string) => [
  { id: 'ndvi-period', kind: 'ndvi' as const, files: [{ ...FILE, sha256 }] },
  { id: 'true-color-period', kind: 'true-color' as const, files: [FILE] },
];
/** Over the middle of the file, at zoom 14. */
const INSIDE = '14/8270/7749';
const OUTSIDE = '14/1/1';

let app: FastifyInstance | undefined;
afterEach(() => app?.close());

interface Drawn {
  readonly url: string;
  readonly tasks: RenderTask[];
  show(results: Results): void;
}

/** The server on a socket, with a drawing that takes `delayMs` and is noted. */
async function serve(draw: (task: RenderTask) => Promise<Rendered> = drawAtOnce): Promise<Drawn> {
  let results = resultsOf(layersOf(FILE.sha256));
  const tasks: RenderTask[] = [];
  const render = (task: RenderTask) => {
    tasks.push(task);
    return draw(task);
  };
  app = await createApp({ current: () => results, render, concurrency: 2, hosts: [], say: () => {} });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/tiles`;
  return {
    url,
    tasks,
    show: (next) => {
      results = next;
    },
  };
}

const VALUES = Buffer.alloc(131_072, 7);

async function drawAtOnce(task: RenderTask): Promise<Rendered> {
  const isBin = 'format' in task && task.format === 'bin';
  return isBin ? { bytes: gzipSync(VALUES), encoding: 'gzip' } : { bytes: Buffer.from('a picture'), encoding: null };
}

describe('tile addresses', () => {
  it.each([
    ['30/0/0.png', 400],
    ['25/0/0.png', 400],
    ['-1/0/0.png', 400],
    ['14/-1/0.png', 400],
    ['14/16384/0.png', 400],
    ['14/0/16384.png', 400],
    ['0/1/0.png', 400],
    ['NaN/0/0.png', 400],
    ['14/1e9/0.png', 400],
    ['14/1e1/0.png', 400],
    ['14/0x10/0.png', 400],
    ['14/1.0/0.png', 400],
    ['014/0/0.png', 400],
    ['14/%20/0.png', 400],
    ['14/99999999999999999999/0.png', 400],
    ['14/0/0', 400],
    ['14/0/.png', 400],
    ['14/0/0.tif', 400],
    ['14/0/0.PNG', 400],
    ['14/0/0.png.bin', 400],
    ['14/0/0.png/more', 404],
    ['14/0', 404],
  ])('%s is answered %i with a sentence, and nothing is drawn', async (address, status) => {
    const { url, tasks } = await serve();
    const answer = await fetch(`${url}/ndvi-period/${address}`);
    expect(answer.status).toBe(status);
    const { error } = (await answer.json()) as { error: { code: string; message: string } };
    expect(error.message).toMatch(/\w+.*\.$/);
    expect(tasks).toEqual([]);
  });

  it.each([
    ['no-such-layer', 'png', 'E_NO_LAYER'],
    ['__proto__', 'png', 'E_NO_LAYER'],
    ['constructor', 'bin', 'E_NO_LAYER'],
    ['%2e%2e%2frun', 'png', 'E_NO_LAYER'],
    ['scene-ndvi-9999', 'png', 'E_NO_LAYER'],
    ['true-color-period', 'bin', 'E_NO_VALUES'],
  ])('layer %s as %s is answered 404 %s', async (layer, format, code) => {
    const { url, tasks } = await serve();
    const answer = await fetch(`${url}/${layer}/${INSIDE}.${format}`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { code } });
    expect(tasks).toEqual([]);
  });

  it('draws with the layer’s files, and without any where the layer has nothing: 2 answers of 200', async () => {
    const { url, tasks } = await serve();
    expect((await fetch(`${url}/ndvi-period/${INSIDE}.png`)).status).toBe(200);
    expect((await fetch(`${url}/ndvi-period/${OUTSIDE}.png`)).status).toBe(200);
    expect((await fetch(`${url}/ndvi-period/14/2/2.png`)).status).toBe(200);
    expect(tasks.map((task) => 'files' in task && task.files.length)).toEqual([1, 0]);
  });
});

describe('what a tile says to caches', () => {
  it('has a tag that is known without drawing: a second request with it is answered 304', async () => {
    const { url, tasks } = await serve();
    const first = await fetch(`${url}/ndvi-period/${INSIDE}.png`);
    const etag = first.headers.get('etag')!;
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    for (const header of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await fetch(`${url}/ndvi-period/${INSIDE}.png`, { headers: { 'if-none-match': header } });
      expect(again.status).toBe(304);
      expect(again.headers.get('etag')).toBe(etag);
    }
    const { url: other, tasks: otherTasks } = await serve();
    const fresh = await fetch(`${other}/ndvi-period/${INSIDE}.png`, { headers: { 'if-none-match': etag } });
    expect(fresh.status).toBe(304);
    expect([tasks.length, otherTasks.length]).toEqual([1, 0]);
  });

  it('has another tag for another place, format and content of the file', async () => {
    const { url, show } = await serve();
    const tagOf = async (address: string) => (await fetch(`${url}/${address}`)).headers.get('etag');
    const tags = [
      await tagOf(`ndvi-period/${INSIDE}.png`),
      await tagOf(`ndvi-period/${INSIDE}.webp`),
      await tagOf(`ndvi-period/14/8271/7749.png`),
      await tagOf(`true-color-period/${INSIDE}.png`),
    ];
    show(resultsOf(layersOf('b'.repeat(64)), 'version-2'));
    tags.push(await tagOf(`ndvi-period/${INSIDE}.png`));
    expect(new Set(tags).size).toBe(5);
  });

  it('is kept for good under the version of the results only', async () => {
    const { url } = await serve();
    const controlOf = async (query: string) =>
      (await fetch(`${url}/ndvi-period/${INSIDE}.png${query}`)).headers.get('cache-control');
    expect(await controlOf('?v=version-1')).toBe('public, max-age=31536000, immutable');
    expect(await controlOf('?v=version-0')).toBe('no-cache');
    expect(await controlOf('')).toBe('no-cache');
  });

  it('is packed for those who take gzip, with a tag of its own, and plain for others', async () => {
    const { url, tasks } = await serve();
    const ask = (encoding: string) => rawGet(`${url}/ndvi-period/${INSIDE}.bin`, { 'accept-encoding': encoding });
    const packed = await ask('br, gzip;q=0.8');
    expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
    expect(gunzipSync(packed.body).equals(VALUES)).toBe(true);
    for (const encoding of ['identity', 'gzip;q=0', 'br']) {
      const plain = await ask(encoding);
      expect(plain.headers['content-encoding']).toBeUndefined();
      expect(plain.body.equals(VALUES)).toBe(true);
      expect(plain.headers.etag).not.toBe(packed.headers.etag);
    }
    expect(tasks).toHaveLength(1);
  });
});

function rawGet(url: string, headers: Record<string, string>) {
  return new Promise<{ headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
    const sent = request(url, { headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve({ headers: answer.headers, body: Buffer.concat(parts) }));
    });
    sent.on('error', reject).end();
  });
}

describe('many wishes', () => {
  it('draws once for 50 same requests at a time, and not again afterwards', async () => {
    const { url, tasks } = await serve(async (task) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return drawAtOnce(task);
    });
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => fetch(`${url}/ndvi-period/${INSIDE}.png`).then((answer) => answer.text())),
    );
    expect(new Set(answers)).toEqual(new Set(['a picture']));
    await fetch(`${url}/ndvi-period/${INSIDE}.png`);
    expect(tasks).toHaveLength(1);
  });

  it('keeps no failure: 503 and no-store first, 200 for the next request', async () => {
    let isBroken = true;
    const { url } = await serve(async (task) => {
      if (!isBroken) return drawAtOnce(task);
      isBroken = false;
      throw new CanopyError({ kind: 'transient', code: 'E_WORKER_DIED', message: 'The process ended.' });
    });
    const failed = await fetch(`${url}/ndvi-period/${INSIDE}.png?v=version-1`);
    expect(failed.status).toBe(503);
    expect(failed.headers.get('cache-control')).toBe('no-store');
    expect(failed.headers.get('etag')).toBeNull();
    expect(await failed.json()).toEqual({ error: { code: 'E_WORKER_DIED', message: 'The process ended.' } });
    expect((await fetch(`${url}/ndvi-period/${INSIDE}.png?v=version-1`)).status).toBe(200);
  });

  it('does not begin a tile whose client has gone away', async () => {
    const finish: (() => void)[] = [];
    const { url, tasks } = await serve(async (task) => {
      await new Promise<void>((resolve) => finish.push(resolve));
      return drawAtOnce(task);
    });
    const controllers = [0, 1, 2].map(() => new AbortController());
    const answers = controllers.map(({ signal }, i) =>
      fetch(`${url}/ndvi-period/14/8270/${7748 + i}.png`, { signal }).catch(() => 'gone'),
    );
    await until(() => tasks.length === 2);
    // The third may only have arrived by now.
    await new Promise((resolve) => setTimeout(resolve, 100));
    controllers[2]!.abort();
    expect(await answers[2]).toBe('gone');
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (const release of finish) release();
    await Promise.all(answers);
    expect(tasks).toHaveLength(2);
  });
});

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('the queue in front of the children', () => {
  const task = tileTask('ndvi', [], { z: 0, x: 0, y: 0 });

  /** A queue whose drawings end when told. */
  function manualQueue(cacheBytes = 1e6) {
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    let next = '';
    const queue = createTileQueue({
      concurrency: 1,
      cacheBytes,
      render: ({ kind: _, ...named }) =>
        new Promise((resolve) => {
          const { layer } = named as { layer: string };
          begun.push(layer);
          ends.set(layer, () => resolve({ bytes: new Uint8Array(1000), encoding: null }));
          next = layer;
        }),
    });
    const get = (key: string, signal?: AbortSignal) =>
      queue.get(key, { ...task, layer: key } as unknown as RenderTask, signal);
    const end = async () => {
      ends.get(next)!();
      await new Promise((resolve) => setTimeout(resolve, 0));
    };
    return { begun, get, end };
  }

  it('draws the newest wish first: of a, b, c while a is drawn, c comes before b', async () => {
    const { begun, get, end } = manualQueue();
    const all = Promise.all(['a', 'b', 'c'].map((key) => get(key)));
    await end();
    await end();
    await end();
    await all;
    expect(begun).toEqual(['a', 'c', 'b']);
  });

  it('draws the oldest first once it has waited for more than 300 ms: of a, b, … c, b comes before c', async () => {
    const { begun, get, end } = manualQueue();
    const [a, b] = [get('a'), get('b')];
    await new Promise((resolve) => setTimeout(resolve, 350));
    const c = get('c');
    for (let i = 0; i < 3; i++) await end();
    await Promise.all([a, b, c]);
    expect(begun).toEqual(['a', 'b', 'c']);
  });

  it('goes on with a tile that one of two still wants, and drops it when neither does', async () => {
    const { begun, get, end } = manualQueue();
    const first = get('a');
    const gone = new AbortController();
    const wishes = [get('b', gone.signal), get('b'), get('c', gone.signal)].map((wish) =>
      wish.then(
        () => 'drawn',
        (error) => toErrorDetail(error).code,
      ),
    );
    gone.abort();
    await end();
    await end();
    await first;
    expect(begun).toEqual(['a', 'b']);
    expect((await Promise.all(wishes)).slice(1)).toEqual(['drawn', 'E_CANCELLED']);
  });

  it('gives up the oldest of more than 2000 waiting tiles: E_BUSY', async () => {
    const { get, end } = manualQueue();
    const first = get('a');
    const wishes = Array.from({ length: 2001 }, (_, i) => get(`tile-${i}`).catch(toErrorDetail));
    expect(await wishes[0]).toMatchObject({ kind: 'transient', code: 'E_BUSY' });
    await end();
    await first;
  });

  it('keeps what fits: of 5 tiles of 1000 bytes the last 3 in 5000, with 512 for each key', async () => {
    const { begun, get, end } = manualQueue(5000);
    for (const key of ['a', 'b', 'c', 'd', 'e', 'e', 'd', 'c', 'b']) {
      const before = begun.length;
      const tile = get(key);
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (begun.length > before) await end();
      await tile;
    }
    expect(begun).toEqual(['a', 'b', 'c', 'd', 'e', 'b']);
  });
});

describe('TileJSON', () => {
  it('states tiles with the version, bounds, scale, nodata, unit and days, and its attribution as harmless HTML', async () => {
    const { url } = await serve();
    const answer = await fetch(`${url}/ndvi-period/tilejson.json`);
    expect(await answer.json()).toEqual({
      tilejson: '3.0.0',
      name: 'ndvi-period',
      scheme: 'xyz',
      tiles: [`${url}/ndvi-period/{z}/{x}/{y}.png?v=version-1`],
      bounds: [1, 9, 2, 10],
      center: [1.5, 9.5, 5],
      minzoom: 5,
      maxzoom: 14,
      attribution: 'contains &lt;b&gt;modified&lt;/b&gt; Copernicus Sentinel data 2024; made &amp; &quot;checked&quot;',
      kind: 'ndvi',
      values: 'number',
      days: { start: '2024-01-01', end: '2024-12-31' },
      unit: '1',
      scale: 0.0001,
      nodata: -32768,
    });
  });

  it('names the tiles of the format asked for, and refuses others with 400', async () => {
    const { url } = await serve();
    const values = await (await fetch(`${url}/ndvi-period/tilejson.json?format=bin`)).json();
    expect(values).toMatchObject({ tiles: [expect.stringMatching(/\{y\}\.bin\?v=version-1$/)] });
    expect((await fetch(`${url}/ndvi-period/tilejson.json?format=tif`)).status).toBe(400);
    expect((await fetch(`${url}/nothing/tilejson.json`)).status).toBe(404);
  });

  it('writes a version fit for addresses', () => {
    const info = resultsOf(layersOf('c'.repeat(64))).layers.get('ndvi-period')!.info;
    const { tiles } = buildTileJson(info, { base: 'http://localhost', version: 'a b&c', format: 'png' });
    expect(tiles).toEqual(['http://localhost/tiles/ndvi-period/{z}/{x}/{y}.png?v=a%20b%26c']);
  });
});
