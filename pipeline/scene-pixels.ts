import type { Grid, Window } from '../shared/grid.ts';
import { gridBbox, gridOfWindow, windowCovering } from '../shared/grid.ts';
import type { PixelArray } from '../shared/raster.ts';
import type { Band, BandName, Scene } from '../shared/scene.ts';
import { harmonisationOf, harmoniseNdvi, hlsBandLines } from './change/harmonise.ts';
import type { MonitorParams, PlannedScene } from './plan.ts';
import { primaryGrid } from './plan.ts';
import { computeNbr, computeNdviFromDn, isReflectance } from './raster/indices.ts';
import { clearFromFmask, clearFromQaPixel, clearFromScl, dilateNotClear } from './raster/mask.ts';
import { toReflectance } from './raster/reflectance.ts';
import { meanOfValid, resampleNearest } from './raster/resample.ts';

/** DN of a window of a band's own grid; cells outside the file are invalid. The only door to pixels for the pure core. */
export type ReadBand = (
  scene: PlannedScene,
  band: Band,
  window: Window,
) => Promise<{ readonly data: PixelArray; readonly valid: Uint8Array }>;

/** NDVI of a window: 1 in `observed` where the bands have data, 1 in `clear` where it is no cloud, shadow or snow either. */
export interface ScenePixels {
  readonly ndvi: Float32Array;
  readonly observed: Uint8Array;
  readonly clear: Uint8Array;
  /**
   * Burn ratio, valid where it is measured and no cloud hides it; ground that the classification calls dark counts too, as
   * burnt savanna is often called so. Null where it was not asked for or the scene has no swir22.
   */
  readonly nbr: BurnRatio | null;
}

export interface BurnRatio {
  readonly data: Float32Array;
  readonly valid: Uint8Array;
}

/** What of a run's parameters decides pixels. */
export type PixelParams = Pick<MonitorParams, 'keepScl' | 'dilateM' | 'harmonise'> & {
  /** Absent: the burn ratio is not wanted. */
  readonly change?: Pick<NonNullable<MonitorParams['change']>, 'removeBurns'> | null;
};

/** Reads a window (cells of the source grid) of a scene and applies mask, reflectance and NDVI. */
export async function readScenePixels(
  planned: PlannedScene,
  window: Window,
  params: PixelParams,
  read: ReadBand,
): Promise<ScenePixels> {
  const own = ownWindow(planned, window);
  const { data: ndvi, valid: observed } = await (params.harmonise ? readHarmonised : readNdvi)(planned, own, read);
  const unmasked = await readClear(planned, gridOfWindow(primaryGrid(planned.scene), own), params, read);
  const clear = unmasked === null ? observed : observed.map((isObserved, i) => isObserved & unmasked[i]!);
  const nbr = params.change?.removeBurns ? await readNbr(planned, own, params, read) : null;
  return { ndvi, observed, clear, nbr };
}

/** Burn ratio on the grid of red: made at the grid of swir22, where nir enters as the mean of its valid pixels. */
async function readNbr(
  planned: PlannedScene,
  own: Window,
  params: PixelParams,
  read: ReadBand,
): Promise<BurnRatio | null> {
  const { nir, swir22 } = planned.scene.bands;
  if (!nir || !swir22 || planned.identities.swir22 === undefined) return null;
  const target = gridOfWindow(primaryGrid(planned.scene), own);
  const coarse = windowCovering(swir22.grid, gridBbox(target));
  const grid = gridOfWindow(swir22.grid, coarse);
  const nirWindow = windowCovering(nir.grid, gridBbox(grid));
  const [nirDn, swirDn] = await Promise.all([read(planned, nir, nirWindow), read(planned, swir22, coarse)]);
  const nirFine = { quantity: 'dn' as const, grid: gridOfWindow(nir.grid, nirWindow), ...nirDn };
  const index = computeNbr({
    nir: meanOfValid(toReflectance(nirFine, nir), grid),
    swir22: toReflectance({ quantity: 'dn', grid, ...swirDn }, swir22),
  });
  const { data, valid } = resampleNearest(index, target);
  const seen = await readClear(planned, target, { ...params, keepScl: [...params.keepScl, SCL_DARK] }, read);
  return { data, valid: seen ? valid.map((isValid, i) => isValid & seen[i]!) : valid };
}

/** Scene class of dark areas and cast shadows. */
const SCL_DARK = 2;

