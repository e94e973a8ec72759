import { intersectWindows, type Window } from '../../shared/grid.ts';
import type { PixelArray } from '../../shared/raster.ts';
import type { OverviewTask } from '../cog/assemble.ts';
import { buffersOf, type EncodedSuperBlock, encodeSuperBlock } from '../cog/assemble-block.ts';
import { createPixels } from '../cog/block.ts';
import { createStackKernel, type StackKernel, type StackMethod } from '../raster/composite-kernel.ts';
import { answerThread } from '../workers/thread-contract.ts';
import type { StackDate } from './composite-inputs.ts';
import type { CompositePlan } from './composite-plan.ts';
import { createStackReader, type StackReader } from './composite-read.ts';

/** What every thread of a composite is told when it starts. */
export interface CompositeSetup {
  readonly plan: CompositePlan;
  readonly dates: readonly StackDate[];
  readonly keepScl: readonly number[];
  readonly method: StackMethod;
  readonly dnOffset: number;
}

/** A run of super-blocks of the full size, from column `run · runBlocks` of row `row` on; or pixels of an overview. */
export type CompositeTask = { readonly run: number; readonly row: number } | OverviewTask;

export interface CompositeAnswer {
  readonly blocks: readonly EncodedSuperBlock[];
  /** Pixels left out because their NDVI is beyond ±3.2767. */
  readonly refusedPx: number;
}

answerThread<CompositeSetup, CompositeTask, CompositeAnswer>(async (setup) => {
  const { plan, dates, keepScl, method, dnOffset } = setup;
  const reader = await createStackReader(dates, keepScl);
  const runWidthPx = Math.min(plan.runBlocks * plan.cog.superBlockPx, plan.cog.spec.grid.widthPx);
  const capacityPx = runWidthPx * plan.bandRowsPx;
  const kernel = createStackKernel({ dates: dates.length, capacityPx, method, dnOffset });
  return async (task) => {
    const answer = 'run' in task ? computeRun(setup, { reader, kernel }, task) : encodeOverview(plan, task);
    return { result: answer, transfer: answer.blocks.flatMap(buffersOf) };
  };
});

function encodeOverview({ cog }: CompositePlan, { at, pixels }: OverviewTask): CompositeAnswer {
  return { blocks: [encodeSuperBlock(cog, at, pixels)], refusedPx: 0 };
}

function computeRun(
  { plan, dates }: CompositeSetup,
  { reader, kernel }: { reader: StackReader; kernel: StackKernel },
  { run, row }: { run: number; row: number },
): CompositeAnswer {
  const { superBlockPx, spec, stages } = plan.cog;
  const first = run * plan.runBlocks;
  const count = Math.min(plan.runBlocks, stages[0]!.superCols - first);
  const images = Array.from({ length: count }, () =>
    createPixels(spec.dataType, superBlockPx * superBlockPx * spec.samples).fill(spec.nodata!),
  );
  const corner = { col: first * superBlockPx, row: row * superBlockPx };
  const image = { col: 0, row: 0, widthPx: spec.grid.widthPx, heightPx: spec.grid.heightPx };
  const inside = intersectWindows(image, { ...corner, widthPx: count * superBlockPx, heightPx: superBlockPx })!;
  let refusedPx = 0;
  for (let top = 0; top < inside.heightPx; top += plan.bandRowsPx) {
    const heightPx = Math.min(plan.bandRowsPx, inside.heightPx - top);
    const band = { ...inside, row: inside.row + top, heightPx };
    dates.forEach((date, k) => {
      reader.readDate(date, band, kernel.planes[k]!);
    });
    const result = kernel.compute(band.widthPx * heightPx);
    refusedPx += result.refusedPx;
    paste(plan, result.data, band, { images, topPx: top });
  }
  const blocks = images.map((pixels, i) => encodeSuperBlock(plan.cog, { stage: 0, col: first + i, row }, pixels));
  return { blocks, refusedPx };
}

/** Cuts a band of rows into the super-blocks that lie side by side in it. */
function paste(
  { cog }: CompositePlan,
  data: Int16Array | Uint16Array,
  band: Window,
  { images, topPx }: { images: readonly PixelArray[]; topPx: number },
): void {
  const { samples } = cog.spec;
  const side = cog.superBlockPx;
  for (const [i, pixels] of images.entries()) {
    const values = Math.min(side, band.widthPx - i * side) * samples;
    for (let row = 0; row < band.heightPx; row += 1) {
      const from = (row * band.widthPx + i * side) * samples;
      pixels.set(data.subarray(from, from + values), (topPx + row) * side * samples);
    }
  }
}
