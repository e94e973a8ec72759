import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFeed } from '../../../pipeline/server/operations-feed.ts';
import type { OperationsView } from '../../../shared/operations.ts';
import {
  heldDetail,
  requestsIn,
  SAMPLE_LETTERS,
  SAMPLE_RUN,
  sampleDetail,
  writeStatus,
} from '../../operations-sample.ts';
import { rawRequest } from '../../raw-request.ts';
import { makeTinyResults, serveFolder, type TestServer } from '../../tiny-results.ts';

const root = mkdtempSync(join(tmpdir(), 'canopy-operations-'));
const runId = SAMPLE_RUN.id;
let dir: string;
let server: TestServer;
beforeAll(async () => {
  dir = mkdtempSync(join(root, 'run-'));
  writeStatus(dir, [sampleDetail()]);
  server = await serveFolder(dir);
});
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

/** Longer than an answer about runs is kept. */
const FRESH_MS = 1100;

async function show(...runs: Parameters<typeof writeStatus>[1]): Promise<OperationsView> {
  const view = writeStatus(dir, runs);
  await sleep(FRESH_MS);
  return view;
}

async function ask(body: unknown, headers: Record<string, string> = {}): Promise<[number, string]> {
  const origin = `http://127.0.0.1:${server.port}`;
  const { status, text } = await rawRequest(server.port, '/api/operations/requests', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const answer = JSON.parse(text) as { error?: { code: string } };
  return [status, answer.error?.code ?? text];
}

describe('GET /api/operations', () => {
  it('gives the snapshot of the run as it lies in the folder', async () => {
    const view = await show(sampleDetail());
    const { status, text, headers } = await rawRequest(server.port, '/api/operations');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(text)).toEqual(view);
  });
});

describe('POST /api/operations/requests', () => {
  const all = { kind: 'retry', runId, keys: null };

  it('leaves each of 3 requests for the coordinator and says 202', async () => {
    await show(heldDetail());
    const wanted = [all, { kind: 'merge', runId }, { kind: 'cancel', runId }];
    for (const request of wanted) expect(await ask(request)).toEqual([202, '{"isTaken":true}']);
    const found = requestsIn(dir);
    expect(found).toHaveLength(3);
    expect(found).toEqual(expect.arrayContaining(wanted));
    rmSync(join(dir, '.run/requests'), { recursive: true });
  });

  it.each([
    ['an unknown kind', { kind: 'delete', runId }],
    ['a property more', { ...all, force: true }],
    ['no run', { kind: 'cancel' }],
    ['no keys', { kind: 'retry', runId }],
    ['keys where none belong', { kind: 'cancel', runId, keys: null }],
    ['an empty list of keys', { ...all, keys: [] }],
    ['201 keys', { ...all, keys: Array.from({ length: 201 }, (_, at) => `${at}`) }],
    ['a key of 129 characters', { ...all, keys: ['k'.repeat(129)] }],
    ['a list', [all]],
    ['no JSON', '{'],
  ])('refuses %s with 400', async (_, body) => {
    expect((await ask(body))[0]).toBe(400);
    expect(requestsIn(dir)).toEqual([]);
  });

  it('takes 200 keys of 64 characters, and refuses a body of 17 KB with 413 and plain text with 400 or 415', async () => {
    const keys = Array.from({ length: 200 }, (_, at) => `${at}`.padStart(64, '0'));
    const letters = keys.map((key) => ({ ...SAMPLE_LETTERS[0]!, key }));
    await show(sampleDetail({ units: { total: 300, due: 0, running: 0, done: 100, dead: 200 } }, letters));
    expect((await ask({ ...all, keys }))[0]).toBe(202);
    rmSync(join(dir, '.run/requests'), { recursive: true });
    expect((await ask({ ...all, keys: ['k'.repeat(17_000)] }))[0]).toBe(413);
    expect([400, 415]).toContain((await ask(all, { 'content-type': 'text/plain' }))[0]);
    expect(requestsIn(dir)).toEqual([]);
  });

  it('refuses another Origin, none, and another Host: 403, 403, 421', async () => {
    await show(sampleDetail());
    expect(await ask(all, { origin: 'https://evil.example' })).toEqual([403, 'E_ORIGIN']);
    expect(await ask(all, { origin: 'null' })).toEqual([403, 'E_ORIGIN']);
    expect(await ask(all, { host: 'evil.example' })).toEqual([421, 'E_HOST']);
    expect(requestsIn(dir)).toEqual([]);
  });

  it('says 404 for an unknown run, and 409 where it does not wait, has ended, or nobody is there to hear it', async () => {
    await show(sampleDetail());
    expect(await ask({ ...all, runId: 'f'.repeat(40) })).toEqual([404, 'E_NO_RUN']);
    expect(await ask({ kind: 'merge', runId })).toEqual([409, 'E_NOT_HELD']);
    expect(await ask({ ...all, keys: ['nosuch'] })).toEqual([409, 'E_NO_DEAD_LETTER']);
    await show(sampleDetail({ state: 'merging' }));
    expect(await ask(all)).toEqual([409, 'E_MERGING']);
    expect(await ask({ kind: 'merge', runId })).toEqual([409, 'E_NOT_HELD']);
    await show(sampleDetail({ state: 'finished', endedAt: SAMPLE_RUN.changedAt }));
    expect(await ask(all)).toEqual([409, 'E_NO_COORDINATOR']);
    writeStatus(dir, [sampleDetail()], 16_000);
    expect(await ask(all)).toEqual([409, 'E_NO_COORDINATOR']);
    expect(requestsIn(dir)).toEqual([]);
  });
});

