import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Need, PYTHON, peerScript, whatIsMissing } from './peers.ts';
import type { BenchRow } from './row.ts';
import { type Contender, median, runInTurn } from './run-in-turn.ts';

const TILES = 225;
const FILE = 't1_B08.tif';
const PICTURES =
  ' Ours are of 8 bits with a palette, as the server draws values; mapscript draws red, green and blue, as its map file says.';
const ROWS = [
  { method: 'nearest', what: 'raw pixels, nearest', target: { ratio: 1 } },
  { method: 'bilinear', what: 'raw pixels, bilinear', target: { ratio: 1 } },
  { method: 'png', what: 'PNG, bilinear', target: { ratio: 5 } },
] as const;

/** W5: map tiles of zoom 14 from a COG of 10 m, 10980² uint16, deflate; one process each. */
export async function benchTiles(peerData: string, runs: number): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const { method, what, target } of ROWS) {
    const passes: Passes = { checkS: [], againS: [] };
    const peer = method === 'png' ? mapScript(peerData) : gdalWarp(peerData, method);
    const missing = whatIsMissing(...peer.needs);
    const [ours, theirs] = await runInTurn(
      missing === '' ? [canopyTiles(peerData, method, passes), peer] : [canopyTiles(peerData, method, passes)],
      runs,
    );
    rows.push({
      work: `W5 tiles, ${what}`,
      compared: `${TILES} tiles of 256 × 256 px at zoom 14 of ${FILE}, drawn in one process that has just started, without its start.${method === 'png' ? PICTURES : ''}`,
      amount: { count: TILES, unit: 'tiles' },
      ours: ours!,
      peers: theirs ? [{ name: peer.name, figure: theirs }] : [],
      target,
      note: [
        `Ours leaves out checking the file's SHA-256, once a file and process, which no peer does: ${median(passes.checkS).toFixed(2)} s; the same tiles again, blocks held: ${median(passes.againS).toFixed(2)} s.`,
        missing === '' ? '' : `${peer.name} was skipped: ${missing}.`,
      ]
        .filter(Boolean)
        .join(' '),
    });
  }
  return rows;
}

/** What is not of the figure but belongs beside it, of every run. */
interface Passes {
  readonly checkS: number[];
  readonly againS: number[];
}

function canopyTiles(peerData: string, method: string, passes: Passes): Contender {
  return {
    name: 'canopy',
    command: [
      process.execPath,
      join(process.cwd(), 'dist/scripts/bench/tiles-run.entry.js'),
      join(peerData, FILE),
      method,
    ],
    readTimes: (stdout) => {
      const [first, again] = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      passes.checkS.push(first.checkS);
      passes.againS.push(again.wallS);
      return first;
    },
  };
}

type Peer = Contender & { readonly needs: readonly Need[] };

const selfTimed = {
  readTimes: (stdout: string) => {
    const [wallS, cpuS] = stdout.trimEnd().split('\n').at(-1)!.split(' ').slice(1).map(Number);
    return { wallS: wallS!, cpuS: cpuS! };
  },
};

function selfTimedScript(...args: readonly string[]): Contender['command'] {
  return [PYTHON, join(process.cwd(), 'scripts/bench/both-clocks.py'), peerScript('w5_tiles.py'), ...args];
}

/** In process, with its usual error bound of 0.125 px. */
function gdalWarp(peerData: string, method: string): Peer {
  return {
    name: 'gdal.Warp',
    needs: ['osgeo', 'numpy', 'pyproj'],
    command: selfTimedScript(join(peerData, FILE), 'gdalwarp_mem', `${TILES}`, method),
    ...selfTimed,
  };
}

/** The peer's map file names its raster below a folder of its own: the copy names ours. */
function mapScript(peerData: string): Peer {
  const scratch = join(process.cwd(), 'out/bench/mapserver');
  mkdirSync(scratch, { recursive: true });
  const map = join(scratch, 'w5.map');
  const config = join(scratch, 'mapserver.conf');
  writeFileSync(map, readFileSync(peerScript('w5.map'), 'utf8').replace(`peer-data/${FILE}`, join(peerData, FILE)));
  copyFileSync(peerScript('mapserver.conf'), config);
  return {
    name: 'mapscript',
    needs: ['mapscript', 'numpy', 'pyproj'],
    command: selfTimedScript(join(peerData, FILE), 'mapscript', `${TILES}`),
    env: { MAP: map, MAPSERVER_CONFIG_FILE: config },
    ...selfTimed,
  };
}
