import { CanopyError, inputError } from '../../shared/errors.ts';
import { describeUrl } from './allow.ts';

/** Where read tokens come from, and which hosts need one: `<account>.blob.…/<container>/…`. */
export interface SigningService {
  readonly tokenUrl: string;
  readonly blobHosts: readonly string[];
}

/** Planetary Computer: anonymous tokens, https://planetarycomputer.microsoft.com/docs/concepts/sas/ */
export const PLANETARY_COMPUTER: SigningService = {
  tokenUrl: 'https://planetarycomputer.microsoft.com/api/sas/v1/token',
  blobHosts: ['sentinel2l2a01.blob.core.windows.net', 'landsateuwest.blob.core.windows.net'],
};

/** A token is renewed this long before it runs out, so that a read in progress does not outlive it. */
const RENEW_BEFORE_MS = 120_000;

interface Token {
  readonly query: string;
  readonly expiresMs: number;
}

export interface Signer {
  /** True when links to this host are refused without a token. */
  readonly needsToken: (url: string) => boolean;
  /** The link with a valid token. A link that was refused is passed back in: its token is not used again. */
  readonly sign: (url: string, refusedLink: string | null) => Promise<string>;
}

/** @param now clock in ms since 1970. A failed token request is not remembered. */
export function createSigner(
  service: SigningService,
  fetchJson: (url: string) => Promise<unknown>,
  now: () => number,
): Signer {
  const tokens = new Map<string, Promise<Token>>();

  async function tokenFor(path: string, refusedLink: string | null): Promise<Token> {
    const held = tokens.get(path);
    if (held !== undefined) {
      const { query, expiresMs } = await held;
      if (expiresMs - RENEW_BEFORE_MS > now() && !refusedLink?.endsWith(`?${query}`)) return held;
    }
    // Another caller may have replaced it while this one waited: share that request instead of asking twice.
    const current = tokens.get(path);
    if (current !== undefined && current !== held) return current;
    const fresh = fetchJson(`${service.tokenUrl}/${path}`).then((value) => parseToken(value, service.tokenUrl));
    tokens.set(path, fresh);
    fresh.catch(() => {
      if (tokens.get(path) === fresh) tokens.delete(path);
    });
    return fresh;
  }

  return {
    needsToken: (url) => service.blobHosts.includes(new URL(url).host),
    async sign(url, refusedLink) {
      const link = new URL(url);
      const account = link.hostname.split('.', 1)[0] ?? '';
      const container = link.pathname.split('/')[1] ?? '';
      if (container === '') {
        const where = describeUrl(link);
        throw inputError('E_ITEM_HREF', `${where} names no container of ${account}.`, where);
      }
      const { query } = await tokenFor(`${account}/${container}`, refusedLink);
      return `${link.origin}${link.pathname}?${query}`;
    },
  };
}

function parseToken(value: unknown, where: string): Token {
  const { token, 'msft:expiry': expiry } = (value ?? {}) as Record<string, unknown>;
  const expiresMs = typeof expiry === 'string' ? Date.parse(expiry) : Number.NaN;
  if (typeof token !== 'string' || token === '' || Number.isNaN(expiresMs)) {
    throw inputError('E_TOKEN', `${where} sent no token with an expiry time.`, where);
  }
  return { query: token, expiresMs };
}

export function refusedAfterRenewal(where: string, cause: unknown): CanopyError {
  const message = `${where}: the signed link was refused after renewal of its token.`;
  return new CanopyError({ kind: 'auth', code: 'E_LINK_REFUSED', message, where }, { cause });
}
