import { type CanopyError, inputError, usageError } from '../../shared/errors.ts';

/** Every host that may be reached without the operator saying so, and why. Exact names, https, port 443 only. */
const DEFAULT_HOSTS: Readonly<Record<string, string>> = {
  'earth-search.aws.element84.com': 'Earth Search: STAC API over Sentinel-2 and Landsat on AWS',
  'sentinel-cogs.s3.us-west-2.amazonaws.com': 'COGs of Earth Search sentinel-2-l2a',
  'e84-earth-search-sentinel-data.s3.us-west-2.amazonaws.com': 'COGs of Earth Search sentinel-2-c1-l2a',
  'planetarycomputer.microsoft.com': 'Planetary Computer: STAC API and anonymous read tokens',
  'sentinel2l2a01.blob.core.windows.net': 'Sentinel-2 COGs of the Planetary Computer',
  'landsateuwest.blob.core.windows.net': 'Landsat COGs of the Planetary Computer',
  'landsatlook.usgs.gov': 'USGS: STAC API and COGs of Landsat Collection 2',
  'explorer.dea.ga.gov.au': 'Digital Earth Australia: STAC API',
  'dea-public-data.s3.ap-southeast-2.amazonaws.com': 'COGs of Digital Earth Australia',
};

/** Where a source sends a reader who has no account: hosts of login pages, and who owns them. */
const LOGIN_HOSTS: Readonly<Record<string, string>> = {
  'ers.cr.usgs.gov': 'USGS',
  'urs.earthdata.nasa.gov': 'NASA Earthdata',
  'login.microsoftonline.com': 'Microsoft',
};

export interface AllowList {
  /** `host:port` pairs from the operator's command line: plain http, loopback and private addresses are fine there. */
  readonly operatorPairs: ReadonlySet<string>;
}

export interface CheckedUrl {
  readonly url: URL;
  /** True when the operator named this host and port. */
  readonly operatorAllowed: boolean;
}

/** @param pairs HOST:PORT texts of `--allow-host`; throws a usage error for anything else. */
export function createAllowList(pairs: readonly string[]): AllowList {
  return { operatorPairs: new Set(pairs.map(normalisePair)) };
}

function normalisePair(pair: string): string {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+):(\d{1,5})$/i.exec(pair.trim());
  const port = Number(match?.[2]);
  if (!match?.[1] || port < 1 || port > 65535) {
    throw usageError(`--allow-host wants HOST:PORT, such as 127.0.0.1:8080, not "${pair}".`);
  }
  return `${match[1].toLowerCase()}:${port}`;
}

/**
 * Decides from the text of a URL whether it may be asked for. Names are compared after WHATWG normalisation, so that
 * decimal, octal and hexadecimal addresses are seen as what they are. Throws `E_HOST_NOT_ALLOWED`.
 */
export function checkUrl(allow: AllowList, text: string): CheckedUrl {
  const url = parseUrl(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw notAllowed(`${url.protocol} links are not followed, only https`, describeUrl(url));
  }
  if (url.username !== '' || url.password !== '') {
    throw notAllowed('a link with a user name or password in it is not followed', describeUrl(url));
  }
  const pair = pairOf(url);
  if (allow.operatorPairs.has(pair)) return { url, operatorAllowed: true };
  if (!Object.hasOwn(DEFAULT_HOSTS, url.hostname)) {
    throw notAllowed(
      `host ${pair} is not on the list of hosts that may be reached. ` +
        `If you trust it, start again with --allow-host ${pair}`,
      describeUrl(url),
    );
  }
  if (url.protocol !== 'https:' || url.port !== '') {
    throw notAllowed(
      `${url.hostname} is reached by https on port 443 only. For another way in, start again with --allow-host ${pair}`,
      describeUrl(url),
    );
  }
  return { url, operatorAllowed: false };
}

function parseUrl(text: string): URL {
  if (URL.canParse(text)) return new URL(text);
  // The parser's own error quotes the whole link, and with it whatever its query holds.
  throw inputError('E_HOST_NOT_ALLOWED', `Not a link that can be followed: "${describeUrl(text).slice(0, 80)}".`);
}

function pairOf(url: URL): string {
  return `${url.hostname}:${url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port}`;
}

export function notAllowed(why: string, where: string): CanopyError {
  return inputError('E_HOST_NOT_ALLOWED', `Not reached: ${why} (${where}).`, where);
}

/** The owner of a login page, or null when the host is none. */
export function loginOwner(url: URL): string | null {
  return Object.hasOwn(LOGIN_HOSTS, url.hostname) ? (LOGIN_HOSTS[url.hostname] ?? null) : null;
}

/** A URL as it may appear in messages and logs: no query (it may hold a signature), no user, no fragment. */
export function describeUrl(url: URL | string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return String(url).split(/[?#]/, 1)[0] ?? '';
  }
}
