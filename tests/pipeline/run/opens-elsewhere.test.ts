import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../pipeline/store/database.ts';
import { type Column, isNumeric, observationColumns, resultColumns } from '../../../pipeline/store/tables.ts';
import { alps, shortAlpsArgs } from '../../alps.ts';
import { readCsv, runCanopy } from '../../canopy.ts';
import { describeWithData } from '../../real-data.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../store/postgres-server.ts';

const gdalFormats = readGdalFormats();
const describeWithGdal =
  gdalFormats === null
    ? (name: string, body: () => void) => describe.skip(`${name} [skipped: gdalinfo is not on PATH]`, body)
    : describe;
const gdalReadsParquet = gdalFormats?.includes('Parquet') === true;
const withoutParquet = gdalReadsParquet ? '' : ' [skipped: this GDAL has no Parquet driver]';

/** Data type and nodata of each kind of layer, as the user's guide states them. */
const FORMS: Record<string, { type: string; nodata: number; bands: number }> = {
  ndvi: { type: 'Int16', nodata: -32768, bands: 1 },
  cover: { type: 'Int16', nodata: -32768, bands: 1 },
  change: { type: 'Int16', nodata: -32768, bands: 1 },
  'clear-count': { type: 'UInt16', nodata: 65535, bands: 1 },
  'true-color': { type: 'Byte', nodata: 0, bands: 3 },
};

describeWithData('what canopy monitor wrote of the Alps, opened by other programs', () => {
  const out = mkdtempSync(join(tmpdir(), 'canopy-opens-'));
  let server: PostgresServer | null = null;
  let observations: Record<string, string>[];
  let parcels: Record<string, string>[];

  beforeAll(async () => {
    server = postgresMissing === null ? await startPostgres() : null;
    const { code } = await runCanopy(shortAlpsArgs(out, ...(server ? ['--database', server.url] : [])));
    expect(code).toBe(0);
    observations = readCsv(join(out, 'observations.csv'));
    parcels = readCsv(join(out, 'parcels.csv'));
  });
  afterAll(() => {
    server?.stop();
    rmSync(out, { recursive: true, force: true });
  });

  describeWithGdal('by GDAL', () => {
    it('reports for 18 layers LAYOUT=COG, EPSG:32633, the transform of the scenes, nodata and an overview', () => {
      const layers = readdirSync(join(out, 'layers')).filter((name) => name.endsWith('.tif'));
      expect(layers).toHaveLength(18);
      const sources = { '33TWL': inspect(sceneOf('33TWL')), '33TWM': inspect(sceneOf('33TWM')) };
      for (const name of layers) {
        const tile = name.includes('33TWL') ? '33TWL' : '33TWM';
        const layer = inspect(join(out, 'layers', name));
        const { type, nodata, bands } = FORMS[/^(.+)-(baseline|period)-33/.exec(name)![1]!]!;
        expect(layer.metadata.IMAGE_STRUCTURE).toMatchObject({ LAYOUT: 'COG', COMPRESSION: 'DEFLATE' });
        expect(layer.metadata['']).toMatchObject({
          attribution: expect.stringMatching(/contains modified Copernicus Sentinel data 2023/i),
          synthetic: 'no',
        });
        expect(layer.coordinateSystem.wkt).toMatch(/ID\["EPSG",32633\]\]$/);
        expect(layer.geoTransform).toEqual(sources[tile].geoTransform);
        expect(layer.size).toEqual([915, 915]);
        expect(layer.bands).toHaveLength(bands);
        for (const band of layer.bands) {
          expect(band).toMatchObject({ type, noDataValue: nodata, block: [512, 512] });
          expect(band.overviews).toEqual([{ size: [458, 458] }]);
        }
      }
    });

    it('finds 124 polygons in parcels.geojson, in lon/lat', () => {
      const said = ogrinfo(join(out, 'parcels.geojson'));
      expect(said).toContain('Feature Count: 124');
      expect(said).toContain('GEOGCRS["WGS 84"');
      expect(said).toContain('ndvi_change: Real');
    });

    it.skipIf(!gdalReadsParquet)(`finds 124 polygons in parcels.parquet${withoutParquet}`, () => {
      const said = ogrinfo(join(out, 'parcels.parquet'));
      expect(said).toContain('Feature Count: 124');
      expect(said).toMatch(/Geometry: (Multi )?Polygon/i);
    });
  });

  it('gives hyparquet the figures of the CSV files: 248 observations and 124 parcels', async () => {
    expect([observations.length, parcels.length]).toEqual([248, 124]);
    const saved = await readParquet('observations.parquet');
    expect(linesOfRows(saved, observationColumns)).toEqual(linesOfCsv(observations, observationColumns));
    const results = await readParquet('parcels.parquet');
    expect(linesOfRows(results, resultColumns)).toEqual(linesOfCsv(parcels, resultColumns));
  });

  it('gives hyparquet the 124 boundaries of parcels.geojson, under GeoParquet 1.1 metadata', async () => {
    const rows = await readParquet('parcels.parquet');
    const { features } = JSON.parse(readFileSync(join(out, 'parcels.geojson'), 'utf8'));
    expect(rows.map((row) => row.geometry)).toEqual(features.map((f: { geometry: unknown }) => f.geometry));
    const metadata = await parquetMetadataAsync(await asyncBufferFromFile(join(out, 'parcels.parquet')));
    const geo = JSON.parse(metadata.key_value_metadata!.find(({ key }) => key === 'geo')!.value!);
    expect(geo).toMatchObject({
      version: '1.1.0',
      primary_column: 'geometry',
      columns: { geometry: { encoding: 'WKB', geometry_types: ['Polygon'] } },
    });
  });

  const withoutServer = postgresMissing === null ? '' : ` [skipped: ${postgresMissing}]`;
  it.skipIf(postgresMissing !== null)(
    `gives PostgreSQL the figures of the CSV files, and leaves no database in the folder${withoutServer}`,
    async () => {
      const database = await openDatabase({ url: server!.url, folder: out });
      const saved = await database.query<Record<string, unknown>>('select * from observation');
      const results = await database.query<Record<string, unknown>>('select * from parcel_result');
      const [run] = await database.query<{ record: unknown }>('select record from run');
      await database.close();
      expect(linesOfRows(saved, observationColumns)).toEqual(linesOfCsv(observations, observationColumns));
      expect(linesOfRows(results, resultColumns)).toEqual(linesOfCsv(parcels, resultColumns));
      expect(run!.record).toEqual(JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')));
      expect(existsSync(join(out, 'db'))).toBe(false);
    },
  );

  async function readParquet(name: string): Promise<Record<string, unknown>[]> {
    return parquetReadObjects({ file: await asyncBufferFromFile(join(out, name)) });
  }
});

