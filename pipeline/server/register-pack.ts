import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { LayerInfo } from '../../shared/api.ts';
import type { Bbox } from '../../shared/grid.ts';
import type { PackManifest } from '../../shared/register.ts';
import type { Register } from '../run/register-contract.ts';
import { builtProgram } from '../workers/built-program.ts';
import { currentOrNone } from './current-results.ts';
import { HttpFailure } from './failure.ts';
import { parseBbox } from './ogc-query.ts';
import { REGISTER_SCHEMAS } from './register-schemas.ts';
import type { Results } from './results.ts';

interface PackOptions {
  readonly register: Register;
  readonly current: () => Results;
}

type PackFile = PackManifest['files'][number];

/** A pack is for a place that somebody works in, over a connection that is weak. */
const MOST_TILES = 1500;
const MOST_TILE_BYTES = 40 * 2 ** 20;
/** Of an own question that came over no connection, whose port is unknown; see the guard of `security.ts`. */
const OWN_HOST = '127.0.0.1:undefined';
const AT_A_TIME = 8;
/** What a person wants beneath a drawing, the best first. */
const BENEATH = ['true-color-period', 'true-color-baseline', 'ndvi-period', 'ndvi-baseline'];

/**
 * Adds what an offline pack of a place holds, each file with its exact length as it is unpacked: the page, what the
 * server says of the run, the register's parcels and regions there, and tiles as deep as the limits allow.
 */
export function registerPack(app: FastifyInstance, { register, current }: PackOptions): void {
  app.get<{ Querystring: { readonly bbox: string } }>(
    '/api/register/pack',
    { schema: REGISTER_SCHEMAS.pack },
    async (request, reply) => {
      const { bbox } = request.query;
      const boxes = parseBbox(bbox);
      const results = currentOrNone(current);
      const { revision } = await register.call('state', {});
      const data = [
        `/api/register/parcels?bbox=${encodeURIComponent(bbox).replaceAll('%2C', ',')}`,
        '/api/register',
        ...(results === null ? [] : ['/api/run', '/api/twin', '/api/change']),
      ];
      const files = [...pageFiles(), ...(await measureAll(app, data))];
      const tiles = results === null ? { files: [], maxZoom: null } : await tilesOf(app, results, boxes);
      const all = [...files, ...tiles.files];
      const bytes = all.reduce((sum, file) => sum + file.bytes, 0);
      const manifest: PackManifest = { revision, bytes, files: all, maxZoom: tiles.maxZoom };
      return reply.send(manifest);
    },
  );
}

/** The built viewer, without what is packed beforehand for the way. */
function pageFiles(): PackFile[] {
  const root = dirname(builtProgram('viewer/index.html'));
  if (!existsSync(join(root, 'index.html'))) return [];
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => !/\.(?:br|gz|map)$/.test(name) && statSync(join(root, name)).isFile())
    .map((name) => ({
      url: name === 'index.html' ? '/' : `/${name.split(sep).map(encodeURIComponent).join('/')}`,
      bytes: statSync(join(root, name)).size,
    }))
    .sort((a, b) => (a.url < b.url ? -1 : 1));
}

/** Tiles of one layer over the boxes, zoom by zoom as long as they are few and small enough. */
async function tilesOf(
  app: FastifyInstance,
  results: Results,
  boxes: readonly Bbox[],
): Promise<{ readonly files: readonly PackFile[]; readonly maxZoom: number | null }> {
  const layer = BENEATH.map((id) => results.layers.get(id)?.info).find((info) => info !== undefined);
  const files: PackFile[] = [];
  let maxZoom: number | null = null;
  if (layer === undefined) return { files, maxZoom };
  let bytes = 0;
  for (let z = layer.minZoom; z <= layer.maxZoom; z++) {
    const urls = boxes.flatMap((box) => tileUrls(layer, results.version, clip(box, layer.bboxDeg), z));
    if (files.length + urls.length > MOST_TILES) break;
    const measured = await measureAll(app, [...new Set(urls)]);
    bytes += measured.reduce((sum, file) => sum + file.bytes, 0);
    if (bytes > MOST_TILE_BYTES) break;
    files.push(...measured);
    maxZoom = z;
  }
  return { files, maxZoom };
}

function clip([west, south, east, north]: Bbox, to: Bbox): Bbox | null {
  const box: Bbox = [Math.max(west, to[0]), Math.max(south, to[1]), Math.min(east, to[2]), Math.min(north, to[3])];
  return box[0] <= box[2] && box[1] <= box[3] ? box : null;
}

/** Addresses as the page asks for them. */
function tileUrls(layer: LayerInfo, version: string, box: Bbox | null, z: number): string[] {
  if (box === null) return [];
  const extension = layer.form === 'value' ? 'bin' : 'webp';
  const [left, bottom] = tileAt(box[0], box[1], z);
  const [right, top] = tileAt(box[2], box[3], z);
  // A region at a zoom that no pack reaches is not listed one by one.
  if ((right - left + 1) * (bottom - top + 1) > MOST_TILES) return Array.from({ length: MOST_TILES + 1 }, String);
  const urls: string[] = [];
  for (let x = left; x <= right; x++)
    for (let y = top; y <= bottom; y++) urls.push(`/tiles/${layer.id}/${z}/${x}/${y}.${extension}?v=${version}`);
  return urls;
}

/** Column and row of the web-mercator tile of a place. */
function tileAt(lon: number, lat: number, z: number): [x: number, y: number] {
  const side = 2 ** z;
  const sine = Math.sin((Math.max(-85.0511, Math.min(85.0511, lat)) * Math.PI) / 180);
  const y = (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * side;
  const within = (value: number) => Math.max(0, Math.min(side - 1, Math.floor(value)));
  return [within(((lon + 180) / 360) * side), within(y)];
}

/** What each address answers, by its length: asked of the server itself, a few at a time. */
async function measureAll(app: FastifyInstance, urls: readonly string[]): Promise<PackFile[]> {
  const files: PackFile[] = [];
  for (let at = 0; at < urls.length; at += AT_A_TIME) {
    const some = urls.slice(at, at + AT_A_TIME);
    files.push(...(await Promise.all(some.map((url) => measure(app, url)))));
  }
  return files;
}

async function measure(app: FastifyInstance, url: string): Promise<PackFile> {
  const answer = await app.inject({ method: 'GET', url, headers: { host: OWN_HOST, 'accept-encoding': 'identity' } });
  if (answer.statusCode < 400) return { url, bytes: answer.rawPayload.length };
  const { error } = answer.json<{ error: { code: string; message: string } }>();
  throw new HttpFailure(answer.statusCode, error.code, error.message);
}
