import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRegisterHere } from '../../../pipeline/run/register-here.ts';
import type { ImportRow } from '../../../pipeline/run/register-import.ts';
import type { CheckSummary } from '../../../shared/parcel-check.ts';
import type { ParcelVersion } from '../../../shared/register.ts';
import { runCanopy, startCanopy } from '../../canopy.ts';
import { cornersInMetres, makeGeopackage } from '../../parcel-questions.ts';
import { describeWithData, sharedData } from '../../real-data.ts';
import { fieldAt } from '../../register-sample.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../store/postgres-server.ts';

const root = mkdtempSync(join(tmpdir(), 'canopy-parcels-import-'));
let server: PostgresServer | undefined;
afterAll(() => {
  server?.stop();
  rmSync(root, { recursive: true, force: true });
});

const WHO = ['--region', 'sink', '--author', 'Awa Sabi', '--reason', 'list of the land office', '--json'];

interface Imported {
  readonly file: string;
  readonly sha256: string;
  readonly summary: CheckSummary;
  readonly rows: readonly ImportRow[];
  readonly error?: { readonly code: string; readonly message: string };
}

async function importFiles(place: readonly string[], files: readonly string[], more: readonly string[] = []) {
  const { code, stdout, stderr } = await runCanopy(['parcels', 'import', ...files, ...place, ...WHO, ...more]);
  const { files: imported } = JSON.parse(stdout || '{"files":[]}') as { files: Imported[] };
  return { code, stderr, imported };
}

function outcomes({ rows }: Imported): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of rows) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

async function readRegister(place: { url: string | null; folder: string }): Promise<readonly ParcelVersion[]> {
  const register = openRegisterHere(place);
  try {
    const answer = await register.call('list', { boxes: null, limit: 10_000 });
    return answer.kind === 'page' ? answer.page.parcels : [];
  } finally {
    await register.close();
  }
}

function writeFields(name: string, numbers: readonly number[], more: readonly object[] = []): string {
  const path = join(root, name);
  const features = [
    ...numbers.map((number) => ({
      type: 'Feature',
      properties: { id: `F-${number}`, name: `Field ${number}` },
      geometry: fieldAt(number),
    })),
    ...more,
  ];
  writeFileSync(path, JSON.stringify({ type: 'FeatureCollection', features }));
  return path;
}

const unclosed = { type: 'Polygon', coordinates: [(fieldAt(8).coordinates[0] as number[][]).slice(0, 4)] };
const lineFeature = {
  type: 'Feature',
  properties: { id: 'line' },
  geometry: {
    type: 'LineString',
    coordinates: [
      [2, 0],
      [2.1, 0.1],
    ],
  },
};

