import { Agent, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import type { TileAddress } from '../../pipeline/raster/warp.ts';
import { createApp } from '../../pipeline/server/app.ts';
import { createRenderPool } from '../../pipeline/server/render-pool.ts';
import type { Results } from '../../pipeline/server/results.ts';
import { type BenchLayer, LAYER_TILES, makeTileLayer } from './tile-layers.ts';

interface Answer {
  readonly ms: number;
  readonly status: number;
}

const CLIENTS = 50;

/** Latency of tiles over a socket: drawn, kept, and with many clients at a time; of layers made in `folder`. */
export async function benchTileServer(folder: string): Promise<void> {
  const layers: BenchLayer[] = [];
  for (const kind of ['ndvi', 'true-color'] as const) layers.push(await makeTileLayer(folder, kind));
  const tiles = LAYER_TILES;
  console.log(`\nTile server, ${tiles.length} tiles of zoom 14 of made layers of 4096 × 4096 px of 10 m:`);
  const size = Math.min(4, availableParallelism());
  const pool = createRenderPool({ size });
  const results = resultsOf(layers);
  const app = await createApp({
    ...{ current: () => results, render: pool.run, concurrency: size },
    ...{ hosts: [], say: (line: string) => console.error(line) },
  });
  try {
    await app.listen({ host: '127.0.0.1', port: 0 });
    const base = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/tiles`;
    const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
    const ask = ({ z, x, y }: TileAddress, file: string) =>
      time(`${base}/${file.replace('@', `${z}/${x}/${y}`)}`, agent);
    // The children start with their first tile.
    await Promise.all(tiles.slice(0, 2 * size).map((tile) => ask(tile, 'ndvi/@.webp')));
    await measure(tiles, ask);
    agent.destroy();
  } finally {
    await app.close();
    await pool.close();
  }
}

type Ask = (tile: TileAddress, file: string) => Promise<Answer>;

async function measure(tiles: readonly TileAddress[], ask: Ask): Promise<void> {
  const oneByOne = async (file: string) => {
    const answers: Answer[] = [];
    for (const tile of tiles) answers.push(await ask(tile, file));
    return answers;
  };
  for (const file of ['ndvi/@.bin', 'ndvi/@.png', 'true-color/@.webp']) {
    const drawn = await oneByOne(file);
    const kept = await oneByOne(file);
    console.log(`  ${file.replace('/@', '')}, one client: ${tell(drawn)} drawn; ${tell(kept)} from memory`);
  }
  // A zoom that nobody has asked for yet: four tiles for one.
  const deeper = tiles.flatMap(({ z, x, y }) =>
    [0, 1, 2, 3].map((q) => ({ z: z + 1, x: 2 * x + (q & 1), y: 2 * y + (q >> 1) })),
  );
  const startMs = performance.now();
  const answers: Answer[] = [];
  const client = async () => {
    for (let tile = deeper.pop(); tile; tile = deeper.pop()) {
      answers.push(await ask(tile, `ndvi/@.${answers.length % 2 ? 'png' : 'bin'}`));
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const seconds = (performance.now() - startMs) / 1000;
  const errors = answers.filter(({ status }) => status !== 200).length;
  console.log(
    `  ${CLIENTS} clients at a time, no tile asked for twice: ${answers.length} tiles, ${errors} errors, ${(answers.length / seconds).toFixed(0)} tiles/s, ${tell(answers)}`,
  );
}

function tell(answers: readonly Answer[]): string {
  const sorted = answers.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor((sorted.length - 1) * part)]!.toFixed(1);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
}

function time(url: string, agent: Agent): Promise<Answer> {
  const startMs = performance.now();
  return new Promise((resolve) => {
    const done = (status: number) => resolve({ ms: performance.now() - startMs, status });
    get(url, { agent, headers: { 'accept-encoding': 'gzip' } }, (answer) => {
      answer.resume();
      answer.on('end', () => done(answer.statusCode ?? 0));
    }).on('error', () => done(0));
  });
}

/** As much of a run's results as tiles need. */
function resultsOf(layers: readonly BenchLayer[]): Results {
  const served = layers.map(({ kind, file }) => {
    const form = kind === 'ndvi' ? 'value' : 'colour';
    return [kind, { info: { id: kind, kind, form, scale: 1e-4 }, files: [file] }] as const;
  });
  return { version: 'bench', layers: new Map(served) } as unknown as Results;
}
