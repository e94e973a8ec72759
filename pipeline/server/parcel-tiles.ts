import { gunzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpFailure } from './failure.ts';
import { matchesEtag, sendJson } from './json-reply.ts';
import { PARCEL_MAX_ZOOM, type VectorTile } from './parcel-tile-index.ts';
import { createParcelTileSource } from './parcel-tile-source.ts';
import type { Results } from './results.ts';
import { acceptsGzip } from './tile-format.ts';

const MVT_TYPE = 'application/vnd.mapbox-vector-tile';
/** Goes into ETags: raise it when the same parcels would give other tiles. */
const FORM = 2;
const FOREVER = 'public, max-age=31536000, immutable';

interface TileRequest {
  readonly Params: { readonly z: string; readonly x: string; readonly file: string };
  readonly Querystring: { readonly v?: string };
}

/** Adds `GET /tiles/parcels/{z}/{x}/{y}.mvt` and its TileJSON: the parcels for maps that draw on the GPU. */
export function registerParcelTiles(app: FastifyInstance, { current }: { readonly current: () => Results }): void {
  const source = createParcelTileSource();
  app.addHook('onClose', source.close);
  const route = { schema: TILE_SCHEMA, compress: false } as const;
  app.get<TileRequest>('/tiles/parcels/:z/:x/:file', route, async (request, reply) => {
    const tile = parseAddress(request.params);
    const results = current();
    const isPacked = acceptsGzip(request.headers['accept-encoding']);
    const etag = `"${results.version}-${FORM}-${tile.z}-${tile.x}-${tile.y}${isPacked ? '-gz' : ''}"`;
    const caching = request.query.v === results.version ? FOREVER : 'no-cache';
    reply.header('etag', etag).header('cache-control', caching).header('vary', 'accept-encoding');
    if (matchesEtag(request.headers['if-none-match'], etag)) return reply.code(304).send();
    const bytes = await source.get(results, tile);
    // Not 404: nothing is wrong with a tile that no parcel reaches.
    if (bytes === null) return reply.code(204).send();
    reply.type(MVT_TYPE);
    return isPacked ? reply.header('content-encoding', 'gzip').send(bytes) : reply.send(gunzipSync(bytes));
  });
  app.get('/tiles/parcels/tilejson.json', { schema: JSON_SCHEMA }, (request, reply) =>
    sendJson(request, reply, describeTiles(request, current())),
  );
}

function describeTiles({ protocol, host }: FastifyRequest, { run, version }: Results): object {
  const [west, south, east, north] = run.bboxDeg;
  return {
    tilejson: '3.0.0',
    name: 'parcels',
    scheme: 'xyz',
    tiles: [`${protocol}://${host}/tiles/parcels/{z}/{x}/{y}.mvt?v=${version}`],
    bounds: run.bboxDeg,
    center: [(west + east) / 2, (south + north) / 2, 0],
    minzoom: 0,
    maxzoom: PARCEL_MAX_ZOOM,
    // Maps show this text as HTML, and it comes from files.
    attribution: run.attribution.join('; ').replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`),
    vector_layers: [
      {
        id: 'parcels',
        description: 'Results of the parcels; the feature id is the position in the parcel file.',
        fields: {
          id: 'parcel id',
          status: 'loss, gain, stable, not_distinguishable or no_data',
          ndvi_change: 'change of mean NDVI',
          cover_change: 'change of tree-cover fraction',
          change_finding: 'finding of change over time, or not_judged; missing where the run did not look at it',
          change_confidence: 'high, medium or low; null without a change',
        },
      },
    ],
  };
}

function parseAddress({ z, x, file }: TileRequest['Params']): VectorTile {
  const y = /^(\d{1,8})\.mvt$/.exec(file)?.[1];
  const isWhole = /^\d{1,2}$/.test(z) && /^\d{1,8}$/.test(x) && y !== undefined;
  const tile = { z: Number(z), x: Number(x), y: Number(y) };
  const isThere = isWhole && tile.z <= PARCEL_MAX_ZOOM && tile.x < 2 ** tile.z && tile.y < 2 ** tile.z;
  if (isThere) return tile;
  throw new HttpFailure(
    400,
    'E_TILE_ADDRESS',
    `Parcel tiles are /tiles/parcels/{z}/{x}/{y}.mvt with z from 0 to ${PARCEL_MAX_ZOOM} and x, y below 2 to the power of z.`,
  );
}

const text = (description: string) => ({ type: 'string', description }) as const;
const failure = { content: { 'application/json': { schema: { $ref: 'ApiError#' } } } } as const;

const TILE_SCHEMA = {
  tags: ['tiles'],
  summary: 'The parcels of a tile as Mapbox Vector Tile: layer `parcels`, id = position in the parcel file',
  params: {
    type: 'object',
    properties: { z: text('zoom, 0 to 16'), x: text('column'), file: text('row and ending: 7742.mvt') },
  },
  querystring: {
    type: 'object',
    additionalProperties: false,
    properties: { v: text('version of the results: lets caches keep the tile for good') },
  },
  response: {
    200: { description: 'The tile', content: { [MVT_TYPE]: { schema: { type: 'string', format: 'binary' } } } },
    204: { description: 'No parcel reaches the tile', type: 'null' },
    '4xx': { description: 'There is no such tile', ...failure },
  },
} as const;

const JSON_SCHEMA = {
  tags: ['tiles'],
  summary: 'TileJSON 3.0.0 of the parcel tiles',
  querystring: { type: 'object', additionalProperties: false, properties: {} },
  response: { 200: { description: 'TileJSON', type: 'object', additionalProperties: true } },
} as const;
