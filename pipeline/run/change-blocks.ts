import { CanopyError } from '../../shared/errors.ts';
import { intersectWindows, type Window } from '../../shared/grid.ts';
import {
  type BlockAddress,
  blockLength,
  bytesPerValue,
  createPixels,
  decodeBlockInto,
  prepareDecoder,
} from '../cog/block.ts';
import { blocksOf, readBlockBytes } from '../cog/block-bytes.ts';
import { type BlockCache, createBlockCache } from '../cog/block-cache.ts';
import { openBlockFile } from '../cog/block-file.ts';
import type { CogLevel } from '../cog/header.ts';
import { maskOf } from '../cog/match.ts';
import { openHttpSource, type RangeReader } from '../cog/source.ts';
import type { ChangeKernel, Plane, PlaneRect } from '../raster/ndvi-change-simd.ts';
import { isHttp } from '../stac/href.ts';
import type { ChangeInput } from './change-inputs.ts';

/** Bytes of blocks of one file, wherever it lies; `skip` leaves blocks out before they are read. */
type ReadBlocks = (
  level: CogLevel,
  window: Window,
  skip: (address: BlockAddress) => boolean,
  take: (address: BlockAddress, bytes: Uint8Array | null) => void,
) => Promise<void>;

export interface BandReader {
  /**
   * Puts the cells of `window` into `plane`, its corner at the plane's. Where the file has nothing (beyond its edges
   * excepted, sparse blocks, its mask) the cells of `marks` become 0 and those of `plane` stay as they are.
   * @param window in the file's cells; may lie partly or wholly outside
   * @param isWanted false for a rectangle of the plane that need not be read
   */
  fill(window: Window, plane: Plane, marks: Plane, isWanted: (rect: PlaneRect) => boolean): Promise<void>;
}

/** Holds the strips of a full row of super-blocks of a Sentinel-2 band. */
const SHARED_BLOCKS_BYTES = 24 * 2 ** 20;

/** Room that one block of these files needs, decoded. */
export function scratchBytesOf(inputs: readonly ChangeInput[]): number {
  const levels = inputs.flatMap(({ header }) => [header.levels[0]!, ...header.masks]);
  return Math.max(...levels.map((level) => blockLength(level, 0) * bytesPerValue(level.dataType)));
}

/** Opens a file for one thread. Errors: those of the file; `E_SOURCE_CHANGED` when it is no longer the one looked at. */
export async function openBandReader(
  input: ChangeInput,
  kernel: ChangeKernel,
  egress: RangeReader,
): Promise<BandReader> {
  const { header } = input;
  const level = header.levels[0]!;
  const mask = maskOf(header);
  const read = await openBlocks(input, egress);
  await prepareDecoder(level);
  if (mask) await prepareDecoder(mask);
  const cache = isCutBySuperBlocks(level, kernel) ? createBlockCache(SHARED_BLOCKS_BYTES) : null;
  const job = { input, kernel, cache, read };
  return {
    async fill(window, plane, marks, isWanted) {
      await fillPlane(job, level, window, { plane, isWanted, onEmpty: (rect) => zero(kernel, marks, rect) });
      if (mask) await applyMask(job, mask, window, marks);
    },
  };
}

interface ReadJob {
  readonly input: ChangeInput;
  readonly kernel: ChangeKernel;
  readonly cache: BlockCache | null;
  readonly read: ReadBlocks;
}

async function openBlocks(input: ChangeInput, egress: RangeReader): Promise<ReadBlocks> {
  const { header, href } = input;
  if (!isHttp(href)) {
    const file = openBlockFile(href, header);
    return async (level, window, skip, take) => {
      for (const address of blocksOf({ header, level, window, sample: 0 })) {
        if (!skip(address)) take(address, file.readBlock(level, address));
      }
    };
  }
  const source = await openHttpSource(href, egress);
  const identity = await source.identity();
  if (identity !== input.identity) {
    const message = `${header.where} changed while it was read: it was ${input.identity} and is now ${identity}. Run the same command again.`;
    throw new CanopyError({ kind: 'transient', code: 'E_SOURCE_CHANGED', message, where: header.where });
  }
  return (level, window, skip, take) =>
    readBlockBytes(source, { header, level, window, sample: 0 }, ({ address, bytes }) => take(address, bytes), skip);
}

