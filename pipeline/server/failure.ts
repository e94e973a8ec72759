import type { ApiError } from '../../shared/api.ts';
import { type ErrorFields, isCanopyError } from '../../shared/errors.ts';

/** A request that cannot be answered as asked: HTTP status, stable code and a sentence for the person who asked. */
export class HttpFailure extends Error {
  readonly statusCode: number;
  readonly code: string;
  readonly fields: ErrorFields | undefined;

  constructor(statusCode: number, code: string, message: string, fields?: ErrorFields) {
    super(message);
    this.name = 'HttpFailure';
    this.statusCode = statusCode;
    this.code = code;
    this.fields = fields;
  }
}

interface Answer {
  readonly status: number;
  readonly body: ApiError;
  /** Something nobody foresaw: its details are for the server's log, not for the answer. */
  readonly isBug: boolean;
}

/** What a client is told of anything thrown while its request was answered. */
export function describeFailure(error: unknown): Answer {
  if (error instanceof HttpFailure) return answer(error.statusCode, error.code, error.message, error.fields);
  if (isCanopyError(error) && error.kind !== 'bug') {
    const isPassing = error.kind === 'transient' || error.kind === 'resource';
    const status = error.kind === 'usage' ? 400 : isPassing ? 503 : 500;
    return answer(status, error.code, error.message, error.fields);
  }
  const { statusCode, code, message, validation } = error as Partial<HttpFailure> & { readonly validation?: unknown };
  if (validation !== undefined) return answer(400, 'E_REQUEST', `The request is not as wanted: ${message}.`);
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    const wanted = 'This content-type is not taken here: JSON wants application/json, a file application/octet-stream.';
    return answer(415, 'E_CONTENT_TYPE', wanted);
  }
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || (error instanceof SyntaxError && statusCode === 400)) {
    const words =
      'The body is no JSON that is taken here: it is broken, or holds the name __proto__ or constructor.prototype.';
    return answer(400, 'E_REQUEST', words);
  }
  // Refusals of the web server itself, such as a body that is too long.
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return answer(statusCode, code ?? 'E_REQUEST', message ?? 'The request was refused.');
  const words = 'Unexpected error; the server has written the details to its standard error.';
  return { ...answer(500, 'E_UNEXPECTED', words), isBug: true };
}

function answer(status: number, code: string, message: string, fields?: ErrorFields): Answer {
  return { status, body: { error: { code, message, ...(fields === undefined ? {} : { fields }) } }, isBug: false };
}
