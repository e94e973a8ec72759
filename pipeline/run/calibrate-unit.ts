import { writeFile } from 'node:fs/promises';
import { type Grid, gridBbox, gridOfWindow, type Window } from '../../shared/grid.ts';
import { computeCoverFeatures, type FeatureRules } from '../change/cover-features.ts';
import { MISSING_NDVI, type NdviStack } from '../change/season-features.ts';
import type { Plan, PlannedAcquisition } from '../plan.ts';
import { type ReadBand, readScenePixels } from '../scene-pixels.ts';
import { dayOf } from '../season.ts';
import { openReference, type ReferenceSource, type ReferenceTally, readReference } from './calibrate-reference.ts';

/** One chunk of one grid: its pixels that have a reference, as samples in a file. */
export interface CalibrateTask {
  readonly unit: number;
  readonly reference: ReferenceSource;
  readonly rules: FeatureRules;
  readonly thinning: Thinning;
  /** Sides of a ground block in CRS units. */
  readonly block: { readonly width: number; readonly height: number };
  /** Where the samples go. */
  readonly path: string;
}

/** Which pixels are kept, where there are more than a fit needs: a lot drawn from seed and place. */
export interface Thinning {
  readonly seed: number;
  /** 0..1. */
  readonly share: number;
}

export interface CalibrateAnswer {
  readonly samples: number;
  readonly tally: ReferenceTally;
}

/**
 * A sample in its file, float32 of this machine: column and row of its ground block, cover (fraction), then the stored
 * numbers of dry P10, P25, P50, wet P90, amplitude and phase. All whole numbers are below 2^24, so that they are exact.
 */
export const SAMPLE_FIELDS = 9;

/** Reads reference and scenes of a chunk and writes its samples, row by row of the grid. */
export async function sampleUnit(plan: Plan, task: CalibrateTask, read: ReadBand): Promise<CalibrateAnswer> {
  const { gridIndex, window } = plan.units[task.unit]!;
  const { grid } = plan.grids[gridIndex]!;
  const chunk = gridOfWindow(grid, window);
  const cog = await openReference(task.reference.path);
  const reference = await readReference(cog, task.reference, chunk).finally(() => cog.source.close());
  const isTaken = takenBefore(plan, gridIndex);
  const { valid, cover } = reference;
  for (let i = 0; i < valid.length; i += 1) {
    const [col, row] = [window.col + (i % window.widthPx), window.row + Math.floor(i / window.widthPx)];
    if (valid[i] && (isTaken(col, row) || !isDrawn(task.thinning, gridIndex, col, row))) valid[i] = 0;
  }
  const crop = boundsOf(valid, window);
  if (crop === null) {
    await writeFile(task.path, new Uint8Array(0));
    return { samples: 0, tally: reference.tally };
  }
  const stack = await readStack(plan, gridIndex, crop, read);
  const samples = collectSamples({ plan, task, stack, crop, window, valid, cover });
  await writeFile(task.path, samples);
  return { samples: samples.length / SAMPLE_FIELDS, tally: reference.tally };
}

/** Ground that an earlier grid of the same CRS shows as well is that grid's: no ground counts twice. */
function takenBefore({ grids }: Plan, gridIndex: number): (col: number, row: number) => boolean {
  const { crs, transform } = grids[gridIndex]!.grid;
  const boxes = grids.slice(0, gridIndex).flatMap(({ grid }) => (grid.crs === crs ? [gridBbox(grid)] : []));
  return (col, row) => {
    const x = transform[2] + transform[0] * (col + 0.5);
    const y = transform[5] + transform[4] * (row + 0.5);
    return boxes.some(([x0, y0, x1, y1]) => x >= x0 && x < x1 && y > y0 && y <= y1);
  };
}

function isDrawn({ seed, share }: Thinning, gridIndex: number, col: number, row: number): boolean {
  return share >= 1 || hashPlace([seed, gridIndex, col, row]) < share;
}

/** [0, 1) from whole numbers, each mixed in by the finaliser of MurmurHash3 (Appleby, public domain). */
function hashPlace(numbers: readonly number[]): number {
  let h = 0x9e3779b9;
  for (const number of numbers) {
    h = Math.imul(h ^ number, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
  }
  return (h >>> 0) / 2 ** 32;
}

/** The smallest window of the grid that holds all wanted pixels; null where there are none. */
function boundsOf(wanted: Uint8Array, window: Window): Window | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < wanted.length; i += 1) {
    if (!wanted[i]) continue;
    const [col, row] = [i % window.widthPx, Math.floor(i / window.widthPx)];
    [left, right, top, bottom] = [Math.min(left, col), Math.max(right, col), Math.min(top, row), Math.max(bottom, row)];
  }
  if (right < left) return null;
  const corner = { col: window.col + left, row: window.row + top };
  return { ...corner, widthPx: right - left + 1, heightPx: bottom - top + 1 };
}

