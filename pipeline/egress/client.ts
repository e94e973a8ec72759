import { gunzipSync } from 'node:zlib';
import { type CanopyError, inputError, isCanopyError } from '../../shared/errors.ts';
import { type Resolve, resolveBySystem } from './address.ts';
import { createAllowList, describeUrl } from './allow.ts';
import { DEFAULT_LIMITS, type HostLimits } from './host-gate.ts';
import { type RangeAnswer, type RangeQuestion, rangeHeaders, readRangeAnswer } from './range.ts';
import { createRangeCache, type RangeCacheSettings } from './range-cache.ts';
import {
  createWire,
  DEFAULT_TIMEOUTS,
  exchange,
  type FetchTimeouts,
  HICCUP_TRIES,
  type HttpAnswer,
  type HttpRequest,
  readBody,
  refuseBadStatus,
  webPage,
} from './request.ts';
import { DEFAULT_RETRY, type RetryPolicy, TransientFault, withRetry } from './retry.ts';
import { createSigner, PLANETARY_COMPUTER, refusedAfterRenewal, type SigningService } from './sign.ts';

const JSON_LIMIT_BYTES = 64 * 1024 * 1024;

export interface EgressOptions {
  /** HOST:PORT pairs from the operator's command line; plain http and loopback are fine for these. */
  readonly allowHosts: readonly string[];
  readonly fetchTimeouts?: Partial<FetchTimeouts>;
  readonly retry?: Partial<RetryPolicy>;
  /** For each host by itself. */
  readonly limits?: Partial<HostLimits>;
  /** Absent or null: every range is asked for. */
  readonly rangeCache?: RangeCacheSettings | null;
  readonly resolve?: Resolve;
  readonly signing?: SigningService;
}

interface JsonRequest {
  readonly method?: 'GET' | 'POST';
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** The only way out of the machine: what it may reach is in `allow.ts`. */
export interface Egress {
  /** A JSON document of at most 64 MB. */
  getJson(url: string, options?: JsonRequest): Promise<unknown>;
  /** Hands a JSON document over; any 2xx is thanks enough. It may arrive twice where an answer was lost. */
  postJson(url: string, body: unknown): Promise<void>;
  /**
   * Bytes [offsetBytes, offsetBytes + lengthBytes) of a file, fewer only where the file ends. Pass the tag of the first
   * range with every later one: a file that changes in between is an `E_SOURCE_CHANGED`.
   */
  readRange(url: string, offsetBytes: number, lengthBytes: number, etag: string | null): Promise<RangeAnswer>;
  /** Tells of every range that is asked for once more or for the first time, before it is. */
  onTry(listener: (url: string) => void): void;
  /** Gives up all connections. */
  close(): Promise<void>;
}

export function createEgress(options: EgressOptions): Egress {
  const policy = { ...DEFAULT_RETRY, ...options.retry };
  const wire = createWire({
    allow: createAllowList(options.allowHosts),
    timeouts: { ...DEFAULT_TIMEOUTS, ...options.fetchTimeouts },
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    resolve: options.resolve ?? resolveBySystem,
  });
  const cache = options.rangeCache ? createRangeCache(options.rangeCache) : null;
  let tellTry = (_url: string) => {};

  const getJson: Egress['getJson'] = (url, request) =>
    withRetry(policy, () => exchange(wire, jsonRequest(url, request), readJson));

  const signer = createSigner(options.signing ?? PLANETARY_COMPUTER, (url) => getJson(url), Date.now);

  async function readRangeOnce(url: string, question: RangeQuestion): Promise<RangeAnswer> {
    const ask = (link: string) =>
      exchange(wire, { url: link, method: 'GET', headers: rangeHeaders(question) }, (answer) =>
        readRangeAnswer(answer, question),
      );
    if (!URL.canParse(url) || !signer.needsToken(url)) return ask(url);
    const link = await signer.sign(url, null);
    try {
      return await ask(link);
    } catch (error) {
      if (!isLinkRefused(error)) throw error;
    }
    try {
      return await ask(await signer.sign(url, link));
    } catch (error) {
      throw isLinkRefused(error) ? refusedAfterRenewal(describeUrl(url), error) : error;
    }
  }

  async function readRange(url: string, question: RangeQuestion): Promise<RangeAnswer> {
    const kept = (await cache?.read(url, question)) ?? null;
    if (kept !== null) return kept;
    const answer = await withRetry(policy, () => {
      tellTry(url);
      return readRangeOnce(url, question);
    });
    cache?.keep(url, question, answer);
    return answer;
  }

  return {
    getJson,
    postJson: (url, body) =>
      withRetry(policy, () => exchange(wire, jsonRequest(url, { body }), async (answer) => refuseBadStatus(answer))),
    readRange: (url, offsetBytes, lengthBytes, etag) => readRange(url, { offsetBytes, lengthBytes, etag }),
    onTry: (listener) => {
      tellTry = listener;
    },
    close: async () => {
      await Promise.all([wire.guarded.destroy(), wire.open.destroy(), cache?.close()]);
    },
  };
}

function isLinkRefused(error: unknown): error is CanopyError {
  return isCanopyError(error) && error.code === 'E_LINK_REFUSED';
}

function jsonRequest(url: string, request: JsonRequest = {}): HttpRequest {
  const headers = { accept: 'application/geo+json, application/json', 'accept-encoding': 'gzip' };
  if (request.body === undefined) return { url, method: request.method ?? 'GET', headers };
  return {
    url,
    method: request.method ?? 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(request.body),
  };
}

async function readJson(answer: HttpAnswer): Promise<unknown> {
  const { where, headers } = answer;
  refuseBadStatus(answer);
  if (headers.get('content-type')?.startsWith('text/html')) {
    throw webPage(where, 'JSON');
  }
  const raw = await readBody(answer, JSON_LIMIT_BYTES);
  if (raw === null) throw tooLarge(where);
  const text = headers.get('content-encoding') === 'gzip' ? gunzipCapped(raw, where) : raw;
  try {
    return JSON.parse(text.toString('utf8')) as unknown;
  } catch (cause) {
    throw unreadable(where, 'is not readable JSON; it may be cut off', cause);
  }
}

/** A document that was cut on its way is whole the next time. */
function unreadable(where: string, what: string, cause: unknown): TransientFault {
  const detail = { code: 'E_JSON', message: `${where} ${what}.`, where, maxTries: HICCUP_TRIES };
  return new TransientFault({ ...detail, finalKind: 'input' }, cause);
}

function gunzipCapped(raw: Buffer, where: string): Buffer {
  try {
    return gunzipSync(raw, { maxOutputLength: JSON_LIMIT_BYTES });
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(where);
    throw unreadable(where, 'is not readable: its compression is broken', cause);
  }
}

function tooLarge(where: string): CanopyError {
  return inputError(
    'E_JSON_TOO_LARGE',
    `${where} is larger than ${JSON_LIMIT_BYTES / 1024 / 1024} MB; name a smaller catalogue.`,
    where,
  );
}
