import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromFile } from 'geotiff';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCanopy, startCanopy, untilRun } from '../../canopy.ts';
import { describeWithGdal, runGdal } from '../../gdal.ts';
import {
  bands,
  CORNER,
  changeOf,
  countBeyond,
  HEIGHT,
  makeDates,
  makeFile,
  NODATA,
  plain,
  type Rule,
  valuesIn,
  WIDTH,
} from './change-picture.ts';

const root = mkdtempSync(join(tmpdir(), 'canopy-change-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const flagsOf = (folder: string, more: Record<string, string> = {}): string[] => {
  const file = (name: string) => `${name.slice(0, 3)}=${more[name] ?? join(folder, `${name}.tif`)}`;
  const date = (seed: number) => ['red', 'nir', 'scl'].map((name) => file(`${name}${seed}`)).join(',');
  return ['--before', date(1), '--after', date(2), '--dn-offset', '-1000'];
};

async function readPixels(path: string): Promise<Int16Array> {
  const tiff = await fromFile(path);
  const [band] = (await (await tiff.getImage()).readRasters()) as unknown as Int16Array[];
  tiff.close();
  return band!;
}

/** How many pixels differ: `toEqual` on a million is slow, and says no more. */
function differing(a: Int16Array, b: Int16Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((count, value, i) => count + (value === b[i] ? 0 : 1), 0);
}

let runs = 0;
async function compute(flags: readonly string[]) {
  runs += 1;
  const out = join(root, `out-${runs}`, 'change.tif');
  const run = await runCanopy(['ndvi-change', ...flags, '--out', out]);
  expect(run.stderr).toContain('Finished');
  expect(run.code).toBe(0);
  return { out, run, pixels: await readPixels(out) };
}

const tile = join(root, 'tile');
const small = join(root, 'small');
const SMALL = { widthPx: 61, heightPx: 47 };
/** Where the small files begin in the picture. */
const SHIFT = 560;
const changeOfSmall = (rule: Rule) => changeOf(SMALL, rule, SHIFT);
let wanted: Int16Array;

beforeAll(async () => {
  await makeDates(tile, { widthPx: WIDTH, heightPx: HEIGHT }, 0);
  await makeDates(small, SMALL, SHIFT);
  wanted = changeOf({ widthPx: WIDTH, heightPx: HEIGHT }, plain, 0);
});

describe('canopy ndvi-change on 1097 × 1099 pixels', () => {
  it('equals the rule in every pixel, a block that is all cloud included, and leaves no other file', async () => {
    const { out, run, pixels } = await compute(flagsOf(tile));
    expect(differing(pixels, wanted)).toBe(0);
    const valuePx = valuesIn(wanted);
    expect(valuePx).toBeGreaterThan(200_000);
    const last = run.stderr.trimEnd().split('\n').at(-1)!;
    expect(last).toMatch(new RegExp(`^Finished: NDVI change of 1097 × 1099 pixels of 10 m, of which ${valuePx} \\(`));
    const beyondPx = countBeyond({ widthPx: WIDTH, heightPx: HEIGHT }, plain);
    expect(beyondPx).toBeGreaterThan(100);
    expect(last).toContain(`${beyondPx} pixels lie beyond what int16 × 0.0001 holds, ±3.2767, and are nodata`);
    expect(run.stderr).toContain('9 of 9 blocks');
    expect(readdirSync(join(out, '..'))).toEqual(['change.tif']);
  });

  it('writes the same bytes again', async () => {
    const [first, second] = [await compute(flagsOf(tile)), await compute(flagsOf(tile))];
    expect(readFileSync(first.out).equals(readFileSync(second.out))).toBe(true);
  });

  it('writes nothing when an input is overwritten while it runs, its size the same', async () => {
    const folder = join(root, 'overwritten');
    const inputs = join(root, 'overwritten inputs');
    cpSync(tile, inputs, { recursive: true });
    const run = startCanopy(['ndvi-change', ...flagsOf(inputs), '--out', join(folder, 'change.tif')]);
    await untilRun(run, () => existsSync(folder));
    writeFileSync(join(inputs, 'nir2.tif'), readFileSync(join(inputs, 'nir2.tif')), { flag: 'r+' });
    const { code, stderr } = await run.ended;
    expect(stderr).toMatch(/nir2\.tif changed while it was read\. Nothing was written/);
    expect([code, readdirSync(folder)]).toEqual([1, []]);
  });

  it.each(['SIGINT', 'SIGKILL'] as const)('leaves no file when it is ended by %s', async (signal) => {
    const folder = join(root, `ended by ${signal}`);
    const run = startCanopy(['ndvi-change', ...flagsOf(tile), '--out', join(folder, 'change.tif')]);
    await untilRun(run, () => existsSync(folder));
    run.child.kill(signal);
    const { code, stderr } = await run.ended;
    expect(code).toBe(signal === 'SIGINT' ? 1 : null);
    expect(stderr.includes('Stopped on request')).toBe(signal === 'SIGINT');
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('canopy ndvi-change on 61 × 47 pixels', () => {
  it('keeps the classes it is told, and takes an offset for each date', async () => {
    const kept = changeOfSmall({ ...plain, keep: [4, 8, 11] });
    const { pixels } = await compute([...flagsOf(small), '--keep-scl', '8,4,11']);
    expect(differing(pixels, kept)).toBe(0);
    expect(valuesIn(kept)).toBeGreaterThan(300);
    const flags = flagsOf(small).slice(0, -1);
    const none = changeOfSmall({ ...plain, offset: () => 0 });
    expect(differing((await compute([...flags, '0'])).pixels, none)).toBe(0);
    const two = changeOfSmall({ ...plain, offset: (seed) => (seed === 1 ? 0 : -1000) });
    expect(differing((await compute([...flags, '0,-1000'])).pixels, two)).toBe(0);
    expect(differing(none, two)).toBeGreaterThan(300);
  });

  it('meets classes of 10 m, and classes that begin 10 m and 30 m outside the bands', async () => {
    const ten = join(root, 'scl-10m.tif');
    const { pixel } = bands(1, SHIFT).scl;
    await makeFile(ten, { pixel: (col, row) => pixel(col >> 1, row >> 1), cellM: 10, dataType: 'uint8' }, SMALL);
    const same = await compute(flagsOf(small, { scl1: ten }));
    expect(differing(same.pixels, changeOfSmall(plain))).toBe(0);
    const shifted = join(root, 'scl-shifted.tif');
    const size = { widthPx: 31, heightPx: 25 };
    await makeFile(shifted, bands(1, SHIFT).scl, size, [CORNER[0] - 10, CORNER[1] + 30]);
    const classAt = (seed: number, col: number, row: number) => {
      if (seed === 2) return plain.classAt(seed, col, row);
      return pixel((col - SHIFT + 1) >> 1, (row - SHIFT + 3) >> 1);
    };
    const moved = await compute(flagsOf(small, { scl1: shifted }));
    const wantedMoved = changeOfSmall({ ...plain, classAt });
    expect(differing(moved.pixels, wantedMoved)).toBe(0);
    expect(valuesIn(wantedMoved)).toBeGreaterThan(100);
  });

  it('reads from a server on 127.0.0.1 that --allow-host names: the same pixels', async () => {
    const server = createServer((request, response) => {
      const bytes = readFileSync(join(small, request.url!.slice(1)));
      const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
      const part = bytes.subarray(Number(from), Math.min(Number(to) + 1, bytes.length));
      const range = `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}`;
      response.writeHead(206, { 'Content-Range': range, 'Content-Length': part.length, ETag: `"${bytes.length}"` });
      response.end(part);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const hrefs = Object.fromEntries(['red1', 'nir2', 'scl2'].map((name) => [name, `http://${host}/${name}.tif`]));
      const { pixels } = await compute([...flagsOf(small, hrefs), '--allow-host', host]);
      expect(differing(pixels, changeOfSmall(plain))).toBe(0);
    } finally {
      server.close();
    }
  });
});

describeWithGdal('canopy ndvi-change and GDAL', () => {
  it('writes what GDAL calls a COG with 2 overviews, statistics, scale and nodata, and says how it was made', async () => {
    const { out } = await compute(flagsOf(tile));
    const info = JSON.parse(await runGdal('gdalinfo', '-json', out));
    expect(info.metadata.IMAGE_STRUCTURE.LAYOUT).toBe('COG');
    expect(info.bands[0]).toMatchObject({
      type: 'Int16',
      noDataValue: NODATA,
      scale: 0.0001,
      description: 'ndvi-change',
      overviews: [{ size: [549, 550] }, { size: [275, 275] }],
    });
    const values = [...wanted].filter((value) => value !== NODATA);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    const stated = info.bands[0].metadata[''];
    expect(Math.abs(Number(stated.STATISTICS_MEAN) - mean)).toBeLessThan(1e-9);
    expect(Math.abs(Number(stated.STATISTICS_STDDEV) / Math.sqrt(variance) - 1)).toBeLessThan(1e-12);
    expect(info.metadata['']).toMatchObject({ kind: 'ndvi-change', dn_offset: '-1000', keep_scl: '4,5,6,7' });
    expect(info.metadata[''].before).toMatch(/^red red1\.tif \(size:\d+\); nir nir1\.tif/);
  });

  it.each([
    ['strips of 7 rows, LZW', ['-co', 'BLOCKYSIZE=7', '-co', 'COMPRESS=LZW', '-co', 'PREDICTOR=2']],
    ['tiles of 240 × 128, uncompressed', ['-co', 'TILED=YES', '-co', 'BLOCKXSIZE=240', '-co', 'BLOCKYSIZE=128']],
    [
      'one tile of 2048, big-endian',
      ['-co', 'TILED=YES', '-co', 'BLOCKXSIZE=2048', '-co', 'BLOCKYSIZE=2048', '-co', 'ENDIANNESS=BIG'],
    ],
    [
      'BigTIFF of sparse tiles',
      ['-co', 'TILED=YES', '-co', 'SPARSE_OK=YES', '-co', 'BIGTIFF=YES', '-co', 'COMPRESS=DEFLATE'],
    ],
  ])('%s: the same pixels as from COGs', async (name, options) => {
    const folder = join(root, name);
    mkdirSync(folder);
    for (const file of readdirSync(tile))
      await runGdal('gdal_translate', '-q', ...options, join(tile, file), join(folder, file));
    expect(differing((await compute(flagsOf(folder))).pixels, wanted)).toBe(0);
  });

  it('takes a pixel that the mask in a file calls invalid as nodata', async () => {
    const [path, mask, both] = ['masked.tif', 'mask.tif', 'both.vrt'].map((name) => join(root, name));
    const isMasked = (i: number) => (i % SMALL.widthPx) % 5 === 0;
    await makeFile(mask!, { pixel: (col) => (col % 5 === 0 ? 0 : 255), cellM: 10, dataType: 'uint8' }, SMALL);
    await runGdal('gdalbuildvrt', '-q', '-separate', both!, join(small, 'red1.tif'), mask!);
    const masked = ['-b', '1', '-mask', '2', '--config', 'GDAL_TIFF_INTERNAL_MASK', 'YES'];
    await runGdal('gdal_translate', '-q', ...masked, both!, path!);
    const { pixels } = await compute(flagsOf(small, { red1: path! }));
    const all = changeOfSmall(plain);
    expect(
      differing(
        pixels,
        all.map((value, i) => (isMasked(i) ? NODATA : value)),
      ),
    ).toBe(0);
    expect(valuesIn(all)).toBeGreaterThan(valuesIn(pixels) + 50);
  });

  const calc = 'osgeo_utils.gdal_calc';
  const python = ['/usr/bin/python3', 'python3'].find((p) => spawnSync(p, ['-c', `import ${calc}`]).status === 0);
  it.skipIf(python === undefined)(
    `equals gdal_calc in every pixel${python ? '' : ' [skipped: no python3 with osgeo_utils]'}`,
    async () => {
      const [one, two] = [1, 2].map((seed) => join(root, `scl${seed}.vrt`));
      for (const [i, path] of [one!, two!].entries()) {
        // Twice as fine, then cut to the odd size.
        const fine = join(root, `fine${i}.vrt`);
        await runGdal(
          'gdal_translate',
          '-q',
          '-of',
          'VRT',
          '-r',
          'nearest',
          '-outsize',
          '200%',
          '200%',
          join(tile, `scl${i + 1}.tif`),
          fine,
        );
        await runGdal('gdal_translate', '-q', '-of', 'VRT', '-srcwin', '0', '0', `${WIDTH}`, `${HEIGHT}`, fine, path);
      }
      const ndvi = (n: string, r: string) => `(${n}.astype(float32)-${r})/maximum(${n}.astype(float32)+${r}-2000,1)`;
      const clear = (name: string) => `((${name}>3)&(${name}<8))`;
      const valid = `(A>0)&(B>0)&(C>0)&(D>0)&${clear('E')}&${clear('F')}`;
      const out = join(root, 'calc.tif');
      const files = ['red1', 'nir1', 'red2', 'nir2'].flatMap((name, i) => [`-${'ABCD'[i]}`, join(tile, `${name}.tif`)]);
      const kind = ['--hideNoData', '--type=Int16', `--NoDataValue=${NODATA}`, '--quiet', '--overwrite'];
      // Alone, gdal_calc ends at 3.2767 what int16 cannot hold; here that is nodata on both sides.
      const steps = `rint(10000*(${ndvi('D', 'C')}-${ndvi('B', 'A')}))`;
      const formula = `--calc=where(${valid}&(abs(${steps})<=32767),${steps},${NODATA})`;
      await runGdal(python!, '-m', calc, ...kind, ...files, '-E', one!, '-F', two!, `--outfile=${out}`, formula);
      expect(differing((await compute(flagsOf(tile))).pixels, await readPixels(out))).toBe(0);
    },
  );
});

describe('canopy ndvi-change says in one sentence what is wrong', () => {
  const file = (name: string) => join(small, `${name}.tif`);
  beforeAll(async () => {
    const cut = { widthPx: 60, heightPx: 47 };
    await makeFile(join(small, 'cut.tif'), bands(2).nir, cut);
    await makeFile(join(small, 'signed.tif'), { ...bands(1).nir, dataType: 'int16' }, SMALL);
    await makeFile(join(small, 'moved.tif'), bands(2).nir, SMALL, [CORNER[0] + 3, CORNER[1]]);
    await makeFile(join(small, 'short.tif'), bands(1).scl, { widthPx: 31, heightPx: 23 });
    await makeFile(join(small, 'late.tif'), bands(1).scl, { widthPx: 40, heightPx: 40 }, [CORNER[0] + 10, CORNER[1]]);
    await makeFile(join(small, 'coarse.tif'), { ...bands(1).scl, cellM: 60 }, { widthPx: 11, heightPx: 8 });
  });

  it.each<[string, (flags: string[]) => string[], number, RegExp]>([
    ['no --after', ([a, b]) => [a!, b!, '--dn-offset', '0'], 2, /--after wants the files of a date: red=F,nir=F,scl=F/],
    ['no scl', (flags) => [...flags, '--after', `red=${file('red2')},nir=${file('nir2')}`], 2, /--after lacks scl/],
    [
      'an unknown band',
      (flags) => [...flags, '--after', 'green=a.tif'],
      2,
      /--after wants red=F,nir=F,scl=F.*green=a\.tif/,
    ],
    ['a band twice', (flags) => [...flags, '--after', 'red=a,red=b,nir=c,scl=d'], 2, /names two files for red/],
    ['no offset', (flags) => flags.slice(0, 4), 2, /--dn-offset is missing.*-1000 from Sentinel-2 baseline 04\.00 on/],
    ['a positive offset', (flags) => [...flags, '--dn-offset', '1000'], 2, /it is 0 or less.*got 1000/],
    [
      'a text for an offset',
      (flags) => [...flags, '--dn-offset', 'auto'],
      2,
      /--dn-offset wants a whole number.*"auto"/,
    ],
    ['three offsets', (flags) => [...flags, '--dn-offset', '0,0,0'], 2, /--dn-offset wants a whole number/],
    [
      'a power of ten for an offset',
      (flags) => [...flags, '--dn-offset', '-1e3'],
      2,
      /--dn-offset wants a whole number/,
    ],
    [
      'one file for red and nir',
      () => flagsOf(small, { nir1: file('red1') }),
      2,
      /red1\.tif is named for red before and for nir before/,
    ],
    [
      'one file before and after',
      () => flagsOf(small, { scl2: file('scl1') }),
      2,
      /scl1\.tif is named for scl before and for scl after/,
    ],
    ['a stray word', (flags) => [...flags, 'more.tif'], 2, /got "more\.tif" by itself/],
    ['no such class', (flags) => [...flags, '--keep-scl', '12'], 2, /--keep-scl/],
    ['its own input', (flags) => [...flags, '--out', file('nir1')], 2, /is one of the files to read/],
    ['a result that is no TIFF', (flags) => [...flags, '--out', 'F.png'], 2, /ends in \.tif/],
    ['a file that is not there', () => flagsOf(small, { nir2: '/nowhere.tif' }), 1, /There is no file \/nowhere\.tif/],
    ['another size', () => flagsOf(small, { nir2: file('cut') }), 1, /60 × 47 cells.*61 × 47 cells.*one grid/],
    ['another corner', () => flagsOf(small, { nir2: file('moved') }), 1, /from 300003.*one grid/],
    [
      'reflectance for DN',
      () => flagsOf(small, { nir1: file('signed') }),
      1,
      /one band of int16; nir= wants one band of uint16/,
    ],
    [
      'classes for a band',
      () => flagsOf(small, { nir1: file('scl1'), scl1: file('coarse') }),
      1,
      /one band of uint8; nir= wants/,
    ],
    [
      'classes that end 10 m above the last row',
      () => flagsOf(small, { scl2: file('short') }),
      1,
      /short\.tif lies on 31 × 23 cells of 20.*Every pixel needs a class/,
    ],
    ['classes that begin 10 m inside', () => flagsOf(small, { scl1: file('late') }), 1, /Every pixel needs a class/],
    [
      'classes of 60 m',
      () => flagsOf(small, { scl2: file('coarse') }),
      1,
      /cells of 60 .* do not fit on the pixels of 10/,
    ],
  ])('%s', async (_, change, code, sentence) => {
    const flags = change(flagsOf(small));
    const run = await runCanopy(['ndvi-change', '--out', join(root, 'wrong', 'F.tif'), ...flags]);
    expect(run.stderr).toMatch(sentence);
    expect(run.stderr).not.toContain('unexpected error');
    expect(run.code).toBe(code);
    expect(readdirSync(root)).not.toContain('wrong');
  });
});
