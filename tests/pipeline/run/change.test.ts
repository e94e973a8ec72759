import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { YEAR_CLASS } from '../../../shared/change.ts';
import { hashResults, readCsv, runCanopy } from '../../canopy.ts';
import { readWhole } from '../../independent-zonal.ts';
import { cellsOf, writeParcels } from '../../tiny-catalog.ts';
import { CLEARED_ON, makeTinySeasons, SEASON_DAYS, SEASON_PERIODS } from '../../tiny-seasons.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const root = mkdtempSync(join(tmpdir(), 'canopy-change-'));
const folderOf = (name: string) => join(root, name);
let place: { catalog: string; parcels: string };

afterAll(() => rmSync(root, { recursive: true, force: true }));

function monitor(out: string, ...more: string[]) {
  return runCanopy([
    'monitor',
    ...['--parcels', place.parcels, '--catalog', place.catalog, '--out', out],
    ...['--baseline', SEASON_PERIODS.baseline, '--period', SEASON_PERIODS.period, '--season', '12,1,2', ...more],
  ]);
}

beforeAll(async () => {
  place = await makeTinySeasons(root);
  const { code, stderr } = await monitor(folderOf('by-1'), '--workers', '1');
  if (code !== 0) throw new Error(stderr);
});

describe('canopy monitor on four and a half seasons of two tiles', () => {
  const parcels = () => readCsv(join(folderOf('by-1'), 'parcels.csv'));
  const parcel = (id: string) => parcels().find((row) => row.parcel_id === id)!;
  const [before, after] = [
    SEASON_DAYS.findLast((day) => day < CLEARED_ON)!,
    SEASON_DAYS.find((day) => day >= CLEARED_ON)!,
  ];

  it.each(['31PAA', '31PAB'])('finds the half-cleared parcel of %s and dates it between the two dates', (tile) => {
    const row = parcel(`${tile}-cleared`);
    expect([row.change_finding, row.change_after, row.change_before]).toEqual(['loss', before, after]);
    expect(row.change_detected! >= after).toBe(true);
    // Half of the parcel fell by 0.25.
    expect(Math.abs(Number(row.change_magnitude) + 0.125)).toBeLessThan(0.02);
    expect(row.change_sentence).toContain(`between ${before} and ${after}`);
  });

  it.each(['31PAA', '31PAB'])('finds nothing on the quiet parcel of %s and says what it would have found', (tile) => {
    const row = parcel(`${tile}-quiet`);
    expect([row.change_finding, row.change_confidence, row.change_detected]).toEqual(['no_change', '', '']);
    expect(Number(row.min_detectable_change)).toBeGreaterThanOrEqual(0.1);
    expect(Number(row.min_detectable_change)).toBeLessThan(0.2);
  });

  it('holds each parcel against 5 control areas whose weights add up to 1; the cleared ones fell, the others did not', () => {
    const controls = readCsv(join(folderOf('by-1'), 'controls.csv'));
    for (const row of parcels()) {
      const own = controls.filter(({ parcel_id }) => parcel_id === row.parcel_id);
      expect(own).toHaveLength(5);
      expect(own.reduce((sum, { weight }) => sum + Number(weight), 0)).toBeCloseTo(1, 5);
      const isCleared = row.parcel_id!.endsWith('cleared');
      expect(Number(row.control_did_high) < 0).toBe(isCleared);
    }
    const shapes = JSON.parse(readFileSync(join(folderOf('by-1'), 'controls.geojson'), 'utf8'));
    const ids = shapes.features.map(({ id }: { id: string }) => id);
    expect(new Set(ids)).toEqual(new Set(controls.map(({ control_id }) => control_id)));
  });

  it('gives 0.5 ha of loss in 2022 and lost before in 2023 on cleared parcels, none elsewhere; classes add up', () => {
    const years = readCsv(join(folderOf('by-1'), 'changes.csv'));
    expect(years.map(({ parcel_id, year }) => `${parcel_id} ${year}`)).toHaveLength(8);
    for (const row of years) {
      const isCleared = row.parcel_id!.endsWith('cleared');
      const lossHa = isCleared && row.year === '2022' ? 0.5 : 0;
      expect(Math.abs(Number(row.loss_ha) - lossHa)).toBeLessThan(0.011);
      expect(Math.abs(Number(row.lost_before_ha) - (isCleared && row.year === '2023' ? 0.5 : 0))).toBeLessThan(0.011);
      const names = ['stable_ha', 'loss_ha', 'lost_before_ha', 'burnt_ha', 'gain_ha', 'regrown_ha', 'no_data_ha'];
      const sum = names.reduce((total, name) => total + Number(row[name]), 0);
      expect(sum / Number(row.parcel_ha)).toBeCloseTo(1, 3);
      expect(row.area_se).toBe('not estimated');
    }
  });

  it('has every observation in series.csv with its state, its season and its control areas', () => {
    const series = readCsv(join(folderOf('by-1'), 'series.csv'));
    expect(series).toHaveLength(4 * SEASON_DAYS.length);
    const quiet = series.filter(({ parcel_id }) => parcel_id === '31PAA-quiet');
    for (const row of quiet) {
      expect(row.state).toBe('used');
      expect(Math.abs(Number(row.ndvi_mean) - Number(row.season_ndvi))).toBeLessThan(0.03);
      expect(Number(row.season_low)).toBeLessThan(Number(row.season_high));
      expect(row.control_count).toBe('5');
    }
  });

  it('counts what was clear by month: 47 acquisitions in all', () => {
    const months = readCsv(join(folderOf('by-1'), 'months.csv')).filter((row) => row.parcel_id === '31PAA-quiet');
    expect(months.reduce((sum, { n_clear }) => sum + Number(n_clear), 0)).toBe(SEASON_DAYS.length);
  });

  it('maps the 50 cleared cells of a tile, at most one more or less, and calls what was never cleared stable', async () => {
    const folder = join(folderOf('by-1'), 'layers');
    const file = readdirSync(folder).find((name) => /^year-class-2022-31PAA.*tif$/.test(name))!;
    const classes = Array.from(await readWhole(join(folder, file)));
    const isCleared = (i: number) => i % 60 >= 10 && i % 60 < 15 && Math.floor(i / 60) >= 10 && Math.floor(i / 60) < 20;
    const wrong = classes.filter((found, i) => found !== (isCleared(i) ? YEAR_CLASS.loss : YEAR_CLASS.stable));
    expect(classes).toHaveLength(3600);
    expect(wrong.length).toBeLessThanOrEqual(1);
  });

  it.each([2, 4])('gives the bytes of 1 worker in all files with %i workers', async (workers) => {
    const { code } = await monitor(folderOf(`by-${workers}`), '--workers', `${workers}`);
    expect(code).toBe(0);
    const wanted = hashResults(folderOf('by-1'));
    expect(Object.keys(wanted).length).toBeGreaterThan(60);
    expect(hashResults(folderOf(`by-${workers}`))).toEqual(wanted);
  });

  it('says in the item of a year which days it rests on: 2023 to June, and the dry season of 2022 from December on', () => {
    const item = (start: string) => {
      const folder = join(folderOf('by-1'), 'layers');
      const name = readdirSync(folder).find((file) => file.startsWith(`${start}-31PAA`) && file.endsWith('.json'))!;
      return JSON.parse(readFileSync(join(folder, name), 'utf8')).properties;
    };
    const days = (start: string) => {
      const { start_datetime, end_datetime } = item(start);
      return [start_datetime.slice(0, 10), end_datetime.slice(0, 10)];
    };
    expect(days('year-class-2023')).toEqual(['2023-01-01', '2023-06-30']);
    const season = SEASON_DAYS.filter((day) => day >= '2021-12-01' && day < '2022-03-01');
    expect(days('dry-ndvi-2022')).toEqual([season[0], season.at(-1)]);
  });

  it('records the settings of the judgement and how control areas were matched in run.json', () => {
    const record = JSON.parse(readFileSync(join(folderOf('by-1'), 'run.json'), 'utf8'));
    expect(record.parameters.change).toMatchObject({ minMagnitude: 0.1, minConsecutive: 3, controlCount: 5, seed: 1 });
    expect(record.parameters.change.breaks).toEqual({ h: 0.25, history: 'all', level: 0.05, order: 1, trend: false });
    expect(record.outputs.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['changes.csv', 'series.parquet', 'controls.geojson', 'months.csv']),
    );
  });
});

