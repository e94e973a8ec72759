import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { inputError } from '../../shared/errors.ts';
import type { Grid } from '../../shared/grid.ts';
import { type BlockCache, createBlockCache } from '../cog/block-cache.ts';
import { type CogLevel, readHeader } from '../cog/header.ts';
import { bandGridOf } from '../cog/match.ts';
import type { Cog } from '../cog/read.ts';
import { openFileSource } from '../cog/source.ts';
import { sha256OfFile } from '../store/files.ts';

/** A layer file as a task names it. */
export interface TileFile {
  readonly path: string;
  /** What run.json says of it. */
  readonly sha256: string;
}

/** An opened layer file whose content is the one that was written. */
export interface OpenLayer {
  readonly cog: Cog;
  /** Grids of the full size and its overviews, by level. */
  readonly grids: readonly Grid[];
}

interface Held extends OpenLayer {
  readonly version: string;
}

export interface LayerFiles {
  /** Errors (input): `E_HASH`, `E_LAYER_MISSING`, and those of a broken TIFF. */
  open(file: TileFile): Promise<OpenLayer>;
  /** Lets go of all files. */
  close(): Promise<void>;
}

/**
 * Keeps the layer files last used open, and their decoded blocks in one cache. A file is hashed before its first use
 * and again when its size or times have changed: what is not as it was written is never drawn.
 */
export function createLayerFiles(limits: { readonly maxFiles: number; readonly cacheBytes: number }): LayerFiles {
  const held = new Map<string, Held>();
  const blocks = createBlockCache(limits.cacheBytes);

  async function drop(key: string): Promise<void> {
    const layer = held.get(key);
    held.delete(key);
    await layer?.cog.source.close();
  }

  return {
    async open(file) {
      const key = `${file.sha256} ${file.path}`;
      const version = versionOf(file.path);
      const known = held.get(key);
      if (known?.version === version) {
        held.delete(key);
        held.set(key, known);
        return known;
      }
      await drop(key);
      await checkHash(file);
      const layer = await openLayer(file, version, blocks);
      held.set(key, layer);
      for (const oldest of held.keys()) {
        if (held.size <= limits.maxFiles) break;
        await drop(oldest);
      }
      return layer;
    },
    async close() {
      for (const key of [...held.keys()]) await drop(key);
    },
  };
}

/** Not `stat` of promises: that takes longer than most of a tile, and this process has nothing else to do meanwhile. */
function versionOf(path: string): string {
  try {
    const found = statSync(path, { bigint: true });
    return `${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`;
  } catch (cause) {
    const message = `The layer file ${basename(path)} cannot be read any more. Run canopy monitor again.`;
    throw inputError('E_LAYER_MISSING', message, path, cause);
  }
}

async function checkHash({ path, sha256 }: TileFile): Promise<void> {
  const found = await sha256OfFile(path);
  if (found === sha256) return;
  const short = (hash: string) => `${hash.slice(0, 12)}…`;
  throw inputError(
    'E_HASH',
    `The layer file ${basename(path)} has changed since it was written: run.json states SHA-256 ${short(sha256)}, it is ${short(found)}. Run canopy monitor again.`,
    path,
  );
}

async function openLayer({ path, sha256 }: TileFile, version: string, blocks: BlockCache): Promise<Held> {
  const source = await openFileSource(path);
  try {
    const header = await readHeader(source);
    const cache: BlockCache = {
      get: (key) => blocks.get(`${sha256}/${key}`),
      set: (key, block) => blocks.set(`${sha256}/${key}`, block),
    };
    const grid = bandGridOf(header);
    return { version, cog: { source, header, cache }, grids: header.levels.map((level) => gridOfLevel(grid, level)) };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/**
 * The grid of an overview. Layers of our own halve the cells of the level above, so that at an odd edge the last cell
 * reaches beyond the grid; other writers spread the full extent over the cells they have.
 */
export function gridOfLevel(
  { crs, transform, ...full }: Grid,
  { widthPx, heightPx }: Pick<CogLevel, 'widthPx' | 'heightPx'>,
): Grid {
  const factor = 2 ** Math.round(Math.log2(full.widthPx / widthPx));
  const isHalved = widthPx === Math.ceil(full.widthPx / factor) && heightPx === Math.ceil(full.heightPx / factor);
  const [a, b, c, d, e, f] = transform;
  const perCol = isHalved ? factor : full.widthPx / widthPx;
  const perRow = isHalved ? factor : full.heightPx / heightPx;
  return { crs, transform: [a * perCol, b, c, d, e * perRow, f], widthPx, heightPx };
}
