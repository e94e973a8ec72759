import { CanopyError } from '../../shared/errors.ts';
import type { PixelArray } from '../../shared/raster.ts';
import { type EncodedSuperBlock, FRAME_BYTES } from './assemble-block.ts';
import { type BlockAt, blocksOfSuper, type CogPlan, type SuperBlockAt } from './assemble-plan.ts';
import { describeSums, mergeSums, NO_VALUES, type ValueSums } from './assemble-statistics.ts';
import { bytesPerValue, createPixels } from './block.ts';
import { predictorOf } from './encode.ts';
import type { ByteRange } from './source.ts';
import { createSpool, type Spool, writeAtomically } from './spool.ts';
import { buildHeader, type HeaderSpec, type LevelLayout } from './write-header.ts';
import { buildMetadataXml } from './write-metadata.ts';

/** A super-block of overviews whose pixels are complete: to be encoded, in a thread, and added. */
export interface OverviewTask {
  readonly at: SuperBlockAt;
  readonly pixels: PixelArray;
}

/** A finished file. */
export interface CogFile {
  readonly sha256: string;
  readonly bytes: number;
}

export interface AssembledCog extends CogFile {
  /** Of each sample at full size. */
  readonly sums: readonly ValueSums[];
}

/** Encoded super-blocks, in any order, to a file. Its bytes depend on the pixels only. */
interface CogAssembly {
  /** Stores a super-block; resolves to the work that it made possible. */
  add(encoded: EncodedSuperBlock): Promise<OverviewTask[]>;
  /** Once everything was added: the file, complete and on the disk. */
  finish(): Promise<AssembledCog>;
  /** Removes what is unfinished; after `finish` it has nothing left to do but that. */
  discard(): Promise<void>;
}

/** Where the pixels come from. Both functions hand the work to threads: nothing is encoded here. */
export interface AssemblyWork {
  /** Makes super-block `at` of stage 0 from the inputs. Called row by row. */
  compute(at: SuperBlockAt): Promise<EncodedSuperBlock>;
  /** Calls `encodeSuperBlock` on the pixels of overviews. */
  encode(task: OverviewTask): Promise<EncodedSuperBlock>;
  /** Calls of both that may be under way at a time; two more than there are threads keep all of them busy. */
  readonly inFlight: number;
  /** After each super-block of the full size. */
  onDone?(encoded: EncodedSuperBlock): void;
  /** After the last of them, before the file is put together; what it throws leaves no file. */
  beforeFinish?(): void;
}

export interface AssemblyOptions {
  /** States minimum, maximum, mean, standard deviation and share of valid cells of every sample. */
  readonly statistics?: boolean;
}

/**
 * Writes a Cloud Optimized GeoTIFF in GDAL's layout in one pass over the inputs: structural metadata, directories, then
 * the smallest overview first and the full size last, each block between its length and its last four bytes repeated.
 * Compressed blocks wait on disk; in memory are the super-blocks under way and, for each further stage, two rows of
 * super-blocks of overviews. The bytes depend on the pixels only, not on the number of threads or the order in which
 * they answer. The file appears under `path` complete or not at all; where a call of `work` fails, its error is thrown
 * once the others under way have ended. Errors: `E_DISK` and `E_DISK_FULL` (resource).
 */
export async function assembleCog(
  path: string,
  plan: CogPlan,
  work: AssemblyWork,
  options: AssemblyOptions = {},
): Promise<AssembledCog> {
  const assembly = createCogAssembly(path, plan, options);
  try {
    await driveWork(plan, work, assembly);
    work.beforeFinish?.();
    return await assembly.finish();
  } finally {
    await assembly.discard();
  }
}

function driveWork(plan: CogPlan, work: AssemblyWork, assembly: CogAssembly): Promise<void> {
  const { superCols, superRows } = plan.stages[0]!;
  const ready: OverviewTask[] = [];
  let started = 0;
  let active = 0;
  let failure: { readonly error: unknown } | null = null;
  const takeNext = (): (() => Promise<EncodedSuperBlock>) | null => {
    const task = ready.shift();
    if (task !== undefined) return () => work.encode(task);
    if (started === superCols * superRows) return null;
    const at = { stage: 0, col: started % superCols, row: Math.floor(started / superCols) };
    started += 1;
    return () => work.compute(at);
  };
  return new Promise((resolve, reject) => {
    const runOne = async (compute: () => Promise<EncodedSuperBlock>) => {
      try {
        const encoded = await compute();
        ready.push(...(await assembly.add(encoded)));
        if (encoded.stage === 0) work.onDone?.(encoded);
      } catch (error) {
        failure ??= { error };
      }
      active -= 1;
      pump();
    };
    const pump = () => {
      while (failure === null && active < work.inFlight) {
        const next = takeNext();
        if (next === null) break;
        active += 1;
        void runOne(next);
      }
      if (active > 0) return;
      if (failure === null) resolve();
      else reject(failure.error);
    };
    pump();
  });
}

interface State {
  readonly path: string;
  readonly plan: CogPlan;
  readonly spool: Spool;
  /** For each level its blocks row by row: where each lies in the spool, frame included. */
  readonly placed: readonly (ByteRange | undefined)[][];
  /** Super-blocks of overviews that wait for pieces, by stage, column and row. */
  readonly pending: Map<string, { readonly pixels: PixelArray; missing: number }>;
  /** By super-block of the full size, row by row. */
  readonly sums: (readonly ValueSums[])[];
}

