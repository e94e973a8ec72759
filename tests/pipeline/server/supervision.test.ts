import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KEY_PREFIX, UNIT_QUEUE } from '../../../pipeline/queue/bullmq-jobs.ts';
import { type AppOptions, createApp } from '../../../pipeline/server/app.ts';
import type { OperationsSource } from '../../../pipeline/store/operations-source.ts';
import { CanopyError } from '../../../shared/errors.ts';
import type { OperationsView } from '../../../shared/operations.ts';
import { heldDetail, sampleDetail, writeStatus } from '../../operations-sample.ts';
import { rawRequest } from '../../raw-request.ts';
import { startRedis, type TestRedis } from '../../redis.ts';
import { serveFolder, type TestServer } from '../../tiny-results.ts';

const root = mkdtempSync(join(tmpdir(), 'canopy-supervision-'));
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const noResults = () => {
  throw new CanopyError({ kind: 'transient', code: 'E_NO_RESULTS_YET', message: 'No results yet.' });
};
const never = () => Promise.reject(new Error('not asked for'));

/** A server without a folder, which knows of runs what `read` says. */
async function serve(options: Partial<AppOptions>): Promise<number> {
  const app = await createApp({
    current: noResults,
    render: never,
    concurrency: 1,
    hosts: [],
    say: () => {},
    ...options,
  });
  closing.push(() => app.close());
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as { port: number }).port;
}

function sourceOf(read: OperationsSource['read']): OperationsSource {
  return { read, ask: never, close: async () => {} };
}

const VIEW: OperationsView = {
  format: 'twin-canopy-operations/1',
  at: '2026-11-29T09:05:01.000Z',
  runs: [
    sampleDetail({ label: 'a "quoted" \\ label\nof two lines' }),
    { ...heldDetail(), run: { ...heldDetail().run, id: 'b' } },
  ],
};

