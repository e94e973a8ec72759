import { intersectWindows, type Window } from '../../shared/grid.ts';
import type { PixelArray } from '../../shared/raster.ts';
import { type EdgeSink, sumRow } from './edges.ts';
import { openShape, type PackedShapes, windowOfShape } from './shapes.ts';

/** Decoded cells of one sample. */
export interface CellBlock {
  /** The cells of the grid that it holds, without the padding of blocks at the edge of the image. */
  readonly window: Window;
  readonly values: PixelArray;
  /** Values from one row to the next: the width of the window or more. */
  readonly strideValues: number;
  /** The nodata value as stored; null: every finite number is a value. NaN and infinities never are. */
  readonly sentinel: number | null;
}

/** Numbers of one partial result in a flat array: see `PART`. */
export const PART_LENGTH = 6;
/** Where they stand. count = Σ coverage; m2 = Σ coverage·(value − mean)²; areaHa = Σ coverage·area of the cell. */
export const PART = { count: 0, mean: 1, m2: 2, min: 3, max: 4, areaHa: 5 } as const;

/** What else wants to see the covered cells, row by row: `shares[k]` is the coverage of the cell of `values[at + k]`. */
export type SeeRow = (row: {
  readonly shares: Float64Array;
  readonly first: number;
  readonly end: number;
  /** Index in the values of the first cell of the parcel's window in this row. */
  readonly at: number;
  /** Of that cell, in the grid. */
  readonly col: number;
  readonly row: number;
}) => void;

/** Memory that is used again for parcel after parcel. */
export interface ZonalScratch {
  readonly sink: EdgeSink;
  shares: Float64Array;
  /** Of one row: count, mean, m2, min, max. */
  readonly row: Float64Array;
}

/**
 * Statistics of one parcel over the cells of one block, written to `out` from `outAt` on (`PART_LENGTH` numbers, areaHa
 * left 0). Each row is measured by itself and merged to those above, so that sums stay short and nothing cancels.
 * @param seeRow is shown each row of the parcel's window inside the block that has coverage
 */
export function measureBlock(
  scratch: ZonalScratch,
  subject: { readonly shapes: PackedShapes; readonly parcel: number },
  block: CellBlock,
  result: { readonly out: Float64Array; readonly outAt: number; readonly seeRow?: SeeRow | undefined },
): void {
  const { out, outAt, seeRow } = result;
  out.fill(0, outAt, outAt + PART_LENGTH);
  const window = intersectWindows(windowOfShape(subject.shapes, subject.parcel), block.window);
  if (window === null) return;
  const { sink, row: part } = scratch;
  openShape(sink, subject.shapes, subject.parcel, window);
  if (scratch.shares.length < window.widthPx) scratch.shares = new Float64Array(window.widthPx);
  const { shares } = scratch;
  const sentinel = block.sentinel ?? Number.NaN;
  for (let row = 0; row < window.heightPx; row++) {
    sumRow(sink, row, 1, shares, 0);
    const { spanFirst: first, spanEnd: end } = sink;
    if (first >= end) continue;
    const at = (window.row - block.window.row + row) * block.strideValues + window.col - block.window.col;
    measureRow(block.values, sentinel, { shares, first, end, at, shift: out[outAt + PART.mean]! }, part);
    if (part[PART.count] === 0) continue;
    mergePart(out, outAt, part, 0);
    seeRow?.({ shares, first, end, at, col: window.col, row: window.row + row });
  }
}

/** A cell of which most counts lies further from the shift than this many times the spread: measured a second time. */
const CANCELLED = 0.1;

/** Weighted mean and squared deviations of one row in one pass, around `shift`; in two where too much would cancel. */
function measureRow(
  values: PixelArray,
  sentinel: number,
  span: { shares: Float64Array; first: number; end: number; at: number; shift: number },
  part: Float64Array,
): void {
  const { shares, first, end, at, shift } = span;
  let count = 0;
  let sum = 0;
  let squares = 0;
  let min = Infinity;
  let max = -Infinity;
  for (let k = first; k < end; k++) {
    const share = shares[k]!;
    const value = values[at + k]!;
    // The difference of a value to itself is 0 but for NaN and infinities.
    if (share === 0 || value === sentinel || value - value !== 0) continue;
    const difference = value - shift;
    const weighted = share * difference;
    count += share;
    sum += weighted;
    squares += weighted * difference;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  part[PART.count] = count;
  if (count === 0) return;
  const offset = sum / count;
  const mean = Math.min(max, Math.max(min, shift + offset));
  const m2 = squares - sum * offset;
  part[PART.mean] = mean;
  part[PART.m2] = min === max ? 0 : m2 > CANCELLED * squares ? m2 : squaresAround(values, sentinel, span, mean);
  part[PART.min] = min;
  part[PART.max] = max;
}

function squaresAround(
  values: PixelArray,
  sentinel: number,
  { shares, first, end, at }: { shares: Float64Array; first: number; end: number; at: number },
  mean: number,
): number {
  let squares = 0;
  for (let k = first; k < end; k++) {
    const share = shares[k]!;
    const value = values[at + k]!;
    if (share === 0 || value === sentinel || value - value !== 0) continue;
    squares += share * (value - mean) * (value - mean);
  }
  return squares;
}

/** Adds the statistics at `partAt` of `part` to those at `at` of `into` (Chan, Golub and LeVeque 1983); not areaHa. */
export function mergePart(into: Float64Array, at: number, part: Float64Array, partAt: number): void {
  const added = part[partAt]!;
  if (added === 0) return;
  const before = into[at]!;
  if (before === 0) {
    for (let k = 0; k <= PART.max; k++) into[at + k] = part[partAt + k]!;
    return;
  }
  const count = before + added;
  const delta = part[partAt + PART.mean]! - into[at + PART.mean]!;
  into[at] = count;
  into[at + PART.mean] = into[at + PART.mean]! + (delta * added) / count;
  into[at + PART.m2] = into[at + PART.m2]! + part[partAt + PART.m2]! + delta * delta * ((before * added) / count);
  if (part[partAt + PART.min]! < into[at + PART.min]!) into[at + PART.min] = part[partAt + PART.min]!;
  if (part[partAt + PART.max]! > into[at + PART.max]!) into[at + PART.max] = part[partAt + PART.max]!;
}
