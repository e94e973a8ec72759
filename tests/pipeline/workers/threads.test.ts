import { execFile } from 'node:child_process';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createThreadPool, type ThreadPool, type ThreadPoolOptions } from '../../../pipeline/workers/threads.ts';
import { type ErrorDetail, toErrorDetail } from '../../../shared/errors.ts';
import { buildProgram, makeProgramFolder } from '../../programs.ts';
import type { ThreadResult, ThreadSetup, ThreadTask } from './test-thread.ts';

const folder = makeProgramFolder();
let program: string;
let begun: Int32Array;
let pool: ThreadPool<ThreadTask, ThreadResult> | undefined;

beforeAll(async () => {
  const path = await buildProgram(folder.path, 'tests/pipeline/workers/test-thread.ts');
  program = relative(join(import.meta.dirname, '../../../dist'), path);
});
afterEach(() => pool?.close());
afterAll(() => folder.remove());

function startPool(options: Partial<ThreadPoolOptions<Partial<ThreadSetup>>> = {}) {
  begun = new Int32Array(new SharedArrayBuffer(4));
  const setup = { begun, ...options.setup };
  pool = createThreadPool<ThreadSetup, ThreadTask, ThreadResult>({ program, size: 1, ...options, setup });
  return pool;
}

const failureOf = (run: Promise<unknown>) => run.then(() => null, toErrorDetail);
const range = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('a pool of threads', () => {
  it('gives each of 40 tasks its own answer, whichever of 3 threads is done first', async () => {
    const { run } = startPool({ size: 3 });
    const order: number[] = [];
    const delayOf = (value: number) => (value * 17) % 13;
    const results = await Promise.all(
      range(40).map(async (value) => {
        const result = await run({ kind: 'echo', value, delayMs: delayOf(value) });
        order.push(value);
        return result;
      }),
    );
    expect(results.map((result) => result.value)).toEqual(range(40));
    expect(order).not.toEqual(range(40));
    expect(new Set(results.map((result) => result.threadId)).size).toBe(3);
    expect(Atomics.load(begun, 0)).toBe(40);
  });

  it('hands 64 MB over without a copy, and shares the memory of its setup', async () => {
    const { run } = startPool();
    const { buffer } = await run({ kind: 'hand-over', bytes: 64e6 });
    expect(buffer?.byteLength).toBe(64e6);
    expect(begun[0]).toBe(1);
  });

  it.each<ErrorDetail>([
    { kind: 'input', code: 'E_TIFF_TRUNCATED', message: 'cut at byte 8', where: 'a.tif' },
    { kind: 'transient', code: 'E_HTTP_503', message: 'busy' },
    { kind: 'auth', code: 'E_LINK_REFUSED', message: 'expired', where: 'https://example.org/b.tif' },
    { kind: 'resource', code: 'E_DISK', message: 'full' },
    { kind: 'usage', code: 'E_USAGE', message: 'no such flag' },
  ])('keeps kind, code and place of a task that fails with $kind $code, and its thread', async (error) => {
    const { run } = startPool();
    const before = await run({ kind: 'echo', value: 1 });
    expect(await failureOf(run({ kind: 'fail', error }))).toEqual(error);
    expect((await run({ kind: 'echo', value: 2 })).threadId).toBe(before.threadId);
  });

  it.each(['throw-type-error', 'unpostable'] as const)('calls a task that ends with %s a bug', async (kind) => {
    const { run } = startPool();
    expect(await failureOf(run({ kind }))).toMatchObject({ kind: 'bug', code: 'E_UNEXPECTED' });
    expect((await run({ kind: 'echo', value: 3 })).value).toBe(3);
  });

  it('calls a task that cannot be sent a bug, at once, and goes on with the 2 that wait behind it', async () => {
    const { run } = startPool();
    const unsendable = { kind: 'echo', value: () => 1 } as unknown as ThreadTask;
    const first = run(unsendable);
    const behind = [run(unsendable), run({ kind: 'echo', value: 4 })] as const;
    expect(await failureOf(first)).toMatchObject({ kind: 'bug', code: 'E_UNEXPECTED' });
    expect(await failureOf(behind[0])).toMatchObject({ kind: 'bug' });
    expect((await behind[1]).value).toBe(4);
  });

  it('lets a process end whose pool of 3 threads did one task and was never closed', async () => {
    const parent = await buildProgram(folder.path, 'tests/pipeline/workers/test-thread-parent.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [parent, program], { timeout: 20_000 });
    expect(stdout).toBe('5\n');
  });

  it('ends a thread stuck in an endless loop after its 2 s and replaces it; the other thread does 20 tasks', async () => {
    const { run } = startPool({ size: 2, timeoutMs: 2000 });
    const stuck = failureOf(run({ kind: 'spin' }));
    const others = await Promise.all(range(20).map((value) => run({ kind: 'echo', value })));
    expect(others.map((result) => result.value)).toEqual(range(20));
    expect(await stuck).toMatchObject({ kind: 'input', code: 'E_UNIT_TIMEOUT' });
    const after = await Promise.all(range(4).map((value) => run({ kind: 'echo', value, delayMs: 30 })));
    expect(new Set(after.map((result) => result.threadId)).size).toBe(2);
  });

  it('goes on with the 5 tasks that wait behind its only thread when that is stuck', async () => {
    const { run } = startPool({ timeoutMs: 2000 });
    const stuck = failureOf(run({ kind: 'spin' }));
    const results = await Promise.all(range(5).map((value) => run({ kind: 'echo', value })));
    expect(results.map((result) => result.value)).toEqual(range(5));
    expect((await stuck)?.code).toBe('E_UNIT_TIMEOUT');
  });

  it.each(['throw-outside', 'exit'] as const)(
    'reports a thread that ends by %s as transient and replaces it',
    async (kind) => {
      const { run } = startPool();
      const before = await run({ kind: 'echo', value: 1 });
      expect(await failureOf(run({ kind }))).toMatchObject({ kind: 'transient', code: 'E_WORKER_DIED' });
      const after = await run({ kind: 'echo', value: 2 });
      expect(after.value).toBe(2);
      expect(after.threadId).not.toBe(before.threadId);
    },
  );

  it('answers every task with the error of a setup that fails', async () => {
    const refusal: ErrorDetail = { kind: 'input', code: 'E_ASSET_MISSING', message: 'no file', where: 'c.tif' };
    const { run } = startPool({ size: 2, setup: { refusal } });
    const failures = await Promise.all(range(5).map((value) => failureOf(run({ kind: 'echo', value }))));
    expect(failures).toEqual(Array(5).fill(refusal));
  });

  it('rejects with E_CANCELLED what runs, what waits and what comes after it is closed', async () => {
    const { run, close } = startPool({ size: 2 });
    const failures = range(6).map(() => failureOf(run({ kind: 'spin' })));
    await close();
    for (const failure of await Promise.all(failures)) {
      expect(failure).toMatchObject({ kind: 'transient', code: 'E_CANCELLED' });
    }
    expect(await failureOf(run({ kind: 'echo', value: 1 }))).toMatchObject({ code: 'E_CANCELLED' });
    await close();
  });
});
