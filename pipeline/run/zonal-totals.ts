import { mergePart, PART, PART_LENGTH } from '../raster/zonal-block.ts';
import { MOST_CLASSES, tooManyClasses } from './zonal-extras.ts';
import type { ZonalPlan } from './zonal-plan.ts';
import type { MeasureResult } from './zonal-task.ts';

/** Statistics of all parcels, put together from those of their blocks. */
export interface ZonalTotals {
  /** `PART_LENGTH` numbers for each parcel. */
  readonly parts: Float64Array;
  /** What rounding took from count and area of each parcel (Neumaier 1974): two numbers each. */
  readonly lost: Float64Array;
  /** Hectares by value of each parcel that has any. */
  readonly classHa: Map<number, Map<number, number>>;
  /** Every value that any parcel holds, where classes are counted. */
  readonly classes: Set<number>;
}

export function createTotals(parcels: number): ZonalTotals {
  return {
    parts: new Float64Array(parcels * PART_LENGTH),
    lost: new Float64Array(parcels * 2),
    classHa: new Map(),
    classes: new Set(),
  };
}

/**
 * Adds the results of one task. Tasks are added in the order of the plan, so that neither their size nor the number of
 * threads can change a bit. Errors: `E_ZONAL_CLASSES`.
 */
export function addResult(totals: ZonalTotals, plan: ZonalPlan, from: number, result: MeasureResult): void {
  const { parts, lost } = totals;
  const firstPair = from === 0 ? 0 : plan.pairEnds[from - 1]!;
  const pairs = result.parts.length / PART_LENGTH;
  for (let pair = 0; pair < pairs; pair++) {
    const parcel = plan.parcels[firstPair + pair]!;
    const at = parcel * PART_LENGTH;
    const partAt = pair * PART_LENGTH;
    lost[2 * parcel]! += lostInSum(parts[at + PART.count]!, result.parts[partAt + PART.count]!);
    lost[2 * parcel + 1]! += lostInSum(parts[at + PART.areaHa]!, result.parts[partAt + PART.areaHa]!);
    mergePart(parts, at, result.parts, partAt);
    parts[at + PART.areaHa]! += result.parts[partAt + PART.areaHa]!;
  }
  for (let k = 0; k < result.classes.length; k += 3) {
    const parcel = plan.parcels[firstPair + result.classes[k]!]!;
    const value = result.classes[k + 1]!;
    const ofParcel = totals.classHa.get(parcel) ?? new Map<number, number>();
    totals.classHa.set(parcel, ofParcel);
    ofParcel.set(value, (ofParcel.get(value) ?? 0) + result.classes[k + 2]!);
    totals.classes.add(value);
  }
  if (totals.classes.size > MOST_CLASSES) throw tooManyClasses();
}

/** The error of a + b in float64, for a and b not below 0. */
function lostInSum(a: number, b: number): number {
  const sum = a + b;
  return a >= b ? a - sum + b : b - sum + a;
}

/** Figures of one parcel; all but count are null without a valid cell. */
export interface ZonalFigures {
  readonly count: number;
  readonly sum: number | null;
  readonly mean: number | null;
  readonly stdev: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly area_ha: number | null;
}

export function figuresOf({ parts, lost }: ZonalTotals, parcel: number): ZonalFigures {
  const at = parcel * PART_LENGTH;
  const count = parts[at + PART.count]! + lost[2 * parcel]!;
  if (count === 0) return { count, sum: null, mean: null, stdev: null, min: null, max: null, area_ha: null };
  const mean = parts[at + PART.mean]!;
  return {
    count,
    sum: mean * count,
    mean,
    stdev: Math.sqrt(parts[at + PART.m2]! / count),
    min: parts[at + PART.min]!,
    max: parts[at + PART.max]!,
    area_ha: parts[at + PART.areaHa]! + lost[2 * parcel + 1]!,
  };
}
