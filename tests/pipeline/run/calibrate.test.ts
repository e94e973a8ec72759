import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CoverModelFile, parseCoverModel } from '../../../pipeline/change/cover-model-file.ts';
import { createPixels } from '../../../pipeline/cog/block.ts';
import { writeCog } from '../../../pipeline/cog/write.ts';
import type { Grid } from '../../../shared/grid.ts';
import { crsToLonLat, lonLatToCrs } from '../../../shared/transform.ts';
import { runCanopy } from '../../canopy.ts';
import { describeWithData, sharedData } from '../../real-data.ts';
import { makeTinyCatalog, type TinyCatalog, type TinyScene } from '../../tiny-catalog.ts';

const root = mkdtempSync(join(tmpdir(), 'canopy-calibrate-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const PLACE = { epsg: 32631, x: 400_000, y: 1_000_000, widthPx: 120, heightPx: 120 };
const GRID: Grid = { crs: 'EPSG:32631', transform: [10, 0, PLACE.x, 0, -10, PLACE.y], widthPx: 120, heightPx: 120 };
const DRY = ['2021-12-05', '2021-12-20', '2022-01-05', '2022-01-20', '2022-02-05'];
const WET = ['2022-05-05', '2022-06-20', '2022-08-05', '2022-10-05'];

/** Tree cover of the ground: four hills of ten cells' width. */
const coverAt = (col: number, row: number) =>
  0.45 + 0.2 * Math.sin(col / 9) + 0.2 * Math.cos(row / 11) + 0.05 * Math.sin((col + row) / 5);
/** NDVI of the dry season follows the trees; in the rains all is green. */
const dryNdvi = (cover: number) => 0.25 + 0.5 * cover;

/** Near infrared that makes an NDVI with red of 500. */
const nirOf = (ndvi: number) => Math.round((500 * (1 + ndvi)) / (1 - ndvi));

function scene(day: string, more: Partial<TinyScene> = {}): TinyScene {
  const isDry = DRY.includes(day);
  const nir = (col: number, row: number) => nirOf(isDry ? dryNdvi(coverAt(col, row)) : 0.8);
  return { day, mgrsTile: '31PCK', ...PLACE, red: 500, nir, ...more };
}

interface Reference {
  readonly grid?: Grid;
  readonly dataType?: 'uint8' | 'float32';
  readonly nodata?: number | null;
  readonly samples?: 1 | 3;
}

/** Writes a raster from the middle of each of its cells. */
async function writeReference(name: string, valueAt: (x: number, y: number) => number, spec: Reference = {}) {
  const { grid = GRID, dataType = 'uint8', nodata = 255, samples = 1 } = spec;
  const path = join(root, name);
  const blockSizePx = 128;
  const [a, , c, , e, f] = grid.transform;
  const form = { grid, dataType, samples, nodata, blockSizePx, resampling: 'nearest' } as const;
  await writeCog(path, form, (blockCol, blockRow) => {
    const block = createPixels(dataType, blockSizePx ** 2 * samples).fill(nodata ?? 0);
    for (let i = 0; i < blockSizePx ** 2; i += 1) {
      const col = blockCol * blockSizePx + (i % blockSizePx);
      const row = blockRow * blockSizePx + Math.floor(i / blockSizePx);
      if (col >= grid.widthPx || row >= grid.heightPx) continue;
      block.fill(valueAt(c + a * (col + 0.5), f + e * (row + 0.5)), i * samples, (i + 1) * samples);
    }
    return block;
  });
  return path;
}

/** Cover in whole percent of a place on the ground. */
const percentAt = (x: number, y: number) =>
  Math.round(100 * coverAt((x - PLACE.x) / 10 - 0.5, (PLACE.y - y) / 10 - 0.5));

let catalog: TinyCatalog;
let reference: string;
beforeAll(async () => {
  catalog = await makeTinyCatalog(
    join(root, 'scenes'),
    [...DRY, ...WET].map((day) => scene(day)),
  );
  reference = await writeReference('cover.tif', percentAt);
});

let runs = 0;
async function calibrate(given: string, more: readonly string[] = [], from: string = catalog.path) {
  runs += 1;
  const out = join(root, `model-${runs}.json`);
  const run = await runCanopy([
    ...['calibrate', '--reference', given, '--catalog', from, '--years', '2021-12-01/2022-11-30'],
    ...['--season', '12,1,2', '--block-m', '200', '--out', out, ...more],
  ]);
  return { ...run, out };
}

function readModel(out: string): CoverModelFile {
  return parseCoverModel(JSON.parse(readFileSync(out, 'utf8')), out);
}

describe('canopy calibrate on tiny scenes', () => {
  it('finds cover from dry NDVI within 0.5 %, over 36 blocks and 14,400 pixels, and a naive RMSE of 8.6 % as arithmetic has it', async () => {
    const { code, stderr, out } = await calibrate(reference);
    expect(stderr).toContain('36 blocks of 200 m, n = 14400 pixels');
    expect(stderr).toMatch(/naive, NDVI 0\.1 to 0\.85\s+RMSE/);
    expect(code).toBe(0);
    const { model, validation, scenes, attribution, reference: facts } = readModel(out);
    expect(validation.model.rmse).toBeLessThan(0.005);
    expect(Math.abs(validation.model.bias)).toBeLessThan(0.001);
    // (0.25 + 0.5 c − 0.1)/0.75 − c
    const squares = Array.from({ length: 14_400 }, (_, i) => (0.2 - coverAt(i % 120, Math.floor(i / 120)) / 3) ** 2);
    const expected = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
    expect(validation.naive.rmse).toBeCloseTo(expected, 3);
    expect(expected).toBeCloseTo(0.086, 3);
    expect(model.seasonMonths).toEqual([1, 2, 12]);
    expect(scenes).toHaveLength(9);
    expect(attribution.length).toBeGreaterThan(0);
    expect(facts).toMatchObject({ name: 'cover.tif', scale: 0.01, method: 'nearest' });
    expect(readFileSync(out, 'utf8')).not.toContain(root);
  });

  it('gives the same bytes with 1 and 2 workers and beside other files, and leaves nothing else behind', async () => {
    const [one, two] = [await calibrate(reference, ['--workers', '1']), await calibrate(reference, ['--workers', '2'])];
    expect(readFileSync(one.out)).toEqual(readFileSync(two.out));
    expect(readdirSync(root).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('writes the model to standard output too, with --json, and the words of the reference into its attribution', async () => {
    const { stdout, out } = await calibrate(reference, ['--json', '--reference-attribution', 'Tree cover: the tests']);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(out, 'utf8')));
    expect(readModel(out).attribution).toContain('Tree cover: the tests');
  });

  it.each<[string, Reference & { name: string }, string]>([
    [
      'of 5 m',
      { name: 'fine.tif', grid: { ...GRID, transform: [5, 0, PLACE.x, 0, -5, PLACE.y], widthPx: 240, heightPx: 240 } },
      'mean',
    ],
    [
      'of 20 m',
      {
        name: 'coarse.tif',
        grid: { ...GRID, transform: [20, 0, PLACE.x, 0, -20, PLACE.y], widthPx: 60, heightPx: 60 },
      },
      'nearest',
    ],
  ])('takes a reference %s, with an RMSE below 2 %', async (_, { name, ...spec }, method) => {
    const { out, code } = await calibrate(await writeReference(name, percentAt, spec));
    expect(code).toBe(0);
    const { validation, reference: facts } = readModel(out);
    expect(facts.method).toBe(method);
    expect(validation.model.rmse).toBeLessThan(0.02);
    expect(validation.pixels).toBe(14_400);
  });

  it('takes a reference in degrees that covers half of the scenes, with an RMSE below 2 %', async () => {
    const [lon, lat] = crsToLonLat(GRID.crs)(Float64Array.of(PLACE.x, PLACE.y));
    const cellDeg = 9e-5;
    const grid: Grid = {
      crs: 'EPSG:4326',
      transform: [cellDeg, 0, lon!, 0, -cellDeg, lat!],
      widthPx: 60,
      heightPx: 140,
    };
    const toUtm = lonLatToCrs(GRID.crs);
    const given = await writeReference(
      'degrees.tif',
      (x, y) => {
        const [east, north] = toUtm(Float64Array.of(x, y));
        return percentAt(east!, north!);
      },
      { grid },
    );
    const { out, code } = await calibrate(given);
    expect(code).toBe(0);
    const { validation } = readModel(out);
    expect(validation.model.rmse).toBeLessThan(0.02);
    expect(validation.pixels).toBeGreaterThan(6000);
    expect(validation.pixels).toBeLessThan(8000);
  });

  it('counts ground once that two overlapping tiles show', async () => {
    const east = { mgrsTile: '31PDK', x: PLACE.x + 600 };
    const days = [...DRY, ...WET];
    const both = await makeTinyCatalog(join(root, 'overlapping'), [
      ...days.map((day) => scene(day)),
      ...days.map((day) => scene(day, east)),
    ]);
    const { out } = await calibrate(reference, [], both.path);
    expect(readModel(out).validation.pixels).toBe(14_400);
  });
});

describe('canopy calibrate refuses with a sentence', () => {
  const far: Grid = { ...GRID, transform: [10, 0, 600_000, 0, -10, 1_200_000] };
  it.each<[string, () => Promise<string>, readonly string[], RegExp]>([
    [
      'a reference elsewhere',
      () => writeReference('far.tif', () => 40, { grid: far }),
      [],
      /No usable scene .* lies over the reference .*far\.tif/,
    ],
    ['all nodata', () => writeReference('none.tif', () => 255), [], /none\.tif has no value where the scenes lie/],
    [
      'codes beyond 100',
      () => writeReference('codes.tif', (x, y) => (x > 400_900 ? 200 : percentAt(x, y))),
      [],
      /beyond 0 to 100 % tree cover, such as 200, which is 200 %.*--reference-nodata 200/,
    ],
    [
      'fractions taken for percent',
      () => writeReference('fractions.tif', (x, y) => percentAt(x, y) / 100, { dataType: 'float32', nodata: -1 }),
      [],
      /greatest tree cover in .*fractions\.tif is 0\.\d+ % .*--reference-scale 1/,
    ],
    [
      'a constant reference',
      () => writeReference('flat.tif', () => 42),
      [],
      /The reference is 42\.0 % tree cover on all pixels/,
    ],
    [
      'too few dry observations',
      async () => reference,
      ['--min-dry', '6'],
      /0 pixels have a reference and 6 clear observations in the months 1, 2, 12; 100 are needed/,
    ],
    ['too few blocks', async () => reference, ['--block-m', '600'], /lie in \d blocks, and 5 folds want 10/],
    [
      'three bands',
      () => writeReference('rgb.tif', () => 40, { samples: 3 }),
      [],
      /rgb\.tif has 3 bands; a reference has one/,
    ],
    ['no such file', async () => join(root, 'not-there.tif'), [], /not-there\.tif/],
    [
      'years without a scene',
      async () => reference,
      ['--years', '2019-01-01/2019-12-31'],
      /No usable scene .* from 2019-01-01 to 2019-12-31/,
    ],
  ])('%s', async (_, make, more, sentence) => {
    const { code, stderr, out } = await calibrate(await make(), more);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toContain('unexpected');
    expect(code).toBe(1);
    expect(existsSync(out)).toBe(false);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['no reference', ['--catalog', 'C', '--years', '2020-01-01/2020-12-31', '--out', 'm.json'], /No reference/],
    ['a URL', ['--reference', 'https://example.org/c.tif', '--catalog', 'C'], /URLs are not read here/],
    ['no years', ['--reference', 'c.tif', '--catalog', 'C'], /No years: give --years/],
    [
      'an output that is no .json',
      ['--reference', 'c.tif', '--catalog', 'C', '--years', '2020-01-01/2020-12-31', '--out', 'm.tif'],
      /ends in \.json/,
    ],
    [
      'two folds',
      ['--reference', 'c.tif', '--catalog', 'C', '--years', '2020-01-01/2020-12-31', '--out', 'm.json', '--folds', '2'],
      /--folds wants a number from 3 to 20/,
    ],
    [
      'a code that is none',
      [
        '--reference',
        'c.tif',
        '--catalog',
        'C',
        '--years',
        '2020-01-01/2020-12-31',
        '--out',
        'm.json',
        '--reference-nodata',
        'water',
      ],
      /--reference-nodata wants numbers/,
    ],
  ])('wrong use: %s', async (_, argv, sentence) => {
    const { code, stderr } = await runCanopy(['calibrate', ...argv]);
    expect(stderr).toMatch(sentence);
    expect(code).toBe(2);
  });

  it('takes codes beyond 100 out with --reference-nodata, and fractions with --reference-scale 1', async () => {
    const codes = await calibrate(join(root, 'codes.tif'), ['--reference-nodata', '200,210']);
    expect(readModel(codes.out).validation.pixels).toBe(120 * 90);
    const fractions = await calibrate(join(root, 'fractions.tif'), ['--reference-scale', '1']);
    expect(readModel(fractions.out).validation.model.rmse).toBeLessThan(0.005);
  });
});

describeWithData('canopy calibrate on Kafa against VCF 2000', () => {
  const kafa = join(sharedData, 'data/landsat-kafa');

  it('has an RMSE of 12 to 13 % on 18,967 held-out pixels, less than half of the naive model, and a bias below 1 %', async () => {
    const out = join(root, 'kafa.json');
    const { code, stderr } = await runCanopy([
      ...['calibrate', '--reference', join(kafa, 'vcf-treecover-2000.tif'), '--catalog', join(kafa, 'catalog.json')],
      ...['--years', '1999-07-01/2002-12-31', '--season', '12,1,2,3', '--out', out],
    ]);
    expect(stderr).toContain('n = 18967 pixels');
    expect(code).toBe(0);
    const { validation, sensors } = readModel(out);
    expect(validation.model.rmse).toBeGreaterThan(0.12);
    expect(validation.model.rmse).toBeLessThan(0.13);
    expect(Math.abs(validation.model.bias)).toBeLessThan(0.01);
    expect(validation.naive.rmse).toBeGreaterThan(2 * validation.model.rmse);
    expect(validation.dimidiate.rmse).toBeGreaterThan(1.5 * validation.model.rmse);
    expect(validation.byClass.map(({ n }) => n)).toEqual([35, 1209, 5813, 11_910]);
    expect(sensors).toEqual(['tm-etm']);
  });
});
