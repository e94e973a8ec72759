import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');

/** A folder inside the project, so that programs in it find the npm packages; ignored by git. */
export function makeProgramFolder(): { path: string; remove: () => void } {
  const cache = join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const path = mkdtempSync(join(cache, 'canopy-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Bundles a TypeScript program of the tests (path from the project root) as Node will run it; returns the file. */
export async function buildProgram(folder: string, entry: string): Promise<string> {
  const outfile = join(folder, `${basename(entry, '.ts')}.mjs`);
  await build({
    entryPoints: [join(root, entry)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  return outfile;
}
