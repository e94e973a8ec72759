// `npm run bench`: ours against the peers of ../shared/peers, run in turn; then the main job, the tile server and the
// viewer. `-- tiles viewer` runs only these parts, `--runs N` takes the median of N, `--peer-data DIR` keeps the peers'
// input there, `--markdown` puts the table into docs/benchmarks.md.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { benchBreaks } from './breaks.ts';
import { benchChange } from './change.ts';
import { benchColdStart } from './cold-start.ts';
import { benchComposite } from './composite.ts';
import { benchDecode } from './decode.ts';
import { benchFleet } from './fleet.ts';
import { describeMachine, warnOfLoad } from './machine.ts';
import { writeMarkdown } from './markdown.ts';
import { benchMonitorJobs, demoArgs } from './monitor-job.ts';
import { benchOverlaps } from './overlaps.ts';
import { findPeerData } from './peer-data.ts';
import { SHARED } from './peers.ts';
import { benchReader } from './reader.ts';
import { type BenchRow, formatTextTable } from './row.ts';
import { measuresMemory } from './run-in-turn.ts';
import { benchTileServer } from './tile-server.ts';
import { benchTiles } from './tiles.ts';
import { benchUnitCosts } from './unit-costs.ts';
import { benchViewer } from './viewer.ts';
import { benchZonal } from './zonal.ts';

const root = process.cwd();
/** Emptied at the end; the peers' input is kept beside it. */
const out = join(root, 'out/bench');

/** Those of the table: each runs ours and its peers on the peers' input. */
const TABLE: Readonly<Record<string, (peerData: string, runs: number) => Promise<BenchRow[]>>> = {
  change: benchChange,
  zonal: benchZonal,
  composite: benchComposite,
  tiles: benchTiles,
  decode: benchDecode,
  breaks: (_, runs) => benchBreaks(runs),
  overlaps: (_, runs) => benchOverlaps(runs),
  start: benchColdStart,
};

/** Parts of the table that make their own input. */
const OWN_INPUT: readonly string[] = ['breaks', 'overlaps'];

/** Those that tell their figures themselves. */
const TOLD: Readonly<Record<string, (runs: number) => Promise<void>>> = {
  monitor: (runs) => benchMonitorJobs(join(out, 'run'), runs),
  fleet: (runs) => benchFleet(join(out, 'run'), runs),
  costs: () => benchUnitCosts(join(out, 'run')),
  reader: async (runs) => {
    const scenes = join(SHARED, 'data/s2-alps/sentinel-2-l2a');
    if (existsSync(scenes)) await benchReader(scenes, runs);
    else console.log(`\nBlock reader beside geotiff.js: skipped, there is no ${scenes}.`);
  },
  server: () => benchTileServer(out),
  viewer: async () => {
    const results = join(out, 'viewer');
    await promisify(execFile)(process.execPath, ['scripts/canopy.mjs', 'monitor', ...demoArgs, '--out', results]);
    await benchViewer(results, out);
  },
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'peer-data': { type: 'string', default: join(root, 'out/peer-data') },
      runs: { type: 'string', default: '3' },
      markdown: { type: 'boolean', default: false },
    },
  });
  const unknown = positionals.find((part) => !(part in TABLE || part in TOLD));
  if (unknown !== undefined) {
    const parts = [...Object.keys(TABLE), ...Object.keys(TOLD)].join(', ');
    throw new Error(`There is no part "${unknown}" of the bench; there are ${parts}.`);
  }
  const isWanted = (part: string) => positionals.length === 0 || positionals.includes(part);
  const runs = Math.max(1, Math.floor(Number(values.runs)) || 1);
  const machine = describeMachine();
  console.log([machine, warnOfLoad()].filter(Boolean).join('\n'));
  mkdirSync(out, { recursive: true });
  const wanted = Object.keys(TABLE).filter(isWanted);
  const rows = await runTable(wanted, values['peer-data'], runs);
  if (values.markdown && rows.length > 0) writeMarkdown(join(root, 'docs/benchmarks.md'), machine, rows);
  for (const [part, tell] of Object.entries(TOLD)) if (isWanted(part)) await tell(runs);
  rmSync(out, { recursive: true, force: true });
  console.log('\nBench finished.');
}

async function runTable(wanted: readonly string[], folder: string, runs: number): Promise<BenchRow[]> {
  if (wanted.length === 0) return [];
  const data = wanted.every((part) => OWN_INPUT.includes(part)) ? { path: folder } : findPeerData(folder);
  const isAbsent = typeof data === 'string';
  const parts = isAbsent ? wanted.filter((part) => OWN_INPUT.includes(part)) : wanted;
  if (isAbsent) {
    const skipped = wanted.filter((part) => !parts.includes(part));
    console.log(`\nThe table beside other tools (${skipped.join(', ')}) is skipped: ${data}.`);
  }
  if (!measuresMemory)
    console.log('Processor time and memory are not measured: there is no /usr/bin/time (Debian: time).');
  const rows: BenchRow[] = [];
  for (const part of parts) {
    console.log(`\nMeasuring ${part} …`);
    rows.push(...(await TABLE[part]!(isAbsent ? folder : data.path, runs)));
  }
  if (rows.length === 0) return [];
  console.log(`\nOurs and each peer in turn, 1 warm-up, median of ${runs}; ratio = the peer's time over ours.\n`);
  console.log(formatTextTable(rows));
  return rows;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
