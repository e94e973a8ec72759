import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { readCsv, runCanopy } from '../../canopy.ts';
import { readWhole } from '../../independent-zonal.ts';
import { describeWithData, sharedData } from '../../real-data.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const kafa = join(sharedData, 'data/landsat-kafa');

describeWithData('canopy monitor with a calibrated model of tree cover, Kafa', () => {
  const root = mkdtempSync(join(tmpdir(), 'canopy-cover-'));
  const model = join(root, 'model.json');
  const out = join(root, 'out');
  const places = ['--parcels', join(kafa, 'parcels.geojson'), '--catalog', join(kafa, 'catalog.json')];
  const monitor = (folder: string, ...more: string[]) =>
    runCanopy(['monitor', ...places, '--out', folder, '--season', '12,1,2,3', ...more]);

  beforeAll(async () => {
    const reference = ['--reference', join(kafa, 'vcf-treecover-2000.tif'), '--catalog', join(kafa, 'catalog.json')];
    const years = ['--years', '1999-07-01/2002-12-31', '--season', '12,1,2,3', '--out', model];
    expect((await runCanopy(['calibrate', ...reference, ...years])).code).toBe(0);
    const periods = ['--baseline', '1999-07-01/2004-12-31', '--period', '2005-01-01/2013-12-31'];
    const run = await monitor(out, ...periods, '--cover-model', model);
    expect(run.stderr).toContain('24 of 24 parcels have a result');
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('states the error of the model, 12 to 13 % of ground, with every tree cover', () => {
    for (const row of readCsv(join(out, 'parcels.csv'))) {
      expect(Number(row.cover_se_pct)).toBeGreaterThan(12);
      expect(Number(row.cover_se_pct)).toBeLessThan(13);
      expect(Number(row.cover_change_pct)).toBeCloseTo(
        Number(row.cover_period_pct) - Number(row.cover_baseline_pct),
        3,
      );
    }
  });

  it('writes cover of the model, a fraction of 0 to 1, and its change is their difference in every pixel', async () => {
    const layer = async (start: string) => {
      const name = readdirSync(join(out, 'layers')).find((file) => file.startsWith(start) && file.endsWith('.tif'))!;
      return Array.from(await readWhole(join(out, 'layers', name)));
    };
    const [before, after, change] = await Promise.all(['cover-baseline', 'cover-period', 'change-period'].map(layer));
    let both = 0;
    before!.forEach((from, i) => {
      const to = after![i]!;
      for (const value of [from, to]) expect(value === -32768 || (value >= 0 && value <= 10_000)).toBe(true);
      if (from === -32768 || to === -32768) return;
      both += 1;
      expect(change![i]).toBe(to - from);
    });
    expect(both).toBeGreaterThan(15_000);
  });

  it('names the model, its hash and its error in run.json and in the item of the layer', () => {
    const record = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'));
    expect(record.parameters.coverModel.sentence).toContain('RMSE');
    expect(record.inputs.find(({ role }: { role: string }) => role === 'cover-model')).toMatchObject({
      name: 'model.json',
      identity: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    const item = readdirSync(join(out, 'layers')).find((file) => /^cover-period.*json$/.test(file))!;
    expect(readFileSync(join(out, 'layers', item), 'utf8')).toContain('calibrated linear model');
  });

  it('refuses a model that was changed by hand, and a run without the series that the model needs', async () => {
    const broken = join(root, 'broken.json');
    writeFileSync(broken, readFileSync(model, 'utf8').replace('"rmse": 0.', '"rmse": 7.'));
    const periods = ['--baseline', '1999-07-01/2004-12-31', '--period', '2005-01-01/2013-12-31'];
    const changed = await monitor(join(root, 'a'), ...periods, '--cover-model', broken);
    expect([changed.code, changed.stderr]).toEqual([1, expect.stringContaining('rmse')]);
    const short = ['--baseline', '2004-01-01/2004-06-30', '--period', '2005-01-01/2013-12-31'];
    const without = await monitor(join(root, 'b'), ...short, '--cover-model', model);
    expect([without.code, without.stderr]).toEqual([1, expect.stringContaining('365 needed to know the season')]);
  });
});
