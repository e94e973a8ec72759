import { createHash } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createEgress, type Egress, type EgressOptions } from '../../../pipeline/egress/client.ts';
import { followRedirect } from '../../../pipeline/egress/request.ts';
import {
  byChance,
  type Fault,
  type FaultPlan,
  inTurn,
  type ScriptedServer,
  sendJson,
  startFaultServer,
  startServer,
} from '../../faultd.ts';

const FILE = new Uint8Array(100_000).map((_, i) => (i * 31 + (i >> 8)) % 251);
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

function makeEgress(server: Pick<ScriptedServer, 'pair'>, options: Partial<EgressOptions> = {}): Egress {
  const egress = createEgress({
    allowHosts: [server.pair],
    fetchTimeouts: { connectMs: 400, headersMs: 200, bodyIdleMs: 200, totalMs: 2000, paceAfterMs: 300 },
    retry: { sleep: async () => {} },
    ...options,
  });
  open.push(egress);
  return egress;
}

async function serve(plan: FaultPlan, options: Partial<EgressOptions> = {}) {
  const server = await startFaultServer({ '/a.tif': FILE }, plan);
  open.push(server);
  return { server, egress: makeEgress(server, options), url: `${server.url}/a.tif?sig=TOPSECRET` };
}

const always =
  (fault: Fault): FaultPlan =>
  () =>
    fault;

describe('a server in trouble', () => {
  it('B 24: gives 1,000 ranges unchanged through 30 % of 503, 429 and 500, with fewer than 2 requests for one', async () => {
    const plan = byChance(0.3, ['busy', 'too many', 'error'], 7);
    // The rate falls to its floor, as it must; at 2 a second the test would take until tomorrow.
    const { server, egress, url } = await serve(plan, {
      limits: { floorPerSecond: 2000 },
      // Of 1,000 ranges, one fails 6 times in a row as often as not; its unit would be computed again.
      retry: { sleep: async () => {}, maxTries: 12 },
    });
    const got = createHash('sha256');
    const wanted = createHash('sha256');
    for (let i = 0; i < 1000; i++) {
      got.update((await egress.readRange(url, i * 90, 90, '"v1"')).bytes);
      wanted.update(FILE.subarray(i * 90, i * 90 + 90));
    }
    expect(got.digest('hex')).toBe(wanted.digest('hex'));
    expect(server.hits.length).toBeGreaterThan(1300);
    expect(server.hits.length).toBeLessThan(2000);
  });

  it('B 24, B 31: is asked 10 times and no more by 50 readers when it is down for good', async () => {
    const { server, egress, url } = await serve(always('error'), {
      limits: { concurrent: 1, now: () => 0 },
      retry: { sleep: async () => {}, totalMs: 5000 },
    });
    const ends = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        egress.readRange(url, i, 1, null).catch(({ code }: { code: string }) => code),
      ),
    );
    expect(new Set(ends)).toEqual(new Set(['E_HOST_DOWN']));
    expect(server.hits).toHaveLength(10);
  });

  it.each<[string, Fault]>([
    ['sends no headers', 'hang'],
    ['stops in half of the body', 'stall'],
    ['sends a byte every 200 ms', 'drip'],
  ])('B 25: that %s is given up as transient, within its limits, and the next answer is good', async (_name, fault) => {
    const slow = await serve(always(fault), { retry: { maxTries: 1 } });
    const startMs = performance.now();
    await expect(slow.egress.readRange(slow.url, 0, 5000, null)).rejects.toMatchObject({
      kind: 'transient',
      code: 'E_TIMEOUT',
    });
    expect(performance.now() - startMs).toBeLessThan(1500);
    const passing = await serve(inTurn(fault));
    expect((await passing.egress.readRange(passing.url, 0, 50, null)).bytes).toEqual(FILE.subarray(0, 50));
    expect(passing.server.hits).toHaveLength(2);
  });

  it('B 25: says that a body which drips comes with fewer than 10 KB a second', async () => {
    const { egress, url } = await serve(always('drip'), {
      retry: { maxTries: 1 },
      fetchTimeouts: { paceAfterMs: 300 },
    });
    await expect(egress.readRange(url, 0, 5000, null)).rejects.toThrow(
      /sent [2-4] bytes in 0\.\d s, fewer than 10 KB a second/,
    );
  });

  it('B 25: that takes the connection and is silent in its TLS greeting is given up at the time-out to connect', async () => {
    const silent = await listen(createServer(() => {}));
    const egress = makeEgress(silent, { retry: { maxTries: 1 } });
    await expect(egress.readRange(`https://${silent.pair}/a.tif`, 0, 1, null)).rejects.toMatchObject({
      kind: 'transient',
      code: 'E_TIMEOUT',
    });
  });
});

