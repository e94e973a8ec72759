import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createEgress, type Egress } from '../../../pipeline/egress/client.ts';
import { parseRetryAfter } from '../../../pipeline/egress/retry.ts';
import { type Script, type ScriptedServer, sendJson, sendRange, startServer } from '../../faultd.ts';

const FILE = new Uint8Array(10_000).map((_, i) => (i * 31) % 251);
const open: { server: ScriptedServer; egress: Egress }[] = [];

afterEach(async () => {
  for (const { server, egress } of open.splice(0)) {
    await egress.close();
    await server.close();
  }
});

async function serve(script: Script, options: { maxTries?: number; random?: () => number } = {}) {
  const waitsMs: number[] = [];
  const server = await startServer(script);
  const egress = createEgress({
    allowHosts: [server.pair],
    fetchTimeouts: { connectMs: 300, headersMs: 200, bodyIdleMs: 200, totalMs: 600 },
    retry: { maxTries: 4, random: () => 0.5, ...options, sleep: async (ms) => void waitsMs.push(ms) },
  });
  open.push({ server, egress });
  return { server, egress, waitsMs, url: `${server.url}/a.tif?sig=TOPSECRET` };
}

/** Packed before any clock runs: on a busy machine it takes longer than the answer may. */
const GZIP_BOMB = gzipSync(Buffer.alloc(70 * 1024 * 1024));

