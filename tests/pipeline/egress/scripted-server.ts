import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Hit {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
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
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(hit.headers.range ?? '') ?? [];
  const start = Number(first);
  const end = Math.min(Number(last), file.length - 1);
  response
    .writeHead(206, { 'content-range': `bytes ${start}-${end}/${file.length}`, etag: '"v1"', ...headers })
    .end(file.subarray(start, end + 1));
}
