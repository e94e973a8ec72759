import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startRedis } from '../../tests/redis.ts';
import { canopy, demoArgs } from './monitor-job.ts';

/** The demo twin by the local runner and by a Redis fleet of one worker with as many children, in turn. */
export async function benchFleet(out: string, runs: number): Promise<void> {
  const redis = await startRedis();
  const program = join(process.cwd(), 'scripts/canopy.mjs');
  const worker = spawn(process.execPath, [program, 'worker', '--redis', redis.url, '--workers', '2']);
  await once(worker.stderr, 'data');
  const ways = [
    { name: 'local runner, 2 children', args: [], seconds: [] as number[] },
    { name: 'Redis fleet, 1 worker with 2 children', args: ['--runner', redis.url], seconds: [] as number[] },
  ];
  try {
    for (let run = 0; run <= runs; run += 1) {
      for (const { args, seconds } of ways) {
        rmSync(out, { recursive: true, force: true });
        const timed = await canopy([...demoArgs, '--workers', '2', ...args, '--out', out, '--json']);
        if (run > 0) seconds.push(timed.seconds);
      }
    }
  } finally {
    worker.kill('SIGTERM');
    await redis.stop();
  }
  console.log(`\nDemo twin by a fleet, whole process: 1 warm-up, then the median of ${runs} runs in turn.\n`);
  const medians = ways.map(({ name, seconds }) => {
    const sorted = seconds.toSorted((a, b) => a - b);
    const median = sorted[sorted.length >> 1]!;
    console.log(`${name}: ${median.toFixed(2)} s (${sorted[0]!.toFixed(2)} to ${sorted.at(-1)!.toFixed(2)})`);
    return median;
  });
  console.log(`The fleet takes ${(medians[1]! / medians[0]!).toFixed(2)} times as long (wanted: at most 1.15).`);
}