/** A window of the source grid in cells of the scene's own files. */
function ownWindow({ offset }: PlannedScene, window: Window): Window {
  return { ...window, col: window.col - offset.col, row: window.row - offset.row };
}

async function readNdvi(
  planned: PlannedScene,
  own: Window,
  read: ReadBand,
): Promise<{ data: Float32Array; valid: Uint8Array }> {
  const { bands } = planned.scene;
  const grid = gridOfWindow(primaryGrid(planned.scene), own);
  if (bands.red && bands.nir) {
    const [nir, red] = await Promise.all([read(planned, bands.nir, own), read(planned, bands.red, own)]);
    return computeNdviFromDn({
      nir: { dn: { quantity: 'dn', grid, ...nir }, scale: bands.nir.scale, offset: bands.nir.offset },
      red: { dn: { quantity: 'dn', grid, ...red }, scale: bands.red.scale, offset: bands.red.offset },
    });
  }
  const band = bands.ndvi!;
  const { data, valid } = await read(planned, band, own);
  return admitIndex(data, valid, band);
}

/** NDVI as the reference sensor would see it; scenes for which there is no published line never come here. */
async function readHarmonised(
  planned: PlannedScene,
  own: Window,
  read: ReadBand,
): Promise<{ data: Float32Array; valid: Uint8Array }> {
  const { scene } = planned;
  if (scene.family === 'msi') return readHlsNdvi(planned, own, read);
  const found = await readNdvi(planned, own, read);
  const rule = harmonisationOf(scene.family);
  if (rule.kind === 'line') {
    for (let i = 0; i < found.data.length; i += 1) {
      if (found.valid[i]) found.data[i] = Math.max(-1, Math.min(1, harmoniseNdvi(rule.line, found.data[i]!)));
    }
  }
  return found;
}

/** Sentinel-2 by its narrow infrared (band 8A, 20 m, nearest neighbour), each band brought to OLI by the lines of HLS. */
async function readHlsNdvi(
  planned: PlannedScene,
  own: Window,
  read: ReadBand,
): Promise<{ data: Float32Array; valid: Uint8Array }> {
  const { platform, bands } = planned.scene;
  const grid = gridOfWindow(primaryGrid(planned.scene), own);
  const nir08 = bands.nir08!;
  const window = windowCovering(nir08.grid, gridBbox(grid));
  const [redDn, coarse] = await Promise.all([read(planned, bands.red!, own), read(planned, nir08, window)]);
  const nir = resampleNearest({ quantity: 'dn', grid: gridOfWindow(nir08.grid, window), ...coarse }, grid);
  // Each line of a band joins its scale and offset, so that the index is the one of every other scene.
  const { red: redLine, nir08: nirLine } = hlsBandLines(platform)!;
  const join = ({ scale, offset }: Band, { slope, intercept }: typeof redLine) => ({
    scale: slope * scale,
    offset: intercept + slope * offset,
  });
  return computeNdviFromDn({
    red: { dn: { quantity: 'dn', grid, ...redDn }, ...join(bands.red!, redLine) },
    nir: { dn: nir, ...join(nir08, nirLine) },
  });
}

/** How far beyond [−1, 1] the rounding of a ready-made index may carry it. */
const INDEX_SLACK = 0.01;

/** Whether a number may be a ready-made index. False for NaN, too. */
export function isIndexValue(value: number): boolean {
  return value >= -1 - INDEX_SLACK && value <= 1 + INDEX_SLACK;
}

/** A ready-made index as it is used: rounding beyond [−1, 1] is cut off; what lies further out is no index and not valid. */
function admitIndex(
  dn: PixelArray,
  isStored: Uint8Array,
  { scale, offset }: Band,
): { data: Float32Array; valid: Uint8Array } {
  const data = new Float32Array(dn.length);
  const valid = new Uint8Array(dn.length);
  for (let i = 0; i < data.length; i += 1) {
    const value = dn[i]! * scale + offset;
    if (!isStored[i] || !isIndexValue(value)) continue;
    data[i] = Math.min(1, Math.max(-1, value));
    valid[i] = 1;
  }
  return { data, valid };
}

/**
 * Clear mask of a scene on any grid of its CRS, by nearest neighbour and widened as `params` say: 1 = clear; null where
 * the index's own nodata is the mask. Says nothing of the bands' own nodata.
 */