/** Blocks that belong to several super-blocks would be decoded once for each. */
function isCutBySuperBlocks(level: CogLevel, kernel: ChangeKernel): boolean {
  // Classes may have half the resolution, which halves the super-block in their cells.
  const sidePx = level.dataType === 'uint8' ? kernel.clear.sidePx / 2 : kernel.clear.sidePx;
  return sidePx % level.blockWidthPx !== 0 || sidePx % level.blockHeightPx !== 0;
}

interface FillTarget {
  readonly plane: Plane;
  readonly isWanted: (rect: PlaneRect) => boolean;
  readonly onEmpty: (rect: PlaneRect) => void;
}

async function fillPlane(job: ReadJob, level: CogLevel, window: Window, target: FillTarget): Promise<void> {
  const { input, kernel, cache } = job;
  const inside = intersectWindows(window, { col: 0, row: 0, widthPx: level.widthPx, heightPx: level.heightPx });
  if (inside === null) return;
  const { buffer, byteOffset } = kernel.scratch;
  const Cells = level.dataType === 'uint8' ? Uint8Array : Uint16Array;
  const scratch = new Cells(buffer as ArrayBuffer, byteOffset, blockLength(level, 0));
  const paste = (address: BlockAddress) => {
    const block = windowOfBlock(level, address);
    const rect = rectOf(address);
    const corner = { col: rect.col + window.col - block.col, row: rect.row + window.row - block.row };
    if (!kernel.paste({ ...corner, strideCells: level.blockWidthPx }, target.plane, rect)) target.onEmpty(rect);
  };
  const rectOf = (address: BlockAddress): PlaneRect => {
    const part = intersectWindows(windowOfBlock(level, address), inside)!;
    return { ...part, col: part.col - window.col, row: part.row - window.row };
  };
  const skip = (address: BlockAddress) => {
    if (!target.isWanted(rectOf(address))) return true;
    const held = cache?.get(`${address.col} ${address.row}`);
    if (held === undefined) return false;
    scratch.set(held);
    paste(address);
    return true;
  };
  await job.read(level, inside, skip, (address, bytes) => {
    if (bytes === null) return target.onEmpty(rectOf(address));
    decodeBlockInto(level, address, bytes, scratch, input.header.where);
    cache?.set(`${address.col} ${address.row}`, scratch.slice());
    paste(address);
  });
}

function windowOfBlock(level: CogLevel, { col, row }: BlockAddress): Window {
  const [widthPx, heightPx] = [level.blockWidthPx, level.blockHeightPx];
  return { col: col * widthPx, row: row * heightPx, widthPx, heightPx };
}

function zero(kernel: ChangeKernel, plane: Plane, { col, row, widthPx, heightPx }: PlaneRect): void {
  const cells = kernel.cells(plane);
  const size = plane.bytesPerCell;
  for (let r = row; r < row + heightPx; r++) {
    const start = (r * plane.sidePx + col) * size;
    cells.fill(0, start, start + widthPx * size);
  }
}

/** Sets the marks to 0 that the file's own mask calls invalid. */
async function applyMask(job: ReadJob, mask: CogLevel, window: Window, marks: Plane): Promise<void> {
  const { kernel, input } = job;
  const inside = intersectWindows(window, { col: 0, row: 0, widthPx: mask.widthPx, heightPx: mask.heightPx });
  if (inside === null) return;
  const isNeeded = () => false;
  const cells = kernel.cells(marks);
  await job.read(mask, inside, isNeeded, (address, bytes) => {
    const block = windowOfBlock(mask, address);
    const part = intersectWindows(block, inside)!;
    const values = createPixels(mask.dataType, blockLength(mask, 0));
    if (bytes !== null) decodeBlockInto(mask, address, bytes, values, input.header.where);
    for (let row = part.row; row < part.row + part.heightPx; row++) {
      let from = (row - block.row) * mask.blockWidthPx + part.col - block.col;
      let to = (row - window.row) * marks.sidePx + part.col - window.col;
      for (const end = to + part.widthPx; to < end; to++, from++) if (values[from] === 0) cells[to] = 0;
    }
  });
}
