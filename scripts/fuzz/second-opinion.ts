import type { CogHeader, CogLevel } from '../../pipeline/cog/header.ts';
import type { PixelArray } from '../../shared/raster.ts';
import { isNodata } from './cells.ts';
import type { ReadImage, Reading } from './reading.ts';
import { decodeSecond, prepareSecond, SecondRefusal } from './second-block.ts';

/** A level or a mask, whose blocks are decoded when a cell of them is first asked for. */
interface SecondImage {
  /** The value, or null in a block that the file does not keep. */
  valueAt(col: number, row: number, sample: number): number | null;
}

/**
 * Reads what our reader has accepted a second time, cell by cell from the same bytes: the header is ours, all after it is
 * not. Null where both agree on the validity of every cell, the value of every valid one and the number of blocks that are
 * not kept; else the first difference in a sentence.
 */
export async function contradict(file: Uint8Array, { cog, images }: Reading): Promise<string | null> {
  await prepareSecond();
  for (const image of images) {
    const where = `${image.widthPx} × ${image.heightPx}, sample ${image.sample}`;
    try {
      const difference = compareImage(file, cog.header, image);
      if (difference !== null) return `${where}: ${difference}`;
    } catch (error) {
      if (!(error instanceof SecondRefusal)) throw error;
      return `${where}: accepted, but the second opinion refuses it (${error.message})`;
    }
  }
  return null;
}

function compareImage(file: Uint8Array, header: CogHeader, image: ReadImage): string | null {
  const { level, sample, window, nodata, data, valid } = image;
  const sparse = new Set<string>();
  const cells = openImage(file, header, header.levels[level]!, (index) => sparse.add(`image ${index}`));
  const maskLevel = header.masks.find((m) => m.widthPx === image.widthPx && m.heightPx === image.heightPx);
  const mask = maskLevel && openImage(file, header, maskLevel, (index) => sparse.add(`mask ${index}`));
  for (let i = 0; i < data.length; i++) {
    const col = window.col + (i % window.widthPx);
    const row = window.row + Math.floor(i / window.widthPx);
    // A corner's window reaches beyond an image that is narrower.
    const isOutside = col < 0 || row < 0 || col >= image.widthPx || row >= image.heightPx;
    const value = isOutside ? null : cells.valueAt(col, row, sample);
    const masked = isOutside ? null : mask === undefined ? 1 : mask.valueAt(col, row, 0);
    const isValid = value !== null && !isNodata(value, nodata, header.dataType) && masked !== null && masked !== 0;
    const found = valid[i] === 1 ? data[i]! : null;
    const right = isValid ? value : null;
    if (!Object.is(found, right)) return `column ${col}, row ${row} is ${found}, ${right} to the second opinion`;
  }
  if (sparse.size === image.sparseBlocks) return null;
  return `${image.sparseBlocks} blocks are not kept, ${sparse.size} to the second opinion`;
}

function openImage(
  file: Uint8Array,
  header: CogHeader,
  level: CogLevel,
  onSparse: (index: number) => void,
): SecondImage {
  const blocks = new Map<number, PixelArray | null>();
  const step = level.planar === 'pixel' ? level.samplesPerPixel : 1;
  const blockOf = (index: number) => {
    let block = blocks.get(index);
    if (block === undefined) {
      block = decodeSecond(file, header, level, index);
      if (block === null) onSparse(index);
      blocks.set(index, block);
    }
    return block;
  };
  return {
    valueAt(col, row, sample) {
      const plane = level.planar === 'band' ? sample * level.blockRows : 0;
      const blockRow = Math.floor(row / level.blockHeightPx);
      const index = (plane + blockRow) * level.blockCols + Math.floor(col / level.blockWidthPx);
      const block = blockOf(index);
      if (block === null) return null;
      const inside = (row % level.blockHeightPx) * level.blockWidthPx + (col % level.blockWidthPx);
      return block[inside * step + (level.planar === 'pixel' ? sample : 0)]!;
    },
  };
}
