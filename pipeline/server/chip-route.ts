import type { FastifyInstance } from 'fastify';
import { bboxOfRings, readRings } from '../../shared/geometry/rings.ts';
import { signedAreaOfRings } from '../../shared/geometry/signed-area.ts';
import { type Bbox, bboxesTouch, gridBbox } from '../../shared/grid.ts';
import { projectRings } from '../../shared/transform.ts';
import { type PlannedScene, primaryGrid } from '../plan.ts';
import { clipToBbox } from '../raster/clip.ts';
import { sha256OfBytes } from '../store/files.ts';
import type { ChipStyle, ChipTask } from './chip-task.ts';
import { HttpFailure } from './failure.ts';
import { matchesEtag } from './json-reply.ts';
import type { Rendered, RenderTask } from './render-tasks.ts';
import type { Results } from './results.ts';
import { identityOf, maskParams, notFromHere, offersStyle, scenesOf } from './scene-imagery.ts';
import { createTileQueue } from './tile-queue.ts';

export interface ChipOptions {
  /** The results shown now. */
  readonly current: () => Results | Promise<Results>;
  /** Draws a task, in a pool of children. */
  readonly render: (task: RenderTask) => Promise<Rendered>;
  /** Children of that pool. */
  readonly concurrency: number;
  /** Upper bound of the finished chips kept in memory. */
  readonly cacheBytes?: number;
}

const CACHE_BYTES = 24 * 2 ** 20;
/** Goes into every ETag: raise it when the same chip would be drawn differently. */
const CHIP_VERSION = 1;
const FOREVER = 'public, max-age=31536000, immutable';

interface ChipRequest {
  readonly Params: { readonly id: string; readonly file: string };
  readonly Querystring: Readonly<Record<string, unknown>>;
}

/** Adds `GET /api/parcels/{id}/chips/{acquisition}.png`; failures are thrown for the server's own error answer. */
export function registerChips(app: FastifyInstance, options: ChipOptions): void {
  const { render, concurrency, cacheBytes = CACHE_BYTES } = options;
  const queue = createTileQueue({ render, concurrency, cacheBytes });
  app.get<ChipRequest>('/api/parcels/:id/chips/:file', { schema: CHIP_SCHEMA }, async (request, reply) => {
    const wish = parseWish(request.params.file, request.query);
    const results = await options.current();
    const task = await planChip(results, request.params.id, wish);
    const identity = identityOf(task.scenes, task.style, task.params);
    const key = sha256OfBytes(JSON.stringify([CHIP_VERSION, identity, task.rings, task.clouds, task.sizePx]));
    const etag = `"${key.slice(0, 32)}"`;
    const caching = request.query.v === results.version ? FOREVER : 'no-cache';
    const isKnown = matchesEtag(request.headers['if-none-match'], etag);
    const chip = isKnown ? null : await queue.get(key, task);
    reply.header('etag', etag).header('cache-control', caching).header('x-style', task.style);
    return chip === null ? reply.code(304).send() : reply.type('image/png').send(chip.bytes);
  });
}

interface Wish {
  readonly acquisition: number;
  readonly style: Exclude<ChipStyle, 'ndvi'>;
  readonly clouds: boolean;
  readonly sizePx: number;
}

const SIZE_PX = { min: 64, max: 1024, usual: 256 };

function parseWish(file: string, query: Readonly<Record<string, unknown>>): Wish {
  const acquisition = /^(0|[1-9]\d{0,6})\.png$/.exec(file)?.[1];
  if (acquisition === undefined)
    throw wrong(`A chip is named after the position of its acquisition, such as 12.png; got "${file}".`);
  const { style = 'true-color', clouds = 'true', size = `${SIZE_PX.usual}` } = query;
  if (style !== 'true-color' && style !== 'false-color')
    throw wrong(`The style is true-color or false-color; got ${JSON.stringify(style)}.`);
  if (clouds !== 'true' && clouds !== 'false')
    throw wrong(`The switch clouds is true or false; got ${JSON.stringify(clouds)}.`);
  const sizePx = /^\d{1,4}$/.test(String(size)) ? Number(size) : Number.NaN;
  if (!(sizePx >= SIZE_PX.min && sizePx <= SIZE_PX.max))
    throw wrong(`The size is a whole number from ${SIZE_PX.min} to ${SIZE_PX.max}; got ${JSON.stringify(size)}.`);
  return { acquisition: Number(acquisition), style, clouds: clouds === 'true', sizePx };
}

