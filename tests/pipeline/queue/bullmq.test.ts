import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BullRunnerOptions, createBullRunner } from '../../../pipeline/queue/bullmq.ts';
import { BatchQueue } from '../../../pipeline/queue/bullmq-batches.ts';
import { startBullWorker } from '../../../pipeline/queue/bullmq-worker.ts';
import type { Job } from '../../../pipeline/queue/runner.ts';
import { toErrorDetail } from '../../../shared/errors.ts';
import { buildProgram, makeProgramFolder } from '../../programs.ts';
import { findFreePort, startRedis, type TestRedis } from '../../redis.ts';
import type { TestResult, TestTask } from '../workers/test-child.ts';
import { collect, echoJobs, jobOf } from './jobs.ts';

const folder = makeProgramFolder();
const workers: ChildProcess[] = [];
let redis: TestRedis;
let client: Redis;
let childProgram: string;
let workerProgram: string;

beforeAll(async () => {
  redis = await startRedis();
  client = new Redis(redis.url);
  childProgram = await buildProgram(folder.path, 'tests/pipeline/workers/test-child.ts');
  workerProgram = await buildProgram(folder.path, 'tests/pipeline/queue/test-worker.ts');
});
afterEach(async () => {
  for (const worker of workers.splice(0)) {
    worker.kill('SIGKILL');
  }
  await client.flushall();
});
afterAll(async () => {
  client.disconnect();
  await redis.stop();
  folder.remove();
});

/** A process with 2 children; locks run out after 1 s so that the death of a worker shows soon. */
async function startWorker({ lockDurationMs = 1000, graceMs = 25_000 } = {}): Promise<ChildProcess> {
  const args = [workerProgram, redis.url, childProgram, String(lockDurationMs), String(graceMs)];
  const worker = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  workers.push(worker);
  await new Promise((resolve) => worker.stdout.once('data', resolve));
  return worker;
}

function optionsOf(options: Partial<BullRunnerOptions<TestResult>>): BullRunnerOptions<TestResult> {
  return {
    redisUrl: redis.url,
    runId: 'run-1',
    signal: new AbortController().signal,
    log: () => {},
    pollMs: 300,
    hearsStarts: false,
    readEnded: async () => new Map(),
    ...options,
  };
}

async function runOnFleet(
  jobs: readonly Job<TestTask>[],
  options: Partial<BullRunnerOptions<TestResult>> = {},
  record = collect(),
) {
  const log: string[] = [];
  const runner = await createBullRunner<TestTask, TestResult>(
    optionsOf({ log: (line) => void log.push(line), ...options }),
  );
  const error = await runner.run(jobs, record.on).then(() => null, toErrorDetail);
  await runner.close();
  return { ...record, error, log };
}

/** Waits until Redis holds `count` units in a state. */
const untilUnits = (state: 'wait' | 'active', count: number) =>
  expect.poll(() => client.llen(`canopy:units:${state}`), { timeout: 10_000, interval: 20 }).toBe(count);

const doneKeys = (jobs: readonly Job<TestTask>[]) => jobs.map((job) => `done ${job.key}`).sort();

