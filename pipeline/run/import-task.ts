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

/**
 * What the child answers. Candidates come as pieces of JSON, each a list of some: a process that serves others while it
 * waits makes objects of them one piece after the other.
 */
export interface ImportAnswer extends Omit<ParcelFile, 'candidates'> {
  readonly pieces: readonly Uint8Array[];
}

const PIECE_CHARS = 128 * 1024;

/** Reads the file of a task, not a byte more than any format may have. Errors: see `readParcelFile`, and E_PARCELS_FILE. */
export async function runImport({ path, options }: ImportTask): Promise<ImportAnswer> {
  const { candidates, ...file } = await readParcelFile(await readBytes(path, options.name), options);
  const pieces: Uint8Array[] = [];
  let texts: string[] = [];
  let chars = 0;
  for (const [index, candidate] of candidates.entries()) {
    texts.push(JSON.stringify(candidate, sayTooLarge));
    chars += texts.at(-1)!.length;
    if (chars < PIECE_CHARS && index < candidates.length - 1) continue;
    pieces.push(new TextEncoder().encode(`[${texts.join(',')}]`));
    [texts, chars] = [[], 0];
  }
  return { ...file, pieces };
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

/** JSON knows no infinity and would say null, which nobody wrote. */
function sayTooLarge(_name: string, value: unknown): unknown {
  const isTooLarge = value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY;
  return isTooLarge ? 'a number too large to be read' : value;
}
