import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fromFile } from 'geotiff';
import { openCog, readWindow } from '../../pipeline/cog/read.ts';
import { openFileSource } from '../../pipeline/cog/source.ts';

/** Reads every full-size band below a folder with our reader and with geotiff.js in turn, and prints the ratio. */
export async function benchReader(folder: string, runs: number): Promise<void> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.tif'))
    .sort()
    .map((name) => join(folder, name));
  const ours: number[] = [];
  const theirs: number[] = [];
  let pixels = 0;
  for (let run = 0; run <= runs; run += 1) {
    const a = await time(async () => {
      pixels = 0;
      for (const file of files) pixels += await readOurs(file);
    });
    const b = await time(async () => {
      for (const file of files) await readTheirs(file);
    });
    if (run === 0) continue;
    ours.push(a);
    theirs.push(b);
  }
  const ratios = ours.map((seconds, i) => theirs[i]! / seconds);
  console.log(
    `\nBlock reader, ${files.length} COGs (deflate, predictor 2), one core, in turn: ours ${(pixels / 1e6 / median(ours)).toFixed(0)} Mpx/s, geotiff.js ${(pixels / 1e6 / median(theirs)).toFixed(0)} Mpx/s: ${median(ratios).toFixed(1)} times as fast`,
  );
}

async function readOurs(file: string): Promise<number> {
  const cog = await openCog(await openFileSource(file));
  const { widthPx, heightPx } = cog.header.levels[0]!;
  const { data } = await readWindow(cog, { level: 0, window: { col: 0, row: 0, widthPx, heightPx }, sample: 0 });
  await cog.source.close();
  return data.length;
}

async function readTheirs(file: string): Promise<void> {
  const tiff = await fromFile(file);
  await (await tiff.getImage()).readRasters();
  await tiff.close();
}

async function time(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  await work();
  return (performance.now() - startMs) / 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
