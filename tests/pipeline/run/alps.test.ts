import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBandFiles } from '../../../pipeline/run/bands.ts';
import { createLazyEgress } from '../../../pipeline/run/lazy-egress.ts';
import { readScenePixels } from '../../../pipeline/scene-pixels.ts';
import { parseItem } from '../../../pipeline/stac/item.ts';
import { alps, alpsArgs } from '../../alps.ts';
import { readCsv, runCanopy } from '../../canopy.ts';
import { meanInside, readRings, readWhole } from '../../independent-zonal.ts';
import { describeWithData } from '../../real-data.ts';

const itemFolder = join(alps, 'sentinel-2-l2a');

/** Read off the scenes independently: ../shared/data/README.md. */
const TABLE: [id: string, clearPixels: number, meanNdvi: number][] = [
  ['S2B_33TWL_20230810_0_L2A', 214_399, 0.70977],
  ['S2B_33TWL_20230813_0_L2A', 715_232, 0.81331],
  ['S2A_33TWL_20230815_0_L2A', 831_632, 0.77776],
  ['S2A_33TWL_20230818_0_L2A', 314_652, 0.70712],
  ['S2B_33TWL_20230820_0_L2A', 731_700, 0.72818],
  ['S2B_33TWM_20230810_0_L2A', 159_568, 0.70084],
  ['S2B_33TWM_20230813_0_L2A', 821_125, 0.77823],
  ['S2A_33TWM_20230815_0_L2A', 741_238, 0.75967],
  ['S2A_33TWM_20230818_0_L2A', 372_758, 0.70043],
  ['S2B_33TWM_20230820_0_L2A', 723_911, 0.74602],
];
const STRIP = ['033', '037', '046', '066', '082', '105', '121', '122', '123', '124'].map((n) => `ALP-${n}`);

describeWithData('canopy monitor on ten Sentinel-2 scenes of the Alps', () => {
  let folder: string;
  let observations: Record<string, string>[];
  let parcels: Record<string, string>[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'canopy-alps-'));
    const run = await runCanopy(alpsArgs(folder, '--min-clear', '1'));
    expect(run.stderr).toContain('Finished');
    expect(run.code).toBe(0);
    observations = readCsv(join(folder, 'observations.csv'));
    parcels = readCsv(join(folder, 'parcels.csv'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(TABLE)('%s has %i clear pixels of mean NDVI %f', async (id, clearPixels, meanNdvi) => {
    const href = join(itemFolder, id, `${id}.json`);
    const { scene } = parseItem(JSON.parse(readFileSync(href, 'utf8')), href);
    const files = createBandFiles(createLazyEgress([]), () => {});
    const { widthPx, heightPx } = scene!.bands.red!.grid;
    const pixels = await readScenePixels(
      { scene: scene!, gridIndex: 0, offset: { col: 0, row: 0 }, identities: {} },
      { col: 0, row: 0, widthPx, heightPx },
      { keepScl: [4, 5, 6, 7], dilateM: 0, harmonise: false },
      files.read,
    );
    await files.close();
    let count = 0;
    let sum = 0;
    pixels.clear.forEach((isClear, i) => {
      count += isClear;
      if (isClear) sum += pixels.ndvi[i]!;
    });
    expect(count).toBe(clearPixels);
    expect(Math.abs(sum / count - meanNdvi)).toBeLessThan(1e-5);
  });

  it('has 620 observations: 124 parcels on 5 acquisitions, one row each', () => {
    expect(observations).toHaveLength(620);
    expect(new Set(observations.map((row) => `${row.parcel_id} ${row.datetime!.slice(0, 10)}`)).size).toBe(620);
    expect(parcels).toHaveLength(124);
  });

  it('gives the 10 parcels that two tiles see one row per acquisition, 50 in all', () => {
    for (const id of STRIP) expect(observations.filter((row) => row.parcel_id === id)).toHaveLength(5);
  });

  it('observes all of ALP-122, cut by both tiles, within 0.1 % on 13 and 15 August', () => {
    for (const day of ['2023-08-13', '2023-08-15']) {
      const row = observations.find((o) => o.parcel_id === 'ALP-122' && o.datetime!.startsWith(day))!;
      expect(row.scene_ids!.split(';')).toHaveLength(2);
      expect(Math.abs(Number(row.observed_ha) / Number(row.parcel_ha) - 1)).toBeLessThan(1e-3);
    }
  });

  it('never observes more ground than a parcel has (0.01 % of slack for the ellipsoid)', () => {
    for (const row of observations) expect(Number(row.observed_ha) / Number(row.parcel_ha)).toBeLessThan(1.0001);
  });

  it('agrees with an independent computation of the NDVI means within 1e-6', async () => {
    const expected = await independentMeans();
    let compared = 0;
    for (const row of observations) {
      const mean = expected.get(`${row.parcel_id} ${row.scene_id}`);
      if (mean === undefined || row.scene_ids!.includes(';')) continue;
      compared += 1;
      if (Number.isNaN(mean)) expect(row.ndvi_mean).toBe('');
      else expect(Math.abs(Number(row.ndvi_mean) - mean)).toBeLessThan(1e-6);
    }
    expect(compared).toBeGreaterThan(550);
  });

  it('has empty figures and no_data for 124 of 124 parcels when 3 clear dates are wanted', async () => {
    const out = mkdtempSync(join(tmpdir(), 'canopy-alps-3-'));
    const run = await runCanopy(alpsArgs(out));
    expect(run.code).toBe(0);
    const rows = readCsv(join(out, 'parcels.csv'));
    expect(rows).toHaveLength(124);
    for (const row of rows) {
      expect(row.outcome).toBe('no_data');
      expect(row.reason).toMatch(/^[012] clear observations, 3 needed$/);
      const figures = ['ndvi_baseline', 'ndvi_change', 'cover_change_pct', 'loss_ha', 'gain_ha', 'stable_ha'];
      expect(figures.map((name) => row[name])).toEqual(figures.map(() => ''));
    }
    expect(rows.map((row) => row.reason)).toContain('2 clear observations, 3 needed');
    rmSync(out, { recursive: true, force: true });
  });

  it('writes run.json with the SHA-256 of 50 assets and the Copernicus attribution', () => {
    const record = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
    const assets = record.inputs.filter((input: { role: string }) => input.role === 'asset');
    expect(assets).toHaveLength(50);
    for (const { identity } of assets) expect(identity).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(record.attribution.join()).toMatch(/contains modified Copernicus Sentinel data 2023/i);
    expect(record.scenes.used).toHaveLength(10);
  });
});

async function independentMeans(): Promise<Map<string, number>> {
  const shapes = readRings(join(alps, 'parcels.geojson'), 33);
  const means = new Map<string, number>();
  for (const id of readdirSync(itemFolder).filter((name) => name.includes('_L2A'))) {
    const [red, nir, scl] = await Promise.all(
      ['B04', 'B08', 'SCL'].map((band) => readWhole(join(itemFolder, id, `${band}.tif`))),
    );
    const lattice = { xMin: 499980, yMax: id.includes('33TWM') ? 5200020 : 5100000, px: 120, cols: 915, rows: 915 };
    const clear = (i: number) => red![i]! > 0 && nir![i]! > 0 && [4, 5, 6, 7].includes(scl![i]!);
    const ndvi = (i: number) => (nir![i]! - red![i]!) / (nir![i]! + red![i]!);
    for (const shape of shapes) means.set(`${shape.id} ${id}`, meanInside(shape.ring, lattice, clear, ndvi));
  }
  return means;
}
