import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHttpSource } from '../../../pipeline/cog/source.ts';
import { createEgress } from '../../../pipeline/egress/client.ts';
import { createRangeCache } from '../../../pipeline/egress/range-cache.ts';
import { type ScriptedServer, sendRange, startServer } from '../../faultd.ts';

const FILE = new Uint8Array(200_000).map((_, i) => (i * 31 + (i >> 8)) % 251);
const MB = 1024 * 1024;
let folder: string;
const open: ScriptedServer[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'canopy-ranges-'));
});
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function serve(headersOf: () => Record<string, string> = () => ({})) {
  const server = await startServer((hit, response) => sendRange(hit, response, FILE, headersOf()));
  open.push(server);
  return server;
}

/** What one process does: opens a file, reads three ranges of it, and goes away. Resolves to the bytes. */
async function readAsProcess(server: ScriptedServer, path = '/a.tif', limitBytes = 64 * MB): Promise<Buffer> {
  const egress = createEgress({ allowHosts: [server.pair], rangeCache: { folder, limitBytes } });
  const source = await openHttpSource(`${server.url}${path}`, egress);
  const parts: Uint8Array[] = [];
  for (const offset of [40_000, 90_000, 150_000]) parts.push(await source.read(offset, 5000));
  await egress.close();
  return Buffer.concat(parts);
}

const RIGHT = Buffer.concat([40_000, 90_000, 150_000].map((offset) => FILE.subarray(offset, offset + 5000)));
const entriesIn = (root: string) =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => join(root, name))
    .filter((path) => statSync(path).isFile());

describe('ranges on disk', () => {
  it('let a second process ask for the head of a file alone, and give it the same 15,000 bytes', async () => {
    const server = await serve();
    expect(await readAsProcess(server)).toEqual(RIGHT);
    expect(server.hits).toHaveLength(4);
    expect(await readAsProcess(server)).toEqual(RIGHT);
    expect(server.hits.slice(4).map(({ headers }) => headers.range)).toEqual(['bytes=0-32767']);
    expect(entriesIn(folder)).toHaveLength(3);
  });

  it('B 28: are not used for another entity tag', async () => {
    let tag = '"v1"';
    const server = await serve(() => ({ etag: tag }));
    await readAsProcess(server);
    tag = '"v2"';
    await readAsProcess(server);
    expect(server.hits).toHaveLength(8);
    expect(entriesIn(folder)).toHaveLength(6);
  });

  it.each<[string, string, string]>([
    ['a weak tag', 'W/"v1"', '/a.tif'],
    ['a query', '"v1"', '/a.tif?file=b&sig=TOPSECRET'],
  ])('are not kept of a link with %s', async (_name, etag, path) => {
    const server = await serve(() => ({ etag }));
    expect(await readAsProcess(server, path)).toEqual(RIGHT);
    expect(await readAsProcess(server, path)).toEqual(RIGHT);
    expect(server.hits).toHaveLength(8);
    expect(entriesIn(folder)).toEqual([]);
  });

  const harms: [string, (path: string, other: string) => void][] = [
    ['a flipped bit in its bytes', (path) => flip(path, 3000)],
    ['a flipped bit in its length', (path) => flip(path, 33)],
    ['a flipped bit in its SHA-256', (path) => flip(path, 5)],
    ['its end missing', (path) => writeFileSync(path, readFileSync(path).subarray(0, 4000))],
    ['nothing in it', (path) => writeFileSync(path, '')],
    ['the bytes of another range', (path, other) => writeFileSync(path, readFileSync(other))],
  ];
  it.each(harms)('with %s are dropped, asked for anew and kept again', async (_name, harm) => {
    const server = await serve();
    await readAsProcess(server);
    const [path, other] = entriesIn(folder) as [string, string];
    const good = readFileSync(path);
    harm(path, other);
    expect(await readAsProcess(server)).toEqual(RIGHT);
    expect(server.hits).toHaveLength(4 + 2);
    expect(readFileSync(path)).toEqual(good);
  });

  function flip(path: string, at: number): void {
    const bytes = readFileSync(path);
    bytes[at]! ^= 1;
    writeFileSync(path, bytes);
  }

  it('that cannot be written cost nothing but their use', async () => {
    const server = await serve();
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'a file in place of the folder');
    expect(await readAsProcess(server)).toEqual(RIGHT);
    expect(await readAsProcess(server)).toEqual(RIGHT);
    expect(server.hits).toHaveLength(8);
  });
});

describe('the size of the cache', () => {
  const question = (index: number) => ({ offsetBytes: index * 1000, lengthBytes: 1000, etag: '"v1"' });
  const answer = (index: number) => ({
    bytes: new Uint8Array(1000).fill(index % 256),
    etag: '"v1"',
    totalBytes: 10_000_000,
  });
  const bytesIn = (root: string) => entriesIn(root).reduce((sum, path) => sum + statSync(path).size, 0);

  it('stays below 200 KB over 1,000 entries, of which those used last are kept', async () => {
    const cache = createRangeCache({ folder, limitBytes: 200_000 });
    const used = () => cache.read('https://h/a', question(0));
    for (let i = 0; i < 1000; i++) {
      cache.keep('https://h/a', question(i), answer(i));
      // Time passes between entries, and all but the first one are used once only.
      if (i % 20 === 0) {
        await cache.close();
        for (const path of entriesIn(folder)) age(path);
        expect(await used()).not.toBeNull();
        expect(bytesIn(folder)).toBeLessThanOrEqual(200_000);
      }
    }
    await cache.close();
    expect(bytesIn(folder)).toBeGreaterThan(100_000);
    expect(await cache.read('https://h/a', question(999))).toMatchObject(answer(999));
    expect(await cache.read('https://h/a', question(1))).toBeNull();
  });

  function age(path: string): void {
    const olderMs = statSync(path).mtimeMs - 120_000;
    utimesSync(path, olderMs / 1000, olderMs / 1000);
  }

  it('stays below 200 KB under 8 writers at once, none of which ever reads a wrong byte', async () => {
    const caches = Array.from({ length: 8 }, () => createRangeCache({ folder, limitBytes: 200_000 }));
    let found = 0;
    await Promise.all(
      caches.map(async (cache, writer) => {
        for (let i = 0; i < 200; i++) {
          const index = (i * 7 + writer * 3) % 300;
          const kept = await cache.read('https://h/a', question(index));
          if (kept) expect(kept).toEqual(answer(index));
          if (kept) found++;
          else cache.keep('https://h/a', question(index), answer(index));
          if (i % 10 === 0) await cache.close();
        }
        await cache.close();
      }),
    );
    expect(found).toBeGreaterThan(100);
    expect(bytesIn(folder)).toBeLessThanOrEqual(200_000);
    expect(entriesIn(folder).filter((path) => path.endsWith('.tmp'))).toEqual([]);
  });

  it('counts and removes nothing that is not an entry, but what a killed writer left an hour ago', async () => {
    mkdirSync(join(folder, 'ab'));
    const foreign = join(folder, 'ab', 'thesis.doc');
    const torn = join(folder, 'ab', `${'ab'.repeat(32)}.${'0'.repeat(16)}.tmp`);
    for (const path of [foreign, torn]) writeFileSync(path, Buffer.alloc(300_000));
    for (let i = 0; i < 2; i++) age(torn);
    utimesSync(torn, 1000, 1000);
    const cache = createRangeCache({ folder, limitBytes: 200_000 });
    cache.keep('https://h/a', question(1), answer(1));
    await cache.close();
    expect(entriesIn(folder)).toContain(foreign);
    expect(entriesIn(folder)).not.toContain(torn);
  });
});
