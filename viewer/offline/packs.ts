import type { Bbox } from '../../shared/grid.ts';
import type { PackManifest } from '../../shared/register.ts';
import { isPacked } from './answer-offline.ts';
import { PACK_CACHE, PACK_HEADER } from './cache-names.ts';
import { openDatabase, type Pack } from './database.ts';
import { useOffline } from './offline-store.ts';

/** So many files are fetched at a time: more only get in one another's way on a weak connection. */
const AT_A_TIME = 4;

let fetching: AbortController | null = null;

/** What is kept already, and how much room it takes. */
export async function readPacks(): Promise<void> {
  try {
    const packs = await (await openDatabase()).getAll('packs');
    useOffline.setState({ packs: packs.sort((one, other) => one.atMs - other.atMs) });
  } catch {
    // Where the browser keeps nothing there are no packs; the drafts say so.
  }
  await measureRoom();
}

async function measureRoom(): Promise<void> {
  const { usage, quota } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {};
  if (usage === undefined || quota === undefined) return;
  useOffline.setState({ room: { usedBytes: usage, quotaBytes: quota } });
}

/** What of a pack has to be fetched: files of the page itself are kept already, by the page's own worker. */
export function packedOnly(manifest: PackManifest): PackManifest {
  const files = manifest.files.filter(({ url }) => isPacked(new URL(url, location.origin)));
  return { ...manifest, files, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** Fetches a pack that the server described; keeps what came when it is interrupted. */
export async function fetchPack(manifest: PackManifest, about: { label: string; bboxDeg: Bbox }): Promise<void> {
  const { revision, bytes, files } = manifest;
  const id = crypto.randomUUID();
  await fetchFiles({ id, ...about, revision, bytes, files, atMs: Date.now(), state: 'partial' });
}

/** Fetches what is missing of an interrupted pack. */
export async function resumePack(pack: Pack): Promise<void> {
  await fetchFiles(pack);
}

/** Ends the download; what came stays, and can be gone on with or deleted. */
export function stopPack(): void {
  fetching?.abort();
}

export async function deletePack(id: string): Promise<void> {
  if (useOffline.getState().progress?.packId === id) stopPack();
  await caches.delete(PACK_CACHE + id);
  await (await openDatabase()).delete('packs', id);
  await readPacks();
}

async function fetchFiles(pack: Pack): Promise<void> {
  if (fetching) return;
  const control = new AbortController();
  fetching = control;
  const { id: packId, bytes, files } = pack;
  useOffline.setState({
    packFailure: null,
    progress: { packId, doneBytes: 0, bytes, doneFiles: 0, files: files.length },
  });
  try {
    // Asked for without a promise: a browser that may throw a pack away still is better than none.
    void navigator.storage?.persist?.().catch(() => false);
    const db = await openDatabase();
    await db.put('packs', pack);
    await readPacks();
    await fetchEach(pack, control);
    await db.put('packs', { ...pack, state: 'whole' });
  } catch (error) {
    if (!control.signal.aborted || control.signal.reason instanceof PackFailure) {
      useOffline.setState({ packFailure: error instanceof Error ? error.message : String(error) });
    }
  } finally {
    fetching = null;
    await readPacks();
    useOffline.setState({ progress: null });
  }
}

/** A file of the pack that the server did not give. */
class PackFailure extends Error {
  override readonly name = 'PackFailure';
}

async function fetchEach(pack: Pack, control: AbortController): Promise<void> {
  const cache = await caches.open(PACK_CACHE + pack.id);
  const queue = [...pack.files];
  const done = { bytes: 0, files: 0 };
  const report = () =>
    useOffline.setState({
      progress: {
        packId: pack.id,
        doneBytes: Math.min(done.bytes, pack.bytes),
        bytes: pack.bytes,
        doneFiles: done.files,
        files: pack.files.length,
      },
    });
  report();
  const work = async () => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      control.signal.throwIfAborted();
      if (!(await cache.match(file.url))) await keepFile(cache, file.url, pack, control.signal);
      done.bytes += file.bytes;
      done.files += 1;
      report();
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_A_TIME }, work));
  } catch (error) {
    control.abort(error);
    throw error;
  }
}

async function keepFile(cache: Cache, url: string, { atMs }: Pack, signal: AbortSignal): Promise<void> {
  const { origin } = location;
  if (new URL(url, origin).origin !== origin) throw new PackFailure(`${url}: a pack holds files of this server only.`);
  const answer = await fetch(url, { signal, cache: 'no-cache' });
  if (!answer.ok) throw new PackFailure(`${url}: ${answer.status} ${answer.statusText}`);
  const headers = new Headers({ [PACK_HEADER]: new Date(atMs).toISOString() });
  const type = answer.headers.get('content-type');
  if (type !== null) headers.set('content-type', type);
  const body = answer.status === 204 ? null : await answer.blob();
  await cache.put(url, new Response(body, { status: answer.status, headers }));
}