function wrong(sentence: string): HttpFailure {
  return new HttpFailure(400, 'E_CHIP_REQUEST', sentence);
}

/** What to draw for a parcel; an acquisition without the colours of the style is shown as NDVI. */
async function planChip(results: Results, id: string, wish: Wish): Promise<ChipTask> {
  const position = results.positionOf.get(id);
  if (position === undefined) throw new HttpFailure(404, 'E_NO_PARCEL', `There is no parcel ${JSON.stringify(id)}.`);
  const { plan, run } = results;
  const acquisition = run.acquisitions[wish.acquisition];
  if (!acquisition) {
    const sentence = `There is no acquisition ${wish.acquisition}; the run has ${run.acquisitions.length}, counted from 0.`;
    throw new HttpFailure(404, 'E_NO_ACQUISITION', sentence);
  }
  const sentence = `Single dates cannot be shown from this folder: its .run folder with the run's plan is not there.`;
  if (!plan) throw new HttpFailure(409, 'E_NO_PLAN', run.imageryNote ?? sentence);
  const rings = readRings(await results.readGeometry(position)).value ?? [];
  const scenes = orderByShare(scenesOf(plan, wish.acquisition), rings);
  if (scenes.length === 0) throw unseen(id, acquisition.datetime);
  const style = scenes.every((planned) => offersStyle(planned, wish.style)) ? wish.style : 'ndvi';
  if (!acquisition.styles.includes(style)) throw notFromHere(scenes, run.imageryNote);
  const { clouds, sizePx } = wish;
  return {
    kind: 'chip',
    style,
    scenes,
    rings: rings.map((ring) => [...ring]),
    params: maskParams(plan),
    clouds,
    sizePx,
  };
}

/** The scenes whose grid holds a part of the parcel, the largest part first, as the run chooses among grids. */
function orderByShare(scenes: readonly PlannedScene[], rings: readonly Float64Array[]): PlannedScene[] {
  const bbox = bboxOfRings(rings);
  return scenes
    .filter(({ scene }) => bboxesTouch(bbox, growBbox(scene.bboxDeg)))
    .map((planned) => {
      const grid = primaryGrid(planned.scene);
      const projected = projectRings(rings, grid.crs);
      const inside = signedAreaOfRings(clipToBbox(projected, gridBbox(grid)));
      return { planned, share: Math.round((inside / signedAreaOfRings(projected)) * 1e9) };
    })
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share || a.planned.gridIndex - b.planned.gridIndex)
    .map(({ planned }) => planned);
}

/** Items give their bbox with few digits: this is only to keep ground far away out of a projection. */
const MARGIN_DEG = 0.1;

function growBbox([west, south, east, north]: Bbox): Bbox {
  return [west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG];
}

function unseen(id: string, datetime: string): HttpFailure {
  const sentence = `The acquisition of ${datetime} does not see parcel ${JSON.stringify(id)}: none of its scenes reaches it.`;
  return new HttpFailure(404, 'E_PARCEL_UNSEEN', sentence);
}

const text = (description: string) => ({ type: 'string', description }) as const;

const CHIP_SCHEMA = {
  tags: ['parcels'],
  summary: 'The surroundings of a parcel on one date, its outline drawn in (PNG)',
  description:
    'On the scene’s own grid, north up, each cell magnified as it is. With clouds=true everything that the run does not use is hatched, in a colour and direction for each reason. A collection without colours is shown as NDVI, which the header X-Style says. Ground without data is a grey board.',
  params: {
    type: 'object',
    properties: {
      id: text('parcel id'),
      file: text('position of the acquisition in /api/run, and .png'),
    },
  },
  querystring: {
    type: 'object',
    properties: {
      style: text('true-color (default) or false-color: near infrared, red, green'),
      clouds: text('true (default) or false'),
      size: text('width and height in pixels, 64 to 1024 (256)'),
      v: text('version of the results: lets caches keep the chip for good'),
    },
  },
  response: {
    200: { description: 'The chip', content: { 'image/png': { schema: { type: 'string', format: 'binary' } } } },
  },
} as const;
