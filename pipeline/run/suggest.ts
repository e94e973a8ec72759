import { dirname } from 'node:path';
import { measureAreaHa } from '../../shared/geometry/area.ts';
import { findGeometryFault } from '../../shared/geometry/validity.ts';
import { type Bbox, type Grid, gridBbox, gridOfWindow } from '../../shared/grid.ts';
import type { RefusedScene } from '../../shared/scene.ts';
import { crsToLonLat, projectRings } from '../../shared/transform.ts';
import { childEnvironment } from '../config.ts';
import { ensureFolder, writeFileAtomic } from '../store/files.ts';
import type { FoundLand, LandState } from '../suggest/find-land.ts';
import { ratePotential } from '../suggest/potential.ts';
import { createPool } from '../workers/pool.ts';
import { createThreadPool, type ThreadPool } from '../workers/threads.ts';
import { type OpenLayer, type OpenLayers, openLayers } from './eligibility-layers.ts';
import { cellSizes } from './eligibility-terrain.ts';
import { type CoverLegend, legendOf } from './eligibility-values.ts';
import { checkOut } from './out.ts';
import type { RunContext } from './prepare.ts';
import { stopped } from './stopped.ts';
import { layOutGround } from './suggest-barred.ts';
import { type AreaRings, createCutter } from './suggest-clip.ts';
import { exclusionsOf, formatSuggestions, type SuggestFacts, type Suggestion } from './suggest-output.ts';
import {
  type Area,
  type ReadAreas,
  readAreas,
  readParcelAreas,
  readRegisterAreas,
  unionBbox,
} from './suggest-places.ts';
import { type GridImage, type ReadImages, readImages } from './suggest-read.ts';
import type { SuggestRequest } from './suggest-request.ts';
import { planSuggest, type SuggestPlan } from './suggest-scenes.ts';
import type { SuggestThreadTask } from './suggest-thread.ts';
import type { Task, TaskResult } from './tasks.ts';

export interface SuggestResult {
  readonly suggestions: number;
  readonly totalHa: number;
  readonly facts: SuggestFacts;
  readonly refused: readonly RefusedScene[];
  readonly problems: ReadImages['problems'];
}

type Cutter = ThreadPool<SuggestThreadTask, FoundLand>;

/** Cutting a region of the largest size takes minutes. */
const CUT_TIMEOUT_MS = 3_600_000;
const MARGIN_DEG = 0.004;

/**
 * Finds land for `canopy suggest` and writes it. Every chunk of a scene is read once, in children; one grid's planes are
 * in memory at a time. The bytes depend on inputs and parameters only. Errors: those of region, parcels, layers, catalogue
 * and scenes, `E_CANCELLED`.
 */
export async function runSuggest(request: SuggestRequest, context: RunContext): Promise<SuggestResult> {
  await checkOut([request.out], [request.region.path, ...request.parcels]);
  const region = await readAreas(request.region.path, true);
  const parcels = await readTaken(request, unionBbox(region.areas.map(({ bboxDeg }) => bboxDeg)));
  const layers = await openLayers(request.layers);
  await ensureFolder(dirname(request.out));
  const pool = createPool<Task, TaskResult>({ size: request.workers, env: childEnvironment(request.allowHosts) });
  const cutter: Cutter = createThreadPool<null, SuggestThreadTask, FoundLand>({
    program: 'pipeline/run/suggest-thread.js',
    setup: null,
    size: 1,
    timeoutMs: CUT_TIMEOUT_MS,
  });
  const stop = () => void Promise.all([pool.close(), cutter.close()]);
  context.signal.addEventListener('abort', stop);
  try {
    const legends = new Map((layers.layers.get('land-cover') ?? []).map((layer) => [layer, legendOf(layer)]));
    const suggest = await planSuggest(
      request,
      padded(unionBbox(region.areas.map(({ bboxDeg }) => bboxDeg))),
      pool,
      context,
    );
    const images = await readImages(request, region.areas, suggest, pool, context);
    try {
      const taken = parcels.flatMap(({ areas }) => areas);
      const ground = { region: region.areas, parcels: taken, layers: layers.layers, legends };
      const found = await searchImages(request, { suggest, images, ground }, cutter, context);
      const notes = [...parcels.flatMap((file) => file.notes), ...layers.notes, ...found.notes];
      const facts = factsOf(request, suggest, { layers, landHa: found.landHa, notes });
      await writeFileAtomic(request.out, formatSuggestions(found.suggestions, facts));
      const totalHa = found.suggestions.reduce((sum, { ha }) => sum + ha, 0);
      const { refused } = suggest;
      return { suggestions: found.suggestions.length, totalHa, facts, refused, problems: images.problems };
    } finally {
      await images.close();
    }
  } catch (error) {
    throw context.signal.aborted ? stopped() : error;
  } finally {
    context.signal.removeEventListener('abort', stop);
    await Promise.all([pool.close(), cutter.close(), layers.close()]);
  }
}