function createCogAssembly(path: string, plan: CogPlan, { statistics = false }: AssemblyOptions): CogAssembly {
  const placed = plan.levels.map(({ blockCols, blockRows }) =>
    Array.from({ length: blockCols * blockRows }, (): ByteRange | undefined => undefined),
  );
  const state: State = { path, plan, spool: createSpool(path), placed, pending: new Map(), sums: [] };
  return {
    async add(encoded) {
      if (encoded.stage === 0) state.sums[encoded.row * plan.stages[0]!.superCols + encoded.col] = encoded.sums;
      // The piece first: it is taken in at once, however long the disk takes.
      const ready = encoded.piece === null ? [] : addPiece(state, encoded, encoded.piece);
      const start = await state.spool.append(encoded.framed);
      placeBlocks(state, encoded, start);
      return ready;
    },
    finish: () => finishFile(state, statistics),
    discard: () => state.spool.discard(),
  };
}

function placeBlocks({ plan, placed }: State, encoded: EncodedSuperBlock, start: number): void {
  let offsetBytes = start;
  for (const [i, block] of blocksOfSuper(plan, encoded).entries()) {
    const lengthBytes = encoded.lengthsBytes[i]! + 2 * FRAME_BYTES;
    placed[block.level]![indexOf(plan, block)] = { offsetBytes, lengthBytes };
    offsetBytes += lengthBytes;
  }
}

function indexOf(plan: CogPlan, { level, col, row }: BlockAt): number {
  return row * plan.levels[level]!.blockCols + col;
}

/** Puts a piece into its super-block of the next stage; returns that when it was the last one missing. */
function addPiece({ plan, pending }: State, from: SuperBlockAt, piece: PixelArray): OverviewTask[] {
  const { piecesPerSide, piecePx, superBlockPx, spec } = plan;
  const { superCols, superRows } = plan.stages[from.stage]!;
  const at = {
    stage: from.stage + 1,
    col: Math.floor(from.col / piecesPerSide),
    row: Math.floor(from.row / piecesPerSide),
  };
  const key = `${at.stage} ${at.col} ${at.row}`;
  const waiting = pending.get(key) ?? {
    pixels: createPixels(spec.dataType, superBlockPx * superBlockPx * spec.samples).fill(spec.nodata ?? 0),
    missing:
      Math.min(piecesPerSide, superCols - at.col * piecesPerSide) *
      Math.min(piecesPerSide, superRows - at.row * piecesPerSide),
  };
  const corner = (from.row % piecesPerSide) * piecePx * superBlockPx + (from.col % piecesPerSide) * piecePx;
  const rowValues = piecePx * spec.samples;
  for (let row = 0; row < piecePx; row++) {
    const values = piece.subarray(row * rowValues, (row + 1) * rowValues);
    waiting.pixels.set(values, (corner + row * superBlockPx) * spec.samples);
  }
  waiting.missing -= 1;
  if (waiting.missing > 0) {
    pending.set(key, waiting);
    return [];
  }
  pending.delete(key);
  return [{ at, pixels: waiting.pixels }];
}

async function finishFile(state: State, statistics: boolean): Promise<AssembledCog> {
  const { path, plan, spool } = state;
  const levels = state.placed.map((blocks, level) => blocks.map((block) => block ?? missingBlock(path, level)));
  const sums = mergeAll(state);
  const headerSpec = headerSpecOf(plan, statistics ? sums : null);
  const layoutOf = (blocks: readonly ByteRange[], level: number, startBytes: number): LevelLayout => {
    let at = startBytes;
    const offsets = blocks.map(({ lengthBytes }) => {
      at += lengthBytes;
      return at - lengthBytes + FRAME_BYTES;
    });
    const blockByteCounts = Uint32Array.from(blocks, ({ lengthBytes }) => lengthBytes - 2 * FRAME_BYTES);
    const { widthPx, heightPx } = plan.levels[level]!;
    return { widthPx, heightPx, blockOffsets: Uint32Array.from(offsets), blockByteCounts };
  };
  const headerBytes = buildHeader(
    headerSpec,
    levels.map((blocks, level) => layoutOf(blocks, level, 0)),
  ).length;
  const layouts: LevelLayout[] = [];
  let at = headerBytes;
  for (let level = levels.length - 1; level >= 0; level--) {
    layouts.unshift(layoutOf(levels[level]!, level, at));
    at += levels[level]!.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
  }
  const smallestFirst = levels.toReversed().flat();
  const file = await writeAtomically(path, buildHeader(headerSpec, layouts), spool, smallestFirst);
  return { ...file, sums };
}

function missingBlock(path: string, level: number): never {
  const message = `${path} was to be finished before every block of level ${level} was there.`;
  throw new CanopyError({ kind: 'bug', code: 'E_BLOCK_TO_WRITE', message });
}

function mergeAll({ plan, sums }: State): ValueSums[] {
  return Array.from({ length: plan.spec.samples }, (_, sample) =>
    sums.reduce((merged, part) => mergeSums(merged, part[sample] ?? NO_VALUES), NO_VALUES),
  );
}

function headerSpecOf({ spec, blockSizePx }: CogPlan, sums: readonly ValueSums[] | null): HeaderSpec {
  const totalPx = spec.grid.widthPx * spec.grid.heightPx;
  const bands = sums?.map((of, sample) => {
    const statistics = describeSums(of, totalPx);
    return { ...spec.bands?.[sample], ...(statistics === null ? {} : { statistics }) };
  });
  return {
    grid: spec.grid,
    blockSizePx,
    bitsPerSample: bytesPerValue(spec.dataType) * 8,
    sampleFormat: spec.dataType === 'float32' ? 3 : spec.dataType === 'int16' ? 2 : 1,
    samples: spec.samples,
    predictor: predictorOf(spec),
    nodata: spec.nodata,
    metadataXml: buildMetadataXml(spec.metadata ?? {}, bands ?? spec.bands),
  };
}
