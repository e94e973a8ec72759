import { statSync } from 'node:fs';
import { CanopyError } from '../../shared/errors.ts';

/** What tells one version of a local file from the next without reading it. Null where it cannot be told. */
export function versionOf(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.dev}-${stat.ino}-${stat.size}-${stat.mtimeMs}`;
}

/** Errors: `E_SOURCE_CHANGED` (transient) where the file at `path` is no longer the one that was opened. */
export function checkVersion(path: string, version: string): void {
  if (versionOf(path) === version) return;
  const message = `${path} changed while it was read. Nothing was written: run the same command again when it is finished.`;
  throw new CanopyError({ kind: 'transient', code: 'E_SOURCE_CHANGED', message, where: path });
}
