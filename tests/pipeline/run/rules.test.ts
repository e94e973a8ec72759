import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import proj4 from 'proj4';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cellsOf, makeTinyCatalog, type TinyParcel, type TinyScene, writeParcels } from '../../tiny-catalog.ts';
import { measureTiny, observationOf, resultOf, type TinyTables } from '../../tiny-run.ts';

/** On the central meridian, where the scale of UTM is 0.9996, a 10 m cell is this much ground. */
const CELL_HA = 0.01 / 0.9996 ** 2;
const BASELINE_DAYS = ['2023-01-05', '2023-01-10', '2023-01-15'];
const PERIOD_DAYS = ['2023-02-05', '2023-02-10', '2023-02-15'];
const DAYS = [...BASELINE_DAYS, ...PERIOD_DAYS];
const PERIODS = { baseline: '2023-01-01/2023-01-31', period: '2023-02-01/2023-02-28' };

/** Sites on the central meridian of zone 31, 5 km apart; every one is its own MGRS tile. */
const site = (index: number, mgrsTile: string) =>
  ({ mgrsTile, epsg: 32631, x: 499_500, y: 1_083_000 + 5000 * index, widthPx: 100, heightPx: 64 }) as const;

/** Near infrared DN for an NDVI over a red DN of 500. */
const nirOf = (ndvi: number) => (500 * (1 + ndvi)) / (1 - ndvi);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'canopy-rules-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('change by hand on 3 + 3 dates', () => {
  const ground = site(0, '31PAA');
  /** NDVI of the rows above 32 on the six dates: 0.75, 2/3, 0.8 and 0.5, 1/3, 0.6. */
  const northNir = [3500, 2500, 4500, 1500, 1000, 2000];
  const north = [0.75, 2 / 3, 0.8, 0.5, 1 / 3, 0.6];
  let run: TinyTables;

  beforeAll(async () => {
    const scenes = DAYS.map((day, i): TinyScene => {
      // South of row 32 the left half, columns below 40, goes from 0.75 to 0.15, all cover from 0.867 to 0.067.
      const south = (col: number) => (i > 2 && col < 40 ? Math.round(nirOf(0.15)) : 3500);
      return {
        ...ground,
        day,
        nir: (col, row) => (row < 32 ? northNir[i]! : south(col)),
        // Columns 80 to 89 are cloudy on the second baseline date, columns from 90 on have no data on the first.
        mask: (col) => (i === 1 && col >= 40 && col < 45 ? 9 : 4),
        valid: (col) => !(i === 0 && col >= 90),
      };
    });
    const catalog = await makeTinyCatalog(join(folder, 'change'), scenes);
    const parcels = writeParcels(join(folder, 'change.geojson'), [
      { id: 'series', ...cellsOf(ground, { col: 5, row: 2, widthPx: 30, heightPx: 20 }) },
      // Half cells all round.
      { id: 'half', ...cellsOf(ground, { col: 10.5, row: 35.5, widthPx: 60, heightPx: 20 }) },
      { id: 'cloudy', ...cellsOf(ground, { col: 82, row: 4, widthPx: 6, heightPx: 6 }) },
      { id: 'edge of cloud', ...cellsOf(ground, { col: 70, row: 4, widthPx: 20, heightPx: 6 }) },
      { id: 'no data', ...cellsOf(ground, { col: 91, row: 4, widthPx: 6, heightPx: 6 }) },
    ]);
    run = await measureTiny({ ...PERIODS, parcels, catalog: catalog.path, out: join(folder, 'change-out') });
  });

  it('measures 600 cells as 600 × 0.01 ha / 0.9996² of true ground', () => {
    const row = observationOf(run, 'series', DAYS[0]!);
    for (const name of ['parcel_ha', 'observed_ha', 'clear_ha'])
      expect(Number(row[name])).toBeCloseTo(600 * CELL_HA, 5);
    expect(Number(row.clear_fraction)).toBeCloseTo(1, 6);
  });

  it('finds an NDVI change of −0.2611 with its standard error from 4 degrees of freedom', () => {
    const row = resultOf(run, 'series');
    const mean = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
    const squares = (values: number[]) => values.reduce((sum, v) => sum + (v - mean(values)) ** 2, 0);
    const [before, after] = [north.slice(0, 3), north.slice(3)];
    const variance = (squares(before) + squares(after)) / 4;
    expect([row.n_clear_baseline, row.n_clear_period]).toEqual(['3', '3']);
    expect(Math.abs(Number(row.ndvi_change) - (mean(after) - mean(before)))).toBeLessThan(1e-6);
    expect(Number(row.ndvi_change)).toBeCloseTo(-0.261111, 6);
    expect(Math.abs(Number(row.ndvi_change_se) - Math.sqrt(variance / 3 + variance / 3))).toBeLessThan(1e-6);
    expect(Number(row.ndvi_change_se)).toBeCloseTo(0.0869582, 6);
  });

  it('calls 29.5 of 60 columns loss, the other 30.5 stable, half cells at the edges included', () => {
    const row = resultOf(run, 'half');
    expect(Number(row.loss_ha)).toBeCloseTo(29.5 * 20 * CELL_HA, 5);
    expect(Number(row.stable_ha)).toBeCloseTo(30.5 * 20 * CELL_HA, 5);
    expect([Number(row.gain_ha), row.class_area_se]).toEqual([0, 'not estimated']);
    expect(Number(row.no_data_ha)).toBeLessThan(1e-5);
  });

  it.each([
    ['cloudy', DAYS[1]!, 'no_data', '0.000000', 'no clear pixels: cloud, shadow or snow'],
    ['no data', DAYS[0]!, 'no_data', '0.000000', 'no valid pixels in the scene'],
  ])('says of parcel %s on %s that it is %s and why, with empty figures', (id, day, outcome, clearHa, reason) => {
    const row = observationOf(run, id, day);
    expect([row.outcome, row.clear_ha, row.reason]).toEqual([outcome, clearHa, reason]);
    const figures = ['ndvi_mean', 'ndvi_sd', 'ndvi_p10', 'ndvi_p50', 'ndvi_p90'].map((name) => row[name]);
    expect(figures).toEqual(['', '', '', '', '']);
  });

  it('asks for 3 clear dates and says that there are 2', () => {
    for (const id of ['cloudy', 'no data', 'edge of cloud']) {
      const row = resultOf(run, id);
      expect([row.outcome, row.reason]).toEqual(['no_data', '2 clear observations, 3 needed']);
      expect([row.ndvi_change, row.loss_ha, row.finding]).toEqual(['', '', '']);
    }
    const row = observationOf(run, 'edge of cloud', DAYS[1]!);
    expect([row.outcome, row.reason]).toEqual(['low_coverage', 'clear fraction 0.500, 0.70 needed']);
    expect(Number(row.ndvi_mean)).toBeCloseTo(north[1]!, 6);
  });

  it('writes NaN, Infinity or undefined into no table', () => {
    for (const name of ['observations.csv', 'parcels.csv', 'parcels.geojson'])
      expect(readFileSync(join(run.out, name), 'utf8')).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('masks on 10 m bands', () => {
  const ground = { ...site(0, '31PAA'), widthPx: 64, heightPx: 64 };
  const whole = { col: 0, row: 0, widthPx: 64, heightPx: 64 };
  const request = () => ({ ...PERIODS, parcels: join(folder, 'masks.geojson'), catalog: join(folder, 'masks') });
  const clearCells = (run: TinyTables, id: string) => Number(observationOf(run, id, DAYS[0]!).clear_ha) / CELL_HA;

  beforeAll(async () => {
    // One 20 m cell of cloud, which covers cells 20 and 21 both ways, and bare ground in the four left 20 m columns.
    const mask = (col: number, row: number) => (col === 10 && row === 10 ? 9 : col < 4 ? 5 : 4);
    await makeTinyCatalog(
      join(folder, 'masks'),
      [DAYS[0]!, DAYS[3]!].map((day) => ({ ...ground, day, mask })),
    );
    const cell = (col: number, row: number) => cellsOf(ground, { col, row, widthPx: 1, heightPx: 1 });
    const cells = [19, 20, 21, 22].map((n) => ({ id: `cell ${n}`, ...cell(n, n) }));
    writeParcels(join(folder, 'masks.geojson'), [{ id: 'whole', ...cellsOf(ground, whole) }, ...cells]);
  });

  it('takes for each 10 m cell the class of the 20 m cell it lies in: 4092 of 4096 are clear', async () => {
    const run = await measureTiny({ ...request(), out: join(folder, 'masks-1') });
    expect(clearCells(run, 'whole')).toBeCloseTo(4092, 2);
    expect([19, 20, 21, 22].map((n) => observationOf(run, `cell ${n}`, DAYS[0]!).outcome)).toEqual([
      'ok',
      'no_data',
      'no_data',
      'ok',
    ]);
    for (const n of [20, 21])
      expect(Number(observationOf(run, `cell ${n}`, DAYS[0]!).observed_ha)).toBeCloseTo(CELL_HA, 6);
  });

  it('drops the 512 cells of bare ground when --keep-scl leaves class 5 out', async () => {
    const run = await measureTiny({ ...request(), out: join(folder, 'masks-2'), more: ['--keep-scl', '4,6,7'] });
    expect(clearCells(run, 'whole')).toBeCloseTo(4092 - 512, 2);
  });

  it('widens four cloudy cells by 20 m to the 24 cells whose centres lie that near', async () => {
    const run = await measureTiny({ ...request(), out: join(folder, 'masks-3'), more: ['--dilate-m', '20'] });
    expect(clearCells(run, 'whole')).toBeCloseTo(4096 - 24, 2);
  });
});

describe('several scenes of one acquisition', () => {
  let run: TinyTables;
  const copies = site(0, '31PBA');
  const split = site(1, '31PBB');
  const first = site(2, '31PBC');
  /** 30 columns further east, on a lattice that is half a cell off in y. */
  const second = { ...first, mgrsTile: '31PBD', x: first.x + 300, y: first.y + 5 };
  const long = { ...site(3, '31PBE'), widthPx: 640 };
  /** The ground of `long` from column 100 on, its columns counted from there, far to the north. */
  const short = { ...site(4, '31PBF'), widthPx: 540 };
  const wedge = (col: number, row: number) => col + row >= 70;
  const texture = (col: number, row: number) => 1000 + ((col * 37 + row * 101) % 400) * 10;
  const [west, east] = [meridianSite(32630), meridianSite(32631)];
  const acrossZones = boxAroundMeridian();

  beforeAll(async () => {
    const scenes: TinyScene[] = [DAYS[0]!, DAYS[3]!].flatMap((day, i) => [
      { ...copies, day, nir: 1500, baseline: '05.09' },
      { ...copies, day, nir: 3500, baseline: '05.10', sequence: 1 },
      { ...split, day, valid: (_, row) => row < 30 },
      { ...split, day, time: '10:15:42', stripSecond: 12, sequence: 1, nir: 1500, valid: (_, row) => row >= 30 },
      { ...first, day, ...(i === 0 ? { valid: wedge } : {}) },
      { ...second, day, nir: 1500 },
      { ...long, day, blockPx: 64, nir: texture },
      { ...short, day, blockPx: 64, nir: (col, row) => texture(col + 100, row) },
      { ...west, day, nir: 1500 },
      { ...east, day },
    ]);
    const catalog = await makeTinyCatalog(join(folder, 'several'), scenes);
    const parcels = writeParcels(join(folder, 'several.geojson'), [
      { id: 'copies', ...cellsOf(copies, { col: 10, row: 10, widthPx: 40, heightPx: 20 }) },
      { id: 'split', ...cellsOf(split, { col: 10, row: 10, widthPx: 40, heightPx: 40 }) },
      { id: 'overlap', ...cellsOf(first, { col: 40, row: 40, widthPx: 40, heightPx: 20 }) },
      { id: 'one grid', ...cellsOf(first, { col: 0, row: 0, widthPx: 25, heightPx: 32 }) },
      { id: 'wedge', ...cellsOf(first, { col: 32, row: 2, widthPx: 60, heightPx: 50 }) },
      { id: 'beyond', ...cellsOf(first, { col: 10, row: 40, widthPx: 105, heightPx: 20 }) },
      { id: 'two chunks', ...cellsOf(long, { col: 480.25, row: 10.5, widthPx: 80, heightPx: 31.5 }) },
      { id: 'one chunk', ...cellsOf(short, { col: 380.25, row: 10.5, widthPx: 80, heightPx: 31.5 }) },
      acrossZones,
    ]);
    run = await measureTiny({ ...PERIODS, parcels, catalog: catalog.path, out: join(folder, 'several-out') });
  });

  const observe = (id: string, i = 0) => observationOf(run, id, DAYS[i]!);
  const scenesOf = (id: string, i = 0) => observe(id, i).scene_ids!.split(';');

  it('uses of two processings only baseline 05.10 and lists the other as superseded', () => {
    expect(scenesOf('copies')).toEqual(['S2A_31PBA_20230105_1_L2A']);
    expect(Number(observe('copies').ndvi_mean)).toBe(0.75);
    expect(resultOf(run, 'copies').n_clear_baseline).toBe('1');
    expect(run.record.scenes.superseded).toContainEqual({
      id: 'S2A_31PBA_20230105_0_L2A',
      supersededBy: 'S2A_31PBA_20230105_1_L2A',
      reason: 'superseded by S2A_31PBA_20230105_1_L2A: processing baseline 05.10 is newer than 05.09',
    });
    expect(run.record.scenes.superseded).toHaveLength(2);
  });

  it('puts the two parts of a split datatake together: 20 rows from each', () => {
    const row = observe('split');
    expect(scenesOf('split')).toEqual(['S2A_31PBB_20230105_0_L2A', 'S2A_31PBB_20230105_1_L2A']);
    expect(Number(row.observed_ha)).toBeCloseTo(1600 * CELL_HA, 5);
    expect(Number(row.ndvi_mean)).toBeCloseTo((0.75 + 0.5) / 2, 6);
  });

  it('counts ground that two grids see once: the same 800 cells as under one grid, and one row', () => {
    expect(scenesOf('overlap')).toEqual(['S2A_31PBC_20230105_0_L2A']);
    const [two, one] = [Number(observe('overlap').observed_ha), Number(observe('one grid', 3).observed_ha)];
    expect(Math.abs(two / one - 1)).toBeLessThan(1e-6);
    expect(two).toBeCloseTo(800 * CELL_HA, 5);
    expect(Number(observe('overlap').ndvi_mean)).toBe(0.75);
  });

  it('measures what lies in the nodata wedge of the first grid on the second', () => {
    // Cells of the parcel with col + row < 70: 38 − i of row i, from row 2 on.
    const missing = Array.from({ length: 50 }, (_, i) => Math.max(0, 70 - (i + 2) - 32)).reduce((sum, n) => sum + n, 0);
    const row = observe('wedge');
    expect(scenesOf('wedge')).toEqual(['S2A_31PBC_20230105_0_L2A', 'S2A_31PBD_20230105_0_L2A']);
    expect(Number(row.observed_ha)).toBeCloseTo(3000 * CELL_HA, 5);
    expect(Number(row.ndvi_mean)).toBeCloseTo((0.5 * missing + 0.75 * (3000 - missing)) / 3000, 6);
    expect(scenesOf('wedge', 3)).toEqual(['S2A_31PBC_20230205_0_L2A']);
  });

  it('cuts a parcel off at the edge of its first grid and goes on with the next: 90 and 15 of 105 columns', () => {
    const row = observe('beyond', 3);
    expect(scenesOf('beyond', 3)).toEqual(['S2A_31PBC_20230205_0_L2A', 'S2A_31PBD_20230205_0_L2A']);
    expect(Number(row.observed_ha)).toBeCloseTo(2100 * CELL_HA, 5);
    expect(Number(row.ndvi_mean)).toBeCloseTo((0.75 * 90 + 0.5 * 15) / 105, 6);
  });

  it('measures a parcel on both sides of 0° E in zones 30 and 31 to within 1e-4, each piece once', () => {
    const row = observe('zones');
    expect(scenesOf('zones')).toHaveLength(2);
    expect(Math.abs(Number(row.observed_ha) / Number(row.parcel_ha) - 1)).toBeLessThan(1e-4);
    const share = shareInside(acrossZones, west);
    expect(share).toBeGreaterThan(0.5);
    expect(Number(row.ndvi_mean)).toBeCloseTo(0.5 * share + 0.75 * (1 - share), 4);
  });

  it('gives a parcel across column 512 the figures of the same pixels in one chunk', () => {
    const names = ['ndvi_mean', 'ndvi_sd', 'ndvi_p10', 'ndvi_p50', 'ndvi_p90', 'outcome'] as const;
    const figures = (id: string) => names.map((name) => observe(id)[name]);
    expect(figures('two chunks')).toEqual(figures('one chunk'));
    expect(Number(observe('two chunks').observed_ha)).toBeCloseTo(80 * 31.5 * CELL_HA, 4);
  });

  it('takes as 10th, 50th and 90th percentile the values at which the sorted coverage gets there', () => {
    const cells: { ndvi: number; weight: number }[] = [];
    for (let row = 10; row < 42; row += 1) {
      for (let col = 480; col <= 560; col += 1) {
        const nir = texture(col, row);
        const across = col === 480 ? 0.75 : col === 560 ? 0.25 : 1;
        cells.push({ ndvi: Math.fround((nir - 500) / (nir + 500)), weight: across * (row === 10 ? 0.5 : 1) });
      }
    }
    cells.sort((a, b) => a.ndvi - b.ndvi);
    const total = cells.reduce((sum, cell) => sum + cell.weight, 0);
    expect(total).toBe(80 * 31.5);
    for (const p of [10, 50, 90]) {
      let cumulated = 0;
      let i = -1;
      while (cumulated < (p / 100) * total) cumulated += cells[++i]!.weight;
      expect(Number(observe('two chunks')[`ndvi_p${p}`])).toBeCloseTo(cells[i]!.ndvi, 6);
    }
  });

  it('has one row for each parcel and acquisition', () => {
    const keys = run.observations.map((row) => `${row.parcel_id} ${row.datetime!.slice(0, 10)}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toHaveLength(18);
  });
});

/** A scene of 128 × 128 cells round 0° E 9.8° N in one of the two zones, moved 300 m to its own side. */
function meridianSite(epsg: 32630 | 32631) {
  const [x, y] = zoneOf(epsg).forward([0, 9.8]);
  const shift = epsg === 32630 ? -300 : 300;
  const corner = { x: Math.round(x! / 10) * 10 - 640 + shift, y: Math.round(y! / 10) * 10 + 640 };
  return { mgrsTile: epsg === 32630 ? '30PZZ' : '31PAZ', epsg, ...corner, widthPx: 128, heightPx: 128 };
}

/** 1.1 km × 400 m, more of it in the western scene; drawn in zone 30. */
function boxAroundMeridian(): TinyParcel {
  const [x, y] = zoneOf(32630).forward([0, 9.8]);
  const [w, e, s, n] = [x! - 600, x! + 500, y! - 200, y! + 200];
  const corners = [[w, s] as const, [e, s] as const, [e, n] as const, [w, n] as const];
  return { id: 'zones', epsg: 32630, corners };
}

/** Share of a parcel, a rectangle of its zone, that a scene of that zone holds. */
function shareInside({ corners }: TinyParcel, scene: { x: number; widthPx: number }): number {
  const xs = corners.map(([x]) => x);
  const [w, e] = [Math.min(...xs), Math.max(...xs)];
  return (Math.min(e, scene.x + 10 * scene.widthPx) - w) / (e - w);
}

function zoneOf(epsg: 32630 | 32631) {
  return proj4(`+proj=utm +zone=${epsg - 32600} +datum=WGS84 +units=m +no_defs`);
}
