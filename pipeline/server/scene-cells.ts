import type { SceneStyle } from '../../shared/api.ts';
import { gridBbox, gridOfWindow, type Window, windowCovering } from '../../shared/grid.ts';
import type { BandName, Scene } from '../../shared/scene.ts';
import type { MonitorParams } from '../plan.ts';
import { maskReasons, NODATA_REASON, reasonsOf } from '../raster/mask-reasons.ts';
import { FULL_REFLECTANCE, stretchBand } from '../raster/paint.ts';
import { resampleNearest } from '../raster/resample.ts';
import type { Cells } from '../raster/sample.ts';
import { readClear, readScenePixels } from '../scene-pixels.ts';
import type { SceneLevel } from './scene-level.ts';

export type MaskParams = Pick<MonitorParams, 'keepScl' | 'dilateM' | 'harmonise'>;

/** Three bands shown as red, green and blue. */
type BandTriple = readonly [BandName, BandName, BandName];

/** True colour, and the colour infrared of the field: near infrared as red, so that living plants are red. */
export const TRIPLES: Readonly<Record<'true-color' | 'false-color', BandTriple>> = {
  'true-color': ['red', 'green', 'blue'],
  'false-color': ['nir', 'red', 'green'],
};

/** The class band, or null where the index's own nodata is the mask. */
export function classBand({ maskRule }: Scene): Exclude<Scene['maskRule'], 'nodata'> | null {
  return maskRule === 'nodata' ? null : maskRule;
}

/** The bands NDVI is made of, with those of its mask. */
function ndviBands(scene: Scene): BandName[] {
  const mask = classBand(scene);
  return [...(scene.bands.red ? (['red', 'nir'] as const) : (['ndvi'] as const)), ...(mask ? [mask] : [])];
}

/** The bands that a style reads of a scene, the one that sets the grid always among them. */
export function bandsOf(scene: Scene, style: SceneStyle): BandName[] {
  const mask = classBand(scene);
  if (style === 'ndvi') return ndviBands(scene);
  if (style === 'mask') return [scene.bands.red ? 'red' : 'ndvi', ...(mask ? [mask] : [])];
  return [...TRIPLES[style]];
}

/** Tones 1 to 255 of three bands; valid where all three have one. */
export async function readTones(level: SceneLevel, window: Window, triple: BandTriple): Promise<Cells> {
  const grid = gridOfWindow(level.grid, window);
  const { bands } = level.planned.scene;
  const tones: Uint8Array[] = [];
  for (const name of triple) {
    const band = bands[name]!;
    const own = windowCovering(band.grid, gridBbox(grid));
    const dn = await level.read(level.planned, band, own);
    // A band of coarser cells than the lead's is laid under it.
    const laid = resampleNearest({ quantity: 'dn', grid: gridOfWindow(band.grid, own), ...dn }, grid);
    const fullReflectance = name === 'nir' ? FULL_REFLECTANCE.nir : FULL_REFLECTANCE.visible;
    tones.push(stretchBand(laid.data, laid.valid, { scale: band.scale, offset: band.offset, fullReflectance }));
  }
  const [red, green, blue] = tones as [Uint8Array, Uint8Array, Uint8Array];
  const valid = red.map((tone, i) => (tone && green[i] && blue[i] ? 1 : 0));
  return { window, bands: tones, valid };
}

/** NDVI as the run computes it; valid where the run would use it, or with `unmasked` wherever there are data. */
export async function readNdvi(
  level: SceneLevel,
  window: Window,
  params: MaskParams,
  { unmasked }: { readonly unmasked: boolean },
): Promise<Cells> {
  const { ndvi, observed, clear } = await readScenePixels(level.planned, window, params, level.read);
  return { window, bands: [ndvi], valid: unmasked ? observed : clear };
}

/** Codes of `MASK_REASONS` by the run's own rules; valid where the scene has a class. A scene without a class band has none. */
export async function readReasons(level: SceneLevel, window: Window, params: MaskParams): Promise<Cells> {
  const { planned, grid, read } = level;
  const rule = classBand(planned.scene);
  const target = gridOfWindow(grid, window);
  const size = window.widthPx * window.heightPx;
  const clear = rule && (await readClear(planned, target, params, read));
  if (!rule || !clear) return { window, bands: [new Uint8Array(size)], valid: new Uint8Array(size) };
  const band = planned.scene.bands[rule]!;
  const own = windowCovering(band.grid, gridBbox(target));
  const stored = await read(planned, band, own);
  const classes = resampleNearest({ quantity: 'class', grid: gridOfWindow(band.grid, own), ...stored }, target);
  const table = maskReasons(rule, { cirrusBit: planned.scene.family === 'oli' });
  const reasons = reasonsOf(table, classes.data, classes.valid, clear);
  return { window, bands: [reasons], valid: reasons.map((reason) => (reason === NODATA_REASON ? 0 : 1)) };
}
