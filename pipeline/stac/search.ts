import { CanopyError, isCanopyError } from '../../shared/errors.ts';
import type { Egress } from '../egress/client.ts';
import { isHttp, resolveHref, shownHref } from './href.ts';
import { asArray, type JsonObject, linksOf } from './json.ts';
import { idOf, incomplete, PAGE_ITEMS, type Pages, readPages, type StacRequest } from './pages.ts';
import type { SceneQuery } from './query.ts';
import { halveBbox, halveDays, splitMonths } from './search-parts.ts';

/** The search link of an API's landing page, or null when the document is no API. */
export function searchRequestOf(landing: JsonObject, href: string): StacRequest | null {
  const links = linksOf(landing).filter((link) => link.rel === 'search');
  const post = links.find((link) => link.raw.method === 'POST');
  const link = post ?? links[0];
  if (link) return { method: post ? 'POST' : 'GET', url: resolveHref(link.href, href) };
  const isApi = asArray(landing.conformsTo).some((name) => String(name).includes('item-search'));
  return isApi && isHttp(href) ? { method: 'POST', url: `${href.replace(/\/$/, '')}/search` } : null;
}

/** Parts of a search that fail one after another before the service is taken to be away. */
const MAX_FAILURES = 4;
/** Halvings of the area: the smallest part is a sixty-fourth of it. */
const MAX_HALVINGS = 6;

interface Search {
  readonly request: StacRequest;
  readonly egress: Egress;
  /** Items of all parts that were read to their end, by id; one that touches two parts is found twice. */
  readonly found: Map<string, JsonObject>;
  failuresInRow: number;
}

interface Part {
  readonly query: SceneQuery;
  readonly halvings: number;
}

/**
 * All items of a search, or an `E_STAC_INCOMPLETE`; never a part of them. A part that the server fails to answer is asked
 * for in smaller parts: by month, then by halves of its area, and at last by halves of its days; what was read stays. So
 * is a part whose answer cannot be told from a cut one (no count, no `next`, a full last page). Where a server gives no
 * count at all, the halves of a search must list the same items as the whole.
 */
export async function searchItems(request: StacRequest, query: SceneQuery, egress: Egress): Promise<JsonObject[]> {
  const search: Search = { request, egress, found: new Map(), failuresInRow: 0 };
  await readPart(search, { query, halvings: 0 });
  return [...search.found.values()];
}

async function readPart(search: Search, part: Part): Promise<void> {
  let failure: CanopyError | null = null;
  try {
    const pages = await list(search, part.query);
    search.failuresInRow = 0;
    if (await isWhole(search, part.query, pages)) {
      for (const feature of pages.features) search.found.set(idOf(feature), feature);
      return;
    }
  } catch (error) {
    if (!isCanopyError(error) || error.kind !== 'transient') throw error;
    failure = error;
    if (++search.failuresInRow >= MAX_FAILURES) throw away(search, failure);
  }
  const parts = failure === null ? splitCut(part) : splitFailed(part);
  if (parts.length === 0) throw failure === null ? cutPart(search, part.query) : away(search, failure);
  for (const smaller of parts) await readPart(search, smaller);
}

function list({ request, egress }: Search, query: SceneQuery): Promise<Pages> {
  return readPages(firstRequest(request, query), egress);
}

async function isWhole(search: Search, query: SceneQuery, { features, completeness }: Pages): Promise<boolean> {
  if (completeness !== 'ended') return completeness === 'counted';
  return agreesByHalves(search, query, new Set(features.map(idOf)));
}

/**
 * Whether the halves of a listing hold together what the whole does. A half that holds all of it is no witness, for both
 * may have been cut at the same length: it is halved again. A single day has no halves and is believed.
 */
async function agreesByHalves(search: Search, query: SceneQuery, ids: ReadonlySet<string>): Promise<boolean> {
  const halves = halveDays(query);
  if (ids.size === 0 || halves.length === 0) return true;
  const again = new Set<string>();
  let fullHalf: SceneQuery | null = null;
  for (const half of halves) {
    const { features } = await list(search, half);
    if (features.length >= ids.size) fullHalf = half;
    for (const item of features) again.add(idOf(item));
  }
  if (again.size !== ids.size || ![...again].every((id) => ids.has(id))) return false;
  return fullHalf === null || agreesByHalves(search, fullHalf, ids);
}

function splitFailed({ query, halvings }: Part): Part[] {
  const months = splitMonths(query);
  if (months.length > 1) return months.map((month) => ({ query: month, halvings }));
  if (query.bboxDeg !== null && halvings < MAX_HALVINGS)
    return halveBbox(query).map((half) => ({ query: half, halvings: halvings + 1 }));
  return halveDays(query).map((half) => ({ query: half, halvings }));
}

function splitCut({ query, halvings }: Part): Part[] {
  const days = halveDays(query);
  if (days.length > 0) return days.map((half) => ({ query: half, halvings }));
  if (query.bboxDeg === null || halvings >= MAX_HALVINGS) return [];
  return halveBbox(query).map((half) => ({ query: half, halvings: halvings + 1 }));
}

function cutPart({ request }: Search, { startDay }: SceneQuery): CanopyError {
  return incomplete(
    request.url,
    `returned a full page of items for ${startDay}, without a count or a next link: more may be missing`,
  );
}

/** Unlike a list that contradicts itself, this may pass. */
function away({ request, found }: Search, cause: CanopyError): CanopyError {
  const where = shownHref(request.url);
  const message = `${where} could not be searched to the end, in smaller parts neither; ${found.size} items were read, which is not all. ${cause.message} None of them is used.`;
  return new CanopyError({ kind: 'transient', code: 'E_STAC_INCOMPLETE', message, where }, { cause });
}

function firstRequest(search: StacRequest, query: SceneQuery): StacRequest {
  const datetime = `${query.startDay}T00:00:00Z/${query.endDay}T23:59:59.999Z`;
  const { bboxDeg, collections } = query;
  if (search.method === 'POST') {
    const body = {
      datetime,
      limit: PAGE_ITEMS,
      ...(bboxDeg && { bbox: bboxDeg }),
      ...(collections && { collections }),
    };
    return { ...search, body };
  }
  const url = new URL(search.url);
  url.searchParams.set('datetime', datetime);
  url.searchParams.set('limit', String(PAGE_ITEMS));
  if (bboxDeg) url.searchParams.set('bbox', bboxDeg.join(','));
  if (collections) url.searchParams.set('collections', collections.join(','));
  return { method: 'GET', url: url.href };
}
