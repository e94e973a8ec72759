import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inputError, isCanopyError, usageError } from '../../shared/errors.ts';
import type { Egress } from '../egress/client.ts';
import { isHttp, shownHref } from './href.ts';
import { asObject, type JsonObject } from './json.ts';

const LIMIT_BYTES = 64 * 1024 * 1024;

export interface StacDocument {
  readonly href: string;
  readonly value: JsonObject;
  /** SHA-256 of a file's bytes; null over the network, where only the parsed document is seen. */
  readonly sha256: string | null;
}

/**
 * Where to start reading: a URL, a file, a folder's `catalog.json` or `collection.json`, else all JSON files of the
 * folder. Throws a sentence when there is nothing.
 */
export async function findEntries(source: string): Promise<{ hrefs: string[]; isFolder: boolean }> {
  if (isHttp(source)) return { hrefs: [source], isFolder: false };
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(source) && !source.startsWith('file:')) {
    throw usageError(`The catalogue ${source.split('?', 1)[0]} must be a folder, a file or an https address.`);
  }
  const path = resolve(source.startsWith('file:') ? fileURLToPath(source) : source);
  const info = await stat(path).catch((cause: unknown) => {
    throw missing(path, cause);
  });
  if (!info.isDirectory()) return { hrefs: [path], isFolder: false };
  const names = (await readdir(path)).sort();
  const entry = ['catalog.json', 'collection.json'].find((name) => names.includes(name));
  if (entry) return { hrefs: [join(path, entry)], isFolder: false };
  const items = names.filter((name) => /\.(geo)?json$/i.test(name));
  if (items.length > 0) return { hrefs: items.map((name) => join(path, name)), isFolder: true };
  throw inputError('E_CATALOG_MISSING', `The folder ${path} holds no catalog.json and no item files (*.json).`, path);
}

/** One STAC document of at most 64 MB from disk or network. */
export async function readDocument(href: string, egress: Egress): Promise<StacDocument> {
  const { value, sha256 } = isHttp(href) ? { value: await egress.getJson(href), sha256: null } : await readLocal(href);
  const object = asObject(value);
  if (object === null) {
    const where = shownHref(href);
    throw inputError('E_CATALOG_FORM', `${where} is JSON, but not a STAC document.`, where);
  }
  return { href, value: object, sha256 };
}

async function readLocal(path: string): Promise<{ value: unknown; sha256: string }> {
  try {
    const { size } = await stat(path);
    if (size > LIMIT_BYTES)
      throw inputError('E_JSON_TOO_LARGE', `${path} is larger than 64 MB; name a smaller catalogue.`, path);
    const bytes = await readFile(path);
    return { value: JSON.parse(bytes.toString('utf8')), sha256: createHash('sha256').update(bytes).digest('hex') };
  } catch (cause) {
    if (isCanopyError(cause)) throw cause;
    if (cause instanceof SyntaxError)
      throw inputError('E_JSON', `${path} is not readable JSON; it may be cut off.`, path, cause);
    throw missing(path, cause);
  }
}

function missing(path: string, cause: unknown) {
  const code = (cause as { code?: string }).code;
  const what =
    code === 'ENOENT' || code === 'ENOTDIR' ? 'does not exist' : `cannot be read (${code ?? 'unknown reason'})`;
  return inputError(
    'E_CATALOG_MISSING',
    `The STAC document ${path} ${what}; check the path as given and the links that lead there.`,
    path,
    cause,
  );
}

/** SHA-256 of an item that came inside another document, over its JSON text. */
export function digestOf(value: JsonObject): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
