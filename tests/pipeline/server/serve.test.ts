import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { desktopOpener } from '../../../pipeline/server/open-page.ts';
import { type CanopyProcess, runCanopy, startCanopy } from '../../canopy.ts';
import { rawRequest } from '../../raw-request.ts';
import { makeTinyResults } from '../../tiny-results.ts';

const root = mkdtempSync(join(tmpdir(), 'canopy-serve-'));
let out: string;
beforeAll(async () => {
  out = await makeTinyResults(root);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The port that a server has said it listens on. */
async function portOf(server: CanopyProcess): Promise<number> {
  for (;;) {
    const port = /at http:\/\/127\.0\.0\.1:(\d+)\//.exec(server.said())?.[1];
    if (port !== undefined) return Number(port);
    if (server.child.exitCode !== null) throw new Error(`It ended: ${server.said()}`);
    await sleep(20);
  }
}

function childrenOf(pid: number): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return (
        /^\d+$/.test(name) && readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]!.split(' ')[1] === `${pid}`
      );
    } catch {
      return false;
    }
  });
}

describe('canopy serve', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'says its address in 1 line, answers, and ends with exit code 0 and no child left on %s',
    async (signal) => {
      const server = startCanopy(['serve', out, '--port', '0']);
      const port = await portOf(server);
      expect(server.said().trim().split('\n')).toEqual([
        `Serving ${out} at http://127.0.0.1:${port}/ (Ctrl-C ends it).`,
      ]);
      // A tile starts the children that draw.
      expect((await rawRequest(port, '/tiles/ndvi-period/0/0/0.png')).status).toBe(200);
      const children = childrenOf(server.child.pid!);
      expect(children.length).toBeGreaterThan(0);
      server.child.kill(signal);
      const { code, stdout } = await server.ended;
      expect([code, stdout]).toEqual([0, '']);
      const left = children.filter((pid) => readdirSync('/proc').includes(pid));
      expect(left).toEqual([]);
    },
  );

  it('ends within 5 s though a client is still reading', async () => {
    const server = startCanopy(['serve', out, '--port', '0', '--json']);
    const port = await portOf(server);
    const { connect } = await import('node:net');
    const socket = connect(port, '127.0.0.1', () => socket.write('GET /api/run HTTP/1.1\r\nHost: x\r\n'));
    socket.on('error', () => {});
    await sleep(200);
    const startMs = performance.now();
    server.child.kill('SIGTERM');
    const { code, stdout } = await server.ended;
    expect(code).toBe(0);
    expect(performance.now() - startMs).toBeLessThan(5000);
    expect(JSON.parse(stdout)).toEqual({ url: `http://127.0.0.1:${port}/`, port });
    socket.destroy();
  });

  it('ends with exit code 1 and a sentence when the port is taken', async () => {
    const other = createServer();
    const port = await new Promise<number>((done) => {
      other.listen(0, '127.0.0.1', () => done((other.address() as { port: number }).port));
    });
    const { code, stderr } = await runCanopy(['serve', out, '--port', `${port}`]);
    expect([code, stderr]).toEqual([
      1,
      `canopy: Port ${port} is in use by another program. Choose another with --port N, or any free one with --port 0.\n`,
    ]);
    other.close();
  });

  it.each([
    [['serve'], 2, 'No results folder'],
    [['serve', 'a', 'b'], 2, 'One folder is served at a time; got "a" and "b".'],
    [['serve', 'a', '--host', '0.0.0.0'], 2, 'Only 127.0.0.1 is served, not "0.0.0.0": there is no access control yet'],
    [['serve', 'a', '--host', '::'], 2, 'Only 127.0.0.1 is served'],
    [['serve', 'a', '--port', '70000'], 2, '--port wants a number from 0 to 65535; got "70000".'],
    [['serve', 'a', '--port', 'x'], 2, '--port wants a number'],
    [['serve', 'a', '--basemap', 'https://t.example/{z}/{x}/{y}.png'], 2, '--basemap wants --basemap-attribution'],
    [
      ['serve', 'a', '--basemap', 'https://t.example/', '--basemap-attribution', 'x'],
      2,
      'an address with {z}, {x} and {y}',
    ],
    [['serve', 'a', '--basemap', 'ftp://t/{z}/{x}/{y}', '--basemap-attribution', 'x'], 2, '--basemap wants an address'],
    [
      ['serve', 'a', '--basemap', "https://t/{z}/{x}/{y};script-src 'unsafe-inline'", '--basemap-attribution', 'x'],
      2,
      '--basemap wants an address',
    ],
    [
      ['serve', 'a', '--basemap', 'https://t.example:99999/{z}/{x}/{y}', '--basemap-attribution', 'x'],
      2,
      '--basemap wants an address',
    ],
    [['serve', 'a', '--basemap-attribution', 'x'], 2, 'goes with --basemap'],
    [['serve', 'a', '--allow-host', 'x'], 2, '--allow-host wants HOST:PORT'],
    [['serve', 'a', '--redis', 'http://127.0.0.1'], 2, '--redis wants an address such as redis://127.0.0.1:6379'],
    [['serve', 'a', '--database', 'mysql://me:secret@h/d'], 2, '--database wants an address such as postgres://'],
    [['serve', 'a', '--unknown'], 2, "Unknown option '--unknown'"],
    [['serve', join(root, 'nowhere')], 1, 'There are no results in'],
    [['serve', root], 1, 'run.json is missing'],
  ])('%j ends with a sentence', async (args, code, sentence) => {
    const run = await runCanopy(args);
    expect(run.code).toBe(code);
    expect(run.stderr).toContain(sentence);
    expect(run.stderr.trim().split('\n')).toHaveLength(1);
  });

  it('tells the page of a basemap and lets its host through the page policy', async () => {
    const tiles = 'https://tiles.example.org/{z}/{x}/{y}.png';
    const map = ['--basemap', tiles, '--basemap-attribution', '© Somebody'];
    const server = startCanopy(['serve', out, '--port', '0', ...map]);
    const { headers, text } = await rawRequest(await portOf(server), '/api/run');
    expect(JSON.parse(text).basemap).toEqual({ tiles, attribution: '© Somebody' });
    expect(headers['content-security-policy']).toContain("connect-src 'self' https://tiles.example.org;");
    server.child.kill('SIGTERM');
    await server.ended;
  });
});

describe('opening the page', () => {
  it.each([
    ['linux', {}, null],
    ['linux', { DISPLAY: ':0' }, 'xdg-open'],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, 'xdg-open'],
    ['darwin', {}, 'open'],
    ['win32', {}, 'cmd'],
  ])('on %s with %j is left to %s', (platform, env, program) => {
    expect(desktopOpener(platform, env)?.program ?? null).toBe(program);
  });
});
