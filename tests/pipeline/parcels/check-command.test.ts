import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CheckReport } from '../../../shared/parcel-check.ts';
import { runCanopy } from '../../canopy.ts';
import { makeGeopackage } from '../../parcel-questions.ts';
import { fieldAt } from '../../register-sample.ts';
import { box, FIELD, polygon } from '../../shared/checks/candidates.ts';
import { makeZip } from './formats/zip-maker.ts';

const folder = mkdtempSync(join(tmpdir(), 'canopy-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

const feature = (geometry: unknown, properties: Record<string, unknown> = {}) => ({
  type: 'Feature',
  properties,
  geometry,
});

function write(name: string, document: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof document === 'string' ? document : JSON.stringify(document));
  return path;
}

const collection = (...features: readonly unknown[]) => ({ type: 'FeatureCollection', features });
const check = (...args: readonly string[]) => runCanopy(['parcels', 'check', ...args]);
const reportOf = async (...args: readonly string[]) =>
  JSON.parse((await check(...args, '--json')).stdout) as CheckReport;

const half = box(1.6005, 9.8, 1.6015, 9.801);
const said = { intervention: 'planting', start_date: '2025-06-01', tenure: 'attestation 12/2024' };
const two = write(
  'two.geojson',
  collection(
    feature(polygon(FIELD), { id: 'A', name: 'Nord', ...said }),
    feature(polygon(half), { id: 'B', name: 'Sud', ...said }),
  ),
);

describe('canopy parcels check', () => {
  it('prints { summary, parcels: [{ index, id, verdict, findings: [{ rule, severity, message, place, proposal }] }] }', async () => {
    const { summary, parcels } = await reportOf(two);
    expect(summary).toMatchObject({
      file: 'two.geojson',
      format: 'geojson',
      parcels: 2,
      rules: { overlap: 1, overlapped: 1 },
    });
    expect(parcels.map(({ index, id, verdict }) => [index, id, verdict])).toEqual([
      [0, 'A', 'accepted'],
      [1, 'B', 'mendable'],
    ]);
    const [finding] = parcels[1]!.findings;
    expect(Object.keys(finding!).sort()).toEqual(['message', 'place', 'proposal', 'rule', 'severity', 'values']);
  });

  it('says it in plain words without --json: what, where, and what could be done', async () => {
    const { stdout, code } = await check(two);
    expect(code).toBe(0);
    expect(stdout).toContain(
      'two.geojson (GeoJSON): 2 parcels, 2.43 ha. 1 can be once proposals are accepted and 1 is fine.',
    );
    expect(stdout).toMatch(
      /B \(feature 2, 1\.600750 E 9\.800500 N\): 0\.61 ha are also claimed by parcel A \(50 % of the smaller one\)/,
    );
    expect(stdout).toContain('Proposal: Cut the shared ground off this parcel (1.21 ha less 0.61 ha).');
  });

  it('prints no control character of a file: not of its columns, values, ids, cells or layers', async () => {
    const esc = '\u001b[31m\u009b2J';
    const properties = { [`a${esc}`]: 'x'.repeat(20_001), [`d${esc}ate début`]: esc, id: esc, name: `N${esc}` };
    const ring = [[`1${esc}`, 9], ...FIELD.slice(2)];
    const odd = [
      { type: esc, coordinates: [] },
      { type: 'Polygon', coordinates: [ring] },
    ];
    const layers = { [`a${esc}`]: fieldAt(1), b: fieldAt(2) };
    const files = [
      write('a.geojson', collection(feature(polygon(FIELD), properties), ...odd.map((one) => feature(one)))),
      write('crs.geojson', { ...collection(feature(null)), crs: { properties: { name: esc } } }),
      write('a.csv', `id,lon,lat,or${esc}dre,${esc},${esc}\n1,1${esc},9,1,,\n1,2,9,1,,\n1,2,8,3,,\n`),
      write('b.csv', `a${esc},b\n1,2\n`),
      write('c.csv', `id,geom\n1,POLYGON${esc}((1 9))\n2,POLYGON((1 9\n`),
    ];
    const [gpkg, zip] = [join(folder, 'a.gpkg'), join(folder, 'a.zip')];
    writeFileSync(gpkg, await makeGeopackage(layers));
    writeFileSync(zip, makeZip(['dbf', 'cpg'].map((ending) => ({ name: `a${esc}.${ending}`, data: Buffer.alloc(9) }))));
    for (const file of [...files, gpkg, zip]) {
      const { stdout, stderr, code } = await check(file);
      expect([file, code === 0 ? stdout.length > 0 : stderr.length > 0]).toEqual([file, true]);
      expect([file, /[^\P{Cc}\n]/u.test(stdout + stderr)]).toEqual([file, false]);
    }
  });

  it('tells parcels whose area cannot be measured, and not as 0 ha', async () => {
    const none = feature(null, { id: 'C' });
    const some = await check(write('some.geojson', collection(feature(polygon(FIELD), { id: 'A' }), none)));
    expect(some.stdout).toContain('some.geojson (GeoJSON): 2 parcels, 1.21 ha; 1 of them not measured. ');
    expect((await check(write('no.geojson', none))).stdout).toContain('no.geojson (GeoJSON): 1 parcel, not measured. ');
    const { summary } = await reportOf(write('no.geojson', none));
    expect(summary).toMatchObject({ parcels: 1, totalHa: null, unmeasuredParcels: 1 });
  });

  it('has exit code 0 for a report of refused parcels, 1 for a file that is not there, 2 for wrong use', async () => {
    expect((await check(write('none.geojson', collection(feature(null))))).code).toBe(0);
    const missing = await check(join(folder, 'missing.geojson'));
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toContain('missing.geojson is not there');
    for (const args of [
      [],
      [two, '--smallest-ha', 'x'],
      [two, '--stated-pct', '125,75'],
      [two, '--assume-crs', '32631'],
      [two, '--mended', 'a.kml'],
    ])
      expect((await check(...args)).code, args.join(' ')).toBe(2);
  });

  it('takes limits: with at most 1 ha both fields of 1.21 ha are too large', async () => {
    expect((await reportOf(two, '--largest-ha', '1')).summary.rules['too-large']).toBe(2);
  });

  it('holds parcels against a region: 25 % of the first and none of the second lie inside', async () => {
    const region = write(
      'commune.geojson',
      collection(feature(polygon(box(1.5, 9.7, 1.60025, 9.9)), { nom: 'Copargo' })),
    );
    const { parcels } = await reportOf(two, '--region', region);
    const inside = parcels.map(({ findings }) => findings.find(({ rule }) => rule === 'outside-region')!);
    expect(inside.map(({ values }) => Math.round(Number(values.insidePct)))).toEqual([25, 0]);
    expect(inside.map(({ proposal }) => proposal?.kind)).toEqual(['cut-region', undefined]);
    expect(inside[0]!.message).toContain('Copargo');
  });

  it('says of a region above 10,000,000 ha that the region is too large, and of no parcel', async () => {
    const file = write('continent.geojson', feature(polygon(box(0, 0, 40, 30))));
    const { code, stderr } = await check(two, '--region', file);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /The region in .*continent\.geojson cannot be used: it covers [\d,]+ ha; at most 10,000,000 ha are accepted\. Give the region a smaller boundary/,
    );
    expect(stderr).not.toMatch(/[Pp]arcel row|Divide it/);
  });

  it('says of 1e999 that it is too large, not that it is null', async () => {
    const text = JSON.stringify(feature(polygon([...FIELD.slice(0, 1), [1, 9.8], ...FIELD.slice(1)])));
    const { stdout } = await check(write('large.geojson', text.replace('[1,9.8]', '[1e999,9.8]')));
    expect(stdout).toContain('["a number too large to be read",9.8]');
    expect(stdout).not.toContain('null');
  });

  it('keeps the report of a file that was read when another is not there, with exit code 1', async () => {
    const missing = join(folder, 'missing.kml');
    const said = await check(two, missing, two, '--json');
    expect(said.code).toBe(1);
    const { files } = JSON.parse(said.stdout) as { readonly files: readonly (CheckReport & { error: unknown })[] };
    expect(files.map(({ summary }) => summary?.parcels)).toEqual([2, undefined, 2]);
    expect(files[1]).toMatchObject({ file: 'missing.kml', error: { kind: 'input', code: 'E_PARCELS_FILE' } });
    expect(said.stderr).toContain('missing.kml is not there');
    const plain = await check(missing, two);
    expect(plain.code).toBe(1);
    expect(plain.stdout).toContain('two.geojson (GeoJSON): 2 parcels');
    expect(plain.stderr).toContain('missing.kml is not there');
  });

  it('keeps the report when the mended parcels cannot be written, with exit code 1', async () => {
    const said = await check(two, '--mended', join(two, 'out.geojson'), '--json');
    expect(said.code).toBe(1);
    const { summary, error } = JSON.parse(said.stdout) as CheckReport & { readonly error: unknown };
    expect([summary.parcels, error]).toMatchObject([2, { kind: 'input' }]);
    expect(said.stderr).toContain('out.geojson');
  });

  it('holds a second file against the first, and calls it by its name', async () => {
    const later = write('later.geojson', collection(feature(polygon(FIELD), { id: 'C', name: 'Est', ...said })));
    const { stdout } = await check(two, later, '--json');
    const { files } = JSON.parse(stdout) as { readonly files: readonly CheckReport[] };
    expect(files.map(({ summary }) => summary.file)).toEqual(['two.geojson', 'later.geojson']);
    expect(files[1]!.parcels[0]!.findings[0]).toMatchObject({
      rule: 'duplicate',
      values: { other: 'A', region: 'two.geojson' },
    });
  });

  it('holds parcels against a register: the same parcel is registered already, and where', async () => {
    const register = join(folder, 'register');
    const place = ['--register', register, '--region', 'copargo', '--author', 'A. Officer', '--reason', 'first'];
    const only = write('only.geojson', collection(feature(polygon(FIELD), { id: 'A', name: 'Nord', ...said })));
    expect((await runCanopy(['parcels', 'import', only, ...place])).code).toBe(0);
    const { parcels } = await reportOf(two, '--register', register);
    expect(parcels[0]!.findings[0]).toMatchObject({ rule: 'duplicate', values: { other: 'A', region: 'copargo' } });
    const overlaps = parcels[1]!.findings.filter(({ rule }) => rule === 'overlap');
    expect(overlaps.map(({ values }) => `${values.other} ${values.region}`)).toEqual(['A ', 'A copargo']);
    expect((await check(two, '--register', join(folder, 'nowhere'))).stderr).toContain('There is no register at');
  }, 180_000);

  it('--mended writes what the proposals make, without tenure, and says what changed', async () => {
    const out = join(folder, 'mended.geojson');
    const { stdout } = await check(two, '--mended', out);
    expect(stdout).toContain('B (feature 2): 1.21 ha, now 0.61 ha less. Cut the shared ground off this parcel.');
    const text = readFileSync(out, 'utf8');
    expect(text).not.toContain('attestation');
    const { features } = JSON.parse(text) as { readonly features: readonly { readonly properties: unknown }[] };
    expect(features.map(({ properties }) => properties)).toMatchObject([
      { id: 'A', name: 'Nord' },
      { id: 'B', mended: 'cut-overlap' },
    ]);
    expect((await reportOf(out)).summary.rules).toEqual({ 'missing-attribute': 2 });
    await check(two, '--mended', out, '--with-personal-data');
    expect((await reportOf(out)).summary.verdicts.accepted).toBe(2);
  });

  it('--mended leaves 2 attributes about people out and names them', async () => {
    const properties = { id: 'A', ...said, titre_foncier: 'TF Chabi', Exploitant: ['Chabi'], species: 'Khaya' };
    const out = join(folder, 'people-mended.geojson');
    const file = write('people.geojson', collection(feature(polygon(FIELD), properties)));
    const { stdout } = await check(file, '--mended', out);
    expect(stdout).toContain('Attributes left out as personal: "titre_foncier", "Exploitant".');
    expect(readFileSync(out, 'utf8')).not.toContain('Chabi');
    expect(readFileSync(out, 'utf8')).toContain('Khaya');
    await check(file, '--mended', out, '--with-personal-data');
    expect(readFileSync(out, 'utf8').match(/Chabi/g)!.length).toBe(2);
  });
});

