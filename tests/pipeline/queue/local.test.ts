import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalRunner } from '../../../pipeline/queue/local.ts';
import type { Job } from '../../../pipeline/queue/runner.ts';
import { createPool } from '../../../pipeline/workers/pool.ts';
import { toErrorDetail } from '../../../shared/errors.ts';
import { buildProgram, makeProgramFolder } from '../../programs.ts';
import type { TestResult, TestTask } from '../workers/test-child.ts';
import { collect, echoJobs, jobOf } from './jobs.ts';

const folder = makeProgramFolder();
let script: string;

beforeAll(async () => {
  script = await buildProgram(folder.path, 'tests/pipeline/workers/test-child.ts');
});
afterAll(() => folder.remove());

async function runLocally(
  jobs: readonly Job<TestTask>[],
  { signal = new AbortController().signal, size = 2, record = collect() } = {},
) {
  const pool = createPool<TestTask, TestResult>({ script, size });
  const runner = createLocalRunner({ pool, signal, random: () => 0 });
  const error = await runner.run(jobs, record.on).then(() => null, toErrorDetail);
  await runner.close();
  return { ...record, error };
}

describe('the local runner', () => {
  it.each([1, 2, 4])('computes 20 jobs with %i workers, each once', async (size) => {
    const { order, error } = await runLocally(echoJobs(20), { size });
    expect(error).toBeNull();
    expect(order.sort()).toEqual(
      echoJobs(20)
        .map((job) => `done ${job.key}`)
        .sort(),
    );
  });

  it('goes on when 1 of 6 jobs fails for ever, and reports it', async () => {
    const broken = jobOf('broken', {
      kind: 'fail',
      error: { kind: 'input', code: 'E_TIFF_TRUNCATED', message: 'cut' },
    });
    const { order, failures } = await runLocally([broken, ...echoJobs(5)]);
    expect(failures).toEqual([{ key: 'broken', code: 'E_TIFF_TRUNCATED' }]);
    expect(order.filter((entry) => entry.startsWith('done'))).toHaveLength(5);
  });

  it('tries a job again whose worker crashed once, and one with a transient error: 0 failures', async () => {
    const error = { kind: 'transient', code: 'E_HTTP_503', message: 'busy' } as const;
    const jobs = [
      jobOf('crash', { kind: 'crash-once', flagPath: join(folder.path, 'crashed') }),
      jobOf('busy', { kind: 'fail-once', flagPath: join(folder.path, 'failed'), error }),
    ];
    const { results, failures } = await runLocally(jobs);
    expect(failures).toEqual([]);
    expect(Object.fromEntries(results)).toEqual({ crash: 2, busy: 1 });
  });

  it('gives up a job that crashes its worker each time as E_POISON after 3 starts', async () => {
    const { failures } = await runLocally([jobOf('poison', { kind: 'crash' }), ...echoJobs(3)]);
    expect(failures).toEqual([{ key: 'poison', code: 'E_POISON' }]);
  });

  it('stops at an abort within 1 s, keeps the finished job', async () => {
    const stop = new AbortController();
    const jobs = [...echoJobs(1), ...echoJobs(4, { delayMs: 30_000, prefix: 'slow' })];
    const record = collect();
    const running = runLocally(jobs, { signal: stop.signal, record });
    await expect.poll(() => record.order).toEqual(['done echo-0']);
    const startMs = performance.now();
    stop.abort();
    const { order, error } = await running;
    expect(performance.now() - startMs).toBeLessThan(3000);
    expect(error).toMatchObject({
      code: 'E_CANCELLED',
      message: expect.stringContaining('1 of 5 units are finished'),
    });
    expect(order).toEqual(['done echo-0']);
  });

  it('rejects with the error of a handler that throws, and computes no more', async () => {
    const pool = createPool<TestTask, TestResult>({ script, size: 1 });
    const runner = createLocalRunner({ pool, signal: new AbortController().signal });
    const on = {
      done: () => Promise.reject(new Error('disk full')),
      failed: () => {},
    };
    await expect(runner.run(echoJobs(3), on)).rejects.toThrow('disk full');
  });

  it('takes a job that is given while the run is under way, one that failed before included: 3 starts, 1 failure', async () => {
    const pool = createPool<TestTask, TestResult>({ script, size: 2 });
    const runner = createLocalRunner({ pool, signal: new AbortController().signal });
    const error = { kind: 'input', code: 'E_ONCE', message: 'once' } as const;
    const fails = jobOf('again', { kind: 'fail-once', flagPath: join(folder.path, 'again'), error });
    const record = collect();
    const failed = record.on.failed;
    const on = {
      ...record.on,
      failed: async (...told: Parameters<typeof failed>) => {
        await failed(...told);
        runner.add([fails]);
      },
    };
    await runner.run([fails, jobOf('slow', { kind: 'echo', value: 1, delayMs: 600 })], on);
    await runner.close();
    expect(record.order.sort()).toEqual(['done again', 'done slow', 'failed again']);
  });

  it.each(['12', 'a:b', 'A', ''])('refuses the job key "%s"', async (key) => {
    const { error } = await runLocally([jobOf(key, { kind: 'echo', value: 1 })]);
    expect(error?.code).toBe('E_JOB_KEY');
  });
});
