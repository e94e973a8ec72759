import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

export interface TestRedis {
  readonly url: string;
  stop(): Promise<void>;
}

/** A real Redis on a free port of this machine, its files in a temporary folder that `stop` removes. */
export async function startRedis(
  options: { maxmemoryPolicy?: string; appendonly?: 'yes' | 'no' } = {},
): Promise<TestRedis> {
  const port = await findFreePort();
  const folder = mkdtempSync(join(tmpdir(), 'canopy-redis-'));
  const policy = options.maxmemoryPolicy ?? 'noeviction';
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    options.appendonly ?? 'yes',
  ];
  const server = spawn('redis-server', [...args, '--maxmemory-policy', policy], { stdio: 'ignore' });
  await waitForReady(server, port);
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
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
    const client = new Redis({ port, lazyConnect: true, retryStrategy: () => null });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.ping();
      return;
    } catch {
      await sleep(50);
    } finally {
      client.disconnect();
    }
  }
  throw new Error(`redis-server on port ${port} was not ready within 5 s.`);
}
