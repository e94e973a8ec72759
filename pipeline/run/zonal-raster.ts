import { inputError } from '../../shared/errors.ts';
import { type Grid, gridBbox } from '../../shared/grid.ts';
import type { BlockAddress } from '../cog/block.ts';
import { blockIndex, blocksOf, rangeOfBlock, unframe } from '../cog/block-bytes.ts';
import { type CogHeader, type CogLevel, readHeader } from '../cog/header.ts';
import { bandGridOf, maskOf } from '../cog/match.ts';
import { storedSentinel } from '../cog/read.ts';
import { type ByteRange, type ByteSource, groupRanges, openFileSource, openHttpSource } from '../cog/source.ts';
import { versionOf } from './file-version.ts';
import { createLazyEgress } from './lazy-egress.ts';
import { type GroupLayout, layoutGroups, windowOfGroup, type ZonalPlan } from './zonal-plan.ts';
import type { FetchedBlocks } from './zonal-task.ts';

/** A raster that is measured, as the main thread knows it: header and place, never pixels. */
export interface ZonalRaster {
  readonly header: CogHeader;
  readonly level: CogLevel;
  readonly layout: GroupLayout;
  readonly grid: Grid;
  /** From 0. */
  readonly sample: number;
  readonly sentinel: number | null;
  /** Null where the file is remote. */
  readonly version: string | null;
  /** The blocks that a task needs; null where threads read a local file themselves. */
  blocksFor(plan: ZonalPlan, task: ZonalPlan['tasks'][number]): Promise<FetchedBlocks | null>;
  stats(): { readonly requests: number; readonly bytes: number };
  close(): Promise<void>;
}

export interface RasterPlace {
  /** Absolute path or URL. */
  readonly raster: string;
  readonly isRemote: boolean;
  /** From 1. */
  readonly band: number;
  readonly allowHosts: readonly string[];
}

/**
 * Opens a raster and checks that it can be measured. Errors: those of `readHeader` and of its source, `E_ZONAL_BAND`,
 * `E_CRS_MISSING`, `E_GRID_UNSUPPORTED` (also where degrees pass ±180).
 */
export async function openZonalRaster({ raster, isRemote, band, allowHosts }: RasterPlace): Promise<ZonalRaster> {
  const egress = isRemote ? createLazyEgress(allowHosts) : null;
  const version = isRemote ? null : versionOf(raster);
  const source = egress === null ? await openFileSource(raster) : await openHttpSource(raster, egress);
  const close = async () => {
    await source.close();
    await egress?.close();
  };
  try {
    const header = await readHeader(source);
    const grid = bandGridOf(header);
    await checkLongitudes(grid, header.where);
    if (band > header.samplesPerPixel) {
      const bands = header.samplesPerPixel === 1 ? '1 band' : `${header.samplesPerPixel} bands`;
      throw inputError('E_ZONAL_BAND', `${header.where} has ${bands}; --band ${band} is not there.`, header.where);
    }
    const level = header.levels[0]!;
    const image = { header, level, layout: layoutGroups(level), sample: band - 1 };
    return {
      ...image,
      grid,
      sentinel: storedSentinel(header.dataType, header.nodata),
      version,
      blocksFor: async (plan, task) => (isRemote ? fetchBlocks(source, image, plan, task) : null),
      stats: source.stats,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Parcels lie in -180° to 180°: on a grid that goes further they would miss cells without a word. */
async function checkLongitudes(grid: Grid, where: string): Promise<void> {
  const [west, , east] = gridBbox(grid);
  // Half a cell, and what rounding adds.
  const mostDeg = 180 + 0.500001 * grid.transform[0];
  // Numbers so large are metres: the projections are not loaded to ask.
  if ((west >= -mostDeg && east <= mostDeg) || Math.max(-west, east) > 1000) return;
  const { isGeographic } = await import('../../shared/transform.ts');
  if (!isGeographic(grid.crs)) return;
  throw inputError(
    'E_GRID_UNSUPPORTED',
    `${where} reaches from ${west}° to ${east}° of longitude; -180° to 180° is wanted, where parcels are. Bring it there (gdalwarp -t_srs EPSG:4326 -te WEST SOUTH EAST NORTH, west and east within ±180) or into a projected CRS, and measure again.`,
    where,
  );
}

interface WantedBytes extends ByteRange {
  readonly of: CogLevel;
  readonly address: BlockAddress;
  readonly into: Map<number, Uint8Array | null>;
}

const PARALLEL_READS = 4;

/** All blocks of a task and of its part of the mask; what lies close together in the file comes with one request. */
async function fetchBlocks(
  source: ByteSource,
  image: { header: CogHeader; level: CogLevel; layout: GroupLayout; sample: number },
  plan: ZonalPlan,
  { from, to }: ZonalPlan['tasks'][number],
): Promise<FetchedBlocks> {
  const { header, level, layout, sample } = image;
  const mask = maskOf(header);
  const fetched = { image: new Map<number, Uint8Array | null>(), masks: new Map<number, Uint8Array | null>() };
  const wanted: WantedBytes[] = [];
  for (let at = from; at < to; at++) {
    const window = windowOfGroup(level, layout, plan.groups[at]!);
    for (const of of mask === null ? [level] : [level, mask]) {
      const into = of === level ? fetched.image : fetched.masks;
      for (const address of blocksOf({ header, level: of, window, sample: of === level ? sample : 0 })) {
        const range = rangeOfBlock(header, of, address);
        const index = blockIndex(of, address);
        // Groups may share blocks of a mask that is cut otherwise than the image.
        if (into.has(index)) continue;
        into.set(index, null);
        if (range !== null) wanted.push({ of, address, into, ...range });
      }
    }
  }
  const groups = groupRanges(wanted);
  const readNext = async () => {
    for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
      const startBytes = group[0]!.offsetBytes;
      const endBytes = group.reduce((end, block) => Math.max(end, block.offsetBytes + block.lengthBytes), 0);
      const bytes = await source.read(startBytes, endBytes - startBytes);
      for (const { of, address, into, offsetBytes, lengthBytes } of group) {
        const framed = bytes.slice(offsetBytes - startBytes, offsetBytes - startBytes + lengthBytes);
        into.set(blockIndex(of, address), unframe(header, of, address, framed));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL_READS, groups.length) }, readNext));
  return { level: withoutRanges(level), mask: mask && withoutRanges(mask), where: header.where, ...fetched };
}

/** Where blocks lie matters to nobody once they are fetched, and the lists of a large file are long. */
function withoutRanges(level: CogLevel): CogLevel {
  const none = new Float64Array(0);
  return { ...level, blockOffsets: none, blockByteCounts: none };
}
