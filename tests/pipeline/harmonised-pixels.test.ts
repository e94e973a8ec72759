import { describe, expect, it } from 'vitest';
import { keepHarmonised, keepOneFamily, type PlannedScene } from '../../pipeline/plan.ts';
import { type ReadBand, readScenePixels } from '../../pipeline/scene-pixels.ts';
import type { Grid } from '../../shared/grid.ts';
import type { Band, BandName, Scene, SensorFamily } from '../../shared/scene.ts';

const grid = (cellM: number, px: number): Grid => ({
  crs: 'EPSG:32631',
  transform: [cellM, 0, 500_000, 0, -cellM, 1_083_000],
  widthPx: px,
  heightPx: px,
});

function band(name: BandName, cellM: number): Band {
  return {
    name,
    href: `/${name}.tif`,
    grid: grid(cellM, 40 / cellM),
    dataType: 'uint16',
    nodata: 0,
    scale: 1e-4,
    offset: -0.1,
  };
}

function scene(family: SensorFamily, platform: string, names: readonly (readonly [BandName, number])[]): Scene {
  return {
    id: `${platform}-1`,
    collection: 'test',
    platform,
    family,
    datetime: '2023-01-05T10:00:00.000Z',
    gridKey: 'g',
    datatake: null,
    baseline: null,
    maskRule: 'nodata',
    bands: Object.fromEntries(names.map(([name, cellM]) => [name, band(name, cellM)])),
    offsetEvidence: { rule: 'none', applied: false },
    bboxDeg: [3, 9, 3.1, 9.9],
    attribution: 'a test',
    synthetic: true,
    itemHref: '/item.json',
  };
}

/** DN by band: red 1800 (0.08), nir 4000 (0.30), nir08 4200 (0.32), swir22 2500 (0.15). */
const DN: Partial<Record<BandName, number>> = { red: 1800, nir: 4000, nir08: 4200, swir22: 2500 };
const read: ReadBand = async (_, { name }, { widthPx, heightPx }) => ({
  data: new Uint16Array(widthPx * heightPx).fill(DN[name]!),
  valid: new Uint8Array(widthPx * heightPx).fill(1),
});

const PARAMS = { keepScl: [4], dilateM: 0 };
const WINDOW = { col: 0, row: 0, widthPx: 4, heightPx: 4 };

function planned(of: Scene): PlannedScene {
  const identities = Object.fromEntries(Object.keys(of.bands).map((name) => [name, 'sha256:0']));
  return { scene: of, gridIndex: 0, offset: { col: 0, row: 0 }, identities };
}

async function ndviOf(of: Scene, harmonise: boolean): Promise<number> {
  const window = of.family === 'msi' ? WINDOW : { ...WINDOW, widthPx: 1, heightPx: 1 };
  const { ndvi } = await readScenePixels(planned(of), window, { ...PARAMS, harmonise }, read);
  return ndvi[0]!;
}

const S2A = scene('msi', 'sentinel-2a', [
  ['red', 10],
  ['nir', 10],
  ['nir08', 20],
]);
const L7 = scene('tm-etm', 'landsat-7', [
  ['red', 30],
  ['nir', 30],
]);
const L8 = scene('oli', 'landsat-8', [
  ['red', 30],
  ['nir', 30],
]);

describe('NDVI of several sensors as Landsat 8 would see it', () => {
  const plain = (0.3 - 0.08) / (0.3 + 0.08);

  it('leaves Landsat 8 as it is, and everything where it is not asked for', async () => {
    expect(await ndviOf(L8, true)).toBeCloseTo(plain, 6);
    for (const one of [S2A, L7, L8]) expect(await ndviOf(one, false)).toBeCloseTo(plain, 6);
  });

  it('brings Landsat 7 by 0.0235 + 0.9723 · NDVI (Roy et al. 2016)', async () => {
    expect(await ndviOf(L7, true)).toBeCloseTo(0.0235 + 0.9723 * plain, 6);
  });

  it('brings Sentinel-2A by red 0.9765 · ρ + 0.0009 and band 8A 0.9983 · ρ − 0.0001 (HLS), never by band 8', async () => {
    const [red, nir] = [0.9765 * 0.08 + 0.0009, 0.9983 * 0.32 - 0.0001];
    expect(await ndviOf(S2A, true)).toBeCloseTo((nir - red) / (nir + red), 6);
  });
});

describe('which scenes enter a harmonised run', () => {
  const S2C = { ...S2A, id: 'sentinel-2c-1', platform: 'sentinel-2c' };
  const noNarrow = scene('msi', 'sentinel-2b', [
    ['red', 10],
    ['nir', 10],
  ]);

  it('are those with a published line; 2C has none, and band 8 has none', () => {
    const { kept, refused } = keepHarmonised([S2A, S2C, noNarrow, L7, L8]);
    expect(kept.map(({ id }) => id)).toEqual(['sentinel-2a-1', 'landsat-7-1', 'landsat-8-1']);
    expect(refused.map(({ id, code }) => [id, code])).toEqual([
      ['sentinel-2c-1', 'E_SENSOR_MIX'],
      ['sentinel-2b-1', 'E_SENSOR_MIX'],
    ]);
    expect(refused[0]!.reason).toContain('sentinel-2c');
    expect(refused[1]!.reason).toContain('band 8A');
  });

  it('are one family where it is not harmonised', () => {
    expect(keepOneFamily([S2A, L7, L8, { ...L8, id: 'landsat-8-2' }]).kept.map(({ family }) => family)).toEqual([
      'oli',
      'oli',
    ]);
  });
});

describe('the burn ratio of a scene', () => {
  it('is (nir − swir22)/(nir + swir22) of 0.30 and 0.15, where nobody asked it is not read', async () => {
    const burning = scene('msi', 'sentinel-2a', [
      ['red', 10],
      ['nir', 10],
      ['swir22', 20],
    ]);
    const asked = { ...PARAMS, harmonise: false, change: { removeBurns: true } };
    const { nbr } = await readScenePixels(planned(burning), WINDOW, asked, read);
    expect(nbr!.data[5]).toBeCloseTo(1 / 3, 6);
    expect([...nbr!.valid]).toEqual(new Array(16).fill(1));
    expect((await readScenePixels(planned(burning), WINDOW, { ...PARAMS, harmonise: false }, read)).nbr).toBeNull();
    expect((await readScenePixels(planned(S2A), WINDOW, asked, read)).nbr).toBeNull();
  });
});
