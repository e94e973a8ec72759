import { basename } from 'node:path';
import { inputError, isCanopyError } from '../../shared/errors.ts';
import type { Egress } from '../egress/client.ts';
import { KNOWN_COLLECTIONS } from './collections.ts';
import { digestOf, findEntries, readDocument, type StacDocument } from './document.ts';
import { isHttp, resolveHref, shownHref } from './href.ts';
import { addItem, createIntake, finishIntake, type Intake, type LoadedScenes, refuse } from './intake.ts';
import { type JsonObject, linksOf } from './json.ts';
import { readPages, type StacRequest } from './pages.ts';
import type { SceneQuery } from './query.ts';
import { searchItems, searchRequestOf } from './search.ts';

const LOCAL_READS = 32;
const REMOTE_READS = 8;
const MAX_DEPTH = 32;
const MAX_DOCUMENTS = 1_000_000;

/**
 * Reads the scenes that a query wants from a static catalogue, a collection, an item, an ItemCollection, a folder of
 * items or a STAC API. An item that is wrong is refused with its reason and the rest goes on; a catalogue that cannot be
 * read, or a listing that may be cut short, is an error.
 * @param source path or URL
 * @param onProgress called with the number of documents read so far
 */
export async function loadScenes(
  source: string,
  query: SceneQuery,
  egress: Egress,
  onProgress: (documentsRead: number) => void = () => {},
): Promise<LoadedScenes> {
  const intake = createIntake(query);
  const { hrefs, isFolder } = await findEntries(source);
  const walk: Walk = { query, egress, intake, onProgress, visited: new Set(hrefs), read: 0 };
  let level = await readLevel(hrefs, walk, isFolder);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) {
      const where = shownHref(source);
      throw inputError('E_CATALOG_FORM', `${where} nests more than ${MAX_DEPTH} catalogues deep.`, where);
    }
    level = await readLevel(level, walk, true);
  }
  return finishIntake(intake);
}

interface Walk {
  readonly query: SceneQuery;
  readonly egress: Egress;
  readonly intake: Intake;
  readonly onProgress: (documentsRead: number) => void;
  readonly visited: Set<string>;
  read: number;
}

/** Reads documents side by side, takes in their items in order, and returns the links that lead on. */
async function readLevel(hrefs: readonly string[], walk: Walk, mayFail: boolean): Promise<string[]> {
  const limit = hrefs.some(isHttp) ? REMOTE_READS : LOCAL_READS;
  const documents = await mapBounded(hrefs, limit, async (href) => {
    const document = await readOrRefuse(href, walk, mayFail);
    walk.onProgress(++walk.read);
    return document;
  });
  const next: string[] = [];
  for (const document of documents) {
    if (document === null) continue;
    try {
      next.push(...(await takeIn(document, walk)));
    } catch (error) {
      if (!mayFail || !isCanopyError(error) || error.code !== 'E_CATALOG_FORM') throw error;
      refuse(walk.intake, nameOf(document.href), error);
    }
  }
  if (walk.visited.size > MAX_DOCUMENTS) {
    throw inputError('E_CATALOG_FORM', `The catalogue links to more than ${MAX_DOCUMENTS} documents.`);
  }
  return next;
}

async function readOrRefuse(href: string, walk: Walk, mayFail: boolean): Promise<StacDocument | null> {
  try {
    return await readDocument(href, walk.egress);
  } catch (error) {
    // A link that leads nowhere costs that link only; trouble that may pass must not make scenes vanish.
    if (!mayFail || !isCanopyError(error) || error.kind !== 'input') throw error;
    refuse(walk.intake, nameOf(href), error);
    return null;
  }
}

/** What a document that is no readable item is called in the list of refused ones. */
function nameOf(href: string): string {
  return basename(href.split('?', 1)[0] ?? href).replace(/\.(geo)?json$/i, '');
}

async function takeIn(document: StacDocument, walk: Walk): Promise<string[]> {
  const { value, href, sha256 } = document;
  if (value.type === 'Feature') addItem(walk.intake, value, href, sha256 ?? digestOf(value));
  else if (value.type === 'FeatureCollection') await takeInCollection(document, walk);
  else return takeInCatalog(document, walk);
  return [];
}

/** An ItemCollection may be the first page of more. */
async function takeInCollection({ value, href }: StacDocument, walk: Walk): Promise<void> {
  const { features } = await readPages({ method: 'GET', url: href }, walk.egress, value);
  for (const feature of features) addItem(walk.intake, feature, ownHref(feature, href), digestOf(feature));
}

async function takeInCatalog({ value, href }: StacDocument, walk: Walk): Promise<string[]> {
  if (value.type !== 'Catalog' && value.type !== 'Collection' && !Array.isArray(value.links)) {
    const where = shownHref(href);
    throw inputError('E_CATALOG_FORM', `${where} is not a STAC catalogue, collection or item.`, where);
  }
  const search = searchRequestOf(value, href);
  if (search !== null) {
    await takeInSearch(search, value, walk);
    return [];
  }
  const next: string[] = [];
  for (const link of linksOf(value)) {
    if (link.rel !== 'child' && link.rel !== 'item') continue;
    const target = followLink(link.href, href, walk);
    if (target === null || walk.visited.has(target)) continue;
    walk.visited.add(target);
    next.push(target);
  }
  return next;
}

function followLink(href: string, base: string, walk: Walk): string | null {
  try {
    return resolveHref(href, base);
  } catch (error) {
    if (!isCanopyError(error)) throw error;
    refuse(walk.intake, (href.split(/[?#]/, 1)[0] ?? '').slice(0, 100), error);
    return null;
  }
}

async function takeInSearch(search: StacRequest, landing: JsonObject, walk: Walk): Promise<void> {
  const collections = walk.query.collections ?? preferredCollection(landing);
  const query = collections === null ? walk.query : { ...walk.query, collections };
  for (const feature of await searchItems(search, query, walk.egress)) {
    addItem(walk.intake, feature, ownHref(feature, search.url), digestOf(feature));
    walk.onProgress(++walk.read);
  }
}

/** The first collection of our table that the API's landing page offers; null when it lists none of them. */
function preferredCollection(landing: JsonObject): readonly string[] | null {
  const children = linksOf(landing).filter((link) => link.rel === 'child');
  const offered = new Set(children.map((link) => link.href.split('?', 1)[0]?.split('/').at(-1)));
  const best = KNOWN_COLLECTIONS.find((id) => offered.has(id));
  return best === undefined ? null : [best];
}

/** Where an item inside a list says it lives itself, when that is a web address; else the list's own. */
function ownHref(feature: JsonObject, listHref: string): string {
  const self = linksOf(feature).find((link) => link.rel === 'self')?.href;
  return isHttp(listHref) && self !== undefined && isHttp(self) && URL.canParse(self) ? new URL(self).href : listHref;
}

/** `map` with at most `limit` promises at a time; results in the order of the input. */
async function mapBounded<T, R>(values: readonly T[], limit: number, work: (value: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(values.length);
  let next = 0;
  const lanes = Array.from({ length: Math.min(limit, values.length) }, async () => {
    for (let i = next++; i < values.length; i = next++) results[i] = await work(values[i]!);
  });
  await Promise.all(lanes);
  return results;
}
