import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe } from 'vitest';

const version = readVersion();
const present = version !== null;

/** GDAL has a type of its own for signed bytes from 3.7 on; before, they are bytes with an option. */
export const gdalHasInt8 = version !== null && (version[0] > 3 || (version[0] === 3 && version[1] >= 7));

/** A group of tests that need GDAL's programs, else skipped under a name that says why. */
export const describeWithGdal = present
  ? describe
  : (name: string, body: () => void) => describe.skip(`${name} [skipped: gdalinfo is not on PATH]`, body);

/** What a program of GDAL writes to standard output. It runs beside this process, which may be serving it. */
export async function runGdal(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 });
  return stdout;
}

function readVersion(): readonly [number, number] | null {
  try {
    const [, major, minor] = /(\d+)\.(\d+)/.exec(execFileSync('gdalinfo', ['--version'], { encoding: 'utf8' }))!;
    return [Number(major), Number(minor)];
  } catch {
    return null;
  }
}