describe('files that mean harm (rows E 52 and 58)', () => {
  it('10,000 parcels of 100,000 corners are checked; one corner more is told with number and limit', async () => {
    const many = Array.from({ length: 10_000 }, (_, i) => {
      const [west, south] = [1 + (i % 100) * 0.002, 9 + Math.floor(i / 100) * 0.002];
      const [x, y] = [west + 0.001, south + 0.001];
      const ring = [
        [west, south],
        [west + 0.0003, south],
        [west + 0.0006, south],
        [x, south],
        [x, south + 0.0005],
        [x, y],
        [west + 0.0005, y],
        [west, y],
        [west, south + 0.0005],
        [west, south],
      ];
      return feature(polygon(ring), { id: `P${i}` });
    });
    const { summary } = await reportOf(write('many.geojson', collection(...many)));
    expect(summary).toMatchObject({ parcels: 10_000, rules: { 'missing-attribute': 10_000 } });
    const onMore = await check(write('more.geojson', collection(...many, feature(polygon(FIELD)))));
    expect(onMore.code).toBe(1);
    expect(onMore.stderr).toMatch(/10,001 parcels.*10,000/);
  }, 180_000);

  it('properties called __proto__ and constructor change nothing, and come back as they were', async () => {
    const text = `{"type":"Feature","properties":{"id":"A","__proto__":{"x":1},"constructor":"c"},"geometry":${JSON.stringify(polygon(FIELD))}}`;
    const out = join(folder, 'proto-mended.geojson');
    const { code } = await check(write('proto.geojson', text), '--mended', out);
    expect(code).toBe(0);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('ids that turn text round or cannot be seen are escaped in the report', async () => {
    const { stdout } = await check(write('rtl.geojson', collection(feature(null, { id: 'A\u202eB\u200b' }))));
    expect(stdout).not.toMatch(/[\u202e\u200b]/);
  });

  it('a name of 1 MB is not said again', async () => {
    const { stdout } = await check(
      write('long.geojson', collection(feature(null, { id: 'A', name: 'x'.repeat(1_000_000) }))),
    );
    expect(stdout.length).toBeLessThan(5000);
  });
});
