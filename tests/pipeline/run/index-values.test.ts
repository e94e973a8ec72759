import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCog } from '../../../pipeline/cog/write.ts';
import { coverTable, deriveLayer } from '../../../pipeline/composite-unit.ts';
import type { MonitorParams } from '../../../pipeline/plan.ts';
import { emptyStats } from '../../../pipeline/raster/zonal.ts';
import { encodeUnitFile } from '../../../pipeline/run/unit-file.ts';
import { cellsOf, makeTinyCatalog, writeParcels } from '../../tiny-catalog.ts';
import { measureTiny, observationOf, resultOf, type TinyTables } from '../../tiny-run.ts';

const PERIODS = { baseline: '2022-01-01/2022-12-31', period: '2023-01-01/2023-12-31' };
const ground = { mgrsTile: '31PAA', epsg: 32631, x: 499_500, y: 1_083_000, widthPx: 256, heightPx: 256 };
const [BEFORE, AFTER, WRONG] = ['2022-06-05', '2023-06-05', '2023-07-05'];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'canopy-index-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Name of a block of 10 × 10 pixels → its index on the second date, and what becomes of it. */
const BLOCKS: readonly [name: string, stored: number, outcome: string, mean: string][] = [
  ['forest', 0.8, 'ok', '0.800000'],
  ['a little above 1', 1.0001, 'ok', '1.000000'],
  ['a little below -1', -1.0001, 'ok', '-1.000000'],
  ['1.0099', 1.0099, 'ok', '1.000000'],
  ['1.0101', 1.0101, 'no_data', ''],
  ['five', 5, 'no_data', ''],
  ['infinity', Number.POSITIVE_INFINITY, 'no_data', ''],
  ['minus infinity', Number.NEGATIVE_INFINITY, 'no_data', ''],
  ['float maximum', 3.4e38, 'no_data', ''],
  ['NaN', Number.NaN, 'no_data', ''],
];

/** A catalogue of scenes whose only asset is a float32 index with the nodata −9999. */
async function makeIndexCatalog(name: string, indexOn: (day: string, col: number, row: number) => number) {
  const days = [BEFORE!, AFTER!, WRONG!];
  const catalog = await makeTinyCatalog(
    join(folder, name),
    days.map((day) => ({ ...ground, day })),
  );
  for (const [i, id] of catalog.ids.entries()) {
    const transform = [10, 0, ground.x, 0, -10, ground.y] as const;
    const { widthPx, heightPx } = ground;
    await writeCog(
      join(folder, name, id, 'ndvi.tif'),
      {
        grid: { crs: 'EPSG:32631', transform, widthPx, heightPx },
        dataType: 'float32',
        samples: 1,
        nodata: -9999,
        blockSizePx: 256,
        resampling: 'average',
      },
      () => Float32Array.from({ length: 256 * 256 }, (_, at) => indexOn(days[i]!, at % 256, Math.floor(at / 256))),
    );
    const path = catalog.itemFile(id);
    const item = JSON.parse(readFileSync(path, 'utf8'));
    const numbers = [{ data_type: 'float32', nodata: -9999, scale: 1, offset: 0 }];
    const grid = { 'proj:shape': [heightPx, widthPx], 'proj:transform': transform };
    item.assets = { ndvi: { href: './ndvi.tif', type: 'image/tiff', ...grid, 'raster:bands': numbers } };
    writeFileSync(path, JSON.stringify(item));
  }
  return catalog;
}

