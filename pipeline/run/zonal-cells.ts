import { intersectWindows, type Window } from '../../shared/grid.ts';
import type { PixelArray } from '../../shared/raster.ts';
import {
  type BlockAddress,
  blockLength,
  createPixels,
  decodeBlockInto,
  prepareDecoder,
  shapeOfBlock,
} from '../cog/block.ts';
import type { CogLevel } from '../cog/header.ts';
import type { CellBlock } from '../raster/zonal-block.ts';
import { type GroupLayout, layoutGroups, windowOfGroup } from './zonal-plan.ts';

/** One image of a file, its mask if it has one, and where the bytes of their blocks come from. */
export interface BlockStore {
  readonly level: CogLevel;
  /** Of the same size; 0 = invalid. */
  readonly mask: CogLevel | null;
  readonly where: string;
  /** Valid until the next call; null = the file keeps no such block. */
  readonly readBlock: (level: CogLevel, address: BlockAddress) => Uint8Array | null;
}

export interface CellReader {
  readonly layout: GroupLayout;
  /** The cells of a group; null where all of them are nodata. They lie in memory that the next call overwrites. */
  readonly readGroup: (group: number) => CellBlock | null;
  readonly blocksRead: () => number;
}

/** Reads one sample of an image group by group, in memory that is used again. */
export async function createCellReader(
  store: BlockStore,
  sample: number,
  sentinel: number | null,
): Promise<CellReader> {
  const { level, mask } = store;
  await prepareDecoder(level);
  if (mask !== null) await prepareDecoder(mask);
  const layout = layoutGroups(level);
  const decoder = createDecoder(store);
  const isPlain =
    layout.blocksAcross * layout.blocksDown === 1 && shapeOfBlock(level, 0).samples === 1 && mask === null;
  const gathered = isPlain ? null : createGatherer(store, { layout, sample, sentinel }, decoder);
  const readPlain = (group: number): CellBlock | null => {
    const address = { col: group % layout.groupCols, row: Math.floor(group / layout.groupCols), sample };
    const values = decoder.decode(level, address);
    if (values === null) return null;
    return { window: windowOfGroup(level, layout, group), values, strideValues: level.blockWidthPx, sentinel };
  };
  return { layout, readGroup: gathered ?? readPlain, blocksRead: decoder.blocksRead };
}

type Decoder = ReturnType<typeof createDecoder>;

function createDecoder({ readBlock, where }: BlockStore) {
  const buffers = new Map<CogLevel, PixelArray>();
  let blocks = 0;
  return {
    blocksRead: () => blocks,
    decode(level: CogLevel, address: BlockAddress): PixelArray | null {
      const bytes = readBlock(level, address);
      if (bytes === null) return null;
      blocks += 1;
      const length = blockLength(level, address.row);
      const inPlace = viewInPlace(level, bytes, length);
      if (inPlace !== null) return inPlace;
      let out = buffers.get(level);
      if (out === undefined) {
        out = createPixels(level.dataType, blockLength(level, 0));
        buffers.set(level, out);
      }
      decodeBlockInto(level, address, bytes, out, where);
      return out;
    },
  };
}

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The values of a block that is kept as this machine keeps them, without a copy; null for any other. */
function viewInPlace(level: CogLevel, bytes: Uint8Array, length: number): PixelArray | null {
  if (level.compression !== 'none' || level.bitsPerSample < 8) return null;
  const size = level.bitsPerSample / 8;
  if ((size > 1 && level.littleEndian !== IS_LITTLE_ENDIAN) || bytes.byteOffset % size !== 0) return null;
  // A block of another length is for the decoder to refuse.
  if (bytes.length !== length * size) return null;
  const View = createPixels(level.dataType, 0).constructor as new (
    b: ArrayBufferLike,
    at: number,
    n: number,
  ) => PixelArray;
  return new View(bytes.buffer, bytes.byteOffset, length);
}

/**
 * Puts the blocks of a group together, one sample of them, as float64 with NaN for what is not valid: for strips, small
 * tiles, interleaved samples and masks. Float64 holds every value of every type that is read.
 */
function createGatherer(
  { level, mask }: BlockStore,
  { layout, sample, sentinel }: { layout: GroupLayout; sample: number; sentinel: number | null },
  decoder: Decoder,
): (group: number) => CellBlock {
  let cells = new Float64Array(0);
  return (group) => {
    const window = windowOfGroup(level, layout, group);
    const length = window.widthPx * window.heightPx;
    if (cells.length < length) cells = new Float64Array(length);
    cells.fill(Number.NaN, 0, length);
    forBlocks(level, window, sample, decoder, (block, values, samples) => {
      if (values === null) return;
      const offset = level.planar === 'pixel' ? sample : 0;
      forRows(block, window, samples, (to, from, count) => {
        for (let k = 0; k < count; k++) cells[to + k] = values[from + k * samples + offset]!;
      });
    });
    if (mask !== null) {
      forBlocks(mask, window, 0, decoder, (block, values, samples) => {
        forRows(block, window, samples, (to, from, count) => {
          for (let k = 0; k < count; k++)
            if (values === null || values[from + k * samples] === 0) cells[to + k] = Number.NaN;
        });
      });
    }
    return { window, values: cells, strideValues: window.widthPx, sentinel };
  };
}

function forBlocks(
  level: CogLevel,
  window: Window,
  sample: number,
  decoder: Decoder,
  use: (block: Window, values: PixelArray | null, samples: number) => void,
): void {
  const { blockWidthPx, blockHeightPx } = level;
  const lastCol = Math.floor((window.col + window.widthPx - 1) / blockWidthPx);
  const lastRow = Math.floor((window.row + window.heightPx - 1) / blockHeightPx);
  for (let row = Math.floor(window.row / blockHeightPx); row <= lastRow; row++) {
    for (let col = Math.floor(window.col / blockWidthPx); col <= lastCol; col++) {
      const { widthPx, heightPx, samples } = shapeOfBlock(level, row);
      const block = { col: col * blockWidthPx, row: row * blockHeightPx, widthPx, heightPx };
      use(block, decoder.decode(level, { col, row, sample }), samples);
    }
  }
}

/** Calls `use` for each row that a block shares with the window: place in the window, place in the block, cells. */
function forRows(
  block: Window,
  window: Window,
  samples: number,
  use: (to: number, from: number, count: number) => void,
): void {
  const part = intersectWindows(block, window);
  if (part === null) return;
  for (let row = part.row; row < part.row + part.heightPx; row++) {
    const to = (row - window.row) * window.widthPx + part.col - window.col;
    const from = ((row - block.row) * block.widthPx + part.col - block.col) * samples;
    use(to, from, part.widthPx);
  }
}
