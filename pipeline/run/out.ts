import { stat } from 'node:fs/promises';
import { usageError } from '../../shared/errors.ts';
import { isHttp } from '../stac/href.ts';

/**
 * Makes sure, before any work, that results may take these names: no folder has one of them, and none is an input or a
 * link to it. Errors: usage errors.
 * @param outs absolute paths
 * @param inputs absolute paths and URLs
 */
export async function checkOut(outs: readonly string[], inputs: readonly string[]): Promise<void> {
  const read = new Map<string, string>();
  for (const input of inputs) {
    const file = isHttp(input) ? null : await fileAt(input);
    if (file !== null) read.set(file.key, input);
  }
  for (const out of outs) {
    const file = await fileAt(out);
    if (file === null) continue;
    if (file.isFolder) throw usageError(`--out ${out} is a folder. Name a file, in it for instance.`);
    const input = read.get(file.key);
    if (input === undefined) continue;
    const link = input === out ? '' : ` or a link to it (${input})`;
    throw usageError(`--out ${out} is one of the files to read${link}. Give another name or folder.`);
  }
}

/** What tells files apart whatever name they go by; null where there is none. */
async function fileAt(path: string): Promise<{ readonly key: string; readonly isFolder: boolean } | null> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  return found && { key: `${found.dev}-${found.ino}`, isFolder: found.isDirectory() };
}
