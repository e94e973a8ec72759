import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { runCanopy } from './canopy.ts';

const root = resolve(import.meta.dirname, '..');
const place = join(root, 'out/test-demo');

/** The demo twin and the results of the main job on it, made once for all tests of one build. */
export async function demoResults(): Promise<{ demo: string; results: string }> {
  const demo = join(place, 'twin');
  const results = join(place, 'results');
  mkdirSync(place, { recursive: true });
  // Test files run side by side: a folder is made by one process only, so it serves as the lock.
  const lock = join(place, 'lock');
  const stamp = join(place, 'build.txt');
  const build = buildHash();
  for (;;) {
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === build) return { demo, results };
    try {
      mkdirSync(lock);
      break;
    } catch {
      if (isAbandoned(lock)) rmSync(lock, { recursive: true, force: true });
      await sleep(200);
    }
  }
  try {
    writeFileSync(join(lock, 'pid'), String(process.pid));
    rmSync(results, { recursive: true, force: true });
    await promisify(execFile)(process.execPath, [join(root, 'dist/scripts/demo/make.entry.js'), '--out', demo]);
    const run = await runCanopy(['monitor', '--project', join(demo, 'project.json'), '--out', results]);
    if (run.code !== 0) throw new Error(`The demo's run ended with ${run.code}: ${run.stderr}`);
    writeFileSync(stamp, build);
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
  return { demo, results };
}

/** Whether the process that made the lock has ended without taking it away. */
function isAbandoned(lock: string): boolean {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Changes when the programs do. */
function buildHash(): string {
  const hash = createHash('sha256');
  for (const folder of ['dist/pipeline', 'dist/scripts/demo'])
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).sort())
      if (file.endsWith('.js')) hash.update(file).update(readFileSync(join(root, folder, file)));
  return hash.digest('hex');
}
