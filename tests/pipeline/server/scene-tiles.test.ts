import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import proj4 from 'proj4';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Plan, PlannedScene } from '../../../pipeline/plan.ts';
import type { HttpFailure } from '../../../pipeline/server/failure.ts';
import type { SceneFiles } from '../../../pipeline/server/scene-files.ts';
import { findSceneLayer } from '../../../pipeline/server/scene-imagery.ts';
import { renderSceneTile, type SceneTileTask, sampleSceneTile } from '../../../pipeline/server/scene-task.ts';
import type { SceneStyle } from '../../../shared/api.ts';
import { MASK_REASONS, reasonCode } from '../../../shared/mask-reasons.ts';
import { alps } from '../../alps.ts';
import { readWhole } from '../../independent-zonal.ts';
import { describeWithData } from '../../real-data.ts';
import { acquisitionOn, openSceneFiles, planScenes, resultsOf } from '../../scene-plan.ts';
import { makeTinyCatalog, type TinyCatalog } from '../../tiny-catalog.ts';

const SIDE = 256;

const opened: SceneFiles[] = [];
function openFiles(): SceneFiles {
  opened.push(openSceneFiles());
  return opened.at(-1)!;
}
afterEach(async () => {
  for (const files of opened.splice(0)) await files.close();
});

type Address = SceneTileTask['tile'];

function scenesOn(plan: Plan, day: string): PlannedScene[] {
  return plan.acquisitions[acquisitionOn(plan, day)]!.sceneIndexes.map((index) => plan.scenes[index]!);
}

function taskOf(plan: Plan, day: string, style: SceneStyle, tile: Address): SceneTileTask {
  return { kind: 'scene-tile', style, scenes: scenesOn(plan, day), params: plan.params, tile, format: 'bin' };
}

async function valuesOf(task: SceneTileTask): Promise<Int16Array> {
  const { bytes, encoding } = await renderSceneTile(task, () => {});
  expect(encoding).toBe('gzip');
  const plain = gunzipSync(bytes);
  return new Int16Array(plain.buffer, plain.byteOffset, SIDE * SIDE);
}

/** Longitude and latitude of a pixel's centre. */
function placeOf({ z, x, y }: Address, pixel: number): [number, number] {
  const world = 2 ** z * SIDE;
  const [px, py] = [x * SIDE + (pixel % SIDE) + 0.5, y * SIDE + Math.floor(pixel / SIDE) + 0.5];
  return [(px / world) * 360 - 180, (Math.atan(Math.sinh(Math.PI * (1 - (2 * py) / world))) * 180) / Math.PI];
}

function tileAt(lonDeg: number, latDeg: number, z: number): Address {
  const side = 2 ** z;
  const y = (1 - Math.asinh(Math.tan((latDeg * Math.PI) / 180)) / Math.PI) / 2;
  return { z, x: Math.floor(((lonDeg + 180) / 360) * side), y: Math.floor(y * side) };
}

