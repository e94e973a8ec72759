import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type Hit, startServer } from './faultd.ts';

export interface FileServer {
  /** `127.0.0.1:port` */
  readonly pair: string;
  readonly url: string;
  readonly hits: readonly Hit[];
  /** Bytes of files that were asked for in parts. */
  sentBytes(): number;
  close(): Promise<void>;
}

export interface FileServerKnobs {
  /** A status to answer with instead of the file, or null; `index` counts requests from 0. */
  readonly refuse?: (hit: Hit, index: number) => number | null;
  /** Answers in place of the files; false = did not. */
  readonly answer?: (hit: Hit, response: ServerResponse, url: string) => boolean;
}

/** Serves a folder over HTTP with ranges and entity tags, as object stores do. */
export async function startFileServer(folder: string, knobs: FileServerKnobs = {}): Promise<FileServer> {
  const files = new Map<string, { bytes: Buffer; etag: string } | null>();
  const find = (path: string) => {
    const known = files.get(path);
    if (known !== undefined) return known;
    const bytes = existsSync(path) && statSync(path).isFile() ? readFileSync(path) : null;
    const etag = bytes && `"${createHash('md5').update(bytes).digest('hex')}"`;
    const found = bytes && etag ? { bytes, etag } : null;
    files.set(path, found);
    return found;
  };
  let sent = 0;
  const server = await startServer((hit, response, index) => {
    const status = knobs.refuse?.(hit, index) ?? null;
    if (status !== null) {
      response.writeHead(status, { 'retry-after': '0' }).end();
      return;
    }
    if (knobs.answer?.(hit, response, server.url)) return;
    const file = find(join(folder, decodeURIComponent(new URL(hit.url, server.url).pathname)));
    if (file === null) response.writeHead(404).end();
    else sent += sendFile(hit, response, file);
  });
  return { ...server, sentBytes: () => sent };
}

/** Answers how many bytes of a part were sent. */
function sendFile(hit: Hit, response: ServerResponse, { bytes, etag }: { bytes: Buffer; etag: string }): number {
  const headers = { etag, 'accept-ranges': 'bytes' };
  const wanted = hit.headers['if-match'];
  if (wanted !== undefined && wanted !== etag) {
    response.writeHead(412, headers).end();
    return 0;
  }
  const range = /^bytes=(\d+)-(\d+)$/.exec(hit.headers.range ?? '');
  if (range === null) {
    response.writeHead(200, headers).end(bytes);
    return 0;
  }
  const start = Number(range[1]);
  const end = Math.min(Number(range[2]), bytes.length - 1);
  if (start > end) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    return 0;
  }
  const part = bytes.subarray(start, end + 1);
  response.writeHead(206, { ...headers, 'content-range': `bytes ${start}-${end}/${bytes.length}` }).end(part);
  return part.length;
}

interface StacAsset {
  readonly href: string;
  readonly 'proj:shape'?: unknown;
  readonly 'proj:transform'?: unknown;
}

export interface StacItem {
  readonly id: string;
  readonly collection: string;
  readonly properties: { readonly datetime: string };
  readonly assets: Readonly<Record<string, StacAsset>>;
}

/**
 * A STAC API over items whose files the same server has under `/<item id>/`: landing page at `/stac`, POST search with
 * `next` links of `pageItems` items. Filters by day only.
 */
export function answerStacApi(items: readonly StacItem[], pageItems: number): NonNullable<FileServerKnobs['answer']> {
  return (hit, response, url) => {
    const send = (value: object) => {
      response.writeHead(200, { 'content-type': 'application/geo+json' }).end(JSON.stringify(value));
      return true;
    };
    if (hit.url === '/stac') {
      const links = [{ rel: 'search', href: `${url}/stac/search`, method: 'POST', type: 'application/geo+json' }];
      return send({ type: 'Catalog', id: 'api', stac_version: '1.0.0', description: 'Made by a test.', links });
    }
    if (hit.url !== '/stac/search' || hit.method !== 'POST') return false;
    const asked = JSON.parse(hit.body) as { datetime: string; token?: number };
    const [start, end] = asked.datetime.split('/') as [string, string];
    const found = items.filter(({ properties }) => properties.datetime >= start && properties.datetime <= end);
    const from = asked.token ?? 0;
    const page = found.slice(from, from + pageItems).map((item) => withAddresses(item, url));
    const token = from + pageItems;
    const next = { rel: 'next', method: 'POST', href: `${url}/stac/search`, merge: true, body: { token } };
    const links = token < found.length ? [next] : [];
    return send({ type: 'FeatureCollection', numberMatched: found.length, features: page, links });
  };
}

/** An API gives whole addresses, where a static catalogue gives relative ones. */
function withAddresses(item: StacItem, url: string): object {
  const self = `${url}/${item.id}/${item.id}.json`;
  const assets = Object.entries(item.assets).map(([key, asset]) => [
    key,
    { ...asset, href: new URL(asset.href, self).href },
  ]);
  return { ...item, assets: Object.fromEntries(assets), links: [{ rel: 'self', href: self }] };
}
