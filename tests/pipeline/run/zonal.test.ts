import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ringsBbox } from '../../../pipeline/raster/clip.ts';
import { computeCoverage } from '../../../pipeline/raster/coverage.ts';
import { type Grid, windowOfBbox } from '../../../shared/grid.ts';
import { type CanopyRun, readCsv, runCanopy } from '../../canopy.ts';
import { startFileServer } from '../../file-server.ts';
import { describeWithGdal, runGdal } from '../../gdal.ts';
import { rectangle, reversed } from '../raster/polygons.ts';
import {
  classAt,
  GRID,
  makeParcels,
  NODATA,
  ndviAt,
  type TestParcel,
  writeParcels,
  writeRaster,
} from './zonal-world.ts';

const root = mkdtempSync(join(tmpdir(), 'canopy-zonal-'));
const at = (name: string) => join(root, name);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const parcels = makeParcels();

beforeAll(async () => {
  await writeRaster(at('ndvi.tif'), 'float32', ndviAt);
  await writeRaster(at('class.tif'), 'uint8', classAt);
  writeParcels(at('parcels.geojson'), parcels);
});

let runs = 0;

async function zonal(raster: string, file: string, ...flags: string[]): Promise<CanopyRun & { out: string }> {
  const out = at(`out-${++runs}.csv`);
  return { ...(await runCanopy(['zonal', raster, file, '--out', out, ...flags])), out };
}

type Row = Record<string, string>;

function rowsById(path: string): Map<string, Row> {
  return new Map(readCsv(path).map((row) => [row.id!, row]));
}

/** Figures of two tables differ by less than `within`, relatively; a null cell meets only a null cell. */
function expectAlike(path: string, other: string, within: number): void {
  const rows = rowsById(other);
  for (const [id, row] of rowsById(path)) {
    for (const [name, cell] of Object.entries(row)) {
      const expected = rows.get(id)![name]!;
      if (cell === expected) continue;
      expect(Math.abs(Number(cell) / Number(expected) - 1), `${name} of ${id}: ${cell}, ${expected}`).toBeLessThan(
        within,
      );
    }
  }
}

/** Every covered cell of a parcel, by the kernel that is tested against exactextract, and its value. */
function cellsOf({ rings }: TestParcel, valueAt: (col: number, row: number) => number, nodata: number) {
  const window = windowOfBbox(GRID, ringsBbox(rings));
  if (window === null) return [];
  const coverage = computeCoverage(rings, GRID, window);
  return Array.from(coverage, (share, i) => {
    const value = valueAt(window.col + (i % window.widthPx), window.row + Math.floor(i / window.widthPx));
    return { share, value };
  }).filter(({ share, value }) => share > 0 && value !== nodata);
}

