import type { PixelArray } from '../../shared/raster.ts';
import { blocksOfSuper, type CogPlan, insideOf, type SuperBlockAt } from './assemble-plan.ts';
import { sumValues, type ValueSums } from './assemble-statistics.ts';
import { encoderOf } from './encode.ts';

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
  const stage = plan.stages[at.stage]!;
  const encoder = encoderOf({ ...plan.spec, blockSizePx: plan.blockSizePx, sidePx: plan.superBlockPx });
  encoder.load(pixels);
  const blocks: Uint8Array[] = [];
  let level = stage.firstLevel;
  let sidePx = plan.superBlockPx;
  const halve = () => {
    encoder.halve(insideOf(plan, level, sidePx, at));
    sidePx /= 2;
  };
  for (const block of blocksOfSuper(plan, at)) {
    if (block.level !== level) halve();
    level = block.level;
    const perSide = sidePx / plan.blockSizePx;
    blocks.push(encoder.encodeBlock(block.col % perSide, block.row % perSide));
  }
  const hasMore = stage.endLevel < plan.levels.length;
  if (hasMore) halve();
  return {
    stage: at.stage,
    col: at.col,
    row: at.row,
    framed: frameBlocks(blocks),
    lengthsBytes: blocks.map((block) => block.length),
    piece: hasMore ? encoder.copy() : null,
    sums: sums ?? (at.stage === 0 ? sumSamples(plan, pixels) : []),
  };
}

/** The buffers of an encoded super-block that can be handed over instead of copied. */
export function buffersOf({ framed, piece }: EncodedSuperBlock): ArrayBuffer[] {
  return piece === null ? [framed.buffer] : [framed.buffer, piece.buffer as ArrayBuffer];
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
