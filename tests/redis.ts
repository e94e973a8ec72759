import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

export interface TestRedis {
  readonly url: string;
  /** Where it keeps its append-only file. */
  readonly folder: string;
  /** Ends it at once and keeps its files: as by `kill -9`, or as it ends by itself when told to save nothing. */
  crash(how: 'kill' | 'shutdown-nosave'): Promise<void>;
  /** Starts it again on the same port and files. */
  start(): Promise<void>;
  /** Resident memory at its highest, as Redis tells it. */
  peakBytes(): Promise<number>;
  stop(): Promise<void>;
}

/** A real Redis on a free port of this machine, its files in a temporary folder that `stop` removes. */
export async function startRedis(
  options: { maxmemoryPolicy?: string; appendonly?: 'yes' | 'no'; folder?: string } = {},
): Promise<TestRedis> {
  const port = await findFreePort();
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'canopy-redis-'));
  const policy = options.maxmemoryPolicy ?? 'noeviction';
  const where = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  const keeps = ['--save', '', '--appendonly', options.appendonly ?? 'yes', '--appendfsync', 'everysec'];
  let server: ChildProcess;
  const start = async () => {
    server = spawn('redis-server', [...where, ...keeps, '--maxmemory-policy', policy], { stdio: 'ignore' });
    await waitForReady(server, port);
  };
  const end = async (ask: () => void) => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    ask();
    await ended;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    folder,
    start,
    crash: (how) => end(() => (how === 'kill' ? server.kill('SIGKILL') : shutDown(port))),
    peakBytes: async () =>
      Number(/used_memory_peak:(\d+)/.exec(await ask(port, (client) => client.info('memory')))?.[1]),
    async stop() {
      await end(() => server.kill('SIGKILL'));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ask<T>(port: number, question: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis({ port, lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => {});
  try {
    await client.connect();
    return await question(client);
  } finally {
    client.disconnect();
  }
}

/** Redis does not answer this one: it is gone. */
function shutDown(port: number): void {
  ask(port, (client) => client.shutdown('NOSAVE')).catch(() => {});
}

export async function findFreePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function waitForReady(server: ChildProcess, port: number): Promise<void> {
  let failure: string | null = null;
  server.once('error', () => {
    failure =
      'redis-server is not installed. These tests want a real one (7 or newer): "apt-get install redis-server" on Debian or Ubuntu, "brew install redis" on macOS.';
  });
  server.once('exit', (code) => {
    failure ??= `redis-server ended with exit code ${code} before it was ready on port ${port}.`;
  });
  for (let tries = 0; tries < 100; tries++) {
    if (failure !== null) throw new Error(failure);
    try {
      await ask(port, (client) => client.ping());
      return;
    } catch {
      await sleep(50);
    }
  }
  throw new Error(`redis-server on port ${port} was not ready within 5 s.`);
}
