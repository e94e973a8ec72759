import { inputError } from '../../shared/errors.ts';
import { type Grid, gridOfWindow, intersectWindows, type Window } from '../../shared/grid.ts';
import type { PixelArray, Raster } from '../../shared/raster.ts';
import { readWindow } from '../cog/read.ts';
import { type CoverGroup, groupOfClass, isUnprotected } from '../eligibility/classes.ts';
import { regrid, windowForTarget } from '../raster/regrid.ts';
import type { OpenLayer } from './eligibility-layers.ts';

/** Cells of a window of a layer's own grid. */
export interface LayerCells {
  readonly data: PixelArray;
  readonly valid: Uint8Array;
}

/** Stored numbers as the item means them. */
export async function readStored({ cog, statement }: OpenLayer, window: Window): Promise<LayerCells> {
  // A file without a nodata tag of its own still has the one its item states.
  const nodata = cog.header.nodata ?? statement.nodata;
  return readWindow(cog, { level: 0, window, sample: 0, nodata });
}

/** Percent of tree cover of a layer's cells; what is beyond 0 to 100 is not valid. */
export async function readCover(layer: OpenLayer, window: Window): Promise<LayerCells> {
  const { data: stored, valid } = await readStored(layer, window);
  const { scale, offset } = layer.statement;
  const times = percentPerUnit(layer);
  const data = new Float32Array(stored.length);
  for (let i = 0; i < data.length; i++) {
    const cover = (stored[i]! * scale + offset) * times;
    // A hair beyond is rounding: 0.3 as 3000 × 0.0001 is a trace above 30 %.
    data[i] = Math.round(cover * 1e4) / 1e4;
    if (!(cover >= -0.01 && cover <= 100.01)) valid[i] = 0;
  }
  return { data, valid };
}

function percentPerUnit({ statement: { unit, scale }, cog, path }: OpenLayer): number {
  if (unit === '%' || unit === 'percent') return 1;
  if (unit === '1' || unit === 'fraction') return 100;
  if (unit === null && scale === 1 && cog.header.dataType === 'uint8') return 1;
  throw inputError(
    'E_LAYERS_UNIT',
    `${path} holds tree cover in ${unit ?? 'a unit that is not stated'}; "%" or "1" (a fraction) is wanted in raster:bands of the STAC item beside it.`,
    path,
  );
}

/** Percent of tree cover of the given layers on another grid; the first that knows a cell says what it is. */
export async function readCoverOn(layers: readonly OpenLayer[], target: Grid): Promise<LayerCells> {
  const size = target.widthPx * target.heightPx;
  const out = { data: new Float32Array(size), valid: new Uint8Array(size) };
  for (const layer of layers) {
    if (!out.valid.includes(0)) break;
    const { widthPx, heightPx } = layer.grid;
    const window = intersectWindows(windowForTarget(layer.grid, target), { col: 0, row: 0, widthPx, heightPx });
    if (window === null) continue;
    const own: Raster = {
      quantity: 'fraction',
      grid: gridOfWindow(layer.grid, window),
      ...(await readCover(layer, window)),
    };
    const there = regrid(own, target);
    for (let i = 0; i < size; i++) {
      if (out.valid[i] === 1 || there.valid[i] === 0) continue;
      out.data[i] = there.data[i]!;
      out.valid[i] = 1;
    }
  }
  return out;
}

/** ESA WorldCover is given out without names in its files. */
const WORLDCOVER: readonly (readonly [number, string])[] = [
  [10, 'tree cover'],
  [20, 'shrubland'],
  [30, 'grassland'],
  [40, 'cropland'],
  [50, 'built-up'],
  [60, 'bare and sparse vegetation'],
  [70, 'snow and ice'],
  [80, 'permanent water bodies'],
  [90, 'herbaceous wetland'],
  [95, 'mangroves'],
  [100, 'moss and lichen'],
];

export interface CoverLegend {
  /** Group of each stored number. */
  readonly groups: ReadonlyMap<number, CoverGroup>;
  /** Names whose meaning is not known here. */
  readonly unknown: readonly string[];
}

/** The groups of a land-cover raster by its class names. Errors (input): `E_LAYERS_CLASSES` where it has none. */
export function legendOf({ statement, path }: OpenLayer): CoverLegend {
  const classes = statement.classes.size === 0 && /worldcover/i.test(path) ? new Map(WORLDCOVER) : statement.classes;
  if (classes.size === 0)
    throw inputError(
      'E_LAYERS_CLASSES',
      `${path} does not say what its classes mean: classification:classes is wanted in the STAC item beside it.`,
      path,
    );
  const groups = new Map<number, CoverGroup>();
  const unknown: string[] = [];
  for (const [value, name] of classes) {
    const group = groupOfClass(name);
    if (group === null) unknown.push(name);
    else groups.set(value, group);
  }
  return { groups, unknown };
}

/** 1 where a raster of protected areas says that ground is protected. */
export function protectedBins({ statement }: OpenLayer, stored: PixelArray): Uint8Array {
  const { classes } = statement;
  return Uint8Array.from(stored, (value) => (isUnprotected(value, classes.get(value) ?? null) ? 0 : 1));
}
