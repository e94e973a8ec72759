import { readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { TestRedis } from '../../tests/redis.ts';
import { deriveSeed, mulberry32 } from '../demo/random.ts';
import type { Fleet } from './fleet.ts';
import { type ChaosRow, rowOf } from './row.ts';
import { shuffle } from './shuffle.ts';
import { type Act, play, type Stage } from './stage.ts';

const FAULTS = ['SHUTDOWN NOSAVE', 'kill -9', 'FLUSHALL', 'log cut by 100 bytes'] as const;
type RedisFault = (typeof FAULTS)[number];

const CUT_BYTES = 100;
const MAX_AWAY_MS = 800;
const DELAY_MS = [20, 200] as const;

/** Stops, kills, empties and harms Redis while a run is under way, each so many times, in an order of the seed. */
export async function chaosRedis(stage: Stage, { times, units }: { times: number; units: number }): Promise<ChaosRow> {
  const faults = shuffle(Array.from({ length: times }, () => FAULTS).flat(), stage.seed);
  const act: Act = { name: 'redis', units, workers: 3, concurrency: 2, delayMs: DELAY_MS };
  const happened = new Map<RedisFault, number>();
  const played = await play(stage, act, (fleet) => harmAll(fleet, stage, faults, happened));
  const reached = [...happened.values()].reduce((sum, count) => sum + count, 0);
  const problems = reached === faults.length ? [] : [`only ${reached} of ${faults.length} faults came before the end`];
  return rowOf(`Redis: ${FAULTS.join(', ')}`, `${times} × each of ${FAULTS.length}, ${units} units`, [played], {
    happened: [...happened].map(([fault, count]) => `${count} × ${fault}`).join(', '),
    problems,
  });
}

async function harmAll(
  fleet: Fleet,
  { redis, seed }: Stage,
  faults: readonly RedisFault[],
  happened: Map<RedisFault, number>,
): Promise<void> {
  const random = mulberry32(deriveSeed(seed, 'redis'));
  for (const [i, fault] of faults.entries()) {
    await fleet.untilDone(Math.max(1, Math.floor((fleet.run.units * 0.9 * i) / faults.length)));
    if (fleet.isEnded) return;
    await harm(redis, fault, random() * MAX_AWAY_MS);
    happened.set(fault, (happened.get(fault) ?? 0) + 1);
  }
}

async function harm(redis: TestRedis, fault: RedisFault, awayMs: number): Promise<void> {
  if (fault === 'FLUSHALL') return emptyRedis(redis.url);
  await redis.crash(fault === 'SHUTDOWN NOSAVE' ? 'shutdown-nosave' : 'kill');
  if (fault === 'log cut by 100 bytes') cutLog(redis.folder);
  await sleep(awayMs);
  await redis.start();
}

/** Redis answers but takes nothing, as when its memory or its disk is full: before anything is handed out, and later. */
export async function chaosRedisFull(
  stage: Stage,
  { units, fullMs }: { readonly units: number; readonly fullMs: number },
): Promise<ChaosRow> {
  const client = new Redis(stage.redis.url);
  const fill = async () => {
    await client.config('SET', 'maxmemory', '1');
    await sleep(fullMs);
    await client.config('SET', 'maxmemory', '0');
  };
  const act: Act = { name: 'redis-full', units, workers: 2, concurrency: 2, delayMs: DELAY_MS };
  const played = await play(stage, act, async (fleet) => {
    await fill();
    await fleet.untilDone(Math.floor(units / 2));
    await fill();
  });
  client.disconnect();
  const isTold = played.fleet.said.some((line) => line.startsWith('Redis takes no units'));
  return rowOf('Redis full', `no room for ${fullMs / 1000} s, twice, ${units} units`, [played], {
    happened: isTold ? 'the coordinator was refused, and said so' : 'filled twice',
    problems: isTold ? [] : ['nothing was refused'],
  });
}

async function emptyRedis(url: string): Promise<void> {
  const client = new Redis(url);
  await client.flushall();
  client.disconnect();
}

/** As a machine leaves it that lost its power while it wrote. */
function cutLog(folder: string): void {
  const logs = join(folder, 'appendonlydir');
  const last = readdirSync(logs)
    .filter((name) => name.endsWith('.incr.aof'))
    .sort()
    .at(-1)!;
  const path = join(logs, last);
  truncateSync(path, Math.max(0, statSync(path).size - CUT_BYTES));
}
