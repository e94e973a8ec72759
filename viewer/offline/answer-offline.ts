import type { RegisterPage } from '../../shared/register.ts';
import { PACK_CACHE, SHELL_CACHE } from './cache-names.ts';

/** A page that comes from the store in less time is better than one that never comes over a weak connection. */
const PAGE_WITHIN_MS = 5000;
const DATA_WITHIN_MS = 10_000;

/** What of the server's own data a pack may hold; everything else goes to the server and nowhere else. */
const PACKED = [/^\/tiles\//, /^\/api\/(run|twin|change)$/, /^\/api\/register(\/parcels)?$/];

/** Whether a pack can answer for an address of the server. */
export function isPacked({ pathname }: URL): boolean {
  return PACKED.some((path) => path.test(pathname));
}

/** Who answers a request: nobody here, the files of the page, or a pack. */
export type Answerer = 'none' | 'page' | 'file' | 'tile' | 'data';

interface Asked {
  readonly method: string;
  readonly isNavigation: boolean;
  readonly url: URL;
}

/** `files`: paths of the page's own files. Pure, so that what is left alone can be tested. */
export function answererOf({ method, isNavigation, url }: Asked, origin: string, files: ReadonlySet<string>): Answerer {
  if (method !== 'GET' || url.origin !== origin) return 'none';
  if (isNavigation) return url.pathname === '/' ? 'page' : 'none';
  if (url.pathname !== '/' && files.has(url.pathname)) return 'file';
  if (!isPacked(url)) return 'none';
  return url.pathname.startsWith('/tiles/') ? 'tile' : 'data';
}

/** The page as the server has it, or as it was kept when the server does not answer in time. */
export async function answerPage(request: Request): Promise<Response> {
  const kept = () => findKept(SHELL_CACHE, '/');
  return serverFirst(request, kept, PAGE_WITHIN_MS);
}

/** A file of the page; its name carries a hash of its content, so the kept one is the one. */
export async function answerFile(request: Request): Promise<Response> {
  return (await findKept(SHELL_CACHE, request)) ?? fetch(request);
}

/** A tile; its address carries the version of the results, so the kept one is the one. */
export async function answerTile(request: Request): Promise<Response> {
  return (await findKept(PACK_CACHE, request)) ?? fetch(request);
}

/** Data as the server has them, or as a pack holds them. A pack holds the parcels of its place whatever the box asked for. */
export async function answerData(request: Request): Promise<Response> {
  const isList = new URL(request.url).pathname === '/api/register/parcels';
  const kept = () => (isList ? findParcels(request) : findKept(PACK_CACHE, request));
  return serverFirst(request, kept, DATA_WITHIN_MS);
}

async function serverFirst(
  request: Request,
  findOther: () => Promise<Response | undefined>,
  withinMs: number,
): Promise<Response> {
  const answer = fetch(request);
  const late = new Promise<null>((resolve) => setTimeout(resolve, withinMs, null));
  try {
    const first = await Promise.race([answer, late]);
    return first ?? (await findOther()) ?? (await answer);
  } catch (error) {
    const other = await findOther();
    if (other) return other;
    throw error;
  } finally {
    // One that comes too late and fails is nobody's error.
    answer.catch(() => {});
  }
}

/** Every parcel that some pack holds, as the newest of them has it. */
async function findParcels(request: Request): Promise<Response | undefined> {
  const found = await findAllKept(PACK_CACHE, request, { ignoreSearch: true });
  const [newest] = found;
  if (!newest || found.length === 1) return newest;
  const pages = (await Promise.all(found.map((answer) => answer.json()))) as RegisterPage[];
  const parcels = new Map(pages.toReversed().flatMap((page) => page.parcels.map((parcel) => [parcel.id, parcel])));
  const page: RegisterPage = { revision: pages[0]!.revision, parcels: [...parcels.values()] };
  return new Response(JSON.stringify(page), { headers: newest.headers });
}

async function findKept(prefix: string, request: Request | string): Promise<Response | undefined> {
  return (await findAllKept(prefix, request))[0];
}

/** Kept answers, the newest first; caches are listed in the order in which they were made. */
async function findAllKept(
  prefix: string,
  request: Request | string,
  { ignoreSearch = false } = {},
): Promise<Response[]> {
  const found: Response[] = [];
  for (const name of (await caches.keys()).filter((one) => one.startsWith(prefix)).reverse()) {
    const answer = await (await caches.open(name)).match(request, { ignoreSearch, ignoreVary: true });
    if (answer) found.push(answer);
  }
  return found;
}
