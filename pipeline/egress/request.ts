import { Agent, type Dispatcher, request as undiciRequest } from 'undici';
import { CanopyError, inputError } from '../../shared/errors.ts';
import { createGuardedLookup, type Resolve } from './address.ts';
import { type AllowList, checkUrl, describeUrl, loginOwner } from './allow.ts';
import { parseRetryAfter, TransientFault } from './retry.ts';

export interface FetchTimeouts {
  readonly connectMs: number;
  readonly headersMs: number;
  readonly bodyIdleMs: number;
  readonly totalMs: number;
}

export const DEFAULT_TIMEOUTS: FetchTimeouts = {
  connectMs: 5_000,
  headersMs: 15_000,
  bodyIdleMs: 10_000,
  totalMs: 120_000,
};

const MAX_REDIRECTS = 3;
const CONNECTIONS_PER_HOST = 16;

export interface HttpRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  /** Where the answer came from, after redirects; safe to print. */
  readonly where: string;
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Dispatcher.ResponseData['body'];
}

/** The sockets: guarded ones for the default hosts, plain ones for what the operator named. */
export interface Wire {
  readonly allow: AllowList;
  readonly timeouts: FetchTimeouts;
  readonly guarded: Agent;
  readonly open: Agent;
}

export function createWire(allow: AllowList, timeouts: FetchTimeouts, resolve: Resolve): Wire {
  const common = {
    connections: CONNECTIONS_PER_HOST,
    headersTimeout: timeouts.headersMs,
    bodyTimeout: timeouts.bodyIdleMs,
  };
  const timeout = timeouts.connectMs;
  return {
    allow,
    timeouts,
    guarded: new Agent({ ...common, connect: { timeout, lookup: createGuardedLookup(resolve) } }),
    open: new Agent({ ...common, connect: { timeout } }),
  };
}

/**
 * One exchange: sends, follows at most three redirects by hand (each hop is checked like the first), and hands the
 * answer to `read`. The socket is given up when `read` throws. Network trouble and time-outs become `TransientFault`.
 */
export async function exchange<T>(
  wire: Wire,
  request: HttpRequest,
  read: (answer: HttpAnswer) => Promise<T>,
): Promise<T> {
  const total = AbortSignal.timeout(wire.timeouts.totalMs);
  let hop = request;
  for (let redirects = 0; ; redirects++) {
    const answer = await sendHop(wire, hop, total);
    const where = describeUrl(hop.url);
    try {
      const location = answer.status >= 300 && answer.status < 400 ? answer.headers.get('location') : undefined;
      if (location === undefined) return await read(answer);
      hop = followRedirect(hop, answer.status, location);
      discard(answer.body);
    } catch (error) {
      discard(answer.body);
      throw toFault(error, where, total);
    }
    if (redirects >= MAX_REDIRECTS) {
      throw inputError('E_REDIRECT', `More than ${MAX_REDIRECTS} redirects from ${describeUrl(request.url)}.`, where);
    }
  }
}

async function sendHop(wire: Wire, hop: HttpRequest, total: AbortSignal): Promise<HttpAnswer> {
  const { url, operatorAllowed } = checkUrl(wire.allow, hop.url);
  const where = describeUrl(url);
  try {
    const answer = await undiciRequest(url, {
      dispatcher: operatorAllowed ? wire.open : wire.guarded,
      method: hop.method,
      headers: { 'user-agent': 'twin-canopy', ...hop.headers },
      body: hop.body ?? null,
      signal: total,
    });
    return { where, status: answer.statusCode, headers: flattenHeaders(answer.headers), body: answer.body };
  } catch (error) {
    throw toFault(error, where, total);
  }
}

function followRedirect(hop: HttpRequest, status: number, location: string): HttpRequest {
  const from = describeUrl(hop.url);
  if (!URL.canParse(location, hop.url))
    throw inputError('E_REDIRECT', `${from} redirects to something that is no link.`, from);
  const next = new URL(location, hop.url);
  const owner = loginOwner(next);
  if (owner !== null) throw loginWanted(from, `sends its readers to the ${owner} login page`);
  const keepsBody = status === 307 || status === 308 || hop.method === 'GET';
  if (keepsBody) return { ...hop, url: next.href };
  return { url: next.href, method: 'GET', headers: hop.headers };
}

/** An answer that only a person with an account can get past. */
export function loginWanted(where: string, what: string): CanopyError {
  const advice =
    'Twin Canopy uses no accounts: take the scenes from an open source instead, for Landsat the collection ' +
    'landsat-c2-l2 at https://planetarycomputer.microsoft.com/api/stac/v1.';
  return new CanopyError({ kind: 'auth', code: 'E_LOGIN_WANTED', message: `${where} ${what}. ${advice}`, where });
}

/** Throws for every status that is not a success; 2xx passes. */
export function refuseBadStatus(answer: HttpAnswer): void {
  const { status, where } = answer;
  if (status >= 200 && status < 300) return;
  if (status === 404 || status === 410) {
    throw inputError('E_ASSET_GONE', `${where} does not exist there any more (HTTP ${status}).`, where);
  }
  if (status === 401 || status === 403) {
    const message = `${where} was refused (HTTP ${status}): it wants a login or a valid signature.`;
    throw new CanopyError({ kind: 'auth', code: 'E_LINK_REFUSED', message, where });
  }
  if (status === 408 || status === 429 || status >= 500) {
    const retryAfterMs = parseRetryAfter(answer.headers.get('retry-after'), Date.now());
    const message = `${where} is busy or failing (HTTP ${status}); try again later.`;
    throw new TransientFault({ code: 'E_HTTP_BUSY', message, where, retryAfterMs });
  }
  throw inputError('E_HTTP_STATUS', `${where} answered HTTP ${status} where data was wanted.`, where);
}

/** Reads at most `limitBytes` of a body; null when there is more. */
export async function readBody(answer: HttpAnswer, limitBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer.body) {
    bytes += (chunk as Buffer).length;
    if (bytes > limitBytes) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks, bytes);
}

function discard(body: HttpAnswer['body']): void {
  body.on('error', () => {});
  body.destroy();
}

function flattenHeaders(headers: Dispatcher.ResponseData['headers']): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat.set(name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value);
  }
  return flat;
}

function toFault(error: unknown, where: string, total: AbortSignal): Error {
  const known = findCanopyError(error);
  if (known !== null) return known;
  if (error instanceof TypeError || error instanceof RangeError) return error;
  const code = String((error as { code?: unknown }).code ?? (error as Error).name);
  const timedOut = total.aborted || /TIMEOUT|ETIMEDOUT/.test(code);
  const message = timedOut
    ? `${where} did not answer in time; try again later.`
    : `${where} cannot be reached (${code}); check the address and the connection, then try again.`;
  return new TransientFault({ code: timedOut ? 'E_TIMEOUT' : 'E_UNREACHABLE', message, where }, error);
}

/** A refusal by the guarded lookup arrives wrapped by the socket layer. */
function findCanopyError(error: unknown): CanopyError | null {
  if (error instanceof CanopyError) return error;
  if (error instanceof AggregateError) return error.errors.map(findCanopyError).find((found) => found !== null) ?? null;
  return error instanceof Error && error.cause !== undefined ? findCanopyError(error.cause) : null;
}
