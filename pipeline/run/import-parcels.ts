import { setImmediate } from 'node:timers/promises';
import { CanopyError, inputError, isCanopyError } from '../../shared/errors.ts';
import type { ParcelCandidate } from '../../shared/parcel-check.ts';
import type { ReadOptions } from '../parcels/formats/format.ts';
import type { ParcelFile } from '../parcels/formats/read-file.ts';
import { builtProgram } from '../workers/built-program.ts';
import { createPool } from '../workers/pool.ts';
import type { ImportAnswer, ImportTask } from './import-task.ts';

export interface ImporterOptions {
  /** Files read at the same time at most, each in a process of its own. Default 1. */
  readonly size?: number;
  /** Wall clock for one file. Default 20 s. */
  readonly timeoutMs?: number;
  /** Program of the child; by default the built one. */
  readonly script?: URL | string;
}

export interface Importer {
  /**
   * Reads a parcel file as `readParcelFile` does, in a child process with an empty environment, which is killed where it
   * takes too long or too much memory. `options` left out are null, its name that of the path. Rejects with the reader's
   * input errors, E_IMPORT_TIMEOUT, E_IMPORT_MEMORY, E_IMPORT_CRASH (all `input`) or E_CANCELLED.
   */
  read(path: string, options?: Partial<ReadOptions>): Promise<ParcelFile>;
  /** Ends the child; files that are still being read reject with E_CANCELLED. */
  close(): Promise<void>;
}

const TIMEOUT_MS = 20_000;
const HEAP_MB = 512;
const MAX_RSS_BYTES = 768 * 2 ** 20;

/** Reads parcel files that anybody may have made, where they can do no harm. The child starts with the first file. */
export function createImporter(options: ImporterOptions = {}): Importer {
  const { size = 1, timeoutMs = TIMEOUT_MS, script = builtProgram('pipeline/run/import-child.js') } = options;
  const pool = createPool<ImportTask, ImportAnswer>({
    script,
    size,
    timeoutMs,
    heapMb: HEAP_MB,
    maxRssBytes: MAX_RSS_BYTES,
    env: {},
  });
  return {
    async read(path, given = {}) {
      const { name = path.split(/[/\\]/).at(-1)!, assumeCrs = null, layer = null, idField = null } = given;
      try {
        return await fileOf(await pool.run({ path, options: { name, assumeCrs, layer, idField } }));
      } catch (error) {
        throw wordsOf(error, name, timeoutMs);
      }
    },
    close: () => pool.close(),
  };
}

/** Puts the pieces together and lets others have a turn between them: an upload must not make a server stand still. */
async function fileOf({ pieces, ...file }: ImportAnswer): Promise<ParcelFile> {
  const candidates: ParcelCandidate[] = [];
  for (const piece of pieces) {
    for (const candidate of JSON.parse(new TextDecoder().decode(piece)) as ParcelCandidate[]) {
      // A record comes out of JSON with a prototype.
      Object.setPrototypeOf(candidate.attributes.more, null);
      candidates.push(candidate);
    }
    await setImmediate();
  }
  return { ...file, candidates };
}

/** What a pool says about a unit of work, said about a file that somebody wants to import. */
function wordsOf(error: unknown, name: string, timeoutMs: number): unknown {
  if (!isCanopyError(error)) return error;
  const { code } = error;
  if (code === 'E_UNIT_TIMEOUT') {
    const text = `${name} could not be read within ${timeoutMs / 1000} s. Divide it, or save it again as GeoJSON.`;
    return inputError('E_IMPORT_TIMEOUT', text, name, error);
  }
  if (code === 'E_MEM_BUDGET') {
    const text = `${name} needs more memory to be read than a parcel file may. Divide it, or save it again as GeoJSON.`;
    return inputError('E_IMPORT_MEMORY', text, name, error);
  }
  if (code === 'E_WORKER_DIED' || code === 'E_UNEXPECTED') {
    const text = `${name} could not be read: the reader failed on it. Save it again with the program it came from, or as GeoJSON.`;
    return new CanopyError({ kind: 'input', code: 'E_IMPORT_CRASH', message: text, where: name }, { cause: error });
  }
  return error;
}
