import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../../pipeline/store/database.ts';
import { hashResults } from '../../canopy.ts';
import { type FileServer, startFileServer } from '../../file-server.ts';
import { CANOPY, startHosts, type TestHosts } from '../../hosts.ts';
import { startRedis, type TestRedis } from '../../redis.ts';
import { type S3Server, startS3Server } from '../../s3-server.ts';
import { cellsOf, makeTinyCatalog, writeParcels } from '../../tiny-catalog.ts';
import { monitorArgs } from '../../tiny-run.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../store/postgres-server.ts';

const KEYS = { accessKeyId: 'test-key', secretAccessKey: 'test-secret' };
const PERIODS = { baseline: '2023-01-01/2023-01-31', period: '2023-02-01/2023-02-28' };
/** Six units of 512 columns. */
const ground = { mgrsTile: '31PAA', epsg: 32631, x: 499_500, y: 1_083_000, widthPx: 3072, heightPx: 128, blockPx: 128 };
const UNITS = 6;

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

describe.skipIf(postgresMissing !== null)(`a run over workers on two hosts ${postgresMissing ?? ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'canopy-hosts-'));
  const workers: ChildProcess[] = [];
  let hosts: TestHosts;
  let redis: TestRedis;
  let postgres: PostgresServer;
  let bucket: S3Server;
  let scenes: FileServer;

  const portOf = (url: string) => Number(new URL(url).port);
  /** The same server as all hosts see it. */
  const seen = (url: string) => url.replace('127.0.0.1', hosts.address);
  const s3Env = () => ({
    AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    AWS_REGION: 'eu-test-1',
    CANOPY_S3_ENDPOINT: seen(bucket.endpoint),
  });

  beforeAll(async () => {
    hosts = startHosts(2);
    const days = ['2023-01-05', '2023-02-05'].map((day) => ({ ...ground, day }));
    await makeTinyCatalog(join(folder, 'scenes'), days);
    [redis, postgres, bucket, scenes] = await Promise.all([
      startRedis(),
      startPostgres(),
      startS3Server({ bucket: 'units', ...KEYS }),
      startFileServer(join(folder, 'scenes')),
    ]);
    for (const url of [redis.url, postgres.url, bucket.endpoint, scenes.url]) await hosts.forward(portOf(url));
  });
  afterAll(async () => {
    for (const worker of workers) worker.kill('SIGKILL');
    await redis?.stop();
    await bucket?.close();
    await scenes?.close();
    await hosts?.close();
    postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function argsOf(name: string, ...more: string[]): string[] {
    const parcels = writeParcels(
      join(folder, 'parcels.geojson'),
      Array.from({ length: UNITS }, (_, i) => ({
        id: `P-${i}`,
        ...cellsOf(ground, { col: 480 + 512 * i, row: 20, widthPx: i === UNITS - 1 ? 20 : 60, heightPx: 60 }),
      })),
    );
    const places = { parcels, catalog: `${seen(scenes.url)}/catalog.json`, out: join(folder, name) };
    const allow = ['--allow-host', new URL(seen(scenes.url)).host];
    return monitorArgs({ ...places, ...PERIODS, more: ['--min-clear', '1', '--workers', '1', ...allow, ...more] });
  }

  async function runHere(args: readonly string[]): Promise<{ code: number | null; said: string }> {
    const child = spawn(process.execPath, [CANOPY, ...args], { env: { ...process.env, ...s3Env() } });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    return new Promise((done) => child.on('close', (code) => done({ code, said })));
  }

  /** A worker that has a working folder of its own, and no file of the run but what it is sent. */
  async function startWorker(index: number): Promise<void> {
    const cwd = join(folder, `host-${index}`);
    mkdirSync(cwd);
    const places = ['--redis', seen(redis.url), '--database', seen(postgres.url)];
    const allow = ['--allow-host', new URL(seen(scenes.url)).host];
    const args = [CANOPY, 'worker', ...places, '--workers', '1', '--lease', '2', '--log', 'json', ...allow];
    const worker = hosts.start(index, args, { cwd, env: s3Env() });
    workers.push(worker);
    let said = '';
    worker.stderr!.on('data', (chunk) => {
      said += chunk;
    });
    await expect.poll(() => said, { timeout: 30_000 }).toContain('\n');
    expect(JSON.parse(said.split('\n')[0]!)).toMatchObject({
      at: expect.stringMatching(/Z$/),
      event: 'ready',
      process: expect.stringMatching(hosts.areNamespaces ? `^host-${index}:` : ':'),
    });
  }

  it('gives the bytes of one machine: 6 units by 2 hosts through 1 Redis, 1 PostgreSQL and 1 bucket', async () => {
    const alone = await runHere(argsOf('alone'));
    expect(alone.code, alone.said).toBe(0);
    await Promise.all([startWorker(0), startWorker(1)]);
    const store = ['--runner', seen(redis.url), '--database', seen(postgres.url), '--store', 's3://units/runs'];
    const fleet = await runHere(argsOf('fleet', ...store));
    expect(fleet.code, fleet.said).toBe(0);
    expect(hashResults(join(folder, 'fleet'))).toEqual(hashResults(join(folder, 'alone')));

    const database = await openDatabase({ url: postgres.url, folder });
    const attempts = await database.query<{ worker: string; outcome: string }>(
      'select worker, outcome from work_attempt',
    );
    const results = await database.query<{ n: number }>('select count(*)::int as n from unit_result');
    await database.close();
    expect(results).toEqual([{ n: UNITS }]);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(Array(UNITS).fill('done'));
    const names = new Set(attempts.map(({ worker }) => worker));
    expect(names.size).toBe(2);
    if (hosts.areNamespaces) expect([...names].map((name) => name.split(':')[0]).sort()).toEqual(['host-0', 'host-1']);
    else console.log('Network namespaces may not be made here: the two hosts were two processes with a folder each.');
    expect([...bucket.objects.keys()].filter((key) => key.startsWith('runs/units/'))).toHaveLength(UNITS);
    for (const index of [0, 1]) expect(readdirSync(join(folder, `host-${index}`))).toEqual([]);
    expect(existsSync(join(folder, 'fleet/db'))).toBe(false);
  });

  it('goes on over the units that are in the bucket when its output folder is lost: 0 are computed again', async () => {
    rmSync(join(folder, 'fleet'), { recursive: true });
    const store = ['--runner', seen(redis.url), '--database', seen(postgres.url), '--store', 's3://units/runs'];
    const again = await runHere(argsOf('fleet', ...store));
    expect([again.code, again.said]).toEqual([0, expect.stringContaining(`Resuming: ${UNITS} of ${UNITS} units`)]);
    expect(hashResults(join(folder, 'fleet'))).toEqual(hashResults(join(folder, 'alone')));
  });

  it('loses no unit to a worker with another database: it says what is wrong, gives units back, and rests', async () => {
    const admin = await openDatabase({ url: postgres.url, folder });
    await admin.execute('create database elsewhere');
    await admin.close();
    const other = postgres.url.replace(/\/postgres$/, '/elsewhere');
    const places = ['--redis', redis.url, '--database', other, '--workers', '2', '--log', 'json'];
    const wrong = spawn(process.execPath, [CANOPY, 'worker', ...places], { stdio: ['ignore', 'ignore', 'pipe'] });
    workers.push(wrong);
    let said = '';
    wrong.stderr!.on('data', (chunk) => {
      said += chunk;
    });
    await expect.poll(() => said, { timeout: 30_000 }).toContain('"event":"ready"');
    const store = ['--runner', seen(redis.url), '--database', seen(postgres.url), '--store', 's3://units/wrong'];
    const fleet = await runHere(argsOf('wrong', ...store));
    wrong.kill('SIGKILL');
    expect([fleet.code, fleet.said]).toEqual([0, expect.not.stringContaining('Left out')]);
    expect(said).toMatch(/"event":"unfit".*"code":"E_UNKNOWN_RUN"/);
    expect(said).toContain('Start the worker with the same --database as the run.');
  });

  it('is not merged when a worker writes into a folder of its own under the shared path: told what to do, no run.json', async ({
    skip,
  }) => {
    if (!hosts.areNamespaces) skip('mounting needs the rights to make namespaces');
    for (const worker of workers) worker.kill('SIGKILL');
    const [out, own] = [join(folder, 'elsewhere'), join(folder, 'own-disk')];
    const units = join(out, '.run/units');
    for (const path of [units, own]) mkdirSync(path, { recursive: true });
    const places = ['--redis', redis.url, '--database', postgres.url, '--allow-host', new URL(seen(scenes.url)).host];
    const script = 'mount --bind "$1" "$2"; shift 2; exec "$@"';
    const command = [process.execPath, CANOPY, 'worker', ...places, '--workers', '1'];
    workers.push(spawn('unshare', ['--mount', 'sh', '-c', script, 'sh', own, units, ...command], { stdio: 'ignore' }));
    const { code, said } = await runHere(argsOf('elsewhere', '--runner', redis.url, '--database', postgres.url));
    expect([code, said]).toEqual([1, expect.stringContaining('6 of 6 results that were computed are not in')]);
    expect(said).toContain('Do all workers see this folder under the same path?');
    expect(readdirSync(own)).toHaveLength(UNITS);
    expect(existsSync(join(out, 'run.json'))).toBe(false);
  });
});
