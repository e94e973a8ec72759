import type { Window } from '../../shared/grid.ts';
import type { PixelArray } from '../../shared/raster.ts';
import type { BlockInPlace } from './block.ts';
import type { PlacedBlock } from './read-blocks.ts';

interface PasteTarget {
  readonly window: Window;
  readonly data: PixelArray;
  readonly valid: Uint8Array;
  /** Nodata as stored; null where no cell can hold it. */
  readonly sentinel: number | null;
  readonly sample: number;
}

/** Copies the cells of `part`, which lies in both, and marks the valid ones: neither the sentinel nor NaN. */
export function pasteBlock(target: PasteTarget, block: PlacedBlock, part: Window): void {
  const { valid, window } = target;
  if (block.samples !== 1) {
    pasteSample(target, block, part);
    return;
  }
  const source = block.data!;
  const marks = block.inPlace === null ? null : markInPlace(block.inPlace, target.sentinel);
  for (let row = part.row; row < part.row + part.heightPx; row++) {
    const to = (row - window.row) * window.widthPx + part.col - window.col;
    const from = (row - block.window.row) * block.window.widthPx + part.col - block.window.col;
    const cells = source.subarray(from, from + part.widthPx);
    target.data.set(cells, to);
    if (marks === null) markRow(target, cells, to);
    else if (marks === 'all') valid.fill(1, to, to + part.widthPx);
    else valid.set(marks.subarray(from, from + part.widthPx), to);
  }
}

/** One byte a cell of a block that lies in the kernel's memory, beside it; 'all' where all are valid. */
function markInPlace({ workspace, pixels }: BlockInPlace, sentinel: number | null): Uint8Array | 'all' {
  const { kernel, outputAt, spareAt, bytes } = workspace;
  const { length, BYTES_PER_ELEMENT: size } = pixels;
  const isFloat = pixels instanceof Float32Array || pixels instanceof Float64Array;
  if (!isFloat && sentinel === null) return 'all';
  const areAll = isFloat
    ? kernel.markFloats(outputAt, length, size, sentinel ?? Number.NaN, spareAt)
    : kernel.markIntegers(outputAt, length, size, sentinel!, spareAt);
  return areAll !== 0 ? 'all' : bytes.subarray(spareAt, spareAt + length);
}

function markRow({ sentinel, valid }: PasteTarget, cells: PixelArray, to: number): void {
  const { length } = cells;
  if (cells instanceof Float32Array || cells instanceof Float64Array) {
    // NaN equals nothing, so that it never hits a cell by accident.
    const unwanted = sentinel ?? Number.NaN;
    for (let i = 0; i < length; i++) {
      const value = cells[i]!;
      // biome-ignore lint/suspicious/noSelfCompare: the fastest test for NaN, in the hottest loop
      valid[to + i] = value !== unwanted && value === value ? 1 : 0;
    }
    return;
  }
  // Most rows hold no nodata at all: looking for it takes a fraction of a loop over the cells.
  if (sentinel === null || cells.indexOf(sentinel) < 0) valid.fill(1, to, to + length);
  else for (let i = 0; i < length; i++) valid[to + i] = cells[i] === sentinel ? 0 : 1;
}

/** The same for one of several samples that lie together. */
function pasteSample({ data, valid, window, sentinel, sample }: PasteTarget, block: PlacedBlock, part: Window): void {
  const source = block.data!;
  const step = block.samples;
  const unwanted = sentinel ?? Number.NaN;
  for (let row = part.row; row < part.row + part.heightPx; row++) {
    let to = (row - window.row) * window.widthPx + part.col - window.col;
    let from = ((row - block.window.row) * block.window.widthPx + part.col - block.window.col) * step + sample;
    for (const end = to + part.widthPx; to < end; to++, from += step) {
      const value = source[from]!;
      data[to] = value;
      // biome-ignore lint/suspicious/noSelfCompare: the fastest test for NaN, in the hottest loop
      valid[to] = value !== unwanted && value === value ? 1 : 0;
    }
  }
}
