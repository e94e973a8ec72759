import type { PixelArray } from '../../shared/raster.ts';
import { blocksOfSuper, type CogPlan, insideOf, type SuperBlockAt } from './assemble-plan.ts';
import { sumValues, type ValueSums } from './assemble-statistics.ts';
import { createPixels } from './block.ts';
import { encodeBlock } from './encode.ts';
import { halvePixels } from './overview.ts';

/** A super-block as it goes into the file: what a thread hands to the coordinator. */
export interface EncodedSuperBlock extends SuperBlockAt {
  /** The compressed blocks in the order of `blocksOfSuper`, each in its frame, in a buffer of their own. */
  readonly framed: Uint8Array<ArrayBuffer>;
  /** Length of each block without its frame. */
  readonly lengthsBytes: readonly number[];
  /** The reduced pixels that belong to the next stage, `piecePx` squared; null where no level is left. */
  readonly piece: PixelArray | null;
  /** Of each sample at full size; empty for a super-block of overviews. */
  readonly sums: readonly ValueSums[];
}

/** Leader and trailer of a block in the file. */
export const FRAME_BYTES = 4;

/**
 * Makes the blocks of one super-block and of the overviews inside it. Meant for threads; pure.
 * @param pixels `superBlockPx` squared × samples, row by row, nodata beyond the image; only read
 * @param sums where the caller's kernel has summed the values already; else this does at full size
 */
export function encodeSuperBlock(
  plan: CogPlan,
  at: SuperBlockAt,
  pixels: PixelArray,
  sums?: readonly ValueSums[],
): EncodedSuperBlock {
  const { spec, blockSizePx } = plan;
  const stage = plan.stages[at.stage]!;
  const rule = encodeRuleOf(plan);
  const blocks: Uint8Array[] = [];
  let image = pixels;
  let sidePx = plan.superBlockPx;
  let level = stage.firstLevel;
  for (const block of blocksOfSuper(plan, at)) {
    if (block.level !== level) {
      image = halveImage(plan, level, image, { sidePx, ...at });
      sidePx /= 2;
      level = block.level;
    }
    const perSide = sidePx / blockSizePx;
    const corner = { col: (block.col % perSide) * blockSizePx, row: (block.row % perSide) * blockSizePx };
    blocks.push(encodeBlock(image, (corner.row * sidePx + corner.col) * spec.samples, sidePx * spec.samples, rule));
  }
  const hasMore = stage.endLevel < plan.levels.length;
  return {
    stage: at.stage,
    col: at.col,
    row: at.row,
    framed: frameBlocks(blocks),
    lengthsBytes: blocks.map((block) => block.length),
    piece: hasMore ? halveImage(plan, level, image, { sidePx, ...at }) : null,
    sums: sums ?? (at.stage === 0 ? sumSamples(plan, pixels) : []),
  };
}

/** The buffers of an encoded super-block that can be handed over instead of copied. */
export function buffersOf({ framed, piece }: EncodedSuperBlock): ArrayBuffer[] {
  return piece === null ? [framed.buffer] : [framed.buffer, piece.buffer as ArrayBuffer];
}

function encodeRuleOf({ spec, blockSizePx }: CogPlan) {
  const { dataType, samples, levelDeflate = 1 } = spec;
  return { dataType, samples, blockSizePx, predictor: predictorOf(spec), levelDeflate };
}

/** Floats shrink by a third with the byte-wise predictor, where the horizontal one does nothing for them. */
export function predictorOf(spec: { readonly dataType: string }): 2 | 3 {
  return spec.dataType === 'float32' ? 3 : 2;
}

function halveImage(plan: CogPlan, level: number, image: PixelArray, at: { sidePx: number; col: number; row: number }) {
  const { dataType, samples, nodata, resampling } = plan.spec;
  const half = at.sidePx / 2;
  const target = createPixels(dataType, half * half * samples).fill(nodata ?? 0);
  const inside = insideOf(plan, level, at.sidePx, at);
  const shape = { sourceSidePx: at.sidePx, samples, ...inside, targetSidePx: half };
  halvePixels(image, target, shape, { resampling, nodata, isInteger: dataType !== 'float32' });
  return target;
}

function sumSamples({ spec }: CogPlan, pixels: PixelArray): ValueSums[] {
  return Array.from({ length: spec.samples }, (_, sample) =>
    sumValues(pixels, { samples: spec.samples, sample }, spec.nodata),
  );
}

function frameBlocks(blocks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = blocks.reduce((sum, block) => sum + block.length + 2 * FRAME_BYTES, 0);
  const framed = new Uint8Array(bytes);
  const view = new DataView(framed.buffer);
  let at = 0;
  for (const block of blocks) {
    view.setUint32(at, block.length, true);
    framed.set(block, at + FRAME_BYTES);
    framed.set(block.subarray(-FRAME_BYTES), at + FRAME_BYTES + block.length);
    at += block.length + 2 * FRAME_BYTES;
  }
  return framed;
}