describe('canopy parcels import', () => {
  const folder = join(root, 'register');
  const place = ['--register', folder];

  it('registers 3 of 5 parcels, leaves out one that can be mended and one that cannot, and ends with 3', async () => {
    const path = writeFields(
      'five.geojson',
      [1, 2, 3],
      [{ type: 'Feature', properties: { id: 'F-8' }, geometry: unclosed }, lineFeature],
    );
    const { code, imported, stderr } = await importFiles(place, [path]);
    expect(code).toBe(3);
    expect(outcomes(imported[0]!)).toEqual({ registered: 3, mendable: 1, refused: 1 });
    expect(stderr).toContain('five.geojson: 3 of 5 parcels registered, 1 left out that can be mended, 1 refused.');
    const parcels = await readRegister({ url: null, folder });
    expect(parcels.map(({ id }) => id)).toEqual(['F-1', 'F-2', 'F-3']);
    expect(parcels[1]).toMatchObject({ author: 'Awa Sabi', reason: 'list of the land office', version: 1 });
    expect(parcels[1]!.provenance).toMatchObject({
      kind: 'imported',
      file: { name: 'five.geojson', sha256: imported[0]!.sha256, format: 'geojson', place: 'feature 2' },
    });
    expect(parcels[1]!.warnings!.map(({ rule }) => rule)).toContain('missing-attribute');
  });

  it('run again registers nothing twice, and with --accept-mends the mended one with its hectares', async () => {
    const path = join(root, 'five.geojson');
    const again = await importFiles(place, [path]);
    expect(outcomes(again.imported[0]!)).toEqual({ before: 3, mendable: 1, refused: 1 });
    const mended = await importFiles(place, [path], ['--accept-mends']);
    expect(outcomes(mended.imported[0]!)).toEqual({ before: 3, mended: 1, refused: 1 });
    const row = mended.imported[0]!.rows.find(({ outcome }) => outcome === 'mended')!;
    expect(row.mends.map(({ rule, kind }) => `${rule} ${kind}`)).toEqual(['unclosed-ring close-ring']);
    const parcels = await readRegister({ url: null, folder });
    expect(parcels.find(({ id }) => id === 'F-8')).toMatchObject({
      geometry: fieldAt(8),
      provenance: { mends: row.mends },
    });
    expect(parcels).toHaveLength(4);
  });

  it('gives the 2 parcels of a second file new ids where theirs are taken, and goes on after a file it cannot read', async () => {
    const features = [101, 102].map((number, i) => ({
      type: 'Feature',
      properties: { id: `F-${i + 1}`, name: 'other land' },
      geometry: fieldAt(number),
    }));
    const path = writeFields('second.geojson', [], features);
    const wrong = join(root, 'wrong.geojson');
    writeFileSync(wrong, 'no parcels');
    const { code, imported } = await importFiles(place, [wrong, path]);
    expect(code).toBe(3);
    expect(imported[0]!.error!.message).toMatch(/wrong\.geojson/);
    expect(imported[1]!.rows.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
      'sink-0001 registered',
      'sink-0002 registered',
    ]);
    const parcels = await readRegister({ url: null, folder });
    expect(parcels.find(({ id }) => id === 'sink-0001')!.attributes.more).toMatchObject({ id: 'F-1' });
  });

  it('keeps of --assume-crs and --layer what a file was read by: neither of a KML, the CRS of a table, the layer of 1 of 2', async () => {
    const [kml, csv, gpkg] = ['a.kml', 'b.csv', 'c.gpkg'].map((name) => join(root, name));
    const corners = (fieldAt(60).coordinates as number[][][])[0]!.join(' ');
    const area = `<Polygon><outerBoundaryIs><LinearRing><coordinates>${corners}</coordinates></LinearRing></outerBoundaryIs></Polygon>`;
    writeFileSync(kml!, `<kml><Placemark><name>Nord</name>${area}</Placemark></kml>`);
    writeFileSync(csv!, cornersInMetres('EPSG:32631', { Sud: fieldAt(61) }));
    writeFileSync(gpkg!, await makeGeopackage({ foo: fieldAt(62), bar: fieldAt(63) }));
    const answered = ['--register', join(root, 'answered')];
    const { imported } = await importFiles(
      answered,
      [kml!, csv!, gpkg!],
      ['--assume-crs', 'EPSG:32631', '--layer', 'foo'],
    );
    expect(imported.map(outcomes)).toEqual([{ registered: 1 }, { registered: 1 }, { registered: 1 }]);
    const parcels = await readRegister({ url: null, folder: answered[1]! });
    const files = parcels.map(({ provenance }) => provenance.file!).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(files.map(({ name, assumedCrs, layer }) => [name, assumedCrs, layer])).toEqual([
      ['a.kml', undefined, undefined],
      ['b.csv', 'EPSG:32631', undefined],
      ['c.gpkg', undefined, 'foo'],
    ]);
    // An answer that was not needed makes no other file of it.
    expect((await importFiles(answered, [kml!])).imported.map(outcomes)).toEqual([{ before: 1 }]);
  }, 180_000);

  it('ends with 1 where no file can be read, and with 2 and a sentence at wrong use', async () => {
    expect((await importFiles(place, [join(root, 'nowhere.kml')])).code).toBe(1);
    const path = join(root, 'five.geojson');
    const wrong: [string[], string][] = [
      [['parcels', 'import', path], '--register'],
      [
        ['parcels', 'import', ...place, '--region', 'sink', '--author', 'A', '--reason', 'r'],
        'at least one parcel file',
      ],
      [['parcels', 'import', path, ...place, '--region', 'sink', '--reason', 'r'], '--author'],
      [['parcels', 'import', path, ...place, '--region', '../x', '--author', 'A', '--reason', 'r'], '--region'],
      [['parcels', 'import', path, ...place, '--database', 'postgres://x', '--region', 's'], 'give one of them'],
    ];
    for (const [args, words] of wrong) {
      const { code, stderr } = await runCanopy(args);
      expect([args.slice(2), code]).toEqual([args.slice(2), 2]);
      expect(stderr).toContain(words);
    }
  });

  it('is told who has the register open, and writes nothing', async () => {
    const holder = openRegisterHere({ url: null, folder });
    await holder.call('state', {});
    const { code, stderr } = await importFiles(place, [writeFields('held.geojson', [40])]);
    await holder.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`in use by process ${process.pid}`);
  });

  it('killed at 3 moments leaves all of 100 parcels in the register or none, and finishes when it is run again', async () => {
    const path = writeFields(
      'many.geojson',
      Array.from({ length: 100 }, (_, i) => 200 + i),
    );
    const start = performance.now();
    const whole = await importFiles(['--register', join(root, 'whole')], [path]);
    const tookMs = performance.now() - start;
    expect(outcomes(whole.imported[0]!)).toEqual({ registered: 100 });
    const killed = join(root, 'killed');
    for (const share of [0.6, 0.8, 0.95]) {
      const run = startCanopy(['parcels', 'import', path, '--register', killed, ...WHO]);
      await Promise.race([sleep(share * tookMs), run.ended]);
      run.child.kill('SIGKILL');
      await run.ended;
      expect([0, 100]).toContain((await readRegister({ url: null, folder: killed })).length);
    }
    const last = await importFiles(['--register', killed], [path]);
    expect(last.code).toBe(0);
    expect([{ registered: 100 }, { before: 100 }]).toContainEqual(outcomes(last.imported[0]!));
    const numbers = (await readRegister({ url: null, folder: killed })).map(({ version }) => version);
    expect(numbers).toEqual(Array.from({ length: 100 }, () => 1));
  }, 240_000);
});

