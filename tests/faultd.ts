import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { deriveSeed, mulberry32 } from '../scripts/demo/random.ts';

export interface Hit {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Port of the client's end: another one is another connection. */
  readonly clientPort: number;
}

export interface ScriptedServer {
  /** `127.0.0.1:port` */
  readonly pair: string;
  readonly url: string;
  readonly hits: readonly Hit[];
  close(): Promise<void>;
}

export type Script = (hit: Hit, response: ServerResponse, index: number) => void;

/** A real HTTP server on the loopback address that answers as the script says; `index` counts hits from 0. */
export async function startServer(script: Script): Promise<ScriptedServer> {
  const hits: Hit[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const hit = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
        clientPort: request.socket.remotePort ?? 0,
      };
      hits.push(hit);
      script(hit, response, hits.length - 1);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const pair = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    pair,
    url: `http://${pair}`,
    hits,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** Answers a Range request on `file` as a good server does. */
export function sendRange(hit: Hit, response: ServerResponse, file: Uint8Array, headers: Record<string, string> = {}) {
  const { start, end } = rangeOf(hit, file);
  response
    .writeHead(206, { 'content-range': `bytes ${start}-${end}/${file.length}`, etag: '"v1"', ...headers })
    .end(file.subarray(start, end + 1));
}

function rangeOf(hit: Hit, file: Uint8Array): { readonly start: number; readonly end: number } {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(hit.headers.range ?? '') ?? [];
  return { start: Number(first), end: Math.min(Number(last), file.length - 1) };
}

/** An answer that is wrong in one way. */
type Answer = (hit: Hit, response: ServerResponse, file: Uint8Array) => void;

const answerWith =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (_hit, response) =>
    void response.writeHead(status, headers).end();

/** Answers 206 with the headers of the right range, and leaves the body to `send`. */
const rightHead =
  (send: (response: ServerResponse, bytes: Uint8Array) => void): Answer =>
  (hit, response, file) => {
    const { start, end } = rangeOf(hit, file);
    const bytes = file.subarray(start, end + 1);
    const range = `bytes ${start}-${end}/${file.length}`;
    response.writeHead(206, { 'content-range': range, etag: '"v1"', 'content-length': bytes.length });
    send(response, bytes);
  };

/** Writes one byte after another until the client goes away. */
function drip(response: ServerResponse, bytes: Uint8Array, everyMs: number): void {
  let at = 0;
  const timer = setInterval(() => {
    if (at < bytes.length) response.write(bytes.subarray(at, ++at));
    else response.end();
  }, everyMs);
  response.on('close', () => clearInterval(timer));
}

const PAGE = '<!doctype html><title>Sign in</title>';

/** Everything that a server, or what stands between, was seen to do to a range. */
export const FAULTS = {
  busy: answerWith(503, { 'retry-after': '0' }),
  'too many': answerWith(429, { 'retry-after': '0' }),
  error: answerWith(500),
  reset: (_hit, response) => void response.destroy(),
  'reset in body': rightHead((response, bytes) =>
    response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy()),
  ),
  'short body': (hit, response, file) => {
    const { start, end } = rangeOf(hit, file);
    response.writeHead(206, { 'content-range': `bytes ${start}-${end}/${file.length}`, etag: '"v1"' });
    response.end(file.subarray(start, end));
  },
  'wrong content-range': (hit, response, file) => {
    const { start, end } = rangeOf(hit, file);
    const range = `bytes ${start}-${Math.max(start, end - 1)}/${file.length + 1}`;
    sendRange(hit, response, file, { 'content-range': range });
  },
  "neighbour's bytes": (hit, response, file) => {
    const { start, end } = rangeOf(hit, file);
    const shift = start >= 64 ? -64 : 64;
    const range = `bytes ${start + shift}-${end + shift}/${file.length}`;
    response.writeHead(206, { 'content-range': range, etag: '"v1"' });
    response.end(file.subarray(start + shift, end + shift + 1));
  },
  'gzip as range': (hit, response, file) => {
    const { start, end } = rangeOf(hit, file);
    const headers = { 'content-encoding': 'gzip', 'content-range': `bytes ${start}-${end}/${file.length}` };
    response.writeHead(206, { ...headers, etag: '"v1"' }).end(gzipSync(file.subarray(start, end + 1)));
  },
  'whole file': (_hit, response, file) => void response.writeHead(200, { etag: '"v1"' }).end(file),
  'web page': (_hit, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE),
  'web page as range': (hit, response, file) => sendRange(hit, response, file, { 'content-type': 'text/html' }),
  hang: () => {},
  stall: rightHead((response, bytes) => void response.write(bytes.subarray(0, bytes.length >> 1))),
  drip: rightHead((response, bytes) => drip(response, bytes, 200)),
  'new tag': (hit, response, file) => sendRange(hit, response, file, { etag: '"v2"' }),
  gone: answerWith(404),
  refused: answerWith(403),
} satisfies Record<string, Answer>;

export type Fault = keyof typeof FAULTS;

/** What becomes of the n-th request (from 0) for the same range of the same file; null: it is answered well. */
export type FaultPlan = (hit: Hit, nth: number) => Fault | null;

export interface FaultServer extends ScriptedServer {
  /** How often each fault was served. */
  readonly served: ReadonlyMap<Fault, number>;
}

/** Serves files by path with ranges and the entity tag "v1", and with the faults of the plan. */
export async function startFaultServer(
  files: Readonly<Record<string, Uint8Array>>,
  plan: FaultPlan,
): Promise<FaultServer> {
  const asked = new Map<string, number>();
  const served = new Map<Fault, number>();
  const server = await startServer((hit, response) => {
    const file = files[hit.url.split('?', 1)[0]!];
    if (file === undefined) return void response.writeHead(404).end();
    const key = `${hit.url} ${hit.headers.range}`;
    const nth = asked.get(key) ?? 0;
    asked.set(key, nth + 1);
    const fault = plan(hit, nth);
    if (fault === null) return sendRange(hit, response, file);
    served.set(fault, (served.get(fault) ?? 0) + 1);
    FAULTS[fault](hit, response, file);
  });
  return { ...server, served };
}

/** The faults of a list, one after another for each range, then none. */
export const inTurn =
  (...faults: readonly Fault[]): FaultPlan =>
  (_hit, nth) =>
    faults[nth] ?? null;

/** These are refusals when they stay, so chance makes them no more than twice of one range. */
const HICCUPS: ReadonlySet<Fault> = new Set(['whole file', 'web page', 'web page as range']);

/**
 * Faults by chance: a share of all requests, each kind as often as the others. What becomes of a request depends on the
 * seed, its range and how often it was asked for, not on the order in which requests arrive.
 */
export function byChance(share: number, kinds: readonly Fault[], seed: number): FaultPlan {
  return (hit, nth) => {
    const random = mulberry32(deriveSeed(seed, `${hit.url} ${hit.headers.range} ${nth}`));
    if (random() >= share) return null;
    const possible = nth < 2 ? kinds : kinds.filter((kind) => !HICCUPS.has(kind));
    return possible[Math.floor(random() * possible.length)] ?? null;
  };
}