/** Ground that is somebody's already. */
async function readTaken({ parcels, register }: SuggestRequest, bboxDeg: Bbox): Promise<ReadAreas[]> {
  const read: ReadAreas[] = [];
  for (const path of parcels) read.push(await readParcelAreas(path));
  if (register !== null) read.push(await readRegisterAreas(register, bboxDeg));
  return read;
}

function padded([west, south, east, north]: Bbox): Bbox {
  return [west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG];
}

interface Ground {
  readonly region: readonly Area[];
  readonly parcels: readonly Area[];
  readonly layers: OpenLayers['layers'];
  readonly legends: ReadonlyMap<OpenLayer, CoverLegend>;
}

interface Search {
  readonly suggest: SuggestPlan;
  readonly images: ReadImages;
  readonly ground: Ground;
}

interface Found {
  readonly suggestions: Suggestion[];
  readonly landHa: Partial<Record<LandState, number>>;
  readonly notes: string[];
}

/** Grid by grid, the one that shows most of the region first; what it shows is not searched again on the next. */
async function searchImages(
  request: SuggestRequest,
  search: Search,
  cutter: Cutter,
  context: RunContext,
): Promise<Found> {
  const found: Found = { suggestions: [], landHa: {}, notes: [] };
  const taken: Area[] = [];
  for (const gridIndex of search.images.gridIndexes) {
    const image = await search.images.open(gridIndex);
    context.say(`Looking for land on ${search.suggest.plan.grids[gridIndex]!.key} …`);
    await searchImage(request, { ...search, taken, image }, { cutter, context, found });
    taken.push(footprintOf(image));
  }
  return found;
}

async function searchImage(
  request: SuggestRequest,
  { ground, taken, image }: Search & { readonly taken: readonly Area[]; readonly image: GridImage },
  { cutter, context, found }: { readonly cutter: Cutter; readonly context: RunContext; readonly found: Found },
): Promise<void> {
  const { settings } = request;
  const { grid, window } = image;
  const planes = await layOutGround(grid, window, { ...ground, taken, maxSlopePct: settings.maxSlopePct }, async () => {
    if (context.signal.aborted) throw stopped();
    await new Promise((resolve) => setImmediate(resolve));
  });
  const cell = cellSizes(grid, window)(window.heightPx >> 1);
  const { widthPx, heightPx } = window;
  const land = await cutter.run({
    image: { widthPx, heightPx, cell, cover: image.cover, bands: image.bands, ...planes },
    settings,
  });
  const pixelHa = (cell.widthM * cell.heightM) / 10_000;
  for (const [name, pixels] of Object.entries(land.tally) as [LandState, number][])
    found.landHa[name] = (found.landHa[name] ?? 0) + pixels * pixelHa;
  await takeLand(request, { land, image, ground, taken }, { found, context });
}

