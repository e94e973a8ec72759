import { inputError } from '../../shared/errors.ts';
import type { Grid } from '../../shared/grid.ts';
import { bytesPerValue } from './block.ts';
import type { Resampling } from './overview.ts';
import { geoKeysOf } from './write-header.ts';
import type { CogBandInfo } from './write-metadata.ts';

/** What is written. Plain data: it crosses to threads as it is. */
export interface CogSpec {
  readonly grid: Grid;
  readonly dataType: 'uint8' | 'uint16' | 'int16' | 'float32';
  /** 1; 2 quantities; or 3 for red, green, blue. The samples of a pixel lie together. */
  readonly samples: 1 | 2 | 3;
  /** The sentinel, NaN included; null where every cell holds a value. */
  readonly nodata: number | null;
  /** Multiple of 16; default 512. */
  readonly blockSizePx?: number;
  /** The one that is written. */
  readonly compression?: 'deflate';
  /** How the overviews are made: `average` for quantities, `mode` or `nearest` for classes. */
  readonly resampling: Resampling;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly bands?: readonly CogBandInfo[];
}

/** One image of the pyramid: 0 is the full size, each next one half of it, rounded up, until one block holds it. */
interface LevelPlan {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly blockCols: number;
  readonly blockRows: number;
}

/** Levels that are encoded together from one super-block's pixels. */
interface StagePlan {
  readonly firstLevel: number;
  readonly endLevel: number;
  readonly superCols: number;
  readonly superRows: number;
}

/**
 * How an image is cut into work. A super-block is a square of whole blocks; its own overviews lie wholly inside it until
 * they are smaller than a block: what is left of it then is a piece of a super-block of the next stage, which is cut
 * from the first overview that no super-block could finish by itself.
 */
export interface CogPlan {
  readonly spec: CogSpec;
  readonly blockSizePx: number;
  readonly superBlockPx: number;
  readonly levels: readonly LevelPlan[];
  readonly stages: readonly StagePlan[];
  /** Pieces along one side of a super-block of the next stage. */
  readonly piecesPerSide: number;
  /** Side of the piece that a super-block leaves over. */
  readonly piecePx: number;
}

/** Which super-block: stage 0 is cut from the full size. */
export interface SuperBlockAt {
  readonly stage: number;
  readonly col: number;
  readonly row: number;
}

/** A block of the file inside a super-block; `col`, `row` count the level's blocks. */
export interface BlockAt {
  readonly level: number;
  readonly col: number;
  readonly row: number;
}

const MAX_FILE_BYTES = 2 ** 32;

/**
 * Plans the file. Errors (input): `E_TOO_LARGE` (4 GB), `E_CRS_UNSUPPORTED`; sizes that make no sense are a RangeError.
 * @param superBlockPx the block size times a power of two
 */
export function planCog(path: string, spec: CogSpec, superBlockPx = spec.blockSizePx ?? 512): CogPlan {
  const blockSizePx = spec.blockSizePx ?? 512;
  checkSpec(path, spec, blockSizePx, superBlockPx);
  const levels = planLevels(spec.grid, blockSizePx);
  const levelsPerStage = Math.log2(superBlockPx / blockSizePx) + 1;
  const stages: StagePlan[] = [];
  for (let firstLevel = 0; firstLevel < levels.length; firstLevel += levelsPerStage) {
    const { widthPx, heightPx } = levels[firstLevel]!;
    stages.push({
      firstLevel,
      endLevel: Math.min(firstLevel + levelsPerStage, levels.length),
      superCols: Math.ceil(widthPx / superBlockPx),
      superRows: Math.ceil(heightPx / superBlockPx),
    });
  }
  const piecesPerSide = 2 ** levelsPerStage;
  return { spec, blockSizePx, superBlockPx, levels, stages, piecesPerSide, piecePx: superBlockPx / piecesPerSide };
}

function planLevels(grid: Grid, blockSizePx: number): LevelPlan[] {
  const levels: LevelPlan[] = [];
  let { widthPx, heightPx } = grid;
  for (;;) {
    const blockCols = Math.ceil(widthPx / blockSizePx);
    const blockRows = Math.ceil(heightPx / blockSizePx);
    levels.push({ widthPx, heightPx, blockCols, blockRows });
    if (Math.max(widthPx, heightPx) <= blockSizePx) return levels;
    widthPx = Math.ceil(widthPx / 2);
    heightPx = Math.ceil(heightPx / 2);
  }
}

function checkSpec(path: string, spec: CogSpec, blockSizePx: number, superBlockPx: number): void {
  geoKeysOf(spec.grid.crs);
  const { widthPx, heightPx } = spec.grid;
  const isPowerOfTwo = Number.isInteger(Math.log2(superBlockPx / blockSizePx)) && superBlockPx >= blockSizePx;
  if (blockSizePx < 16 || blockSizePx % 16 !== 0 || !(widthPx > 0 && heightPx > 0) || !isPowerOfTwo) {
    const blocks = `blocks of ${blockSizePx}, super-blocks of ${superBlockPx}`;
    throw new RangeError(`${path}: ${widthPx} × ${heightPx} pixels in ${blocks} cannot be written.`);
  }
  // The worst case: nothing compresses, edge blocks are full, overviews add a third.
  const sides = [widthPx, heightPx].map((side) => Math.ceil(side / blockSizePx) * blockSizePx);
  const worstBytes = sides[0]! * sides[1]! * spec.samples * bytesPerValue(spec.dataType) * 1.4 + 2 ** 20;
  if (worstBytes <= MAX_FILE_BYTES) return;
  const sentence = `${path}: ${widthPx} × ${heightPx} pixels of ${spec.samples} × ${spec.dataType} may pass the 4 GB of a TIFF. Write it in parts.`;
  throw inputError('E_TOO_LARGE', sentence, path);
}

/** How much of a square of `sidePx` at `col`, `row` of such squares lies inside a level. */
export function insideOf(plan: CogPlan, level: number, sidePx: number, at: { col: number; row: number }) {
  const { widthPx, heightPx } = plan.levels[level]!;
  return {
    insideWidthPx: Math.min(sidePx, widthPx - at.col * sidePx),
    insideHeightPx: Math.min(sidePx, heightPx - at.row * sidePx),
  };
}

/** The blocks of a super-block in the order in which they are handed on: level by level, row by row. */
export function blocksOfSuper(plan: CogPlan, at: SuperBlockAt): BlockAt[] {
  const stage = plan.stages[at.stage]!;
  const blocks: BlockAt[] = [];
  for (let level = stage.firstLevel; level < stage.endLevel; level++) {
    const { blockCols, blockRows } = plan.levels[level]!;
    const perSide = plan.superBlockPx / 2 ** (level - stage.firstLevel) / plan.blockSizePx;
    for (let row = at.row * perSide; row < Math.min(blockRows, (at.row + 1) * perSide); row++) {
      for (let col = at.col * perSide; col < Math.min(blockCols, (at.col + 1) * perSide); col++) {
        blocks.push({ level, col, row });
      }
    }
  }
  return blocks;
}