describe('a run that cannot judge change', () => {
  it('says why: at once, in run.json and in the row of each of 4 parcels', async () => {
    const out = folderOf('short-baseline');
    const periods = ['--baseline', '2021-05-01/2021-12-31', '--period', SEASON_PERIODS.period];
    const places = ['--parcels', place.parcels, '--catalog', place.catalog, '--out', out];
    const { code, stderr } = await runCanopy(['monitor', ...places, ...periods]);
    expect(code).toBe(0);
    const why = "the baseline's acquisitions span 210 days, 365 needed to know the season";
    expect(stderr).toContain(`Change over time is not judged: ${why}.`);
    expect(JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')).warnings).toContain(
      `Change over time is not judged: ${why}.`,
    );
    const rows = readCsv(join(out, 'parcels.csv'));
    expect(rows.map(({ change_reason }) => change_reason)).toEqual(new Array(4).fill(why));
    expect(rows.map(({ change_finding }) => change_finding)).toEqual(['', '', '', '']);
    expect(readdirSync(out).filter((name) => /^(changes|series|controls)/.test(name))).toEqual([]);
  });
});

describe('a parcel of a quarter of a cell', () => {
  it('is too small to monitor: no finding, no magnitude, no hectares, beside one that is judged', async () => {
    const [out, parcels] = [folderOf('speck'), join(root, 'speck.geojson')];
    const tile = { x: 500_000, y: 1_083_000, epsg: 32631 };
    writeParcels(parcels, [
      { id: 'speck', ...cellsOf(tile, { col: 12.25, row: 12.25, widthPx: 0.5, heightPx: 0.5 }) },
      { id: 'quiet', ...cellsOf(tile, { col: 30, row: 30, widthPx: 10, heightPx: 10 }) },
    ]);
    const places = ['--parcels', parcels, '--catalog', place.catalog, '--out', out];
    const periods = ['--baseline', SEASON_PERIODS.baseline, '--period', SEASON_PERIODS.period];
    expect((await runCanopy(['monitor', ...places, ...periods])).code).toBe(0);
    const [speck, quiet] = readCsv(join(out, 'parcels.csv'));
    expect([speck!.change_finding, speck!.change_magnitude]).toEqual(['', '']);
    expect(speck!.change_reason).toMatch(/^too small to monitor: 0\.25 of a cell$/);
    expect([speck!.control_did, speck!.control_z, speck!.n_burnt]).toEqual(['', '', '']);
    expect(quiet!.change_finding).toBe('no_change');
    for (const row of readCsv(join(out, 'changes.csv')).filter(({ parcel_id }) => parcel_id === 'speck')) {
      expect([row.stable_ha, row.loss_ha].map(Number)).toEqual([0, 0]);
      expect(row.no_data_ha).toBe(row.parcel_ha);
      expect(row.sentence).toMatch(/without data/);
    }
  });
});

