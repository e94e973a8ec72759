import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exactextract, PYTHON, whatIsMissing } from './peers.ts';
import type { BenchRow } from './row.ts';
import { type Contender, canopyCommand, runInTurn } from './run-in-turn.ts';

const RASTER = 'ndvi_f32_20m.tif';

/** What a program takes before it does anything: its help, and the zonal statistics of one parcel. */
export async function benchColdStart(peerData: string, runs: number): Promise<BenchRow[]> {
  return [await help(runs), await oneParcel(peerData, runs)];
}

async function help(runs: number): Promise<BenchRow> {
  const peer: Contender = { name: 'import rasterio', command: [PYTHON, '-c', 'import rasterio'] };
  const missing = whatIsMissing('rasterio');
  const contenders = [{ name: 'canopy', command: canopyCommand('--help') }, ...(missing === '' ? [peer] : [])];
  return rowOf('cold start, canopy --help', 'Whole process.', contenders, missing, runs);
}

async function oneParcel(peerData: string, runs: number): Promise<BenchRow> {
  const scratch = join(process.cwd(), 'out/bench/cold-start');
  mkdirSync(scratch, { recursive: true });
  const parcel = join(scratch, 'parcel.geojson');
  const all = JSON.parse(readFileSync(join(peerData, 'parcels_1k.geojson'), 'utf8'));
  writeFileSync(parcel, JSON.stringify({ ...all, features: all.features.slice(0, 1) }));
  const raster = join(peerData, RASTER);
  const [mine, theirs] = [join(scratch, 'ours.csv'), join(scratch, 'theirs.csv')];
  const ours = {
    name: 'canopy',
    command: canopyCommand('zonal', raster, parcel, '--stats', 'count,mean', '--out', mine),
    removeFirst: [mine],
  };
  const missing = whatIsMissing('exactextract');
  const program = exactextract();
  const peers: Contender[] =
    program === null
      ? []
      : [
          {
            name: 'exactextract',
            command: [program, '-r', raster, '-p', parcel, '-f', 'id', '-s', 'count', '-s', 'mean', '-o', theirs],
            removeFirst: [theirs],
          },
        ];
  return rowOf('cold start, canopy zonal', 'One parcel, whole process.', [ours, ...peers], missing, runs);
}

async function rowOf(
  work: string,
  compared: string,
  contenders: readonly Contender[],
  missing: string,
  runs: number,
): Promise<BenchRow> {
  const [ours, ...others] = await runInTurn(contenders, runs);
  const peers = others.map((figure, i) => ({ name: contenders[i + 1]!.name, figure }));
  return { work, compared, ours: ours!, peers, ...(missing === '' ? {} : { note: `Peer skipped: ${missing}.` }) };
}