describe('a ready-made float index', () => {
  let run: TinyTables;
  beforeAll(async () => {
    const catalog = await makeIndexCatalog('ready', (day, col, row) => {
      // Of the third scene the item states a wrong scale.
      if (day === WRONG) return 8000;
      const block = row < 10 ? BLOCKS[Math.floor(col / 12)] : undefined;
      return day === AFTER && block && col % 12 < 10 ? block[1] : 0.8;
    });
    const shapes = BLOCKS.map(([id], i) => ({
      id,
      ...cellsOf({ ...ground }, { col: 12 * i, row: 0, widthPx: 10, heightPx: 10 }),
    }));
    run = await measureTiny({
      ...PERIODS,
      parcels: writeParcels(join(folder, 'blocks.geojson'), shapes),
      catalog: catalog.path,
      out: join(folder, 'ready-out'),
      more: ['--min-clear', '1'],
    });
  });

  it.each(BLOCKS)('of %s (%d) is %s %s', (name, _, outcome, mean) => {
    const row = observationOf(run, name, AFTER!);
    expect([row.outcome, row.ndvi_mean === '' ? '' : Number(row.ndvi_mean).toFixed(6)]).toEqual([outcome, mean]);
  });

  it('loses trees only where it fell to -1: 0 ha at 1.0001, no figure where it is no number', () => {
    const loss = (name: string) => resultOf(run, name).loss_ha;
    expect(Number(loss('a little above 1'))).toBe(0);
    expect(Number(loss('1.0099'))).toBe(0);
    expect(Number(loss('a little below -1'))).toBeCloseTo(1 / 0.9996 ** 2, 3);
    for (const name of ['1.0101', 'five', 'infinity', 'minus infinity', 'float maximum', 'NaN'])
      expect([name, Number(loss(name)), resultOf(run, name).cover_period_pct]).toEqual([name, 0, '']);
  });

  it('refuses the scene of which 100 % lies at 8000, in a sentence about scale and offset', () => {
    expect(run.record.scenes.refused).toMatchObject([{ code: 'E_INDEX_RANGE' }]);
    expect(run.record.scenes.refused[0]!.reason).toMatch(
      /_20230705_.*100\.0 % of the valid sample pixels lie outside −1 to 1 at the scale 1 and offset 0/,
    );
    expect(run.record.scenes.used).toHaveLength(2);
  });
});

describe('tree cover of a stored NDVI', () => {
  it('is 1 from 0.85 on and 0 from 0.1 down, beyond the 20,001 numbers of [-1, 1] too', () => {
    const table = coverTable({ ndviSoil: 0.1, ndviVegetation: 0.85 } as MonitorParams);
    const stored = Int16Array.of(10_000, 10_001, 32_767, -10_000, -10_001, -32_767, -32_768);
    const cover = deriveLayer('cover', 'period', table, (kind) => (kind === 'ndvi' ? stored : null));
    expect([...cover!]).toEqual([10_000, 10_000, 10_000, 0, 0, 0, -32_768]);
  });

  it('gives way to the cover that a calibrated model predicted in the unit', () => {
    const predicted = Int16Array.of(1234, -32_768);
    expect(
      deriveLayer('cover', 'period', new Int16Array(20_001), (kind) => (kind === 'cover' ? predicted : null)),
    ).toBe(predicted);
  });
});

describe('a unit file', () => {
  const part = {
    parcel: 3,
    acquisition: 7,
    scenes: [0],
    validHa: 1,
    clearHa: 1,
    stats: emptyStats(),
    quantiles: [0.1, 0.2, 0.3],
    values: null,
    weights: null,
    nbr: null,
  };
  const encode = (more: Partial<typeof part>) =>
    encodeUnitFile('u1', { parts: [{ ...part, ...more }], problems: [], layers: [] });

  it.each([
    ['a mean of NaN', { stats: { ...emptyStats(), mean: Number.NaN } }],
    ['an area without end', { clearHa: Number.POSITIVE_INFINITY }],
    ['a median of NaN', { quantiles: [0.1, Number.NaN, 0.3] }],
  ])('is not written with %s', (_, more) => {
    expect(() => encode(more)).toThrowError(
      expect.objectContaining({ kind: 'bug', code: 'E_UNIT_NUMBER', message: expect.stringContaining('parcel 3') }),
    );
    expect(encode({}).length).toBeGreaterThan(40);
  });
});
