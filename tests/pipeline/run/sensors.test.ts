import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cellsOf, makeTinyCatalog, type TinyScene, writeParcels } from '../../tiny-catalog.ts';
import { measureTiny, observationOf, resultOf, type TinyTables } from '../../tiny-run.ts';

const PERIODS = { baseline: '2022-01-01/2022-12-31', period: '2023-01-01/2023-12-31' };
const ground = { epsg: 32631, x: 499_500, y: 1_083_000, widthPx: 64, heightPx: 64 };
const DAYS = ['2022-01-05', '2022-06-05', '2023-01-05', '2023-06-05'];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'canopy-sensors-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function measure(
  name: string,
  scenes: readonly TinyScene[],
  parcels: readonly { id: string; col: number; row: number; widthPx: number; heightPx: number }[],
  more: readonly string[] = [],
): Promise<TinyTables> {
  const catalog = await makeTinyCatalog(join(folder, name), scenes);
  const shapes = parcels.map(({ id, ...cells }) => ({ id, ...cellsOf(scenes[0]!, cells) }));
  return measureTiny({
    ...PERIODS,
    parcels: writeParcels(join(folder, `${name}.geojson`), shapes),
    catalog: catalog.path,
    out: join(folder, `${name}-out`),
    more,
  });
}

const block = (id: string, col: number, row: number, size = 10) => ({ id, col, row, widthPx: size, heightPx: size });

describe('the season filter', () => {
  let run: TinyTables;
  beforeAll(async () => {
    const scenes = DAYS.map((day, i) => ({ ...ground, mgrsTile: '31PAA', day, nir: [3500, 1500, 2500, 1000][i]! }));
    run = await measure('season', scenes, [block('a', 5, 5)], ['--season', '12,1', '--min-clear', '1']);
  });

  it('compares January with January: 0.75 becomes 2/3, and the June dates 0.5 and 1/3 play no part', () => {
    const row = resultOf(run, 'a');
    expect([row.n_clear_baseline, row.n_clear_period]).toEqual(['1', '1']);
    expect(Number(row.ndvi_change)).toBeCloseTo(2 / 3 - 0.75, 6);
    expect(Number(row.cover_baseline_pct)).toBeCloseTo((100 * (0.75 - 0.1)) / 0.75, 2);
    expect([row.ndvi_change_se, row.reason]).toEqual(['', 'low confidence: 1 clear observations']);
  });

  it('still measures all 4 dates, out of season too', () => {
    expect(DAYS.map((day) => Number(observationOf(run, 'a', day).ndvi_mean))).toEqual([
      0.75,
      0.5,
      expect.closeTo(2 / 3, 6),
      expect.closeTo(1 / 3, 6),
    ]);
  });
});

describe('the Sentinel-2 offset', () => {
  it('is taken off by 1000 from baseline 04.00 on unless the item says that it was', async () => {
    const dn = { red: 1500, nir: 4500, boaOffsetApplied: false };
    const run = await measure(
      'offset',
      [
        { ...ground, mgrsTile: '31PAA', day: DAYS[0]!, baseline: '03.01', boaOffsetApplied: false },
        { ...ground, mgrsTile: '31PAA', day: DAYS[1]!, baseline: '04.00', ...dn },
        { ...ground, mgrsTile: '31PAA', day: DAYS[2]!, baseline: '05.09', ...dn },
        { ...ground, mgrsTile: '31PAA', day: DAYS[3]!, baseline: '05.09', boaOffsetApplied: true },
      ],
      [block('a', 5, 5)],
    );
    for (const day of DAYS) expect(Number(observationOf(run, 'a', day).ndvi_mean)).toBeCloseTo(0.75, 6);
    expect(run.record.scenes.refused).toEqual([]);
  });
});

describe('Landsat Collection 2', () => {
  it('reads DN × 0.0000275 − 0.2 and drops fill, cloud, shadow, snow, dilated cloud and cirrus by QA_PIXEL', async () => {
    // Bits 0 fill, 1 dilated cloud, 2 cirrus, 3 cloud, 4 shadow, 5 snow, 6 clear, 7 water; ten columns each.
    const flags = [21824, 1, 2, 4, 8, 16, 32, 64 + 128];
    const scenes = ['2022-01-05', '2023-01-05'].map((day): TinyScene => {
      const mask = (col: number) => flags[Math.floor(col / 10)]!;
      return { ...ground, widthPx: 80, sensor: 'landsat', mgrsTile: '192053', day, mask };
    });
    const run = await measure(
      'landsat',
      scenes,
      flags.map((flag, i) => block(`flag ${flag}`, 10 * i + 2, 2, 6)),
      ['--min-clear', '1'],
    );
    const [red, nir] = [9000 * 0.0000275 - 0.2, 20000 * 0.0000275 - 0.2];
    for (const [i, flag] of flags.entries()) {
      const row = observationOf(run, `flag ${flag}`, '2022-01-05');
      const isClear = i === 0 || i === 7;
      expect([row.outcome, row.platform]).toEqual([isClear ? 'ok' : 'no_data', 'landsat-8']);
      if (isClear) expect(Number(row.ndvi_mean)).toBeCloseTo((nir - red) / (nir + red), 6);
      expect(Number(row.observed_ha)).toBeCloseTo((36 * 0.09) / 0.9996 ** 2, 4);
    }
  });
});

describe('Digital Earth Australia', () => {
  it('takes fmask 1 and 5 as clear, 2, 3 and 4 not, and −999 as nodata', async () => {
    const classes = [1, 2, 3, 4, 5];
    const scenes = ['2022-01-05', '2023-01-05'].map(
      (day): TinyScene => ({
        ...ground,
        sensor: 'dea',
        mgrsTile: '192053',
        day,
        mask: (col) => classes[Math.floor(col / 10)] ?? 1,
        valid: (col) => col < 50,
      }),
    );
    const parcels = [...classes.map((n, i) => block(`class ${n}`, 10 * i + 2, 2, 6)), block('nodata', 52, 2, 6)];
    const run = await measure('dea', scenes, parcels, ['--min-clear', '1']);
    const outcomes = parcels.map(({ id }) => observationOf(run, id, '2022-01-05').outcome);
    expect(outcomes).toEqual(['ok', 'no_data', 'no_data', 'no_data', 'ok', 'no_data']);
    expect(Number(observationOf(run, 'class 5', '2022-01-05').ndvi_mean)).toBe(0.75);
    expect(observationOf(run, 'nodata', '2022-01-05').reason).toBe('no valid pixels in the scene');
  });
});
