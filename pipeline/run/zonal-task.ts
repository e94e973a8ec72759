import type { Grid } from '../../shared/grid.ts';
import type { CogLevel } from '../cog/header.ts';
import type { Histogram, Interval } from '../raster/histogram.ts';
import type { PackedShapes } from '../raster/shapes.ts';
import type { ZonalPlan } from './zonal-plan.ts';

/** What the main thread and the threads of `canopy zonal` say to each other. */

export interface ZonalSetup {
  /** Absolute path of a local raster, which each thread opens for itself; null where the bytes come with the tasks. */
  readonly path: string | null;
}

/** The image that is measured and, where the file has one, its mask. Bytes of blocks as the file keeps them; null = sparse. */
export interface FetchedBlocks {
  readonly level: CogLevel;
  readonly mask: CogLevel | null;
  readonly where: string;
  readonly image: ReadonlyMap<number, Uint8Array | null>;
  readonly masks: ReadonlyMap<number, Uint8Array | null>;
}

/** Beside the statistics of `PART`. */
export type Extra = 'area' | 'classes' | 'samples';

/** Measure the groups `from` to before `to` of a plan. */
export interface MeasureTask extends Subject {
  readonly kind: 'measure';
  readonly extras: readonly Extra[];
  /** Whether float32 holds every value exactly, so that samples may be kept as such. */
  readonly isFloat32: boolean;
}

/** Weigh the values of one large parcel in equal steps between the ends of intervals. */
export interface HistogramTask extends Subject {
  readonly kind: 'histogram';
  readonly intervals: readonly Interval[];
}

interface Subject {
  readonly plan: Pick<ZonalPlan, 'groups' | 'pairEnds' | 'parcels'>;
  readonly from: number;
  readonly to: number;
  readonly shapes: PackedShapes;
  readonly grid: Grid;
  readonly sample: number;
  readonly sentinel: number | null;
  /** Null where the thread reads the file itself. */
  readonly fetched: FetchedBlocks | null;
  /** Version of the local file that the plan was made for. */
  readonly version: string | null;
}

export type ZonalTask = MeasureTask | HistogramTask;

export interface MeasureResult {
  readonly kind: 'measure';
  /** `PART_LENGTH` numbers for each pair of group and parcel, in the order of the plan. */
  readonly parts: Float64Array;
  /** [pair counted from the first of the task, value, hectares]. */
  readonly classes: Float64Array;
  /** Valid values and their coverage, pair after pair. */
  readonly samples: Samples | null;
  readonly read: ReadCounts;
}

export interface Samples {
  /** Where the values of each pair end. */
  readonly ends: Uint32Array;
  readonly values: Float32Array | Float64Array;
  readonly weights: Float64Array;
}

export interface HistogramResult {
  readonly kind: 'histogram';
  readonly histograms: readonly Histogram[];
  readonly read: ReadCounts;
}

interface ReadCounts {
  readonly blocks: number;
  readonly requests: number;
  readonly bytes: number;
}

export type ZonalResult = MeasureResult | HistogramResult;
