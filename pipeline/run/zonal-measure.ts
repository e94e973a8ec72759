import type { Grid } from '../../shared/grid.ts';
import type { AreaRows } from '../raster/area-rows.ts';
import { createEdgeSink } from '../raster/edges.ts';
import { addToHistogram, emptyHistogram } from '../raster/histogram.ts';
import {
  type CellBlock,
  measureBlock,
  PART,
  PART_LENGTH,
  type SeeRow,
  type ZonalScratch,
} from '../raster/zonal-block.ts';
import type { CellReader } from './zonal-cells.ts';
import { createClassSums, createSampleList } from './zonal-extras.ts';
import type { HistogramResult, HistogramTask, MeasureResult, MeasureTask } from './zonal-task.ts';

/** What a thread keeps from task to task. */
interface Scratch extends ZonalScratch {
  /** Areas of the cells of the one grid of a run, once they are asked for. */
  areas: AreaRows | null;
}

export function createScratch(): Scratch {
  return { areas: null, sink: createEdgeSink(), shares: new Float64Array(0), row: new Float64Array(PART_LENGTH) };
}

type Counted<R> = Omit<R, 'read'>;

/** Measures every pair of group and parcel of a task; each group is read once. */
export async function measureGroups(
  task: MeasureTask,
  reader: CellReader,
  scratch: Scratch,
): Promise<Counted<MeasureResult>> {
  const { plan, from, to, shapes, grid, extras } = task;
  const firstPair = from === 0 ? 0 : plan.pairEnds[from - 1]!;
  const pairs = plan.pairEnds[to - 1]! - firstPair;
  const parts = new Float64Array(pairs * PART_LENGTH);
  const areas = extras.includes('area') || extras.includes('classes') ? await areasOf(scratch, grid) : null;
  const classes = extras.includes('classes') ? createClassSums() : null;
  const samples = extras.includes('samples') ? createSampleList(pairs, task.isFloat32) : null;
  for (let at = from, pair = 0; at < to; at++) {
    const cells = reader.readGroup(plan.groups[at]!);
    if (cells !== null) areas?.open(cells.window);
    for (; pair < plan.pairEnds[at]! - firstPair; pair++) {
      if (cells !== null) {
        const outAt = pair * PART_LENGTH;
        const seeRow = observe({ cells, areas, classes, samples }, parts, outAt);
        const subject = { shapes, parcel: plan.parcels[firstPair + pair]! };
        measureBlock(scratch, subject, cells, { out: parts, outAt, seeRow });
      }
      classes?.closePair(pair);
      samples?.closePair(pair);
    }
  }
  return { kind: 'measure', parts, classes: classes?.take() ?? new Float64Array(0), samples: samples?.take() ?? null };
}

/** The projections behind the areas are loaded only where areas are asked for. */
async function areasOf(scratch: Scratch, grid: Grid): Promise<AreaRows> {
  scratch.areas ??= (await import('../raster/area-rows.ts')).createAreaRows(grid);
  return scratch.areas;
}

interface Observers {
  readonly cells: CellBlock;
  readonly areas: AreaRows | null;
  readonly classes: ReturnType<typeof createClassSums> | null;
  readonly samples: ReturnType<typeof createSampleList> | null;
}

/** What beside the plain statistics looks at the covered valid cells of a pair; undefined where nothing does. */
function observe(on: Observers, parts: Float64Array, outAt: number): SeeRow | undefined {
  const { cells, areas, classes, samples } = on;
  if (areas === null && samples === null) return undefined;
  const { values } = cells;
  const sentinel = cells.sentinel ?? Number.NaN;
  return ({ shares, first, end, at, col, row }) => {
    const haAt = areas === null ? 0 : areas.rowAt(row) + col - cells.window.col;
    let rowHa = 0;
    for (let k = first; k < end; k++) {
      const share = shares[k]!;
      const value = values[at + k]!;
      if (share === 0 || value === sentinel || value - value !== 0) continue;
      samples?.add(value, share);
      if (areas === null) continue;
      const ha = share * areas.ha[haAt + k]!;
      rowHa += ha;
      classes?.add(value, ha);
    }
    parts[outAt + PART.areaHa] = parts[outAt + PART.areaHa]! + rowHa;
  };
}

/** Weighs the values of the one parcel of a plan in the steps of each interval. */
export function weighGroups(task: HistogramTask, reader: CellReader, scratch: Scratch): Counted<HistogramResult> {
  const { plan, from, to, shapes, intervals } = task;
  const histograms = intervals.map(emptyHistogram);
  const unused = new Float64Array(PART_LENGTH);
  for (let at = from; at < to; at++) {
    const cells = reader.readGroup(plan.groups[at]!);
    if (cells === null) continue;
    const { values } = cells;
    const sentinel = cells.sentinel ?? Number.NaN;
    const seeRow: SeeRow = ({ shares, first, end, at: valuesAt }) => {
      for (let k = first; k < end; k++) {
        const share = shares[k]!;
        const value = values[valuesAt + k]!;
        if (share === 0 || value === sentinel || value - value !== 0) continue;
        for (let i = 0; i < intervals.length; i++) addToHistogram(histograms[i]!, intervals[i]!, value, share);
      }
    };
    measureBlock(scratch, { shapes, parcel: plan.parcels[at]! }, cells, { out: unused, outAt: 0, seeRow });
  }
  return { kind: 'histogram', histograms };
}
