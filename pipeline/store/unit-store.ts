import { usageError } from '../../shared/errors.ts';
import { openFolderStore } from './folder-store.ts';
import type { S3Settings } from './s3-store.ts';
import { withoutLogin } from './unit-name.ts';

/** Steps of `putOnce` into a folder, in their order; see `UnitStoreOptions.onStep`. */
export const UNIT_STEPS = ['temp-written', 'temp-synced', 'named', 'folder-synced', 're-read'] as const;

export type UnitStep = (typeof UNIT_STEPS)[number];

/** A file that was read back after it was written. */
export interface StoredUnit {
  readonly sha256: string;
  readonly bytes: number;
  /** False where somebody was first; also where that was an earlier try of one's own whose answer was lost. */
  readonly isNew: boolean;
}

/**
 * Where workers leave results and find plans: a folder that all machines see, or a bucket. Files appear whole or not at
 * all. Errors: `E_STORE_MISSING` and `E_STORE_UNSUITABLE` (input), `E_STORE_REFUSED` (auth), `E_STORE_UNREACHABLE` (transient), `E_DISK_FULL` and
 * `E_DISK` (resource), `E_STORE_NAME` (bug).
 */
export interface UnitStore {
  /** Where it is, for messages: a folder or s3://bucket/prefix. */
  readonly place: string;
  /**
   * Writes a file that no later writer can replace: when the name is taken by a whole file, that one stays and is
   * answered. What is answered was read back and hashed after writing. Errors: `E_HASH` (resource) where a new file
   * reads back as another one; it is then removed.
   */
  putOnce(name: string, content: Uint8Array): Promise<StoredUnit>;
  /** Replaces what is there, atomically. */
  put(name: string, content: Uint8Array): Promise<void>;
  /** null where there is none. */
  get(name: string): Promise<Uint8Array | null>;
  /** All files whose names begin so, by name; complete or an error. */
  list(prefix: string): Promise<{ readonly name: string; readonly bytes: number }[]>;
  /** Nothing happens where there is none. */
  remove(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface UnitStoreOptions {
  /** How a bucket is reached: `readStoreSettings(environment())`. */
  readonly s3?: S3Settings;
  /** Called, and waited for, after each step of a `putOnce` into a folder: tests end the process there. */
  readonly onStep?: (step: UnitStep) => void | Promise<void>;
}

/**
 * Opens a store. A folder is looked at, a bucket is asked for nothing yet. Errors: usage errors for a place that is neither,
 * and for a bucket without its settings; `E_STORE_MISSING`.
 * @param place a folder that is there, or s3://bucket/prefix
 */
export async function openUnitStore(place: string, options: UnitStoreOptions = {}): Promise<UnitStore> {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(place)) return openFolderStore(place, options.onStep);
  if (!place.startsWith('s3://'))
    throw usageError(`A store is a folder or s3://bucket/prefix; got "${withoutLogin(place)}".`);
  // The client is large, and a folder does without.
  const { openS3Store } = await import('./s3-store.ts');
  return openS3Store(place, options.s3 ?? NO_SETTINGS);
}

const NO_SETTINGS: S3Settings = {
  accessKeyId: null,
  secretAccessKey: null,
  sessionToken: null,
  region: null,
  endpoint: null,
};