/** What a client reads of the event stream; `heard` grows until the server or the client ends it. */
function listen(port: number) {
  const state = { heard: '', isEnded: false };
  const socket = connect(port, '127.0.0.1', () =>
    socket.write(`GET /api/operations/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept-Encoding: br, gzip\r\n\r\n`),
  );
  socket.on('data', (chunk) => {
    state.heard += chunk;
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    state.isEnded = true;
  });
  const events = () =>
    [...state.heard.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1]!) as OperationsView);
  const within = async (ms: number, isSo: () => boolean) => {
    const startMs = performance.now();
    while (!isSo() && performance.now() - startMs < ms) await sleep(20);
    return isSo();
  };
  return { state, socket, events, within };
}

describe('GET /api/operations/events', () => {
  it('sends the view at once, unpacked and with the headers of every answer, and again within 3 s of a change', async () => {
    await show(sampleDetail());
    const { state, socket, events, within } = listen(server.port);
    expect(await within(1000, () => events().length === 1)).toBe(true);
    expect(state.heard).toMatch(/^HTTP\/1\.1 200 /);
    expect(state.heard).toMatch(/\r\ncontent-type: text\/event-stream; charset=utf-8\r\n/i);
    expect(state.heard).toMatch(/\r\ncontent-security-policy: default-src 'none'/i);
    expect(state.heard).toMatch(/\r\ncache-control: no-store\r\n/i);
    expect(state.heard).not.toMatch(/content-encoding/i);
    expect(state.heard).toContain('retry: 2000\n\nevent: operations\n');
    writeStatus(dir, [heldDetail()]);
    expect(await within(3000, () => events().length === 2)).toBe(true);
    expect(events().map(({ runs }) => runs[0]!.run.state)).toEqual(['running', 'held']);
    socket.destroy();
  });

  it('outlives the 30 s after which a silent connection is closed: 2 heartbeats in 33 s', async () => {
    await show(sampleDetail());
    const { state, socket, within } = listen(server.port);
    expect(await within(33_000, () => state.isEnded)).toBe(false);
    expect(state.heard.match(/^: still here$/gm)).toHaveLength(2);
    socket.destroy();
  });

  it('does not answer a HEAD, which would never end', async () => {
    expect((await rawRequest(server.port, '/api/operations/events', { method: 'HEAD' })).status).toBe(404);
  });

  it('ends with a whole answer when the server is closed, within 2 s', async () => {
    const other = mkdtempSync(join(root, 'run-'));
    writeStatus(other, [sampleDetail()]);
    const closing = await serveFolder(other);
    const { state, events, within } = listen(closing.port);
    expect(await within(2000, () => events().length === 1)).toBe(true);
    await closing.close();
    expect(await within(2000, () => state.isEnded)).toBe(true);
    expect(state.heard.endsWith('\r\n0\r\n\r\n')).toBe(true);
  });

  it('ends where the snapshot can no longer be read; who comes back gets the reason', async () => {
    const other = mkdtempSync(join(root, 'run-'));
    writeStatus(other, [sampleDetail()]);
    const broken = await serveFolder(other);
    const { state, events, within } = listen(broken.port);
    expect(await within(2000, () => events().length === 1)).toBe(true);
    rmSync(join(other, '.run/status.json'));
    writeStatus(other, [{ run: 1 } as never]);
    expect(await within(3000, () => state.heard.endsWith('\r\n0\r\n\r\n'))).toBe(true);
    const { status, text } = await rawRequest(broken.port, '/api/operations/events');
    expect([status, JSON.parse(text).error.code]).toEqual([500, 'E_OPERATIONS']);
    await broken.close();
  });

  it('refuses the 101st page with 503, and takes one again when another has gone', async () => {
    const all = Array.from({ length: 100 }, () => listen(server.port));
    for (const { events, within } of all) expect(await within(5000, () => events().length >= 1)).toBe(true);
    expect((await rawRequest(server.port, '/api/operations/events')).status).toBe(503);
    all[0]!.socket.destroy();
    await sleep(200);
    const late = listen(server.port);
    expect(await late.within(2000, () => late.events().length === 1)).toBe(true);
    for (const { socket } of [...all, late]) socket.destroy();
  });
});

