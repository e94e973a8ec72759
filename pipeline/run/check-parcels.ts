import { basename } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { checkParcels } from '../../shared/checks/check.ts';
import { type CheckContext, type CheckRegion, checkContext, type OtherParcel } from '../../shared/checks/context.ts';
import { mendParcels } from '../../shared/checks/mend.ts';
import { readOutline } from '../../shared/checks/read-outline.ts';
import { reportOf } from '../../shared/checks/report.ts';
import { tidyRings } from '../../shared/checks/tidy.ts';
import { type CanopyError, type ErrorDetail, isCanopyError, toErrorDetail, usageError } from '../../shared/errors.ts';
import type { CheckedParcel, CheckLimits, CheckReport, ParcelCandidate } from '../../shared/parcel-check.ts';
import { findPairsByIndex } from '../parcels/overlaps.ts';
import { type MendedFile, writeMended } from './check-parcels-mended.ts';
import { readProjectRegions, readRegionFile } from './check-parcels-regions.ts';
import { readRegisteredParcels } from './check-parcels-register.ts';
import { createImporter, type Importer } from './import-parcels.ts';

export interface CheckRequest {
  /** Absolute paths. */
  readonly files: readonly string[];
  /** Project file whose regions parcels have to lie in; null: none. */
  readonly project: string | null;
  /** Boundary file of the same use. */
  readonly region: string | null;
  /** Folder with a register whose parcels must not be overlapped. */
  readonly register: string | null;
  readonly idField: string | null;
  readonly assumeCrs: string | null;
  readonly layer: string | null;
  readonly limits: CheckLimits;
  /** Where mended parcels are written; null: nowhere. */
  readonly mended: string | null;
  readonly withPersonal: boolean;
}

export interface CheckedFile {
  readonly report: CheckReport;
  readonly candidates: readonly ParcelCandidate[];
}

/** A file that could not be read, beside others that could. */
export interface UnreadFile {
  readonly file: string;
  readonly error: ErrorDetail;
}

export interface CheckOutcome {
  /** In the order of the files. */
  readonly files: readonly (CheckedFile | UnreadFile)[];
  readonly mended: MendedFile | null;
  /** Why there are no mended parcels although they were asked for. */
  readonly mendedError: ErrorDetail | null;
}

export interface CheckIo {
  readonly signal: AbortSignal;
  /** Told how far it is. */
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * Reads and checks parcel files, each against its own parcels, those of the files before it and those that are
 * registered. Nothing is registered or changed but the file of mended parcels, where one is asked for. Of several files
 * one that cannot be read takes its place as an error; one alone throws what reading throws.
 */
export async function checkParcelFiles(request: CheckRequest, io: CheckIo): Promise<CheckOutcome> {
  if (request.mended !== null && request.files.length > 1)
    throw usageError(
      `--mended writes the parcels of one file; ${request.files.length} were named. Mend them one by one.`,
    );
  const context = await contextOf(request, io);
  const importer = createImporter();
  const stop = () => void importer.close();
  io.signal.addEventListener('abort', stop, { once: true });
  try {
    return await checkEach(request, context, importer);
  } finally {
    io.signal.removeEventListener('abort', stop);
    await importer.close();
  }
}

async function checkEach(request: CheckRequest, context: CheckContext, importer: Importer): Promise<CheckOutcome> {
  const before: OtherParcel[] = [];
  const files: (CheckedFile | UnreadFile)[] = [];
  let mended: MendedFile | CanopyError | null = null;
  for (const path of request.files) {
    const read = await orError(importer.read(path, request));
    if ('code' in read) {
      if (request.files.length === 1) throw read;
      files.push({ file: basename(path), error: toErrorDetail(read) });
      continue;
    }
    const { format, candidates, notes } = read;
    const own = { ...context, others: [...context.others, ...before] };
    const parcels = await checkParcels(candidates, own);
    const report = reportOf(parcels, { file: basename(path), format, limits: request.limits, notes });
    files.push({ report, candidates });
    before.push(...othersOf(candidates, parcels, basename(path)));
    if (request.mended !== null)
      mended = await orError(writeMended(request.mended, await mendParcels(candidates, own), request));
  }
  if (mended !== null && 'code' in mended) return { files, mended: null, mendedError: toErrorDetail(mended) };
  return { files, mended, mendedError: null };
}

/** What a file or a disk can be blamed for, as a value: what was found before is still told. */
async function orError<T extends object>(work: Promise<T>): Promise<T | CanopyError> {
  try {
    return await work;
  } catch (error) {
    const isOfFile = isCanopyError(error) && (error.kind === 'input' || error.kind === 'resource');
    if (isOfFile && error.code !== 'E_CANCELLED') return error;
    throw error;
  }
}

async function contextOf(request: CheckRequest, { signal, onProgress }: CheckIo): Promise<CheckContext> {
  const regions: CheckRegion[] = [];
  if (request.project !== null) regions.push(...(await readProjectRegions(request.project)));
  if (request.region !== null) regions.push(...(await readRegionFile(request.region)));
  return checkContext({
    limits: request.limits,
    regions,
    others: request.register === null ? [] : await readRegisteredParcels(request.register),
    today: new Date().toISOString().slice(0, 10),
    findPairs: findPairsByIndex,
    onProgress: async (done, total) => {
      onProgress(done, total);
      // Lets a wish to stop be heard.
      await nextTurn();
      signal.throwIfAborted();
    },
  });
}

/** Parcels of a file that can be measured, for those after it. */
function othersOf(
  candidates: readonly ParcelCandidate[],
  checked: readonly CheckedParcel[],
  file: string,
): readonly OtherParcel[] {
  return candidates.flatMap((candidate, position) => {
    if (checked[position]!.parcelHa === null) return [];
    const polygons = tidyRings(readOutline(candidate.geometry).polygons!).polygons!;
    return [{ id: candidate.id, regionId: '', regionName: file, version: 0, rings: polygons.flat() }];
  });
}
