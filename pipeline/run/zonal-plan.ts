import { type Bbox, type Grid, gridBbox, type Window } from '../../shared/grid.ts';
import type { CogLevel } from '../cog/header.ts';
import { type PackedShapes, windowOfShape } from '../raster/shapes.ts';
import { findTouched } from '../raster/touched.ts';

/**
 * How an image is cut for zonal statistics: into groups of whole blocks of about a quarter to one million cells, so that
 * strips and small tiles cost no more than large ones. Groups are numbered row by row.
 */
export interface GroupLayout {
  readonly blocksAcross: number;
  readonly blocksDown: number;
  readonly groupCols: number;
  readonly groupRows: number;
}

const GROUP_SIDE_PX = 512;
const STRIP_GROUP_PX = 2 ** 20;

export function layoutGroups(level: CogLevel): GroupLayout {
  const { blockWidthPx, blockHeightPx, blockCols, blockRows } = level;
  const across = level.tiled ? Math.max(1, Math.floor(GROUP_SIDE_PX / blockWidthPx)) : 1;
  const downPx = level.tiled ? GROUP_SIDE_PX : STRIP_GROUP_PX / blockWidthPx;
  const down = Math.max(1, Math.floor(downPx / blockHeightPx));
  return {
    blocksAcross: across,
    blocksDown: down,
    groupCols: Math.ceil(blockCols / across),
    groupRows: Math.ceil(blockRows / down),
  };
}

/** The cells of a group, without what its blocks hold beyond the image. */
export function windowOfGroup(level: CogLevel, layout: GroupLayout, group: number): Window {
  const widthPx = layout.blocksAcross * level.blockWidthPx;
  const heightPx = layout.blocksDown * level.blockHeightPx;
  const col = (group % layout.groupCols) * widthPx;
  const row = Math.floor(group / layout.groupCols) * heightPx;
  return {
    col,
    row,
    widthPx: Math.min(widthPx, level.widthPx - col),
    heightPx: Math.min(heightPx, level.heightPx - row),
  };
}

/** Which parcels lie in which groups; arrays over shared memory. */
export interface ZonalPlan {
  /** The groups that any parcel touches, in rising order. */
  readonly groups: Uint32Array;
  /** Where the parcels of each of them end in `parcels`; they start where those of the one before end. */
  readonly pairEnds: Uint32Array;
  /** Indices of parcels, rising within a group. */
  readonly parcels: Uint32Array;
  /** The tasks: groups from `from` to before `to`, cut by work alone, whatever the number of workers. */
  readonly tasks: readonly { readonly from: number; readonly to: number }[];
}

/** Plans one pass over the groups that the parcels of `wanted` touch. */
export function planPass(
  shapes: PackedShapes,
  wanted: Iterable<number>,
  image: { readonly level: CogLevel; readonly layout: GroupLayout },
): ZonalPlan {
  const { level, layout } = image;
  const groupSize = {
    widthPx: layout.blocksAcross * level.blockWidthPx,
    heightPx: layout.blocksDown * level.blockHeightPx,
  };
  const pairGroups: number[] = [];
  const pairParcels: number[] = [];
  for (const parcel of wanted) {
    findTouched(shapes, parcel, groupSize, (col, row) => {
      pairGroups.push(row * layout.groupCols + col);
      pairParcels.push(parcel);
    });
  }
  const perGroup = new Map<number, number>();
  for (const group of pairGroups) perGroup.set(group, (perGroup.get(group) ?? 0) + 1);
  const groups = sharedUint32(Uint32Array.from(perGroup.keys()).sort());
  const pairEnds = sharedUint32(new Uint32Array(groups.length));
  const next = new Map<number, number>();
  let pairs = 0;
  for (const [at, group] of groups.entries()) {
    next.set(group, pairs);
    pairs += perGroup.get(group)!;
    pairEnds[at] = pairs;
  }
  const parcels = sharedUint32(new Uint32Array(pairs));
  for (const [at, group] of pairGroups.entries()) {
    const place = next.get(group)!;
    parcels[place] = pairParcels[at]!;
    next.set(group, place + 1);
  }
  return { groups, pairEnds, parcels, tasks: cutTasks(shapes, { groups, pairEnds, parcels }, image) };
}

function sharedUint32(values: Uint32Array): Uint32Array {
  const shared = new Uint32Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}

const MOST_TASKS = 48;
/** What is fetched for one task at a time. */
const MAX_TASK_BYTES = 8 * 1024 * 1024;
/** Cells of a parcel that take as long as one cell to decode. */
const DECODED_PER_MEASURED = { none: 8, packed: 1 };

function cutTasks(
  shapes: PackedShapes,
  { groups, pairEnds, parcels }: Pick<ZonalPlan, 'groups' | 'pairEnds' | 'parcels'>,
  { level, layout }: { readonly level: CogLevel; readonly layout: GroupLayout },
): ZonalPlan['tasks'] {
  const groupPx = layout.blocksAcross * level.blockWidthPx * layout.blocksDown * level.blockHeightPx;
  const decoding = groupPx / DECODED_PER_MEASURED[level.compression === 'none' ? 'none' : 'packed'];
  const costs = new Float64Array(groups.length);
  for (let at = 0, pair = 0; at < groups.length; at++) {
    costs[at] = decoding;
    for (; pair < pairEnds[at]!; pair++) {
      const window = windowOfShape(shapes, parcels[pair]!);
      costs[at]! += Math.min(groupPx, window.widthPx * window.heightPx);
    }
  }
  const most = costs.reduce((sum, cost) => sum + cost, 0) / MOST_TASKS;
  const groupBytes = groupPx * level.samplesPerPixel * (level.bitsPerSample / 8);
  const tasks: { from: number; to: number }[] = [];
  let from = 0;
  let cost = 0;
  for (let at = 0; at < groups.length; at++) {
    cost += costs[at]!;
    const isFull = cost >= most || (at + 2 - from) * groupBytes > MAX_TASK_BYTES;
    if (!isFull && at + 1 < groups.length) continue;
    tasks.push({ from, to: at + 1 });
    from = at + 1;
    cost = 0;
  }
  return tasks;
}

/** How many of the boxes reach beyond the cells of the grid. */
export function countBeyond(boxes: readonly Bbox[], grid: Grid): number {
  const [xMin, yMin, xMax, yMax] = gridBbox(grid);
  return boxes.filter((box) => box[0] < xMin || box[1] < yMin || box[2] > xMax || box[3] > yMax).length;
}
