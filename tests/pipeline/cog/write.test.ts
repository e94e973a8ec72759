import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromFile } from 'geotiff';
import { afterAll, describe, expect, it } from 'vitest';
import type { CogSpec } from '../../../pipeline/cog/assemble-plan.ts';
import { createPixels } from '../../../pipeline/cog/block.ts';
import { openCog, readWindow } from '../../../pipeline/cog/read.ts';
import { openFileSource } from '../../../pipeline/cog/source.ts';
import { type ReadBlock, writeCog } from '../../../pipeline/cog/write.ts';
import type { PixelArray } from '../../../shared/raster.ts';

const folder = mkdtempSync(join(tmpdir(), 'cog-write-'));
afterAll(() => rmSync(folder, { recursive: true }));

const grid = {
  crs: 'EPSG:32631',
  transform: [10, 0, 300_000, 0, -10, 1_100_000] as const,
  widthPx: 150,
  heightPx: 101,
};
const ndvi: CogSpec = { grid, dataType: 'int16', samples: 1, nodata: -32_768, blockSizePx: 64, resampling: 'average' };

/** Blocks of an image that is given as one array, padded with nodata. */
function blocksOf(spec: CogSpec, image: PixelArray): ReadBlock {
  const size = spec.blockSizePx ?? 512;
  const { samples } = spec;
  return (blockCol, blockRow) => {
    const block = createPixels(spec.dataType, size * size * samples).fill(spec.nodata ?? 0);
    for (let row = 0; row < Math.min(size, spec.grid.heightPx - blockRow * size); row++) {
      for (let col = 0; col < Math.min(size, spec.grid.widthPx - blockCol * size); col++) {
        for (let s = 0; s < samples; s++) {
          const at = (blockRow * size + row) * spec.grid.widthPx + blockCol * size + col;
          block[(row * size + col) * samples + s] = image[at * samples + s]!;
        }
      }
    }
    return block;
  };
}

/** A wavy image with a nodata wedge at its left and one whole block of nodata at 64, 64. */
function makeImage(spec: CogSpec): PixelArray {
  const { widthPx, heightPx } = spec.grid;
  const image = createPixels(spec.dataType, widthPx * heightPx * spec.samples);
  const [base, swing] =
    spec.dataType === 'float32' ? [0.5, 0.4] : spec.dataType === 'uint8' ? [120, 100] : [4000, 3000];
  for (let i = 0; i < image.length; i++) {
    const col = Math.floor(i / spec.samples) % widthPx;
    const row = Math.floor(i / spec.samples / widthPx);
    const empty = col < row / 4 || (col >= 64 && col < 128 && row >= 64);
    image[i] =
      empty && spec.nodata !== null
        ? spec.nodata
        : base + swing * Math.sin(col / 9 + (i % spec.samples)) * Math.cos(row / 7);
  }
  return image;
}

async function readLevel(path: string, level: number, sample = 0) {
  const source = await openFileSource(path);
  const cog = await openCog(source);
  const { widthPx, heightPx } = cog.header.levels[level]!;
  const read = await readWindow(cog, { level, window: { col: 0, row: 0, widthPx, heightPx }, sample });
  await source.close();
  return { ...read, widthPx, heightPx, header: cog.header };
}

const KINDS: [string, Partial<CogSpec>][] = [
  ['int16 NDVI', {}],
  ['float32 with NaN', { dataType: 'float32', nodata: Number.NaN }],
  ['float32 with −9999', { dataType: 'float32', nodata: -9999 }],
  ['uint8 classes', { dataType: 'uint8', nodata: 255, resampling: 'mode' }],
  ['uint16 without nodata', { dataType: 'uint16', nodata: null, resampling: 'nearest' }],
  ['uint8 true colour', { dataType: 'uint8', samples: 3, nodata: 0 }],
  ['degrees', { grid: { ...grid, crs: 'EPSG:4326', transform: [0.0001, 0, 1.5, 0, -0.0001, 9.9] } }],
  ['one block', { grid: { ...grid, widthPx: 33, heightPx: 7 } }],
];

