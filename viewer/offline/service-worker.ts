import { answerData, answererOf, answerFile, answerPage, answerTile } from './answer-offline.ts';
import { SHELL_CACHE } from './cache-names.ts';

/** Of the types of a service worker what is used here: TypeScript cannot have them beside those of a page. */
interface WorkerEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface WorkerFetch extends WorkerEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface WorkerScope {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(name: 'install' | 'activate', listener: (event: WorkerEvent) => void): void;
  addEventListener(name: 'fetch', listener: (event: WorkerFetch) => void): void;
}

/** Filled in by the build: what the page is made of, and a version that changes whenever one of them does. */
declare const CANOPY_FILES: readonly string[];
declare const CANOPY_VERSION: string;

const worker = globalThis as unknown as WorkerScope;
const files: ReadonlySet<string> = new Set(CANOPY_FILES);
const ANSWERS = { page: answerPage, file: answerFile, tile: answerTile, data: answerData };
/** Pages that are open while a new version comes still need files of their own one. */
const KEPT_VERSIONS = 2;

worker.addEventListener('install', (event) => {
  event.waitUntil(keepFiles().then(() => worker.skipWaiting()));
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(forgetOldVersions().then(() => worker.clients.claim()));
});

worker.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  const asked = { method, isNavigation: mode === 'navigate', url: new URL(url) };
  const answerer = answererOf(asked, worker.location.origin, files);
  if (answerer !== 'none') event.respondWith(ANSWERS[answerer](event.request));
});

/** All or nothing: a page of which one file is missing would break where it is needed most. */
async function keepFiles(): Promise<void> {
  const cache = await caches.open(SHELL_CACHE + CANOPY_VERSION);
  // Files with a hash in their name may come from the browser's own cache; the page itself may not.
  const requests = CANOPY_FILES.map((path) => new Request(path, path === '/' ? { cache: 'no-cache' } : {}));
  await cache.addAll(requests);
}

async function forgetOldVersions(): Promise<void> {
  const shells = (await caches.keys()).filter((name) => name.startsWith(SHELL_CACHE));
  const others = shells.filter((name) => name !== SHELL_CACHE + CANOPY_VERSION);
  await Promise.all(
    others.slice(0, Math.max(0, others.length - (KEPT_VERSIONS - 1))).map((name) => caches.delete(name)),
  );
}
