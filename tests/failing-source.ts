import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { mulberry32 } from '../scripts/demo/random.ts';
import type { OperationsView, RunDetail } from '../shared/operations.ts';
import { startFileServer } from './file-server.ts';
import { cellsOf, makeTinyCatalog, writeParcels } from './tiny-catalog.ts';
import { monitorArgs } from './tiny-run.ts';

const PERIODS = { baseline: '2023-01-01/2023-01-31', period: '2023-02-01/2023-02-28' };
/** Two units: columns up to 511, and the rest. */
export const GROUND = {
  mgrsTile: '31PAA',
  epsg: 32631,
  x: 499_500,
  y: 1_083_000,
  widthPx: 640,
  heightPx: 128,
  blockPx: 128,
};
const DAYS = ['2023-01-05', '2023-02-05'];
export const WEST = { id: 'west', ...cellsOf(GROUND, { col: 20, row: 20, widthPx: 60, heightPx: 60 }) };
const EAST = { id: 'east', ...cellsOf(GROUND, { col: 550, row: 20, widthPx: 60, heightPx: 60 }) };
/** The last block of a red file is one of the eastern unit; it ends with the file. */
const LAST_BYTES = 4096;

export interface FailingSource {
  /** Whether the eastern unit cannot be read just now. */
  isDown: boolean;
  readonly parcels: string;
  outOf(name: string): string;
  /** Arguments of `canopy monitor` into a folder of that name. */
  argsOf(name: string, ...more: string[]): string[];
  close(): Promise<void>;
}

/**
 * Scenes behind HTTP whose red file of the second day fails, while `isDown`, where 1 of 2 units reads it: 503 with a wait
 * of an hour, which nobody waits for.
 */
export async function startFailingSource(folder: string): Promise<FailingSource> {
  const random = mulberry32(7);
  const noise = (low: number) => () => low + Math.floor(random() * 500);
  const scenes = DAYS.map((day) => ({ ...GROUND, day, red: noise(300), nir: noise(3000) }));
  const catalog = await makeTinyCatalog(join(folder, 'scenes'), scenes);
  const redBytes = statSync(catalog.file('S2A_31PAA_20230205_0_L2A', 'red')).size;
  const server = await startFileServer(join(folder, 'scenes'), {
    answer: ({ url, headers }, response) => {
      const end = Number(/^bytes=\d+-(\d+)$/.exec(headers.range ?? '')?.[1] ?? 0);
      if (!source.isDown || !/20230205.*B04/.test(url) || end < redBytes - LAST_BYTES) return false;
      response.writeHead(503, { 'retry-after': '3600' }).end();
      return true;
    },
  });
  const parcels = writeParcels(join(folder, 'parcels.geojson'), [WEST, EAST]);
  const outOf = (name: string) => join(folder, name);
  const source: FailingSource = {
    isDown: true,
    parcels,
    outOf,
    argsOf: (name, ...more) => {
      const places = { parcels, catalog: `${server.url}/catalog.json`, out: outOf(name) };
      const always = ['--min-clear', '1', '--workers', '2', '--allow-host', server.pair];
      return monitorArgs({ ...places, ...PERIODS, more: [...always, ...more] });
    },
    close: () => server.close(),
  };
  return source;
}

/** What a coordinator last said of the run in an output folder. */
export function snapshotOf(out: string): RunDetail | null {
  const path = join(out, '.run/status.json');
  return existsSync(path) ? ((JSON.parse(readFileSync(path, 'utf8')) as OperationsView).runs[0] ?? null) : null;
}
