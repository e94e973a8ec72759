import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPixels } from '../../../pipeline/cog/block.ts';
import { openCog, readWindow } from '../../../pipeline/cog/read.ts';
import { openFileSource } from '../../../pipeline/cog/source.ts';
import { writeCog } from '../../../pipeline/cog/write.ts';
import { COMPOSITE_NODATA, compositeNdvi } from '../../../pipeline/raster/composite-ndvi.ts';
import { computeMedoid } from '../../../pipeline/raster/medoid.ts';
import { runCanopy, startCanopy, untilRun } from '../../canopy.ts';
import { describeWithGdal, runGdal } from '../../gdal.ts';

const root = mkdtempSync(join(tmpdir(), 'canopy-composite-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const WIDTH = 620;
const HEIGHT = 530;
const DATES = 5;
const SCL_WIDTH = WIDTH / 2;

interface FileSpec {
  readonly widthPx?: number;
  readonly heightPx?: number;
  readonly cellM?: number;
  readonly originX?: number;
  readonly dataType?: 'uint16' | 'int16' | 'uint8';
  readonly samples?: 1 | 3;
  readonly blockSizePx?: number;
  readonly nodata?: number;
}

async function writeBand(name: string, spec: FileSpec, pixel: (i: number) => number): Promise<string> {
  const { widthPx = WIDTH, heightPx = HEIGHT, cellM = 10, originX = 300_000, blockSizePx = 128 } = spec;
  const { dataType = 'uint16', samples = 1, nodata = 0 } = spec;
  const path = join(root, name);
  const grid = {
    crs: 'EPSG:32631',
    transform: [cellM, 0, originX, 0, -cellM, 1_100_000] as const,
    widthPx,
    heightPx,
  };
  await writeCog(
    path,
    { grid, dataType, samples, nodata, blockSizePx, resampling: 'nearest' },
    (blockCol, blockRow) => {
      const block = createPixels(dataType, blockSizePx ** 2 * samples).fill(nodata);
      for (let i = 0; i < blockSizePx ** 2; i += 1) {
        const [col, row] = [
          blockCol * blockSizePx + (i % blockSizePx),
          blockRow * blockSizePx + Math.floor(i / blockSizePx),
        ];
        if (col < widthPx && row < heightPx) block.fill(pixel(row * widthPx + col), i * samples, (i + 1) * samples);
      }
      return block;
    },
  );
  return path;
}

/** Of every stack the same: a seventh of the pixels missing, ties, some around DN 1000. */
const mix = (i: number, seed: number) => (Math.imul(i + 1, 2_654_435_761) ^ Math.imul(seed + 1, 40_503)) >>> 0;
const isMissing = (i: number, k: number) => mix(i, 90 + k) % 7 === 0;
const redOf = (k: number) => (i: number) => (isMissing(i, k) ? 0 : 950 + (mix(i, k) % 1900));
const nirOf = (k: number) => (i: number) => (isMissing(i, k) ? 0 : 1000 + (mix(i, 20 + k) % 4000));
const sclOf = (k: number) => (i: number) => [4, 5, 9, 3, 6][mix(i, 50 + k) % 5]!;
const dates = [...Array(DATES).keys()];
const arrays = (of: (k: number) => (i: number) => number) =>
  dates.map((k) => Uint16Array.from({ length: WIDTH * HEIGHT }, (_, i) => of(k)(i)));
const reds = arrays(redOf);
const nirs = arrays(nirOf);
const median = compositeNdvi(reds, nirs, { method: { kind: 'median' }, dnOffset: -1000 });

let red: string[];
let nir: string[];
let scl: string[];
beforeAll(async () => {
  red = await Promise.all(dates.map((k) => writeBand(`red-${k}.tif`, {}, redOf(k))));
  nir = await Promise.all(dates.map((k) => writeBand(`nir-${k}.tif`, { blockSizePx: 512 }, nirOf(k))));
  const half = { widthPx: SCL_WIDTH, heightPx: HEIGHT / 2, cellM: 20, dataType: 'uint8' } as const;
  scl = await Promise.all(dates.map((k) => writeBand(`scl-${k}.tif`, half, sclOf(k))));
});

/** Pixels that differ: an assertion on whole arrays of this length would take seconds. */
function differing(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let differ = Math.abs(found.length - expected.length);
  for (let i = 0; i < expected.length; i += 1) if (found[i] !== expected[i]) differ += 1;
  return differ;
}

let count = 0;
const newOut = () => join(root, `out-${++count}`, 'composite.tif');

async function composite(method: string, ...flags: string[]): Promise<string> {
  const out = newOut();
  const run = await runCanopy(['composite', '--method', method, '--out', out, ...flags]);
  expect(run).toMatchObject({ code: 0, stdout: '' });
  expect(run.stderr.trimEnd().split('\n').at(-1)).toMatch(
    /^Finished: .* of 5 dates, 620 × 530 pixels of 10 m, of which /,
  );
  expect(readdirSync(join(out, '..'))).toEqual(['composite.tif']);
  return out;
}

async function readBand(path: string, sample = 0) {
  const source = await openFileSource(path);
  try {
    const window = { col: 0, row: 0, widthPx: WIDTH, heightPx: HEIGHT };
    return (await readWindow(await openCog(source), { level: 0, window, sample })).data;
  } finally {
    await source.close();
  }
}

const flagsOf = (reds: readonly string[], nirs: readonly string[]) => [
  '--red',
  reds.join(','),
  '--nir',
  nirs.join(','),
];
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

describe('canopy composite of 5 dates of 620 × 530 pixels, 128 and 512 px blocks', () => {
  it('median equals the definition in all 328,600 pixels', async () => {
    expect(differing(await readBand(await composite('median', ...flagsOf(red, nir))), median)).toBe(0);
  });

  it('percentile:20 with --dn-offset 0, flags repeated, equals the definition', async () => {
    const flags = [...red.flatMap((path) => ['--red', path]), ...nir.flatMap((path) => ['--nir', path])];
    const expected = compositeNdvi(reds, nirs, { method: { kind: 'percentile', pct: 20 }, dnOffset: 0 });
    expect(differing(await readBand(await composite('percentile:20', ...flags, '--dn-offset', '0')), expected)).toBe(0);
  });

  it('medoid has red and nir of one date in two bands', async () => {
    const out = await composite('medoid', ...flagsOf(red, nir));
    const expected = computeMedoid(reds, nirs);
    expect(
      differing(
        await readBand(out),
        expected.filter((_, i) => i % 2 === 0),
      ),
    ).toBe(0);
    expect(
      differing(
        await readBand(out, 1),
        expected.filter((_, i) => i % 2 === 1),
      ),
    ).toBe(0);
  });

  it('uses pixels of the kept scene classes of 20 m only: 4, 5, 6, 7, else what --keep-scl says', async () => {
    const flags = [...flagsOf(red, nir), '--scl', scl.join(',')];
    for (const [keep, more] of [
      [[4, 5, 6, 7], []],
      [[9], ['--keep-scl', '9']],
    ] as const) {
      const clear = reds.map((band, k) =>
        band.map((dn, i) => {
          const cell = Math.floor(i / WIDTH / 2) * SCL_WIDTH + Math.floor((i % WIDTH) / 2);
          return (keep as readonly number[]).includes(sclOf(k)(cell)) ? dn : 0;
        }),
      );
      const expected = compositeNdvi(clear, nirs, { method: { kind: 'median' }, dnOffset: -1000 });
      expect(differing(await readBand(await composite('median', ...flags, ...more)), expected)).toBe(0);
    }
  });

  it('gives the same bytes with 1 and 3 workers', async () => {
    const hashes = await Promise.all(
      ['1', '3'].map(async (workers) => sha256(await composite('median', ...flagsOf(red, nir), '--workers', workers))),
    );
    expect(hashes[0]).toBe(hashes[1]);
  });

  it('takes 65535 for missing where the file says so, beside 0', async () => {
    const marked = await writeBand('marked.tif', { nodata: 65_535 }, (i) => redOf(0)(i) || 65_535);
    const out = await composite('median', ...flagsOf([marked, ...red.slice(1)], nir));
    expect(differing(await readBand(out), median)).toBe(0);
  });

  it('finishes where no pixel is left, and says 0', async () => {
    const out = newOut();
    const flags = [...flagsOf(red, nir), '--scl', scl.join(','), '--keep-scl', '11'];
    const run = await runCanopy(['composite', '--method', 'median', '--out', out, ...flags]);
    expect(run.code).toBe(0);
    expect(run.stderr).toContain('of which 0 (0.0 %) hold a value');
    expect(new Set(await readBand(out))).toEqual(new Set([COMPOSITE_NODATA]));
  });

  it('says how many pixels have an NDVI that cannot be', async () => {
    const run = await runCanopy([
      'composite',
      '--method',
      'median',
      '--out',
      newOut(),
      ...flagsOf([red[0]!], [nir[0]!]),
      '--dn-offset',
      '-1490',
    ]);
    const one = { method: { kind: 'median' }, dnOffset: -1490 } as const;
    const data = compositeNdvi([reds[0]!], [nirs[0]!], one);
    const seen = reds[0]!.filter((dn, i) => dn !== 0 && dn + nirs[0]![i]! !== 2980).length;
    const refused = seen - data.filter((value) => value !== COMPOSITE_NODATA).length;
    expect(refused).toBeGreaterThan(1000);
    expect(run.stderr).toContain('median of NDVI with --dn-offset -1490 of 1 date,');
    expect(run.stderr).toContain(`${refused} pixels have an NDVI beyond ±3.2767`);
  });
});

describeWithGdal('canopy composite beside GDAL', () => {
  it('reads stripped, 1024 px tiled and LZW files alike, and writes a COG with statistics', async () => {
    const forms = [
      ['-co', 'COMPRESS=DEFLATE', '-co', 'PREDICTOR=2'],
      ['-co', 'TILED=YES', '-co', 'BLOCKXSIZE=1024', '-co', 'BLOCKYSIZE=1024', '-co', 'COMPRESS=LZW'],
      ['-co', 'BLOCKYSIZE=33'],
    ];
    for (const [i, form] of forms.entries()) {
      const others = await Promise.all(
        red.map(async (path, k) => {
          const other = join(root, `form-${i}-${k}.tif`);
          await runGdal('gdal_translate', '-q', ...form, path, other);
          return other;
        }),
      );
      const out = await composite('median', ...flagsOf(others, nir));
      expect(differing(await readBand(out), median)).toBe(0);
      if (i > 0) continue;
      const info = JSON.parse(await runGdal('gdalinfo', '-json', out)) as {
        metadata: Record<string, Record<string, string>>;
        bands: { noDataValue: number; overviews: unknown[]; metadata: Record<string, Record<string, string>> }[];
      };
      expect(info.metadata.IMAGE_STRUCTURE).toMatchObject({ LAYOUT: 'COG', COMPRESSION: 'DEFLATE' });
      expect(info.metadata['']).toMatchObject({ method: 'median', dates: '5', dn_offset: '-1000' });
      expect(info.metadata['']!.nir).toBe('nir-0.tif, nir-1.tif, nir-2.tif, nir-3.tif, nir-4.tif');
      expect(info.bands[0]).toMatchObject({ noDataValue: -32768 });
      const values = [...median].filter((value) => value !== COMPOSITE_NODATA);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(Number(info.bands[0]!.metadata['']!.STATISTICS_MEAN)).toBeCloseTo(mean, 6);
    }
  });
});

describe('canopy composite that cannot be made', () => {
  it.each<[string, () => string[], RegExp]>([
    ['no files', () => ['--method', 'median'], /--red wants 1 to 1000 files/],
    ['5 red and 4 nir', () => [...flagsOf(red, nir.slice(1)), '--method', 'median'], /names 5 files and --nir 4/],
    [
      'an unknown method',
      () => [...flagsOf(red, nir), '--method', 'mean'],
      /median, medoid or percentile:P .* got mean/,
    ],
    [
      'percentile 101',
      () => [...flagsOf(red, nir), '--method', 'percentile:101'],
      /P from 0 to 100; got percentile:101/,
    ],
    [
      'a file named twice',
      () => [...flagsOf([red[0]!, red[0]!], nir.slice(0, 2)), '--method', 'median'],
      /is named twice/,
    ],
    [
      'an offset that is no number',
      () => [...flagsOf(red, nir), '--method', 'median', '--dn-offset', 'x'],
      /--dn-offset wants/,
    ],
    [
      '3 files of scene classes',
      () => [...flagsOf(red, nir), '--method', 'median', '--scl', scl.slice(2).join(',')],
      /--scl 3/,
    ],
    [
      '--keep-scl without classes',
      () => [...flagsOf(red, nir), '--method', 'median', '--keep-scl', '4'],
      /give them with --scl/,
    ],
    [
      'a URL',
      () => [...flagsOf(red, ['http://127.0.0.1/n.tif']), '--method', 'median'],
      /--nir names .*n\.tif\. URLs are not read here: fetch the file first/,
    ],
    ...['1e3', '-0.3', '1000', '-10001', '0,0'].map((offset): [string, () => string[], RegExp] => [
      `--dn-offset ${offset}`,
      () => [...flagsOf(red, nir), '--method', 'median', '--dn-offset', offset],
      /--dn-offset (wants a whole number|is added to the stored numbers)/,
    ]),
    ['an unknown flag', () => [...flagsOf(red, nir), '--metod', 'median'], /canopy composite --help/],
  ])('is wrong use: %s', async (_, flags, sentence) => {
    const run = await runCanopy(['composite', '--out', newOut(), ...flags()]);
    expect(run.stderr).toMatch(sentence);
    expect(run.code).toBe(2);
  });

  it('over its own input is wrong use, and the input stays as it is', async () => {
    const before = sha256(red[0]!);
    const run = await runCanopy(['composite', '--out', red[0]!, '--method', 'median', ...flagsOf(red, nir)]);
    expect([run.code, sha256(red[0]!)]).toEqual([2, before]);
  });

  it('of a missing file, other grids and other types fails with the file in the sentence', async () => {
    const shifted = await writeBand('shifted.tif', { originX: 300_005 }, () => 1);
    const small = await writeBand('small.tif', { widthPx: 619 }, () => 1);
    const signed = await writeBand('signed.tif', { dataType: 'int16' }, () => 1);
    const colours = await writeBand('colours.tif', { samples: 3 }, () => 1);
    const cases: [string, RegExp][] = [
      [join(root, 'none.tif'), /There is no file .*none\.tif/],
      [shifted, /shifted\.tif lies on 620 × 530 cells of 10 from 300005, 1100000 on in EPSG:32631, but .* one grid/],
      [small, /small\.tif lies on 619 × 530/],
      [signed, /signed\.tif holds one band of int16; .* uint16/],
      [colours, /colours\.tif holds 3 bands of uint16/],
    ];
    for (const [path, sentence] of cases) {
      const out = newOut();
      const run = await runCanopy([
        'composite',
        '--out',
        out,
        '--method',
        'median',
        ...flagsOf([red[0]!, path, ...red.slice(2)], nir),
      ]);
      expect(run.stderr).toMatch(sentence);
      expect([run.code, existsSync(out)]).toEqual([1, false]);
    }
    const flags = [...flagsOf(red, nir), '--scl', [shifted, ...scl.slice(1)].join(',')];
    const run = await runCanopy(['composite', '--out', newOut(), '--method', 'median', ...flags]);
    expect([run.code, run.stderr]).toEqual([
      1,
      expect.stringMatching(/shifted\.tif holds one band of uint16; scene classes/),
    ]);
  });

  it('of a damaged block names block and file, and leaves the older result and nothing else', async () => {
    const bytes = readFileSync(red[2]!);
    bytes.fill(0x55, bytes.length - 4000, bytes.length - 3000);
    const damaged = join(root, 'damaged.tif');
    writeFileSync(damaged, bytes);
    const out = newOut();
    mkdirSync(join(out, '..'));
    writeFileSync(out, 'older');
    const run = await runCanopy([
      'composite',
      '--out',
      out,
      '--method',
      'median',
      ...flagsOf([damaged, ...red.slice(1)], nir),
    ]);
    expect(run.code).toBe(1);
    // The damage reaches into the frame of the next block: which of the two a thread meets first is open.
    expect(run.stderr).toMatch(/damaged\.tif.*block column [34], row 4/);
    expect(readdirSync(join(out, '..'))).toEqual(['composite.tif']);
    expect(readFileSync(out, 'utf8')).toBe('older');
  });

  it('because an input is overwritten while it runs, its size the same, leaves no file', async () => {
    const changing = join(root, 'changing.tif');
    const bytes = readFileSync(red[2]!);
    writeFileSync(changing, bytes);
    const out = newOut();
    const run = startCanopy([
      'composite',
      '--out',
      out,
      '--method',
      'median',
      ...flagsOf([changing, ...red.slice(1)], nir),
    ]);
    await untilRun(run, () => existsSync(join(out, '..')));
    writeFileSync(changing, bytes, { flag: 'r+' });
    const { code, stderr } = await run.ended;
    expect(stderr).toMatch(/changing\.tif changed while it was read\. Nothing was written/);
    expect([code, readdirSync(join(out, '..'))]).toEqual([1, []]);
  });

  it('because of Ctrl-C leaves no file', async () => {
    const many = await Promise.all([...Array(40).keys()].map((k) => writeBand(`many-${k}.tif`, {}, redOf(k))));
    const out = newOut();
    const flags = flagsOf([...red, ...many.slice(0, 20)], [...nir, ...many.slice(20)]);
    const run = startCanopy(['composite', '--out', out, '--method', 'median', '--workers', '1', ...flags]);
    await untilRun(run, () => existsSync(join(out, '..')));
    run.child.kill('SIGINT');
    const { code, stderr } = await run.ended;
    expect([code, stderr]).toEqual([1, expect.stringContaining('Stopped on request')]);
    expect(readdirSync(join(out, '..'))).toEqual([]);
  });
});
