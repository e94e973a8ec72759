import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCog, readWindow } from '../../../pipeline/cog/read.ts';
import { openFileSource } from '../../../pipeline/cog/source.ts';
import { cellsOf, makeTinyCatalog, type TinyCatalog, writeParcels } from '../../tiny-catalog.ts';
import { observationOf, resultOf, runTiny, type TinyRequest, type TinyRun } from '../../tiny-run.ts';

const ground = { mgrsTile: '31PAA', epsg: 32631, x: 499_500, y: 1_083_000, widthPx: 64, heightPx: 64 };
const DAYS = ['2023-01-05', '2023-02-05', '2023-02-15'];

let folder: string;
let catalog: TinyCatalog;
let request: Omit<TinyRequest, 'out'>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canopy-empty-'));
  catalog = await makeTinyCatalog(
    join(folder, 'scenes'),
    DAYS.map((day) => ({ ...ground, day })),
  );
  // One file of the only January scene is cut off.
  truncateSync(catalog.file(catalog.ids[0]!, 'red'), 100);
  const parcels = writeParcels(join(folder, 'one.geojson'), [
    { id: 'one', ...cellsOf(ground, { col: 5, row: 5, widthPx: 20, heightPx: 20 }) },
  ]);
  request = {
    parcels,
    catalog: catalog.path,
    baseline: '2023-01-01/2023-01-31',
    period: '2023-02-01/2023-02-28',
  };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  {
    name: 'no baseline scene in the catalogue',
    change: { baseline: '2022-01-01/2022-12-31' },
    sentence:
      /No usable scene over the parcels in the baseline 2022-01-01\/2022-12-31 in .*Change --baseline, or add scenes\.$/,
    counts: ['0', '2'],
    days: DAYS.slice(1),
    empty: 'baseline',
  },
  {
    name: 'a baseline whose only scene is broken',
    change: {},
    sentence: /in the baseline 2023-01-01\/2023-01-31 in .*Refused scenes: 1; the first: .*20230105_0_L2A.*B04\.tif/,
    counts: ['0', '2'],
    days: DAYS.slice(1),
    empty: 'baseline',
  },
  {
    name: 'no scene in the monitoring period',
    change: { baseline: '2023-02-01/2023-02-28', period: '2023-03-01/2023-03-31' },
    sentence: /in the monitoring period 2023-03-01\/2023-03-31 in .*Change --period, or add scenes\.$/,
    counts: ['2', '0'],
    days: DAYS.slice(1),
    empty: 'period',
  },
] as const)('a run with $name', ({ name, change, sentence, counts, days, empty }) => {
  let run: TinyRun;
  beforeAll(async () => {
    run = await runTiny({ ...request, ...change, out: join(folder, name) });
  });

  it('goes on to the end with exit code 3 and says why once as it finds out, once in the summary', () => {
    const warning = run.record.warnings.find((line) => sentence.test(line))!;
    expect(run.code).toBe(3);
    expect(run.stderr.split(warning)).toHaveLength(3);
    expect(run.stderr).toContain(`\nLeft out: ${warning}\n`);
    expect(run.stderr).not.toMatch(/\n\s+at |unexpected error|undefined|NaN/);
  });

  it('observes the other period on 2 dates, NDVI 0.75', () => {
    expect(run.observations).toHaveLength(2);
    for (const day of days) expect(Number(observationOf(run, 'one', day).ndvi_mean)).toBe(0.75);
  });

  it('compares nothing: 0 clear observations, 3 needed', () => {
    const row = resultOf(run, 'one');
    expect([row.outcome, row.reason]).toEqual(['no_data', '0 clear observations, 3 needed']);
    expect([row.n_clear_baseline, row.n_clear_period]).toEqual(counts);
    expect([row.ndvi_change, row.cover_change_pct, row.loss_ha, row.finding]).toEqual(['', '', '', '']);
  });

  it('counts 0 clear dates everywhere in the empty period and 2 in the other, and no change anywhere', async () => {
    const layer = async (file: string) => {
      const cog = await openCog(await openFileSource(join(run.out, 'layers', file)));
      const window = { col: 0, row: 0, widthPx: 64, heightPx: 64 };
      const { data, valid } = await readWindow(cog, { level: 0, window, sample: 0 });
      await cog.source.close();
      return { values: [...new Set(data)], valid: [...new Set(valid)] };
    };
    const other = empty === 'baseline' ? 'period' : 'baseline';
    expect((await layer(`clear-count-${empty}-31PAA-32631-10m.tif`)).values).toEqual([0]);
    expect((await layer(`clear-count-${other}-31PAA-32631-10m.tif`)).values).toEqual([2]);
    expect((await layer('change-period-31PAA-32631-10m.tif')).valid).toEqual([0]);
  });
});
