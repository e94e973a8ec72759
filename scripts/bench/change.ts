import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCog, readWindow } from '../../pipeline/cog/read.ts';
import { openFileSource } from '../../pipeline/cog/source.ts';
import { PYTHON, peerScript, whatIsMissing } from './peers.ts';
import type { BenchRow } from './row.ts';
import { type Contender, canopyCommand, runInTurn } from './run-in-turn.ts';

const SIDE_PX = 10_980;
const STRIP_PX = 512;

interface ChangePeer extends Contender {
  readonly missing: string;
  /** What it writes, to be held against ours. */
  readonly out: string;
  readonly onlyInforms?: boolean;
}

/** W2: `canopy ndvi-change` of a full tile beside rasterio and gdal_calc; and whether all pixels are the same. */
export async function benchChange(peerData: string, runs: number): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'canopy-bench-change-'));
  try {
    const out = join(folder, 'change.tif');
    const ours = { name: 'canopy ndvi-change', command: canopyCommand(...flagsOf(peerData, out)), removeFirst: [out] };
    const peers = listPeers(peerData, folder);
    const present = peers.filter(({ missing }) => missing === '');
    const [figure, ...figures] = await runInTurn([ours, ...present], runs);
    const notes = peers
      .filter(({ missing }) => missing !== '')
      .map(({ name, missing }) => `${name} skipped, ${missing}.`);
    for (const peer of present) notes.push(await comparePixels(out, peer));
    return [
      {
        work: `W2 change of two dates, ${SIDE_PX}²`,
        compared:
          'Whole process, from four bands of uint16 and two classifications, all deflated, to the result; ours is a COG with overviews and statistics, rasterio and gdal_calc alone write neither.',
        amount: { count: SIDE_PX ** 2 / 1e6, unit: 'Mpx' },
        ours: figure!,
        peers: present.map(({ name, onlyInforms = false }, i) => ({ name, figure: figures[i]!, onlyInforms })),
        target: { ratio: 1.3, peakRssBytes: 400e6 },
        note: notes.join(' '),
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function flagsOf(peerData: string, out: string): string[] {
  const date = (k: number) =>
    `red=${join(peerData, `t${k}_B04.tif`)},nir=${join(peerData, `t${k}_B08.tif`)},scl=${join(peerData, `t${k}_SCL.tif`)}`;
  return ['ndvi-change', '--before', date(1), '--after', date(2), '--dn-offset', '-1000', '--out', out];
}

function listPeers(cwd: string, folder: string): ChangePeer[] {
  const [rasterio, copied, calc] = ['rasterio.tif', 'copied.tif', 'calc.tif'].map((name) => join(folder, name));
  const cog = copied!.replace('.tif', '_cog.tif');
  const script = peerScript('w2_rasterio.py');
  return [
    {
      name: 'rasterio, 2 threads',
      command: [PYTHON, script, rasterio!, '2'],
      out: rasterio!,
      missing: whatIsMissing('rasterio', 'numpy'),
      removeFirst: [rasterio!],
      cwd,
    },
    {
      name: 'gdal_calc',
      command: ['bash', peerScript('w2_gdal_calc.sh'), calc!],
      out: calc!,
      missing: whatIsMissing('gdalCalc', 'gdal'),
      removeFirst: [calc!],
      cwd,
    },
    {
      name: 'rasterio, 2 threads, then a COG without overviews',
      command: [PYTHON, script, copied!, '2', 'cog'],
      out: cog,
      missing: whatIsMissing('rasterio', 'numpy'),
      removeFirst: [copied!, cog],
      onlyInforms: true,
      cwd,
    },
  ];
}

async function comparePixels(ours: string, peer: ChangePeer): Promise<string> {
  const [a, b] = [await openCog(await openFileSource(ours)), await openCog(await openFileSource(peer.out))];
  try {
    let differ = 0;
    for (let row = 0; row < SIDE_PX; row += STRIP_PX) {
      const window = { col: 0, row, widthPx: SIDE_PX, heightPx: Math.min(STRIP_PX, SIDE_PX - row) };
      const request = { level: 0, window, sample: 0 };
      const [mine, theirs] = [(await readWindow(a, request)).data, (await readWindow(b, request)).data];
      for (let i = 0; i < mine.length; i += 1) if (mine[i] !== theirs[i]) differ += 1;
    }
    return differ === 0
      ? `All pixels are identical to those of ${peer.name}.`
      : `${differ} pixels DIFFER from ${peer.name}.`;
  } finally {
    await a.source.close();
    await b.source.close();
  }
}
