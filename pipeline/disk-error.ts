import { CanopyError, isCanopyError } from '../shared/errors.ts';

/** No room: of the device, of this user's share of it, or of the longest file it may hold. */
const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
/** The device failed, or was made read-only by the system because it had failed. */
const FAILED: ReadonlySet<string> = new Set(['EIO', 'EROFS', 'ENXIO', 'ENODEV']);

/** What a person does about it where nothing goes on by itself. */
const ADVICE = 'Make room there or repair it, then try again; no unfinished file was left under that name.';

/** The system's name of an error (`ENOSPC`), or an empty text. */
export function systemCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^E[A-Z0-9]+$/.test(code) ? code : '';
}

/**
 * A failed write as what it is, a shortage of the machine and no bug: `E_DISK_FULL` or `E_DISK`, both of kind resource.
 * null for every other error, and for one that was told apart before.
 */
export function diskError(path: string, cause: unknown, advice: string = ADVICE): CanopyError | null {
  const code = isCanopyError(cause) ? '' : systemCode(cause);
  const isFull = FULL.has(code);
  if (!isFull && !FAILED.has(code)) return null;
  const what = isFull ? `There is no room left to write ${path} (${code})` : `The disk failed at ${path} (${code})`;
  const detail = { kind: 'resource', code: isFull ? 'E_DISK_FULL' : 'E_DISK', where: path } as const;
  return new CanopyError({ ...detail, message: `${what}. ${advice}` }, { cause });
}
