import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { CanopyError, inputError } from '../../shared/errors.ts';
import { displayHref } from '../cog/source.ts';
import { type PlanarParcels, parsePlanarParcels } from '../parcels/planar.ts';
import { createProgress } from '../queue/progress.ts';
import { ringsBbox } from '../raster/clip.ts';
import { packShapes } from '../raster/shapes.ts';
import { PART_LENGTH } from '../raster/zonal-block.ts';
import { ensureFolder, writeFileAtomic } from '../store/files.ts';
import { createThreadPool, type ThreadPool } from '../workers/threads.ts';
import { checkVersion } from './file-version.ts';
import { checkOut } from './out.ts';
import { stopped } from './stopped.ts';
import { measureAll } from './zonal-measure-all.ts';
import { countBeyond } from './zonal-plan.ts';
import { openZonalRaster, type RasterPlace, type ZonalRaster } from './zonal-raster.ts';
import type { ZonalStat } from './zonal-stats.ts';
import { describeZonalCsv, formatZonalCsv, type ZonalTable } from './zonal-table.ts';
import type { ZonalResult, ZonalSetup, ZonalTask } from './zonal-task.ts';

export interface ZonalRequest extends RasterPlace {
  /** Absolute path of a GeoJSON file. */
  readonly parcels: string;
  readonly idField: string | null;
  readonly stats: readonly ZonalStat[];
  /** Absolute path; its metadata lie beside it as `<out>-metadata.json`. */
  readonly out: string;
  readonly workers: number;
}

export interface ZonalContext {
  readonly say: (line: string) => void;
  readonly write: (text: string) => void;
  readonly isTty: boolean;
  readonly signal: AbortSignal;
}

export interface ZonalReport {
  readonly parcels: number;
  readonly refused: number;
  readonly withoutPixels: number;
  /** Parcels that reach beyond the raster, measured where it lies. */
  readonly beyond: number;
  readonly blocks: number;
  readonly requests: number;
  readonly bytes: number;
}

type Pool = ThreadPool<ZonalTask, ZonalResult>;

/**
 * Zonal statistics of a raster for every parcel of a file, written as CSV. Memory is bounded by blocks and by the
 * parcels' own outlines. Errors: those of the raster and of the parcel file, `E_ZONAL_CLASSES`, `E_CANCELLED`,
 * `E_SOURCE_CHANGED`.
 */
export async function runZonal(request: ZonalRequest, context: ZonalContext): Promise<ZonalReport> {
  const { raster: rasterPath, parcels, out } = request;
  await checkOut([out, `${out}-metadata.json`], [rasterPath, parcels]);
  // The threads first, which come up while the parcels are read.
  const pool: Pool = createThreadPool<ZonalSetup, ZonalTask, ZonalResult>({
    program: 'pipeline/run/zonal-thread.js',
    setup: { path: request.isRemote ? null : request.raster },
    size: request.workers,
  });
  const stop = () => void pool.close();
  context.signal.addEventListener('abort', stop);
  try {
    await ensureFolder(dirname(out));
    const [raster, bytes] = await openBoth(request);
    try {
      return await measure(request, { raster, bytes, pool }, context);
    } finally {
      await raster.close();
    }
  } finally {
    context.signal.removeEventListener('abort', stop);
    await pool.close();
  }
}

async function openBoth(request: ZonalRequest): Promise<[ZonalRaster, Uint8Array]> {
  const [raster, bytes] = await Promise.allSettled([openZonalRaster(request), readParcelFile(request.parcels)]);
  if (raster.status === 'rejected') throw raster.reason;
  if (bytes.status === 'fulfilled') return [raster.value, bytes.value];
  await raster.value.close();
  throw bytes.reason;
}

async function readParcelFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw inputError('E_PARCELS_FILE', `${path} cannot be read (${code}). Check the name and its rights.`, path, cause);
  }
}

async function measure(
  request: ZonalRequest,
  { raster, bytes, pool }: { raster: ZonalRaster; bytes: Uint8Array; pool: Pool },
  context: ZonalContext,
): Promise<ZonalReport> {
  checkClasses(request, raster);
  const { parcels, stats, out } = request;
  const idField = request.idField ?? undefined;
  const parsed = await parsePlanarParcels(bytes, { source: parcels, idField, crs: raster.grid.crs });
  for (const note of parsed.notes) context.say(note);
  for (const { refusal } of parsed.parcels) if (refusal !== null) context.say(refusal);
  const shapes = packShapes(
    parsed.parcels.map(({ rings }) => rings),
    raster.grid,
  );
  const blocksPerGroup = raster.layout.blocksAcross * raster.layout.blocksDown;
  const unit = blocksPerGroup === 1 ? ['block', 'blocks'] : ['group of blocks', 'groups of blocks'];
  const startProgress = (total: number) => {
    const unitName = total === 1 ? unit[0]! : unit[1]!;
    return createProgress({ total, unitName, write: context.write, isTty: context.isTty, now: Date.now });
  };
  const read = { blocks: 0, requests: 0, bytes: 0 };
  const { totals, quantiles } = await measureAll({ pool, raster, read }, shapes, stats, startProgress);
  if (context.signal.aborted) throw stopped();
  if (raster.version !== null) checkVersion(request.raster, raster.version);
  const isRefused = parsed.parcels.map(({ rings }) => rings === null);
  const table = { stats, ids: parsed.parcels.map(({ id }) => id), isRefused, totals, quantiles };
  await writeTable(request, table);
  context.say(`Units and sources: ${out}-metadata.json`);
  return { ...countParcels(parsed, raster, table), ...addSource(read, raster) };
}

function checkClasses({ stats, raster: path, isRemote }: ZonalRequest, raster: ZonalRaster): void {
  const { dataType } = raster.header;
  if (!stats.some(({ kind }) => kind === 'classes') || !dataType.startsWith('float')) return;
  const where = isRemote ? displayHref(path) : path;
  const message = `${where} holds ${dataType} numbers; classes wants a raster of whole numbers. Leave classes away, or name another raster.`;
  throw inputError('E_ZONAL_CLASSES', message, where);
}

async function writeTable({ out, raster, band, parcels }: ZonalRequest, table: ZonalTable): Promise<void> {
  const sources = { raster: basename(displayHref(raster)), band, parcels: basename(parcels) };
  try {
    await writeFileAtomic(`${out}-metadata.json`, describeZonalCsv(basename(out), table, sources));
    await writeFileAtomic(out, formatZonalCsv(table));
  } catch (cause) {
    if (cause instanceof CanopyError) throw cause;
    const message = `${out} cannot be written: ${(cause as Error).message}. Free the disk, or choose a folder that may be written to.`;
    throw new CanopyError({ kind: 'resource', code: 'E_DISK', message, where: out }, { cause });
  }
}

function countParcels({ parcels }: PlanarParcels, raster: ZonalRaster, { totals }: ZonalTable) {
  const measured = parcels.flatMap(({ rings }) => (rings === null ? [] : [rings]));
  const withPixels = parcels.filter((_, index) => totals.parts[index * PART_LENGTH]! > 0).length;
  return {
    parcels: measured.length,
    refused: parcels.length - measured.length,
    withoutPixels: measured.length - withPixels,
    beyond: countBeyond(measured.map(ringsBbox), raster.grid),
  };
}

/** Threads count what they read themselves; of a remote file the main thread reads everything, of a local one the header. */
function addSource(read: { blocks: number; requests: number; bytes: number }, raster: ZonalRaster) {
  const { requests, bytes } = raster.stats();
  return { blocks: read.blocks, requests: read.requests + requests, bytes: read.bytes + bytes };
}
