import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const program = join(root, 'scripts/canopy.mjs');

export interface CanopyRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built `canopy` as a user would. */
export function runCanopy(args: readonly string[], options: { signal?: AbortSignal } = {}): Promise<CanopyRun> {
  if (!existsSync(join(root, 'dist/pipeline/main.js'))) throw new Error('Build first: npm run build.');
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: root, ...options });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', (error) => (error.name === 'AbortError' ? undefined : fail(error)));
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}

/** Rows of a CSV as records; quoted cells understood. */
export function readCsv(path: string): Record<string, string>[] {
  const [head, ...rows] = readFileSync(path, 'utf8').trimEnd().split('\n').map(splitRow);
  return rows.map((row) => Object.fromEntries(head!.map((name, i) => [name, row[i] ?? ''])));
}

function splitRow(line: string): string[] {
  const cells = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return [...cells].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}

/** SHA-256 of the files that must not depend on how a run was computed. */
export function hashResults(folder: string): Record<string, string> {
  const layers = readdirSync(join(folder, 'layers')).map((name) => `layers/${name}`);
  const names = ['observations.csv', 'parcels.csv', 'parcels.geojson', 'run.json', ...layers].sort();
  return Object.fromEntries(
    names.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  );
}
