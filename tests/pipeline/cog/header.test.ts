import { describe, expect, it } from 'vitest';
import { type CogHeader, readHeader } from '../../../pipeline/cog/header.ts';
import { isCanopyError } from '../../../shared/errors.ts';
import { DOUBLE, type FieldSpec, LONG, makeTiff, SHORT, type TiffSpec } from './make-tiff.ts';
import { memorySource } from './memory-source.ts';

const plain: TiffSpec = {
  widthPx: 40,
  heightPx: 30,
  values: Array.from({ length: 1200 }, (_, i) => i),
  tile: [16, 16],
};

const parse = (spec: Partial<TiffSpec>): Promise<CogHeader> =>
  readHeader(memorySource(makeTiff({ ...plain, ...spec }).bytes));
const short = (...values: number[]): FieldSpec => ({ type: SHORT, values });
const long = (...values: number[]): FieldSpec => ({ type: LONG, values });

/** Refuses within 100 ms and without taking memory; returns the code. */
async function refusal(bytes: Uint8Array): Promise<string> {
  const rssBefore = process.memoryUsage.rss();
  const start = performance.now();
  const error: unknown = await readHeader(memorySource(bytes)).then(
    () => null,
    (caught: unknown) => caught,
  );
  // Refused, not worked through; a busy machine is allowed for.
  expect(performance.now() - start).toBeLessThan(1000);
  expect(process.memoryUsage.rss() - rssBefore).toBeLessThan(50e6);
  if (!isCanopyError(error)) throw new Error(`not refused, or not by us: ${String(error)}`);
  expect(error.kind).toBe('input');
  expect(error.message).toContain('memory.tif');
  return error.code;
}

describe('the header of a TIFF', () => {
  it('is read alike from little and big endian, TIFF and BigTIFF', async () => {
    for (const littleEndian of [true, false]) {
      for (const big of [true, false]) {
        const header = await parse({ littleEndian, big, nodata: '0' });
        expect(header.levels).toHaveLength(1);
        expect(header.levels[0]).toMatchObject({ widthPx: 40, heightPx: 30, blockCols: 3, blockRows: 2, tiled: true });
        expect(header).toMatchObject({ dataType: 'uint16', samplesPerPixel: 1, compression: 'deflate', nodata: 0 });
        expect(header.grid).toEqual({
          crs: 'EPSG:32631',
          transform: [10, 0, 300_000, 0, -10, 1_100_000],
          widthPx: 40,
          heightPx: 30,
        });
      }
    }
  });

  it.each([
    ['0', 0],
    ['-9999', -9999],
    ['nan', Number.NaN],
    ['nan ', Number.NaN],
    ['-NaN', Number.NaN],
    ['inf', Number.POSITIVE_INFINITY],
    ['-3.4028234663852886e+38', -3.4028234663852886e38],
  ])('states nodata "%s" as %d', async (nodata, value) => {
    expect((await parse({ nodata })).nodata).toBe(value);
  });

  it('has nodata null where the file states none, and refuses a text that is no number', async () => {
    expect((await parse({})).nodata).toBeNull();
    expect(await refusal(makeTiff({ ...plain, nodata: 'none' }).bytes)).toBe('E_TIFF_MALFORMED');
  });
});