/** The clear NDVI of a window on every day that its grid was seen; where a day has several acquisitions, their mean. */
async function readStack(plan: Plan, gridIndex: number, window: Window, read: ReadBand): Promise<NdviStack> {
  const onGrid = plan.acquisitions.filter(({ sceneIndexes }) =>
    sceneIndexes.some((scene) => plan.scenes[scene]!.gridIndex === gridIndex),
  );
  const days = [...new Set(onGrid.map(({ datetime }) => dayOf(datetime)))].sort();
  const pixelCount = window.widthPx * window.heightPx;
  const ndvi = new Int16Array(days.length * pixelCount).fill(MISSING_NDVI);
  for (const [slot, day] of days.entries()) {
    const sum = new Float64Array(pixelCount);
    const count = new Uint8Array(pixelCount);
    for (const acquisition of onGrid.filter(({ datetime }) => dayOf(datetime) === day))
      await addAcquisition({ plan, gridIndex, window, sum, count }, acquisition, read);
    for (let i = 0; i < pixelCount; i += 1)
      if (count[i]) ndvi[slot * pixelCount + i] = Math.round((1e4 * sum[i]!) / count[i]!);
  }
  return { pixelCount, days, ndvi };
}

interface DaySums {
  readonly plan: Plan;
  readonly gridIndex: number;
  readonly window: Window;
  readonly sum: Float64Array;
  readonly count: Uint8Array;
}

/** Adds the clear pixels of an acquisition; of its scenes on the grid, the first that observes a pixel counts. */
async function addAcquisition(day: DaySums, { sceneIndexes }: PlannedAcquisition, read: ReadBand): Promise<void> {
  const { plan, gridIndex, window, sum, count } = day;
  const seen = new Uint8Array(sum.length);
  for (const index of sceneIndexes) {
    const planned = plan.scenes[index]!;
    if (planned.gridIndex !== gridIndex) continue;
    const { ndvi, observed, clear } = await readScenePixels(planned, window, plan.params, read);
    for (let i = 0; i < seen.length; i += 1) {
      if (seen[i] || !observed[i]) continue;
      seen[i] = 1;
      if (!clear[i]) continue;
      sum[i]! += ndvi[i]!;
      count[i]! += 1;
    }
  }
}

interface UnitPixels {
  readonly plan: Plan;
  readonly task: CalibrateTask;
  readonly stack: NdviStack;
  readonly crop: Window;
  readonly window: Window;
  readonly valid: Uint8Array;
  readonly cover: Float32Array;
}

/** The wanted pixels that have dry percentiles, row by row. */
function collectSamples({ plan, task, stack, crop, window, valid, cover }: UnitPixels): Float32Array {
  const { grid } = plan.grids[plan.units[task.unit]!.gridIndex]!;
  const features = computeCoverFeatures(stack, plan.params.period, task.rules);
  const samples = new Float32Array(stack.pixelCount * SAMPLE_FIELDS);
  let at = 0;
  for (let i = 0; i < stack.pixelCount; i += 1) {
    const [col, row] = [crop.col + (i % crop.widthPx), crop.row + Math.floor(i / crop.widthPx)];
    const from = (row - window.row) * window.widthPx + col - window.col;
    if (!valid[from] || features.dryP50[i] === MISSING_NDVI) continue;
    const block = blockOf(grid, { col, row }, task.block);
    const { dryP10, dryP25, dryP50, wetP90, amplitude, phase } = features;
    samples.set([block.col, block.row, cover[from]!, dryP10[i]!, dryP25[i]!, dryP50[i]!], at);
    samples.set([wetP90![i]!, amplitude![i]!, phase![i]!], at + 6);
    at += SAMPLE_FIELDS;
  }
  return samples.slice(0, at);
}

/** The ground block that holds a cell's centre: blocks begin at the origin of the CRS, so that grids share them. */
function blockOf(
  { transform }: Grid,
  { col, row }: { col: number; row: number },
  block: CalibrateTask['block'],
): { col: number; row: number } {
  const x = transform[2] + transform[0] * (col + 0.5);
  const y = transform[5] + transform[4] * (row + 0.5);
  return { col: Math.floor(x / block.width), row: Math.floor(y / block.height) };
}
