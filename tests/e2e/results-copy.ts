import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A copy of a results folder that a test may change; the layers, which are large, are the original's. Without its plan
 * it has no pictures of single dates.
 */
export function copyResults(from: string, to: string, { withPlan }: { withPlan: boolean }): void {
  mkdirSync(to, { recursive: true });
  const isLeftOut = (path: string) => /\/(db|layers|units)$/.test(path) || (!withPlan && path.endsWith('/.run'));
  cpSync(from, to, { recursive: true, filter: (path) => !isLeftOut(path) });
  symlinkSync(join(from, 'layers'), join(to, 'layers'));
}

/** Writes files of a results folder anew, and run.json with their hashes, as a later run would leave it. */
export function rewriteResults(
  dir: string,
  files: Readonly<Record<string, string>>,
  change: (record: Record<string, unknown>) => object = (record) => record,
): void {
  const path = join(dir, 'run.json');
  const record = JSON.parse(readFileSync(path, 'utf8')) as { outputs: { name: string }[] };
  for (const [name, text] of Object.entries(files)) put(join(dir, name), text);
  const outputs = record.outputs.map((output) => {
    const text = files[output.name];
    if (text === undefined) return output;
    return { ...output, sha256: createHash('sha256').update(text).digest('hex'), bytes: Buffer.byteLength(text) };
  });
  put(path, JSON.stringify(change({ ...record, outputs }), null, 2));
}

/** By name, so that who reads meanwhile sees the old file or the new one. */
function put(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}
