import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readCsv, runCanopy } from '../../canopy.ts';
import { meanInside, readRings, readWhole } from '../../independent-zonal.ts';
import { describeWithData, sharedData } from '../../real-data.ts';

const kafa = join(sharedData, 'data/landsat-kafa');
const FIGURES = ['ndvi_mean', 'ndvi_sd', 'ndvi_p10', 'ndvi_p50', 'ndvi_p90'];

describeWithData('canopy monitor on Landsat NDVI over Kafa, 1999 to 2013', () => {
  const out = mkdtempSync(join(tmpdir(), 'canopy-kafa-'));
  let observations: Record<string, string>[];
  let parcels: Record<string, string>[];
  /** `parcel scene` → NDVI mean by another road; NaN where the parcel is all nodata. */
  const expected = new Map<string, number>();

  beforeAll(async () => {
    const { code, stderr } = await runCanopy([
      'monitor',
      ...['--parcels', join(kafa, 'parcels.geojson'), '--catalog', join(kafa, 'catalog.json')],
      ...['--baseline', '1999-01-01/2004-12-31', '--period', '2005-01-01/2013-12-31', '--out', out],
    ]);
    expect(stderr).toContain('24 of 24 parcels have a result');
    expect(code).toBe(0);
    observations = readCsv(join(out, 'observations.csv'));
    parcels = readCsv(join(out, 'parcels.csv'));
    const lattice = { xMin: 819105, yMax: 832185, px: 30, cols: 143, rows: 148 };
    const shapes = readRings(join(kafa, 'parcels.geojson'), 36);
    for (const scene of new Set(observations.map((row) => row.scene_id!))) {
      const dn = await readWhole(join(kafa, 'ndvi', scene, 'ndvi.tif'));
      const isClear = (i: number) => dn[i] !== -32768;
      const ndvi = (i: number) => dn[i]! * 1e-4;
      for (const { id, ring } of shapes) expected.set(`${id} ${scene}`, meanInside(ring, lattice, isClear, ndvi));
    }
  });
  afterAll(() => rmSync(out, { recursive: true, force: true }));

  it('uses 130 scenes and refuses none', () => {
    const { scenes } = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'));
    expect(scenes.used).toHaveLength(130);
    expect([...scenes.superseded, ...scenes.refused]).toEqual([]);
  });

  it('has 3,120 observations: a series of 130 dates for each of 24 parcels', () => {
    expect(observations).toHaveLength(24 * 130);
    expect(new Set(observations.map((row) => `${row.parcel_id} ${row.datetime}`)).size).toBe(24 * 130);
  });

  it('gives each of 24 parcels a result with its change, standard error and classes that add up', () => {
    expect(parcels).toHaveLength(24);
    for (const row of parcels) {
      expect([row.outcome, row.class_area_se]).toEqual(['ok', 'not estimated']);
      expect(Number(row.ndvi_change)).toBeCloseTo(Number(row.ndvi_period) - Number(row.ndvi_baseline), 6);
      expect(Number(row.ndvi_change_se)).toBeGreaterThan(0);
      const classes = ['loss_ha', 'gain_ha', 'stable_ha', 'no_data_ha'].map((name) => Number(row[name]));
      const sum = classes.reduce((total, ha) => total + ha, 0);
      expect(Math.abs(sum / Number(row.parcel_ha) - 1)).toBeLessThan(1e-3);
    }
  });

  it('agrees in the means of 3,120 observations with geotiff.js and clipped cells within 1e-6', () => {
    for (const { parcel_id, scene_id, ndvi_mean } of observations) {
      const wanted = expected.get(`${parcel_id} ${scene_id}`)!;
      if (!Number.isNaN(wanted)) expect(Math.abs(Number(ndvi_mean) - wanted)).toBeLessThan(1e-6);
    }
    expect(expected.size).toBe(3120);
  });

  it('says no_data with empty NDVI and 0 ha observed where, and only where, a parcel is all nodata', () => {
    const without = observations.filter((row) => Number.isNaN(expected.get(`${row.parcel_id} ${row.scene_id}`)));
    expect(without.length).toBeGreaterThan(500);
    for (const row of without) {
      expect(row.outcome).toBe('no_data');
      expect(row.reason).not.toBe('');
      expect(FIGURES.map((name) => row[name])).toEqual(['', '', '', '', '']);
      expect([row.observed_ha, row.clear_ha, row.clear_fraction].map(Number)).toEqual([0, 0, 0]);
    }
    expect(observations.filter((row) => row.outcome === 'no_data')).toEqual(without);
  });

  it('draws 24 counts, means, changes and standard errors from the series of dates that are clear (0.7 or more)', () => {
    for (const parcel of parcels) {
      const clear = observations.filter((row) => row.parcel_id === parcel.parcel_id && row.outcome === 'ok');
      for (const row of clear) expect(Number(row.clear_fraction)).toBeGreaterThanOrEqual(0.7);
      const before = clear.filter((row) => row.datetime! < '2005').map((row) => Number(row.ndvi_mean));
      const after = clear.filter((row) => row.datetime! >= '2005').map((row) => Number(row.ndvi_mean));
      expect([parcel.n_clear_baseline, parcel.n_clear_period].map(Number)).toEqual([before.length, after.length]);
      expect(Number(parcel.ndvi_baseline)).toBeCloseTo(mean(before), 6);
      expect(Number(parcel.ndvi_period)).toBeCloseTo(mean(after), 6);
      const freedom = before.length + after.length - 2;
      const variance = (squaredDeviations(before) + squaredDeviations(after)) / freedom;
      const se = Math.sqrt(variance / before.length + variance / after.length);
      expect(Number(parcel.ndvi_change_se)).toBeCloseTo(se, 6);
    }
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function squaredDeviations(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
}