/** Cuts the found land along exact outlines, measures and rates it. */
async function takeLand(
  { settings, region: { name } }: SuggestRequest,
  { land, image, ground, taken }: { land: FoundLand; image: GridImage; ground: Ground; taken: readonly Area[] },
  { found, context }: { readonly found: Found; readonly context: RunContext },
): Promise<void> {
  const { crs } = image.grid;
  const ringsOf = (areas: readonly Area[]) => areas.map(({ rings }) => rings);
  const fences = ringsOf([...ground.parcels, ...taken]);
  const cutter = createCutter(ringsOf(ground.region), fences, { gapM: settings.gapM, crs });
  const toLonLat = crsToLonLat(crs);
  let dropped = 0;
  for (const [k, rings] of land.rings.entries()) {
    if (context.signal.aborted) throw stopped();
    if (k % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
    const figures = land.figures[k]!;
    for (const part of cutter.cut(rings.map((ring) => roundDeg(toLonLat(toCrs(ring, image)))))) {
      const ha = measureAreaHa(part);
      if (ha < settings.minHa) continue;
      if ((await findGeometryFault(part)) !== null) {
        dropped += 1;
        continue;
      }
      const compactness = compactnessOf(projectRings(part, crs));
      const rated = { ...figures, coverPct: figures.medianCoverPct, compactness };
      found.suggestions.push({ rings: part, ha, figures, potential: ratePotential(rated, settings) });
    }
  }
  if (dropped > 0)
    found.notes.push(`${dropped} pieces of ${name} had no valid outline after they were cut and are left out.`);
}

/** Columns and rows of a window to x and y, turned so that exteriors run counter-clockwise as they did on the map. */
function toCrs(ring: Float64Array, { grid, window }: GridImage): Float64Array {
  const [a, , c, , e, f] = gridOfWindow(grid, window).transform;
  return ring.map((value, i) => (i % 2 === 0 ? c + a * value : f + e * value));
}

/** A hundredth of a millimetre: neighbours keep their common corners to the last digit. */
function roundDeg(ring: Float64Array): Float64Array {
  return ring.map((value) => Math.round(value * 1e10) / 1e10);
}

/** 4π · area / outline², holes included (Polsby and Popper 1991). */
function compactnessOf(rings: AreaRings): number {
  let [area, outline] = [0, 0];
  for (const ring of rings)
    for (let i = 0; i + 3 < ring.length; i += 2) {
      area += (ring[i]! * ring[i + 3]! - ring[i + 2]! * ring[i + 1]!) / 2;
      outline += Math.hypot(ring[i + 2]! - ring[i]!, ring[i + 3]! - ring[i + 1]!);
    }
  return (4 * Math.PI * area) / outline ** 2;
}

const SIDE_STEPS = 16;

/** Ground of a window in lon/lat, with corners along its sides: straight lines bend between projections. */
function footprintOf({ grid, window }: { readonly grid: Grid; readonly window: GridImage['window'] }): Area {
  const [x0, y0, x1, y1] = gridBbox(gridOfWindow(grid, window));
  const points: number[] = [];
  for (const [ax, ay, bx, by] of [
    [x0, y0, x1, y0],
    [x1, y0, x1, y1],
    [x1, y1, x0, y1],
    [x0, y1, x0, y0],
  ] as const)
    for (let k = 0; k < SIDE_STEPS; k++)
      points.push(ax + ((bx - ax) * k) / SIDE_STEPS, ay + ((by - ay) * k) / SIDE_STEPS);
  const ring = crsToLonLat(grid.crs)(Float64Array.from([...points, x0, y0]));
  return { rings: [ring], bboxDeg: unionBbox([...pairsOf(ring)].map(([lon, lat]) => [lon, lat, lon, lat])) };
}

function* pairsOf(ring: Float64Array): Generator<readonly [number, number]> {
  for (let i = 0; i + 1 < ring.length; i += 2) yield [ring[i]!, ring[i + 1]!];
}

function factsOf(
  request: SuggestRequest,
  { plan, years }: SuggestPlan,
  more: { readonly layers: OpenLayers; readonly landHa: Found['landHa']; readonly notes: readonly string[] },
): SuggestFacts {
  const layers = [...more.layers.layers.values()].flat().map(({ role, path, facts }) => ({ role, path, ...facts }));
  const scenes = plan.acquisitions.flatMap(({ inSeason, sceneIds }) => (inSeason ? sceneIds : [])).sort();
  const used = plan.scenes.filter(({ scene }) => scenes.includes(scene.id)).map(({ scene }) => scene);
  const attribution = [...used.map((scene) => scene.attribution), ...layers.map((layer) => layer.attribution)];
  const { missing } = exclusionsOf({ layers });
  const untold = missing.length === 0 ? [] : [`Not kept out, for want of a layer: ${missing.join(', ')}.`];
  return {
    request,
    years,
    scenes,
    layers,
    attribution: [...new Set(attribution)].sort(),
    synthetic: used.some(({ synthetic }) => synthetic),
    landHa: more.landHa,
    notes: [...more.notes, ...untold],
  };
}