/** Rows of a CSV as lines of JSON in a fixed order, with numbers and times of the columns' types. */
function linesOfCsv(rows: readonly Record<string, string>[], columns: readonly Column<never>[]): string[] {
  const typed = (text: string, unit: Column<never>['unit']) => {
    if (text === '') return '';
    return unit === 'utc' ? new Date(text) : isNumeric(unit) ? Number(text) : text;
  };
  return rows.map((row) => JSON.stringify(columns.map(({ name, unit }) => typed(row[name]!, unit)))).sort();
}

/** The same of typed rows; a CSV does not tell null from empty text. */
function linesOfRows(rows: readonly Record<string, unknown>[], columns: readonly Column<never>[]): string[] {
  return rows.map((row) => JSON.stringify(columns.map(({ name }) => row[name] ?? ''))).sort();
}

function sceneOf(tile: string): string {
  return join(alps, `sentinel-2-l2a/S2B_${tile}_20230813_0_L2A/B04.tif`);
}

interface GdalInfo {
  readonly size: number[];
  readonly geoTransform: number[];
  readonly coordinateSystem: { readonly wkt: string };
  readonly metadata: { readonly '': Record<string, string>; readonly IMAGE_STRUCTURE: Record<string, string> };
  readonly bands: { readonly overviews: { readonly size: number[] }[] }[];
}

function inspect(path: string): GdalInfo {
  return JSON.parse(gdal('gdalinfo', '-json', path));
}

function ogrinfo(path: string): string {
  return gdal('ogrinfo', '-ro', '-so', '-al', path);
}

/** Names of the vector formats of the GDAL on PATH; null without one. */
function readGdalFormats(): string | null {
  try {
    return gdal('ogrinfo', '--formats');
  } catch {
    return null;
  }
}

function gdal(program: 'gdalinfo' | 'ogrinfo', ...parameters: string[]): string {
  return execFileSync(program, parameters, { encoding: 'utf8' });
}
