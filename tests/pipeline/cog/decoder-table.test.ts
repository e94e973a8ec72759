import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCog, readWindow, type WindowData } from '../../../pipeline/cog/read.ts';
import { openFileSource } from '../../../pipeline/cog/source.ts';
import { describeWithGdal, gdalHasInt8, runGdal } from '../../gdal.ts';
import { BANDS, HEIGHT, KINDS, type KindName, readByGdal, WIDTH, writeContent } from './gdal-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'canopy-table-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CODINGS = {
  integer: ['NONE/1', 'PACKBITS/1', 'DEFLATE/1', 'DEFLATE/2', 'LZW/1', 'LZW/2', 'ZSTD/1', 'ZSTD/2'],
  float: ['NONE/1', 'PACKBITS/1', ...['DEFLATE', 'LZW', 'ZSTD'].flatMap((c) => [`${c}/1`, `${c}/2`, `${c}/3`])],
} as const;

const LAYOUTS = [
  ['TILED=YES', 'BLOCKXSIZE=16', 'BLOCKYSIZE=32'],
  ['TILED=NO', 'BLOCKYSIZE=7'],
  ['TILED=YES', 'BLOCKXSIZE=128', 'BLOCKYSIZE=128'],
  ['TILED=NO', `BLOCKYSIZE=${HEIGHT}`],
] as const;

interface Row {
  readonly path: string;
  readonly options: readonly string[];
}

/** Every type × compression × predictor × byte order; layout, interleaving and BigTIFF take turns over them. */
function rowsOf(kind: KindName): Row[] {
  const codings: readonly string[] = kind.startsWith('float') ? CODINGS.float : CODINGS.integer;
  return codings.flatMap((coding, i) =>
    ['LITTLE', 'BIG'].map((endian, k) => {
      const [compress, predictor] = coding.split('/');
      const turn = i * 2 + k + Object.keys(KINDS).indexOf(kind);
      const options = [
        `COMPRESS=${compress}`,
        ...(predictor === '1' ? [] : [`PREDICTOR=${predictor}`]),
        `ENDIANNESS=${endian}`,
        `INTERLEAVE=${(turn >> 1) % 2 === 0 ? 'PIXEL' : 'BAND'}`,
        `BIGTIFF=${turn % 3 === 0 ? 'YES' : 'NO'}`,
        ...LAYOUTS[(turn >> 2) % LAYOUTS.length]!,
        ...(kind === 'int8' && !gdalHasInt8 ? ['PIXELTYPE=SIGNEDBYTE'] : []),
      ];
      return { path: join(folder, `${kind}-${turn}-${coding.replace('/', '-')}-${endian}.tif`), options };
    }),
  );
}

async function readAll(path: string, sample: number): Promise<WindowData> {
  const source = await openFileSource(path);
  const cog = await openCog(source);
  const { widthPx, heightPx } = cog.header.levels[0]!;
  const data = await readWindow(cog, { level: 0, window: { col: 0, row: 0, widthPx, heightPx }, sample });
  await source.close();
  return data;
}

/** Bit for bit, but that one NaN is as good as another (a processor may set the quiet bit of a signalling one). */
function expectCells({ data }: WindowData, truth: Buffer, what: string): void {
  const got = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (Buffer.compare(got, truth) === 0) return;
  const Cells = data.constructor as Float64ArrayConstructor;
  const wanted = new Cells(Uint8Array.from(truth).buffer);
  const wrong = wanted.findIndex((value, i) => !Object.is(value, data[i]));
  expect(wrong, `first wrong cell of ${what}: ${data[wrong]} instead of ${wanted[wrong]}`).toBe(-1);
}
const translate = (from: string, to: string, ...args: string[]) => runGdal('gdal_translate', '-q', ...args, from, to);

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const waiting = [...items];
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all([lane(), lane(), lane()]);
}

/** GDAL's mask less NaN, which is valid to GDAL where nodata is another number, and to nobody else. */
function expectValid({ data, valid }: WindowData, mask: Uint8Array, what: string): void {
  const wanted = mask.map((value, i) => (value !== 0 && !Number.isNaN(data[i]!) ? 1 : 0));
  expect(Buffer.compare(valid, wanted), `validity of ${what}`).toBe(0);
}

describeWithGdal('the decoder table', () => {
  for (const kind of Object.keys(KINDS) as KindName[]) {
    const count = rowsOf(kind).length;
    it(`${kind}: ${count} files of all compressions, predictors and byte orders equal GDAL, cell by cell`, {
      timeout: 60_000,
    }, async () => {
      const content = await writeContent(folder, kind);
      const rows = rowsOf(kind);
      await inTurns(rows, ({ path, options }) => translate(content, path, ...options.flatMap((o) => ['-co', o])));
      const bands = rows.flatMap(({ path }) => Array.from({ length: BANDS }, (_, b) => ({ path, source: `${b + 1}` })));
      const masks = bands.map(({ path, source }) => ({ path, source: `mask,${source}` }));
      const truth = await readByGdal(folder, KINDS[kind].gdal, bands);
      const valid = await readByGdal(folder, 'Byte', masks);
      const cells = WIDTH * HEIGHT;
      const size = truth.length / (bands.length * cells);
      for (const [i, { path, source }] of bands.entries()) {
        const read = await readAll(path, Number(source) - 1);
        expectCells(read, truth.subarray(i * cells * size, (i + 1) * cells * size), path);
        expectValid(read, valid.subarray(i * cells, (i + 1) * cells), path);
      }
    });
  }
});