describe('GET /metrics', () => {
  it('gives the units of 2 runs by state, their dead letters, workers and attempts, and the process', async () => {
    const port = await serve({ operations: sourceOf(async () => VIEW) });
    const { status, text, headers } = await rawRequest(port, '/metrics');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const run = 'a'.repeat(40);
    for (const line of [
      `canopy_units{run="${run}",state="due"} 33`,
      `canopy_units{run="${run}",state="running"} 4`,
      `canopy_units{run="${run}",state="done"} 81`,
      `canopy_units{run="${run}",state="dead"} 2`,
      `canopy_units_done_total{run="${run}"} 81`,
      `canopy_failed_attempts_total{run="${run}"} 5`,
      `canopy_dead_letters{run="${run}"} 2`,
      `canopy_workers{run="${run}"} 2`,
      `canopy_run_state{run="${run}",state="running"} 1`,
      `canopy_run_state{run="${run}",state="held"} 0`,
      'canopy_run_state{run="b",state="held"} 1',
      `canopy_run_info{run="${run}",label="a \\"quoted\\" \\\\ label\\nof two lines"} 1`,
      'canopy_operations_up 1',
    ])
      expect(text.split('\n')).toContain(line);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect(text).toMatch(/^# TYPE canopy_units_done_total counter$/m);
  });

  it('counts anew at each scrape, forgets a run that is gone, and says 0 while runs cannot be read', async () => {
    const views: (OperationsView | null)[] = [VIEW, { ...VIEW, runs: [] }];
    let at = 0;
    const port = await serve({
      operations: sourceOf(async () => {
        if (at === 2) throw new Error('away');
        return views[at]!;
      }),
    });
    const scrape = async () => (await rawRequest(port, '/metrics')).text;
    expect((await scrape()).match(/^canopy_units\{/gm)).toHaveLength(8);
    expect(await scrape()).toMatch(/^canopy_units_done_total\{run="b"\} 118$/m);
    at = 1;
    await expect.poll(async () => (await scrape()).match(/^canopy_units\{/gm), { timeout: 3000 }).toBeNull();
    at = 2;
    await expect.poll(scrape, { timeout: 3000 }).toMatch(/^canopy_operations_up 0$/m);
  });

  it('stays behind the check of Host, and two servers of one process do not share their figures', async () => {
    const [one, other] = [await serve({ operations: sourceOf(async () => VIEW) }), await serve({})];
    expect((await rawRequest(one, '/metrics', { headers: { host: 'evil.example' } })).status).toBe(421);
    await rawRequest(one, '/metrics');
    expect((await rawRequest(other, '/metrics')).text).not.toMatch(/^canopy_units\{/m);
  });
});

describe('GET /health/live and /health/ready', () => {
  const dashboard = (ping: () => Promise<void>) => ({
    plugin: (_app: unknown, _options: unknown, done: () => void) => done(),
    path: '/queues',
    ping,
    close: async () => {},
  });
  const known = sourceOf(async () => VIEW);
  const away = sourceOf(never);
  const hangs = () => new Promise<never>(() => {});
  const cases: [string, Partial<AppOptions>, number, string[]][] = [
    ['results alone', { current: () => ({}) as never }, 200, ['operations']],
    ['a run alone', { operations: known }, 200, ['results']],
    ['neither', {}, 503, ['results', 'operations']],
    ['a snapshot that cannot be read', { operations: away }, 503, ['results', 'operations']],
    ['a database that answers', { operations: known, hasDatabase: true }, 200, ['results']],
    [
      'results and a database that is away',
      { current: () => ({}) as never, operations: away, hasDatabase: true },
      503,
      ['operations', 'database'],
    ],
    [
      'a database that hangs',
      { operations: sourceOf(hangs), hasDatabase: true },
      503,
      ['results', 'operations', 'database'],
    ],
    ['Redis that answers', { operations: known, dashboard: dashboard(async () => {}) }, 200, ['results']],
    ['Redis that is away', { operations: known, dashboard: dashboard(never) }, 503, ['results', 'redis']],
    ['Redis that hangs', { operations: known, dashboard: dashboard(hangs) }, 503, ['results', 'redis']],
  ];
  it.each(cases)('with %s answer within 3 s, and name what is missing', async (_, options, status, missing) => {
    const port = await serve(options);
    const startMs = performance.now();
    const ready = await rawRequest(port, '/health/ready');
    expect(performance.now() - startMs).toBeLessThan(3000);
    const answer = JSON.parse(ready.text) as { isReady: boolean; parts: { name: string; isReady: boolean }[] };
    expect([ready.status, answer.isReady]).toEqual([status, status === 200]);
    expect(answer.parts.filter((part) => !part.isReady).map(({ name }) => name)).toEqual(missing);
    expect(ready.text).not.toMatch(/\bat |node:internal/);
    const live = await rawRequest(port, '/health/live');
    expect([live.status, live.text]).toEqual([200, '{"status":"ok"}']);
  });
});

describe('the queue dashboard on a real Redis', () => {
  let dir: string;
  let redis: TestRedis;
  let queue: Queue;
  let server: TestServer;
  beforeAll(async () => {
    dir = mkdtempSync(join(root, 'run-'));
    writeStatus(dir, [sampleDetail()]);
    redis = await startRedis();
    queue = new Queue(UNIT_QUEUE, { connection: { port: Number(new URL(redis.url).port) }, prefix: KEY_PREFIX });
    await queue.add('unit', { label: 'a unit', task: {} }, { jobId: 'run.key' });
    server = await serveFolder(dir, { redisUrl: redis.url });
  });
  afterAll(async () => {
    await server.close();
    await queue.close();
    await redis.stop();
  });
  const own = () => ({ origin: `http://127.0.0.1:${server.port}`, 'content-type': 'application/json' });

  it('is told of by /api/health, shows 1 waiting job, and is no part of the API’s description', async () => {
    expect(JSON.parse((await rawRequest(server.port, '/api/health')).text)).toMatchObject({ dashboard: '/queues' });
    const { queues } = JSON.parse((await rawRequest(server.port, '/queues/api/queues')).text) as {
      queues: { name: string; counts: { waiting: number }; readOnlyMode: boolean }[];
    };
    expect(queues).toMatchObject([{ name: 'units', counts: { waiting: 1 }, readOnlyMode: true }]);
    const { paths } = JSON.parse((await rawRequest(server.port, '/api/openapi.json')).text) as { paths: object };
    expect(Object.keys(paths).filter((path) => path.startsWith('/queues'))).toEqual([]);
  });

  it('asks nobody else for anything, and may run only scripts of its own', async () => {
    for (const path of ['/queues', '/queues/', '/queues/queue/units']) {
      const { status, text, headers } = await rawRequest(server.port, path);
      expect([path, status]).toEqual([path, 200]);
      expect(text).not.toMatch(/(?:href|src)="(?:https?:)?\/\//);
      expect(headers['content-security-policy']).toContain("script-src 'self';");
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
    const { headers } = await rawRequest(server.port, '/');
    expect(headers['content-security-policy']).not.toContain('unsafe-inline');
  });

  it('changes nothing: 8 ways to change the queue are refused with 405, and the job waits as before', async () => {
    const ways = [
      ['PUT', '/pause'],
      ['PUT', '/resume'],
      ['PUT', '/units/pause'],
      ['PUT', '/units/empty'],
      ['PUT', '/units/retry/failed'],
      ['PUT', '/units/clean/waiting'],
      ['PUT', '/units/run.key/clean'],
      ['POST', '/units/add'],
    ] as const;
    for (const [method, path] of ways) {
      const address = `/queues/api/queues${path}`;
      const { status } = await rawRequest(server.port, address, { method, headers: own(), body: '{}' });
      expect([address, status]).toEqual([address, 405]);
    }
    expect(await queue.getJobCounts('waiting')).toEqual({ waiting: 1 });
    expect(await queue.isPaused()).toBe(false);
  });

  it('stays behind the check of Host and Origin: 421 and 403', async () => {
    expect((await rawRequest(server.port, '/queues', { headers: { host: 'evil.example' } })).status).toBe(421);
    const headers = { ...own(), origin: 'https://evil.example' };
    const address = '/queues/api/queues/units/empty';
    expect((await rawRequest(server.port, address, { method: 'PUT', headers, body: '{}' })).status).toBe(403);
  });

  it('answers within 5 s without Redis, and the server says that it is not ready', async () => {
    const other = await startRedis();
    const lonely = await serveFolder(dir, { redisUrl: other.url });
    closing.push(() => lonely.close());
    expect((await rawRequest(lonely.port, '/health/ready')).status).toBe(200);
    await other.stop();
    const startMs = performance.now();
    expect((await rawRequest(lonely.port, '/queues/api/queues')).status).toBe(500);
    expect((await rawRequest(lonely.port, '/health/ready')).status).toBe(503);
    expect(performance.now() - startMs).toBeLessThan(5000);
    expect((await rawRequest(lonely.port, '/api/operations')).status).toBe(200);
  });
});
