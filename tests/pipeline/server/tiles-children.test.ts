import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { childEnvironment, offlineEnvironment } from '../../../pipeline/config.ts';
import { createApp } from '../../../pipeline/server/app.ts';
import { createRenderPool } from '../../../pipeline/server/render-pool.ts';
import type { LayerFile } from '../../../pipeline/server/results.ts';
import { createLayerFiles } from '../../../pipeline/server/tile-files.ts';
import { sampleLayerTile } from '../../../pipeline/server/tile-render.ts';
import { colourOf, RAMPS } from '../../../shared/ramps.ts';
import { startFileServer } from '../../file-server.ts';
import { buildProgram, makeProgramFolder } from '../../programs.ts';
import { planScenes } from '../../scene-plan.ts';
import { makeTinyCatalog } from '../../tiny-catalog.ts';
import { type CellValue, makeGrid, resultsOf, tileTask, writeLayer } from './make-layer.ts';

const programs = makeProgramFolder();
const folder = mkdtempSync(join(tmpdir(), 'canopy-tile-children-'));
const grid = makeGrid('EPSG:32631', [10, 0, 350_000, 0, -10, 1_080_000], 1000, 1000);
/** Over the middle of the layer. */
const TILE = { z: 14, x: 8268, y: 7747 };
const value: CellValue = (col, row) => ((col * 37 + row * 101) % 9000) - 500;

let script: string;
let file: LayerFile;
beforeAll(async () => {
  script = await buildProgram(programs.path, 'pipeline/server/render-child.ts');
  file = await writeLayer(folder, 'ndvi', { kind: 'ndvi', grid, value });
});
let stop: (() => Promise<void>) | undefined;
afterEach(async () => stop?.());
afterAll(() => {
  programs.remove();
  rmSync(folder, { recursive: true });
});

