import type { SceneStyle } from '../../shared/api.ts';
import { inputError } from '../../shared/errors.ts';
import { RAMPS } from '../../shared/ramps.ts';
import { displayHref, type RangeReader } from '../cog/source.ts';
import { allowedHosts, environment, isOffline } from '../config.ts';
import { type PlannedScene, primaryGrid } from '../plan.ts';
import { paintHatch } from '../raster/hatch.ts';
import { type Cells, sampleNearest, type TileValues } from '../raster/sample.ts';
import { cellsPerPixel, projectTile, type TileAddress } from '../raster/warp.ts';
import { createBandFiles } from '../run/bands.ts';
import { createLazyEgress } from '../run/lazy-egress.ts';
import type { TaskNote } from '../workers/contract.ts';
import { createPalette, joinColours, type Palette } from './colour.ts';
import type { Rendered } from './render-tasks.ts';
import { bandsOf, type MaskParams, readNdvi, readReasons, readTones, TRIPLES } from './scene-cells.ts';
import { createSceneFiles, type SceneFiles } from './scene-files.ts';
import { isAffordable, openLevel, type SceneLevel } from './scene-level.ts';
import { encodeColours, encodeValues } from './tile-encode.ts';
import { TILE_NODATA, TILE_PX, TILE_SIDE_PX, type TileFormat } from './tile-format.ts';

/** Draw a tile of one acquisition. */
export interface SceneTileTask {
  readonly kind: 'scene-tile';
  readonly style: SceneStyle;
  /** Those of the acquisition that have the style's bands; where several have a value, the first counts. */
  readonly scenes: readonly PlannedScene[];
  readonly params: MaskParams;
  readonly tile: TileAddress;
  /** `bin` only for `ndvi` and `mask`. */
  readonly format: TileFormat;
}

/** Stored number per unit of NDVI in value tiles. */
const NDVI_SCALE = 1e-4;

let note: (note: TaskNote) => void = () => {};
/** What a child keeps between pictures. Hosts come from its own environment, never with a task. */
let files: SceneFiles | null = null;
let palette: Palette | null = null;

/** The files of this process; each file is told to `report` before it is read. */
export function sceneFiles(report: (note: TaskNote) => void): SceneFiles {
  note = report;
  files ??= createSceneFiles(() => createBandFiles(networkReader(), (told) => note(told)));
  return files;
}

/** How files behind a URL are read: not at all in a process that is to stay offline. */
function networkReader(): RangeReader {
  const env = environment();
  if (!isOffline(env)) return createLazyEgress(allowedHosts(env));
  return {
    readRange: async (url) => {
      const message = `${displayHref(url)} lies on the network, and nothing is fetched from there unless canopy serve is started with --remote-scenes.`;
      throw inputError('E_REMOTE_SCENES', message);
    },
  };
}

/** Draws a tile of an acquisition. Errors: see `SceneFiles.open`. */
export async function renderSceneTile(task: SceneTileTask, report: (note: TaskNote) => void): Promise<Rendered> {
  const values = await sampleSceneTile(task, sceneFiles(report));
  const { style, format } = task;
  const encoding = format === 'bin' ? 'gzip' : null;
  if (style === 'ndvi' || (style === 'mask' && format === 'bin')) {
    palette ??= createPalette(RAMPS.ndvi, NDVI_SCALE);
    return { bytes: await encodeValues(storedOf(values, style), palette, format), encoding };
  }
  if (format === 'bin') throw new RangeError(`The style ${style} has no value tiles.`);
  return {
    bytes: await encodeColours(style === 'mask' ? hatchOf(values) : joinTones(values), format),
    encoding,
  };
}

function joinTones({ bands, valid }: TileValues): Uint8Array {
  return joinColours(bands as Uint8Array[], valid);
}

function hatchOf({ bands, valid }: TileValues): Uint8Array {
  const picture = new Uint8ClampedArray(TILE_PX * 4);
  paintHatch(picture, bands[0] as Uint8Array, valid, TILE_SIDE_PX);
  return new Uint8Array(picture.buffer);
}

function storedOf({ bands, valid }: TileValues, style: 'ndvi' | 'mask'): Int16Array {
  const factor = style === 'ndvi' ? 1 / NDVI_SCALE : 1;
  return Int16Array.from({ length: TILE_PX }, (_, i) => (valid[i] ? Math.round(bands[0]![i]! * factor) : TILE_NODATA));
}

/** The pixels of a tile before they are encoded: tones of three bands, NDVI, or codes of `MASK_REASONS`. */
export async function sampleSceneTile(task: Omit<SceneTileTask, 'format'>, files: SceneFiles): Promise<TileValues> {
  const { style, tile } = task;
  const target = emptyValues(style, TILE_PX);
  for (const planned of task.scenes) {
    const full = primaryGrid(planned.scene);
    const cells = cellsPerPixel(tile, full, TILE_SIDE_PX);
    if (cells === null) continue;
    const level = await openLevel(planned, bandsOf(planned.scene, style), cells * full.transform[0], files);
    const positions = projectTile(tile, level.grid, TILE_SIDE_PX);
    // From far away a file without overviews would be read whole: such a tile stays empty.
    if (positions.window === null || !isAffordable(level, positions.window)) continue;
    sampleNearest(positions, await readStyle(level, positions.window, task), target);
    if (!target.valid.includes(0)) break;
  }
  return target;
}

/** Pixels of a picture of a style, none of them valid yet. */
export function emptyValues(style: SceneStyle, pixels: number): TileValues {
  const bands =
    style === 'ndvi'
      ? [new Float32Array(pixels)]
      : Array.from({ length: style === 'mask' ? 1 : 3 }, () => new Uint8Array(pixels));
  return { bands, valid: new Uint8Array(pixels) };
}

function readStyle(
  level: SceneLevel,
  window: Cells['window'],
  { style, params }: Pick<SceneTileTask, 'style' | 'params'>,
): Promise<Cells> {
  if (style === 'ndvi') return readNdvi(level, window, params, { unmasked: false });
  if (style === 'mask') return readReasons(level, window, params);
  return readTones(level, window, TRIPLES[style]);
}