describe.skipIf(postgresMissing !== null)(`canopy parcels import into PostgreSQL ${postgresMissing ?? ''}`, () => {
  beforeAll(async () => {
    server = await startPostgres();
  });

  it('lets 1 of 2 imports of one file at once register its 3 parcels, the other finds them registered', async () => {
    const path = writeFields('both.geojson', [301, 302, 303]);
    const place = ['--database', server!.url];
    const both = await Promise.all([importFiles(place, [path]), importFiles(place, [path])]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(await readRegister({ url: server!.url, folder: root })).toHaveLength(3);
  });
});

describeWithData('canopy parcels import of real files', () => {
  it('registers 344 of the 346 parcels of Madagascar as they are, the one that crosses itself mended, not the one of 0.02 ha', async () => {
    const file = join(sharedData, 'data/parcels/madagascar-reforestation.geojson');
    const place = ['--register', join(root, 'madagascar')];
    const first = await importFiles(place, [file]);
    expect([first.code, outcomes(first.imported[0]!)]).toEqual([3, { registered: 344, mendable: 1, refused: 1 }]);
    const second = await importFiles(place, [file], ['--accept-mends']);
    expect([second.code, outcomes(second.imported[0]!)]).toEqual([3, { before: 344, mended: 1, refused: 1 }]);
    const { rows } = second.imported[0]!;
    expect(rows.find(({ outcome }) => outcome === 'mended')).toMatchObject({
      id: 'SAN_AMB_T11_L01_01',
      mends: [{ rule: 'self-crossing', kind: 'make-valid' }],
    });
    expect(rows.find(({ outcome }) => outcome === 'refused')!.findings[0]!.rule).toBe('too-small');
  }, 240_000);
});
