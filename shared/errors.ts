/**
 * The few kinds of failure the pipeline knows. The kind decides what happens next (only `queue/retry.ts` maps it):
 * `usage` wrong command or project file · `input` bad data, never worth a retry · `transient` may pass if tried again ·
 * `auth` a link was refused · `resource` disk or memory is short · `bug` everything unexpected.
 */
export type ErrorKind = 'usage' | 'input' | 'transient' | 'auth' | 'resource' | 'bug';

export interface ErrorDetail {
  readonly kind: ErrorKind;
  /** Stable code, such as `E_TIFF_TRUNCATED`. */
  readonly code: string;
  /** One plain sentence or two: what, wanted, got, where, what to do next. */
  readonly message: string;
  /** File, URL without its query, item id or parcel id that the error is about. */
  readonly where?: string;
  readonly fields?: ErrorFields;
}

/** What of an error a program can go on with; sentences are for people. Left out: it does not apply. */
export interface ErrorFields {
  /** The layers of a file, one of which has to be named. */
  readonly layers?: readonly string[];
}

export class CanopyError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly where: string | undefined;
  readonly fields: ErrorFields | undefined;

  constructor(detail: ErrorDetail, options?: { cause?: unknown }) {
    super(detail.message, options);
    this.name = 'CanopyError';
    this.kind = detail.kind;
    this.code = detail.code;
    this.where = detail.where;
    this.fields = detail.fields;
  }
}

/** The plain form of any thrown value: crosses threads, processes and HTTP without losing its kind. */
export function toErrorDetail(error: unknown): ErrorDetail {
  if (error instanceof CanopyError) {
    const { kind, code, message, where, fields } = error;
    return {
      kind,
      code,
      message,
      ...(where === undefined ? {} : { where }),
      ...(fields === undefined ? {} : { fields }),
    };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { kind: 'bug', code: 'E_UNEXPECTED', message };
}

export function isCanopyError(error: unknown): error is CanopyError {
  return error instanceof CanopyError;
}

export function inputError(code: string, message: string, where?: string, cause?: unknown): CanopyError {
  return new CanopyError(
    where === undefined ? { kind: 'input', code, message } : { kind: 'input', code, message, where },
    { cause },
  );
}

export function usageError(message: string): CanopyError {
  return new CanopyError({ kind: 'usage', code: 'E_USAGE', message });
}
