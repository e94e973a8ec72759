import { isCanopyError } from '../shared/errors.ts';
import type { Grid, Window } from '../shared/grid.ts';
import { gridBbox, intersectWindows, windowOfBbox } from '../shared/grid.ts';
import { projectRings } from '../shared/transform.ts';
import { createSeriesStack, judgeStack, pushSeries } from './change-unit.ts';
import { compositeUnit, createStack, type ReportColours, stackAcquisition } from './composite-unit.ts';
import { type Ground, invalidGround, measureGround, outsideOf } from './ground.ts';
import type { UnitLayer } from './layer-forms.ts';
import {
  areaAt,
  type Plan,
  type PlannedAcquisition,
  type PlannedParcel,
  type PlannedScene,
  type Unit,
} from './plan.ts';
import { cellAreasHa } from './raster/cell-area.ts';
import { coveredHa, sumHa } from './raster/class-area.ts';
import { ringsBbox } from './raster/clip.ts';
import { computeCoverage } from './raster/coverage.ts';
import { collectWeighted, type WeightedValues, weightedQuantiles } from './raster/quantiles.ts';
import { accumulate, type CoveredWindow, emptyStats, indexOf, type ZonalStats } from './raster/zonal.ts';
import { type BurnRatio, type ReadBand, readScenePixels, type ScenePixels } from './scene-pixels.ts';

/** What one unit knows of one observation: all of it, or the share of a parcel that crosses chunks. */
export interface ObservationPart {
  /** Position as `areaAt` takes it, and in plan.acquisitions. */
  readonly parcel: number;
  readonly acquisition: number;
  /** Positions in plan.scenes that gave ground, ascending. */
  readonly scenes: readonly number[];
  readonly validHa: number;
  readonly clearHa: number;
  readonly stats: ZonalStats;
  /** Burn ratio where it was measured; null where it was not asked for. */
  readonly nbr: { readonly ha: number; readonly stats: ZonalStats } | null;
  /** p10, p50, p90 when the unit holds the whole parcel and something is clear. */
  readonly quantiles: readonly number[] | null;
  /** Clear NDVI values and their coverage, kept only where the parcel goes on in another unit. */
  readonly values: Float32Array | null;
  readonly weights: Float64Array | null;
}

/** A scene that could not be read in this unit; its ground counts as not observed. */
export interface UnitProblem {
  readonly scene: number;
  readonly code: string;
  readonly message: string;
}

export interface UnitResult {
  readonly parts: readonly ObservationPart[];
  readonly problems: readonly UnitProblem[];
  readonly layers: readonly UnitLayer[];
}

export const QUANTILES = [0.1, 0.5, 0.9] as const;

interface UnitParcel extends CoveredWindow {
  readonly position: number;
  readonly parcel: PlannedParcel;
  readonly rings: readonly Float64Array[];
  /** Coverage × true ground area of each cell of its window, hectares. */
  readonly cellHa: Float64Array;
  /** Control areas have no quantiles: nothing reads them. */
  readonly hasQuantiles: boolean;
}

interface AcquisitionPixels extends ScenePixels {
  readonly window: Window;
  /** Scenes read, and for each pixel which of them it came from. */
  readonly scenes: readonly number[];
  readonly sceneOf: Uint8Array;
}

/** The recipe for one unit: every acquisition's observation of its parcels, and the composites of its chunk. */
export async function observeUnit(plan: Plan, unit: Unit, read: ReadBand): Promise<UnitResult> {
  const { grid } = plan.grids[unit.gridIndex]!;
  const parcels = unit.parcelPositions.flatMap((position) => prepareParcel(plan, unit, position, grid));
  const problems = new Map<number, UnitProblem>();
  const reportColours = colourReporter(problems);
  const stack = createStack(unit);
  const series = createSeriesStack(unit, plan.change);
  const parts: ObservationPart[] = [];
  for (const [index, acquisition] of plan.acquisitions.entries()) {
    const readOn = acquisitionReader(plan, acquisition, read, problems);
    const pixels = await readOn(unit.gridIndex, unit.window);
    for (const item of parcels) parts.push(await observeParcel(plan, unit, item, index, pixels, readOn));
    if (pixels && acquisition.inSeason && !plan.isChangeOnly)
      await stackAcquisition(stack, plan, acquisition, pixels, read, reportColours);
    if (pixels && series) pushSeries(series, index, pixels);
  }
  return {
    parts,
    problems: [...problems.values()].sort((a, b) => a.scene - b.scene),
    layers: [...(plan.isChangeOnly ? [] : compositeUnit(stack, plan)), ...(series ? judgeStack(series, plan) : [])],
  };
}

