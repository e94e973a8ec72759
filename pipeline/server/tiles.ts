import { gunzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { TileAddress } from '../raster/warp.ts';
import { sha256OfBytes } from '../store/files.ts';
import { matchesEtag } from './json-reply.ts';
import type { Rendered, RenderTask } from './render-tasks.ts';
import type { Results } from './results.ts';
import { acceptsGzip, MEDIA_TYPES, parseTileAddress, TILE_FORMATS, type TileFormat } from './tile-format.ts';
import { buildTileJson } from './tile-json.ts';
import { resultLayer, type TileLayer } from './tile-layer.ts';
import { createTileQueue } from './tile-queue.ts';

export interface TileOptions {
  /** The results shown now. */
  readonly current: () => Promise<Results>;
  /** Draws a task, in a pool of children. */
  readonly render: (task: RenderTask) => Promise<Rendered>;
  /** Children of that pool. */
  readonly concurrency: number;
  /** Upper bound of the finished tiles kept in memory. */
  readonly cacheBytes?: number;
  /** Layers beyond the results, such as those of single acquisitions; null where there is no such layer. */
  readonly findLayer?: (results: Results, id: string) => TileLayer | null | Promise<TileLayer | null>;
}

const CACHE_BYTES = 64 * 2 ** 20;
/** Goes into every ETag: raise it when the same files would be drawn differently. */
const RENDERER_VERSION = 3;
const FOREVER = 'public, max-age=31536000, immutable';
/** An address that cannot exist will not come to exist. */
const WRONG_ADDRESS = 'public, max-age=86400';
/** A task without files: what a tile looks like where a layer has nothing. */
const NOWHERE = { kind: 'tile', layer: 'ndvi', scale: 1, years: null, files: [], tile: { z: 0, x: 0, y: 0 } } as const;

interface TileRequest {
  readonly Params: { readonly layer: string; readonly z: string; readonly x: string; readonly file: string };
  readonly Querystring: { readonly v?: string };
}

interface TileJsonRequest {
  readonly Params: { readonly layer: string };
  readonly Querystring: { readonly format?: string };
}

/**
 * Adds `GET /tiles/{layer}/{z}/{x}/{y}.{png|webp|bin}` and `GET /tiles/{layer}/tilejson.json`. Failures of drawing are
 * thrown: the app's error handler answers them, and must let no cache keep that answer.
 */
export function registerTiles(app: FastifyInstance, options: TileOptions): void {
  const { render, concurrency, cacheBytes = CACHE_BYTES } = options;
  const queue = createTileQueue({ render, concurrency, cacheBytes });
  const resultLayers = new WeakMap<Results, Map<string, TileLayer>>();

  async function findLayer(results: Results, id: string): Promise<TileLayer | null> {
    const layers = resultLayers.get(results) ?? new Map<string, TileLayer>();
    resultLayers.set(results, layers);
    const served = results.layers.get(id);
    const layer = layers.get(id) ?? (served && resultLayer(served));
    if (layer !== undefined) layers.set(id, layer);
    return layer ?? (await options.findLayer?.(results, id)) ?? null;
  }

  // Value tiles come packed from the child that drew them: once, not for each answer.
  const asTheyAre = { schema: TILE_SCHEMA, compress: false } as const;
  app.get<TileRequest>('/tiles/:layer/:z/:x/:file', asTheyAre, async (request, reply) => {
    const address = parseTileAddress(request.params);
    if (typeof address === 'string') return refuse(reply, 400, 'E_TILE_ADDRESS', address);
    const results = await options.current();
    const layer = await findLayer(results, request.params.layer);
    if (layer === null) return refuse(reply, 404, 'E_NO_LAYER', unknownLayer(results, request.params.layer));
    if (address.format === 'bin' && layer.info.form !== 'value') {
      return refuse(reply, 404, 'E_NO_VALUES', `${layer.info.id} is a picture: it has .png and .webp tiles only.`);
    }
    const wanted = describeTile(request, layer, address);
    reply.header('etag', wanted.etag).header('cache-control', cacheControl(request.query.v, results));
    if (address.format === 'bin') reply.header('vary', 'accept-encoding');
    if (matchesEtag(request.headers['if-none-match'], wanted.etag)) return reply.code(304).send();
    const tile = await queue.get(wanted.key, wanted.task, signalOf(reply));
    return sendTile(reply, address.format, tile, wanted.isPacked);
  });

  app.get<TileJsonRequest>('/tiles/:layer/tilejson.json', { schema: TILE_JSON_SCHEMA }, async (request, reply) => {
    const format = TILE_FORMATS.find((name) => name === (request.query.format ?? 'png'));
    if (format === undefined) {
      return refuse(reply, 400, 'E_TILE_ADDRESS', `The format is one of ${TILE_FORMATS.join(', ')}.`);
    }
    const results = await options.current();
    const layer = await findLayer(results, request.params.layer);
    if (layer === null) return refuse(reply, 404, 'E_NO_LAYER', unknownLayer(results, request.params.layer));
    const base = `${request.protocol}://${request.host}`;
    const document = buildTileJson(layer.info, { base, version: results.version, format });
    return reply.header('cache-control', 'no-cache').send(document);
  });
}

interface WantedTile {
  readonly etag: string;
  /** Of the drawing: the same for packed and unpacked answers. */
  readonly key: string;
  readonly task: RenderTask;
  readonly isPacked: boolean;
}

/** Everything that can be said of a tile without drawing it. */
function describeTile(
  request: FastifyRequest,
  layer: TileLayer,
  { tile, format }: { tile: TileAddress; format: TileFormat },
): WantedTile {
  const hash = sha256OfBytes(JSON.stringify([RENDERER_VERSION, layer.identity, tile.z, tile.x, tile.y, format]));
  const isPacked = format === 'bin' && acceptsGzip(request.headers['accept-encoding']);
  const etag = `"${hash.slice(0, 32)}${isPacked ? '-gz' : ''}"`;
  const task = layer.taskOf(tile, format);
  if (task === null) return { etag, isPacked, key: `nowhere ${format}`, task: { ...NOWHERE, format } };
  return { etag, isPacked, key: hash, task };
}

function sendTile(reply: FastifyReply, format: TileFormat, tile: Rendered, isPacked: boolean): FastifyReply {
  reply.type(MEDIA_TYPES[format]);
  if (tile.encoding === null) return reply.send(tile.bytes);
  return isPacked ? reply.header('content-encoding', 'gzip').send(tile.bytes) : reply.send(gunzipSync(tile.bytes));
}

function cacheControl(version: string | undefined, results: Results): string {
  return version === results.version ? FOREVER : 'no-cache';
}

/** Aborted when the client goes away before its answer is complete. */
function signalOf(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}

function unknownLayer(results: Results, id: string): string {
  return `There is no layer ${JSON.stringify(id)}; there are ${[...results.layers.keys()].join(', ')}.`;
}

function refuse(reply: FastifyReply, status: 400 | 404, code: string, message: string): FastifyReply {
  const caching = status === 400 ? WRONG_ADDRESS : 'no-cache';
  return reply.code(status).header('cache-control', caching).send({ error: { code, message } });
}

const text = (description: string) => ({ type: 'string', description }) as const;

const TILE_SCHEMA = {
  tags: ['tiles'],
  summary: 'A 256 × 256 tile of a layer, in web mercator',
  description:
    'png and webp are coloured; bin holds int16 little-endian numbers row by row, −32768 where there is no data, to be multiplied by the scale of the TileJSON. A tile without data is empty, not an error.',
  params: {
    type: 'object',
    properties: {
      layer: text('layer id, as in /api/run'),
      z: text('zoom, 0 to 24'),
      x: text('column, from the west'),
      file: text('row, from the north, and format: 7742.png, .webp or .bin'),
    },
  },
  querystring: {
    type: 'object',
    properties: { v: text('version of the results: lets caches keep the tile for good') },
  },
  response: {
    200: {
      description: 'The tile',
      content: Object.fromEntries(
        Object.values(MEDIA_TYPES).map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
      ),
    },
  },
} as const;

const TILE_JSON_SCHEMA = {
  tags: ['tiles'],
  summary: 'TileJSON 3.0.0 of a layer, with scale, nodata, unit, kind, days and what its numbers are',
  params: { type: 'object', properties: { layer: text('layer id, as in /api/run') } },
  querystring: { type: 'object', properties: { format: text('png (default), webp or bin') } },
  response: { 200: { description: 'TileJSON', type: 'object', additionalProperties: true } },
} as const;
