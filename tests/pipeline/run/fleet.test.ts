import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { shortAlpsArgs } from '../../alps.ts';
import { hashResults, runCanopy, startCanopy, unfinishedFiles, unitFiles, untilRun } from '../../canopy.ts';
import { describeWithData } from '../../real-data.ts';
import { startRedis, type TestRedis } from '../../redis.ts';

const READY = /Worker is ready/;

// Several whole runs a test; on a busy machine each takes a multiple of its 4 s.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

describeWithData('canopy monitor on the Alps with a Redis fleet', () => {
  const root = mkdtempSync(join(tmpdir(), 'canopy-fleet-'));
  const started: ChildProcess[] = [];
  let redis: TestRedis;
  let workers: ChildProcess[];
  let expected: Record<string, string>;

  const fleetArgs = (name: string) => shortAlpsArgs(join(root, name), '--runner', redis.url, '--workers', '1');

  beforeAll(async () => {
    const local = runCanopy(shortAlpsArgs(join(root, 'local'), '--workers', '2'));
    redis = await startRedis();
    workers = await startWorkers(() => startCanopy(['worker', '--redis', redis.url, '--workers', '1']).child);
    expect((await local).code).toBe(0);
    expected = hashResults(join(root, 'local'));
  });
  afterAll(async () => {
    for (const child of started) child.kill('SIGKILL');
    await redis?.stop();
    rmSync(root, { recursive: true, force: true });
  });

  /** Two worker processes; resolves when both take units. */
  async function startWorkers(start: () => ChildProcess): Promise<ChildProcess[]> {
    const pair = [start(), start()];
    started.push(...pair);
    await Promise.all(pair.map(untilReady));
    return pair;
  }

  /** Exit codes of workers that are asked to stop. */
  function stopWorkers(running: readonly ChildProcess[]): Promise<(number | null)[]> {
    const ends = running.map((worker) => new Promise<number | null>((resolve) => worker.once('exit', resolve)));
    for (const worker of running) worker.kill('SIGTERM');
    return Promise.all(ends);
  }

  it('gives the bytes of the local runner in 44 files with 2 worker processes', async () => {
    const run = await runCanopy(fleetArgs('fleet'));
    expect(run.stderr).toContain('8 of 8 units');
    expect(run.code).toBe(0);
    expect(hashResults(join(root, 'fleet'))).toEqual(expected);
    expect(Object.keys(expected)).toHaveLength(44);
  });

  it('goes on with the units of a coordinator that was killed, and ends with the same bytes', async () => {
    const out = join(root, 'orphaned');
    const first = startCanopy(fleetArgs('orphaned'));
    await untilRun(first, () => unitFiles(out).length > 0);
    first.child.kill('SIGKILL');
    expect((await first.ended).code).toBeNull();
    const second = await runCanopy(fleetArgs('orphaned'));
    expect(second.stderr).toMatch(/Resuming: [1-8] of 8 units/);
    expect(second.code).toBe(0);
    expect(hashResults(out)).toEqual(expected);
    expect(unfinishedFiles(out)).toEqual([]);
  });

  it('ends both workers with exit code 0 on SIGTERM', async () => {
    expect(await stopWorkers(workers)).toEqual([0, 0]);
  });

  it('loses nothing when 1 of 2 workers is killed over a unit: the other computes it, the bytes are the same', async () => {
    const [victim, survivor] = await startWorkers(
      () => startCanopy(['worker', '--redis', redis.url, '--workers', '1', '--lease', '1']).child,
    );
    const client = new Redis(redis.url);
    const out = join(root, 'bereft');
    const run = startCanopy(fleetArgs('bereft'));
    await untilRun(run, () => unitFiles(out).length > 0);
    await expect.poll(() => client.llen('canopy:units:active'), { interval: 5, timeout: 10_000 }).toBe(2);
    victim!.kill('SIGKILL');
    const { code } = await run.ended;
    const events = await client.xrange('canopy:units:events', '-', '+');
    client.disconnect();
    expect(code).toBe(0);
    expect(events.filter(([, fields]) => fields.includes('stalled'))).toHaveLength(1);
    expect(hashResults(out)).toEqual(expected);
    expect(unfinishedFiles(out)).toEqual([]);
    expect(await stopWorkers([survivor!])).toEqual([0]);
  });
});

function untilReady(worker: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    worker.stderr!.on('data', (chunk) => {
      text += chunk;
      if (READY.test(text)) resolve();
    });
    worker.once('exit', (code) => reject(new Error(`A worker ended with ${code} before it was ready: ${text}`)));
  });
}
