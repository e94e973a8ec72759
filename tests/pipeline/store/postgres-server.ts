import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface PostgresServer {
  readonly url: string;
  /** Ends it in the middle of what it does and keeps its data, which it has to recover when it is started again. */
  crash(): void;
  start(): void;
  /** Ends it and removes its data. */
  stop(): void;
}

const versionsFolder = '/usr/lib/postgresql';

/** Folder of initdb and pg_ctl, which Debian keeps off the PATH; null where PostgreSQL is not installed. */
function findBinaries(): string | null {
  const versions = existsSync(versionsFolder) ? readdirSync(versionsFolder).sort() : [];
  const found = versions
    .map((version) => join(versionsFolder, version, 'bin'))
    .filter((bin) => existsSync(join(bin, 'initdb')));
  return found.at(-1) ?? null;
}

const binaries = findBinaries();

/** Why no server can be started here, or null. */
export const postgresMissing = binaries === null ? 'PostgreSQL is not installed: apt-get install postgresql' : null;

/**
 * Starts a PostgreSQL of its own in a temporary folder, on loopback only. As root it runs under the user postgres. With
 * `durable` it waits for the disk as it does by default; else it is quicker, and a crash may cost its data.
 */
export async function startPostgres({ durable = false } = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'canopy-pg-'));
  const isRoot = process.getuid?.() === 0;
  const run = (program: string, ...parameters: string[]) => {
    const command = join(binaries!, program);
    const [file, ...rest] = isRoot
      ? ['runuser', '-u', 'postgres', '--', command, ...parameters]
      : [command, ...parameters];
    // pg_ctl's server would hold a pipe open for ever.
    execFileSync(file!, rest, { cwd: folder, stdio: 'ignore' });
  };
  if (isRoot) {
    const id = Number(execFileSync('id', ['-u', 'postgres'], { encoding: 'utf8' }));
    chownSync(folder, id, id);
  }
  const data = join(folder, 'data');
  const port = await findFreePort();
  run('initdb', '-D', data, '-U', 'canopy', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync');
  const settings = `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories='' -c fsync=${durable ? 'on' : 'off'}`;
  let isRunning = false;
  const start = () => {
    run('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), '-o', settings, 'start');
    isRunning = true;
  };
  const crash = () => {
    if (isRunning) run('pg_ctl', '-D', data, '-m', 'immediate', 'stop');
    isRunning = false;
  };
  start();
  return {
    url: `postgres://canopy@127.0.0.1:${port}/postgres`,
    crash,
    start,
    stop: () => {
      crash();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
