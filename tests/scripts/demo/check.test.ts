import { describe, expect, it } from 'vitest';
import { checkResults, formatLines } from '../../../scripts/demo/check.ts';
import type { Truth } from '../../../scripts/demo/make.ts';

const kinds = ['planted', 'regrowth', 'cleared', 'burnt', 'unchanged', 'cloudy'];

const truth: Truth = {
  about: 'test',
  seed: 1,
  eligibilityDate: '2023-01-15',
  scenes: [
    { id: 'S1', datetime: '2022-01-01T10:20:00Z', baseline: '03.01', dnOffset: 0, superseded: false },
    { id: 'S2', datetime: '2022-02-01T10:20:00Z', baseline: '04.00', dnOffset: 1000, superseded: false },
  ],
  parcels: kinds.map((kind, k) => ({
    id: `DEM-00${k + 1}`,
    kind,
    ground: 'savanna',
    areaPx: 400,
    events: [],
    gainPerYear: 0,
    ndvi: [0.4, 0.5],
    treeCover: [0.3, 0.3],
    sclClearShare: kind === 'cloudy' ? [0, 0] : [1, 1],
    trulyClear: kind === 'cloudy' ? [false, false] : [true, false],
    eligibility: { light: 'pass', rules: [] },
  })),
};

const findings = ['not_distinguishable', 'gain', 'loss', 'stable', 'stable', ''];

function observationsCsv(ndviOf: (parcel: string) => string): string {
  const rows = truth.parcels.flatMap((parcel) =>
    parcel.kind === 'cloudy'
      ? [`${parcel.id},S1,S1,,no_data,"cloud, all of it"`]
      : [`${parcel.id},S1,S1,${ndviOf(parcel.id)},ok,`, `${parcel.id},S2,S2,0.9,ok,`],
  );
  return `parcel_id,scene_id,scene_ids,ndvi_mean,outcome,reason\n${rows.join('\n')}\n`;
}

function parcelsCsv(change: (row: string) => string = (row) => row): string {
  const rows = truth.parcels.map((p, k) => change(`${p.id},${p.kind === 'cloudy' ? 'no_data' : 'ok'},${findings[k]}`));
  return `parcel_id,outcome,finding\n${rows.filter((row) => row !== '').join('\n')}\n`;
}

function broken(observations: string, parcels: string): string[] {
  return checkResults(truth, observations, parcels)
    .filter((line) => line.holds === false)
    .map((line) => line.what);
}

const good = observationsCsv(() => '0.4042');

describe('the check of the demo', () => {
  it('holds for results that agree, and tells the largest difference of 0.0042', () => {
    expect(broken(good, parcelsCsv())).toEqual([]);
    expect(formatLines(checkResults(truth, good, parcelsCsv()))).toContain('0.0042 (DEM-001 on S1)');
  });

  it.each([
    [
      'one NDVI 0.011 too high',
      observationsCsv((id) => (id === 'DEM-004' ? '0.411' : '0.4')),
      parcelsCsv(),
      'largest |observed - true| NDVI',
    ],
    [
      'one NDVI empty',
      observationsCsv((id) => (id === 'DEM-004' ? '' : '0.4')),
      parcelsCsv(),
      'largest |observed - true| NDVI',
    ],
    [
      'one parcel never observed',
      good.replaceAll(/DEM-004.*\n/g, ''),
      parcelsCsv(),
      'truly clear observations compared',
    ],
    [
      'the clearing called stable',
      good,
      parcelsCsv((row) => row.replace('DEM-003,ok,loss', 'DEM-003,ok,stable')),
      'cleared called loss',
    ],
    [
      'a fire called loss',
      good,
      parcelsCsv((row) => row.replace('DEM-004,ok,stable', 'DEM-004,ok,loss')),
      'unchanged and burnt called loss',
    ],
    [
      'the cloudy parcel given a figure',
      good,
      parcelsCsv((row) => row.replace('no_data', 'ok')),
      'always cloudy called no_data',
    ],
    [
      'one parcel without a result',
      good,
      parcelsCsv((row) => (row.startsWith('DEM-001') ? '' : row)),
      'parcels with a result',
    ],
  ])('is broken by %s', (_, observations, parcels, what) => {
    expect(broken(observations, parcels)).toEqual([what]);
  });
});
