import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SHARED } from './peers.ts';

interface MonitorJob {
  readonly name: string;
  /** Folder without which the job is skipped. */
  readonly needs: string;
  readonly args: readonly string[];
}

interface MonitorRow {
  readonly name: string;
  readonly seconds: readonly number[];
  /** Pixels of all bands and dates in the units. */
  readonly pixels: number;
  readonly peakBytes: number;
  readonly stages: readonly { readonly stage: string; readonly seconds: number }[];
}

interface MonitorJson {
  readonly stages: MonitorRow['stages'];
  readonly peakChildrenBytes: number;
  readonly peakCoordinatorBytes: number;
}

const alps = join(SHARED, 'data/s2-alps');
const kafa = join(SHARED, 'data/landsat-kafa');

/** What `canopy monitor` takes to measure the demo twin. */
export const demoArgs = ['--project', join(process.cwd(), 'data/demo/project.json')];

const JOBS: readonly MonitorJob[] = [
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
    needs: join(process.cwd(), 'data/demo/scenes'),
    args: demoArgs,
  },
];

/** Times the main job on real scenes and on the demo twin, and prints where its time goes. */
export async function benchMonitorJobs(out: string, runs: number): Promise<void> {
  console.log(
    `\nMain job, whole process from cold start to the last file: 1 warm-up, then the median of ${runs} runs.\n`,
  );
  for (const job of JOBS) {
    if (existsSync(job.needs)) console.log(formatMonitorRow(await benchMonitor(job, out, runs)));
    else console.log(`${job.name}: skipped, there is no ${job.needs}.`);
  }
}

/** Times `canopy monitor` as a user runs it: into an empty folder, one warm-up run not counted. */
async function benchMonitor(job: MonitorJob, out: string, runs: number): Promise<MonitorRow> {
  const args = [...job.args, '--out', out, '--json'];
  const plan = JSON.parse((await canopy([...args, '--dry-run'])).stdout) as { estimate: { pixels: number } };
  const timed: { seconds: number; json: MonitorJson }[] = [];
  for (let run = 0; run <= runs; run += 1) {
    rmSync(out, { recursive: true, force: true });
    const { seconds, stdout } = await canopy(args);
    if (run > 0) timed.push({ seconds, json: JSON.parse(stdout) as MonitorJson });
  }
  timed.sort((a, b) => a.seconds - b.seconds);
  const median = timed[timed.length >> 1]!;
  return {
    name: job.name,
    seconds: timed.map(({ seconds }) => seconds),
    pixels: plan.estimate.pixels,
    peakBytes: Math.max(...timed.map(({ json }) => json.peakChildrenBytes + json.peakCoordinatorBytes)),
    stages: median.json.stages,
  };
}

function formatMonitorRow({ name, seconds, pixels, peakBytes, stages }: MonitorRow): string {
  const median = seconds[seconds.length >> 1]!;
  const spread = `${seconds[0]!.toFixed(2)} to ${seconds[seconds.length - 1]!.toFixed(2)}`;
  const where = stages.map(({ stage, seconds: s }) => `${stage} ${s.toFixed(2)}`).join(', ');
  return [
    name,
    `  ${median.toFixed(2)} s (${spread})   ${(pixels / 1e6 / median).toFixed(1)} Mpx/s of ${(pixels / 1e6).toFixed(1)} Mpx   peak ${Math.round(peakBytes / 2 ** 20)} MiB, all processes`,
    `  where the time goes, s: ${where}`,
  ].join('\n');
}

/** `canopy monitor` as a process of its own, timed from its start to its end. */
export function canopy(args: readonly string[]): Promise<{ seconds: number; stdout: string }> {
  const startMs = performance.now();
  const child = spawn(process.execPath, [join(process.cwd(), 'scripts/canopy.mjs'), 'monitor', ...args]);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0 || code === 3) resolve({ seconds: (performance.now() - startMs) / 1000, stdout });
      else reject(new Error(`canopy monitor ended with ${code}: ${stderr.trimEnd().split('\n').pop()}`));
    });
  });
}
