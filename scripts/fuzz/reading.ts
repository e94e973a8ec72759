import { type Cog, openCog, readWindow } from '../../pipeline/cog/read.ts';
import type { Window } from '../../shared/grid.ts';
import type { PixelArray } from '../../shared/raster.ts';
import { memorySource } from '../../tests/pipeline/cog/memory-source.ts';

/** All that a caller can get out of a file. */
export interface Reading {
  readonly cog: Cog;
  readonly images: readonly ReadImage[];
}

export interface ReadImage {
  readonly level: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly sample: number;
  readonly window: Window;
  /** The nodata that was asked for. */
  readonly nodata: number | null;
  readonly data: PixelArray;
  readonly valid: Uint8Array;
  readonly sparseBlocks: number;
}

/** Larger images are read at their corners only: nobody reads such a one whole, and memory is the caller's choice. */
const WHOLE_PX = 2 ** 20;
const CORNER_PX = 256;

/** Opens the file and reads its first and last sample at full size and in every overview, as the pipeline would. */
export async function readEverything(bytes: Uint8Array, itemNodata: number | null): Promise<Reading> {
  const cog = await openCog(memorySource(bytes));
  const { levels, samplesPerPixel } = cog.header;
  // A file without a nodata tag still has the one that its item states.
  const nodata = cog.header.nodata ?? itemNodata;
  const images: ReadImage[] = [];
  for (let level = 0; level < levels.length; level++) {
    const { widthPx, heightPx } = levels[level]!;
    for (const sample of new Set([0, samplesPerPixel - 1])) {
      for (const window of windowsOf(widthPx, heightPx)) {
        const read = await readWindow(cog, { level, window, sample, nodata });
        images.push({ level, widthPx, heightPx, sample, window, nodata, ...read });
      }
    }
  }
  return { cog, images };
}

function windowsOf(widthPx: number, heightPx: number): Window[] {
  if (widthPx * heightPx <= WHOLE_PX) return [{ col: 0, row: 0, widthPx, heightPx }];
  const size = { widthPx: CORNER_PX, heightPx: CORNER_PX };
  const [right, bottom] = [widthPx - CORNER_PX, heightPx - CORNER_PX];
  return [
    { ...size, col: 0, row: 0 },
    { ...size, col: right, row: bottom },
  ];
}