describe('a parcel of which a fifth was cleared', () => {
  it('shows no change as a whole, and says that its pixels lost half a hectare', async () => {
    const [out, parcels] = [folderOf('fifth'), join(root, 'fifth.geojson')];
    const tile = { x: 500_000, y: 1_083_000, epsg: 32631 };
    writeParcels(parcels, [{ id: 'fifth', ...cellsOf(tile, { col: 10, row: 10, widthPx: 25, heightPx: 10 }) }]);
    const places = ['--parcels', parcels, '--catalog', place.catalog, '--out', out];
    const periods = ['--baseline', SEASON_PERIODS.baseline, '--period', SEASON_PERIODS.period];
    expect((await runCanopy(['monitor', ...places, ...periods])).code).toBe(0);
    const [row] = readCsv(join(out, 'parcels.csv'));
    expect(row!.change_finding).toBe('no_change');
    const said = /its pixels show (\d\.\d\d) ha lost and not back in 2023/.exec(row!.change_reason!);
    expect(Math.abs(Number(said?.[1]) - 0.5)).toBeLessThan(0.011);
    expect(row!.change_sentence).toContain('Its pixels show 0.');
  });
});

describe('canopy breaks over a catalogue', () => {
  it('gives every pixel what the run with parcels gives it', async () => {
    const out = folderOf('breaks');
    const { code, stderr } = await runCanopy([
      ...['breaks', '--catalog', place.catalog, '--start', '2022-01-01', '--to', '2023-06-30', '--out', out],
    ]);
    expect(stderr).toContain('Finished: ');
    expect(code).toBe(0);
    const names = readdirSync(join(out, 'layers')).filter((name) => name.endsWith('.tif'));
    expect(names.filter((name) => name.includes('31PAA'))).toHaveLength(12);
    for (const name of names) {
      const [mine, theirs] = await Promise.all(
        [out, folderOf('by-1')].map(async (folder) => Array.from(await readWhole(join(folder, 'layers', name)))),
      );
      expect(mine).toEqual(theirs);
    }
  });

  it.each([
    ['no --start', ['--out', 'x'], 2, 'No start of the monitoring period'],
    ['no --out', ['--start', '2022-01-01'], 2, 'No output folder'],
    ['a decimal start', ['--start', '2022.5', '--out', 'x'], 2, '--start wants a UTC day'],
    ['a bbox inside out', ['--start', '2022-01-01', '--out', 'x', '--bbox', '2,1,1,2'], 2, '--bbox wants'],
  ])('refuses %s', async (_, flags, code, sentence) => {
    const run = await runCanopy(['breaks', '--catalog', place.catalog, ...flags]);
    expect([run.code, run.stderr]).toEqual([code, expect.stringContaining(sentence)]);
  });

  it('says why where the days before the start cannot tell the season', async () => {
    const flags = ['--start', '2019-06-01', '--out', folderOf('short')];
    const run = await runCanopy(['breaks', '--catalog', place.catalog, ...flags]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("the baseline's acquisitions span 140 days, 365 needed to know the season");
  });
});
