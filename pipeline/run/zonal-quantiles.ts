import { emptyHistogram, type Histogram, type Interval, mergeHistogram, narrowInterval } from '../raster/histogram.ts';
import { REACHED, weightedQuantiles } from '../raster/quantiles.ts';
import { type PackedShapes, windowOfShape } from '../raster/shapes.ts';
import type { GroupLayout, ZonalPlan } from './zonal-plan.ts';
import type { MeasureResult, Samples } from './zonal-task.ts';

/**
 * Exact quantiles in bounded memory. Parcels up to `BATCH_CELLS` keep their values and are taken in batches of
 * neighbours, each batch one pass over its blocks; a larger parcel keeps only histograms, and its blocks are read again
 * until each quantile is known to the last digit (two or three times).
 */
export interface QuantileBatches {
  readonly batches: readonly (readonly number[])[];
  readonly large: readonly number[];
}

/** 12 bytes each, about half of them covered. */
export const BATCH_CELLS = 6_000_000;

export function batchParcels(
  shapes: PackedShapes,
  layout: GroupLayout,
  groupSize: { readonly widthPx: number; readonly heightPx: number },
  batchCells: number,
): QuantileBatches {
  const parcels = Array.from({ length: shapes.parcelRingEnds.length }, (_, index) => index);
  const cells = (parcel: number) => shapes.windows[4 * parcel + 2]! * shapes.windows[4 * parcel + 3]!;
  const place = (parcel: number) => {
    const { col, row } = windowOfShape(shapes, parcel);
    return Math.floor(row / groupSize.heightPx) * layout.groupCols + Math.floor(col / groupSize.widthPx);
  };
  const places = Float64Array.from(parcels, place);
  const small = parcels.filter((parcel) => cells(parcel) <= batchCells);
  small.sort((a, b) => places[a]! - places[b]! || a - b);
  const batches: number[][] = [];
  let held = Infinity;
  for (const parcel of small) {
    if (held + cells(parcel) > batchCells) {
      batches.push([]);
      held = 0;
    }
    batches.at(-1)!.push(parcel);
    held += cells(parcel);
  }
  return { batches, large: parcels.filter((parcel) => cells(parcel) > batchCells) };
}

/** The values of the parcels of one batch, part after part in the order of the plan. */
export type HeldSamples = Map<number, { values: Samples['values'][]; weights: Float64Array[] }>;

export function holdSamples(held: HeldSamples, plan: ZonalPlan, from: number, { samples }: MeasureResult): void {
  if (samples === null) return;
  const firstPair = from === 0 ? 0 : plan.pairEnds[from - 1]!;
  for (const [pair, end] of samples.ends.entries()) {
    const start = pair === 0 ? 0 : samples.ends[pair - 1]!;
    if (start === end) continue;
    const parcel = plan.parcels[firstPair + pair]!;
    const parts = held.get(parcel) ?? { values: [], weights: [] };
    held.set(parcel, parts);
    parts.values.push(samples.values.subarray(start, end));
    parts.weights.push(samples.weights.subarray(start, end));
  }
}

/** Quantiles of each parcel held, in the order of `ps`. */
export function quantilesOfHeld(held: HeldSamples, ps: readonly number[], into: Map<number, number[]>): void {
  for (const [parcel, parts] of held) {
    const weights = joinFloat64(parts.weights);
    const [first] = parts.values;
    const values = first instanceof Float32Array ? new Float32Array(weights.length) : new Float64Array(weights.length);
    let at = 0;
    for (const part of parts.values) {
      values.set(part, at);
      at += part.length;
    }
    into.set(parcel, weightedQuantiles(values, weights, ps));
  }
}

function joinFloat64(parts: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Weighs the values of one parcel in each interval; reads its blocks once. */
export type WeighValues = (intervals: readonly Interval[], add: (part: readonly Histogram[]) => void) => Promise<void>;

/** Quantiles of one large parcel, whose count and smallest and largest value are known. */
export async function narrowQuantiles(
  known: { readonly count: number; readonly min: number; readonly max: number },
  ps: readonly number[],
  weigh: WeighValues,
): Promise<number[]> {
  const intervals: Interval[] = ps.map(() => [known.min, known.max]);
  for (;;) {
    const open = intervals.filter(([low, high]) => low < high);
    const asked = [...new Map(open.map((interval) => [interval.join(), interval])).values()];
    if (asked.length === 0) return intervals.map(([value]) => value + 0);
    const sums = asked.map(emptyHistogram);
    await weigh(asked, (parts) => {
      for (const [k, part] of parts.entries()) mergeHistogram(sums[k]!, part);
    });
    for (const [k, interval] of intervals.entries()) {
      const at = asked.findIndex(([low, high]) => low === interval[0] && high === interval[1]);
      if (at >= 0) intervals[k] = narrowInterval(sums[at]!, ps[k]! * known.count * REACHED);
    }
  }
}