interface GdalInfo {
  readonly geoTransform: readonly number[];
}

describeWithGdal('files of a special make', () => {
  const at = (name: string) => join(folder, name);
  const content = {} as Record<'uint8' | 'uint16' | 'float32', string>;
  beforeAll(async () => {
    for (const kind of ['uint8', 'uint16', 'float32'] as const) content[kind] = await writeContent(folder, kind);
  });

  /** Band and mask as GDAL reads them. */
  async function expectLikeGdal(path: string, type: string, args: string[] = []): Promise<WindowData> {
    await translate(path, `${path}.raw`, '-of', 'ENVI', '-ot', type, '-b', '1', ...args);
    await translate(path, `${path}.mask`, '-of', 'ENVI', '-ot', 'Byte', '-b', 'mask', ...args);
    const read = await readAll(path, 0);
    expectCells(read, readFileSync(`${path}.raw`), path);
    expectValid(read, readFileSync(`${path}.mask`), path);
    return read;
  }

  it.each(['PIXEL', 'BAND'])('with an internal 1-bit mask, %s interleaved', async (interleave) => {
    const path = at(`mask-${interleave}.tif`);
    const options = ['COMPRESS=DEFLATE', 'TILED=YES', 'BLOCKXSIZE=32', 'BLOCKYSIZE=32', `INTERLEAVE=${interleave}`];
    const source = content.uint8;
    const mask = [
      '-b',
      '1',
      '-b',
      '2',
      '-mask',
      '2',
      '--config',
      'GDAL_TIFF_INTERNAL_MASK',
      'YES',
      '-a_nodata',
      'none',
    ];
    await translate(source, path, ...mask, ...options.flatMap((o) => ['-co', o]));
    const { valid } = await expectLikeGdal(path, 'Byte');
    expect(valid.reduce((sum, v) => sum + v, 0)).toBeLessThan(valid.length);
  });

  it.each(['DEFLATE', 'NONE'])('with sparse blocks (%s): nodata, never 0', async (compress) => {
    const path = at(`sparse-${compress}.tif`);
    const window = ['-srcwin', '0', '-40', `${WIDTH}`, '120', '-a_nodata', '65535'];
    const options = ['SPARSE_OK=TRUE', 'TILED=YES', 'BLOCKXSIZE=16', 'BLOCKYSIZE=16', `COMPRESS=${compress}`];
    await translate(content.uint16, path, ...window, ...options.flatMap((o) => ['-co', o]));
    const { sparseBlocks, data, valid } = await expectLikeGdal(path, 'UInt16');
    expect(sparseBlocks).toBeGreaterThanOrEqual(10);
    expect([data[0], valid[0]]).toEqual([65_535, 0]);
  });

  it.each(['Area', 'Point'])('whose pixels are an %s lie where GDAL puts them', async (meaning) => {
    const path = at(`${meaning}.tif`);
    await translate(content.uint16, path, '-mo', `AREA_OR_POINT=${meaning}`);
    const info = JSON.parse(await runGdal('gdalinfo', '-json', path)) as GdalInfo;
    const source = await openFileSource(path);
    const { header } = await openCog(source);
    await source.close();
    const [x, xPerCol, , y, , yPerRow] = info.geoTransform;
    expect(header.grid).toMatchObject({ crs: 'EPSG:32631', transform: [xPerCol, 0, x, 0, yPerRow, y] });
  });

  it.each([
    ['uint16', 'UInt16', []],
    ['float32', 'Float32', ['-a_nodata', 'nan']],
  ] as const)('of 3001 × 2999 %s: a window too large for the cache equals GDAL', async (kind, type, args) => {
    const path = at(`large-${kind}.tif`);
    const predictor = kind === 'float32' ? '3' : '2';
    const options = ['TILED=YES', 'BLOCKXSIZE=512', 'BLOCKYSIZE=512', 'COMPRESS=DEFLATE', `PREDICTOR=${predictor}`];
    const size = ['-outsize', '3001', '2999', '-b', '1', ...args];
    await translate(content[kind], path, ...size, ...options.flatMap((o) => ['-co', o]));
    await expectLikeGdal(path, type);
  });

  it.each([
    ['4 bits', 'uint8', ['-scale', '0', '255', '0', '15', '-co', 'NBITS=4']],
    ['12 bits', 'uint16', ['-scale', '0', '65535', '0', '4095', '-a_nodata', 'none', '-co', 'NBITS=12']],
    ['JPEG', 'uint8', ['-co', 'COMPRESS=JPEG']],
  ] as const)('of %s are refused with a sentence', async (name, kind, args) => {
    const path = at(`refused-${name.replace(' ', '-')}.tif`);
    await translate(content[kind], path, '-b', '1', ...args);
    const source = await openFileSource(path);
    await expect(openCog(source)).rejects.toMatchObject({ code: 'E_TIFF_UNSUPPORTED', kind: 'input' });
    await source.close();
  });
});
