import { CanopyError } from '../../shared/errors.ts';

/** The error of a command that was interrupted before its result was in place. */
export function stopped(): CanopyError {
  const message = 'Stopped on request before the file was finished. Nothing was written: run the same command again.';
  return new CanopyError({ kind: 'transient', code: 'E_CANCELLED', message });
}
