import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { afterAll, describe, expect, it } from 'vitest';
import { writeExports } from '../../../pipeline/store/exports.ts';
import { sha256OfFile } from '../../../pipeline/store/files.ts';
import type { Parcel } from '../../../shared/parcel.ts';
import { emptyResult, sampleObservation, sampleParcel, sampleProvenance, sampleResult } from './samples.ts';

const folder = mkdtempSync(join(tmpdir(), 'canopy-exports-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const twoParts: Parcel = {
  ...sampleParcel(1),
  rings: [...sampleParcel(1).rings, ...sampleParcel(5).rings],
  bboxDeg: [1.02, 9, 1.11, 9.01],
};
const input = {
  observations: [
    sampleObservation(),
    sampleObservation({
      parcelId: '=1',
      ndviMean: null,
      ndviSd: null,
      ndviP10: null,
      ndviP50: null,
      ndviP90: null,
      outcome: 'no_data',
      reason: 'all nodata',
    }),
  ],
  results: [sampleResult(), emptyResult, sampleResult({ parcelId: 'refused', parcelHa: null, outcome: 'no_data' })],
  parcels: [sampleParcel(0, 'P-0', true), twoParts],
  provenance: sampleProvenance,
  change: null,
  controlAreas: [],
};

function readBuffer(path: string): ArrayBuffer {
  return new Uint8Array(readFileSync(path)).buffer;
}

function findOgrinfo(): string | null {
  const program = 'ogrinfo';
  try {
    const formats = execFileSync(program, ['--formats'], { encoding: 'utf8' });
    return /parquet/i.test(formats) ? program : null;
  } catch {
    return null;
  }
}

describe('the exports of a run', () => {
  const out = join(folder, 'out');
  const written = writeExports(out, input);

  it('are 7 files, listed with the size and SHA-256 they have on disk, and no temporary file is left', async () => {
    const files = await written;
    expect(readdirSync(out)).toEqual(files.map((file) => file.name).sort());
    expect(files).toHaveLength(7);
    for (const { name, sha256, bytes } of files) {
      expect([name, await sha256OfFile(join(out, name)), readFileSync(join(out, name)).length]).toEqual([
        name,
        sha256,
        bytes,
      ]);
    }
  });

  it('have the same bytes when they are written again', async () => {
    expect(await writeExports(join(folder, 'again'), input)).toEqual(await written);
  });

  it('say in parcels.geojson who is to be named, and hold a polygon with its hole, 2 parts, and a null geometry', async () => {
    await written;
    const text = readFileSync(join(out, 'parcels.geojson'), 'utf8');
    const document = JSON.parse(text);
    expect(document).toMatchObject({
      type: 'FeatureCollection',
      attribution: sampleProvenance.attribution,
      synthetic: false,
    });
    const [holed, parts, refused] = document.features;
    expect(holed.geometry.type).toBe('Polygon');
    expect(holed.geometry.coordinates).toHaveLength(2);
    expect(parts.geometry.type).toBe('MultiPolygon');
    expect(parts.geometry.coordinates).toHaveLength(2);
    expect(parts.geometry.coordinates[0][0][0]).toEqual([1.02, 9]);
    expect(refused.geometry).toBeNull();
    expect(holed.properties).toMatchObject({ parcel_id: 'P-0', cover_change_pct: -26.6667, finding: 'loss' });
    expect(parts.properties.ndvi_change).toBeNull();
    expect(text).not.toMatch(/\d\.\d{8}/);
  });

  it('name units and attribution of the 16 columns of observations.csv beside it', async () => {
    await written;
    const document = JSON.parse(readFileSync(join(out, 'observations.csv-metadata.json'), 'utf8'));
    expect(document['dc:rights']).toEqual(sampleProvenance.attribution);
    expect(document.tableSchema.columns).toHaveLength(16);
    expect(document.tableSchema.columns[5]).toEqual({
      name: 'parcel_ha',
      datatype: 'double',
      'twin_canopy:unit': 'ha',
    });
  });

  it('have real types in observations.parquet: text without a formula guard, DOUBLE, timestamps, nulls', async () => {
    await written;
    const rows = await parquetReadObjects({ file: readBuffer(join(out, 'observations.parquet')) });
    expect(rows[0]).toMatchObject({
      parcel_id: 'P-0',
      scene_ids: 'S-0;S-1',
      datetime: new Date('2023-08-10T10:12:13.456Z'),
      ndvi_mean: 0.7097712,
      clear_ha: 100.123457,
    });
    expect(rows[1]).toMatchObject({ parcel_id: '=1', ndvi_mean: null, outcome: 'no_data' });
  });

  it('make parcels.parquet a GeoParquet 1.1 with WKB, bbox and attribution, its counts INT32, its areas DOUBLE', async () => {
    await written;
    const file = readBuffer(join(out, 'parcels.parquet'));
    const metadata = parquetMetadata(file);
    const entries = Object.fromEntries((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value]));
    expect(JSON.parse(entries.geo!)).toEqual({
      version: '1.1.0',
      primary_column: 'geometry',
      columns: {
        geometry: {
          encoding: 'WKB',
          geometry_types: ['MultiPolygon', 'Polygon'],
          orientation: 'counterclockwise',
          edges: 'planar',
          bbox: [1, 9, 1.11, 9.01],
        },
      },
    });
    expect(entries).toMatchObject({ attribution: sampleProvenance.attribution.join('\n'), synthetic: 'false' });
    expect(metadata.created_by).toBe('twin-canopy');
    const types = Object.fromEntries(metadata.schema.map(({ name, type }) => [name, type]));
    expect(types).toMatchObject({
      n_clear_baseline: 'INT32',
      parcel_ha: 'DOUBLE',
      reason: 'BYTE_ARRAY',
      geometry: 'BYTE_ARRAY',
    });
    const rows = await parquetReadObjects({ file });
    expect(rows[0]!.geometry).toEqual({
      type: 'Polygon',
      coordinates: input.parcels[0]!.rings.map((ring) =>
        Array.from({ length: 5 }, (_, i) => [ring[2 * i], ring[2 * i + 1]]),
      ),
    });
    expect(rows.map((row) => row.geometry?.type)).toEqual(['Polygon', 'MultiPolygon', undefined]);
    expect(rows.map((row) => row.n_clear_baseline)).toEqual([3, 2, 3]);
  });

  it('are written for a run without a single row, too', async () => {
    const empty = {
      observations: [],
      results: [],
      parcels: [],
      provenance: { attribution: [], synthetic: true },
      change: null,
      controlAreas: [],
    };
    await writeExports(join(folder, 'empty'), empty);
    expect(await parquetReadObjects({ file: readBuffer(join(folder, 'empty', 'parcels.parquet')) })).toEqual([]);
    expect(JSON.parse(readFileSync(join(folder, 'empty', 'parcels.geojson'), 'utf8'))).toMatchObject({
      synthetic: true,
      features: [],
    });
  });

  const ogrinfo = findOgrinfo();
  const name = 'are opened by GDAL, which finds 3 features and WGS 84 in parcels.parquet';
  it.skipIf(ogrinfo === null)(
    ogrinfo ? name : `${name} [skipped: no ogrinfo with the Parquet driver here]`,
    async () => {
      await written;
      const report = execFileSync(ogrinfo!, ['-so', '-al', join(out, 'parcels.parquet')], { encoding: 'utf8' });
      expect(report).toContain('Feature Count: 3');
      expect(report).toContain('WGS 84');
    },
  );
});