describe('writeCog', () => {
  it.each(KINDS)('writes %s so that we and geotiff.js read the same pixels back', async (name, part) => {
    const spec = { ...ndvi, ...part };
    const image = makeImage(spec);
    const path = join(folder, `${name}.tif`);
    const written = await writeCog(path, spec, blocksOf(spec, image));
    expect(written.bytes).toBe(statSync(path).size);
    expect(written.sha256).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'));
    const other = await (await (await fromFile(path)).getImage()).readRasters();
    for (let s = 0; s < spec.samples; s++) {
      const { data, valid, header } = await readLevel(path, 0, s);
      const wanted = image.filter((_, i) => i % spec.samples === s);
      expect(data).toEqual(wanted);
      expect(other[s]).toEqual(wanted);
      expect(valid).toEqual(Uint8Array.from(wanted, (v) => (Number.isNaN(v) || v === spec.nodata ? 0 : 1)));
      expect(header).toMatchObject({ grid: spec.grid, nodata: spec.nodata, isCogLayout: true, hasBlockFrames: true });
    }
  });

  it('makes overviews until one block holds the image: 150 × 101, 75 × 51, 38 × 26', async () => {
    const path = join(folder, 'int16 NDVI.tif');
    const { header } = await readLevel(path, 0);
    expect(header.levels.map((l) => [l.widthPx, l.heightPx])).toEqual([
      [150, 101],
      [75, 51],
      [38, 26],
    ]);
  });

  it.each([
    ['average', [10, 20, 30, 41], -1, 25],
    ['average', [10, -1, -1, 13], -1, 12],
    ['average', [-1, -1, -1, -1], -1, -1],
    ['average', [-2, 0, -2, 0], -1, -2],
    ['average', [0, 0, 0, 2], null, 1],
    ['nearest', [7, 8, 9, 10], -1, 7],
    ['nearest', [-1, 8, 9, 10], -1, -1],
    ['mode', [5, 6, 6, 4], -1, 6],
    ['mode', [5, 6, -1, 4], -1, 5],
    ['mode', [-1, -1, -1, 4], -1, 4],
  ] as const)('halves by %s: cells %j with nodata %s become %d', async (resampling, cells, nodata, wanted) => {
    const path = join(folder, 'halved.tif');
    const spec: CogSpec = { ...ndvi, grid: { ...grid, widthPx: 18, heightPx: 2 }, blockSizePx: 16, nodata, resampling };
    const image = new Int16Array(36).map((_, i) => cells[Math.floor(i / 18) * 2 + (i % 2)]!);
    await writeCog(path, spec, blocksOf(spec, image));
    expect([...(await readLevel(path, 1)).data]).toEqual(Array(9).fill(wanted));
  });

  it('averages an odd edge over the cells that exist, whatever pads the block', async () => {
    const path = join(folder, 'odd.tif');
    const spec: CogSpec = { ...ndvi, grid: { ...grid, widthPx: 17, heightPx: 3 }, blockSizePx: 16, nodata: null };
    const image = new Int16Array(51).fill(100);
    await writeCog(path, spec, blocksOf(spec, image));
    const { data, widthPx, heightPx } = await readLevel(path, 1);
    expect([widthPx, heightPx]).toEqual([9, 2]);
    expect([...data]).toEqual(Array(18).fill(100));
  });

  it('gives the same bytes twice', async () => {
    const image = makeImage(ndvi);
    const first = await writeCog(join(folder, 'a.tif'), ndvi, blocksOf(ndvi, image));
    const second = await writeCog(join(folder, 'b.tif'), ndvi, async (col, row) => blocksOf(ndvi, image)(col, row));
    expect(second).toEqual(first);
  });

  it('leaves nothing behind when a block fails, and the older file as it was', async () => {
    const path = join(folder, 'kept.tif');
    const image = makeImage(ndvi);
    const { sha256 } = await writeCog(path, ndvi, blocksOf(ndvi, image));
    const failing: ReadBlock = (col, row) => {
      if (row === 1) throw new Error('no pixels');
      return blocksOf(ndvi, image)(col, row);
    };
    await expect(writeCog(path, ndvi, failing)).rejects.toThrow('no pixels');
    expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(sha256);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it.each<[string, string, Partial<CogSpec>]>([
    ['E_TOO_LARGE', '40,000² floats', { dataType: 'float32', grid: { ...grid, widthPx: 40_000, heightPx: 40_000 } }],
    ['E_CRS_UNSUPPORTED', 'EPSG:4258', { grid: { ...grid, crs: 'EPSG:4258' } }],
    ['E_CRS_UNSUPPORTED', 'EPSG:0', { grid: { ...grid, crs: 'EPSG:0' } }],
  ])('is %s for %s, before a byte is written', async (code, _what, part) => {
    const spec = { ...ndvi, ...part };
    const path = join(folder, 'refused.tif');
    await expect(writeCog(path, spec, () => new Int16Array(0))).rejects.toMatchObject({ code, kind: 'input' });
    expect(existsSync(path)).toBe(false);
  });

  it('is E_DISK (resource) where the folder is missing, and a bug where a block has the wrong size', async () => {
    const path = join(folder, 'no', 'such.tif');
    const read = blocksOf(ndvi, makeImage(ndvi));
    await expect(writeCog(path, ndvi, read)).rejects.toMatchObject({ code: 'E_DISK', kind: 'resource' });
    const wrong = () => new Uint16Array(64 * 64);
    await expect(writeCog(join(folder, 'x.tif'), ndvi, wrong)).rejects.toMatchObject({ kind: 'bug' });
  });
});

interface GdalInfo {
  readonly stac: { readonly 'proj:epsg': number };
  readonly geoTransform: readonly number[];
  readonly metadata: { readonly '': Record<string, string>; readonly IMAGE_STRUCTURE: Record<string, string> };
  readonly bands: readonly { noDataValue?: number | string; description?: string; scale?: number; checksum: number }[];
}

const hasGdal = spawnSync('gdalinfo', ['--version']).status === 0;
const describeWithGdal = hasGdal
  ? describe
  : (name: string, body: () => void) => describe.skip(`${name} [skipped: no gdalinfo on PATH]`, body);

describeWithGdal('GDAL', () => {
  it.each(KINDS)('calls %s a COG with our CRS, transform, nodata and metadata', async (name, part) => {
    const path = join(folder, `gdal ${name}.tif`);
    const title = 'Copargo <synthetic> & "é"';
    const spec: CogSpec = {
      ...ndvi,
      ...part,
      metadata: { TITLE: title },
      bands: [{ description: 'ndvi', scale: 0.0001 }],
    };
    await writeCog(path, spec, blocksOf(spec, makeImage(spec)));
    const info: GdalInfo = JSON.parse(execFileSync('gdalinfo', ['-json', '-stats', path], { encoding: 'utf8' }));
    rmSync(`${path}.aux.xml`, { force: true });
    expect(info.metadata.IMAGE_STRUCTURE.LAYOUT).toBe('COG');
    expect(info.metadata[''].TITLE).toBe(title);
    expect(info.stac['proj:epsg']).toBe(Number(spec.grid.crs.slice(5)));
    const [a, , c, , e, f] = spec.grid.transform;
    expect(info.geoTransform).toEqual([c, a, 0, f, 0, e]);
    const nodata = Number.isNaN(spec.nodata) ? 'NaN' : (spec.nodata ?? undefined);
    expect(info.bands.map((band) => band.noDataValue)).toEqual(Array(spec.samples).fill(nodata));
    expect(info.bands[0]).toMatchObject({ description: 'ndvi', scale: 0.0001 });
  });

  it("passes GDAL's own validator with its full check of every block frame", async (context) => {
    const module = 'osgeo_utils.samples.validate_cloud_optimized_geotiff';
    const python = ['/usr/bin/python3', 'python3'].find((p) => spawnSync(p, ['-c', `import ${module}`]).status === 0);
    if (python === undefined) return context.skip('no python3 with osgeo_utils');
    for (const [name, part] of KINDS) {
      const path = join(folder, `valid ${name}.tif`);
      const spec = { ...ndvi, ...part };
      await writeCog(path, spec, blocksOf(spec, makeImage(spec)));
      const said = spawnSync(python, ['-m', module, '--full-check=yes', path], { encoding: 'utf8' });
      expect(said.stdout).toContain('is a valid cloud optimized GeoTIFF');
    }
  });
});
