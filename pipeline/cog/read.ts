import { intersectWindows, type Window } from '../../shared/grid.ts';
import type { PixelArray } from '../../shared/raster.ts';
import { createPixels } from './block.ts';
import { type BlockCache, createBlockCache } from './block-cache.ts';
import { type CogHeader, type CogLevel, type DataType, readHeader } from './header.ts';
import { bandGridOf } from './match.ts';
import { pasteBlock } from './paste.ts';
import { readBlocks } from './read-blocks.ts';
import type { ByteSource } from './source.ts';
import { tiffError } from './tiff.ts';

/** An opened file. The source stays the caller's to close. */
export interface Cog {
  readonly source: ByteSource;
  readonly header: CogHeader;
  readonly cache: BlockCache;
}

export interface WindowRequest {
  /** 0 = full size, 1 = first overview and so on. */
  readonly level: number;
  /** In cells of that level; may lie partly or wholly outside it. */
  readonly window: Window;
  /** From 0. */
  readonly sample: number;
  /** Takes the place of the header's nodata, for a file that states none where its item does. */
  readonly nodata?: number | null;
}

export interface WindowData {
  /** Row by row, in the file's data type. What an invalid cell holds is nobody's business. */
  readonly data: PixelArray;
  /** 1 = inside the image, in a block that exists, not nodata, not NaN, not masked by the file. */
  readonly valid: Uint8Array;
  /** Touched blocks, of image and mask, that the file does not keep: nodata, and suspicious where full cover is promised. */
  readonly sparseBlocks: number;
}

/** About one row of 512-pixel blocks across a Sentinel-2 band. */
const CACHE_BYTES = 16 * 1024 * 1024;
const MAX_WINDOW_PX = 2 ** 28;

/** Reads and checks the header (errors: see `readHeader`); no pixels yet. */
export async function openCog(source: ByteSource): Promise<Cog> {
  return { source, header: await readHeader(source), cache: createBlockCache(CACHE_BYTES) };
}

/**
 * Reads one sample of a window: only the touched blocks, each decoded once, neighbours fetched together.
 * Errors (input): `E_BLOCK_SIZE`, `E_BLOCK_CORRUPT`, `E_TIFF_TRUNCATED`; a wrong level, sample or window is a RangeError.
 */
export async function readWindow(cog: Cog, request: WindowRequest): Promise<WindowData> {
  const { header } = cog;
  const { window, sample } = request;
  const level = checkedLevel(header, request);
  const length = window.widthPx * window.heightPx;
  const nodata = request.nodata === undefined ? header.nodata : request.nodata;
  const sentinel = storedSentinel(header.dataType, nodata);
  const data = createPixels(header.dataType, length);
  if (sentinel !== null && sentinel !== 0) data.fill(sentinel);
  const valid = new Uint8Array(length);
  const inside = intersectWindows(window, { col: 0, row: 0, widthPx: level.widthPx, heightPx: level.heightPx });
  let sparseBlocks = 0;
  if (inside === null) return { data, valid, sparseBlocks };
  const target = { window, data, valid, sentinel, sample: level.planar === 'pixel' ? sample : 0 };
  const blocks = { header, level, levelKey: `${request.level}`, window: inside, sample };
  await readBlocks(cog.source, cog.cache, blocks, (block) => {
    const part = intersectWindows(block.window, inside);
    if (part === null) return;
    if (block.data === null) sparseBlocks += 1;
    else pasteBlock(target, block, part);
  });
  sparseBlocks += await applyMask(cog, level, { window: inside, target: window, valid });
  return { data, valid, sparseBlocks };
}

function checkedLevel(header: CogHeader, { level, window, sample }: WindowRequest): CogLevel {
  const found = header.levels[level];
  const { col, row, widthPx, heightPx } = window;
  const whole = [col, row, widthPx, heightPx].every(Number.isInteger) && widthPx >= 0 && heightPx >= 0;
  if (found === undefined || !whole || !(sample >= 0 && sample < header.samplesPerPixel)) {
    const asked = `level ${level}, sample ${sample}, window ${[col, row, widthPx, heightPx].join(', ')}`;
    throw new RangeError(
      `${header.where} has ${header.levels.length} levels of ${header.samplesPerPixel} samples; asked for ${asked}.`,
    );
  }
  if (widthPx * heightPx > MAX_WINDOW_PX) {
    const sentence = `a window of ${widthPx} × ${heightPx} pixels is too large to read at once; ${MAX_WINDOW_PX} is the limit. Read it in parts.`;
    throw tiffError('E_WINDOW_SIZE', header.where, sentence);
  }
  return found;
}

/** The nodata value as it is stored; null where no stored number can equal it, or where NaN is its own sign. */
export function storedSentinel(dataType: DataType, nodata: number | null): number | null {
  if (nodata === null || Number.isNaN(nodata)) return null;
  const stored = createPixels(dataType, 1);
  stored[0] = nodata;
  // Texts such as -3.4028234663852886e+38 only meet a float32 after rounding; an integer must meet exactly.
  return dataType === 'float32' || stored[0] === nodata ? stored[0]! : null;
}

/** Clears the cells that the file's own mask of this level calls invalid; returns the blocks that the mask lacks. */
async function applyMask(
  cog: Cog,
  level: CogLevel,
  cells: { window: Window; target: Window; valid: Uint8Array },
): Promise<number> {
  const { header } = cog;
  const index = header.masks.findIndex((m) => m.widthPx === level.widthPx && m.heightPx === level.heightPx);
  if (index < 0) return 0;
  let sparseBlocks = 0;
  const request = { header, level: header.masks[index]!, levelKey: `mask ${index}`, window: cells.window, sample: 0 };
  await readBlocks(cog.source, cog.cache, request, (block) => {
    const part = intersectWindows(block.window, cells.window);
    if (part === null) return;
    if (block.data === null) sparseBlocks += 1;
    for (let row = part.row; row < part.row + part.heightPx; row++) {
      let to = (row - cells.target.row) * cells.target.widthPx + part.col - cells.target.col;
      let from = ((row - block.window.row) * block.window.widthPx + part.col - block.window.col) * block.samples;
      for (const end = to + part.widthPx; to < end; to++, from += block.samples) {
        if (block.data === null || block.data[from] === 0) cells.valid[to] = 0;
      }
    }
  });
  return sparseBlocks;
}

/** The smallest level whose cells are not larger than `unitsPerPx` (CRS units); level 0 where all are larger. */
export function chooseLevel(header: CogHeader, unitsPerPx: number): number {
  const { transform, widthPx } = bandGridOf(header);
  // An overview of an odd size has cells a trace larger than twice the full ones; that is still the twofold overview.
  const wanted = unitsPerPx * 1.01;
  let best = 0;
  header.levels.forEach((level, i) => {
    if ((transform[0] * widthPx) / level.widthPx <= wanted) best = i;
  });
  return best;
}
