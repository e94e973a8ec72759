import { open } from 'node:fs/promises';
import { inputError } from '../../shared/errors.ts';
import { IMPORT_LIMITS } from '../../shared/parcel-check.ts';
import type { ReadOptions } from '../parcels/formats/format.ts';
import { type ParcelFile, readParcelFile } from '../parcels/formats/read-file.ts';

/** What the child is asked: a file on this machine, and how to read it. */
export interface ImportTask {
  readonly path: string;
  readonly options: ReadOptions;
}

/** Reads the file of a task, not a byte more than any format may have. Errors: see `readParcelFile`, and E_PARCELS_FILE. */
export async function runImport({ path, options }: ImportTask): Promise<ParcelFile> {
  return readParcelFile(await readBytes(path, options.name), options);
}

async function readBytes(path: string, name: string): Promise<Uint8Array> {
  const file = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'is not there' : `cannot be opened (${cause.code ?? cause.message})`;
    throw inputError('E_PARCELS_FILE', `${name} ${why}. Check its path.`, name, cause);
  });
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw inputError('E_PARCELS_FILE', `${name} is no file; a parcel file was wanted.`, name);
    const [most, mb] = [IMPORT_LIMITS.zipBytes, 1_048_576];
    if (stat.size > most) {
      const text = `${name} has ${(stat.size / mb).toFixed(1)} MB; at most ${IMPORT_LIMITS.fileBytes / mb} MB are read, ${most / mb} MB of a zip. Divide it and try again.`;
      throw inputError('E_PARCELS_SIZE', text, name);
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}
