import type { Grid, Window } from '../shared/grid.ts';
import type { LayerKind } from '../shared/result.ts';
import {
  type ComparedPeriod,
  FRACTION_NODATA,
  FRACTION_SCALE,
  type LayerData,
  type LayerPeriod,
  type UnitLayer,
} from './layer-forms.ts';
import {
  hasColours,
  type MonitorParams,
  type Plan,
  type PlannedAcquisition,
  type PlannedScene,
  type Unit,
} from './plan.ts';
import { computeComposite } from './raster/composite.ts';
import { computeTreeCover } from './raster/treecover.ts';
import { type ReadBand, readColour, type ScenePixels } from './scene-pixels.ts';

/** The clear observations of a chunk, period by period, until they are composited. */
export interface Stack {
  readonly window: Window;
  readonly gridIndex: number;
  readonly dates: Readonly<Record<ComparedPeriod, StackedDate[]>>;
}

/** Which scene each pixel came from. */
interface Origins {
  readonly scenes: readonly number[];
  readonly sceneOf: Uint8Array;
}

interface StackedDate {
  /** NDVI × 10,000. */
  readonly ndvi: Int16Array;
  readonly clear: Uint8Array;
  /** Null where no scene of the date has colours. */
  readonly colours: Colours | null;
}

type Rgb = readonly [red: Uint8Array, green: Uint8Array, blue: Uint8Array];

interface Colours {
  /** Display values. */
  readonly rgb: Rgb;
  /** 1 where the pixel is clear and has all three. */
  readonly valid: Uint8Array;
}

/** Takes an error of one scene's colours, or throws it on. */
export type ReportColours = (scene: number, error: unknown) => void;

export function createStack(unit: Unit): Stack {
  return { window: unit.window, gridIndex: unit.gridIndex, dates: { baseline: [], period: [] } };
}

/**
 * Adds one in-season acquisition; pixels come from the scene that gave the NDVI, colours from the same scene. Colours are
 * for the eye: where they are missing or broken the date's NDVI counts all the same.
 */
export async function stackAcquisition(
  stack: Stack,
  plan: Plan,
  acquisition: PlannedAcquisition,
  pixels: ScenePixels & Origins,
  read: ReadBand,
  report: ReportColours,
): Promise<void> {
  const { clear } = pixels;
  if (!clear.includes(1)) return;
  const ndvi = new Int16Array(clear.length);
  for (let i = 0; i < ndvi.length; i += 1) ndvi[i] = Math.round(pixels.ndvi[i]! / FRACTION_SCALE);
  const colours = plan.hasColour ? await readColours(stack, plan, pixels, read, report) : null;
  stack.dates[acquisition.inBaseline ? 'baseline' : 'period'].push({ ndvi, clear, colours });
}

async function readColours(
  stack: Stack,
  plan: Plan,
  pixels: ScenePixels & Origins,
  read: ReadBand,
  report: ReportColours,
): Promise<Colours | null> {
  const { clear, scenes, sceneOf } = pixels;
  let merged: Rgb | null = null;
  for (const [rank, scene] of scenes.entries()) {
    const planned = plan.scenes[scene]!;
    if (!hasColours(planned.scene)) continue;
    try {
      const rgb = await readRgb(planned, stack, read);
      if (scenes.length === 1) merged = rgb;
      else merged = mergeRgb(merged, rgb, (i) => sceneOf[i] === rank);
    } catch (error) {
      report(scene, error);
    }
  }
  return merged && { rgb: merged, valid: colourMask(clear, merged) };
}

async function readRgb(planned: PlannedScene, { window }: Stack, read: ReadBand): Promise<Rgb> {
  const { red, green, blue } = planned.scene.bands;
  return [
    await readColour(planned, red!, window, read),
    await readColour(planned, green!, window, read),
    await readColour(planned, blue!, window, read),
  ];
}

function mergeRgb(merged: Rgb | null, rgb: Rgb, isFrom: (pixel: number) => boolean): Rgb {
  const n = rgb[0].length;
  const target: Rgb = merged ?? [new Uint8Array(n), new Uint8Array(n), new Uint8Array(n)];
  for (let i = 0; i < n; i += 1) {
    if (!isFrom(i)) continue;
    for (const band of [0, 1, 2] as const) target[band][i] = rgb[band][i]!;
  }
  return target;
}

/** Shares `clear` where it says the same, as nearly always, so that a stack holds no further array for each date. */
function colourMask(clear: Uint8Array, [red, green, blue]: Rgb): Uint8Array {
  let valid: Uint8Array | null = null;
  for (let i = 0; i < clear.length; i += 1) {
    if (clear[i] === 0 || (red[i] !== 0 && green[i] !== 0 && blue[i] !== 0)) continue;
    valid ??= clear.slice();
    valid[i] = 0;
  }
  return valid ?? clear;
}

/**
 * The layers of the chunk that need its stack; the others follow from these (`deriveLayer`). A pixel needs `minClear`
 * clear dates in a period to have a value there.
 */
