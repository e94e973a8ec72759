import type { FastifyInstance, FastifyRequest } from 'fastify';
import { positionOf } from './api.ts';
import { HttpFailure } from './failure.ts';
import { sendJson } from './json-reply.ts';
import { findInBoxes } from './ogc-bbox.ts';
import {
  collection,
  collections,
  conformance,
  GEOJSON_TYPE,
  type Link,
  landingPage,
  link,
  OPENAPI_TYPE,
} from './ogc-documents.ts';
import { checkNames, type ItemsQuery, parseItemsQuery, type RawQuery } from './ogc-query.ts';
import { OGC_SCHEMAS } from './ogc-schemas.ts';
import type { Results } from './results.ts';

/** Requests are checked here and not by their schemas, which say what the standard wants them to say to clients. */
const validatorCompiler = () => () => true;

/** Adds OGC API Features, part 1 (OGC 17-069r4): classes core, oas30 and geojson, one collection `parcels`, CRS84. */
export function registerOgc(app: FastifyInstance, { current }: { readonly current: () => Results }): void {
  const documents: readonly (readonly [path: string, make: (root: string, results: Results) => object])[] = [
    ['', landingPage],
    ['/conformance', conformance],
    ['/collections', collections],
    ['/collections/parcels', collection],
  ];
  for (const [path, make] of documents) {
    const schema = OGC_SCHEMAS[path]!;
    app.get(`/ogc${path}`, { schema, validatorCompiler }, (request, reply) => {
      checkNames(request.query as RawQuery, []);
      return sendJson(request, reply, make(rootOf(request), current()));
    });
  }
  app.get('/ogc/', { schema: { hide: true } }, (_request, reply) => reply.redirect('/ogc', 308));
  app.get('/ogc/api', { schema: OGC_SCHEMAS['/api']!, validatorCompiler }, (request, reply) => {
    checkNames(request.query as RawQuery, []);
    return sendJson(request, reply, app.swagger(), OPENAPI_TYPE);
  });
  registerItems(app, current);
}

function registerItems(app: FastifyInstance, current: () => Results): void {
  const items = '/collections/parcels/items';
  app.get(`/ogc${items}`, { schema: OGC_SCHEMAS[items]!, validatorCompiler }, async (request, reply) => {
    const query = parseItemsQuery(request.query as RawQuery);
    return sendJson(request, reply, await featurePage(request, current(), query), GEOJSON_TYPE);
  });
  app.get<{ Params: { readonly id: string } }>(
    `/ogc${items}/:id`,
    { schema: OGC_SCHEMAS[`${items}/:id`]!, validatorCompiler },
    async (request, reply) => {
      checkNames(request.query as RawQuery, []);
      const results = current();
      const { id } = request.params;
      const feature = JSON.parse(await results.readFeature(positionOf(results, id))) as object;
      const own = `${rootOf(request)}/collections/parcels`;
      const links = [
        link('self', `${own}/items/${encodeURIComponent(id)}`, 'this feature', GEOJSON_TYPE),
        link('collection', own, 'the collection of all parcels'),
      ];
      return sendJson(request, reply, { ...feature, links }, GEOJSON_TYPE);
    },
  );
  app.get('/ogc/collections/:collection', { schema: { hide: true } }, noCollection);
  app.get('/ogc/collections/:collection/*', { schema: { hide: true } }, noCollection);
}

function noCollection(): never {
  throw new HttpFailure(404, 'E_NO_COLLECTION', 'There is no such collection or resource; there is one, "parcels".');
}

/** One page of features as text: they stand in the file as they go out. */
async function featurePage(request: FastifyRequest, results: Results, query: ItemsQuery): Promise<string> {
  const { boxes, limit, offset } = query;
  const found = boxes && (await findInBoxes(results, boxes));
  const total = found ? found.length : results.parcels.length;
  const positions = found
    ? found.slice(offset, offset + limit)
    : Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, i) => offset + i);
  const features = await Promise.all(positions.map((position) => results.readFeature(position)));
  const { attribution, synthetic } = results.run;
  const head = JSON.stringify({
    type: 'FeatureCollection',
    numberMatched: total,
    numberReturned: features.length,
    attribution,
    synthetic,
    links: pageLinks(request, query, total),
  });
  return `${head.slice(0, -1)},"features":[${features.join(',')}]}`;
}

function pageLinks(request: FastifyRequest, { limit, offset }: ItemsQuery, total: number): Link[] {
  const own = `${rootOf(request)}/collections/parcels`;
  const page = (at: number) => {
    const query = new URLSearchParams(request.query as Record<string, string>);
    query.set('limit', `${limit}`);
    query.set('offset', `${at}`);
    return `${own}/items?${query}`;
  };
  const queryAt = request.url.indexOf('?');
  const links = [
    link('self', `${own}/items${queryAt === -1 ? '' : request.url.slice(queryAt)}`, 'this page', GEOJSON_TYPE),
    link('collection', own, 'the collection of all parcels'),
  ];
  if (offset + limit < total) links.push(link('next', page(offset + limit), 'the next page', GEOJSON_TYPE));
  if (offset > 0) links.push(link('prev', page(Math.max(0, offset - limit)), 'the page before', GEOJSON_TYPE));
  return links;
}

function rootOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}/ogc`;
}
