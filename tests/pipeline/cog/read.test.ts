import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fromFile } from 'geotiff';
import { describe, expect, it } from 'vitest';
import { bandGridOf, checkBand } from '../../../pipeline/cog/match.ts';
import { type Cog, chooseLevel, openCog, readWindow, storedSentinel } from '../../../pipeline/cog/read.ts';
import { openFileSource } from '../../../pipeline/cog/source.ts';
import { describeWithData, sharedData } from '../../real-data.ts';
import { makeTiff, type TiffSpec } from './make-tiff.ts';
import { memorySource } from './memory-source.ts';

const WIDTH = 100;
const HEIGHT = 70;
const values = Array.from({ length: WIDTH * HEIGHT }, (_, i) => i);
const image: TiffSpec = { widthPx: WIDTH, heightPx: HEIGHT, values, tile: [32, 16], predictor: 2, nodata: '4242' };

const openMade = (spec: Partial<TiffSpec> = {}): Promise<Cog> =>
  openCog(memorySource(makeTiff({ ...image, ...spec }).bytes));

describe('a window', () => {
  it.each([
    ['inside one block', { col: 3, row: 2, widthPx: 5, heightPx: 4 }],
    ['across six blocks', { col: 30, row: 10, widthPx: 40, heightPx: 20 }],
    ['of one cell in the last corner', { col: 99, row: 69, widthPx: 1, heightPx: 1 }],
    ['that is the whole image', { col: 0, row: 0, widthPx: WIDTH, heightPx: HEIGHT }],
    ['over the upper left corner', { col: -7, row: -5, widthPx: 20, heightPx: 20 }],
    ['over the lower right corner', { col: 90, row: 60, widthPx: 30, heightPx: 30 }],
    ['larger than the image on all sides', { col: -1, row: -1, widthPx: 102, heightPx: 72 }],
    ['beside the image', { col: 100, row: 0, widthPx: 5, heightPx: 5 }],
    ['of no cells', { col: 5, row: 5, widthPx: 0, heightPx: 3 }],
  ])('%s holds each cell at its place, valid only inside and off nodata', async (_name, window) => {
    const { data, valid } = await readWindow(await openMade(), { level: 0, window, sample: 0 });
    expect(data).toHaveLength(window.widthPx * window.heightPx);
    for (let i = 0; i < data.length; i++) {
      const col = window.col + (i % window.widthPx);
      const row = window.row + Math.floor(i / window.widthPx);
      const inside = col >= 0 && row >= 0 && col < WIDTH && row < HEIGHT;
      const value = row * WIDTH + col;
      expect(valid[i]).toBe(inside && value !== 4242 ? 1 : 0);
      if (inside) expect(data[i]).toBe(value);
    }
  });

  it('takes nodata from the caller where the file states none', async () => {
    const cog = await openMade({ nodata: undefined as never });
    const window = { col: 0, row: 0, widthPx: 2, heightPx: 1 };
    expect([...(await readWindow(cog, { level: 0, window, sample: 0 })).valid]).toEqual([1, 1]);
    expect([...(await readWindow(cog, { level: 0, window, sample: 0, nodata: 0 })).valid]).toEqual([0, 1]);
  });

  it.each([
    ['nodata 300 in uint8 matches nothing', { bits: 8, format: 1, nodata: '300' }, [44, 0, 1], [1, 1, 1]],
    ['nodata 0.5 in int16 matches nothing', { bits: 16, format: 2, nodata: '0.5' }, [0, 1, -1], [1, 1, 1]],
    ['NaN is invalid in float32 without nodata', { bits: 32, format: 3 }, [Number.NaN, 0, 1], [0, 1, 1]],
    ['NaN is invalid beside nodata 0', { bits: 32, format: 3, nodata: '0' }, [Number.NaN, 0, 1], [0, 0, 1]],
    ['nodata 0.1 meets the float32 next to it', { bits: 32, format: 3, nodata: '0.1' }, [0.1, 0.2, 0], [0, 1, 1]],
    ['nodata nan in float64', { bits: 64, format: 3, nodata: 'nan' }, [Number.NaN, 2, 0], [0, 1, 1]],
  ] as const)('knows that %s', async (_name, spec, cells, wanted) => {
    const cog = await openCog(memorySource(makeTiff({ widthPx: 3, heightPx: 1, values: cells, ...spec }).bytes));
    const window = { col: 0, row: 0, widthPx: 3, heightPx: 1 };
    expect([...(await readWindow(cog, { level: 0, window, sample: 0 })).valid]).toEqual(wanted);
  });

  it('stores nodata as the type of the file does: 0.1 as its float32, 300 in uint8 not at all', () => {
    expect(storedSentinel('float32', 0.1)).toBe(Math.fround(0.1));
    expect(storedSentinel('uint8', 300)).toBeNull();
    expect(storedSentinel('int16', -32768)).toBe(-32768);
    expect(storedSentinel('float64', Number.NaN)).toBeNull();
  });

  it('reads touched blocks only, neighbours in one request, and none twice', async () => {
    const cog = await openMade();
    const before = cog.source.stats();
    const window = { col: 0, row: 0, widthPx: WIDTH, heightPx: 16 };
    await readWindow(cog, { level: 0, window, sample: 0 });
    const after = cog.source.stats();
    const level = cog.header.levels[0]!;
    expect(after.requests - before.requests).toBe(1);
    expect(after.bytes - before.bytes).toBe(level.blockByteCounts.slice(0, 4).reduce((a, b) => a + b));
    await readWindow(cog, { level: 0, window, sample: 0 });
    expect(cog.source.stats()).toEqual(after);
  });

  it('is refused over 2^28 cells, and is a RangeError for a level or sample that is not there', async () => {
    const cog = await openMade();
    const huge = { col: 0, row: 0, widthPx: 2 ** 15, heightPx: 2 ** 14 };
    await expect(readWindow(cog, { level: 0, window: huge, sample: 0 })).rejects.toMatchObject({
      code: 'E_WINDOW_SIZE',
    });
    const window = { col: 0, row: 0, widthPx: 1, heightPx: 1 };
    await expect(readWindow(cog, { level: 1, window, sample: 0 })).rejects.toThrow(RangeError);
    await expect(readWindow(cog, { level: 0, window, sample: 1 })).rejects.toThrow(RangeError);
    await expect(readWindow(cog, { level: 0, window: { ...window, col: 0.5 }, sample: 0 })).rejects.toThrow(RangeError);
  });
});