describeWithData('tiles of the cloudy 10 August 2023 over the Alps', () => {
  const day = '2023-08-10';
  // Across the seam of 33TWL and 33TWM, which are 915 cells of 120 m a side.
  const tile = tileAt(15.6, 46, 10);
  const utm = proj4('+proj=utm +zone=33 +datum=WGS84 +units=m');
  let plan: Plan;
  /** Of each scene in the order of drawing. */
  const files: { red: ArrayLike<number>; nir: ArrayLike<number>; scl: ArrayLike<number>; x: number; y: number }[] = [];

  beforeAll(async () => {
    plan = await planScenes(join(alps, 'catalog.json'));
    for (const { scene } of scenesOn(plan, day)) {
      const folder = dirname(scene.bands.red!.href);
      const [, , x, , , y] = scene.bands.red!.grid.transform;
      const [red, nir, scl] = await Promise.all(
        ['B04', 'B08', 'SCL'].map((name) => readWhole(join(folder, `${name}.tif`))),
      );
      files.push({ red: red!, nir: nir!, scl: scl!, x, y });
    }
  });

  /** What geotiff.js reads under a pixel of the tile, first scene first; null too near to a cell's edge. */
  function* cellsUnder(pixel: number): Generator<{ red: number; nir: number; scl: number } | null> {
    const [easting, northing] = utm.forward(placeOf(tile, pixel));
    for (const file of files) {
      const [col, row] = [(easting - file.x) / 120, (file.y - northing) / 120];
      if ([col, row].some((cell) => Math.abs(cell - Math.round(cell)) < 0.02)) yield null;
      if (!(col >= 0 && col < 915 && row >= 0 && row < 915)) continue;
      const at = Math.floor(row) * 915 + Math.floor(col);
      yield { red: file.red[at]!, nir: file.nir[at]!, scl: file.scl[at]! };
    }
  }

  /** Pixels whose stored number is not that of the first scene that has one. */
  function compare(values: Int16Array, numberOf: (cell: { red: number; nir: number; scl: number }) => number | null) {
    let [compared, withValue, wrong] = [0, 0, 0];
    for (let pixel = 0; pixel < values.length; pixel += 1) {
      const cells = [...cellsUnder(pixel)];
      if (cells.includes(null)) continue;
      const numbers = cells.map((cell) => numberOf(cell!));
      const expected = numbers.find((number) => number !== null) ?? -32768;
      compared += 1;
      if (expected !== -32768) withValue += 1;
      if (values[pixel] !== expected) wrong += 1;
    }
    return { compared, withValue, wrong };
  }

  it('hold NDVI × 10,000 of the DN of B04 and B08 at over 55,000 pixels, and nodata where SCL is not 4 to 7', async () => {
    const values = await valuesOf(taskOf(plan, day, 'ndvi', tile));
    const { compared, withValue, wrong } = compare(values, ({ red, nir, scl }) => {
      if (red === 0 || nir === 0 || scl < 4 || scl > 7) return null;
      return Math.round(Math.fround((nir - red) / (nir + red)) * 10_000);
    });
    expect(compared).toBeGreaterThan(55_000);
    expect(withValue).toBeGreaterThan(5_000);
    expect(wrong).toBe(0);
  });

  it('hold the reason of each pixel by its SCL at over 55,000 pixels, cloud at more than 10,000 of them', async () => {
    const values = await valuesOf(taskOf(plan, day, 'mask', tile));
    const names = [
      '',
      'defective',
      'shadow',
      'shadow',
      'clear',
      'clear',
      'clear',
      'clear',
      'cloud',
      'cloud',
      'cirrus',
      'snow',
    ];
    const { compared, wrong } = compare(values, ({ scl }) =>
      scl === 0 ? null : MASK_REASONS.indexOf(names[scl] as (typeof MASK_REASONS)[number]),
    );
    expect(compared).toBeGreaterThan(55_000);
    expect(values.filter((value) => value === reasonCode('cloud')).length).toBeGreaterThan(10_000);
    expect(wrong).toBe(0);
  });

  it('show clouds white and forest readable: medians of 255 and of 40 to 120 in green', async () => {
    const task = taskOf(plan, day, 'true-color', tile);
    const reasons = await valuesOf({ ...task, style: 'mask' });
    const ndvi = await valuesOf({ ...task, style: 'ndvi' });
    const { bands } = await sampleSceneTile(task, openFiles());
    const medianOf = (isWanted: (i: number) => boolean) => {
      const greens = Array.from(bands[1]!).filter((_, i) => isWanted(i));
      return greens.sort((a, b) => a - b)[greens.length >> 1]!;
    };
    expect(medianOf((i) => reasons[i] === reasonCode('cloud'))).toBe(255);
    const forest = medianOf((i) => ndvi[i]! > 8500);
    expect(forest).toBeGreaterThan(40);
    expect(forest).toBeLessThan(120);
  });

  it('widen the mask as the run does: with 240 m round clouds less than half has NDVI, and the rest is excluded', async () => {
    const task = taskOf(plan, day, 'ndvi', tile);
    const first = { ...task, scenes: task.scenes.slice(0, 1) };
    const params = { ...plan.params, dilateM: 240 };
    const near = await valuesOf(first);
    const far = await valuesOf({ ...first, params });
    const mask = await valuesOf({ ...first, params, style: 'mask' });
    const count = (values: Int16Array) => values.filter((value) => value !== -32768).length;
    expect(count(far)).toBeLessThan(count(near) / 2);
    expect(far.every((value, i) => value === -32768 || value === near[i])).toBe(true);
    const lost = near.filter((value, i) => value !== -32768 && far[i] === -32768).length;
    expect(mask.filter((value) => value === reasonCode('excluded')).length).toBe(lost);
  });
});

