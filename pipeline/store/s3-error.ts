import { CanopyError, type ErrorKind, inputError, isCanopyError } from '../../shared/errors.ts';

/** An error of the S3 client: an answer of the server has a status, one of the network has none. */
interface ClientError {
  readonly name?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const REFUSED: ReadonlySet<string> = new Set([
  'ExpiredToken',
  'InvalidToken',
  'TokenRefreshRequired',
  'InvalidAccessKeyId',
]);
const FULL: ReadonlySet<string> = new Set(['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage']);
const ELSEWHERE: ReadonlySet<string> = new Set([
  'PermanentRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'InvalidBucketName',
]);

export function s3Status(error: unknown): number | null {
  return (error as ClientError).$metadata?.httpStatusCode ?? null;
}

/** Whether there is no such object, in a bucket that is there. */
export function isNoSuchKey(error: unknown): boolean {
  return s3Status(error) === 404 && (error as ClientError).name === 'NoSuchKey';
}

/**
 * What the server or the network has against a request, as an error that says whether waiting helps. The client's own
 * error is not carried along: it may hold the signed request, and the key's name.
 */
export function s3Error(where: string, error: unknown): unknown {
  if (isCanopyError(error)) return error;
  const { name = '', code = '' } = error as ClientError;
  const status = s3Status(error);
  if (status === null) return isNetwork(name, code) ? unreachable(where, code || name) : error;
  const answer = /^[A-Za-z]+$/.test(name) ? `${name}, HTTP ${status}` : `HTTP ${status}`;
  if (FULL.has(name) || status === 507) {
    const message = `There is no room left for ${where} (${answer}). Make room there; the run goes on by itself when there is room.`;
    return told('resource', 'E_DISK_FULL', message, where);
  }
  if (status === 401 || status === 403 || REFUSED.has(name)) {
    const message = `${where} was refused (${answer}). Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and that they may list the bucket and read, write and delete in it.`;
    return told('auth', 'E_STORE_REFUSED', message, where);
  }
  if (status === 404 || status === 301 || ELSEWHERE.has(name)) {
    const message = `There is no such bucket for ${where} at this endpoint and region (${answer}). Check its name, AWS_REGION and CANOPY_S3_ENDPOINT.`;
    return inputError('E_STORE_MISSING', message, where);
  }
  if (status === 501 || status === 405) return unsuitable(where, answer);
  return unreachable(where, answer);
}

/** A server that lets a later writer replace what is there cannot hold results that nobody doubles. */
export function unsuitable(where: string, what: string): CanopyError {
  const message = `The server of ${where} does not keep what is there from being replaced (If-None-Match: ${what}). Take a newer version of it, another store, or a shared folder.`;
  return inputError('E_STORE_UNSUITABLE', message, where);
}

export function unreachable(where: string, what: string): CanopyError {
  return told(
    'transient',
    'E_STORE_UNREACHABLE',
    `${where} cannot be reached or is busy (${what}); try again later.`,
    where,
  );
}

function told(kind: ErrorKind, code: string, message: string, where: string): CanopyError {
  return new CanopyError({ kind, code, message, where });
}

function isNetwork(name: string, code: string): boolean {
  return (
    /^(TimeoutError|AbortError|AggregateError)$/.test(name) ||
    /^(E[A-Z]+|ERR_(TLS|SSL)_.*|CERT_.*|.*_CERT.*)$/.test(code)
  );
}