describe('range reads', () => {
  it('reads bytes 100 to 149 with tag and size, and a range over the end cut to the file', async () => {
    const { egress, url, server } = await serve((hit, response) => sendRange(hit, response, FILE));
    const { bytes, etag, totalBytes } = await egress.readRange(url, 100, 50, null);
    expect([...bytes]).toEqual([...FILE.subarray(100, 150)]);
    expect([etag, totalBytes]).toEqual(['"v1"', 10_000]);
    expect((await egress.readRange(url, 9_990, 500, '"v1"')).bytes).toHaveLength(10);
    expect(server.hits[1]?.headers['if-match']).toBe('"v1"');
  });

  const lie =
    (headers: Record<string, string>, body: Uint8Array, status = 206): Script =>
    (_hit, response) =>
      response.writeHead(status, headers).end(body);
  const good = 'bytes 100-149/10000';
  const tens = FILE.subarray(100, 150);

  it.each<[string, Script, string, number]>([
    ['B 26: 200 instead of 206', lie({}, FILE, 200), 'E_NO_RANGE', 3],
    ['B 27: the start of another block', lie({ 'content-range': 'bytes 150-199/10000' }, tens), 'E_RANGE_MISMATCH', 3],
    [
      'B 27: a Content-Range that ends early',
      lie({ 'content-range': 'bytes 100-148/10000' }, tens),
      'E_RANGE_MISMATCH',
      3,
    ],
    ['B 27: no Content-Range', lie({}, tens), 'E_RANGE_MISMATCH', 3],
    ['B 27: an unknown total', lie({ 'content-range': 'bytes 100-149/*' }, tens), 'E_RANGE_MISMATCH', 3],
    ['B 27: a short body', lie({ 'content-range': good }, tens.subarray(0, 40)), 'E_RANGE_MISMATCH', 3],
    ['B 27: a long body', lie({ 'content-range': good }, FILE.subarray(0, 60)), 'E_RANGE_MISMATCH', 3],
    ['B 27: gzip', lie({ 'content-range': good, 'content-encoding': 'gzip' }, tens), 'E_RANGE_MISMATCH', 3],
    ['B 28: another tag', lie({ 'content-range': good, etag: '"v2"' }, tens), 'E_SOURCE_CHANGED', 1],
    ['B 28: no tag any more', lie({ 'content-range': good }, tens), 'E_SOURCE_CHANGED', 1],
    ['B 28: 412', lie({}, new Uint8Array(), 412), 'E_SOURCE_CHANGED', 1],
    ['416', lie({ 'content-range': 'bytes */50' }, new Uint8Array(), 416), 'E_RANGE_BEYOND_END', 1],
    ['B 22: 404', lie({}, new Uint8Array(), 404), 'E_ASSET_GONE', 1],
    ['401', lie({}, new Uint8Array(), 401), 'E_LINK_REFUSED', 1],
    ['403', lie({}, new Uint8Array(), 403), 'E_LINK_REFUSED', 1],
    ['B 27: a login page as 200', lie({ 'content-type': 'text/html; charset=utf-8' }, tens, 200), 'E_LOGIN_WANTED', 3],
    [
      'B 27: a login page as 206',
      lie({ 'content-type': 'text/html', 'content-range': good }, tens),
      'E_LOGIN_WANTED',
      3,
    ],
    ['a redirect to the USGS login', lie({ location: 'https://ers.cr.usgs.gov/?x' }, tens, 302), 'E_LOGIN_WANTED', 1],
    ['B 24: 500', lie({}, new Uint8Array(), 500), 'E_HTTP_BUSY', 4],
  ])('%s gives a tagged error and no bytes', async (name, script, code, tries) => {
    const { egress, url, server } = await serve(script);
    const etag = name.includes('tag') ? '"v1"' : null;
    const error = await egress.readRange(url, 100, 50, etag).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code });
    expect(server.hits).toHaveLength(tries);
    expect((error as Error).message).toContain(
      server.pair === '' ? '-' : name.includes('login') ? 'login' : server.url,
    );
    expect((error as Error).message).not.toContain('TOPSECRET');
  });

  it('B 26: gives up an endless 200 body at its header', async () => {
    let sentBytes = 0;
    const { egress, url } = await serve((_hit, response) => {
      response.writeHead(200);
      const pump = () => {
        while (!response.destroyed && sentBytes < 500_000_000) {
          sentBytes += 65_536;
          if (!response.write(new Uint8Array(65_536))) return void response.once('drain', pump);
        }
      };
      pump();
    });
    await expect(egress.readRange(url, 0, 50, null)).rejects.toMatchObject({ code: 'E_NO_RANGE' });
    expect(sentBytes).toBeLessThan(20_000_000);
  });

  it('B 24: tries a 503 again after the Retry-After of 0 s and reads the right bytes', async () => {
    const { egress, url, server, waitsMs } = await serve((hit, response, index) => {
      if (index < 2) response.writeHead(503, { 'retry-after': '0' }).end();
      else sendRange(hit, response, FILE);
    });
    expect((await egress.readRange(url, 100, 50, null)).bytes).toEqual(tens);
    expect(server.hits).toHaveLength(3);
    expect(waitsMs).toEqual([0, 0]);
  });

  it('B 24: waits half of 1, 2 and 4 s at a jitter of 0.5 when a server says no time', async () => {
    const { egress, url, waitsMs } = await serve((_hit, response) => response.writeHead(429).end());
    await expect(egress.readRange(url, 0, 1, null)).rejects.toMatchObject({ kind: 'transient', code: 'E_HTTP_BUSY' });
    expect(waitsMs).toEqual([500, 1000, 2000]);
  });

  it.each<[string, Script]>([
    ['sends no headers', () => {}],
    [
      'stops in the middle of the body',
      (_hit, response) => {
        response.writeHead(206, { 'content-range': good, 'content-length': '50' });
        response.write(tens.subarray(0, 20));
      },
    ],
    [
      'drips a byte every 60 ms',
      (_hit, response) => {
        response.writeHead(206, { 'content-range': good });
        const timer = setInterval(() => response.write('x'), 60);
        response.on('close', () => clearInterval(timer));
      },
    ],
    ['resets the connection', (_hit, response) => response.destroy()],
    [
      'resets in the body',
      (_hit, response) => {
        response.writeHead(206, { 'content-range': good, 'content-length': '50' });
        response.write(tens.subarray(0, 20), () => response.destroy());
      },
    ],
  ])('gives a server that %s up as transient within 2 s', async (_name, script) => {
    const { egress, url } = await serve(script, { maxTries: 1 });
    const startMs = Date.now();
    await expect(egress.readRange(url, 100, 50, null)).rejects.toMatchObject({ kind: 'transient' });
    expect(Date.now() - startMs).toBeLessThan(2000);
  });

  it('returns the same 200 ranges though 30 % of the answers are faults', async () => {
    let state = 7;
    const random = () => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return state / 2147483648;
    };
    const { egress, url, server } = await serve(
      (hit, response) => {
        const fault = random();
        if (fault < 0.1) response.writeHead(503).end();
        else if (fault < 0.2) response.destroy();
        else if (fault < 0.3) lie({ 'content-range': good, etag: '"v1"' }, tens.subarray(0, 10))(hit, response, 0);
        else sendRange(hit, response, FILE);
      },
      { maxTries: 12 },
    );
    const wanted = createHash('sha256');
    const got = createHash('sha256');
    for (let i = 0; i < 200; i++) {
      wanted.update(FILE.subarray(i * 40, i * 40 + 50));
      got.update((await retryUntilGood(() => egress.readRange(url, i * 40, 50, '"v1"'))).bytes);
    }
    expect(got.digest('hex')).toBe(wanted.digest('hex'));
    expect(server.hits.length).toBeLessThan(400);
  });
});

async function retryUntilGood<T>(read: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      // Three mismatches in a row: the queue would hand the unit out again.
      if ((error as { code?: string }).code !== 'E_RANGE_MISMATCH') throw error;
    }
  }
}