describe('layers of single dates', () => {
  let folder: string;
  let catalog: TinyCatalog;
  let plan: Plan;
  const ground = { mgrsTile: '31PAA', epsg: 32631, x: 499_980, y: 1_083_000, widthPx: 64, heightPx: 64 };
  const tile = tileAt(3.002, 9.796, 14);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'canopy-scene-tiles-'));
    catalog = await makeTinyCatalog(folder, [{ ...ground, day: '2023-05-05' }]);
    plan = await planScenes(catalog.path);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are found by 4 ids, each with its day, form and scale', () => {
    const results = resultsOf(plan, []);
    const found = ['true-color', 'false-color', 'ndvi', 'mask'].map(
      (style) => findSceneLayer(results, `scene-${style}-0`)!.info,
    );
    expect(found.map(({ id, form, scale }) => [id, form, scale])).toEqual([
      ['scene-true-color-0', 'colour', 1],
      ['scene-false-color-0', 'colour', 1],
      ['scene-ndvi-0', 'value', 1e-4],
      ['scene-mask-0', 'value', 1],
    ]);
    for (const { days, minZoom } of found)
      expect([days, minZoom]).toEqual([{ start: '2023-05-05', end: '2023-05-05' }, 0]);
  });

  it.each(['scene-ndvi-1', 'scene-ndvi-00', 'scene-swir-0', 'scene-ndvi--1', 'ndvi-baseline', 'scene-ndvi-'])(
    'are not found by the id %s',
    (id) => {
      expect(findSceneLayer(resultsOf(plan, []), id)).toBeNull();
    },
  );

  it('have an identity that changes with the content of a file, the mask and the style, and with nothing else', () => {
    const identityOf = (changed: Plan, style: SceneStyle) =>
      findSceneLayer(resultsOf(changed, []), `scene-${style}-0`)!.identity;
    const [scene] = plan.scenes as [PlannedScene];
    const band = scene.scene.bands.red!;
    const moved = {
      ...scene,
      scene: { ...scene.scene, bands: { ...scene.scene.bands, red: { ...band, href: '/elsewhere/B04.tif' } } },
    };
    const changed = { ...scene, identities: { ...scene.identities, red: 'sha256:0' } };
    const first = identityOf(plan, 'ndvi');
    expect(identityOf({ ...plan, scenes: [moved] }, 'ndvi')).toBe(first);
    expect(identityOf({ ...plan, scenes: [changed] }, 'ndvi')).not.toBe(first);
    expect(identityOf({ ...plan, params: { ...plan.params, dilateM: 20 } }, 'ndvi')).not.toBe(first);
    expect(identityOf(plan, 'mask')).not.toBe(first);
  });

  it('are refused with 409 and the flag to give where scenes lie on the network', () => {
    const [scene] = plan.scenes as [PlannedScene];
    const bands = Object.fromEntries(
      Object.entries(scene.scene.bands).map(([name, band]) => [
        name,
        { ...band, href: `https://example.org/${name}.tif` },
      ]),
    );
    const remote = { ...plan, scenes: [{ ...scene, scene: { ...scene.scene, bands } }] };
    const refused = () => findSceneLayer(resultsOf(remote, [], { styles: [] }), 'scene-ndvi-0');
    expect(refused).toThrowError(/--remote-scenes/);
    expect(refused).toThrowError(expect.objectContaining({ statusCode: 409, code: 'E_REMOTE_SCENES' }) as HttpFailure);
  });

  it('say which file is missing, and show it again when it is back', async () => {
    const files = openFiles();
    const path = catalog.file(catalog.ids[0]!, 'red');
    const task = taskOf(plan, '2023-05-05', 'ndvi', tile);
    const kept = join(folder, 'kept.tif');
    copyFileSync(path, kept);
    rmSync(path);
    await expect(sampleSceneTile(task, files)).rejects.toThrowError(/^There is no file .*B04\.tif/);
    copyFileSync(kept, path);
    expect((await sampleSceneTile(task, files)).valid).toContain(1);
  });

  it('refuse a file of other content, opened before or not, and take the measured one when it is back', async () => {
    const files = openFiles();
    const [nir, red] = [catalog.file(catalog.ids[0]!, 'nir'), catalog.file(catalog.ids[0]!, 'red')];
    const task = taskOf(plan, '2023-05-05', 'ndvi', tile);
    const kept = join(folder, 'kept-nir.tif');
    copyFileSync(nir, kept);
    expect((await sampleSceneTile(task, files)).valid).toContain(1);
    // Same header, other pixels.
    copyFileSync(red, nir);
    const sentence =
      /^.*B08\.tif of scene S2A_31PAA_20230505_0_L2A is not the file that was measured: the run recorded sha256:/;
    await expect(sampleSceneTile(task, files)).rejects.toThrowError(sentence);
    await expect(sampleSceneTile(task, openFiles())).rejects.toThrowError(sentence);
    copyFileSync(kept, nir);
    expect((await sampleSceneTile(task, files)).valid).toContain(1);
  });

  it('refuse a file whose header no longer fits its item', async () => {
    const path = catalog.file(catalog.ids[0]!, 'blue');
    const kept = join(folder, 'kept-blue.tif');
    copyFileSync(path, kept);
    copyFileSync(catalog.file(catalog.ids[0]!, 'mask'), path);
    const task = taskOf(plan, '2023-05-05', 'true-color', tile);
    await expect(sampleSceneTile(task, openFiles())).rejects.toThrowError(/B02\.tif.*its item states/);
    writeFileSync(path, 'no TIFF');
    await expect(sampleSceneTile(task, openFiles())).rejects.toThrowError(/B02\.tif/);
    copyFileSync(kept, path);
  });
});
