import type { LayerInfo, SceneStyle } from '../../shared/api.ts';
import { sceneLayerId } from '../../shared/api.ts';
import type { BandName } from '../../shared/scene.ts';
import { type PlannedScene, primaryGrid } from '../plan.ts';
import { touchesGrid } from '../raster/warp.ts';
import { dayOf } from '../season.ts';
import { isHttp } from '../stac/href.ts';
import { sha256OfBytes } from '../store/files.ts';
import { HttpFailure } from './failure.ts';
import type { Results, ServedPlan } from './results.ts';
import { bandsOf, classBand, type MaskParams } from './scene-cells.ts';
import type { TileLayer } from './tile-layer.ts';

const STYLES: readonly SceneStyle[] = ['true-color', 'false-color', 'ndvi', 'mask'];
/** Goes into identities: raise it when the same files would be painted differently. */
const PAINT_VERSION = 1;

/**
 * The layer of one acquisition by its id (`sceneLayerId`); null where there is no such acquisition or style.
 * @throws HttpFailure 409 for one that could be shown, but not from here: `E_REMOTE_SCENES`, `E_SCENES_MISSING`
 */
export function findSceneLayer(results: Results, id: string): TileLayer | null {
  const [, styleText, indexText] = /^scene-([a-z-]+)-(0|[1-9]\d{0,6})$/.exec(id) ?? [];
  const style = STYLES.find((name) => name === styleText);
  const { plan, run } = results;
  const acquisition = run.acquisitions[Number(indexText)];
  if (!style || !acquisition || !plan) return null;
  const scenes = scenesOf(plan, acquisition.index).filter((planned) => offersStyle(planned, style));
  if (scenes.length === 0) return null;
  if (!acquisition.styles.includes(style)) throw notFromHere(scenes, run.imageryNote);
  const params = maskParams(plan);
  return {
    info: describeLayer(results, scenes, { style, index: acquisition.index }),
    identity: identityOf(scenes, style, params),
    taskOf(tile, format) {
      const touched = scenes.filter(({ scene }) => touchesGrid(tile, primaryGrid(scene)));
      return touched.length === 0 ? null : { kind: 'scene-tile', style, scenes: touched, params, tile, format };
    },
  };
}

export function scenesOf(plan: ServedPlan, acquisition: number): PlannedScene[] {
  return plan.acquisitions[acquisition]!.sceneIndexes.map((index) => plan.scenes[index]!);
}

/** Whether a scene has every band of a style, opened and checked by the run. */
export function offersStyle({ scene, identities }: PlannedScene, style: SceneStyle): boolean {
  if (style === 'mask' && classBand(scene) === null) return false;
  return bandsOf(scene, style).every((name) => scene.bands[name] && identities[name] !== undefined);
}

export function maskParams({ params: { keepScl, dilateM, harmonise } }: ServedPlan): MaskParams {
  return { keepScl, dilateM, harmonise };
}

/** Changes whenever the pixels can: content of the files and how it is read. */
export function identityOf(scenes: readonly PlannedScene[], style: string, params: MaskParams): string {
  const prints = scenes.map(({ scene, identities }) => {
    const bands = Object.entries(scene.bands).map(([name, { href: _, ...reading }]) => [
      name,
      reading,
      identities[name as BandName],
    ]);
    return [scene.id, scene.maskRule, scene.family, bands];
  });
  return sha256OfBytes(JSON.stringify([PAINT_VERSION, style, params, prints]));
}

/** Why pictures of scenes that the run knows cannot be made here. */
export function notFromHere(scenes: readonly PlannedScene[], imageryNote: string | null): HttpFailure {
  const isRemote = scenes.some(({ scene }) => Object.values(scene.bands).some(({ href }) => isHttp(href)));
  const sentence = isRemote
    ? 'The scenes of this date lie on the network, and nothing is fetched from there unless canopy serve is started with --remote-scenes.'
    : (imageryNote ?? 'The scene files of this date are not where the run read them.');
  return new HttpFailure(409, isRemote ? 'E_REMOTE_SCENES' : 'E_SCENES_MISSING', sentence);
}

function describeLayer(
  { run }: Results,
  scenes: readonly PlannedScene[],
  { style, index }: { readonly style: SceneStyle; readonly index: number },
): LayerInfo {
  const { bboxDeg, datetime, maxZoom } = run.acquisitions[index]!;
  const day = dayOf(datetime);
  return {
    id: sceneLayerId(style, index),
    kind: style,
    period: null,
    years: null,
    days: { start: day, end: day },
    form: style === 'ndvi' || style === 'mask' ? 'value' : 'colour',
    scale: style === 'ndvi' ? 1e-4 : 1,
    unit: style === 'ndvi' ? 'NDVI' : '',
    bboxDeg,
    minZoom: lowestZoom(scenes, maxZoom),
    maxZoom,
    sceneIds: scenes.map(({ scene }) => scene.id),
    attribution: [...new Set(scenes.map(({ scene }) => scene.attribution))].sort(),
  };
}

/** Files of this many cells a side can be read whole for one tile. */
const SMALL_PX = 4096;
/** Further out a Sentinel-2 tile is smaller than a thumbnail. */
const ZOOMS_OUT = 8;

function lowestZoom(scenes: readonly PlannedScene[], maxZoom: number): number {
  const isSmall = scenes.every(({ scene }) => {
    const { widthPx, heightPx } = primaryGrid(scene);
    return Math.max(widthPx, heightPx) <= SMALL_PX;
  });
  return isSmall ? 0 : Math.max(0, maxZoom - ZOOMS_OUT);
}