/** The server with one real child; resolves to the address of its layer. */
async function serve(): Promise<string> {
  const pool = createRenderPool({ size: 1, script });
  const results = resultsOf([{ id: 'ndvi-period', kind: 'ndvi', files: [file] }]);
  const render = pool.run;
  const app: FastifyInstance = await createApp({
    current: () => results,
    render,
    concurrency: 1,
    hosts: [],
    say: () => {},
  });
  stop = async () => {
    await app.close();
    await pool.close();
  };
  await app.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/tiles/ndvi-period`;
}

async function valuesHere(): Promise<Int16Array> {
  const files = createLayerFiles({ maxFiles: 1, cacheBytes: 2 ** 20 });
  const { bands } = await sampleLayerTile(tileTask('ndvi', [file], TILE), files, () => {});
  await files.close();
  return bands[0] as Int16Array;
}

describe('tiles drawn by a child', () => {
  it('arrive as 65,536 int16 numbers, the same as are in the file', async () => {
    const url = await serve();
    const answer = await fetch(`${url}/${TILE.z}/${TILE.x}/${TILE.y}.bin`);
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    const values = new Int16Array(await answer.arrayBuffer());
    const wanted = await valuesHere();
    expect(wanted.filter((stored) => stored !== -32_768).length).toBeGreaterThan(60_000);
    expect(Buffer.compare(Buffer.from(values.buffer), Buffer.from(wanted.buffer))).toBe(0);
  });

  it('are not drawn from a file with one changed byte: 500 E_HASH, every time', async () => {
    const url = await serve();
    const good = readFileSync(file.path);
    const bad = Buffer.from(good);
    bad[bad.length >> 1]! ^= 4;
    writeFileSync(file.path, bad);
    try {
      for (let i = 0; i < 2; i++) {
        const answer = await fetch(`${url}/${TILE.z}/${TILE.x}/${TILE.y}.png`);
        expect(answer.status).toBe(500);
        expect(answer.headers.get('cache-control')).toBe('no-store');
        expect(await answer.json()).toMatchObject({
          error: { code: 'E_HASH', message: expect.stringContaining('has changed since it was written') },
        });
      }
    } finally {
      writeFileSync(file.path, good);
    }
    expect((await fetch(`${url}/${TILE.z}/${TILE.x}/${TILE.y}.png`)).status).toBe(200);
  });

  it.runIf(existsSync('/proc'))('fail with 503 when their child is killed, and come from the next child', async () => {
    const url = await serve();
    await fetch(`${url}/${TILE.z}/${TILE.x}/${TILE.y}.png`);
    const pids = childrenRunning(script);
    expect(pids).toHaveLength(1);
    // Stopped, it cannot answer before it dies.
    process.kill(pids[0]!, 'SIGSTOP');
    const addresses = [0, 1, 2].map((step) => `${url}/18/${TILE.x * 16 + step}/${TILE.y * 16}.png`);
    const answers = addresses.map((address) => fetch(address));
    await new Promise((resolve) => setTimeout(resolve, 100));
    process.kill(pids[0]!, 'SIGKILL');
    const failed = (await Promise.all(answers)).filter((answer) => answer.status !== 200);
    expect(failed.map((answer) => answer.status)).toEqual([503]);
    expect(await failed[0]!.json()).toMatchObject({ error: { code: 'E_WORKER_DIED' } });
    expect((await fetch(failed[0]!.url)).status).toBe(200);
  });

  it('come without an error to 50 clients at a time', async () => {
    const url = await serve();
    const addresses = Array.from({ length: 50 }, (_, i) => {
      const format = i % 2 ? 'png' : 'bin';
      return `${url}/17/${TILE.x * 8 + (i % 8)}/${TILE.y * 8 + (i >> 3)}.${format}`;
    });
    const statuses = await Promise.all(addresses.map(async (address) => (await fetch(address)).status));
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it('are read by GDAL, with the colour of the ramp at a known cell', async ({ skip }) => {
    if (spawnSync('gdallocationinfo', ['--version']).status !== 0) skip('gdallocationinfo is not installed');
    const url = await serve();
    const description = join(folder, 'tiles.xml');
    const world =
      '<UpperLeftX>-20037508.34</UpperLeftX><UpperLeftY>20037508.34</UpperLeftY><LowerRightX>20037508.34</LowerRightX><LowerRightY>-20037508.34</LowerRightY>';
    writeFileSync(
      description,
      `<GDAL_WMS><Service name="TMS"><ServerUrl>${url}/\${z}/\${x}/\${y}.png</ServerUrl></Service>
      <DataWindow>${world}<TileLevel>16</TileLevel><TileCountX>1</TileCountX><TileCountY>1</TileCountY><YOrigin>top</YOrigin></DataWindow>
      <Projection>EPSG:3857</Projection><BlockSizeX>256</BlockSizeX><BlockSizeY>256</BlockSizeY><BandsCount>4</BandsCount></GDAL_WMS>`,
    );
    const [col, row] = [480, 510];
    const place = [350_000 + 10 * (col + 0.5), 1_080_000 - 10 * (row + 0.5)].map(String);
    const read = await run('gdallocationinfo', ['-valonly', '-l_srs', 'EPSG:32631', description, ...place]);
    const [red, green, blue, alpha] = read.trim().split(/\s+/).map(Number);
    const wanted = colourOf(RAMPS.ndvi, value(col, row, 0) * 1e-4)!;
    expect(alpha).toBe(255);
    const apart = [red! - wanted[0], green! - wanted[1], blue! - wanted[2]].map(Math.abs);
    expect(Math.max(...apart)).toBeLessThanOrEqual(2);
  });
});

/** Runs a program without blocking the server, which lives in this process. */
function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args);
    let output = '';
    child.stdout.on('data', (part) => {
      output += part;
    });
    child.on('error', reject);
    child.on('close', () => resolve(output));
  });
}

function childrenRunning(program: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    try {
      const isOurs = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[1] === String(process.pid);
      return isOurs && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(program);
    } catch {
      return false;
    }
  });
}

describe('a child that is to stay offline', () => {
  it('asks the host of a scene nothing, even an allowed one, which another child reads from', async () => {
    const ground = { mgrsTile: '31PAA', epsg: 32631, x: 499_980, y: 1_083_000, widthPx: 64, heightPx: 64 };
    const catalog = await makeTinyCatalog(join(folder, 'scenes'), [{ ...ground, day: '2023-05-05' }]);
    const { scenes, params } = await planScenes(catalog.path);
    const host = await startFileServer(folder);
    const remote = scenes.map((planned) => {
      const { scene } = planned;
      const bands = Object.fromEntries(
        Object.entries(scene.bands).map(([name, band]) => [
          name,
          { ...band, href: `${host.url}${band.href.slice(folder.length)}` },
        ]),
      );
      return { ...planned, scene: { ...scene, bands } };
    });
    const tile = { z: 14, x: 8328, y: 7743 };
    const task = { kind: 'scene-tile', style: 'ndvi', scenes: remote, params, tile, format: 'bin' } as const;
    const draw = async (env: Record<string, string>) => {
      const pool = createRenderPool({ size: 1, script, env });
      return pool.run(task).finally(() => pool.close());
    };
    await expect(draw({ ...childEnvironment([host.pair]), ...offlineEnvironment() })).rejects.toMatchObject({
      code: 'E_REMOTE_SCENES',
    });
    expect(host.hits).toHaveLength(0);
    // Allowed to ask, it does, and finds that an address has no SHA-256 to be held against.
    await expect(draw(childEnvironment([host.pair]))).rejects.toMatchObject({ code: 'E_SCENE_CHANGED' });
    expect(host.hits.length).toBeGreaterThan(0);
    await host.close();
  });
});
