import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createPool, type Pool, type PoolOptions } from '../../../pipeline/workers/pool.ts';
import { toErrorDetail } from '../../../shared/errors.ts';
import { buildProgram, makeProgramFolder } from '../../programs.ts';
import type { TestResult, TestTask } from './test-child.ts';

const folder = makeProgramFolder();
let script: string;
let pool: Pool<TestTask, TestResult> | undefined;

beforeAll(async () => {
  script = await buildProgram(folder.path, 'tests/pipeline/workers/test-child.ts');
});
afterEach(() => pool?.close());
afterAll(() => folder.remove());

function startPool(options: Partial<PoolOptions> = {}): Pool<TestTask, TestResult> {
  pool = createPool<TestTask, TestResult>({ script, size: 1, ...options });
  return pool;
}

const failureOf = (run: Promise<unknown>) => run.then(() => null, toErrorDetail);
const isAlive = (pid: number) => existsSync(`/proc/${pid}`);

describe('a pool of child processes', () => {
  it('computes 20 tasks in 2 children and gives each its own answer', async () => {
    const { run } = startPool({ size: 2 });
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, value) => run({ kind: 'echo', value, delayMs: 5 })),
    );
    expect(results.map((result) => result.value)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(new Set(results.map((result) => result.pid)).size).toBe(2);
  });

  it('starts only one child for tasks that come one after the other', async () => {
    const { run } = startPool({ size: 4 });
    const first = await run({ kind: 'echo', value: 1 });
    const second = await run({ kind: 'echo', value: 2 });
    expect(second.pid).toBe(first.pid);
  });

  it('kills a child that hangs in microtasks at its limit of 500 ms, names file and scene, and goes on', async () => {
    const { run } = startPool({ timeoutMs: 500 });
    const startMs = performance.now();
    const failure = await failureOf(run({ kind: 'spin', file: '/data/loop.tif', scene: 'S2A_1' }));
    expect(performance.now() - startMs).toBeLessThan(2500);
    expect(failure).toMatchObject({ kind: 'input', code: 'E_UNIT_TIMEOUT', where: '/data/loop.tif' });
    expect(failure?.message).toMatch(/0\.5 s while reading \/data\/loop\.tif of scene S2A_1/);
    expect((await run({ kind: 'echo', value: 7 })).value).toBe(7);
  });

  it('lets a task of 8 files of 150 ms each go on past a limit of 600 ms, which counts from the last file', async () => {
    const { run } = startPool({ timeoutMs: 600 });
    expect((await run({ kind: 'steady', files: 8, eachMs: 150 })).value).toBe(8);
  });

  it.runIf(existsSync('/proc'))('kills a child whose buffers pass 200 MiB, names the file, and goes on', async () => {
    const { run, peakRssBytes } = startPool({ maxRssBytes: 200 * 2 ** 20 });
    const failure = await failureOf(run({ kind: 'hog', file: '/data/bomb.tif', how: 'buffers' }));
    expect(failure).toMatchObject({ kind: 'input', code: 'E_MEM_BUDGET', where: '/data/bomb.tif' });
    expect(peakRssBytes()).toBeGreaterThan(200 * 2 ** 20);
    expect((await run({ kind: 'echo', value: 8 })).value).toBe(8);
  });

  it('reports a child that runs out of its 40 MB heap as a memory failure of the file', async () => {
    const { run } = startPool({ heapMb: 40 });
    const failure = await failureOf(run({ kind: 'hog', file: '/data/heap.tif', how: 'heap' }));
    expect(failure).toMatchObject({ kind: 'input', code: 'E_MEM_BUDGET', where: '/data/heap.tif' });
  });

  it('reports a child that aborts as transient E_WORKER_DIED and replaces it', async () => {
    const { run } = startPool();
    const before = await run({ kind: 'echo', value: 1 });
    expect(await failureOf(run({ kind: 'crash' }))).toMatchObject({ kind: 'transient', code: 'E_WORKER_DIED' });
    const after = await run({ kind: 'echo', value: 2 });
    expect(after.pid).not.toBe(before.pid);
  });

  it.each([
    { kind: 'input', code: 'E_TIFF_TRUNCATED', message: 'cut at byte 8', where: 'a.tif' },
    { kind: 'transient', code: 'E_HTTP_503', message: 'busy' },
    { kind: 'auth', code: 'E_REFUSED', message: 'signed link refused' },
    { kind: 'input', code: 'E_PARCELS_LAYER', message: '2 layers', where: 'a.gpkg', fields: { layers: ['a', 'b'] } },
  ] as const)('keeps kind, code, message, place and fields of a child error: $code', async (error) => {
    expect(await failureOf(startPool().run({ kind: 'fail', error }))).toEqual(error);
  });

  it('turns an error thrown outside the task promise into a bug with its text', async () => {
    const failure = await failureOf(startPool().run({ kind: 'throw-outside' }));
    expect(failure).toMatchObject({ kind: 'bug', code: 'E_UNEXPECTED' });
    expect(failure?.message).toContain('thrown outside the promise');
  });

  it('hands the child 1 environment variable of its own and none of the parent', async () => {
    const { environment } = await startPool({ env: { CANOPY_TEST: '1' } }).run({ kind: 'environment' });
    expect(environment?.filter((name) => !name.startsWith('NODE_CHANNEL'))).toEqual(['CANOPY_TEST']);
  });

  it('close kills 2 children at work, and their tasks and the waiting one end as cancelled', async () => {
    const { run, close } = startPool({ size: 2 });
    const pids = await Promise.all([1, 2].map(async (value) => (await run({ kind: 'echo', value, delayMs: 50 })).pid));
    const runs = [1, 2, 3].map((value) => failureOf(run({ kind: 'echo', value, delayMs: 10_000 })));
    await sleep(50);
    await close();
    expect((await Promise.all(runs)).map((failure) => failure?.code)).toEqual(Array(3).fill('E_CANCELLED'));
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it.runIf(existsSync('/usr/bin/setpriv'))(
    'leaves no child behind when the parent is killed, even 1 that hangs',
    async () => {
      const parentProgram = await buildProgram(folder.path, 'tests/pipeline/workers/test-parent.ts');
      const parent = spawn(process.execPath, [parentProgram, script], { stdio: ['ignore', 'pipe', 'inherit'] });
      const pid = Number(await new Promise((resolve) => parent.stdout.once('data', resolve)));
      expect(isAlive(pid)).toBe(true);
      parent.kill('SIGKILL');
      await expect.poll(() => isAlive(pid) && !isZombie(pid), { timeout: 2000 }).toBe(false);
    },
  );
});

function isZombie(pid: number): boolean {
  return /^State:\s+Z/m.test(readFileSync(join('/proc', String(pid), 'status'), 'latin1'));
}
