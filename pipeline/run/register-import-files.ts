import { basename } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { reportOf } from '../../shared/checks/report.ts';
import { type ErrorDetail, isCanopyError, toErrorDetail } from '../../shared/errors.ts';
import { type CheckReport, DEFAULT_CHECK_LIMITS, type ParcelCandidate } from '../../shared/parcel-check.ts';
import type { RegisterRegion } from '../../shared/register.ts';
import { sha256OfFile } from '../store/files.ts';
import { fileAnswers } from './file-answers.ts';
import { createImporter, type Importer } from './import-parcels.ts';
import type { Register } from './register-contract.ts';
import { openRegisterHere } from './register-here.ts';
import type { ImportOutcome } from './register-import.ts';

/** What `canopy parcels import` was asked for. */
export interface ImportFilesRequest {
  /** Absolute paths. */
  readonly files: readonly string[];
  /** PostgreSQL, or null for the register in `folder`. */
  readonly url: string | null;
  readonly folder: string;
  readonly regionId: string;
  /** Empty: no boundaries are known. */
  readonly regions: readonly RegisterRegion[];
  readonly author: string;
  readonly reason: string;
  readonly acceptMends: boolean;
  readonly idField: string | null;
  readonly assumeCrs: string | null;
  readonly layer: string | null;
}

export type ImportedFile =
  | {
      readonly kind: 'read';
      readonly file: string;
      readonly sha256: string;
      readonly candidates: readonly ParcelCandidate[];
      readonly report: CheckReport;
      readonly outcome: ImportOutcome;
    }
  /** The file as a whole cannot be read. */
  | { readonly kind: 'refused'; readonly file: string; readonly error: ErrorDetail };

interface ImportIo {
  readonly signal: AbortSignal;
  readonly onProgress: (file: string, done: number, total: number) => void;
  /** Told of each file when all of it is in the register. */
  readonly onFile: (file: ImportedFile) => void;
}

/**
 * Reads parcel files and registers what can be, each file in one transaction: what was told by `onFile` stays, whatever
 * becomes of later files. A file that cannot be read stands in no other's way. Throws what the register fails with.
 */
export async function importParcelFiles(request: ImportFilesRequest, io: ImportIo): Promise<ImportedFile[]> {
  const importer = createImporter();
  const register = openRegisterHere({ url: request.url, folder: request.folder });
  const stop = () => void importer.close();
  io.signal.addEventListener('abort', stop, { once: true });
  const files: ImportedFile[] = [];
  try {
    for (const path of request.files) {
      const file = await importFile(path, request, { importer, register, io });
      io.onFile(file);
      files.push(file);
    }
  } finally {
    io.signal.removeEventListener('abort', stop);
    await importer.close();
    await register.close();
  }
  return files;
}

async function importFile(
  path: string,
  request: ImportFilesRequest,
  { importer, register, io }: { readonly importer: Importer; readonly register: Register; readonly io: ImportIo },
): Promise<ImportedFile> {
  const file = basename(path);
  const { regionId, regions, author, reason, acceptMends, idField } = request;
  const read = await importer.read(path, { ...request, name: file }).catch((error: unknown) => {
    if (isCanopyError(error) && error.kind === 'input') return error;
    throw error;
  });
  if (read instanceof Error) return { kind: 'refused', file, error: toErrorDetail(read) };
  const sha256 = await sha256OfFile(path);
  const { candidates, format, notes, used } = read;
  const outcome = await register.call('import', {
    candidates,
    file: { name: file, sha256, format, ...fileAnswers(used) },
    reading: { ...used, idField },
    regionId,
    regions,
    author,
    reason,
    acceptMends,
    at: new Date().toISOString(),
    onProgress: async (done, total) => {
      io.onProgress(file, done, total);
      // Lets a wish to stop be heard; until the transaction nothing is written.
      await nextTurn();
      io.signal.throwIfAborted();
    },
  });
  const report = reportOf(outcome.checked, { file, format, limits: DEFAULT_CHECK_LIMITS, notes });
  return { kind: 'read', file, sha256, candidates, report, outcome };
}