describe('Planetary Computer links', () => {
  async function serveSigned(isGood: (token: string) => boolean, expiresInMs: number) {
    let tokens = 0;
    const server = await startServer((hit, response) => {
      if (hit.url.startsWith('/token/')) {
        const expiry = new Date(Date.now() + expiresInMs).toISOString();
        return sendJson(response, { token: `sig=T${++tokens}`, 'msft:expiry': expiry });
      }
      const token = new URL(hit.url, 'http://x').searchParams.get('sig') ?? '';
      if (isGood(token)) sendRange(hit, response, FILE);
      else response.writeHead(403).end();
    });
    const egress = createEgress({
      allowHosts: [server.pair],
      retry: { maxTries: 1 },
      signing: { tokenUrl: `${server.url}/token`, blobHosts: [server.pair] },
    });
    open.push({ server, egress });
    return { server, egress, url: `${server.url}/sentinel2-l2/a.tif`, tokenCount: () => tokens };
  }

  it('signs 20 reads side by side with 1 token, asked for by account and container', async () => {
    const { egress, url, server, tokenCount } = await serveSigned((token) => token === 'T1', 3_600_000);
    await Promise.all(Array.from({ length: 20 }, () => egress.readRange(url, 0, 10, null)));
    expect(tokenCount()).toBe(1);
    expect(server.hits[0]?.url).toBe('/token/127/sentinel2-l2');
  });

  it('B 23: renews a token that runs out within 2 minutes before each read', async () => {
    const { egress, url, tokenCount } = await serveSigned(() => true, 60_000);
    await egress.readRange(url, 0, 10, null);
    await egress.readRange(url, 0, 10, null);
    expect(tokenCount()).toBe(2);
  });

  it('B 23: signs once more after a 403 and goes on', async () => {
    const { egress, url, tokenCount } = await serveSigned((token) => token !== 'T1', 3_600_000);
    expect((await egress.readRange(url, 0, 10, null)).bytes).toHaveLength(10);
    expect(tokenCount()).toBe(2);
  });

  it('B 23: gives up after 2 refused tokens with a sentence that holds no token', async () => {
    const { egress, url, tokenCount } = await serveSigned(() => false, 3_600_000);
    const error = await egress.readRange(url, 0, 10, null).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: 'auth', message: expect.stringContaining('refused after renewal') });
    expect((error as Error).message).not.toMatch(/sig=|T1|T2/);
    expect(tokenCount()).toBe(2);
  });
});

describe('JSON', () => {
  it('posts a body and reads plain and gzipped answers', async () => {
    const { egress, server } = await serve((hit, response) => {
      if (hit.method === 'POST') return sendJson(response, { got: JSON.parse(hit.body) });
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}'));
    });
    expect(await egress.getJson(`${server.url}/s`, { method: 'POST', body: { limit: 3 } })).toEqual({
      got: { limit: 3 },
    });
    expect(await egress.getJson(`${server.url}/s`)).toEqual({ a: 1 });
  });

  it.each<[string, Script, string]>([
    ['text that is no JSON', (_hit, response) => response.end('{"a":'), 'E_JSON'],
    [
      'a login page',
      (_hit, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
      'E_LOGIN_WANTED',
    ],
    [
      'a gzip bomb of 70 MB',
      (_hit, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(GZIP_BOMB),
      'E_JSON_TOO_LARGE',
    ],
    ['404', (_hit, response) => response.writeHead(404).end(), 'E_ASSET_GONE'],
    ['400', (_hit, response) => response.writeHead(400).end(), 'E_HTTP_STATUS'],
  ])('refuses %s', async (_name, script, code) => {
    const { egress, server } = await serve(script, { maxTries: 1 });
    await expect(egress.getJson(`${server.url}/s`)).rejects.toMatchObject({ code });
  });

  it('says which host cannot be reached', async () => {
    const { egress, server } = await serve(() => {}, { maxTries: 2 });
    await server.close();
    await expect(egress.getJson(`${server.url}/s`)).rejects.toMatchObject({
      kind: 'transient',
      message: expect.stringContaining(`${server.url}/s cannot be reached`),
    });
  });

  it('turns a POST that is redirected with 303 into a GET, and repeats it with 307', async () => {
    const { egress, server } = await serve((hit, response) => {
      if (hit.url === '/a') return response.writeHead(303, { location: '/x' }).end();
      if (hit.url === '/b') return response.writeHead(307, { location: '/x' }).end();
      sendJson(response, { method: hit.method });
    });
    expect(await egress.getJson(`${server.url}/a`, { body: {} })).toEqual({ method: 'GET' });
    expect(await egress.getJson(`${server.url}/b`, { body: {} })).toEqual({ method: 'POST' });
  });
});

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['12', 12_000],
    ['Thu, 01 Jan 1970 00:00:30 GMT', 20_000],
    ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
    ['soon', null],
    [undefined, null],
  ])('reads %s at 10 s past the epoch as %s ms', (header, expected) => {
    expect(parseRetryAfter(header, 10_000)).toBe(expected);
  });
});
