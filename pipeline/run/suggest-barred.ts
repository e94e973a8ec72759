import { type Grid, gridOfWindow, intersectWindows, type Window, windowOfBbox } from '../../shared/grid.ts';
import { projectRings } from '../../shared/transform.ts';
import type { CoverGroup } from '../eligibility/classes.ts';
import { ringsBbox } from '../raster/clip.ts';
import { computeCoverage } from '../raster/coverage.ts';
import { regrid, windowForTarget } from '../raster/regrid.ts';
import { BARRED, type BarredReason } from '../suggest/find-land.ts';
import type { OpenLayer, OpenLayers } from './eligibility-layers.ts';
import { readSlope } from './eligibility-terrain.ts';
import { type CoverLegend, protectedBins, readCoverOn, readStored } from './eligibility-values.ts';
import type { Area } from './suggest-places.ts';

/** What stands against the pixels of one window of a grid, and what the layers say of them. */
export interface GroundPlanes {
  /** `BARRED` of each pixel. */
  readonly barred: Uint8Array;
  readonly coverBefore: Uint8Array | null;
  readonly slopePct: Uint8Array | null;
  readonly savanna: Uint8Array | null;
}

export interface GroundSources {
  readonly region: readonly Area[];
  readonly parcels: readonly Area[];
  /** Ground that another grid has seen already. */
  readonly taken: readonly Area[];
  readonly layers: OpenLayers['layers'];
  readonly legends: ReadonlyMap<OpenLayer, CoverLegend>;
  readonly maxSlopePct: number;
}

const STRIP_ROWS = 256;
const UNKNOWN = 255;

/**
 * Lays region, parcels and layers over a window of a grid, strip by strip. A pixel is inside an area when half of it is:
 * outlines are cut exactly later. A layer that does not know a pixel does not bar it. `onStrip` is awaited between strips.
 */
export async function layOutGround(
  grid: Grid,
  window: Window,
  sources: GroundSources,
  onStrip: () => Promise<void>,
): Promise<GroundPlanes> {
  const size = window.widthPx * window.heightPx;
  const of = (name: 'dem' | 'land-cover' | 'tree-cover-before') => sources.layers.get(name) ?? [];
  const planes = {
    barred: new Uint8Array(size),
    coverBefore: of('tree-cover-before').length > 0 ? new Uint8Array(size).fill(UNKNOWN) : null,
    slopePct: of('dem').length > 0 ? new Uint8Array(size).fill(UNKNOWN) : null,
    savanna: of('land-cover').length > 0 ? new Uint8Array(size) : null,
  };
  const local = { region: project(sources.region, grid), parcels: project(sources.parcels, grid) };
  const taken = project(sources.taken, grid);
  for (let row = 0; row < window.heightPx; row += STRIP_ROWS) {
    const heightPx = Math.min(STRIP_ROWS, window.heightPx - row);
    const strip = { ...window, row: window.row + row, heightPx };
    const from = row * window.widthPx;
    const part = (plane: Uint8Array) => plane.subarray(from, from + heightPx * window.widthPx);
    const cells = { grid, strip };
    // The reasons that come later in this list are told only where none before holds.
    barOutside(cells, local.region, part(planes.barred));
    barInside(cells, taken, 'outside', part(planes.barred));
    barInside(cells, local.parcels, 'parcel', part(planes.barred));
    await barLandCover(cells, sources, part(planes.barred), planes.savanna && part(planes.savanna));
    await barProtected(cells, sources, part(planes.barred));
    if (planes.slopePct) await barSteep(cells, sources, part(planes.barred), part(planes.slopePct));
    if (planes.coverBefore) await fillBefore(cells, of('tree-cover-before'), part(planes.coverBefore));
    await onStrip();
  }
  return planes;
}

interface Strip {
  readonly grid: Grid;
  readonly strip: Window;
}

type LocalArea = { readonly rings: readonly Float64Array[]; readonly bbox: ReturnType<typeof ringsBbox> };

function project(areas: readonly Area[], grid: Grid): LocalArea[] {
  return areas.map((area) => {
    const rings = projectRings(area.rings, grid.crs);
    return { rings, bbox: ringsBbox(rings) };
  });
}

function barOutside({ grid, strip }: Strip, region: readonly LocalArea[], barred: Uint8Array): void {
  const inside = new Float64Array(barred.length);
  for (const area of region) addCoverage({ grid, strip }, area, (i, share) => (inside[i]! += share));
  for (let i = 0; i < barred.length; i++) if (inside[i]! < 0.5) bar(barred, i, 'outside');
}

function barInside(cells: Strip, areas: readonly LocalArea[], reason: BarredReason, barred: Uint8Array): void {
  for (const area of areas)
    addCoverage(cells, area, (i, share) => {
      if (share >= 0.5) bar(barred, i, reason);
    });
}

