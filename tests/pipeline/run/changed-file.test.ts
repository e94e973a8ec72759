import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createEgress, type EgressOptions } from '../../../pipeline/egress/client.ts';
import type { PlannedScene } from '../../../pipeline/plan.ts';
import { createBandFiles } from '../../../pipeline/run/bands.ts';
import { inspectScene } from '../../../pipeline/run/inspect.ts';
import { loadScenes } from '../../../pipeline/stac/catalog.ts';
import type { TaskNote } from '../../../pipeline/workers/contract.ts';
import { CanopyError } from '../../../shared/errors.ts';
import type { Scene } from '../../../shared/scene.ts';
import { sendRange, startServer } from '../../faultd.ts';
import { makeTinyCatalog } from '../../tiny-catalog.ts';

const SIDE = 256;
const ground = { mgrsTile: '31PAA', epsg: 32631, x: 499_500, y: 1_083_000, widthPx: SIDE, heightPx: SIDE, blockPx: 64 };
const VERSIONS = [1, 2] as const;
type Version = (typeof VERSIONS)[number];
/** Noise, which no codec makes smaller than the head of a file. */
const dnOf = (version: Version) => (col: number, row: number) =>
  2000 + (((Math.imul(col + 1, 73_856_093) ^ Math.imul(row + version, 19_349_663)) >>> 0) % 6000);

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canopy-changed-'));
  for (const version of VERSIONS)
    await makeTinyCatalog(join(folder, String(version)), [{ ...ground, day: '2023-01-05', nir: dnOf(version) }]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** Serves version 1, or for the nth request of the near infrared what `versionAt` says; null: 503. */
async function serve(versionAt: (nth: number) => Version | null, options: Partial<EgressOptions> = {}) {
  let ofNir = 0;
  const server = await startServer((hit, response) => {
    const version = hit.url.endsWith('/B08.tif') ? versionAt(ofNir++) : 1;
    if (version === null) return void response.writeHead(503).end();
    const file = readFileSync(join(folder, String(version), hit.url));
    const etag = `"v${version}"`;
    const wanted = hit.headers['if-match'];
    if (wanted !== undefined && wanted !== etag) response.writeHead(412).end();
    else if (hit.headers.range === undefined) response.end(file);
    else sendRange(hit, response, file, { etag });
  });
  const egress = createEgress({ allowHosts: [server.pair], ...options });
  const notes: TaskNote[] = [];
  const files = createBandFiles(egress, (note) => notes.push(note));
  open.push(server, egress, files);
  const query = { bboxDeg: null, startDay: '2023-01-01', endDay: '2023-12-31' };
  const { scenes } = await loadScenes(`${server.url}/catalog.json`, query, egress);
  const scene = scenes[0]!;
  return { server, files, scene, nir: scene.bands.nir!, notes, ofNir: () => ofNir };
}

const planned = (scene: Scene, identities: PlannedScene['identities'] = {}): PlannedScene => ({
  scene,
  gridIndex: 0,
  offset: { col: 0, row: 0 },
  identities,
});
const rowOfBlocks = (row: number) => ({ col: 0, row, widthPx: SIDE, heightPx: 64 });
const dnOfRows = (version: Version, row: number) =>
  Uint16Array.from({ length: SIDE * 64 }, (_, i) => dnOf(version)(i % SIDE, row + Math.floor(i / SIDE)));

describe('B 28: a file that changes between two ranges', () => {
  it('after its third range is read again from its start, and all pixels of the window are of the new version', async () => {
    const { files, scene, nir, ofNir } = await serve((nth) => (nth < 3 ? 1 : 2));
    const read = (row: number) => files.read(planned(scene), nir, rowOfBlocks(row));
    expect((await read(64)).data).toEqual(dnOfRows(1, 64));
    expect((await read(128)).data).toEqual(dnOfRows(1, 128));
    expect((await read(192)).data).toEqual(dnOfRows(2, 192));
    expect(ofNir()).toBe(3 + 1 + 2);
  });

  it('again after that is E_SOURCE_CHANGED (input), with no pixels', async () => {
    const { files, scene, nir } = await serve((nth) => (nth % 2 === 0 ? 1 : 2));
    await expect(files.read(planned(scene), nir, rowOfBlocks(192))).rejects.toMatchObject({
      code: 'E_SOURCE_CHANGED',
      kind: 'input',
      where: nir.href,
    });
  });

  it('or before a unit is computed, is not read in place of the version that the run has checked', async () => {
    const { files, scene, nir } = await serve(() => 2);
    await expect(files.read(planned(scene, { nir: 'etag:"v1"' }), nir, rowOfBlocks(0))).rejects.toMatchObject({
      code: 'E_SOURCE_CHANGED',
      kind: 'input',
      message: expect.stringContaining('etag:"v2"'),
    });
    await expect(files.read(planned(scene, { nir: 'etag:"v2"' }), nir, rowOfBlocks(0))).resolves.toMatchObject({
      data: dnOfRows(2, 0),
    });
  });

  it('while its scene is checked has the scene checked anew, and refused when it changes a second time', async () => {
    const { files, scene } = await serve(() => 1);
    const changing = (times: number) => {
      let left = times;
      const message = 'It changed.';
      const open: typeof files.open = async (band, id) => {
        if (left-- > 0) throw new CanopyError({ kind: 'transient', code: 'E_SOURCE_CHANGED', message });
        return files.open(band, id);
      };
      return { ...files, open };
    };
    expect(await inspectScene(scene, changing(1))).toMatchObject({ ok: { identities: { nir: 'etag:"v1"' } } });
    expect(await inspectScene(scene, changing(2))).toEqual({
      refused: { id: scene.id, code: 'E_SOURCE_CHANGED', reason: 'It changed.' },
    });
  });
});

describe('B 25: a child that waits for a slow server', () => {
  it('names the file again with each try, so that 3 tries of 1.1 s are not taken for a hang', async () => {
    const sleep = () => new Promise<void>((resolve) => setTimeout(resolve, 1100));
    const { files, scene, nir, notes } = await serve((nth) => (nth < 3 ? null : 1), { retry: { sleep } });
    await files.read(planned(scene), nir, rowOfBlocks(0));
    expect(notes.filter(({ file }) => file === nir.href)).toHaveLength(1 + 4);
  });
});
