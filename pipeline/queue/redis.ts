import { Redis } from 'ioredis';
import { CanopyError, usageError } from '../../shared/errors.ts';
import { withoutLogin } from '../address.ts';

const CONNECT_TIMEOUT_MS = 4000;
/** A connection whose other end has gone without a word is found out. */
const KEEP_ALIVE_MS = 10_000;
const MAX_RECONNECT_DELAY_MS = 2000;

/**
 * A connection to a Redis that is fit to hand out work. Once made, it reconnects by itself and commands wait meanwhile;
 * `log` hears once of each loss and return.
 * @throws CanopyError `transient` E_REDIS_UNREACHABLE within 5 s, `usage` for a bad address, `resource` E_REDIS_POLICY
 * where Redis may drop jobs when its memory is full, E_REDIS_AOF where it forgets them when it is started again.
 */
export async function connectRedis(redisUrl: string, log: (line: string) => void): Promise<Redis> {
  const place = placeOf(redisUrl);
  await checkServer(redisUrl, place);
  const redis = new Redis(redisUrl, {
    keepAlive: KEEP_ALIVE_MS,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(times * 100, MAX_RECONNECT_DELAY_MS),
  });
  let isLost = false;
  // The events `close` and `ready` tell all there is to say; each failed reconnect would repeat it.
  redis.on('error', () => {});
  redis.on('close', () => {
    if (!isLost) log(`The connection to Redis at ${place} is lost; waiting for it to come back.`);
    isLost = true;
  });
  redis.on('ready', () => {
    if (isLost) log(`Redis at ${place} is back.`);
    isLost = false;
  });
  return redis;
}

/**
 * Whether Redis answered that it takes nothing just now: its memory or the disk of its log is full, or it starts or changes
 * hands. That says nothing about the work, which may be handed over again.
 */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // A transaction is discarded as a whole because of what one of its commands met.
  const { previousErrors = [] } = error as { previousErrors?: readonly unknown[] };
  return REFUSAL.test(error.message) || previousErrors.some(isRefusal);
}

/**
 * Whether a command failed for the sake of Redis, not of what it asked: refused, or cut off with its connection, so that
 * nobody knows whether it was done. It is to be repeated.
 */
export function isPassing(error: unknown): boolean {
  return isRefusal(error) || isForgotten(error) || (error instanceof Error && CUT_OFF.test(error.message));
}

/**
 * Whether a transaction failed because Redis does not have a script that the connection takes for loaded: it was sent
 * within a transaction that was refused. The connection learns that by being made anew only.
 */
export function isForgotten(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

const CUT_OFF = /aborted due to connection close|ECONNRESET|ECONNREFUSED|EPIPE/;

const REFUSAL = /(^|[\s-])(OOM|MISCONF|LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|BUSY) /;

/** Ends a connection without a word in the log, whatever state it is in. */
export function disconnectRedis(redis: Redis): void {
  redis.removeAllListeners('close');
  redis.disconnect();
}

async function checkServer(redisUrl: string, place: string): Promise<void> {
  const probe = new Redis(redisUrl, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  });
  let cause: Error | undefined;
  probe.on('error', (error: Error) => {
    cause = error;
  });
  const timer = setTimeout(() => probe.disconnect(), CONNECT_TIMEOUT_MS);
  try {
    await probe.connect();
    const policy = /^maxmemory_policy:(.+?)\r?$/m.exec(await probe.info('memory'))?.[1];
    if (policy !== undefined && policy !== 'noeviction') throw policyError(place, policy);
    const keepsLog = /^aof_enabled:(\d)/m.exec(await probe.info('persistence'))?.[1];
    if (keepsLog === '0') throw logError(place);
  } catch (error) {
    if (error instanceof CanopyError) throw error;
    throw unreachable(place, cause ?? (error as Error));
  } finally {
    clearTimeout(timer);
    probe.disconnect();
  }
}

function policyError(place: string, policy: string): CanopyError {
  return new CanopyError({
    kind: 'resource',
    code: 'E_REDIS_POLICY',
    message: `The maxmemory-policy of Redis at ${place} is ${policy}; it must be noeviction, or jobs vanish when its memory is full. Run "redis-cli CONFIG SET maxmemory-policy noeviction" and set the same in redis.conf, then try again.`,
    where: place,
  });
}

function logError(place: string): CanopyError {
  return new CanopyError({
    kind: 'resource',
    code: 'E_REDIS_AOF',
    message: `Redis at ${place} keeps no append-only file (appendonly is no): the queue would be gone after a restart, and every unit would have to be handed out again. Run "redis-cli CONFIG SET appendonly yes" and set the same in redis.conf, then try again.`,
    where: place,
  });
}

function unreachable(place: string, cause: Error): CanopyError {
  const said = /WRONGPASS|NOAUTH|invalid password/i.test(cause.message)
    ? 'refused the user name or password'
    : `cannot be reached (${causeOf(cause)})`;
  const message = `Redis at ${place} ${said}. Start it with "redis-server", or check the address given with --runner or --redis.`;
  return new CanopyError({ kind: 'transient', code: 'E_REDIS_UNREACHABLE', message, where: place }, { cause });
}

function causeOf(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code) return code;
  return /closed/i.test(error.message) ? `no answer within ${CONNECT_TIMEOUT_MS / 1000} s` : error.message;
}

/** The address without user name and password. */
function placeOf(redisUrl: string): string {
  const url = URL.canParse(redisUrl) ? new URL(redisUrl) : null;
  if (!url || !/^rediss?:$/.test(url.protocol) || url.hostname === '')
    throw usageError('The address of Redis must look like redis://127.0.0.1:6379 (or rediss:// for TLS).');
  const shown = withoutLogin(redisUrl).url;
  if (shown === null) return 'the address given';
  return `${shown.protocol}//${shown.host}${shown.pathname === '/' ? '' : shown.pathname}`;
}
