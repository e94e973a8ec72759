import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../../pipeline/server/app.ts';
import { rawRequest } from '../../raw-request.ts';
import { makeTinyResults, serveFolder, type TestServer } from '../../tiny-results.ts';

const root = mkdtempSync(join(tmpdir(), 'canopy-security-'));
let server: TestServer;
beforeAll(async () => {
  server = await serveFolder(await makeTinyResults(root));
});
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

/** What a client reads until the server ends the connection, and after how many milliseconds. */
function talk(write: (say: (text: string) => void) => void): Promise<{ heard: string; afterMs: number }> {
  return new Promise((done) => {
    const startMs = performance.now();
    let heard = '';
    const socket = connect(server.port, '127.0.0.1', () => write((text) => socket.write(text)));
    socket.on('data', (chunk) => {
      heard += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => done({ heard, afterMs: performance.now() - startMs }));
  });
}

describe('who is answered', () => {
  it.each([
    ['another name', 'evil.example'],
    ['another name with our port', 'evil.example:PORT'],
    ['our name with another port', '127.0.0.1:1'],
    ['our name without its port', '127.0.0.1'],
    ['a name that begins with ours', '127.0.0.1:PORT.evil.example'],
    ['another loopback address', '127.0.0.2:PORT'],
  ])('refuses %s as Host with 421', async (_, host) => {
    const headers = { host: host.replace('PORT', `${server.port}`) };
    for (const path of ['/', '/api/run', '/files/run.json', '/nowhere', '/ogc']) {
      const { status, text } = await rawRequest(server.port, path, { headers });
      expect([path, status]).toEqual([path, 421]);
      expect(JSON.parse(text).error.code).toBe('E_HOST');
    }
  });

  it('refuses another Host and sets its headers at addresses that cannot be decoded, too', async () => {
    for (const path of ['/%', '/api/parcels/%E0%A4%A', '/tiles/%zz']) {
      const other = await rawRequest(server.port, path, { headers: { host: 'evil.example' } });
      expect([path, other.status, JSON.parse(other.text).error.code]).toEqual([path, 421, 'E_HOST']);
      const own = await rawRequest(server.port, path);
      expect([path, own.status, typeof JSON.parse(own.text).error.message]).toEqual([path, 400, 'string']);
      for (const { headers } of [other, own]) {
        expect(headers['x-content-type-options']).toBe('nosniff');
        expect(headers['content-security-policy']).toContain("default-src 'none'");
        expect(headers['cache-control']).toBe('no-store');
      }
    }
  });

  it('answers to 127.0.0.1 and localhost, in any case of letters', async () => {
    for (const name of ['127.0.0.1', 'localhost', 'LocalHost']) {
      const headers = { host: `${name}:${server.port}` };
      expect((await rawRequest(server.port, '/api/health', { headers })).status).toBe(200);
    }
  });

  it('refuses with 421 a request of HTTP/1.0 that names no host', async () => {
    const { heard } = await talk((say) => say('GET /api/run HTTP/1.0\r\n\r\n'));
    expect(heard).toMatch(/^HTTP\/1\.1 421 /);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    'refuses %s with 403 unless it comes from a page of this server',
    async (method) => {
      const own = `http://127.0.0.1:${server.port}`;
      const statusOf = async (headers: Record<string, string>) =>
        (await rawRequest(server.port, '/api/run', { method, headers })).status;
      expect(await statusOf({ origin: 'https://evil.example' })).toBe(403);
      expect(await statusOf({ origin: 'null' })).toBe(403);
      expect(await statusOf({ origin: `${own}.evil.example` })).toBe(403);
      expect(await statusOf({})).toBe(403);
      expect(await statusOf({ origin: own })).toBe(404);
    },
  );

  it('lets no other page read: 0 of 4 kinds of answer have a CORS header', async () => {
    for (const path of ['/api/run', '/ogc/collections', '/tiles/ndvi-period/0/0/0.png', '/nowhere']) {
      const { headers } = await rawRequest(server.port, path, { headers: { origin: 'https://evil.example' } });
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });
});

describe('headers of every answer', () => {
  const POLICY =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; " +
    "frame-ancestors 'none'; object-src 'none'";

  it.each([
    ['the page', '/'],
    ['an answer', '/api/run'],
    ['a refusal', '/api/parcels?nonsense=1'],
    ['nothing', '/nowhere'],
    ['a tile', '/tiles/ndvi-period/0/0/0.png'],
    ['a file', '/files/parcels.csv'],
    ['features', '/ogc/collections/parcels/items'],
  ])('set the page policy and forbid guessing of types, for %s', async (_, path) => {
    const { headers } = await rawRequest(server.port, path);
    expect(headers).toMatchObject({
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'geolocation=(self), camera=(), microphone=()',
    });
    // Neither makes sense here: there is no TLS, and nobody need know the software.
    expect(headers).not.toHaveProperty('strict-transport-security');
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('server');
  });

  it('allow a basemap’s host for pictures and data only', async () => {
    const app = await createApp({
      current: () => {
        throw new Error('not asked for');
      },
      render: () => Promise.reject(new Error('not asked for')),
      concurrency: 1,
      hosts: ['https://tiles.example.org'],
      say: () => {},
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as { port: number };
    const policy = String((await rawRequest(port, '/nowhere')).headers['content-security-policy']);
    const naming = policy.split('; ').filter((part) => part.includes('tiles.example.org'));
    expect(naming.map((part) => part.split(' ')[0])).toEqual(['img-src', 'connect-src']);
    await app.close();
  });
});

describe('clients that want to tie the server up', () => {
  it('have 10 s for their headers, one line a second notwithstanding', async () => {
    const { heard, afterMs } = await talk(async (say) => {
      say(`GET /api/health HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n`);
      for (let i = 0; i < 14; i += 1) {
        await sleep(1000);
        say(`X-Slow-${i}: 1\r\n`);
      }
    });
    expect(heard).toMatch(/^HTTP\/1\.1 408 /);
    expect(afterMs).toBeGreaterThan(9_000);
    expect(afterMs).toBeLessThan(13_500);
  }, 30_000);

  it('are refused with 431 for 20,000 to 100,000 characters of address or header, and the server goes on', async () => {
    // A client that is still writing when the server has hung up may not get to read why.
    const outcome = (path: string, headers = {}) =>
      rawRequest(server.port, path, { headers }).then(
        ({ status }) => status,
        (error: NodeJS.ErrnoException) => error.code,
      );
    expect(await outcome(`/api/parcels?q=${'x'.repeat(20_000)}`)).toBe(431);
    for (const refused of [
      await outcome(`/api/parcels?q=${'x'.repeat(100_000)}`),
      await outcome('/api/run', { 'x-long': 'x'.repeat(100_000) }),
    ])
      expect([431, 'ECONNRESET', 'EPIPE']).toContain(refused);
    expect((await rawRequest(server.port, '/api/health')).status).toBe(200);
  });

  it('get 4xx or 404 for 12 addresses that are no addresses, never 500', async () => {
    const wrong = [
      '/%',
      '/%00',
      '/api/%E0%A4%A',
      '/api/parcels/%ff',
      '/..%2f..%2fetc/passwd',
      '//evil.example/',
      '/api//run',
    ];
    const more = ['/tiles/../../etc/passwd', '/ogc/collections/__proto__', '/api/parcels/constructor', '/.env', '/*'];
    for (const path of [...wrong, ...more]) {
      const { status } = await rawRequest(server.port, path);
      expect([path, status >= 400 && status < 500]).toEqual([path, true]);
    }
    const { heard } = await talk((say) => say('NONSENSE\r\n\r\n'));
    expect(heard).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('learn nothing of the inside from a fault: a code in the answer, the details said to the operator', async () => {
    const said: string[] = [];
    const app = await createApp({
      current: () => {
        throw new Error('secret /home/someone');
      },
      render: () => Promise.reject(new Error('secret /home/someone')),
      concurrency: 1,
      hosts: [],
      say: (line) => said.push(line),
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as { port: number };
    for (const path of ['/api/run', '/tiles/ndvi-period/0/0/0.png', '/ogc', '/files/run.json']) {
      const { status, text } = await rawRequest(port, path);
      expect([status, JSON.parse(text).error.code]).toEqual([500, 'E_UNEXPECTED']);
      expect(text).not.toMatch(/secret|home|\.ts|at /);
    }
    expect(said.filter((line) => line.includes('secret /home/someone'))).toHaveLength(4);
    await app.close();
  });
});
