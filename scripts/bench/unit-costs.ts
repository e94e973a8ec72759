import { execFile } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startFileServer } from '../../tests/file-server.ts';
import { SHARED } from './peers.ts';

interface Job {
  readonly name: string;
  /** Folder of the scenes, which is served over HTTP. */
  readonly scenes: string;
  readonly catalog: string;
  readonly args: readonly string[];
}

const root = process.cwd();
const alps = join(SHARED, 'data/s2-alps');
const DEMO = { scenes: join(root, 'data/demo/scenes'), catalog: 'catalog.json' };

const JOBS: readonly Job[] = [
  {
    name: 's2-alps, real Sentinel-2 COGs, two periods compared',
    scenes: alps,
    catalog: 'catalog.json',
    args: [
      ...['--parcels', join(alps, 'parcels.geojson'), '--min-clear', '1'],
      ...['--baseline', '2023-08-10/2023-08-13', '--period', '2023-08-15/2023-08-20'],
    ],
  },
  {
    name: 'demo twin (synthetic), two periods compared',
    ...DEMO,
    args: ['--project', join(root, 'data/demo/project.json'), '--no-change'],
  },
  {
    name: 'demo twin (synthetic), change over time judged too',
    ...DEMO,
    args: ['--project', join(root, 'data/demo/project.json')],
  },
];

/** What a unit costs in requests, bytes and processor time when its scenes lie behind HTTP; `docs/scale.md` rests on it. */
export async function benchUnitCosts(out: string): Promise<void> {
  if (!existsSync('/usr/bin/time'))
    return console.log('\nUnit costs: skipped, there is no /usr/bin/time (Debian: time).');
  console.log('\nWhat a unit costs with its scenes behind HTTP, merge included.\n');
  for (const job of JOBS) {
    if (existsSync(join(job.scenes, job.catalog))) console.log(await measure(job, out));
    else console.log(`${job.name}: skipped, there is no ${join(job.scenes, job.catalog)}.`);
  }
}

async function measure({ name, scenes, catalog, args }: Job, out: string): Promise<string> {
  const server = await startFileServer(scenes);
  const all = ['--catalog', `${server.url}/${catalog}`, '--allow-host', server.pair, '--out', out, '--json', ...args];
  try {
    const planned = JSON.parse((await canopy([...all, '--dry-run'])).stdout) as Plan;
    rmSync(out, { recursive: true, force: true });
    const before = { requests: server.hits.length, bytes: server.sentBytes() };
    const { cpuSeconds } = await canopy(all);
    const requests = server.hits.length - before.requests;
    const bytes = server.sentBytes() - before.bytes;
    const { units, pixels } = planned.estimate;
    const megapixels = pixels / 1e6;
    return [
      name,
      `  ${units} units, ${megapixels.toFixed(1)} Mpx of all bands and dates`,
      `  ${requests} requests (${(requests / units).toFixed(1)} a unit), ${(bytes / 1e6).toFixed(1)} MB (${(bytes / pixels).toFixed(2)} bytes a pixel)`,
      `  ${cpuSeconds.toFixed(1)} s of processor time: ${(cpuSeconds / units).toFixed(2)} s a unit, ${(cpuSeconds / megapixels).toFixed(3)} s a Mpx`,
    ].join('\n');
  } finally {
    await server.close();
  }
}

interface Plan {
  readonly estimate: { readonly units: number; readonly pixels: number };
}

/** Processor time of the command and all its children. */
async function canopy(args: readonly string[]): Promise<{ stdout: string; cpuSeconds: number }> {
  const program = [process.execPath, join(root, 'scripts/canopy.mjs'), 'monitor', ...args];
  const { stdout, stderr } = await promisify(execFile)('/usr/bin/time', ['-f', 'CPU %U %S', ...program], {
    maxBuffer: 2 ** 28,
  });
  const [, user, system] = /CPU ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
  return { stdout, cpuSeconds: Number(user) + Number(system) };
}