export function compositeUnit(stack: Stack, plan: Plan): UnitLayer[] {
  return (['baseline', 'period'] as const).flatMap((period) => {
    const { ndvi, counts } = compositeNdvi(stack, period, plan.params);
    const layers: UnitLayer[] = [
      { kind: 'ndvi', period, data: ndvi },
      { kind: 'clear-count', period, data: counts },
    ];
    return plan.hasColour ? [...layers, { kind: 'true-color', period, data: compositeColour(stack, period) }] : layers;
  });
}

/**
 * Any layer of a chunk from the ones that `compositeUnit` made; null where those are missing.
 * @param table from `coverTable`
 */
export function deriveLayer(
  kind: LayerKind,
  period: LayerPeriod,
  table: Int16Array,
  stored: (kind: LayerKind, period: LayerPeriod) => LayerData | null,
): LayerData | null {
  if (kind !== 'cover' && kind !== 'change') return stored(kind, period);
  const cover = (of: ComparedPeriod) => {
    // A calibrated model needs the series: its cover was predicted in the unit.
    const predicted = stored('cover', of);
    if (predicted) return predicted as Int16Array;
    const ndvi = stored('ndvi', of);
    return ndvi && coverOf(ndvi as Int16Array, table);
  };
  if (kind === 'cover') return cover(period as ComparedPeriod);
  const baseline = cover('baseline');
  const monitored = cover('period');
  return baseline && monitored && changeOf(baseline, monitored);
}

function compositeNdvi(stack: Stack, period: ComparedPeriod, params: MonitorParams) {
  const dates = stack.dates[period];
  const n = stack.window.widthPx * stack.window.heightPx;
  const ndvi = new Int16Array(n).fill(FRACTION_NODATA);
  if (dates.length === 0) return { ndvi, counts: new Uint16Array(n) };
  const { data, valid, count } = computeComposite(
    dates.map((date) => date.ndvi),
    dates.map((date) => date.clear),
    params.composite,
    params.minClear,
  );
  for (let i = 0; i < n; i += 1) if (valid[i]) ndvi[i] = Math.round(data[i]!);
  return { ndvi, counts: count };
}

function coverOf(ndvi: Int16Array, table: Int16Array): Int16Array {
  const last = table.length - 1;
  const out = new Int16Array(ndvi.length);
  for (let i = 0; i < ndvi.length; i += 1) {
    const stored = ndvi[i]!;
    // Beyond the table is beyond [−1, 1]: its end is the answer there, never an invented 0.
    const entry = Math.min(last, Math.max(0, stored + NDVI_LIMIT));
    out[i] = stored === FRACTION_NODATA ? FRACTION_NODATA : table[entry]!;
  }
  return out;
}

/** NDVI of 1 as it is stored. */
const NDVI_LIMIT = 10_000;

/** Stored cover for each of the 20,001 numbers that a stored NDVI can be, from −1 on. */
export function coverTable({ ndviSoil, ndviVegetation }: MonitorParams): Int16Array {
  const size = 2 * NDVI_LIMIT + 1;
  const data = new Float32Array(size);
  for (let i = 0; i < size; i += 1) data[i] = (i - NDVI_LIMIT) * FRACTION_SCALE;
  const grid: Grid = { crs: 'EPSG:4326', transform: [1, 0, 0, 0, -1, 0], widthPx: size, heightPx: 1 };
  const ndvi = { quantity: 'ndvi' as const, grid, data, valid: new Uint8Array(size).fill(1) };
  const cover = computeTreeCover(ndvi, { soilNdvi: ndviSoil, vegetationNdvi: ndviVegetation }).data;
  return Int16Array.from(cover, (fraction) => Math.round(fraction / FRACTION_SCALE));
}

function changeOf(baseline: Int16Array, period: Int16Array): Int16Array {
  const out = new Int16Array(baseline.length).fill(FRACTION_NODATA);
  for (let i = 0; i < out.length; i += 1) {
    if (baseline[i] !== FRACTION_NODATA && period[i] !== FRACTION_NODATA) out[i] = period[i]! - baseline[i]!;
  }
  return out;
}

/** Median of each colour over the clear dates that have colours, pixel-interleaved; 0 where there is none. */
function compositeColour(stack: Stack, period: ComparedPeriod): Uint8Array {
  const dates = stack.dates[period].flatMap(({ colours }) => colours ?? []);
  const n = stack.window.widthPx * stack.window.heightPx;
  const out = new Uint8Array(3 * n);
  if (dates.length === 0) return out;
  for (const band of [0, 1, 2] as const) {
    const { data, valid } = computeComposite(
      dates.map((date) => date.rgb[band]),
      dates.map((date) => date.valid),
      { kind: 'median' },
      1,
    );
    for (let i = 0; i < n; i += 1) if (valid[i]) out[3 * i + band] = Math.max(1, Math.round(data[i]!));
  }
  return out;
}
