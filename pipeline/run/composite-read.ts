import { intersectWindows, type Window } from '../../shared/grid.ts';
import { blockLength, decodeBlockInto, prepareDecoder, shapeOfBlock } from '../cog/block.ts';
import { blocksOf } from '../cog/block-bytes.ts';
import { type BlockFile, openBlockFile } from '../cog/block-file.ts';
import type { CogHeader, CogLevel } from '../cog/header.ts';
import { bandGridOf, maskOf } from '../cog/match.ts';
import { storedSentinel } from '../cog/read.ts';
import { classRatio, type StackDate, type StackFile } from './composite-inputs.ts';

type Plane = Uint16Array | Uint8Array;

/** Reads the dates of a stack, in a thread, straight into the memory that they are computed in. */
export interface StackReader {
  /**
   * Fills the first `widthPx · heightPx` places of both planes with the DN of a window inside the grid; 0 where the file
   * has nodata, no block, or a mask that says so, and in red where the scene class is not kept.
   */
  readDate(date: StackDate, window: Window, planes: { readonly red: Uint16Array; readonly nir: Uint16Array }): void;
}

/** Up to this many files stay open in a thread. */
const MAX_OPEN_FILES = 100;

export async function createStackReader(dates: readonly StackDate[], keepScl: readonly number[]): Promise<StackReader> {
  const files = dates.flatMap(({ red, nir, scl }) => (scl === null ? [red, nir] : [red, nir, scl]));
  for (const { header } of files) for (const level of [header.levels[0]!, ...header.masks]) await prepareDecoder(level);
  const desk: Desk = {
    withFile: createOpener(files.length <= MAX_OPEN_FILES),
    scratch: { block: new Uint16Array(0), bytes: new Uint8Array(0) },
    small: new Uint8Array(0),
  };
  const isKept = Uint8Array.from({ length: 256 }, (_, scl) => (keepScl.includes(scl) ? 1 : 0));
  return {
    readDate(date, window, { red, nir }) {
      readBand(desk, date.red, window, red);
      readBand(desk, date.nir, window, nir);
      if (date.scl === null) return;
      const ratio = classRatio(bandGridOf(date.scl.header), bandGridOf(date.red.header));
      applyClasses(desk, { file: date.scl, ratio, isKept }, window, red);
    },
  };
}

/** What one thread reads with: its open files and memory that is made once. */
interface Desk {
  readonly withFile: (file: StackFile, use: (blocks: BlockFile) => void) => void;
  readonly scratch: Scratch;
  /** Mask or classes of a window. Grows. */
  small: Uint8Array;
}

function borrow(desk: Desk, length: number): Uint8Array {
  if (desk.small.length < length) desk.small = new Uint8Array(length);
  return desk.small;
}

function readBand(desk: Desk, file: StackFile, window: Window, plane: Uint16Array): void {
  const { header } = file;
  const { scratch } = desk;
  const length = window.widthPx * window.heightPx;
  desk.withFile(file, (blocks) => {
    readWindowInto({ blocks, header, level: header.levels[0]!, scratch }, window, plane);
    const sentinel = storedSentinel(header.dataType, header.nodata) ?? 0;
    if (sentinel !== 0) for (let i = 0; i < length; i += 1) if (plane[i] === sentinel) plane[i] = 0;
    const level = maskOf(header);
    if (level === null) return;
    const mask = borrow(desk, length);
    readWindowInto({ blocks, header, level, scratch }, window, mask);
    for (let i = 0; i < length; i += 1) if (mask[i] === 0) plane[i] = 0;
  });
}

interface Classes {
  readonly file: StackFile;
  /** Cells of the bands along one side of a cell of classes. */
  readonly ratio: number;
  /** 1 at each class that is clear. */
  readonly isKept: Uint8Array;
}

function applyClasses(desk: Desk, { file, ratio, isKept }: Classes, window: Window, red: Uint16Array): void {
  const { header } = file;
  const part = coarser(window, ratio);
  const classes = borrow(desk, part.widthPx * part.heightPx);
  const level = header.levels[0]!;
  desk.withFile(file, (blocks) => readWindowInto({ blocks, header, level, scratch: desk.scratch }, part, classes));
  for (let row = 0; row < window.heightPx; row += 1) {
    const from = (Math.floor((window.row + row) / ratio) - part.row) * part.widthPx - part.col;
    for (let col = 0, to = row * window.widthPx; col < window.widthPx; col += 1, to += 1)
      if (isKept[classes[from + Math.floor((window.col + col) / ratio)]!] === 0) red[to] = 0;
  }
}

/** The cells `ratio` times as large that hold a window. */
function coarser({ col, row, widthPx, heightPx }: Window, ratio: number): Window {
  const [col0, row0] = [Math.floor(col / ratio), Math.floor(row / ratio)];
  return {
    col: col0,
    row: row0,
    widthPx: Math.ceil((col + widthPx) / ratio) - col0,
    heightPx: Math.ceil((row + heightPx) / ratio) - row0,
  };
}

function createOpener(keepOpen: boolean): (file: StackFile, use: (blocks: BlockFile) => void) => void {
  const opened = new Map<string, BlockFile>();
  return ({ path, header }, use) => {
    const blocks = opened.get(path) ?? openBlockFile(path, header);
    if (keepOpen) opened.set(path, blocks);
    try {
      use(blocks);
    } finally {
      if (!keepOpen) blocks.close();
    }
  };
}

/** One decoded block, where it cannot be decoded into its place. Grows. */
interface Scratch {
  block: Uint16Array;
  bytes: Uint8Array;
}

interface OpenLevel {
  readonly blocks: BlockFile;
  readonly header: CogHeader;
  readonly level: CogLevel;
  readonly scratch: Scratch;
}

/** A window of an image of one sample, row by row; 0 where the file keeps no block. */
function readWindowInto({ blocks, header, level, scratch }: OpenLevel, window: Window, out: Plane): void {
  for (const address of blocksOf({ header, level, window, sample: 0 })) {
    const { widthPx, heightPx } = shapeOfBlock(level, address.row);
    const at = { col: address.col * level.blockWidthPx, row: address.row * level.blockHeightPx, widthPx, heightPx };
    const part = intersectWindows(at, window)!;
    const to = (part.row - window.row) * window.widthPx + part.col - window.col;
    const bytes = blocks.readBlock(level, address);
    if (bytes === null) {
      for (let row = 0; row < part.heightPx; row += 1)
        out.fill(0, to + row * window.widthPx, to + row * window.widthPx + part.widthPx);
      continue;
    }
    const isInPlace = part.widthPx === window.widthPx && part.widthPx === widthPx && part.heightPx === heightPx;
    const target = isInPlace ? out.subarray(to) : scratchFor(scratch, out, blockLength(level, address.row));
    decodeBlockInto(level, address, bytes, target, header.where);
    if (isInPlace) continue;
    let from = (part.row - at.row) * widthPx + part.col - at.col;
    for (let row = 0; row < part.heightPx; row += 1, from += widthPx)
      out.set(target.subarray(from, from + part.widthPx), to + row * window.widthPx);
  }
}

function scratchFor(scratch: Scratch, like: Plane, length: number): Plane {
  if (like instanceof Uint16Array) {
    if (scratch.block.length < length) scratch.block = new Uint16Array(length);
    return scratch.block;
  }
  if (scratch.bytes.length < length) scratch.bytes = new Uint8Array(length);
  return scratch.bytes;
}
