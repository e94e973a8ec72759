import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe } from 'vitest';

const present = isPresent();

/** A group of tests that need GDAL's programs, else skipped under a name that says why. */
export const describeWithGdal = present
  ? describe
  : (name: string, body: () => void) => describe.skip(`${name} [skipped: gdalinfo is not on PATH]`, body);

/** What a program of GDAL writes to standard output. It runs beside this process, which may be serving it. */
export async function runGdal(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 });
  return stdout;
}

function isPresent(): boolean {
  try {
    execFileSync('gdalinfo', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