describe('the grid of a TIFF', () => {
  const keys = (...rest: number[]): FieldSpec => short(1, 1, 0, rest.length / 4, ...rest);
  const utm = [1024, 0, 1, 1, 3072, 0, 1, 32631];

  it('moves by half a cell where the file counts from cell centres (PixelIsPoint)', async () => {
    const { grid } = await parse({ fields: { 34735: keys(...utm, 1025, 0, 1, 2) } });
    expect(grid?.transform).toEqual([10, 0, 299_995, 0, -10, 1_100_005]);
  });

  it('follows a tie point that is not the first cell', async () => {
    const tie: FieldSpec = { type: DOUBLE, values: [2, 3, 0, 300_020, 1_099_970, 0] };
    expect((await parse({ fields: { 33922: tie } })).grid?.transform).toEqual([10, 0, 300_000, 0, -10, 1_100_000]);
  });

  it('comes from ModelTransformation too', async () => {
    const matrix: FieldSpec = { type: DOUBLE, values: [20, 0, 0, 5, 0, -20, 0, 7, 0, 0, 0, 0, 0, 0, 0, 1] };
    const header = await parse({ fields: { 33550: null, 33922: null, 34264: matrix } });
    expect(header.grid?.transform).toEqual([20, 0, 5, 0, -20, 7]);
  });

  it('is geographic with key 2048', async () => {
    const header = await parse({ fields: { 34735: keys(1024, 0, 1, 2, 2048, 0, 1, 4326) } });
    expect(header.grid?.crs).toBe('EPSG:4326');
  });

  const matrix = (...values: number[]): FieldSpec => ({ type: DOUBLE, values });
  it.each<[string, string, Record<number, FieldSpec | null>]>([
    ['rotated', 'E_GRID_UNSUPPORTED', { 34264: matrix(9, 1, 0, 0, 1, -9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1) }],
    ['south-up', 'E_GRID_UNSUPPORTED', { 34264: matrix(9, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1) }],
    ['of zero size', 'E_GRID_UNSUPPORTED', { 33550: matrix(0, 0, 0) }],
    ['not finite', 'E_GRID_UNSUPPORTED', { 33550: matrix(Number.POSITIVE_INFINITY, 10, 0) }],
    ['tied by two control points', 'E_GRID_UNSUPPORTED', { 33922: matrix(0, 0, 0, 1, 2, 0, 9, 9, 0, 3, 4, 0) }],
    ['absent', 'E_GRID_UNSUPPORTED', { 33550: null, 33922: null }],
    ['without GeoKeys', 'E_CRS_MISSING', { 34735: null }],
    ['user-defined', 'E_CRS_MISSING', { 34735: keys(1024, 0, 1, 1, 3072, 0, 1, 32767) }],
  ])('is null with %s georeferencing, the file itself still opens', async (_name, code, fields) => {
    const header = await parse({ fields });
    expect(header.grid).toBeNull();
    expect(header.gridProblem?.code).toBe(code);
  });
});

