import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inputError } from '../../shared/errors.ts';

/** Public buckets that are also served over https; a bucket not listed here wants an account or is unknown. */
const S3_BUCKETS: Readonly<Record<string, string>> = {
  'sentinel-cogs': 'https://sentinel-cogs.s3.us-west-2.amazonaws.com',
  'e84-earth-search-sentinel-data': 'https://e84-earth-search-sentinel-data.s3.us-west-2.amazonaws.com',
  'dea-public-data': 'https://dea-public-data.s3.ap-southeast-2.amazonaws.com',
};

const MAX_HREF_CHARS = 4096;

export function isHttp(href: string): boolean {
  return /^https?:\/\//i.test(href);
}

/** A path or link fit for messages: without its query, which may hold a signature. */
export function shownHref(href: string): string {
  return isHttp(href) ? (href.split(/[?#]/, 1)[0] ?? href) : href;
}

/**
 * Where a link in a STAC document leads: an http(s) URL, or an absolute path when the document itself is a local file.
 * A document from the network can name nothing on the local disk. Throws `E_ITEM_HREF`.
 * @param baseHref where the document was read: absolute path or http(s) URL
 */
export function resolveHref(href: string, baseHref: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (href === '' || href.length > MAX_HREF_CHARS || /[\u0000-\u001f]/.test(href)) {
    throw inputError('E_ITEM_HREF', 'A link is empty, too long or holds control characters.', shownHref(baseHref));
  }
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(href)?.[1]?.toLowerCase() ?? null;
  const where = shownHref(baseHref);
  if (scheme === 's3') return s3ToHttps(href, where);
  if (scheme === 'file' && !isHttp(baseHref)) return fileUrlToPath(href, baseHref);
  if (scheme !== null && scheme !== 'http' && scheme !== 'https') {
    throw inputError('E_ITEM_HREF', `${scheme}: links are not followed here, only https (${shown(href)}).`, where);
  }
  if (scheme === null && !isHttp(baseHref)) return resolve(dirname(baseHref), href);
  const base = isHttp(baseHref) ? baseHref : undefined;
  if (!URL.canParse(href, base)) {
    throw inputError('E_ITEM_HREF', `Not a link that can be followed: "${shown(href)}".`, where);
  }
  return withoutSignature(new URL(href, base));
}

/** The part of a link that may stand in a message: no query, for it may hold a signature. */
function shown(href: string): string {
  return (href.split(/[?#]/, 1)[0] ?? '').slice(0, 120);
}

/** Read tokens of Azure blobs run out within the hour; they are made when the file is read. */
function withoutSignature(url: URL): string {
  if (url.hostname.endsWith('.blob.core.windows.net')) url.search = '';
  return url.href;
}

function s3ToHttps(href: string, where: string): string {
  const match = /^s3:\/\/([^/]+)\/(.*)$/i.exec(href);
  const bucket = match?.[1] ?? '';
  if (!match || !Object.hasOwn(S3_BUCKETS, bucket)) {
    const known = Object.keys(S3_BUCKETS).join(', ');
    throw inputError(
      'E_ITEM_HREF',
      `${shown(href)} lies in an S3 bucket that needs an account or is unknown; readable without one: ${known}.`,
      where,
    );
  }
  return new URL(`${S3_BUCKETS[bucket]}/${match[2]}`).href;
}

function fileUrlToPath(href: string, where: string): string {
  try {
    return fileURLToPath(href);
  } catch (cause) {
    throw inputError('E_ITEM_HREF', `Not a path on this machine: "${shown(href)}".`, where, cause);
  }
}