describe('canopy zonal', () => {
  it('gives 60 parcels the figures of a plain sum over their cells, to 1e-12', async () => {
    const { code, stderr, out } = await zonal(at('ndvi.tif'), at('parcels.geojson'));
    expect([code, stderr.trimEnd().split('\n').at(-1)]).toEqual([
      0,
      expect.stringMatching(
        /^Finished: 60 parcels measured, .*of them reaching beyond the raster; 4 blocks decoded \(\d+ reads, [\d.]+ MB\)\. Result: /,
      ),
    ]);
    expect(readFileSync(out, 'utf8').split('\n')[0]).toBe('id,count,sum,mean,stdev,min,max');
    const rows = rowsById(out);
    for (const parcel of parcels) {
      const cells = cellsOf(parcel, ndviAt, NODATA);
      if (cells.length === 0) {
        expect(rows.get(parcel.id)).toEqual({
          id: parcel.id,
          count: '0',
          sum: '',
          mean: '',
          stdev: '',
          min: '',
          max: '',
        });
        continue;
      }
      const count = cells.reduce((sum, { share }) => sum + share, 0);
      const sum = cells.reduce((total, { share, value }) => total + share * value, 0);
      const m2 = cells.reduce((total, { share, value }) => total + share * (value - sum / count) ** 2, 0);
      const row = rows.get(parcel.id)!;
      const expected = { count, sum, mean: sum / count, stdev: Math.sqrt(m2 / count) };
      for (const [name, value] of Object.entries(expected))
        expect(Math.abs(Number(row[name]) / value - 1)).toBeLessThan(1e-12);
      const values = cells.map(({ value }) => value);
      expect([Number(row.min), Number(row.max)]).toEqual([Math.min(...values), Math.max(...values)]);
    }
  });

  it('writes the same bytes with 1, 2 and 4 workers, and the same rows in another order of the parcels', async () => {
    const stats = ['--stats', 'count,mean,stdev,area_ha,median'];
    const results = [];
    for (const workers of ['1', '2', '4'])
      results.push(await zonal(at('ndvi.tif'), at('parcels.geojson'), ...stats, '--workers', workers));
    const [one, two, four] = results.map(({ out }) => readFileSync(out, 'utf8'));
    expect(two).toBe(one);
    expect(four).toBe(one);
    writeParcels(at('turned.geojson'), parcels.toReversed());
    const turned = await zonal(at('ndvi.tif'), at('turned.geojson'), ...stats);
    expect(readFileSync(turned.out, 'utf8').split('\n').sort()).toEqual(one!.split('\n').sort());
  });

  it('measures parcels in lon/lat as those in the raster CRS, to 1e-8', async () => {
    writeParcels(at('lonlat.geojson'), parcels, 'lon-lat');
    const [crs, lonLat] = [
      await zonal(at('ndvi.tif'), at('parcels.geojson'), '--stats', 'count,mean,stdev'),
      await zonal(at('ndvi.tif'), at('lonlat.geojson'), '--stats', 'count,mean,stdev'),
    ];
    expectAlike(lonLat.out, crs.out, 1e-8);
  });

  it('reads a URL with few requests and writes the same bytes as from disk', async () => {
    const server = await startFileServer(root);
    try {
      const remote = await zonal(`${server.url}/ndvi.tif`, at('parcels.geojson'), '--allow-host', server.pair);
      const local = await zonal(at('ndvi.tif'), at('parcels.geojson'));
      expect(remote.code).toBe(0);
      expect(readFileSync(remote.out, 'utf8')).toBe(readFileSync(local.out, 'utf8'));
      expect(remote.stderr).toMatch(new RegExp(`\\(${server.hits.length} range requests, `));
      expect(server.hits.length).toBeLessThanOrEqual(5);
    } finally {
      await server.close();
    }
  });

  it('refuses a parcel that crosses itself: named, its row empty, exit 3; without a valid pixel count is 0, exit 0', async () => {
    const bowTie = Float64Array.of(301000, 1098000, 301400, 1098400, 301400, 1098000, 301000, 1098400, 301000, 1098000);
    const good = { id: 'good', rings: [rectangle(301_000, 1_098_000, 301_100, 1_098_100)] };
    const away = { id: 'away', rings: [rectangle(290_000, 1_098_000, 290_100, 1_098_100)] };
    const blank = { id: '=blank', rings: [rectangle(303_400, 1_096_900, 303_600, 1_097_100)] };
    writeParcels(at('odd.geojson'), [good, { id: 'tie', rings: [bowTie] }, away, blank]);
    const odd = await zonal(at('ndvi.tif'), at('odd.geojson'), '--stats', 'count,mean,median');
    expect(odd.code).toBe(3);
    expect(odd.stderr).toContain(
      'Parcel tie crosses itself near x 301200.00, y 1098200.00; redraw the boundary there.',
    );
    const lines = readFileSync(odd.out, 'utf8').trimEnd().split('\n');
    expect(lines[1]).toMatch(/^good,100,0\.\d+,0\.\d+$/);
    expect(lines.slice(2)).toEqual(['tie,,,', 'away,0,,', "'=blank,0,,"]);
    writeParcels(at('away.geojson'), [away]);
    expect((await zonal(at('ndvi.tif'), at('away.geojson'))).code).toBe(0);
    writeParcels(at('good.geojson'), [good, { ...away, id: 'good' }]);
    const one = await zonal(at('ndvi.tif'), at('good.geojson'));
    expect(one.stderr).toContain('Ids repeat in ');
    expect(one.stderr).toContain('("good"), so parcels that share theirs go by another name: row-1, row-2.');
    expect(one.stderr).toContain('1 block decoded (');
    expect(one.stderr).toContain('1 of 1 block ');
  });

  it('gives class areas that add up to area_ha, with holes cut out, and median and p10 as a plain count finds them', async () => {
    const ring = {
      id: 'ring',
      rings: [
        rectangle(301_003, 1_095_007, 303_009, 1_097_001),
        reversed(rectangle(301_500, 1_095_500, 302_500, 1_096_500)),
      ],
    };
    writeParcels(at('ring.geojson'), [ring, ...parcels]);
    const stats = 'classes,area_ha,count,p10,median';
    const { code, out } = await zonal(at('class.tif'), at('ring.geojson'), '--stats', stats);
    expect(code).toBe(0);
    expect(readFileSync(out, 'utf8').split('\n')[0]).toBe('id,class_1_ha,class_11_ha,area_ha,count,p10,median');
    const rows = rowsById(out);
    for (const parcel of [ring, ...parcels]) {
      const row = rows.get(parcel.id)!;
      if (row.count === '0') {
        expect(cellsOf(parcel, classAt, 0)).toEqual([]);
        expect(Object.values(row).slice(1)).toEqual(['', '', '', '0', '', '']);
        continue;
      }
      expect((Number(row.class_1_ha) + Number(row.class_11_ha)) / Number(row.area_ha)).toBeCloseTo(1, 12);
      // Near the western edge of UTM 31 a grid hectare is 0.9997 to 1 true hectares.
      expect(Number(row.area_ha) / (Number(row.count) / 100)).toBeCloseTo(1, 2);
      const cells = cellsOf(parcel, classAt, 0);
      const ofOne = cells.reduce((sum, { share, value }) => (value === 1 ? sum + share : sum), 0);
      const count = cells.reduce((sum, { share }) => sum + share, 0);
      expect(Number(row.median)).toBe(ofOne >= 0.5 * count ? 1 : 11);
      expect(Number(row.p10)).toBe(ofOne >= 0.1 * count ? 1 : 11);
    }
  });

  it('measures a geographic grid in true hectares: 20 cells of 0.00025° at 9.5° N are 20 × 759.0431 m²', async () => {
    const grid: Grid = {
      crs: 'EPSG:4326',
      transform: [0.00025, 0, 1.5, 0, -0.00025, 9.501],
      widthPx: 64,
      heightPx: 64,
    };
    await writeRaster(at('degrees.tif'), 'uint8', () => 1, grid);
    const square = { id: 'square', rings: [rectangle(1.5025, 9.49975, 1.505, 9.50025)] };
    writeParcels(at('degrees.geojson'), [square], 'degrees');
    const { out } = await zonal(at('degrees.tif'), at('degrees.geojson'), '--stats', 'count,area_ha');
    const row = rowsById(out).get('square')!;
    expect(Number(row.count)).toBeCloseTo(20, 9);
    expect((Number(row.area_ha) * 10_000) / 20 / 759.043097529).toBeCloseTo(1, 9);
  });

  it('names units and sources beside the table', async () => {
    const { out } = await zonal(at('ndvi.tif'), at('parcels.geojson'), '--stats', 'count,area_ha');
    const about = JSON.parse(readFileSync(`${out}-metadata.json`, 'utf8'));
    expect(about['dc:source']).toEqual(['ndvi.tif, band 1, values as stored', 'parcels.geojson']);
    expect(about.tableSchema.columns.map((column: Row) => column['twin_canopy:unit'])).toEqual([
      undefined,
      'pixel',
      'ha',
    ]);
    expect(about.tableSchema.columns[2]['dc:description']).toContain(
      'inside a cell the area is taken as spread evenly',
    );
  });

  it.each<[string, string[], number, string]>([
    ['a statistic that is not known', ['--stats', 'count,mode'], 2, 'got "mode"'],
    ['a statistic named twice', ['--stats', 'mean,mean'], 2, 'names "mean" twice'],
    ['a quantile above 100', ['--stats', 'p101'], 2, 'got "p101"'],
    ['a band that is not there', ['--band', '2'], 1, 'has 1 band; --band 2 is not there'],
    [
      'classes of float values',
      ['--stats', 'classes'],
      1,
      'holds float32 numbers; classes wants a raster of whole numbers',
    ],
    ['an id field that is not there', ['--id-field', 'name'], 2, 'has no text or number there'],
    ['no worker', ['--workers', '0'], 2, '--workers wants'],
  ])('refuses %s and leaves no file', async (_, flags, code, words) => {
    const run = await zonal(at('ndvi.tif'), at('parcels.geojson'), ...flags);
    expect([run.code, run.stderr]).toEqual([code, expect.stringContaining(words)]);
    expect(existsSync(run.out)).toBe(false);
  });

  it.each<[string, string, string, string]>([
    ['a raster that is not there', 'none.tif', 'parcels.geojson', 'There is no file'],
    ['parcels that are not there', 'ndvi.tif', 'none.geojson', 'cannot be read (ENOENT)'],
    ['parcels where the raster should be', 'parcels.geojson', 'parcels.geojson', 'TIFF'],
  ])('refuses %s with one sentence and exit 1', async (_, raster, file, words) => {
    const run = await zonal(at(raster), at(file));
    expect([run.code, run.stderr]).toEqual([1, expect.stringContaining(words)]);
    expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('leaves no unfinished file behind after all this', () => {
    expect(readdirSync(root).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describeWithGdal('canopy zonal on what GDAL makes of one raster', () => {
  const stats = ['--stats', 'count,sum,mean,stdev,min,max,area_ha,p10,median'];
  let first = '';
  beforeAll(async () => {
    first = (await zonal(at('ndvi.tif'), at('parcels.geojson'), ...stats)).out;
  });

  it.each<[string, string[]]>([
    ['strips of 1 row', ['-co', 'BLOCKYSIZE=1']],
    [
      'strips of 7 rows, Deflate, predictor 3',
      ['-co', 'BLOCKYSIZE=7', '-co', 'COMPRESS=DEFLATE', '-co', 'PREDICTOR=3'],
    ],
    [
      'tiles of 16 × 16, LZW',
      ['-co', 'TILED=YES', '-co', 'BLOCKXSIZE=16', '-co', 'BLOCKYSIZE=16', '-co', 'COMPRESS=LZW'],
    ],
    ['tiles of 512 × 512 without compression', ['-co', 'TILED=YES', '-co', 'BLOCKXSIZE=512', '-co', 'BLOCKYSIZE=512']],
    [
      'tiles of 1024 × 256, big-endian',
      ['-co', 'TILED=YES', '-co', 'BLOCKXSIZE=1024', '-co', 'BLOCKYSIZE=256', '-co', 'ENDIANNESS=BIG'],
    ],
    ['three interleaved bands, the second measured', ['-b', '1', '-b', '1', '-b', '1', '-co', 'INTERLEAVE=PIXEL']],
    [
      'three bands one after the other, the second measured',
      ['-b', '1', '-b', '1', '-b', '1', '-co', 'INTERLEAVE=BAND'],
    ],
    ['float64', ['-ot', 'Float64']],
  ])('%s: every figure within 1e-12 of the first', async (name, options) => {
    const path = at(`${name.replaceAll(/\W+/g, '-')}.tif`);
    await runGdal('gdal_translate', '-q', '-of', 'GTiff', ...options, at('ndvi.tif'), path);
    const other = await zonal(path, at('parcels.geojson'), ...stats, '--band', name.includes('second') ? '2' : '1');
    expect(other.code).toBe(0);
    expectAlike(other.out, first, 1e-12);
  });

  it('leaves out what the mask of the file calls invalid, as it leaves out nodata', async () => {
    await runGdal(
      'gdal_translate',
      '-q',
      '-of',
      'GTiff',
      '-a_nodata',
      'none',
      '-mask',
      'mask',
      '-co',
      'TILED=YES',
      '--config',
      'GDAL_TIFF_INTERNAL_MASK',
      'YES',
      at('ndvi.tif'),
      at('masked.tif'),
    );
    const masked = await zonal(at('masked.tif'), at('parcels.geojson'), ...stats);
    expect(masked.code).toBe(0);
    expectAlike(masked.out, first, 1e-12);
  });
});
