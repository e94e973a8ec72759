import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CanopyError, type ErrorDetail } from '../../shared/errors.ts';
import { builtProgram } from '../workers/built-program.ts';
import type { VectorTile } from './parcel-tile-index.ts';
import type { Results } from './results.ts';

export interface ParcelTilePlace {
  readonly path: string;
  readonly sha256: string;
}

export interface ParcelTileRequest {
  readonly key: string;
  readonly tile: VectorTile;
}

/** `bytes` is null where no parcel reaches the tile. */
export type ParcelTileAnswer =
  | { readonly key: string; readonly bytes: Uint8Array | null; readonly error?: never }
  | { readonly key: string; readonly bytes?: never; readonly error: ErrorDetail };

interface Waiting {
  readonly promise: Promise<Uint8Array | null>;
  readonly settle: (answer: ParcelTileAnswer) => void;
}

/** Beyond this a tile is too much; the thread ends and the request is refused. */
const MAX_HEAP_MB = 1024;
const CACHE_BYTES = 64 * 2 ** 20;
/** What a kept tile costs beside its bytes. */
const TILE_OVERHEAD_BYTES = 200;

/** Vector tiles of the parcels of one set of results after the other, cut in a thread that starts with the first tile. */
export function createParcelTileSource() {
  let open: { readonly version: string; readonly thread: ParcelThread } | null = null;
  const drop = async () => {
    const old = open;
    open = null;
    await old?.thread.close();
  };
  return {
    /** Packed with gzip; null where no parcel reaches. Throws what reading the file throws. */
    get(results: Results, tile: VectorTile): Promise<Uint8Array | null> {
      if (open?.version !== results.version || open.thread.hasEnded()) {
        void drop();
        open = { version: results.version, thread: startThread(results) };
      }
      return open!.thread.get(tile);
    },
    close: drop,
  };
}

interface ParcelThread {
  /** After it ran out of memory, say: the next tile needs another. */
  hasEnded(): boolean;
  get(tile: VectorTile): Promise<Uint8Array | null>;
  close(): Promise<void>;
}

function startThread({ dir, run }: Results): ParcelThread {
  const { sha256 } = run.files.find(({ name }) => name === 'parcels.geojson')!;
  const workerData: ParcelTilePlace = { path: join(dir, 'parcels.geojson'), sha256: sha256! };
  const worker = new Worker(builtProgram('pipeline/server/parcel-tile-thread.js'), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  const waiting = new Map<string, Waiting>();
  const cache = createCache();
  let ended: ErrorDetail | null = null;
  worker.on('message', (answer: ParcelTileAnswer) => {
    if (!answer.error) cache.keep(answer.key, answer.bytes);
    waiting.get(answer.key)?.settle(answer);
    waiting.delete(answer.key);
  });
  const end = (why: string) => {
    ended ??= { kind: 'transient', code: 'E_TILE_THREAD', message: `${why} Ask for the tile again.` };
    for (const [key, { settle }] of waiting) settle({ key, error: ended });
    waiting.clear();
  };
  worker.on('error', ({ message }) => end(`Cutting parcel tiles failed: ${message}.`));
  worker.on('exit', () => end('The results have changed while the tile was cut.'));
  worker.unref();
  return {
    hasEnded: () => ended !== null,
    get(tile) {
      const key = `${tile.z}/${tile.x}/${tile.y}`;
      const known = cache.get(key);
      if (known !== undefined) return Promise.resolve(known);
      if (ended) return Promise.reject(new CanopyError(ended));
      const asked = waiting.get(key);
      if (asked) return asked.promise;
      const request = createWaiting();
      waiting.set(key, request);
      worker.postMessage({ key, tile } satisfies ParcelTileRequest);
      return request.promise;
    },
    close: async () => void (await worker.terminate()),
  };
}

function createWaiting(): Waiting {
  let settle: Waiting['settle'] = () => {};
  const promise = new Promise<Uint8Array | null>((resolve, reject) => {
    settle = (answer) => (answer.error ? reject(new CanopyError(answer.error)) : resolve(answer.bytes));
  });
  return { promise, settle };
}

/** The tiles used last, up to a number of bytes. */
function createCache() {
  const tiles = new Map<string, Uint8Array | null>();
  let bytes = 0;
  const cost = (tile: Uint8Array | null) => TILE_OVERHEAD_BYTES + (tile?.byteLength ?? 0);
  return {
    get(key: string): Uint8Array | null | undefined {
      const tile = tiles.get(key);
      if (tile === undefined) return undefined;
      tiles.delete(key);
      tiles.set(key, tile);
      return tile;
    },
    keep(key: string, tile: Uint8Array | null): void {
      tiles.set(key, tile);
      bytes += cost(tile);
      for (const [oldest, old] of tiles) {
        if (bytes <= CACHE_BYTES) break;
        tiles.delete(oldest);
        bytes -= cost(old);
      }
    },
  };
}