/** What a scene's colours cost when they cannot be read: a problem of the unit, no more. */
function colourReporter(problems: Map<number, UnitProblem>): ReportColours {
  return (scene, error) => {
    if (!isCanopyError(error) || error.kind !== 'input') throw error;
    if (!problems.has(scene)) problems.set(scene, { scene, code: error.code, message: error.message });
  };
}

function prepareParcel(plan: Plan, unit: Unit, position: number, grid: Grid): UnitParcel[] {
  const parcel = areaAt(plan, position);
  const rings = projectRings(
    parcel.rings.map((ring) => Float64Array.from(ring)),
    grid.crs,
  );
  const bbox = ringsBbox(rings);
  const whole = bbox && windowOfBbox(grid, bbox);
  const window = whole && intersectWindows(whole, unit.window);
  if (!window) return [];
  const covered = { window, coverage: computeCoverage(rings, grid, window) };
  const hasQuantiles = position < plan.parcels.length;
  return [{ position, parcel, rings, ...covered, cellHa: coveredHa(covered, cellAreasHa(grid)), hasQuantiles }];
}

/** One acquisition on any grid: the scenes of that grid in order, the first with valid data wins each pixel. */
function acquisitionReader(
  plan: Plan,
  acquisition: PlannedAcquisition,
  read: ReadBand,
  problems: Map<number, UnitProblem>,
): (gridIndex: number, window: Window) => Promise<AcquisitionPixels | null> {
  return async (gridIndex, window) => {
    let merged: AcquisitionPixels | null = null;
    for (const scene of acquisition.sceneIndexes) {
      const planned = plan.scenes[scene]!;
      if (planned.gridIndex !== gridIndex) continue;
      const pixels = await readOrReport(planned, scene, window, plan, read, problems);
      if (pixels) merged = mergePixels(merged, pixels, window, scene);
    }
    return merged;
  };
}

async function readOrReport(
  planned: PlannedScene,
  scene: number,
  window: Window,
  plan: Plan,
  read: ReadBand,
  problems: Map<number, UnitProblem>,
): Promise<ScenePixels | null> {
  try {
    return await readScenePixels(planned, window, plan.params, read);
  } catch (error) {
    if (!isCanopyError(error) || error.kind !== 'input') throw error;
    problems.set(scene, { scene, code: error.code, message: error.message });
    return null;
  }
}

function mergePixels(
  merged: AcquisitionPixels | null,
  pixels: ScenePixels,
  window: Window,
  scene: number,
): AcquisitionPixels {
  if (!merged) return { ...pixels, window, scenes: [scene], sceneOf: new Uint8Array(pixels.observed.length) };
  const rank = merged.scenes.length;
  // A scene that has no burn index leaves its pixels without one.
  const n = merged.observed.length;
  const nbr = merged.nbr ?? (pixels.nbr && { data: new Float32Array(n), valid: new Uint8Array(n) });
  for (let i = 0; i < pixels.observed.length; i += 1) {
    if (merged.observed[i] || !pixels.observed[i]) continue;
    merged.observed[i] = 1;
    merged.clear[i] = pixels.clear[i]!;
    merged.ndvi[i] = pixels.ndvi[i]!;
    merged.sceneOf[i] = rank;
    if (!nbr) continue;
    nbr.data[i] = pixels.nbr ? pixels.nbr.data[i]! : 0;
    nbr.valid[i] = pixels.nbr ? pixels.nbr.valid[i]! : 0;
  }
  return { ...merged, nbr, scenes: [...merged.scenes, scene] };
}

/** Running sums of one observation while its ground is walked. */
interface Tally {
  readonly scenes: Set<number>;
  validHa: number;
  clearHa: number;
  stats: ZonalStats;
  nbr: { ha: number; stats: ZonalStats } | null;
  readonly weighted: WeightedValues[];
}