describe('a hostile or damaged header', () => {
  it('is E_TIFF_TRUNCATED, cut at every one of its bytes, in all four forms', async () => {
    for (const littleEndian of [true, false]) {
      for (const big of [true, false]) {
        const { bytes, dataAt } = makeTiff({ ...plain, littleEndian, big, nodata: '0' });
        for (let length = 0; length < dataAt; length++) {
          const code = await refusal(bytes.subarray(0, length));
          expect(code, `cut to ${length} bytes`).toBe('E_TIFF_TRUNCATED');
        }
      }
    }
  });

  it('is E_TIFF_TRUNCATED, cut at 200 places of its data', async () => {
    const { bytes, dataAt } = makeTiff(plain);
    const step = (bytes.length - dataAt) / 200;
    for (let i = 0; i < 200; i++) {
      expect(await refusal(bytes.subarray(0, Math.floor(dataAt + i * step)))).toBe('E_TIFF_TRUNCATED');
    }
  });

  it('is E_TIFF_IFD_CYCLE where a directory names itself as the next', async () => {
    const { bytes, ifdAt, nextIfdAt } = makeTiff(plain);
    bytes.writeUInt32LE(ifdAt, nextIfdAt);
    expect(await refusal(bytes)).toBe('E_TIFF_IFD_CYCLE');
  });

  it('is E_TIFF_IFD_CYCLE where two directories name each other', async () => {
    const { bytes, ifdAt, nextIfdAt } = makeTiff(plain);
    const second = Buffer.from(bytes.subarray(ifdAt, nextIfdAt + 4));
    second.writeUInt32LE(ifdAt, second.length - 4);
    bytes.writeUInt32LE(bytes.length, nextIfdAt);
    expect(await refusal(Buffer.concat([bytes, second]))).toBe('E_TIFF_IFD_CYCLE');
  });

  it('is E_TIFF_TOO_MANY_IFDS with 100,000 directories', async () => {
    const count = 100_000;
    const chain = Buffer.alloc(8 + count * 18);
    chain.write('II*\0\b\0\0\0', 0, 'latin1');
    for (let i = 0; i < count; i++) {
      chain.writeUInt16LE(1, 8 + i * 18);
      chain.writeUInt16LE(256, 10 + i * 18);
      chain.writeUInt16LE(LONG, 12 + i * 18);
      chain.writeUInt32LE(i + 1 < count ? 8 + (i + 1) * 18 : 0, 8 + i * 18 + 14);
    }
    expect(await refusal(chain)).toBe('E_TIFF_TOO_MANY_IFDS');
  });

  it.each([
    ['a web page', '<!DOCTYPE html><title>Log in</title>'],
    ['a PNG', '\x89PNG\r\n\x1a\n0000000000'],
    ['an old TIFF magic', 'II\x29\0\b\0\0\0\0\0\0\0\0\0\0\0'],
  ])('is E_TIFF_NOT_TIFF when it is %s', async (_name, text) => {
    expect(await refusal(Buffer.from(text, 'latin1'))).toBe('E_TIFF_NOT_TIFF');
  });

  it.each<[string, string, Record<number, FieldSpec | null>]>([
    ['width 2^31', 'E_TIFF_LIMIT', { 256: long(2 ** 31) }],
    ['height 2^31', 'E_TIFF_LIMIT', { 257: long(2 ** 31) }],
    ['width 0', 'E_TIFF_LIMIT', { 256: long(0) }],
    ['2^24 × 2^24 pixels', 'E_TIFF_LIMIT', { 256: long(2 ** 24), 257: long(2 ** 24) }],
    ['blocks of 40,000²', 'E_TIFF_LIMIT', { 322: long(40_000), 323: long(40_000) }],
    ['blocks of 0²', 'E_TIFF_LIMIT', { 322: short(0), 323: short(0) }],
    ['blocks of 17²', 'E_TIFF_LIMIT', { 322: short(17), 323: short(17) }],
    ['no block height', 'E_TIFF_LIMIT', { 323: null }],
    ['0 bits', 'E_TIFF_UNSUPPORTED', { 258: short(0) }],
    ['12 bits', 'E_TIFF_UNSUPPORTED', { 258: short(12) }],
    ['64-bit integers', 'E_TIFF_UNSUPPORTED', { 258: short(64) }],
    ['complex numbers', 'E_TIFF_UNSUPPORTED', { 339: short(6) }],
    ['an alpha band', 'E_TIFF_UNSUPPORTED', { 338: short(2) }],
    ['an alpha band multiplied into the others', 'E_TIFF_UNSUPPORTED', { 338: short(1) }],
    ['0 samples', 'E_TIFF_LIMIT', { 277: short(0) }],
    ['65,535 samples', 'E_TIFF_LIMIT', { 277: short(65_535) }],
    ['JPEG', 'E_TIFF_UNSUPPORTED', { 259: short(7) }],
    ['LERC', 'E_TIFF_UNSUPPORTED', { 259: short(34_887) }],
    ['JPEG', 'E_TIFF_UNSUPPORTED', { 259: short(7) }],
    ['WebP', 'E_TIFF_UNSUPPORTED', { 259: short(50_001) }],
    ['LERC', 'E_TIFF_UNSUPPORTED', { 259: short(34_887) }],
    ['predictor 3 on integers', 'E_TIFF_UNSUPPORTED', { 317: short(3) }],
    ['predictor 9', 'E_TIFF_UNSUPPORTED', { 317: short(9) }],
    ['planar configuration 3', 'E_TIFF_UNSUPPORTED', { 284: short(3) }],
    ['fill order 2', 'E_TIFF_UNSUPPORTED', { 266: short(2) }],
    ['one block too few', 'E_TIFF_LIMIT', { 324: long(1, 2, 3, 4, 5) }],
    ['2^31 offsets', 'E_TIFF_LIMIT', { 324: { type: LONG, values: [0, 0], count: 2 ** 31 } }],
    ['offsets of an odd type', 'E_TIFF_MALFORMED', { 325: { type: 2, values: [1, 1, 1, 1, 1, 1] } }],
    ['no offsets', 'E_TIFF_MALFORMED', { 324: null }],
    ['no width', 'E_TIFF_MALFORMED', { 256: null }],
    ['a block beyond the end', 'E_TIFF_TRUNCATED', { 324: long(1, 1, 1, 1, 1, 4e9) }],
  ])('with %s is %s', async (_name, code, fields) => {
    expect(await refusal(makeTiff({ ...plain, fields }).bytes)).toBe(code);
  });

  it('is E_TIFF_LIMIT with a BigTIFF offset beyond 2^53', async () => {
    const { bytes } = makeTiff({ ...plain, big: true });
    bytes.writeBigUInt64LE(2n ** 60n, 8);
    expect(await refusal(bytes)).toBe('E_TIFF_LIMIT');
  });

  it('is E_TIFF_MALFORMED where its fields are out of order, as after a bit flip in a tag', async () => {
    const { bytes, ifdAt } = makeTiff(plain);
    bytes.writeUInt16LE(300, ifdAt + 2);
    expect(await refusal(bytes)).toBe('E_TIFF_MALFORMED');
  });

  it('names the compression that is not read', async () => {
    await expect(parse({ fields: { 259: short(50_001) } })).rejects.toThrow(/WebP \(50001\)/);
  });
});
