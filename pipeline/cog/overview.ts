import type { PixelArray } from '../../shared/raster.ts';

export type Resampling = 'average' | 'nearest' | 'mode';

export interface HalvingShape {
  /** Pixels in a row of the source, even. */
  readonly sourceSidePx: number;
  readonly samples: number;
  /** How much of the source lies inside the image. */
  readonly insideWidthPx: number;
  readonly insideHeightPx: number;
  /** Pixels in a row of the target. */
  readonly targetSidePx: number;
}

export interface HalvingRule {
  readonly resampling: Resampling;
  readonly nodata: number | null;
  /** Integers are rounded; floats are not. */
  readonly isInteger: boolean;
}

/**
 * Halves pixels into the upper left of `target`, 2 × 2 cells to one. Nodata cells (all samples equal to the sentinel, or NaN)
 * play no part; a cell with none left stays as it is in `target`, which the caller has filled with nodata.
 */
export function halvePixels(source: PixelArray, target: PixelArray, shape: HalvingShape, rule: HalvingRule): void {
  if (rule.resampling === 'average' && shape.samples === 1) {
    averageSingle(source, target, shape, rule);
    return;
  }
  const { samples } = shape;
  const pick = KERNELS[rule.resampling];
  const cells = new Int32Array(4);
  for (let row = 0; row < Math.ceil(shape.insideHeightPx / 2); row++) {
    const to = row * shape.targetSidePx * samples;
    for (let col = 0; col < Math.ceil(shape.insideWidthPx / 2); col++) {
      const count = collectCells(source, shape, rule, { col: col * 2, row: row * 2 }, cells);
      if (count === 0) continue;
      for (let s = 0; s < samples; s++) target[to + col * samples + s] = pick(source, cells, count, s, rule);
    }
  }
}

/** `average` of one sample, the case of almost every layer, without a call for each cell. */
function averageSingle(source: PixelArray, target: PixelArray, shape: HalvingShape, rule: HalvingRule): void {
  const { sourceSidePx, insideWidthPx, insideHeightPx } = shape;
  // NaN equals nothing: with no sentinel, only NaN itself is left out.
  const nodata = rule.nodata ?? Number.NaN;
  for (let row = 0; row < insideHeightPx; row += 2) {
    const rows = Math.min(2, insideHeightPx - row);
    let to = (row / 2) * shape.targetSidePx;
    for (let col = 0; col < insideWidthPx; col += 2, to++) {
      let sum = 0;
      let count = 0;
      let first = 0;
      for (let r = 0; r < rows; r++) {
        const from = (row + r) * sourceSidePx + col;
        for (let at = from; at < from + 2 && at < from - col + insideWidthPx; at++) {
          const value = source[at]!;
          // biome-ignore lint/suspicious/noSelfCompare: the fastest test for NaN, in a hot loop
          if (value === nodata || value !== value) continue;
          if (count === 0) first = value;
          sum += value;
          count += 1;
        }
      }
      if (count > 0) target[to] = finishMean(sum / count, first, rule);
    }
  }
}

/** A mean of good cells must not turn into a hole because it happens to hit the sentinel. */
function finishMean(mean: number, firstValue: number, rule: HalvingRule): number {
  if (!rule.isInteger) return mean;
  const rounded = Math.round(mean);
  return rounded === rule.nodata ? firstValue : rounded;
}

/** Indices of the usable cells among the four, in row order; returns how many. */
function collectCells(
  source: PixelArray,
  shape: HalvingShape,
  rule: HalvingRule,
  corner: { col: number; row: number },
  cells: Int32Array,
): number {
  let count = 0;
  for (let row = corner.row; row < Math.min(corner.row + 2, shape.insideHeightPx); row++) {
    for (let col = corner.col; col < Math.min(corner.col + 2, shape.insideWidthPx); col++) {
      const at = (row * shape.sourceSidePx + col) * shape.samples;
      if (isUsable(source, at, shape.samples, rule.nodata)) cells[count++] = at;
      // Nearest is the upper-left cell, whatever it holds.
      if (rule.resampling === 'nearest') return count;
    }
  }
  return count;
}

function isUsable(source: PixelArray, at: number, samples: number, nodata: number | null): boolean {
  for (let s = 0; s < samples; s++) {
    const value = source[at + s]!;
    if (value !== nodata && !Number.isNaN(value)) return true;
  }
  return false;
}

type Kernel = (source: PixelArray, cells: Int32Array, count: number, sample: number, rule: HalvingRule) => number;

const KERNELS: Readonly<Record<Resampling, Kernel>> = {
  nearest: (source, cells, _count, sample) => source[cells[0]! + sample]!,
  average: averageCells,
  mode: modeOfCells,
};

function averageCells(source: PixelArray, cells: Int32Array, count: number, sample: number, rule: HalvingRule): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += source[cells[i]! + sample]!;
  return finishMean(sum / count, source[cells[0]! + sample]!, rule);
}

/** The most frequent value; of equally frequent ones the first in row order. */
function modeOfCells(source: PixelArray, cells: Int32Array, count: number, sample: number): number {
  let best = source[cells[0]! + sample]!;
  let bestVotes = 0;
  for (let i = 0; i < count; i++) {
    const value = source[cells[i]! + sample]!;
    let votes = 0;
    for (let j = 0; j < count; j++) if (source[cells[j]! + sample] === value) votes += 1;
    if (votes > bestVotes) {
      best = value;
      bestVotes = votes;
    }
  }
  return best;
}