describe('answers that look right', () => {
  it.each<[string, Fault, number]>([
    ['B 26: a whole file', 'whole file', 3],
    ['B 27: a body that is a byte short', 'short body', 3],
    ['B 27: a wrong Content-Range', 'wrong content-range', 3],
    ['B 27: the neighbour’s bytes', "neighbour's bytes", 3],
    ['B 27: gzip as a range', 'gzip as range', 3],
    ['B 27: a web page', 'web page', 3],
    ['B 27: a web page as a range', 'web page as range', 3],
  ])('%s twice is asked for again, three times is refused with 0 bytes', async (_name, fault, most) => {
    const twice = await serve(inTurn(fault, fault));
    expect((await twice.egress.readRange(twice.url, 500, 70, '"v1"')).bytes).toEqual(FILE.subarray(500, 570));
    expect(twice.server.hits).toHaveLength(3);
    const thrice = await serve(always(fault));
    const error = await thrice.egress.readRange(thrice.url, 500, 70, '"v1"').catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: expect.stringMatching(/^E_(NO_RANGE|RANGE_MISMATCH|LOGIN_WANTED)$/) });
    expect(thrice.server.hits).toHaveLength(most);
  });

  it('B 28: a new tag is no try more, but E_SOURCE_CHANGED (transient) for the reader to start over', async () => {
    const { egress, url, server } = await serve(always('new tag'));
    await expect(egress.readRange(url, 0, 50, '"v1"')).rejects.toMatchObject({
      code: 'E_SOURCE_CHANGED',
      kind: 'transient',
    });
    expect(server.hits).toHaveLength(1);
  });
});

describe('connections that break', () => {
  it.each<Fault>(['reset', 'reset in body'])(
    'B 29: after a %s the range is read over a new connection',
    async (fault) => {
      const { egress, url, server } = await serve(inTurn(fault));
      expect((await egress.readRange(url, 10, 90, null)).bytes).toEqual(FILE.subarray(10, 100));
      expect(new Set(server.hits.map(({ clientPort }) => clientPort)).size).toBe(2);
    },
  );

  it('B 29: a server that speaks no TLS is transient, and named', async () => {
    const { server } = await serve(() => null);
    const egress = makeEgress(server, { retry: { maxTries: 2, sleep: async () => {} } });
    await expect(egress.readRange(`https://${server.pair}/a.tif`, 0, 1, null)).rejects.toMatchObject({
      kind: 'transient',
      code: 'E_UNREACHABLE',
      message: expect.stringContaining(`https://${server.pair}/a.tif cannot be reached`),
    });
  });

  it('B 29: a name that does not resolve is asked for 6 times, then transient', async () => {
    let asked = 0;
    const egress = makeEgress(
      { pair: 'unused:1' },
      {
        resolve: async () => {
          asked++;
          throw Object.assign(new Error('getaddrinfo'), { code: 'EAI_AGAIN' });
        },
      },
    );
    await expect(egress.readRange('https://landsatlook.usgs.gov/a.tif', 0, 1, null)).rejects.toMatchObject({
      kind: 'transient',
      code: 'E_UNREACHABLE',
      message: expect.stringContaining('EAI_AGAIN'),
    });
    expect(asked).toBe(6);
  });
});

describe('redirects', () => {
  it('B 32: carry neither the query of the first link nor a referrer, a cookie or an authorization', async () => {
    const target = await startServer((_hit, response) => sendJson(response, {}));
    const door = await startServer((_hit, response) =>
      response.writeHead(302, { location: `${target.url}/b`, 'set-cookie': 'id=TOPSECRET' }).end(),
    );
    open.push(target, door);
    const egress = makeEgress(door, { allowHosts: [door.pair, target.pair] });
    await egress.getJson(`${door.url}/a?sig=TOPSECRET`);
    expect(target.hits).toHaveLength(1);
    expect(JSON.stringify(target.hits)).not.toContain('TOPSECRET');
    for (const name of ['authorization', 'cookie', 'referer']) expect(target.hits[0]!.headers).not.toHaveProperty(name);
  });

  it('B 32: from https to http are refused, even to a host that the operator allowed', () => {
    const hop = { url: 'https://landsatlook.usgs.gov/a', method: 'GET', headers: {} } as const;
    expect(() => followRedirect(hop, 302, 'http://127.0.0.1:8080/a')).toThrow(/from https to http/);
    expect(followRedirect(hop, 302, '/b').url).toBe('https://landsatlook.usgs.gov/b');
  });
});

async function listen(server: Server): Promise<{ pair: string }> {
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  });
  const address = server.address();
  return { pair: `127.0.0.1:${typeof address === 'object' ? address?.port : 0}` };
}
