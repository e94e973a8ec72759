import { Agent, type Dispatcher, request as undiciRequest } from 'undici';
import { CanopyError, inputError } from '../../shared/errors.ts';
import { createGuardedLookup, type Resolve } from './address.ts';
import { type AllowList, checkUrl, describeUrl, loginOwner } from './allow.ts';
import { createHostGates, type HostGate, type HostLimits, type Outcome } from './host-gate.ts';
import { parseRetryAfter, TransientFault } from './retry.ts';

export interface FetchTimeouts {
  readonly connectMs: number;
  readonly headersMs: number;
  readonly bodyIdleMs: number;
  readonly totalMs: number;
  /** A body that has come for `paceAfterMs` must have brought this much a second on average. */
  readonly minBytesPerS: number;
  readonly paceAfterMs: number;
}

export const DEFAULT_TIMEOUTS: FetchTimeouts = {
  connectMs: 5_000,
  headersMs: 15_000,
  bodyIdleMs: 10_000,
  // A child process that is silent for 120 s is taken for hung: what it waits for has to end before that.
  totalMs: 110_000,
  minBytesPerS: 10_000,
  paceAfterMs: 10_000,
};

const MAX_REDIRECTS = 3;
/** A web page or a whole file in place of a range may be the hiccup of a proxy: such an answer is got three times at most. */
export const HICCUP_TRIES = 3;

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
  /** The body as it comes; throws a `TransientFault` when it drips. */
  readonly chunks: AsyncIterable<Buffer>;
}

/** The sockets: guarded ones for the default hosts, plain ones for what the operator named. */
export interface Wire {
  readonly allow: AllowList;
  readonly timeouts: FetchTimeouts;
  readonly gateOf: (host: string) => HostGate;
  readonly guarded: Agent;
  readonly open: Agent;
}

export interface WireSettings {
  readonly allow: AllowList;
  readonly timeouts: FetchTimeouts;
  readonly limits: HostLimits;
  readonly resolve: Resolve;
}

export function createWire({ allow, timeouts, limits, resolve }: WireSettings): Wire {
  const common = {
    connections: limits.concurrent,
    headersTimeout: timeouts.headersMs,
    bodyTimeout: timeouts.bodyIdleMs,
  };
  const timeout = timeouts.connectMs;
  return {
    allow,
    timeouts,
    gateOf: createHostGates(limits),
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
  let hop = request;
  let total: AbortSignal | null = null;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const checked = checkUrl(wire.allow, hop.url);
    const turn = await wire.gateOf(checked.url.host).enter();
    // Time spent in line is not the server's.
    total ??= AbortSignal.timeout(wire.timeouts.totalMs);
    try {
      const step = await takeHop(wire, { hop, ...checked, total }, read);
      turn.end('answered');
      if ('result' in step) return step.result;
      hop = step.next;
    } catch (error) {
      const fault = toFault(error, describeUrl(hop.url), total);
      turn.end(outcomeOf(fault));
      throw fault;
    }
  }
  const where = describeUrl(hop.url);
  throw inputError('E_REDIRECT', `More than ${MAX_REDIRECTS} redirects from ${describeUrl(request.url)}.`, where);
}

interface Hop {
  readonly hop: HttpRequest;
  readonly url: URL;
  readonly operatorAllowed: boolean;
  readonly total: AbortSignal;
}

async function takeHop<T>(
  wire: Wire,
  at: Hop,
  read: (answer: HttpAnswer) => Promise<T>,
): Promise<{ readonly result: T } | { readonly next: HttpRequest }> {
  const answer = await sendHop(wire, at);
  try {
    const location = answer.status >= 300 && answer.status < 400 ? answer.headers.get('location') : undefined;
    if (location === undefined) return { result: await read(answer) };
    const next = followRedirect(at.hop, answer.status, location);
    discard(answer.body);
    return { next };
  } catch (error) {
    discard(answer.body);
    throw error;
  }
}

async function sendHop(wire: Wire, { hop, url, operatorAllowed, total }: Hop): Promise<HttpAnswer> {
  const answer = await undiciRequest(url, {
    dispatcher: operatorAllowed ? wire.open : wire.guarded,
    method: hop.method,
    headers: { 'user-agent': 'twin-canopy', ...hop.headers },
    body: hop.body ?? null,
    signal: total,
  });
  const where = describeUrl(url);
  const headers = flattenHeaders(answer.headers);
  const chunks = paceBody(answer.body, { where, bytes: headers.get('content-length') }, wire.timeouts);
  return { where, status: answer.statusCode, headers, body: answer.body, chunks };
}