describe('checkBand', () => {
  const grid = {
    crs: 'EPSG:32631',
    transform: [10, 0, 300_000, 0, -10, 1_100_000] as const,
    widthPx: WIDTH,
    heightPx: HEIGHT,
  };
  const band = { grid, dataType: 'uint16' as const, nodata: 4242 };

  it('accepts what agrees, a shift under 1e-6 px included, and an item without nodata', async () => {
    const { header } = await openMade();
    expect(bandGridOf(header)).toEqual(grid);
    checkBand(header, band);
    checkBand(header, { ...band, nodata: null });
    checkBand(header, { ...band, grid: { ...grid, transform: [10, 0, 300_000.000_009, 0, -10, 1_100_000] } });
  });

  it.each([
    ['E_CRS_MISMATCH', /EPSG:32631.*EPSG:32632/, { ...band, grid: { ...grid, crs: 'EPSG:32632' } }],
    ['E_GRID_MISMATCH', /100 × 70.*100 × 71/, { ...band, grid: { ...grid, heightPx: 71 } }],
    [
      'E_GRID_MISMATCH',
      /300000.*299995/,
      { ...band, grid: { ...grid, transform: [10, 0, 299_995, 0, -10, 1_100_000] } },
    ],
    [
      'E_GRID_MISMATCH',
      /10\.0001/,
      { ...band, grid: { ...grid, transform: [10.0001, 0, 300_000, 0, -10, 1_100_000] } },
    ],
    ['E_TYPE_MISMATCH', /uint16.*int16/, { ...band, dataType: 'int16' }],
    ['E_TYPE_MISMATCH', /4242.*states 0/, { ...band, nodata: 0 }],
  ] as const)('is %s with both values: %s', async (code, words, stated) => {
    const { header } = await openMade();
    const check = () => checkBand(header, stated);
    expect(check).toThrow(expect.objectContaining({ code, kind: 'input' }));
    expect(check).toThrow(words);
  });

  it('is E_CRS_MISSING only when the grid is needed', async () => {
    const { header } = await openMade({ fields: { 34735: null } });
    expect(() => checkBand(header, band)).toThrow(expect.objectContaining({ code: 'E_CRS_MISSING' }));
  });
});

/** All GeoTIFFs under a folder of the shared data, in the order of Python's sorted(glob('**', recursive=True)). */
function tiffsIn(folder: string): string[] {
  const names = readdirSync(join(sharedData, 'data', folder), { recursive: true }) as string[];
  const paths = names.filter((name) => name.endsWith('.tif')).map((name) => join(sharedData, 'data', folder, name));
  return paths.sort((a, b) => (a < b ? -1 : 1));
}

