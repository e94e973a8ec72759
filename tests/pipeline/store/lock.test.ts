import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { takeLock } from '../../../pipeline/store/lock.ts';

const root = mkdtempSync(join(tmpdir(), 'canopy-lock-'));
let path = '';
let count = 0;
beforeEach(() => {
  path = join(root, `${count++}.lock`);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function writeHolder(holder: object): void {
  writeFileSync(path, JSON.stringify({ pid: 1, host: hostname(), startedTicks: null, token: 't', ...holder }));
}

function deadPid(): number {
  return Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }));
}

describe('the lock file', () => {
  it('names the pid, keeps a second taker out with a sentence, and is gone after release', async () => {
    const lock = await takeLock(path);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() });
    const second = takeLock(path);
    await expect(second).rejects.toMatchObject({ code: 'E_DATABASE_LOCKED', where: path });
    await expect(second).rejects.toThrow(`The folder ${root} is in use by process ${process.pid}; only one process`);
    await lock.release();
    expect(readdirSync(root).filter((name) => name.startsWith(path.split('/').at(-1)!))).toEqual([]);
    await (await takeLock(path)).release();
  });

  it('is taken over from a process that has ended', async () => {
    writeHolder({ pid: deadPid() });
    const lock = await takeLock(path);
    expect(JSON.parse(readFileSync(path, 'utf8')).pid).toBe(process.pid);
    await lock.release();
    expect(existsSync(path)).toBe(false);
  });

  it.runIf(process.platform === 'linux')('is taken over when its pid now belongs to another process', async () => {
    writeHolder({ pid: process.pid, startedTicks: '1' });
    await (await takeLock(path)).release();
  });

  it('is not taken over from another machine, whose processes cannot be seen', async () => {
    writeHolder({ pid: 7, host: 'elsewhere' });
    await expect(takeLock(path)).rejects.toThrow('process 7 on elsewhere');
  });

  it('with other content gets a sentence that says what to do', async () => {
    writeFileSync(path, 'mine');
    await expect(takeLock(path)).rejects.toThrow('delete it and try again');
  });

  it('goes to 1 of 8 that take over a stale lock at once, also when a taker died while taking it over', async () => {
    writeHolder({ pid: deadPid() });
    writeFileSync(`${path}.takeover`, readFileSync(path, 'utf8'));
    const takers = await Promise.allSettled(Array.from({ length: 8 }, () => takeLock(path)));
    const winners = takers.filter((taker) => taker.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    await winners[0]!.value.release();
  });

  it('is free again after its holder was killed', async () => {
    const script = `import(${JSON.stringify(join(import.meta.dirname, '../../../node_modules/esbuild/lib/main.js'))}).then(async ({ default: esbuild }) => {
      const out = await esbuild.build({ entryPoints: [${JSON.stringify(join(import.meta.dirname, '../../../pipeline/store/lock.ts'))}], bundle: true, platform: 'node', format: 'esm', write: false });
      const { takeLock } = await import('data:text/javascript;base64,' + Buffer.from(out.outputFiles[0].contents).toString('base64'));
      await takeLock(${JSON.stringify(path)});
      console.log('held');
      setInterval(() => {}, 1000);
    });`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await expect(takeLock(path)).rejects.toThrow(`in use by process ${child.pid};`);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    await (await takeLock(path)).release();
  });
});
