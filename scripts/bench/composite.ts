import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openCog, readWindow } from '../../pipeline/cog/read.ts';
import { openFileSource } from '../../pipeline/cog/source.ts';
import { PYTHON, whatIsMissing } from './peers.ts';
import type { BenchRow } from './row.ts';
import { canopyCommand, runInTurn } from './run-in-turn.ts';

const DATES = 12;
const METHODS = ['median', 'medoid'] as const;
type Method = (typeof METHODS)[number];

const PEER_SCRIPT = join(process.env.TWIN_SHARED ?? resolve(process.cwd(), '../shared'), 'peers/w3_numpy.py');

/** W3: `canopy composite` of 12 dates of red and nir, 2048² pixels, beside numpy; and whether all pixels are the same. */
export async function benchComposite(peerData: string, runs: number): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'canopy-bench-composite-'));
  try {
    const rows: BenchRow[] = [];
    for (const method of METHODS) rows.push(await benchMethod(method, { peerData, folder, runs }));
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchMethod(
  method: Method,
  { peerData, folder, runs }: { peerData: string; folder: string; runs: number },
): Promise<BenchRow> {
  const files = (band: string) =>
    Array.from({ length: DATES }, (_, k) => join(peerData, `stack_${band}_${String(k).padStart(2, '0')}.tif`)).join(
      ',',
    );
  const [out, peerOut] = [join(folder, `${method}.tif`), join(folder, `${method}-numpy.tif`)];
  const flags = ['--red', files('red'), '--nir', files('nir'), '--method', method, '--out', out];
  const missing = existsSync(PEER_SCRIPT) ? whatIsMissing('numpy', 'rasterio') : `there is no ${PEER_SCRIPT}`;
  const contenders = [
    { name: 'canopy composite', command: canopyCommand('composite', ...flags), removeFirst: [out] },
    {
      name: 'numpy',
      command: [PYTHON, PEER_SCRIPT, method, peerOut] as const,
      cwd: peerData,
      removeFirst: [peerOut],
    },
  ];
  const [ours, numpy] = await runInTurn(missing === '' ? contenders : contenders.slice(0, 1), runs);
  return {
    work: `W3 ${method} of ${DATES} dates, 2048²`,
    compared:
      'Whole process, from 24 deflated files of uint16 to the result; ours is a COG with overviews and statistics.',
    amount: { count: (2 * DATES * 2048 ** 2) / 1e6, unit: 'Mpx' },
    ours: ours!,
    peers: numpy === undefined ? [] : [{ name: 'numpy sort', figure: numpy }],
    target: { ratio: 3, peakRssBytes: 300e6 },
    note: numpy === undefined ? `numpy skipped, ${missing}.` : await comparePixels(out, peerOut, method),
  };
}

async function comparePixels(out: string, peerOut: string, method: Method): Promise<string> {
  let differ = 0;
  const samples = method === 'medoid' ? [0, 1] : [0];
  for (const sample of samples) {
    const [ours, theirs] = [await readBand(out, sample), await readBand(peerOut, sample)];
    for (let i = 0; i < theirs.length; i += 1) if (ours[i] !== theirs[i]) differ += 1;
  }
  return differ === 0 ? 'All pixels are identical.' : `${differ} pixels DIFFER.`;
}

async function readBand(path: string, sample: number) {
  const source = await openFileSource(path);
  try {
    const cog = await openCog(source);
    const { widthPx, heightPx } = cog.header.levels[0]!;
    return (await readWindow(cog, { level: 0, window: { col: 0, row: 0, widthPx, heightPx }, sample })).data;
  } finally {
    await source.close();
  }
}