describe('the queue runner on a real Redis', () => {
  it('computes 20 units on 2 worker processes, each once', async () => {
    await Promise.all([startWorker(), startWorker()]);
    const { order, results, error, log } = await runOnFleet(echoJobs(20, { delayMs: 20 }));
    expect(error).toBeNull();
    expect(log).toEqual([]);
    expect(order.sort()).toEqual(doneKeys(echoJobs(20)));
    expect(results.every(([key, value]) => key === `echo-${value}`)).toBe(true);
  });

  it('leaves nothing of a finished run in Redis but its 3 unit jobs', async () => {
    await startWorker();
    await runOnFleet(echoJobs(3));
    const keys = await client.keys('canopy:*');
    expect(keys.filter((key) => /batch/.test(key))).toEqual([]);
    expect(keys.filter((key) => /:run-1\./.test(key))).toHaveLength(3);
  });

  it('ends a run of 0 units at once', async () => {
    expect(await runOnFleet([])).toMatchObject({ order: [], error: null });
  });

  it('reports 1 unit of 6 that fails for ever', async () => {
    await startWorker();
    const broken = jobOf('broken', {
      kind: 'fail',
      error: { kind: 'input', code: 'E_TIFF_TRUNCATED', message: 'cut' },
    });
    const { order, failures } = await runOnFleet([broken, ...echoJobs(5)]);
    expect(failures).toEqual([{ key: 'broken', code: 'E_TIFF_TRUNCATED' }]);
    expect(order.filter((entry) => entry.startsWith('done'))).toHaveLength(5);
  });

  it('tries a unit again whose child crashed once', async () => {
    await startWorker();
    const { results, failures } = await runOnFleet([
      jobOf('crash', { kind: 'crash-once', flagPath: `${folder.path}/once` }),
    ]);
    expect(failures).toEqual([]);
    expect(results).toEqual([['crash', 2]]);
  });

  it('A 4: keeps a unit whose child is busy for 4 s without a break, four times as long as a lock: 1 start, 1 result', async () => {
    await Promise.all([startWorker(), startWorker()]);
    const { results, failures } = await runOnFleet([jobOf('busy', { kind: 'busy', ms: 4000 })]);
    expect(results).toEqual([['busy', 4000]]);
    expect(failures).toEqual([]);
    expect(await client.hget('canopy:units:run-1.busy', 'ats')).toBe('1');
  });

  it('A 5: gives a unit up as E_POISON that crashes its child 3 times, and computes the 5 others', async () => {
    await startWorker();
    const { failures, order } = await runOnFleet([jobOf('poison', { kind: 'crash' }), ...echoJobs(5)]);
    expect(failures).toEqual([{ key: 'poison', code: 'E_POISON' }]);
    expect(order.filter((entry) => entry.startsWith('done'))).toHaveLength(5);
    expect(await client.hget('canopy:units:run-1.poison', 'ats')).toBe('3');
  });

  it('has all 12 results once after one of two workers was killed in the middle of its units', async () => {
    const [victim] = await Promise.all([startWorker(), startWorker()]);
    const jobs = echoJobs(12, { delayMs: 400 });
    const running = runOnFleet(jobs);
    await untilUnits('active', 4);
    victim.kill('SIGKILL');
    const { order, error } = await running;
    expect(error).toBeNull();
    expect(order.sort()).toEqual(doneKeys(jobs));
  });

  it('run twice computes 5 units again: completed and failed ones of the first time do not stand in the way', async () => {
    await startWorker();
    const error = { kind: 'input', code: 'E_ONCE', message: 'once' } as const;
    const jobs = [...echoJobs(4), jobOf('fails-first', { kind: 'fail-once', flagPath: `${folder.path}/first`, error })];
    const first = await runOnFleet(jobs);
    const second = await runOnFleet(jobs);
    expect(first.failures).toEqual([{ key: 'fails-first', code: 'E_ONCE' }]);
    expect(second.order.sort()).toEqual(doneKeys(jobs));
    expect(await client.zcard('canopy:units:completed')).toBe(5);
    expect(await client.zcard('canopy:units:failed')).toBe(0);
  });

  it('counts in 2 units that a worker holds from an interrupted run', async () => {
    await startWorker();
    const stop = new AbortController();
    const jobs = echoJobs(4, { delayMs: 1500 });
    const interrupted = runOnFleet(jobs, { signal: stop.signal });
    await untilUnits('active', 2);
    stop.abort();
    const first = await interrupted;
    expect(first.error).toMatchObject({ code: 'E_CANCELLED' });
    expect(await client.llen('canopy:units:wait')).toBe(0);
    const second = await runOnFleet(jobs);
    expect(second.order.sort()).toEqual(doneKeys(jobs));
    expect(await client.zcard('canopy:units:completed')).toBe(4);
  });

  it('takes over 2 units that wait and 2 that a worker holds from a coordinator that was killed, and adds none twice', async () => {
    const jobs = echoJobs(4, { delayMs: 1500 });
    const killed = new BatchQueue<TestTask>(client, { id: 'run-1', token: randomUUID() }, () => {});
    await killed.add(jobs);
    await killed.close();
    await client.hset(`canopy:batches-run-1-b-${randomUUID()}:meta`, 'of', 'another run');
    await startWorker();
    await untilUnits('active', 2);
    const { order, log } = await runOnFleet(jobs);
    expect(order.sort()).toEqual(doneKeys(jobs));
    expect(log).toEqual([]);
    const events = (await client.xrange('canopy:units:events', '-', '+')).map(([, fields]) => fields[1]);
    expect(events.filter((event) => event === 'added')).toHaveLength(6);
    expect(events.filter((event) => event === 'duplicated')).toHaveLength(2);
    expect(await client.keys('canopy:batches-*')).toEqual([expect.stringContaining('batches-run-1-b-')]);
  });

  it('adds the waiting units again when Redis has lost everything', async () => {
    const jobs = echoJobs(6);
    const running = runOnFleet(jobs);
    await untilUnits('wait', 6);
    await client.flushall();
    await untilUnits('wait', 6);
    await startWorker();
    const { order, log } = await running;
    expect(log).toEqual(['Redis has lost units that were handed out; handing them out again.']);
    expect(order.sort()).toEqual(doneKeys(jobs));
  });

  it('hands out again 2 of 6 units that Redis has lost while it kept the others and their batch', async () => {
    const jobs = echoJobs(6);
    const running = runOnFleet(jobs);
    await untilUnits('wait', 6);
    const [dependencies] = await client.keys('canopy:batches-run-1-*:dependencies');
    for (const id of ['run-1.echo-1', 'run-1.echo-4']) {
      await client.del(`canopy:units:${id}`);
      await client.lrem('canopy:units:wait', 1, id);
      await client.srem(dependencies!, `canopy:units:${id}`);
    }
    await untilUnits('wait', 6);
    await startWorker();
    const { order, log } = await running;
    expect(log).toEqual(['Redis has lost units that were handed out; handing them out again.']);
    expect(order.sort()).toEqual(doneKeys(jobs));
  });

  it('waits for a Redis that has no room for 6 units, and hands them out when it has', async () => {
    await startWorker();
    // As a Redis that nobody has used yet.
    await client.script('FLUSH');
    await client.config('SET', 'maxmemory', '1');
    const running = runOnFleet(echoJobs(6));
    await sleep(1000);
    await client.config('SET', 'maxmemory', '0');
    const { order, error, log } = await running;
    expect(error).toBeNull();
    expect(log[0]).toMatch(/^Redis takes no units \(EXECABORT/);
    expect(log.at(-1)).toBe('Redis takes units again.');
    expect(order.sort()).toEqual(doneKeys(echoJobs(6)));
  });

  it('asks the record of work before it hands out again what Redis has lost: 4 of 6 units have ended there', async () => {
    const jobs = echoJobs(6);
    const done = new Map(
      jobs.slice(0, 4).map(({ key }, value) => [key, { kind: 'done', result: { pid: 0, value } }] as const),
    );
    const running = runOnFleet(jobs, { readEnded: async () => done });
    await untilUnits('wait', 6);
    await client.flushall();
    await untilUnits('wait', 2);
    await startWorker();
    const { order, results } = await running;
    expect(order.sort()).toEqual(doneKeys(jobs));
    expect(results).toHaveLength(6);
  });

  it('hands out 3,000 units in batches, with at most 2,000 in Redis at a time', async () => {
    const running = runOnFleet(echoJobs(3000));
    await untilUnits('wait', 2000);
    await sleep(500);
    expect(await client.llen('canopy:units:wait')).toBe(2000);
    await Promise.all([startWorker(), startWorker()]);
    expect((await running).order).toHaveLength(3000);
  }, 60_000);
});

describe('a worker that is told to stop', () => {
  it('finishes its units, takes no more, and exits 0', async () => {
    const worker = await startWorker();
    const stop = new AbortController();
    const running = runOnFleet(echoJobs(6, { delayMs: 800 }), { signal: stop.signal });
    await untilUnits('active', 2);
    const exit = new Promise((resolve) => worker.once('exit', resolve));
    worker.kill('SIGTERM');
    expect(await exit).toBe(0);
    await sleep(400);
    stop.abort();
    expect((await running).order.filter((entry) => entry.startsWith('done'))).toHaveLength(2);
  });

  it('after its grace of 300 ms hands 2 units back, which another worker computes without a stall', async () => {
    const worker = await startWorker({ lockDurationMs: 60_000, graceMs: 300 });
    const jobs = echoJobs(2, { delayMs: 2000 });
    const running = runOnFleet(jobs);
    await untilUnits('active', 2);
    const startMs = performance.now();
    const exit = new Promise((resolve) => worker.once('exit', resolve));
    worker.kill('SIGTERM');
    expect(await exit).toBe(0);
    expect(performance.now() - startMs).toBeLessThan(3000);
    await startWorker({ lockDurationMs: 60_000 });
    expect((await running).order.sort()).toEqual(doneKeys(jobs));
  });
});

describe('a Redis that cannot be used', () => {
  const start = (redisUrl: string) =>
    runOnFleet([], { redisUrl }).then(
      () => null,
      (error: unknown) => toErrorDetail(error),
    );

  it('is refused with the way to mend it when its policy is allkeys-lru', async () => {
    const wrong = await startRedis({ maxmemoryPolicy: 'allkeys-lru' });
    const error = await start(wrong.url);
    await wrong.stop();
    expect(error?.code).toBe('E_REDIS_POLICY');
    expect(error?.message).toContain('is allkeys-lru; it must be noeviction');
    expect(error?.message).toContain('CONFIG SET maxmemory-policy noeviction');
  });

  it('is refused with the way to mend it when it keeps no append-only file', async () => {
    const wrong = await startRedis({ appendonly: 'no' });
    const error = await start(wrong.url);
    await wrong.stop();
    expect(error?.code).toBe('E_REDIS_AOF');
    expect(error?.message).toContain('CONFIG SET appendonly yes');
  });

  it('is named in one sentence within 5 s when nothing listens', async () => {
    const url = `redis://user:secret@127.0.0.1:${await findFreePort()}`;
    const startMs = performance.now();
    const error = await start(url);
    expect(performance.now() - startMs).toBeLessThan(5000);
    expect(error?.code).toBe('E_REDIS_UNREACHABLE');
    expect(error?.message).toMatch(/^Redis at redis:\/\/127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)\./);
    expect(error?.message).not.toContain('secret');
  });

  it('stops a worker with the same sentence', async () => {
    const redisUrl = `redis://127.0.0.1:${await findFreePort()}`;
    const signal = new AbortController().signal;
    const compute = async () => ({ sha256: '', bytes: 0 });
    const options = { concurrency: 1, compute, stopComputing: async () => {}, book: null, log: () => {} };
    const error = await startBullWorker({ redisUrl, signal, ...options }).catch(toErrorDetail);
    expect(error).toMatchObject({ code: 'E_REDIS_UNREACHABLE' });
  });

  it.each(['http://127.0.0.1:6379', 'localhost', 'redis://'])('%s is refused as an address', async (url) => {
    expect(await start(url)).toMatchObject({ kind: 'usage' });
  });

  it('is given 5 units again whose transaction it was killed over', async () => {
    const fleeting = await startRedis();
    const stopper = new Redis(fleeting.url);
    stopper.on('error', () => {});
    const stop = new AbortController();
    const runner = await createBullRunner<TestTask, TestResult>(
      optionsOf({ redisUrl: fleeting.url, signal: stop.signal }),
    );
    const ended = runner.run(echoJobs(1), collect().on).catch(toErrorDetail);
    await expect.poll(() => stopper.llen('canopy:units:wait')).toBe(1);
    await stopper.client('PAUSE', 60_000, 'WRITE');
    runner.add(echoJobs(6).slice(1));
    await sleep(500);
    await fleeting.crash('kill');
    await fleeting.start();
    await expect.poll(() => stopper.llen('canopy:units:wait'), { timeout: 10_000 }).toBe(6);
    stop.abort();
    expect(await ended).toMatchObject({ code: 'E_CANCELLED' });
    stopper.disconnect();
    await runner.close();
    await fleeting.stop();
  });

  it('stops the run with a sentence when it goes away for more than 1 s', async () => {
    const fleeting = await startRedis();
    const running = runOnFleet(echoJobs(2), { redisUrl: fleeting.url, maxOutageMs: 1000 });
    await sleep(600);
    await fleeting.stop();
    const { error, log } = await running;
    expect(error?.code).toBe('E_REDIS_LOST');
    expect(log).toEqual([expect.stringContaining('is lost; waiting')]);
  });
});
