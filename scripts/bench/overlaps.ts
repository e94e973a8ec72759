import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PYTHON, whatIsMissing } from './peers.ts';
import type { BenchRow } from './row.ts';
import { type Contender, runInTurn } from './run-in-turn.ts';

/** Parcels along a side: more than 100,000 in all, and as many as the peers are given time for. */
const [SIDE, PEER_SIDE] = [317, 100];
const WANTED_S = 60;

interface Found {
  readonly pairs: number;
  readonly areaDeg2: number;
}

/** W6: what the parcels of a mosaic share with one another, beside JSTS and shapely; and ten times as many, ours alone. */
export async function benchOverlaps(runs: number): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'canopy-bench-overlaps-'));
  try {
    return [await besidePeers(folder, runs), await alone(runs)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function besidePeers(folder: string, runs: number): Promise<BenchRow> {
  const mosaic = join(folder, 'mosaic.f64');
  const missing = whatIsMissing('shapely');
  const found = new Map<string, Found>();
  const shapely: Contender = {
    name: 'shapely (GEOS), STRtree and intersection',
    command: [PYTHON, join(process.cwd(), 'scripts/bench/shapely-overlaps.py'), mosaic],
    readTimes: reader('shapely', found),
  };
  const contenders = [program('canopy', PEER_SIDE, found, mosaic), program('jsts', PEER_SIDE, found)];
  if (missing === '') contenders.push(shapely);
  const [ours, ...peers] = await runInTurn(contenders, runs);
  const told = [...found].map(
    ([name, { pairs, areaDeg2 }]) => `${name} ${pairs} pairs, ${areaDeg2.toPrecision(12)} deg²`,
  );
  return {
    work: `W6 overlaps, ${(PEER_SIDE ** 2).toLocaleString('en')} adjacent parcels`,
    compared:
      'Parcels of 8 to 40 corners that share all borders up to 4e-10 degrees, 3 % drawn into their neighbours; index and all pairs; the second of 2 passes. Ours also gives true hectares, both shares and a place for each pair.',
    amount: { count: PEER_SIDE ** 2, unit: 'parcels' },
    ours: ours!,
    peers: peers.map((figure, i) => ({ name: contenders[i + 1]!.name, figure })),
    note: [`What was found: ${told.join('; ')}.`, missing === '' ? '' : `shapely skipped, ${missing}.`]
      .join(' ')
      .trim(),
  };
}

async function alone(runs: number): Promise<BenchRow> {
  const found = new Map<string, Found>();
  const [ours] = await runInTurn([program('canopy', SIDE, found)], runs);
  const { pairs, areaDeg2 } = found.get('canopy')!;
  return {
    work: `W6 overlaps, ${(SIDE ** 2).toLocaleString('en')} adjacent parcels`,
    compared: `The same with ten times the parcels, one thread; wanted: under ${WANTED_S} s on two cores.`,
    amount: { count: SIDE ** 2, unit: 'parcels' },
    ours: ours!,
    peers: [],
    note: `Found: ${pairs} pairs, ${areaDeg2.toPrecision(12)} deg². Most of the memory is the parcels themselves.`,
  };
}

function program(name: 'canopy' | 'jsts', side: number, found: Map<string, Found>, mosaic = ''): Contender {
  const path = join(process.cwd(), 'dist/scripts/bench/overlaps-run.entry.js');
  const title = name === 'jsts' ? 'JSTS, STRtree and intersection' : name;
  return { name: title, command: [process.execPath, path, name, `${side}`, mosaic], readTimes: reader(name, found) };
}

/** The best pass after the first, and what it found. */
function reader(name: string, found: Map<string, Found>): NonNullable<Contender['readTimes']> {
  return (stdout) => {
    const passes = stdout.trimEnd().split('\n').slice(1);
    const times = passes.map((line) => {
      const [wallS, cpuS, pairs, areaDeg2] = line.split(' ').map(Number);
      found.set(name, { pairs: pairs!, areaDeg2: areaDeg2! });
      return { wallS: wallS!, cpuS: cpuS! };
    });
    return times.reduce((best, time) => (time.wallS < best.wallS ? time : best));
  };
}
