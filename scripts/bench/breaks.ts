import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATES, FIRST_YR, FREQUENCY, fillStack, type HistoryKind, NODATA, START_SLOT } from './breaks-stack.ts';
import { whatIsMissing } from './peers.ts';
import type { BenchRow, Figure } from './row.ts';
import { type Contender, runInTurn } from './run-in-turn.ts';

/** As many as a chunk of a grid has and a few more; R gets the first of them. */
const PIXELS = 100_000;
const PEER_PIXELS = 400;

/** R bfast 1.7.2 with its C++ path on the same kind of series, pixels/s: read on another machine. */
const BFAST = { all: 396, roc: 312 };
const WANTED = { all: 20_000, roc: 10_000 };

interface Variant {
  readonly order: 1 | 3;
  readonly trend: boolean;
  readonly history: HistoryKind;
  readonly threads: 1 | 2;
}

const VARIANTS: readonly Variant[] = (['all', 'roc'] as const).flatMap((history) => [
  { order: 3, trend: true, history, threads: 1 },
  { order: 3, trend: true, history, threads: 2 },
  { order: 3, trend: false, history, threads: 1 },
  { order: 1, trend: false, history, threads: 1 },
]);

/** W4: the break monitor over a stack, 253 dates with 40 % gaps, beside R's strucchange, which bfast calls. */
export async function benchBreaks(runs: number): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'canopy-bench-breaks-'));
  try {
    const rows: BenchRow[] = [];
    for (const variant of VARIANTS) rows.push(await benchVariant(variant, folder, runs));
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchVariant(variant: Variant, folder: string, runs: number): Promise<BenchRow> {
  const { order, trend, history, threads } = variant;
  const missing = whatIsMissing('strucchange');
  // R takes one thread: beside two of ours it would say nothing new, and without a trend neither.
  const hasPeer = threads === 1 && trend && missing === '';
  const [mine, theirs] = [join(folder, 'ours.csv'), join(folder, 'theirs.csv')];
  const contenders = [canopy(variant, mine), ...(hasPeer ? [strucchange(variant, folder, theirs)] : [])];
  const [ours, peer] = await runInTurn(contenders, runs);
  return {
    work: `W4 breaks, ${history === 'roc' ? 'ROC' : 'all'}, order ${order}${trend ? ' and trend' : ''}, ${threads} thread${threads === 1 ? '' : 's'}`,
    compared: `${PIXELS.toLocaleString('en')} pixels × ${DATES} dates, 40 % missing, the last 3 years monitored, h 0.25, level 0.05; the best of 3 passes after a first.`,
    amount: { count: PIXELS, unit: 'px' },
    ours: ours!,
    peers: peer === undefined ? [] : [{ name: `R strucchange, ${PEER_PIXELS} of the pixels`, figure: scale(peer) }],
    note: noteOf(variant, hasPeer ? compare(mine, theirs) : missing),
  };
}

function noteOf({ history, trend, threads }: Variant, compared: string): string {
  if (threads === 2 || !trend) return '';
  const anchor = `Wanted: ${WANTED[history].toLocaleString('en')} px/s; R bfast 1.7.2 with its C++ path did ${BFAST[history]} px/s on another machine (it cannot be installed from Debian).`;
  return `${anchor} ${compared === '' ? '' : `strucchange: ${compared}.`}`.trim();
}

function canopy({ order, trend, history, threads }: Variant, out: string): Contender {
  const program = join(process.cwd(), 'dist/scripts/bench/breaks-run.entry.js');
  const args = [`${PIXELS}`, `${order}`, trend ? 'trend' : 'season', history, `${threads}`, out];
  return { name: 'canopy', command: [process.execPath, program, ...args], readTimes: bestPass };
}

function bestPass(stdout: string): { wallS: number; cpuS: number } {
  const passes = stdout.trimEnd().split('\n').slice(1);
  const times = passes.map((line) => {
    const [wall, cpu] = line.split(' ').map(Number);
    return { wallS: wall!, cpuS: cpu! };
  });
  return times.reduce((best, time) => (time.wallS < best.wallS ? time : best));
}

function strucchange({ order, trend, history }: Variant, folder: string, out: string): Contender {
  const series = join(folder, 'series.csv');
  writeSeries(series);
  const script = join(process.cwd(), 'scripts/bench/strucchange-breaks.R');
  const model = [`${order}`, trend ? 'TRUE' : 'FALSE', history === 'roc' ? 'ROC' : 'all', '0.05'];
  const args = [series, `${FIRST_YR}`, `${FREQUENCY}`, `${START_SLOT + 1}`, ...model, out];
  const readTimes = (stdout: string) => {
    const [, wall, cpu] = stdout.trim().split(' ').map(Number);
    return { wallS: wall!, cpuS: cpu! };
  };
  return { name: 'R strucchange', command: ['Rscript', script, ...args], readTimes };
}

/** The first pixels of the stack, one a line. */
function writeSeries(path: string): void {
  const values = new Int16Array(DATES * PEER_PIXELS);
  fillStack(values, PEER_PIXELS);
  const cell = (pixel: number, slot: number) => {
    const stored = values[slot * PEER_PIXELS + pixel]!;
    return stored === NODATA ? 'NA' : String(stored / 1e4);
  };
  const lines = Array.from({ length: PEER_PIXELS }, (_, pixel) =>
    Array.from({ length: DATES }, (_, slot) => cell(pixel, slot)).join(','),
  );
  writeFileSync(path, `${lines.join('\n')}\n`);
}

/** To all pixels: R takes the same time for each. */
function scale(figure: Figure): Figure {
  const by = PIXELS / PEER_PIXELS;
  const { medianS, minS, cpuS } = figure;
  return { ...figure, medianS: medianS * by, minS: minS * by, cpuS: cpuS === null ? null : cpuS * by };
}

/** Verdicts of R and ours on the pixels that both had, as part of a sentence. */
function compare(mine: string, theirs: string): string {
  const read = (path: string) =>
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
  const ours = read(mine);
  let differ = 0;
  let worst = 0;
  for (const [i, [, count, place, magnitude]] of read(theirs).entries()) {
    const [historyCount, slot, size] = ours[i]!;
    // R counts places from 1 and has nothing where there is no break.
    if (count !== historyCount || (place === '' ? -1 : Number(place) - 1) !== Number(slot)) differ += 1;
    worst = Math.max(worst, Math.abs(Number(magnitude) - Number(size)));
  }
  return `${differ} of ${PEER_PIXELS} pixels differ in history or break, magnitudes by ${worst.toExponential(1)} at most (ours as float32)`;
}
