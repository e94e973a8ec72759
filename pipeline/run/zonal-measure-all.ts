import type { createProgress } from '../queue/progress.ts';
import type { Histogram, Interval } from '../raster/histogram.ts';
import type { PackedShapes } from '../raster/shapes.ts';
import { runPass, type ZonalMachine } from './zonal-pass.ts';
import { planPass, type ZonalPlan } from './zonal-plan.ts';
import {
  BATCH_CELLS,
  batchParcels,
  type HeldSamples,
  holdSamples,
  narrowQuantiles,
  quantilesOfHeld,
  type WeighValues,
} from './zonal-quantiles.ts';
import type { ZonalRaster } from './zonal-raster.ts';
import type { ZonalStat } from './zonal-stats.ts';
import type { Extra, HistogramResult, MeasureResult } from './zonal-task.ts';
import { addResult, createTotals, figuresOf, type ZonalFigures, type ZonalTotals } from './zonal-totals.ts';

type Progress = ReturnType<typeof createProgress>;

export interface Measured {
  readonly totals: ZonalTotals;
  readonly quantiles: ReadonlyMap<number, readonly number[]>;
}

/**
 * Measures all parcels: one pass over the blocks they touch, or with quantiles one for each batch of neighbours.
 * @param startProgress is told how many groups of blocks there are to read, before the first
 */
export async function measureAll(
  machine: Omit<ZonalMachine, 'progress'>,
  shapes: PackedShapes,
  stats: readonly ZonalStat[],
  startProgress: (total: number) => Progress,
): Promise<Measured> {
  const { level, layout } = machine.raster;
  const image = { level, layout };
  const ps = stats.flatMap((stat) => (stat.kind === 'quantile' ? [stat.p] : []));
  const { batches, large } = divideParcels(machine.raster, shapes, ps.length > 0);
  const plans = [...batches, large].map((parcels) => planPass(shapes, parcels, image));
  const progress = startProgress(plans.reduce((sum, { groups }) => sum + groups.length, 0));
  const totals = createTotals(shapes.parcelRingEnds.length);
  const quantiles = new Map<number, number[]>();
  for (const [at, plan] of plans.entries()) {
    const held: HeldSamples = new Map();
    await measurePass(
      { ...machine, progress },
      { shapes, plan, extras: extrasOf(stats, at < batches.length) },
      (result, from) => {
        addResult(totals, plan, from, result);
        holdSamples(held, plan, from, result);
      },
    );
    quantilesOfHeld(held, ps, quantiles);
  }
  progress.finish();
  for (const parcel of ps.length === 0 ? [] : large) {
    const found = await narrowParcel(
      machine,
      { shapes, parcel, figures: figuresOf(totals, parcel) },
      ps,
      startProgress,
    );
    if (found !== null) quantiles.set(parcel, found);
  }
  return { totals, quantiles };
}

/** Batches of neighbours whose values can be held for quantiles, and all others. */
function divideParcels({ level, layout }: ZonalRaster, shapes: PackedShapes, withQuantiles: boolean) {
  const all = Array.from({ length: shapes.parcelRingEnds.length }, (_, parcel) => parcel);
  if (!withQuantiles) return { batches: [], large: all };
  const groupSize = {
    widthPx: layout.blocksAcross * level.blockWidthPx,
    heightPx: layout.blocksDown * level.blockHeightPx,
  };
  return batchParcels(shapes, layout, groupSize, BATCH_CELLS);
}

/** Quantiles of a parcel whose values are too many to be held; null without a valid cell. */
async function narrowParcel(
  machine: Omit<ZonalMachine, 'progress'>,
  { shapes, parcel, figures }: { shapes: PackedShapes; parcel: number; figures: ZonalFigures },
  ps: readonly number[],
  startProgress: (total: number) => Progress,
): Promise<number[] | null> {
  const { count, min, max } = figures;
  if (min === null || max === null) return null;
  const { level, layout } = machine.raster;
  const plan = planPass(shapes, [parcel], { level, layout });
  const weigh: WeighValues = async (intervals, add) => {
    const progress = startProgress(plan.groups.length);
    await weighPass({ ...machine, progress }, { shapes, plan, intervals }, add);
    progress.finish();
  };
  return narrowQuantiles({ count, min, max }, ps, weigh);
}

/** What of the image each task names. */
function subjectOf({ grid, sample, sentinel, version }: ZonalRaster) {
  return { grid, sample, sentinel, version };
}

function arraysOf({ groups, pairEnds, parcels }: ZonalPlan) {
  return { groups, pairEnds, parcels };
}

function measurePass(
  machine: ZonalMachine,
  { shapes, plan, extras }: { shapes: PackedShapes; plan: ZonalPlan; extras: readonly Extra[] },
  take: (result: MeasureResult, from: number) => void,
): Promise<void> {
  const isFloat32 = !['float64', 'int32', 'uint32'].includes(machine.raster.header.dataType);
  const common = { shapes, extras, isFloat32, plan: arraysOf(plan), ...subjectOf(machine.raster) };
  return runPass(machine, plan, (task, fetched) => ({ kind: 'measure', ...common, ...task, fetched }), take);
}

function weighPass(
  machine: ZonalMachine,
  { shapes, plan, intervals }: { shapes: PackedShapes; plan: ZonalPlan; intervals: readonly Interval[] },
  add: (part: readonly Histogram[]) => void,
): Promise<void> {
  const common = { shapes, intervals, plan: arraysOf(plan), ...subjectOf(machine.raster) };
  return runPass<HistogramResult>(
    machine,
    plan,
    (task, fetched) => ({ kind: 'histogram', ...common, ...task, fetched }),
    ({ histograms }) => add(histograms),
  );
}

function extrasOf(stats: readonly ZonalStat[], withSamples: boolean): Extra[] {
  const extras: Extra[] = withSamples ? ['samples'] : [];
  if (stats.some(({ name }) => name === 'area_ha')) extras.push('area');
  if (stats.some(({ kind }) => kind === 'classes')) extras.push('classes');
  return extras;
}