function addCoverage({ grid, strip }: Strip, area: LocalArea, add: (i: number, share: number) => void): void {
  const touched = windowOfBbox(grid, area.bbox);
  const window = touched && intersectWindows(touched, strip);
  if (!window) return;
  const shares = computeCoverage(area.rings, grid, window);
  for (let row = 0, k = 0; row < window.heightPx; row++) {
    const at = (window.row - strip.row + row) * strip.widthPx + window.col - strip.col;
    for (let col = 0; col < window.widthPx; col++, k++) if (shares[k]! > 0) add(at + col, shares[k]!);
  }
}

function bar(barred: Uint8Array, i: number, reason: BarredReason): void {
  if (barred[i] === 0) barred[i] = BARRED[reason];
}

function barWhere(barred: Uint8Array, share: Float32Array | null, least: number, reason: BarredReason): void {
  if (share) for (let i = 0; i < share.length; i++) if (share[i]! >= least) bar(barred, i, reason);
}

const COVER_REASONS: readonly (readonly [CoverGroup, BarredReason])[] = [
  ['water', 'water'],
  ['built-up', 'built-up'],
  ['cropland', 'cropland'],
  ['rock', 'rock'],
];

async function barLandCover(
  cells: Strip,
  { layers, legends }: GroundSources,
  barred: Uint8Array,
  savanna: Uint8Array | null,
): Promise<void> {
  for (const layer of layers.get('land-cover') ?? []) {
    const { groups } = legends.get(layer)!;
    const isGroup = (group: CoverGroup) => (value: number) => groups.get(value) === group;
    for (const [group, reason] of COVER_REASONS) {
      const share = await shareOn(cells, layer, (data) => Uint8Array.from(data, (v) => (isGroup(group)(v) ? 1 : 0)));
      barWhere(barred, share, 0.5, reason);
    }
    const open = await shareOn(cells, layer, (data) => Uint8Array.from(data, (v) => (isGroup('savanna')(v) ? 1 : 0)));
    if (savanna && open) for (let i = 0; i < open.length; i++) if (open[i]! >= 0.5) savanna[i] = 1;
  }
}

async function barProtected(cells: Strip, { layers }: GroundSources, barred: Uint8Array): Promise<void> {
  for (const layer of layers.get('protected') ?? []) {
    const share = await shareOn(cells, layer, (data) => protectedBins(layer, data));
    // Any part of a protected area bars a pixel.
    barWhere(barred, share, 1e-9, 'protected');
  }
}

/** Share of each pixel that a class raster sorts into 1; null where the raster does not reach. Unknown ground counts 0. */
async function shareOn(
  { grid, strip }: Strip,
  layer: OpenLayer,
  sort: (data: Awaited<ReturnType<typeof readStored>>['data']) => Uint8Array,
): Promise<Float32Array | null> {
  const target = gridOfWindow(grid, strip);
  const window = windowOn(layer, target);
  if (window === null) return null;
  const { data, valid } = await readStored(layer, window);
  const own = gridOfWindow(layer.grid, window);
  const there = regrid({ quantity: 'fraction', grid: own, data: sort(data), valid }, target);
  return there.data.map((share, i) => (there.valid[i] === 1 ? share : 0));
}

/** The layer's cells under a grid; null where it does not reach. */
function windowOn({ grid }: OpenLayer, target: Grid): Window | null {
  const { widthPx, heightPx } = grid;
  return intersectWindows(windowForTarget(grid, target), { col: 0, row: 0, widthPx, heightPx });
}

async function barSteep(
  { grid, strip }: Strip,
  { layers, maxSlopePct }: GroundSources,
  barred: Uint8Array,
  slopePct: Uint8Array,
): Promise<void> {
  const target = gridOfWindow(grid, strip);
  for (const layer of layers.get('dem') ?? []) {
    const window = windowOn(layer, target);
    if (window === null) continue;
    const { slope, valid } = await readSlope(layer, window);
    const there = regrid({ quantity: 'fraction', grid: gridOfWindow(layer.grid, window), data: slope, valid }, target);
    for (let i = 0; i < barred.length; i++) {
      if (there.valid[i] === 0 || slopePct[i] !== UNKNOWN) continue;
      const percent = 100 * there.data[i]!;
      slopePct[i] = Math.min(UNKNOWN - 1, Math.round(percent));
      if (percent > maxSlopePct) bar(barred, i, 'steep');
    }
  }
}

async function fillBefore({ grid, strip }: Strip, layers: readonly OpenLayer[], plane: Uint8Array): Promise<void> {
  const { data, valid } = await readCoverOn(layers, gridOfWindow(grid, strip));
  for (let i = 0; i < plane.length; i++) if (valid[i] === 1) plane[i] = Math.round(2 * data[i]!);
}
