import { CanopyError, inputError } from '../../shared/errors.ts';
import type { Grid } from '../../shared/grid.ts';
import type { PixelArray } from '../../shared/raster.ts';
import { bytesPerValue, createPixels } from './block.ts';
import { type EncodeRule, encodeBlock } from './encode.ts';
import { type HalvingRule, halveBlock, type Resampling } from './overview.ts';
import { createSpool, type Spool, writeAtomically } from './spool.ts';
import { buildHeader, geoKeysOf, type HeaderSpec, type LevelLayout } from './write-header.ts';
import { buildMetadataXml, type CogBandInfo } from './write-metadata.ts';

export interface CogSpec {
  readonly grid: Grid;
  readonly dataType: 'uint8' | 'uint16' | 'int16' | 'float32';
  /** 1, or 3 for red, green, blue; the samples of a pixel lie together. */
  readonly samples: 1 | 3;
  /** The sentinel, NaN included; null where every cell holds a value. */
  readonly nodata: number | null;
  /** Multiple of 16; default 512. */
  readonly blockSizePx?: number;
  /** The one that is written. */
  readonly compression?: 'deflate';
  /** 1 (default) to 9. On satellite data the higher ones cost three times the time for 1 % of the size. */
  readonly levelDeflate?: number;
  /** How the overviews are made: `average` for quantities, `mode` or `nearest` for classes. */
  readonly resampling: Resampling;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly bands?: readonly CogBandInfo[];
}

/** A full block, rows × columns × samples, in the spec's data type; beyond the edge of the image it holds nodata. */
export type ReadBlock = (blockCol: number, blockRow: number) => PixelArray | Promise<PixelArray>;

const MAX_FILE_BYTES = 2 ** 32;

interface LevelWriter {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly blockCols: number;
  readonly blockRows: number;
  readonly spool: Spool;
  /** The block row under way; empty at full size, whose blocks come from outside. */
  readonly pending: readonly PixelArray[];
}

interface Job {
  readonly blockSizePx: number;
  readonly samples: number;
  readonly encode: EncodeRule;
  readonly halving: HalvingRule;
  readonly levels: readonly LevelWriter[];
  readonly fill: number;
}

/**
 * Writes a Cloud Optimized GeoTIFF in GDAL's layout: structural metadata, directories, then the smallest overview first
 * and the full size last, each block between its length and its last four bytes repeated. Memory is one block row a
 * level. The same pixels give the same bytes under one version of zlib. The file appears under `path` complete or not
 * at all. Errors: `E_TOO_LARGE` (4 GB), `E_CRS_UNSUPPORTED`, `E_DISK` (resource).
 */
export async function writeCog(
  path: string,
  spec: CogSpec,
  readBlock: ReadBlock,
): Promise<{ sha256: string; bytes: number }> {
  checkSpec(path, spec);
  const job = await createJob(path, spec);
  try {
    const full = job.levels[0]!;
    for (let row = 0; row < full.blockRows; row++) {
      for (let col = 0; col < full.blockCols; col++) {
        const block = await readBlock(col, row);
        checkBlock(spec, job, block, { col, row });
        await addBlock(job, 0, { col, row }, block);
      }
      await flushRow(job, 0, row);
    }
    return await assemble(path, spec, job);
  } finally {
    for (const level of job.levels) await level.spool.discard();
  }
}

function checkSpec(path: string, spec: CogSpec): void {
  geoKeysOf(spec.grid.crs);
  const { widthPx, heightPx } = spec.grid;
  const blockSizePx = spec.blockSizePx ?? 512;
  if (blockSizePx < 16 || blockSizePx % 16 !== 0 || !(widthPx > 0 && heightPx > 0)) {
    throw new RangeError(`${path}: ${widthPx} × ${heightPx} pixels in blocks of ${blockSizePx} cannot be written.`);
  }
  // The worst case: nothing compresses, edge blocks are full, overviews add a third.
  const sides = [widthPx, heightPx].map((side) => Math.ceil(side / blockSizePx) * blockSizePx);
  const worstBytes = sides[0]! * sides[1]! * spec.samples * bytesPerValue(spec.dataType) * 1.4 + 2 ** 20;
  if (worstBytes <= MAX_FILE_BYTES) return;
  const sentence = `${path}: ${widthPx} × ${heightPx} pixels of ${spec.samples} × ${spec.dataType} may pass the 4 GB of a TIFF. Write it in parts.`;
  throw inputError('E_TOO_LARGE', sentence, path);
}

