import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** Runs the built `canopy` and waits for its end; throws with what it said when it failed. */
export async function runCanopy(args: readonly string[]): Promise<void> {
  await promisify(execFile)(process.execPath, ['scripts/canopy.mjs', ...args], { maxBuffer: 64 * 2 ** 20 });
}

/** What the built `canopy` prints on standard output. */
export async function askCanopy(args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/canopy.mjs', ...args], {
    maxBuffer: 64 * 2 ** 20,
  });
  return stdout;
}

export function readText(path: string): string {
  return readFileSync(path, 'utf8');
}
