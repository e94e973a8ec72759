// Makes the demo twin: node dist/scripts/demo/make.entry.js [--seed N] [--out data/demo]. Two threads write scenes.
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { planScenes } from './calendar.ts';
import { makeLandscape } from './landscape.ts';
import { finishFolder, isMade, openFolder, writePart } from './make.ts';
import type { SceneResult } from './scenes.ts';
import { type DemoSettings, readSettings } from './settings.ts';

const THREADS = 2;
const projectRoot = fileURLToPath(new URL('../../../', import.meta.url));

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { seed: { type: 'string' }, out: { type: 'string' } } });
  const sources = join(projectRoot, 'data/demo');
  const settings = withSeed(readSettings(join(sources, 'settings.json')), values.seed);
  const outDir = resolve(values.out ?? sources);
  if (isMade(outDir, settings)) {
    console.log(`The synthetic demo twin of seed ${settings.seed} is already in ${outDir}: nothing to do.`);
    return;
  }
  const started = Date.now();
  openFolder(outDir, join(sources, 'project.json'));
  const writing = writeScenes(settings, outDir);
  const place = makeLandscape(settings);
  const results = await writing;
  await finishFolder({ ...place, outDir }, results);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const parcels = results[0]?.truth.length ?? 0;
  console.log(
    `Made the synthetic demo twin in ${seconds} s: ${results.length} scenes, ${parcels} parcels, 5 layers, seed ${settings.seed}, in ${outDir}.`,
  );
}

function withSeed(settings: DemoSettings, seed: string | undefined): DemoSettings {
  if (seed === undefined) return settings;
  if (!/^\d{1,9}$/.test(seed)) throw new Error(`--seed wants a whole number of up to 9 digits, got "${seed}".`);
  return { ...settings, seed: Number(seed) };
}

async function writeScenes(settings: DemoSettings, outDir: string): Promise<SceneResult[]> {
  const total = planScenes(settings).length;
  const results: SceneResult[] = [];
  const run = (part: number) =>
    new Promise<void>((done, fail) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: { settings, outDir, part, of: THREADS } });
      worker.on('message', (result: SceneResult) => {
        results.push(result);
        tell(results.length, total);
      });
      worker.on('error', fail);
      worker.on('exit', (code) => (code === 0 ? done() : fail(new Error(`A scene writer ended with code ${code}.`))));
    });
  await Promise.all(Array.from({ length: THREADS }, (_, part) => run(part)));
  return results;
}

function tell(done: number, total: number): void {
  if (process.stdout.isTTY) process.stdout.write(`\r${done} of ${total} scenes${done === total ? '\n' : ''}`);
  else if (done % 20 === 0 || done === total) console.log(`${done} of ${total} scenes`);
}

if (isMainThread) {
  try {
    await main();
  } catch (error) {
    console.error(`The demo twin was not made: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
} else {
  await writePart(workerData, (result) => parentPort!.postMessage(result));
}
