import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { usageError } from '../shared/errors.ts';
import type { Environment } from './config.ts';
import type { RangeCacheSettings } from './egress/range-cache.ts';

export const CACHE_OPTIONS = {
  cache: { type: 'string' },
  'cache-mb': { type: 'string' },
} as const;

const DEFAULT_MB = 2048;
const MIN_MB = 64;
const MAX_MB = 4 * 1024 * 1024;

interface CacheFlags {
  readonly cache?: string | undefined;
  readonly 'cache-mb'?: string | undefined;
}

/** Where ranges of remote files are kept, as the flags say; null without `--cache`. Makes the folder. */
export async function readRangeCache(flags: CacheFlags): Promise<RangeCacheSettings | null> {
  const text = flags['cache-mb'];
  if (flags.cache === undefined) {
    if (text !== undefined) throw usageError('--cache-mb goes with --cache DIR, which is missing.');
    return null;
  }
  const megabytes = text === undefined ? DEFAULT_MB : Number(text);
  if (!Number.isInteger(megabytes) || megabytes < MIN_MB || megabytes > MAX_MB)
    throw usageError(`--cache-mb wants a whole number from ${MIN_MB} to ${MAX_MB}; got "${text}".`);
  const folder = resolve(flags.cache);
  await makeFolder(folder);
  return Object.freeze({ folder, limitBytes: megabytes * 1024 * 1024 });
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? String(error);
    throw usageError(`--cache wants a folder that can be written; ${folder} cannot be used (${why}).`);
  }
}

/** What a child needs to keep ranges in the same folder. */
export function cacheEnvironment(cache: RangeCacheSettings | null): Record<string, string> {
  return cache === null ? {} : { CANOPY_RANGE_CACHE: `${cache.limitBytes}:${cache.folder}` };
}

/** The folder that the environment names; null where it names none. */
export function rangeCacheOf(env: Environment): RangeCacheSettings | null {
  const match = /^(\d{1,16}):(.+)$/s.exec(env.CANOPY_RANGE_CACHE ?? '');
  return match === null ? null : { limitBytes: Number(match[1]), folder: match[2]! };
}