/** What an exchange says about its host; a fault of the file or of the question says that the host works. */
function outcomeOf(fault: Error): Outcome {
  if (!(fault instanceof TransientFault)) return 'answered';
  if (fault instanceof BusyFault) return fault.asksForLess ? 'busy' : 'failed';
  if (fault.code === 'E_TIMEOUT') return 'slow';
  return fault.code === 'E_UNREACHABLE' ? 'failed' : 'answered';
}

async function* paceBody(
  body: HttpAnswer['body'],
  from: { readonly where: string; readonly bytes: string | undefined },
  { minBytesPerS, paceAfterMs }: FetchTimeouts,
): AsyncGenerator<Buffer, void> {
  const expectedBytes = from.bytes === undefined ? Number.POSITIVE_INFINITY : Number(from.bytes);
  const startMs = performance.now();
  let bytes = 0;
  for await (const chunk of body) {
    bytes += (chunk as Buffer).length;
    const takenMs = performance.now() - startMs;
    if (bytes < expectedBytes && takenMs > paceAfterMs && bytes < (minBytesPerS * takenMs) / 1000) {
      const message = `${from.where} sent ${bytes} bytes in ${(takenMs / 1000).toFixed(1)} s, fewer than ${minBytesPerS / 1000} KB a second; try again later.`;
      throw new TransientFault({ code: 'E_TIMEOUT', message, where: from.where });
    }
    yield chunk as Buffer;
  }
}

/** The request of the next hop. It carries no more than the first one did: links are signed in their query, and a new link has its own. */
export function followRedirect(hop: HttpRequest, status: number, location: string): HttpRequest {
  const from = describeUrl(hop.url);
  if (!URL.canParse(location, hop.url))
    throw inputError('E_REDIRECT', `${from} redirects to something that is no link.`, from);
  const next = new URL(location, hop.url);
  if (next.protocol === 'http:' && new URL(hop.url).protocol === 'https:')
    throw inputError('E_REDIRECT', `${from} redirects from https to http, which is not followed.`, from);
  const owner = loginOwner(next);
  if (owner !== null) throw loginWanted(from, `sends its readers to the ${owner} login page`);
  const keepsBody = status === 307 || status === 308 || hop.method === 'GET';
  if (keepsBody) return { ...hop, url: next.href };
  return { url: next.href, method: 'GET', headers: hop.headers };
}

const NO_ACCOUNTS =
  'Twin Canopy uses no accounts: take the scenes from an open source instead, for Landsat the collection ' +
  'landsat-c2-l2 at https://planetarycomputer.microsoft.com/api/stac/v1.';

/** An answer that only a person with an account can get past. */
function loginWanted(where: string, what: string): CanopyError {
  return new CanopyError({ kind: 'auth', code: 'E_LOGIN_WANTED', message: `${where} ${what}. ${NO_ACCOUNTS}`, where });
}

/** A web page where data was wanted: a login page, or for a moment the page of a proxy whose server is away. */
export function webPage(where: string, wanted: string): TransientFault {
  const message = `${where} answered with a web page instead of ${wanted}, most likely a login page. ${NO_ACCOUNTS}`;
  return new TransientFault({ code: 'E_LOGIN_WANTED', message, where, maxTries: HICCUP_TRIES, finalKind: 'auth' });
}

/** A server in trouble, by its own word. */
class BusyFault extends TransientFault {
  /** True where it means that we ask too much of it. */
  readonly asksForLess: boolean;

  constructor(where: string, status: number, retryAfterMs: number | null) {
    const message = `${where} is busy or failing (HTTP ${status}); try again later.`;
    super({ code: 'E_HTTP_BUSY', message, where, retryAfterMs });
    this.asksForLess = status === 429 || status === 503;
  }
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
    throw new BusyFault(where, status, retryAfterMs);
  }
  throw inputError('E_HTTP_STATUS', `${where} answered HTTP ${status} where data was wanted.`, where);
}

/** Reads at most `limitBytes` of a body; null when there is more. */
export async function readBody(answer: HttpAnswer, limitBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer.chunks) {
    bytes += chunk.length;
    if (bytes > limitBytes) return null;
    chunks.push(chunk);
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
