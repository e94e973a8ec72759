import { createEgress, type EgressOptions } from '../../../pipeline/egress/client.ts';
import { sendJson, startServer } from '../../faultd.ts';
import { makeItem } from './make-item.ts';

export type Json = Record<string, unknown>;

export interface Api {
  readonly items: readonly Json[];
  /** Changes an honest page into a faulty one. */
  readonly fault?: (page: Json, start: number) => Json | string;
  readonly pageItems?: number;
  readonly method?: 'GET' | 'POST';
  readonly merge?: boolean;
  readonly count?: 'numberMatched' | 'context' | 'none';
  readonly children?: readonly string[];
  /** True for a search that is answered with 504. */
  readonly isDown?: (asked: Json, index: number) => boolean;
}

/** A STAC API over `items`: filters by days, bbox and collections, pages by an offset token. */
export async function startApi(api: Api, options: Partial<EgressOptions> = {}) {
  let base = '';
  let searches = 0;
  const server = await startServer((hit, response) => {
    const url = new URL(hit.url, base);
    if (url.pathname === '/') {
      const child = (api.children ?? []).map((id) => ({ rel: 'child', href: `${base}/collections/${id}` }));
      const method = api.method ?? 'POST';
      const links = [{ rel: 'search', href: './search', method }, ...child];
      return sendJson(response, {
        type: 'Catalog',
        conformsTo: ['https://api.stacspec.org/v1.0.0/item-search'],
        links,
      });
    }
    const asked = hit.method === 'POST' ? (JSON.parse(hit.body) as Json) : Object.fromEntries(url.searchParams);
    if (api.isDown?.(asked, searches++)) return response.writeHead(504).end();
    const page = pageOf(api, asked, base);
    if (typeof page === 'string') response.end(page);
    else sendJson(response, page);
  });
  base = server.url;
  const egress = createEgress({ allowHosts: [server.pair], retry: { maxTries: 1 }, ...options });
  return { server, egress, landing: `${server.url}/` };
}

function pageOf(api: Api, asked: Json, base: string): Json | string {
  const [start = '', end = ''] = String(asked.datetime).split('/');
  const collections = typeof asked.collections === 'string' ? asked.collections.split(',') : asked.collections;
  const found = api.items.filter((item) => {
    const datetime = String((item.properties as Json).datetime);
    if (datetime < start || datetime > end || !isInside(item, asked.bbox)) return false;
    return !Array.isArray(collections) || collections.includes(item.collection);
  });
  const size = api.pageItems ?? Number(asked.limit);
  const from = Number(asked.token ?? 0);
  const features = found.slice(from, from + size);
  const page: Json = { type: 'FeatureCollection', features, links: [] };
  if ((api.count ?? 'numberMatched') === 'numberMatched')
    Object.assign(page, { numberMatched: found.length, numberReturned: features.length });
  if (api.count === 'context') page.context = { matched: found.length, returned: features.length, limit: size };
  if (from + size < found.length) page.links = [nextLink(api, asked, from + size, base)];
  return api.fault ? api.fault(page, from) : page;
}

function isInside(item: Json, asked: unknown): boolean {
  if (asked === undefined) return true;
  const [west, south, east, north] = (typeof asked === 'string' ? asked.split(',').map(Number) : asked) as number[];
  const bbox = item.bbox as number[];
  return bbox[0]! <= east! && bbox[2]! >= west! && bbox[1]! <= north! && bbox[3]! >= south!;
}

function nextLink(api: Api, asked: Json, token: number, base: string): Json {
  if (api.method === 'GET') {
    const query = new URLSearchParams({ ...(asked as Record<string, string>), token: String(token) });
    return { rel: 'next', href: `${base}/search?${query}` };
  }
  const body = api.merge ? { token } : { ...asked, token };
  return { rel: 'next', href: `${base}/search`, method: 'POST', body, ...(api.merge && { merge: true }) };
}

/** Items on the days 1, 2, 3 … of 2023. */
export const makeItems = (count: number): ReturnType<typeof makeItem>[] =>
  Array.from({ length: count }, (_, i) => {
    const datetime = new Date(Date.UTC(2023, 0, 1 + i, 10)).toISOString();
    return makeItem({ id: `item-${String(i).padStart(4, '0')}`, properties: { datetime } });
  });
