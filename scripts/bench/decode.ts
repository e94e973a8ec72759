import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PYTHON, whatIsMissing } from './peers.ts';
import type { BenchRow } from './row.ts';
import { type Contender, runInTurn } from './run-in-turn.ts';

const SIDE_PX = 5490;
const FROM = 't1_B08.tif';
const FILE = 'decode_5490.tif';

/** Decoding: a COG of 5490² uint16, deflate with predictor 2, from the file to one array in memory, on 1 and 2 threads. */
export async function benchDecode(peerData: string, runs: number): Promise<BenchRow[]> {
  const missing = whatIsMissing('gdal', 'osgeo', 'numpy');
  if (missing !== '') {
    console.log(`Decoding is skipped: ${missing}.`);
    return [];
  }
  const path = makeInput(peerData);
  const rows: BenchRow[] = [];
  for (const threads of [1, 2]) {
    const sums = new Set<string>();
    const [ours, theirs] = await runInTurn([canopy(path, threads, sums), gdal(path, threads, sums)], runs);
    if (sums.size !== 1) throw new Error(`Canopy and GDAL read different pixels: sums ${[...sums].join(', ')}.`);
    rows.push({
      work: `decode, ${threads} thread${threads === 1 ? '' : 's'}`,
      compared: `${SIDE_PX}² uint16, deflate, predictor 2, blocks of 512², into one array that is reused; the best of 3 passes after a first.`,
      amount: { count: SIDE_PX ** 2 / 1e6, unit: 'Mpx' },
      ours: ours!,
      peers: [{ name: 'GDAL', figure: theirs! }],
      target: { ratio: 1 },
      note: 'The sums of all pixels are the same.',
    });
  }
  return rows;
}

function makeInput(peerData: string): string {
  const path = join(peerData, FILE);
  if (existsSync(path)) return path;
  const options = ['COMPRESS=DEFLATE', 'PREDICTOR=YES', 'BLOCKSIZE=512', 'OVERVIEWS=NONE', 'NUM_THREADS=ALL_CPUS'];
  const cut = ['-srcwin', '0', '0', `${SIDE_PX}`, `${SIDE_PX}`];
  const form = ['-of', 'COG', ...options.flatMap((option) => ['-co', option])];
  const program = 'gdal_translate';
  execFileSync(program, ['-q', ...cut, ...form, join(peerData, FROM), path]);
  return path;
}

function canopy(path: string, threads: number, sums: Set<string>): Contender {
  const program = join(process.cwd(), 'dist/scripts/bench/decode-run.entry.js');
  return { name: 'canopy', command: [process.execPath, program, path, `${threads}`], readTimes: bestOf(sums) };
}

function gdal(path: string, threads: number, sums: Set<string>): Contender {
  const script = join(process.cwd(), 'scripts/bench/gdal-decode.py');
  return { name: 'GDAL', command: [PYTHON, script, path, `${threads}`], readTimes: bestOf(sums) };
}

/** The pass of the least wall clock, the first left out: whoever reads many bands has warmed up. */
function bestOf(sums: Set<string>): NonNullable<Contender['readTimes']> {
  return (stdout) => {
    const passes = stdout.trimEnd().split('\n').slice(1);
    const times = passes.map((line) => {
      const [wall, cpu, sum] = line.split(' ');
      sums.add(sum!);
      return { wallS: Number(wall), cpuS: Number(cpu) };
    });
    return times.reduce((best, time) => (time.wallS < best.wallS ? time : best));
  };
}
