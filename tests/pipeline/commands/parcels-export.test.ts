import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCanopy } from '../../canopy.ts';
import { cornersInMetres } from '../../parcel-questions.ts';
import { fieldAt } from '../../register-sample.ts';
import { ring } from '../parcels/export/sample-versions.ts';

const folder = mkdtempSync(join(tmpdir(), 'export-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const feature = (id: string, coordinates: unknown, properties = {}) => ({
  type: 'Feature',
  properties: { id, ...properties },
  geometry: { type: 'Polygon', coordinates },
});
const unclosed = ring(1.7, 9.7, 0.01).slice(0, 4);
writeFileSync(
  at('north.geojson'),
  JSON.stringify({
    type: 'FeatureCollection',
    features: [
      feature('A', [ring(1.6, 9.7, 0.01)], { name: 'Bora', tenure: 'Deed of Chabi Bio', species: 'Khaya' }),
      feature('B', [unclosed]),
    ],
  }),
);

describe('canopy parcels export', () => {
  it('turns a GeoJSON file into a GeoPackage: 1 parcel written, the unclosed one named, exit code 3', async () => {
    const run = await runCanopy(['parcels', 'export', at('north.geojson'), '--out', at('north.gpkg'), '--json']);
    expect(run.code).toBe(3);
    const document = JSON.parse(run.stdout) as {
      parcels: number;
      leftOut: string[];
      limits: string[];
      written: string[];
    };
    expect(document).toMatchObject({ format: 'geopackage', parcels: 1, written: [at('north.gpkg')] });
    expect(document.leftOut).toEqual([
      expect.stringMatching(/^B \(feature 2\): It is not closed: the outer ring starts at /),
    ]);
    expect(document.limits[0]).toBe('Tenure and consent were left out: they are personal data.');
    expect(readFileSync(at('north.gpkg'), 'latin1')).not.toContain('Chabi');
  });

  it('carries the CRS that was named for a table in metres, and none of a file that did not need it', async () => {
    writeFileSync(at('bornes.csv'), cornersInMetres('EPSG:32631', { Nord: fieldAt(1) }));
    const said = async (file: string) => {
      const out = at('said.geojson');
      const run = await runCanopy(['parcels', 'export', at(file), '--assume-crs', 'EPSG:32631', '--out', out]);
      expect(run.stdout).toContain('1 parcel written to ');
      const { features } = JSON.parse(readFileSync(out, 'utf8')) as { features: { properties: object }[] };
      return (features[0]!.properties as { canopy_source_crs?: unknown }).canopy_source_crs ?? null;
    };
    expect([await said('bornes.csv'), await said('north.gpkg')]).toEqual(['EPSG:32631', null]);
  });

  it('a CSV gets its metadata beside it, under the name that was asked for', async () => {
    const run = await runCanopy(['parcels', 'export', at('north.gpkg'), '--out', at('out.csv')]);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toContain('1 parcel written to ');
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(['out.csv', 'out.csv-metadata.json']));
    expect(readFileSync(at('out.csv'), 'utf8')).toContain('"POLYGON ((1.6 9.7, ');
  });

  it.each([
    { args: ['--out', 'x.gpx'], said: 'GPX is for import only' },
    { args: ['--out', 'x.xyz'], said: '--format wants geojson, kml, kmz, shapefile, geopackage, flatgeobuf, csv' },
    { args: ['--format', 'kml', '--out', 'x.csv'], said: '--out wants a name that ends in .kml for kml' },
    { args: [], said: 'wants --out FILE' },
    { args: ['--register', 'r', '--out', 'x.kml'], said: 'one of them' },
  ])('$args with a file is wrong use, exit code 2', async ({ args, said }) => {
    const run = await runCanopy(['parcels', 'export', at('north.geojson'), ...args]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(said);
  });

  it('writes 1 parcel of a register with who and why only when asked for', { timeout: 240_000 }, async () => {
    const register = at('register');
    const imported = await runCanopy(
      ['parcels', 'import', at('north.geojson'), '--register', register, '--region', 'copargo'].concat([
        '--author',
        'Awa Sanni',
        '--reason',
        'First survey',
      ]),
    );
    expect(imported.stdout).toContain('1 of 2 parcels registered');
    const plain = await runCanopy(['parcels', 'export', '--register', register, '--out', at('plain.geojson')]);
    expect(plain).toMatchObject({ code: 0, stderr: '' });
    const personal = await runCanopy([
      'parcels',
      'export',
      '--register',
      register,
      '--state',
      'all',
      '--with-personal',
      '--out',
      at('all.geojson'),
    ]);
    expect(personal.code).toBe(0);
    expect(readFileSync(at('plain.geojson'), 'utf8')).not.toContain('"synthetic"');
    // The folder of a run beside it: what the run says holds.
    mkdirSync(at('run'));
    renameSync(register, at('run-register'));
    writeFileSync(at('run/run.json'), '{"synthetic":true}');
    for (const folder of ['run', 'run-register']) {
      const made = await runCanopy(['parcels', 'export', '--register', at(folder), '--out', at('made.geojson')]);
      expect(made.code).toBe(0);
      expect(JSON.parse(readFileSync(at('made.geojson'), 'utf8'))).toMatchObject({ synthetic: true });
    }
    const [without, all] = [at('plain.geojson'), at('all.geojson')].map((file) => readFileSync(file, 'utf8'));
    expect(without).not.toMatch(/Awa Sanni|First survey|Chabi Bio/);
    expect(all).toMatch(/Awa Sanni/);
    expect(all).toMatch(/Deed of Chabi Bio/);
    const [feature] = (JSON.parse(without!) as { features: { properties: unknown }[] }).features;
    expect(feature!.properties).toMatchObject({
      id: 'A',
      canopy_region: 'copargo',
      canopy_version: 1,
      canopy_source_file: 'north.geojson',
    });
  });

  const synthetic: readonly [said: readonly unknown[], written: unknown][] = [
    [[undefined, undefined], undefined],
    [[true, undefined], true],
    [[false, false], false],
    [[false, undefined], undefined],
  ];
  it.each(synthetic)('2 parcels that say synthetic %j give a file that says %j', async (said, written) => {
    const features = said.map((word, i) => feature(`S${i}`, [ring(1.6 + i / 10, 9.7, 0.01)], { synthetic: word }));
    writeFileSync(at('said.geojson'), JSON.stringify({ type: 'FeatureCollection', features }));
    const run = await runCanopy(['parcels', 'export', at('said.geojson'), '--out', at('said-out.geojson')]);
    expect(run.code).toBe(0);
    expect((JSON.parse(readFileSync(at('said-out.geojson'), 'utf8')) as { synthetic?: unknown }).synthetic).toBe(
      written,
    );
  });

  it('a register that is not there is named, exit code 1', async () => {
    const run = await runCanopy(['parcels', 'export', '--register', at('none'), '--out', at('x.kml')]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('There is no register at');
  });
});