export async function readClear(
  planned: PlannedScene,
  target: Grid,
  params: Pick<MonitorParams, 'keepScl' | 'dilateM'>,
  read: ReadBand,
): Promise<Uint8Array | null> {
  const { scene } = planned;
  if (scene.maskRule === 'nodata') return null;
  const radiusPx = Math.ceil(params.dilateM / target.transform[0]);
  const own = { col: 0, row: 0, widthPx: target.widthPx, heightPx: target.heightPx };
  const wide = {
    col: -radiusPx,
    row: -radiusPx,
    widthPx: own.widthPx + 2 * radiusPx,
    heightPx: own.heightPx + 2 * radiusPx,
  };
  const band = scene.bands[scene.maskRule]!;
  const classes = await readClasses(planned, band, gridOfWindow(target, wide), read);
  const clear = clearOf(scene, classes.data, params.keepScl);
  if (radiusPx === 0) return clear;
  // Cells without a class (beyond the swath) are not clear themselves but do not grow into their neighbours.
  const seeds = clear.map((isClear, i) => (isClear || !classes.valid[i] ? 1 : 0));
  const kept = dilateNotClear(seeds, wide.widthPx, wide.heightPx, params.dilateM / target.transform[0]);
  const both = kept.map((isKept, i) => (isKept && clear[i] ? 1 : 0));
  return cropWindow(both, wide, own);
}

/** Class band on the target grid, by nearest neighbour where its own grid is coarser. */
async function readClasses(
  planned: PlannedScene,
  band: Band,
  target: Grid,
  read: ReadBand,
): Promise<{ data: PixelArray; valid: Uint8Array }> {
  const window = windowCovering(band.grid, gridBbox(target));
  const { data, valid } = await read(planned, band, window);
  const grid = gridOfWindow(band.grid, window);
  return resampleNearest({ quantity: 'class', grid, data, valid }, target);
}

function clearOf(scene: Scene, classes: PixelArray, keepScl: readonly number[]): Uint8Array {
  const rule: BandName = scene.maskRule as BandName;
  if (rule === 'scl') return clearFromScl(classes as Uint8Array, keepScl);
  // Landsat 5 and 7 have no cirrus band; there bit 2 is unused.
  if (rule === 'qa_pixel') return clearFromQaPixel(classes as Uint16Array, { cirrusBit: scene.family === 'oli' });
  return clearFromFmask(classes as Uint8Array);
}

function cropWindow(data: Uint8Array, from: Window, to: Window): Uint8Array {
  const out = new Uint8Array(to.widthPx * to.heightPx);
  for (let row = 0; row < to.heightPx; row += 1) {
    const start = (to.row - from.row + row) * from.widthPx + (to.col - from.col);
    out.set(data.subarray(start, start + to.widthPx), row * to.widthPx);
  }
  return out;
}

/** Reflectance 0 to 0.30 as 1..255 for viewing, 0 = no value. */
export async function readColour(
  planned: PlannedScene,
  band: Band,
  window: Window,
  read: ReadBand,
): Promise<Uint8Array> {
  const { data, valid } = await read(planned, band, ownWindow(planned, window));
  const out = new Uint8Array(data.length);
  if (data instanceof Uint16Array) {
    // Every pixel is one of 65,536 numbers: the colour of each is computed once.
    const table = colourTable(band);
    for (let i = 0; i < out.length; i += 1) if (valid[i]) out[i] = table[data[i]!]!;
  } else {
    for (let i = 0; i < out.length; i += 1) if (valid[i]) out[i] = colourOf(data[i]!, band);
  }
  return out;
}

function colourOf(dn: number, { scale, offset }: Pick<Band, 'scale' | 'offset'>): number {
  const reflectance = dn * scale + offset;
  if (!isReflectance(reflectance)) return 0;
  return Math.min(255, Math.max(1, Math.round(1 + (254 * reflectance) / COLOUR_FULL_REFLECTANCE)));
}

/** The last table made: the dates of a run nearly always share scale and offset. */
let lastTable: { scale: number; offset: number; colours: Uint8Array } | null = null;

function colourTable({ scale, offset }: Pick<Band, 'scale' | 'offset'>): Uint8Array {
  if (lastTable?.scale !== scale || lastTable.offset !== offset) {
    const colours = new Uint8Array(65_536);
    for (let dn = 0; dn < colours.length; dn += 1) colours[dn] = colourOf(dn, { scale, offset });
    lastTable = { scale, offset, colours };
  }
  return lastTable.colours;
}

export const COLOUR_FULL_REFLECTANCE = 0.3;
