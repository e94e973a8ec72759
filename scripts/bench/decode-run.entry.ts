// Decodes a whole uint16 COG into one array with as many threads as said, as `gdal-decode.py` does beside it: arguments
// are the file and the number of threads. Prints for each of several passes, the first of which warms up, its times and
// a sum of the pixels.
import type { CogHeader } from '../../pipeline/cog/header.ts';
import { openCog } from '../../pipeline/cog/read.ts';
import { openFileSource } from '../../pipeline/cog/source.ts';
import { createThreadPool } from '../../pipeline/workers/threads.ts';

export interface DecodeSetup {
  readonly path: string;
  readonly header: CogHeader;
  /** Room for the whole image, row by row. */
  readonly pixels: SharedArrayBuffer;
}

const PASSES = 4;

const [path = '', threads = ''] = process.argv.slice(2);
const source = await openFileSource(path);
const { header } = await openCog(source);
await source.close();
const { widthPx, heightPx, blockRows } = header.levels[0]!;
const setup = { path, header, pixels: new SharedArrayBuffer(widthPx * heightPx * 2) };
const program = 'scripts/bench/decode-thread.entry.js';
const pool = createThreadPool<DecodeSetup, number, number>({ program, setup, size: Number(threads) });
for (let pass = 0; pass < PASSES; pass++) {
  const startMs = performance.now();
  const start = process.cpuUsage();
  await Promise.all(Array.from({ length: blockRows }, (_, row) => pool.run(row)));
  const { user, system } = process.cpuUsage(start);
  console.log((performance.now() - startMs) / 1000, (user + system) / 1e6, sum(new Uint16Array(setup.pixels)));
}
await pool.close();

function sum(values: Uint16Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
