import { type CogPlan, type CogSpec, planCog } from '../cog/assemble-plan.ts';
import type { StackMethod } from '../raster/composite-kernel.ts';
import { COMPOSITE_NODATA } from '../raster/composite-ndvi.ts';
import type { StackDate, StackInputs } from './composite-inputs.ts';

/** How a composite is cut into work; plain data for the threads. */
export interface CompositePlan {
  readonly cog: CogPlan;
  /** Super-blocks side by side that one task makes, so that no block of an input is decoded by two tasks. */
  readonly runBlocks: number;
  /** Rows of pixels of all dates that are in memory at a time. */
  readonly bandRowsPx: number;
}

const BLOCK_PX = 512;
const MAX_SUPER_BLOCK_PX = 2048;
/** DN of all dates in one thread: about this much, which is 23 dates of a block of 512². */
const STACK_BYTES = 24 * 2 ** 20;
/** Up to this much a thread takes to decode no block twice: 122 dates of a block of 512². */
const MAX_STACK_BYTES = 128 * 2 ** 20;

/** Cuts the work along the blocks of the inputs. Errors: see `planCog`. */
export function planComposite(path: string, spec: CogSpec, dates: readonly StackDate[]): CompositePlan {
  const levels = dates.flatMap(({ red, nir }) => [red.header.levels[0]!, nir.header.levels[0]!]);
  const widestPx = Math.max(...levels.map((level) => level.blockWidthPx));
  const highestPx = Math.max(...levels.map((level) => level.blockHeightPx));
  const isTiled = levels.every((level) => level.tiled);
  let superBlockPx = BLOCK_PX;
  while (isTiled && superBlockPx < highestPx && superBlockPx < MAX_SUPER_BLOCK_PX) superBlockPx *= 2;
  const cog = planCog(path, spec, superBlockPx);
  const runBlocks = Math.min(Math.ceil(widestPx / superBlockPx), cog.stages[0]!.superCols);
  const runWidthPx = Math.min(runBlocks * superBlockPx, spec.grid.widthPx);
  const rowBytes = runWidthPx * 2 * 2 * dates.length;
  const bandRowsPx = Math.min(rowsAtATime(rowBytes, highestPx), superBlockPx, spec.grid.heightPx);
  return { cog, runBlocks, bandRowsPx };
}

/** Whole rows of blocks, as far as memory allows. */
function rowsAtATime(rowBytes: number, blockHeightPx: number): number {
  const rows = Math.floor(STACK_BYTES / rowBytes);
  if (rows >= blockHeightPx) return rows - (rows % blockHeightPx);
  return Math.max(1, Math.min(blockHeightPx, Math.floor(MAX_STACK_BYTES / rowBytes)));
}

/** The form of the result: one band of int16 × 0.0001, or two of uint16. */
export function compositeSpec(
  { grid }: StackInputs,
  method: StackMethod,
  metadata: Readonly<Record<string, string>>,
): CogSpec {
  const form = { grid, blockSizePx: BLOCK_PX, metadata } as const;
  if (method.kind === 'medoid') {
    const bands = [{ description: 'red' }, { description: 'nir' }];
    // An average of two dates' pairs would be a pair that nobody has observed.
    return { ...form, dataType: 'uint16', samples: 2, nodata: 0, resampling: 'nearest', bands };
  }
  const bands = [{ description: 'ndvi', scale: 1e-4 }];
  return { ...form, dataType: 'int16', samples: 1, nodata: COMPOSITE_NODATA, resampling: 'average', bands };
}