async function createJob(path: string, spec: CogSpec): Promise<Job> {
  const blockSizePx = spec.blockSizePx ?? 512;
  const { dataType, samples, nodata } = spec;
  const fill = nodata ?? 0;
  const levels: LevelWriter[] = [];
  let { widthPx, heightPx } = spec.grid;
  for (;;) {
    const blockCols = Math.ceil(widthPx / blockSizePx);
    const blockRows = Math.ceil(heightPx / blockSizePx);
    const emptyBlock = () => createPixels(dataType, blockSizePx * blockSizePx * samples).fill(fill);
    const pending = levels.length === 0 ? [] : Array.from({ length: blockCols }, emptyBlock);
    levels.push({ widthPx, heightPx, blockCols, blockRows, pending, spool: await createSpool(path, levels.length) });
    if (Math.max(widthPx, heightPx) <= blockSizePx) break;
    widthPx = Math.ceil(widthPx / 2);
    heightPx = Math.ceil(heightPx / 2);
  }
  const encode = { dataType, samples, blockSizePx, predictor: predictorOf(spec), levelDeflate: spec.levelDeflate ?? 1 };
  const halving = { resampling: spec.resampling, nodata, isInteger: dataType !== 'float32' };
  return { blockSizePx, samples, encode, halving, levels, fill };
}

/** Floats shrink by a third with the byte-wise predictor, where the horizontal one does nothing for them. */
function predictorOf(spec: CogSpec): 2 | 3 {
  return spec.dataType === 'float32' ? 3 : 2;
}

function checkBlock(spec: CogSpec, job: Job, block: PixelArray, at: { col: number; row: number }): void {
  const wanted = job.blockSizePx ** 2 * job.samples;
  const expected = createPixels(spec.dataType, 0);
  if (block.length === wanted && block.constructor === expected.constructor) return;
  const message = `Block ${at.col}, ${at.row} to be written has ${block.length} values of ${block.constructor.name}, ${wanted} of ${expected.constructor.name} are wanted.`;
  throw new CanopyError({ kind: 'bug', code: 'E_BLOCK_TO_WRITE', message });
}

/** Stores a finished block and lets the next smaller level have its half. */
async function addBlock(job: Job, at: number, { col, row }: { col: number; row: number }, block: PixelArray) {
  const level = job.levels[at]!;
  await level.spool.append(encodeBlock(block, job.encode));
  const smaller = job.levels[at + 1];
  if (smaller === undefined) return;
  const shape = {
    blockSizePx: job.blockSizePx,
    samples: job.samples,
    insideWidthPx: Math.min(job.blockSizePx, level.widthPx - col * job.blockSizePx),
    insideHeightPx: Math.min(job.blockSizePx, level.heightPx - row * job.blockSizePx),
    quarterCol: col % 2,
    quarterRow: row % 2,
  };
  halveBlock(block, smaller.pending[col >> 1]!, shape, job.halving);
}

/** After a block row: every second one, and the last, completes a block row of the next smaller level. */
async function flushRow(job: Job, at: number, row: number): Promise<void> {
  const smaller = job.levels[at + 1];
  if (smaller === undefined || (row % 2 === 0 && row !== job.levels[at]!.blockRows - 1)) return;
  for (const [col, block] of smaller.pending.entries()) {
    await addBlock(job, at + 1, { col, row: row >> 1 }, block);
    block.fill(job.fill);
  }
  await flushRow(job, at + 1, row >> 1);
}

async function assemble(path: string, spec: CogSpec, job: Job): Promise<{ sha256: string; bytes: number }> {
  const headerSpec: HeaderSpec = {
    grid: spec.grid,
    blockSizePx: job.blockSizePx,
    bitsPerSample: bytesPerValue(spec.dataType) * 8,
    sampleFormat: spec.dataType === 'float32' ? 3 : spec.dataType === 'int16' ? 2 : 1,
    samples: spec.samples,
    predictor: predictorOf(spec),
    nodata: spec.nodata,
    metadataXml: buildMetadataXml(spec.metadata ?? {}, spec.bands),
  };
  const sized = (level: LevelWriter, startBytes: number): LevelLayout => ({
    widthPx: level.widthPx,
    heightPx: level.heightPx,
    blockByteCounts: Uint32Array.from(level.spool.blocks, (block) => block.lengthBytes),
    blockOffsets: Uint32Array.from(level.spool.blocks, (block) => startBytes + block.offsetBytes),
  });
  const headerBytes = buildHeader(
    headerSpec,
    job.levels.map((level) => sized(level, 0)),
  ).length;
  let at = headerBytes;
  const smallestFirst = [...job.levels].reverse();
  const layouts = smallestFirst.map((level) => {
    const layout = sized(level, at);
    at += level.spool.bytes();
    return layout;
  });
  const header = buildHeader(headerSpec, layouts.reverse());
  return writeAtomically(
    path,
    header,
    smallestFirst.map((level) => level.spool),
  );
}
