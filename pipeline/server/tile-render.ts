import { YEAR_CLASS, type YearClassName } from '../../shared/change.ts';
import type { Window } from '../../shared/grid.ts';
import { layerValue } from '../../shared/layer-values.ts';
import { RAMPS, YEAR_CLASS_COLOURS } from '../../shared/ramps.ts';
import type { LayerKind } from '../../shared/result.ts';
import { chooseLevel, readWindow } from '../cog/read.ts';
import { type Cells, sampleBilinear, sampleNearest, type TileValues } from '../raster/sample.ts';
import { cellsPerPixel, projectTile, type TileAddress } from '../raster/warp.ts';
import type { TaskNote } from '../workers/contract.ts';
import { createClassPalette, createPalette, createYearPalette, joinColours, type Palette } from './colour.ts';
import type { Rendered } from './render-tasks.ts';
import { encodeColours, encodeValues } from './tile-encode.ts';
import { createLayerFiles, type LayerFiles, type OpenLayer, type TileFile } from './tile-files.ts';
import { TILE_NODATA, TILE_PX, TILE_SIDE_PX, type TileFormat } from './tile-format.ts';

/** Draw a tile of a result layer. */
export interface TileTask {
  readonly kind: 'tile';
  readonly layer: LayerKind;
  /** Value = stored × scale. */
  readonly scale: number;
  /** Of a layer of days: the calendar years that its colours run over. */
  readonly years: readonly [first: number, last: number] | null;
  /** Those that the tile touches; where several have a value, the first counts. */
  readonly files: readonly TileFile[];
  readonly tile: TileAddress;
  /** `bin` not for `true-color`. */
  readonly format: TileFormat;
}

/** What decides the colours of value tiles. */
type Look = Pick<TileTask, 'layer' | 'scale' | 'years'>;

const EMPTY: Look = { layer: 'ndvi', scale: 1, years: null };
const YEAR_CLASSES = new Map(
  Object.entries(YEAR_CLASS_COLOURS).map(([name, rgb]) => [YEAR_CLASS[name as YearClassName], rgb] as const),
);
const MAX_OPEN_FILES = 32;
const CACHE_BYTES = 96 * 2 ** 20;

/** What a child keeps between tiles. */
const openFiles = createLayerFiles({ maxFiles: MAX_OPEN_FILES, cacheBytes: CACHE_BYTES });
const palettes = new Map<string, Palette>();

/** Draws a tile of a layer from its files. Errors: see `LayerFiles.open` and `readWindow`. */
export async function renderLayerTile(task: TileTask, report: (note: TaskNote) => void): Promise<Rendered> {
  const values = await sampleLayerTile(task, openFiles, report);
  const encoding = task.format === 'bin' ? 'gzip' : null;
  if (!values.valid.includes(1)) return { bytes: await emptyTile(task.format), encoding };
  if (task.layer !== 'true-color') {
    const bytes = await encodeValues(values.bands[0] as Int16Array, paletteOf(task), task.format);
    return { bytes, encoding };
  }
  if (task.format === 'bin') throw new RangeError('True-colour layers have no value tiles.');
  const rgba = joinColours(values.bands as Uint8Array[], values.valid);
  return { bytes: await encodeColours(rgba, task.format), encoding };
}

/** What any tile without data looks like in a format: the same bytes for all layers. */
function emptyTile(format: TileFormat): Promise<Uint8Array> {
  return encodeValues(new Int16Array(TILE_PX).fill(TILE_NODATA), paletteOf(EMPTY), format);
}

/** The pixels of a tile before they are encoded: stored int16 numbers, or red, green and blue. */
export async function sampleLayerTile(
  task: TileTask,
  files: LayerFiles,
  report: (note: TaskNote) => void,
): Promise<TileValues> {
  const isColour = task.layer === 'true-color';
  const target = isColour ? colourValues() : storedValues();
  for (const file of task.files) {
    report({ file: file.path });
    await sampleFile(await files.open(file), { tile: task.tile, isSmooth: isColour, target });
    if (!target.valid.includes(0)) break;
  }
  return target;
}

/**
 * Fills the pixels of a tile that have no value yet from one file, at the level that suits the zoom: bilinear where
 * `isSmooth`, else each pixel takes the cell that its centre lies in.
 */
export async function sampleFile(
  layer: OpenLayer,
  { tile, isSmooth, target }: { tile: TileAddress; isSmooth: boolean; target: TileValues },
): Promise<void> {
  const level = levelOf(layer, tile);
  if (level === null) return;
  const positions = projectTile(tile, layer.grids[level]!, TILE_SIDE_PX);
  if (positions.window === null) return;
  const cells = await readCells(layer, level, positions.window);
  if (isSmooth) sampleBilinear(positions, cells, target);
  else sampleNearest(positions, cells, target);
}

function storedValues(): TileValues {
  return { bands: [new Int16Array(TILE_PX).fill(TILE_NODATA)], valid: new Uint8Array(TILE_PX) };
}

function colourValues(): TileValues {
  return { bands: Array.from({ length: 3 }, () => new Uint8Array(TILE_PX)), valid: new Uint8Array(TILE_PX) };
}

/** The coarsest level that still has a cell for every pixel of the tile; null where the tile shows none of the file. */
function levelOf({ cog, grids }: OpenLayer, tile: TileAddress): number | null {
  const full = grids[0]!;
  const cells = cellsPerPixel(tile, full, TILE_SIDE_PX);
  return cells === null ? null : chooseLevel(cog.header, cells * full.transform[0]);
}

async function readCells({ cog }: OpenLayer, level: number, window: Window): Promise<Cells> {
  const samples = Array.from({ length: cog.header.samplesPerPixel }, (_, sample) => sample);
  const read = [];
  for (const sample of samples) read.push(await readWindow(cog, { level, window, sample }));
  const valid = read[0]!.valid;
  // A colour is nodata when all its samples are: a pure red is not.
  for (const other of read.slice(1)) for (let i = 0; i < valid.length; i++) valid[i]! |= other.valid[i]!;
  return { window, bands: read.map(({ data }) => data), valid };
}

function paletteOf(look: Look): Palette {
  const { layer, scale, years } = look;
  const key = `${layer} ${scale} ${years}`;
  const known = palettes.get(key) ?? makePalette(look);
  palettes.set(key, known);
  return known;
}

function makePalette({ layer, scale, years }: Look): Palette {
  if (layer === 'year-class') return createClassPalette(YEAR_CLASSES);
  if (layer === 'true-color') throw new RangeError('True colour has no palette.');
  return layerValue(layer) === 'day' && years
    ? createYearPalette(RAMPS[layer], years)
    : createPalette(RAMPS[layer], scale);
}