async function hashLevels(folder: string, levelsOf: (cog: Cog) => number[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of tiffsIn(folder)) {
    const source = await openFileSource(path);
    const cog = await openCog(source);
    for (const level of levelsOf(cog)) {
      const { widthPx, heightPx } = cog.header.levels[level]!;
      const { data } = await readWindow(cog, { level, window: { col: 0, row: 0, widthPx, heightPx }, sample: 0 });
      hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    await source.close();
  }
  return hash.digest('hex');
}

// Golden sums of what GDAL 3.6.2 reads, all files of a folder in a row:
//   t = hashlib.sha256()
//   for p in sorted(glob.glob(f'{folder}/**/*.tif', recursive=True)): t.update(rasterio.open(p).read(1).tobytes())
// and the same over rasterio.open(p, overview_level=i) for every overview.
describeWithData('every real file reads as GDAL reads it', () => {
  const full = () => [0];
  const overviews = (cog: Cog) => cog.header.levels.map((_, i) => i).slice(1);
  it.each([
    ['s2-alps', '50 full-size bands', full, '1914482d53772c9681b29541e2f3139a2a80e1f577fdccd10dc1a683a166f8b3'],
    ['s2-alps', '100 overviews', overviews, '5f67b22659ce2e074a50bd4b5f0a6589463b232c043e46cfd5b816b7a5be9ac3'],
    ['landsat-kafa', '167 full-size bands', full, 'fcd081bb09bd9a4e7ccbb5161d709cf62d4e99a322e5deb6cef332a4416add67'],
    ['landsat-kafa', '1 overview', overviews, '71dd27628a9a8fe9a1af3539a06f50e14ef21a37e4b49754fdeb44b70b97ba6f'],
  ] as const)('%s: %s', async (folder, _what, levelsOf, golden) => {
    expect(await hashLevels(folder, levelsOf)).toBe(golden);
  });

  it('all 217 have COG layout, framed blocks, a grid and a nodata value', async () => {
    for (const path of [...tiffsIn('s2-alps'), ...tiffsIn('landsat-kafa')]) {
      const source = await openFileSource(path);
      const { header } = await openCog(source);
      expect(header, path).toMatchObject({ isCogLayout: true, hasBlockFrames: true, gridProblem: null });
      expect(header.nodata).not.toBeNull();
      await source.close();
    }
  });

  it('one band agrees with geotiff.js cell by cell, and its blocks read in 3 requests or fewer', async () => {
    const path = join(sharedData, 'data/s2-alps/sentinel-2-l2a/S2A_33TWM_20230815_0_L2A/B08.tif');
    const source = await openFileSource(path);
    const cog = await openCog(source);
    const window = { col: 200, row: 300, widthPx: 333, heightPx: 222 };
    const { data, valid } = await readWindow(cog, { level: 0, window, sample: 0 });
    const other = await (await (await fromFile(path)).getImage()).readRasters({
      window: [200, 300, 533, 522],
      samples: [0],
    });
    expect(data).toEqual(other[0]);
    expect(valid.reduce((sum, v) => sum + v, 0)).toBe(data.filter((v) => v !== 0).length);
    expect(source.stats().requests).toBeLessThanOrEqual(3);
    expect(await source.identity()).toMatch(/^sha256:[0-9a-f]{64}$/);
    await source.close();
  });

  it('the overview for a wanted cell size is the smallest that is fine enough (120, 240, 481 m on 33TWM)', async () => {
    const source = await openFileSource(
      join(sharedData, 'data/s2-alps/sentinel-2-l2a/S2A_33TWM_20230815_0_L2A/B08.tif'),
    );
    const { header } = await openCog(source);
    const levels = [10, 120, 200, 240, 400, 480, 5000].map((unitsPerPx) => chooseLevel(header, unitsPerPx));
    expect(levels).toEqual([0, 0, 0, 1, 1, 2, 2]);
    await source.close();
  });

  it('a wrong range is caught by the frame of the block: the neighbour is a good Deflate stream too', async () => {
    const source = await openFileSource(
      join(sharedData, 'data/s2-alps/sentinel-2-l2a/S2A_33TWM_20230815_0_L2A/B08.tif'),
    );
    const cog = await openCog(source);
    const { blockOffsets } = cog.header.levels[0]!;
    blockOffsets[0] = blockOffsets[1]!;
    const window = { col: 0, row: 0, widthPx: 8, heightPx: 8 };
    await expect(readWindow(cog, { level: 0, window, sample: 0 })).rejects.toMatchObject({ code: 'E_BLOCK_CORRUPT' });
    await source.close();
  });
});
