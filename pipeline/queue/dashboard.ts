import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { Queue } from 'bullmq';
import type { FastifyPluginCallback } from 'fastify';
import { Redis } from 'ioredis';
import { KEY_PREFIX, UNIT_QUEUE } from './bullmq-jobs.ts';
import { disconnectRedis } from './redis.ts';

/** The pages of bull-board on the queue of units. */
export interface QueueDashboard {
  /** To be registered under `path`. */
  readonly plugin: FastifyPluginCallback;
  readonly path: string;
  /** Rejects where Redis does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 1500;
const MAX_RECONNECT_DELAY_MS = 2000;

/**
 * Pages that show the queue and change nothing: what is to be computed is decided by the record of work, and a job that
 * is put back behind its back would be computed for nobody. Redis need not be there yet; without it the pages say so.
 */
export function openDashboard(redisUrl: string, path: string): QueueDashboard {
  const redis = new Redis(redisUrl, {
    connectTimeout: CONNECT_TIMEOUT_MS,
    // A page must not wait for a Redis that is away.
    maxRetriesPerRequest: 1,
    retryStrategy: (times) => Math.min(times * 200, MAX_RECONNECT_DELAY_MS),
  });
  redis.on('error', () => {});
  const queue = new Queue(UNIT_QUEUE, { connection: redis, prefix: KEY_PREFIX, skipVersionCheck: true });
  queue.on('error', () => {});
  const adapter = new FastifyAdapter();
  createBullBoard({
    queues: [new BullMQAdapter(queue, { readOnlyMode: true, allowRetries: false })],
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'Twin Canopy', hideRedisDetails: true } },
  });
  adapter.setBasePath(path);
  return {
    plugin: adapter.registerPlugin(),
    path,
    ping: async () => void (await redis.ping()),
    close: async () => {
      await queue.close().catch(() => {});
      disconnectRedis(redis);
    },
  };
}
