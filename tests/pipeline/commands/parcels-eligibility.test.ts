import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EligibilityReport } from '../../../pipeline/run/eligibility-file.ts';
import { lonLatToCrs } from '../../../shared/transform.ts';
import { runCanopy } from '../../canopy.ts';
import { writeEligibilityLayer } from '../../eligibility-layers.ts';
import { cornersInMetres, makeGeopackage } from '../../parcel-questions.ts';
import { fieldAt } from '../../register-sample.ts';

const folder = mkdtempSync(join(tmpdir(), 'canopy-parcels-eligibility-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const maps = join(folder, 'maps');
beforeAll(async () => {
  const [x, y] = lonLatToCrs('EPSG:32631')(Float64Array.from([2.005, 0.008]));
  const grid = {
    crs: 'EPSG:32631',
    transform: [10, 0, x! - 100, 0, -10, y! + 100],
    widthPx: 120,
    heightPx: 60,
  } as const;
  const layer = { values: () => 2, classes: { 1: 'water', 2: 'fallow' } };
  await writeEligibilityLayer({ dir: maps, name: 'land-cover', grid }, layer);
});

async function judge(file: string, content: string | Uint8Array, ...flags: readonly string[]) {
  const path = join(folder, file);
  writeFileSync(path, content);
  const run = await runCanopy(['parcels', 'eligibility', path, '--layers', maps, '--json', ...flags]);
  return { ...run, report: JSON.parse(run.stdout || 'null') as EligibilityReport & { error?: { code: string } } };
}

const waterOf = ({ parcels }: EligibilityReport) =>
  parcels.map(({ id, eligibility }) => `${id} ${eligibility?.rules.find(({ rule }) => rule === 'water')?.light}`);

describe('canopy parcels eligibility', () => {
  it('asks in which CRS a table in metres is, and judges its 2 parcels where --assume-crs says so', async () => {
    const table = cornersInMetres('EPSG:32631', { Nord: fieldAt(0), Sud: fieldAt(1) });
    const asked = await judge('bornes.csv', table);
    expect([asked.code, asked.report.error?.code]).toEqual([1, 'E_PARCELS_CRS_MISSING']);
    const { code, report } = await judge('bornes.csv', table, '--assume-crs', 'EPSG:32631');
    expect([code, waterOf(report)]).toEqual([0, ['Nord pass', 'Sud pass']]);
    expect(report.notes.join('\n')).toContain('EPSG:32631 was taken, as you said.');
    const wrong = await judge('bornes.csv', table, '--assume-crs', '32631');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('--assume-crs wants EPSG: and a number')]);
  });

  it('asks which of 2 layers of a GeoPackage is meant, and judges the parcel of the one that --layer names', async () => {
    const bytes = await makeGeopackage({ parcelles: fieldAt(0), routes: fieldAt(1) });
    const asked = await judge('a.gpkg', bytes);
    expect([asked.code, asked.report.error?.code]).toEqual([1, 'E_PARCELS_LAYER']);
    const { code, report } = await judge('a.gpkg', bytes, '--layer', 'routes');
    expect([code, waterOf(report)]).toEqual([0, ['7 pass']]);
    expect(report.notes.join('\n')).not.toContain('--layer');
  });

  it('says of a --layer that chose nothing that maps come with --layers', async () => {
    const { report } = await judge('a.geojson', JSON.stringify(fieldAt(0)), '--layer', 'maps');
    expect(report.notes).toContain(
      'The parcel file leaves no layer to choose: --layer maps was not used. Maps come with --layers.',
    );
  });
});
