import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exactextract, PYTHON, peerScript, whatIsMissing } from './peers.ts';
import type { BenchRow, Figure } from './row.ts';
import { type Contender, canopyCommand, runInTurn } from './run-in-turn.ts';
import { makeStarParcels } from './star-parcels.ts';

/** What exactextract's time was of that of the rasterising script, where both could be measured. */
const STAND_IN = 0.71;
const STATS = 'count,sum,mean';
/** It crosses itself: refused here, and no figure to compare. */
const INVALID_ID = 9080;

interface Place {
  readonly peerData: string;
  readonly folder: string;
  readonly runs: number;
}

/** W1: `canopy zonal` beside exactextract on 10,000 parcels, and how its time grows with parcels and with pixels. */
export async function benchZonal(peerData: string, runs: number): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(peerData, 'zonal-'));
  const place = { peerData, folder, runs };
  try {
    const parcels = writeValidParcels(place);
    const raster = join(peerData, 'ndvi_f32_10m.tif');
    const rows = [await besidePeer('uncompressed', raster, parcels, place)];
    const cog = join(folder, 'deflate.tif');
    if (
      translate(raster, cog, ['-of', 'COG', '-co', 'COMPRESS=DEFLATE', '-co', 'BLOCKSIZE=512', '-co', 'OVERVIEWS=NONE'])
    )
      rows.push(await besidePeer('Deflate COG', cog, parcels, place));
    rmSync(cog, { force: true });
    return [...rows, ...(await growth(parcels, place))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeValidParcels({ peerData, folder }: Place): string {
  const all = JSON.parse(readFileSync(join(peerData, 'parcels_10k.geojson'), 'utf8'));
  const features = all.features.filter((feature: Feature) => feature.properties.id !== INVALID_ID);
  const path = join(folder, 'parcels.geojson');
  writeFileSync(path, JSON.stringify({ ...all, features }));
  return path;
}

interface Feature {
  readonly properties: { readonly id: number };
  readonly geometry: { readonly coordinates: readonly (readonly (readonly [number, number])[])[] };
}

async function besidePeer(kind: string, raster: string, parcels: string, { folder, runs }: Place): Promise<BenchRow> {
  const [mine, theirs] = [join(folder, 'ours.csv'), join(folder, 'theirs.csv')];
  const program = exactextract();
  const peer = program === null ? standIn(raster, parcels, theirs) : exact(program, raster, parcels, theirs);
  const missing = program === null ? whatIsMissing('rasterio', 'numpy') : '';
  const contenders = [zonal(raster, parcels, mine), ...(missing === '' ? [peer] : [])];
  const [ours, measured] = await runInTurn(contenders, runs);
  const figure = measured === undefined ? [] : [program === null ? scale(measured, STAND_IN) : measured];
  const notes = [
    `Area against the planar polygons: ${worstArea(mine, parcels).toExponential(1)} relative at worst.`,
    program === null ? `exactextract skipped, ${whatIsMissing('exactextract')}.` : compareMeans(mine, theirs),
    missing === '' ? '' : `Its stand-in skipped too, ${missing}.`,
  ];
  return {
    work: `W1 zonal, 10,000 parcels, float32 10 m ${kind}`,
    compared: 'Whole process, count, sum and mean of 9,999 valid parcels.',
    ours: ours!,
    peers: figure.map((of) => ({ name: peer.name, figure: of })),
    target: { ratio: 2, peakRssBytes: 300e6 },
    note: notes.filter((note) => note !== '').join(' '),
  };
}

function zonal(raster: string, parcels: string, out: string): Contender {
  return {
    name: 'canopy zonal',
    command: canopyCommand('zonal', raster, parcels, '--stats', STATS, '--out', out),
    removeFirst: [out],
  };
}

function exact(program: string, raster: string, parcels: string, out: string): Contender {
  const stats = STATS.split(',').flatMap((stat) => ['-s', `${stat}(v)`]);
  return {
    name: 'exactextract',
    command: [program, '-r', `v:${raster}`, '-p', parcels, '-f', 'id', ...stats, '-o', out],
    removeFirst: [out],
  };
}

function standIn(raster: string, parcels: string, out: string): Contender {
  return {
    name: `rasterio and bincount × ${STAND_IN}, for exactextract`,
    command: [PYTHON, peerScript('w1_rasterio_bincount.py'), parcels, raster, out],
    removeFirst: [out],
  };
}

function scale(figure: Figure, by: number): Figure {
  const { medianS, minS, cpuS } = figure;
  return { ...figure, medianS: medianS * by, minS: minS * by, cpuS: cpuS === null ? null : cpuS * by };
}

function translate(from: string, to: string, options: readonly string[]): boolean {
  if (whatIsMissing('gdal') !== '') return false;
  const program = 'gdal_translate';
  execFileSync(program, ['-q', ...options, from, to], { stdio: 'ignore' });
  return true;
}

/** Columns by id; quotes are exactextract's. */
function readFigures(path: string): Map<string, { count: number; mean: number }> {
  const [head, ...lines] = readFileSync(path, 'utf8').replaceAll('"', '').trimEnd().split('\n');
  const names = head!.split(',').map((name) => name.replace(/^v_/, ''));
  const [count, mean] = [names.indexOf('count'), names.indexOf('mean')];
  const rows = lines.map((line) => line.split(','));
  return new Map(rows.map((cells) => [cells[0]!, { count: Number(cells[count]), mean: Number(cells[mean]) }]));
}

function compareMeans(mine: string, theirs: string): string {
  const expected = readFigures(theirs);
  const ours = readFigures(mine);
  const worst = Math.max(...[...ours].map(([id, { mean }]) => Math.abs(mean - expected.get(id)!.mean)));
  return `Means differ from exactextract's by at most ${worst.toExponential(1)}.`;
}

/** Relative difference of count × 100 m² and the area of the polygon, from its first vertex, at worst. */
function worstArea(mine: string, parcels: string): number {
  const ours = readFigures(mine);
  const { features } = JSON.parse(readFileSync(parcels, 'utf8')) as { features: Feature[] };
  return Math.max(
    ...features.map(({ properties, geometry }) => {
      const ring = geometry.coordinates[0]!.map(([x, y]) => [
        x - geometry.coordinates[0]![0]![0],
        y - geometry.coordinates[0]![0]![1],
      ]);
      const twice = ring.reduce((sum, [x, y], i) => {
        const [nextX, nextY] = ring[(i + 1) % ring.length]!;
        return sum + (x! * nextY! - nextX! * y!);
      }, 0);
      return Math.abs((ours.get(String(properties.id))!.count * 200) / Math.abs(twice) - 1);
    }),
  );
}

/** The same parcels in ten times and a hundred times the number, and on four and sixteen times the pixels. */
async function growth(parcels: string, place: Place): Promise<BenchRow[]> {
  const { peerData, folder, runs } = place;
  const raster = join(peerData, 'ndvi_f32_10m.tif');
  const many = join(folder, 'parcels_100k.geojson');
  makeStarParcels(many, 100_000, 9);
  const fine = join(folder, 'fine.tif');
  const options = ['-outsize', '200%', '200%', '-co', 'TILED=YES', '-co', 'BLOCKXSIZE=512', '-co', 'BLOCKYSIZE=512'];
  const steps: [string, string, string][] = [
    ['1,000 parcels, 10,980² pixels', raster, join(peerData, 'parcels_1k.geojson')],
    ['10,000 parcels, 10,980² pixels', raster, parcels],
    ['100,000 parcels, 10,980² pixels', raster, many],
    ['10,000 parcels, 5,490² pixels (1 ×)', join(peerData, 'ndvi_f32_20m.tif'), parcels],
    ['10,000 parcels, 10,980² pixels (4 ×)', raster, parcels],
  ];
  if (translate(raster, fine, options)) steps.push(['10,000 parcels, 21,960² pixels (16 ×)', fine, parcels]);
  const out = join(folder, 'growth.csv');
  const figures = await runInTurn(
    steps.map(([, path, file]) => zonal(path, file, out)),
    runs,
  );
  return steps.map(([work, path, file], i) => ({
    work: `W1 growth, ${work}`,
    compared: `Whole process; raster ${megabytes(path)}, parcels ${megabytes(file)}.`,
    ours: figures[i]!,
    peers: [],
  }));
}

function megabytes(path: string): string {
  return `${(statSync(path).size / 1e6).toFixed(0)} MB`;
}