async function observeParcel(
  plan: Plan,
  unit: Unit,
  item: UnitParcel,
  acquisition: number,
  pixels: AcquisitionPixels | null,
  readOn: (gridIndex: number, window: Window) => Promise<AcquisitionPixels | null>,
): Promise<ObservationPart> {
  const tally: Tally = { scenes: new Set(), validHa: 0, clearHa: 0, stats: emptyStats(), nbr: null, weighted: [] };
  const { grid } = plan.grids[unit.gridIndex]!;
  if (pixels) addGround(tally, item, item, pixels);
  const rest = remainder(unit, item, pixels, grid);
  await measureGround(rest, item.parcel.gridOrder.slice(1), plan.grids, readOn, (gridIndex, covered, surface) => {
    const cellHa = coveredHa(covered, cellAreasHa(plan.grids[gridIndex]!.grid));
    addGround(tally, covered, { cellHa, hasQuantiles: item.hasQuantiles }, surface);
  });
  const isWhole = item.parcel.unitIndexes.length === 1;
  const { values, weights } = joinWeighted(tally.weighted);
  return {
    parcel: item.position,
    acquisition,
    scenes: [...tally.scenes].sort((a, b) => a - b),
    validHa: tally.validHa,
    clearHa: tally.clearHa,
    stats: tally.stats,
    nbr: tally.nbr,
    quantiles: isWhole && values.length > 0 ? weightedQuantiles(values, weights, QUANTILES) : null,
    values: isWhole ? null : values,
    weights: isWhole ? null : weights,
  };
}

/** What of a parcel this unit must look for on other grids: cells without data, and in the first unit what lies outside. */
function remainder(unit: Unit, item: UnitParcel, pixels: AcquisitionPixels | null, grid: Grid): Ground {
  const { parcel, rings } = item;
  if (parcel.gridOrder.length === 1) return { crs: grid.crs, rings: [] };
  const inside = invalidGround(rings, grid, item, pixels);
  const isHome = parcel.unitIndexes[0] === unit.index;
  const outside = isHome ? outsideOf(rings, gridBbox(grid)) : [];
  return { crs: grid.crs, rings: [...inside, ...outside] };
}

function addGround(
  tally: Tally,
  covered: CoveredWindow,
  { cellHa, hasQuantiles }: Pick<UnitParcel, 'cellHa' | 'hasQuantiles'>,
  pixels: AcquisitionPixels,
): void {
  const { window, observed, clear, ndvi } = pixels;
  const validHa = sumHa(covered, cellHa, { window, valid: observed });
  if (validHa === 0) return;
  tally.validHa += validHa;
  noteScenes(tally.scenes, covered, pixels);
  const cells = { window, values: ndvi, valid: clear };
  tally.clearHa += sumHa(covered, cellHa, cells);
  tally.stats = accumulate(tally.stats, covered, cells);
  if (hasQuantiles) tally.weighted.push(collectWeighted(covered, cells));
  if (pixels.nbr) addNbr(tally, covered, cellHa, { window, nbr: pixels.nbr });
}

function addNbr(
  tally: Tally,
  covered: CoveredWindow,
  cellHa: Float64Array,
  { window, nbr }: { readonly window: Window; readonly nbr: BurnRatio },
): void {
  const { data: values, valid } = nbr;
  const before = tally.nbr ?? { ha: 0, stats: emptyStats() };
  tally.nbr = {
    ha: before.ha + sumHa(covered, cellHa, { window, valid }),
    stats: accumulate(before.stats, covered, { window, values, valid }),
  };
}

/** Which scenes gave ground to the covered cells. */
function noteScenes(noted: Set<number>, { window, coverage }: CoveredWindow, pixels: AcquisitionPixels): void {
  if (pixels.scenes.length === 1) {
    noted.add(pixels.scenes[0]!);
    return;
  }
  for (let row = 0; row < window.heightPx; row += 1) {
    const at = indexOf(pixels.window, window, row);
    for (let col = 0; col < window.widthPx; col += 1) {
      if (coverage[row * window.widthPx + col]! > 0 && pixels.observed[at + col])
        noted.add(pixels.scenes[pixels.sceneOf[at + col]!]!);
    }
  }
}

export function joinWeighted(parts: readonly WeightedValues[]): WeightedValues {
  if (parts.length === 1) return parts[0]!;
  const length = parts.reduce((total, part) => total + part.values.length, 0);
  const joined = { values: new Float32Array(length), weights: new Float64Array(length) };
  let at = 0;
  for (const { values, weights } of parts) {
    joined.values.set(values, at);
    joined.weights.set(weights, at);
    at += values.length;
  }
  return joined;
}
