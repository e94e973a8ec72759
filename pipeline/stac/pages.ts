import { type CanopyError, inputError, isCanopyError } from '../../shared/errors.ts';
import type { Egress } from '../egress/client.ts';
import { resolveHref, shownHref } from './href.ts';
import { asArray, asNumber, asObject, type JsonObject, linksOf, type StacLink } from './json.ts';

/** Items asked for at once; servers may send fewer. */
export const PAGE_ITEMS = 100;
/** A search that needs more pages than this goes round in circles or is far too wide. */
const MAX_PAGES = 5000;

export interface StacRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly body?: JsonObject;
}

/**
 * How sure it is that nothing was cut off: `counted` agrees with the server's own count; `ended` has neither a count nor
 * a `next` link on a last page that is not full; `full` has neither on a full one.
 */
type Completeness = 'counted' | 'ended' | 'full';

export interface Pages {
  readonly features: readonly JsonObject[];
  readonly completeness: Completeness;
}

/** Follows `next` from the first request to the end; every sign of a cut or circular listing is an error. */
export async function readPages(first: StacRequest, egress: Egress, firstPage?: JsonObject): Promise<Pages> {
  const features: JsonObject[] = [];
  const asked = new Set<string>();
  const ids = new Set<string>();
  let request: StacRequest = first;
  let page = firstPage ?? null;
  let matched: number | null = null;
  while (asked.size < MAX_PAGES) {
    const key = JSON.stringify(request);
    if (asked.has(key)) throw incomplete(first.url, `repeats a next link after ${features.length} items`);
    asked.add(key);
    page ??= await fetchPage(request, egress);
    const added = addFeatures(page, { features, ids }, first.url);
    matched = countOf(page) ?? matched;
    const next = nextRequest(page, request);
    if (next === null) return finish(features, { page, added, matched }, first.url);
    if (added === 0) throw incomplete(first.url, `sends an empty page with a next link after ${features.length} items`);
    request = next;
    page = null;
  }
  throw incomplete(first.url, `has more than ${MAX_PAGES} pages; ask for fewer days or a smaller area`);
}

function finish(
  features: readonly JsonObject[],
  last: { page: JsonObject; added: number; matched: number | null },
  url: string,
): Pages {
  if (last.matched !== null && last.matched !== features.length) {
    throw incomplete(
      url,
      `says that ${last.matched} items match, but sent ${features.length} and no further next link`,
    );
  }
  const limit = asNumber(asObject(last.page.context)?.limit) ?? PAGE_ITEMS;
  return { features, completeness: last.matched !== null ? 'counted' : last.added < limit ? 'ended' : 'full' };
}

async function fetchPage(request: StacRequest, egress: Egress): Promise<JsonObject> {
  const value = await getPage(request, egress);
  const page = asObject(value);
  if (page === null || page.type !== 'FeatureCollection' || !Array.isArray(page.features)) {
    throw incomplete(request.url, 'answered with something other than a FeatureCollection');
  }
  return page;
}

async function getPage(request: StacRequest, egress: Egress): Promise<unknown> {
  try {
    return await egress.getJson(request.url, { method: request.method, ...(request.body && { body: request.body }) });
  } catch (error) {
    if (isCanopyError(error) && error.code === 'E_JSON') {
      throw incomplete(request.url, 'sent a page that is not readable JSON', error);
    }
    throw error;
  }
}

/** What tells an item from all others of an API. */
export function idOf(feature: JsonObject): string {
  return `${String(feature.collection)}/${String(feature.id)}`;
}

/** Appends a page's items and returns how many; ids are unique within a collection. */
function addFeatures(page: JsonObject, seen: { features: JsonObject[]; ids: Set<string> }, url: string): number {
  const found = asArray(page.features);
  const returned = asNumber(page.numberReturned) ?? asNumber(asObject(page.context)?.returned);
  if (returned !== null && returned !== found.length) {
    throw incomplete(url, `sent a page with ${found.length} items that says it has ${returned}`);
  }
  for (const value of found) {
    const feature = asObject(value);
    if (feature === null) throw incomplete(url, 'sent a page with something other than items in it');
    const id = idOf(feature);
    if (seen.ids.has(id)) throw incomplete(url, `sent item ${String(feature.id).slice(0, 100)} twice`);
    seen.ids.add(id);
    seen.features.push(feature);
  }
  return found.length;
}

function countOf(page: JsonObject): number | null {
  return (
    asNumber(page.numberMatched) ??
    asNumber(asObject(page.context)?.matched) ??
    asNumber(asObject(page['search:metadata'])?.matched)
  );
}

/** STAC API paging: the link's own body, merged into the previous one when it says `merge`. Its headers are not sent. */
function nextRequest(page: JsonObject, previous: StacRequest): StacRequest | null {
  const link: StacLink | undefined = linksOf(page).find(({ rel }) => rel === 'next');
  if (!link) return null;
  const url = resolveHref(link.href, previous.url);
  if (link.raw.method !== 'POST') return { method: 'GET', url };
  const own = asObject(link.raw.body) ?? {};
  return { method: 'POST', url, body: link.raw.merge === true ? { ...previous.body, ...own } : own };
}

export function incomplete(url: string, what: string, cause?: unknown): CanopyError {
  const where = shownHref(url);
  const message = `${where} ${what}. The list of scenes would be incomplete, so none is used; try again, or ask for fewer days.`;
  return inputError('E_STAC_INCOMPLETE', message, where, cause);
}
