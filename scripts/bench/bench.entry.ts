// `npm run bench`: the main job on real scenes and on the demo twin, our block reader beside geotiff.js, map tiles
// beside gdal.Warp, and the viewer in a browser. `-- tiles viewer` measures only these parts.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { benchMonitor, formatMonitorRow, type MonitorJob } from './monitor-job.ts';
import { benchReader } from './reader.ts';
import { benchTiles } from './tiles.ts';
import { benchViewer } from './viewer.ts';

const RUNS = 3;
const root = process.cwd();
const shared = process.env.TWIN_SHARED ?? resolve(root, '../shared');
const out = join(root, 'out/bench');
const alps = join(shared, 'data/s2-alps');
const kafa = join(shared, 'data/landsat-kafa');

const demoArgs = ['--project', join(root, 'data/demo/project.json')];

const jobs: MonitorJob[] = [
  {
    name: 's2-alps: 10 Sentinel-2 scenes, 124 parcels',
    needs: alps,
    args: [
      ...['--parcels', join(alps, 'parcels.geojson'), '--catalog', join(alps, 'catalog.json')],
      ...['--baseline', '2023-08-10/2023-08-13', '--period', '2023-08-15/2023-08-20', '--min-clear', '1'],
    ],
  },
  {
    name: 'landsat-kafa: 130 NDVI scenes, 24 parcels',
    needs: kafa,
    args: [
      ...['--parcels', join(kafa, 'parcels.geojson'), '--catalog', join(kafa, 'catalog.json')],
      ...['--baseline', '1999-01-01/2004-12-31', '--period', '2005-01-01/2013-12-31'],
    ],
  },
  {
    name: 'demo twin (synthetic): six years, 60 parcels',
    needs: join(root, 'data/demo/scenes'),
    args: demoArgs,
  },
];

async function main(): Promise<void> {
  const cpu = cpus();
  console.log(
    `${cpu.length} × ${cpu[0]?.model ?? 'processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`,
  );
  const wanted = process.argv.slice(2);
  const isWanted = (part: string) => wanted.length === 0 || wanted.includes(part);
  mkdirSync(out, { recursive: true });
  if (isWanted('monitor')) await benchJobs();
  if (isWanted('reader')) {
    if (existsSync(alps)) await benchReader(join(alps, 'sentinel-2-l2a'), RUNS);
    else console.log(`Block reader beside geotiff.js: skipped, there is no ${alps}.`);
  }
  if (isWanted('tiles')) await benchTiles(out, RUNS);
  if (isWanted('viewer')) {
    const results = join(out, 'viewer');
    await promisify(execFile)(process.execPath, ['scripts/canopy.mjs', 'monitor', ...demoArgs, '--out', results]);
    await benchViewer(results, out);
  }
  rmSync(out, { recursive: true, force: true });
  console.log('\nBench finished.');
}

async function benchJobs(): Promise<void> {
  console.log(
    `Main job, whole process from cold start to the last file: 1 warm-up, then the median of ${RUNS} runs.\n`,
  );
  for (const job of jobs) {
    if (!existsSync(job.needs)) {
      console.log(`${job.name}: skipped, there is no ${job.needs}.`);
      continue;
    }
    console.log(formatMonitorRow(await benchMonitor(job, join(out, 'run'), RUNS)));
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