describe('many who follow', () => {
  it('read the source no more than once a second: 50 of them, at most 4 reads in 2.5 s', async () => {
    let reads = 0;
    const view = { format: 'twin-canopy-operations/1', at: new Date(0).toISOString(), runs: [] } as const;
    const feed = createFeed({
      read: async () => {
        reads += 1;
        return { ...view, runs: [sampleDetail({ failedAttempts: reads })] };
      },
    });
    let heard = 0;
    for (let i = 0; i < 50; i += 1)
      feed.follow(
        view,
        () => {
          heard += 1;
          return true;
        },
        () => {},
      );
    for (let i = 0; i < 100; i += 1) await feed.read();
    await sleep(2500);
    feed.close();
    expect(reads).toBeGreaterThan(1);
    expect(reads).toBeLessThanOrEqual(4);
    expect(heard % 50).toBe(0);
  });

  it('hear again what they had no room for, a second later', async () => {
    const detail = sampleDetail();
    const feed = createFeed({
      read: async () => ({ format: 'twin-canopy-operations/1', at: '2026-11-29T09:00:00Z', runs: [detail] }),
    });
    const taken: boolean[] = [];
    const hear = () => {
      taken.push(taken.length === 1);
      return taken.at(-1)!;
    };
    feed.follow({ format: 'twin-canopy-operations/1', at: '2026-11-29T09:00:00Z', runs: [] }, hear, () => {});
    await sleep(4500);
    feed.close();
    expect(taken).toEqual([false, true]);
  });
});

describe('a folder whose first run is going on', () => {
  it('is served without results, which show by themselves within 5 s of being there', async () => {
    const results = await makeTinyResults(mkdtempSync(join(root, 'tiny-')));
    const record = join(results, 'run.json');
    renameSync(record, `${record}.later`);
    writeStatus(results, [sampleDetail()]);
    const early = await serveFolder(results);
    const answerOf = async (path: string) => {
      const { status, text } = await rawRequest(early.port, path);
      return [status, status === 200 ? null : (JSON.parse(text) as { error: { code: string } }).error.code];
    };
    const paths = [
      '/api/run',
      '/api/twin',
      '/api/parcels',
      '/ogc',
      '/files/parcels.csv',
      '/tiles/ndvi-period/0/0/0.png',
    ];
    for (const path of paths) expect([path, ...(await answerOf(path))]).toEqual([path, 503, 'E_NO_RESULTS_YET']);
    expect(JSON.parse((await rawRequest(early.port, '/api/health')).text)).toEqual({
      status: 'ok',
      version: null,
      dashboard: null,
    });
    expect(await answerOf('/api/operations')).toEqual([200, null]);
    renameSync(`${record}.later`, record);
    await expect.poll(() => answerOf('/api/run'), { timeout: 5000 }).toEqual([200, null]);
    for (const path of paths) expect([path, ...(await answerOf(path))]).toEqual([path, 200, null]);
    const { id } = JSON.parse(readFileSync(record, 'utf8')) as { id: string };
    expect(early.said).toEqual([
      `There are no results in ${results} yet; the operations page shows how far its run is.`,
      `The first results are there; showing those of run ${id.slice(0, 12)}.`,
    ]);
    await early.close();
  });

  it('is not served where there is neither a result nor a run', async () => {
    await expect(serveFolder(mkdtempSync(join(root, 'empty-')))).rejects.toMatchObject({ code: 'E_NO_RESULTS' });
  });
});
