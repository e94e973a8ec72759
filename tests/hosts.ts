import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { connect, createServer, type Server } from 'node:net';
import { resolve } from 'node:path';

/**
 * Machines of a fleet on this one. Where network namespaces may be made, each is one with an address and a host name of
 * its own, and its loopback is its own; elsewhere it is a process with a working folder of its own.
 */
export interface TestHosts {
  /** Whether these are namespaces, or only folders. */
  readonly areNamespaces: boolean;
  /** Where all of them and this process find servers that `forward` lets out. */
  readonly address: string;
  /** Lets the hosts reach a port that listens on this machine's loopback. */
  forward(port: number): Promise<void>;
  /** Starts Node on host `index` (from 0), in the working folder given. */
  start(index: number, args: readonly string[], options: { readonly cwd: string; readonly env?: object }): ChildProcess;
  close(): Promise<void>;
}

const root = resolve(import.meta.dirname, '..');
export const CANOPY = resolve(root, 'scripts/canopy.mjs');

/** Of this process, so that two test runs do not share them. */
const net = 100 + (process.pid % 100);
const gateway = (index: number) => `10.231.${net}.${4 * index + 1}`;
const ip = (...args: string[]) => execFileSync('ip', args, { stdio: 'pipe' });
const nameOf = (index: number) => `canopy-${process.pid}-${index}`;

export function startHosts(count: number): TestHosts {
  const areNamespaces = makeNamespaces(count);
  const address = areNamespaces ? gateway(0) : '127.0.0.1';
  const forwards: Server[] = [];
  return {
    areNamespaces,
    address,
    forward: async (port) => {
      if (!areNamespaces) return;
      const server = createServer((socket) => {
        const inner = connect(port, '127.0.0.1');
        socket.pipe(inner).pipe(socket);
        socket.on('error', () => inner.destroy());
        inner.on('error', () => socket.destroy());
      });
      await new Promise<void>((done) => server.listen(port, address, done));
      forwards.push(server);
    },
    start: (index, args, { cwd, env }) => {
      const [file, ...rest] = areNamespaces ? inNamespace(index, args) : [process.execPath, ...args];
      return spawn(file!, rest, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    },
    close: async () => {
      await Promise.all(forwards.map((server) => new Promise((done) => server.close(done))));
      if (areNamespaces) for (let index = 0; index < count; index++) removeNamespace(index);
    },
  };
}

function inNamespace(index: number, args: readonly string[]): string[] {
  const named = `hostname host-${index}; exec "$@"`;
  return ['ip', 'netns', 'exec', nameOf(index), 'unshare', '--uts', 'sh', '-c', named, 'sh', process.execPath, ...args];
}

/** False where they may not be made; nothing is left behind then. */
function makeNamespaces(count: number): boolean {
  for (let index = 0; index < count; index++) {
    try {
      makeNamespace(index);
    } catch {
      for (let made = index; made >= 0; made--) removeNamespace(made);
      return false;
    }
  }
  return true;
}

function makeNamespace(index: number): void {
  const name = nameOf(index);
  const [outer, inner] = [`cv${process.pid}o${index}`, `cv${process.pid}i${index}`];
  ip('netns', 'add', name);
  ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', name);
  ip('addr', 'add', `${gateway(index)}/30`, 'dev', outer);
  ip('link', 'set', outer, 'up');
  ip('-n', name, 'addr', 'add', `10.231.${net}.${4 * index + 2}/30`, 'dev', inner);
  ip('-n', name, 'link', 'set', inner, 'up');
  ip('-n', name, 'link', 'set', 'lo', 'up');
  ip('-n', name, 'route', 'add', 'default', 'via', gateway(index));
}

function removeNamespace(index: number): void {
  try {
    ip('netns', 'del', nameOf(index));
  } catch {
    // Was not made.
  }
}
