import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromFile } from 'geotiff';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPixels } from '../../../pipeline/cog/block.ts';
import { writeCog } from '../../../pipeline/cog/write.ts';
import { runCanopy } from '../../canopy.ts';

const root = mkdtempSync(join(tmpdir(), 'canopy-index-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Pixel = (col: number, row: number) => number;
interface BandSpec {
  readonly file: string;
  readonly cellM: 10 | 20;
  readonly dataType: 'uint16' | 'uint8';
  readonly pixel: Pixel;
}
const N = -32768;

/** A scene of `width` × `height` cells of 20 m whose DN carry the offset of 1000: reflectance = DN/10,000 − 0.1. */
async function makeScene(
  name: string,
  size: { width: number; height: number },
  bands: Record<string, BandSpec>,
  statesGrid = true,
): Promise<string> {
  const folder = join(root, name);
  mkdirSync(folder);
  const assets: Record<string, unknown> = {};
  for (const [key, { file, cellM, dataType, pixel }] of Object.entries(bands)) {
    const widthPx = (size.width * 20) / cellM;
    const heightPx = (size.height * 20) / cellM;
    const transform = [cellM, 0, 300_000, 0, -cellM, 1_100_000] as const;
    const spec = {
      grid: { crs: 'EPSG:32631', transform, widthPx, heightPx },
      dataType,
      samples: 1,
      nodata: 0,
    } as const;
    await writeCog(join(folder, file), { ...spec, resampling: 'nearest' }, (blockCol, blockRow) => {
      const block = createPixels(dataType, 512 * 512);
      for (let i = 0; i < block.length; i += 1) {
        const [col, row] = [blockCol * 512 + (i % 512), blockRow * 512 + Math.floor(i / 512)];
        if (col < widthPx && row < heightPx) block[i] = pixel(col, row);
      }
      return block;
    });
    const grid = statesGrid ? { 'proj:transform': transform, 'proj:shape': [heightPx, widthPx] } : {};
    assets[key] = { href: `./${file}`, ...grid, 'raster:bands': [{ nodata: 0, data_type: dataType }] };
  }
  const item = {
    type: 'Feature',
    stac_version: '1.0.0',
    id: `S2A_${name}`,
    collection: 'sentinel-2-c1-l2a',
    bbox: [1, 9, 2, 10],
    geometry: null,
    properties: {
      datetime: '2023-01-15T10:26:44Z',
      platform: 'sentinel-2a',
      'proj:epsg': 32631,
      'grid:code': 'MGRS-31PCL',
      's2:processing_baseline': '05.09',
      's2:datatake_id': 'GS2A_20230115T102644_042547_N05.09',
    },
    assets,
    links: [],
  };
  const path = join(folder, 'item.json');
  writeFileSync(path, JSON.stringify(item));
  return path;
}

/** DN of nir in the four 10 m cells of each 20 m cell, row by row; 0 is nodata. */
const NIR = [
  [[4000, 4000, 2000, 0], Array(4).fill(0), Array(4).fill(4000), Array(4).fill(4000)],
  [Array(4).fill(900), Array(4).fill(1000), Array(4).fill(4000), Array(4).fill(16_000)],
];
/** Cell 2, 0 is cloud (SCL 9); cell 3, 0 has no swir16; cell 0, 1 has nir −0.01; cell 1, 1 has 0 in both. */
const SWIR16 = [
  [2000, 2000, 2000, 0],
  [2000, 1000, 3000, 3000],
];
const hand: Record<string, BandSpec> = {
  red: { file: 'B04.tif', cellM: 10, dataType: 'uint16', pixel: (col, row) => (col > 5 && row > 1 ? 1000 : 2000) },
  nir: {
    file: 'B08.tif',
    cellM: 10,
    dataType: 'uint16',
    pixel: (col, row) => NIR[row >> 1]![col >> 1]![(row % 2) * 2 + (col % 2)],
  },
  swir16: { file: 'B11.tif', cellM: 20, dataType: 'uint16', pixel: (col, row) => SWIR16[row]![col]! },
  swir22: { file: 'B12.tif', cellM: 20, dataType: 'uint16', pixel: () => 1500 },
  scl: { file: 'SCL.tif', cellM: 20, dataType: 'uint8', pixel: (col, row) => (col === 2 && row === 0 ? 9 : 4) },
};

async function readLayer(path: string): Promise<{ width: number; height: number; values: number[] }> {
  const tiff = await fromFile(path);
  const image = await tiff.getImage();
  const [band] = (await image.readRasters()) as unknown as Int16Array[];
  tiff.close();
  return { width: image.getWidth(), height: image.getHeight(), values: [...band!] };
}

describe('canopy index on a scene of 8 × 4 pixels of 10 m', () => {
  let item: string;
  let count = 0;
  const compute = async (source: string, ...flags: string[]) => {
    count += 1;
    const out = join(root, `layers-${count}`, 'layer.tif');
    const run = await runCanopy(['index', source, '--out', out, ...flags]);
    expect(run.stderr).toContain('Finished');
    expect(run.code).toBe(0);
    return { ...(await readLayer(out)), out, run };
  };
  beforeAll(async () => {
    item = await makeScene('hand', { width: 4, height: 2 }, hand);
  });

  // Cell 0, 0 by hand: nir (0.3 + 0.3 + 0.1)/3 = 0.2333, its fourth 10 m cell being nodata; swir16 0.1, swir22 0.05.
  const clear = [4000, N, N, N, -10_000, N, 2000, 7647];
  it.each([
    ['ndmi', [], clear],
    ['ndmi', ['--unmasked'], [4000, N, 5000, N, -10_000, N, 2000, 7647]],
    ['ndmi', ['--keep-scl', '4,9'], [4000, N, 5000, N, -10_000, N, 2000, 7647]],
    ['ndmi', ['--dilate-m', '20'], [4000, N, N, N, -10_000, N, N, 7647]],
    ['nbr', [], [6471, N, N, 7143, -10_000, -10_000, 7143, 9355]],
  ])('%s on 4 × 2 pixels of 20 m with nir as the mean of its valid pixels, flags %j', async (index, flags, values) => {
    const layer = await compute(item, '--index', index, ...flags);
    expect(layer).toMatchObject({ width: 4, height: 2, values });
  });

  it.each([
    ['ndvi', [5000, 5000, N, N, N, N, 5000, 5000], [-10_000, -10_000, -10_000, -10_000, 5000, 5000, 10_000, 10_000]],
    ['evi2', [3247, 3247, N, N, N, N, 3247, 3247], [-2016, -2016, -2016, -2016, 3247, 3247, 15_000, 15_000]],
  ])('%s on 8 × 4 pixels of 10 m, EVI2 up to 1.5', async (index, first, third) => {
    const { width, height, values } = await compute(item, '--index', index);
    expect([width, height]).toEqual([8, 4]);
    expect(values.slice(0, 8)).toEqual(first);
    expect(values.slice(16, 24)).toEqual(third);
  });

  it('takes the grids that an item does not state from its files: the same 8 values', async () => {
    const gridless = await makeScene('gridless', { width: 4, height: 2 }, hand, false);
    expect((await compute(gridless, '--index', 'ndmi')).values).toEqual(clear);
  });

  it('reads item and files from a server on 127.0.0.1 that --allow-host names: the same 8 values', async () => {
    const server = createServer((request, response) => {
      const bytes = readFileSync(join(root, 'hand', request.url!.slice(1)));
      const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
      if (from === undefined) return response.end(bytes);
      const part = bytes.subarray(Number(from), Math.min(Number(to) + 1, bytes.length));
      const range = `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}`;
      response.writeHead(206, { 'Content-Range': range, 'Content-Length': part.length, ETag: `"${bytes.length}"` });
      return response.end(part);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const { values } = await compute(`http://${host}/item.json`, '--index', 'ndmi', '--allow-host', host);
      expect(values).toEqual(clear);
    } finally {
      server.close();
    }
  });

  it('describes the layer in an item of its moment, scene, 8 pixels and attribution, and leaves no other file', async () => {
    const { out, run } = await compute(item, '--index', 'ndmi');
    const folder = join(out, '..');
    expect(readdirSync(folder).sort()).toEqual(['layer.json', 'layer.tif']);
    const stac = JSON.parse(readFileSync(join(folder, 'layer.json'), 'utf8'));
    expect(stac.properties).toMatchObject({
      datetime: '2023-01-15T10:26:44.000Z',
      'proj:shape': [2, 4],
      'proj:transform': [20, 0, 300_000, 0, -20, 1_100_000],
      'twin_canopy:kind': 'ndmi',
      attribution: 'contains modified Copernicus Sentinel data 2023',
    });
    expect(stac.properties).not.toHaveProperty('start_datetime');
    expect(stac.links[1]).toMatchObject({ rel: 'derived_from', href: item, title: 'S2A_hand' });
    expect(stac.assets.data['raster:bands'][0]).toMatchObject({ name: 'ndmi', scale: 0.0001, nodata: N });
    expect(run.stderr).toContain('1 of 1 blocks');
    expect(run.stderr.trimEnd().split('\n').at(-1)).toMatch(
      /^Finished: NDMI of S2A_hand, 4 × 2 pixels of 20 m, of which 4 /,
    );
  });

  const withoutGdal = spawnSync('gdalinfo', ['--version']).status === 0 ? '' : ' [skipped: gdalinfo is not on PATH]';
  it.skipIf(withoutGdal !== '')(
    `writes what GDAL calls a COG, int16 × 0.0001 with nodata −32768${withoutGdal}`,
    async () => {
      const { out } = await compute(item, '--index', 'evi2');
      const info = JSON.parse(spawnSync('gdalinfo', ['-json', out], { encoding: 'utf8' }).stdout);
      expect(info.metadata.IMAGE_STRUCTURE.LAYOUT).toBe('COG');
      expect(info.bands[0]).toMatchObject({ type: 'Int16', noDataValue: N, scale: 0.0001, description: 'evi2' });
      expect(info.geoTransform).toEqual([300_000, 10, 0, 1_100_000, 0, -10]);
    },
  );

  it('overwrites neither its item nor a band', async () => {
    const before = readFileSync(join(root, 'hand/B08.tif'));
    for (const name of ['item.tif', 'B08.tif']) {
      const run = await runCanopy(['index', item, '--index', 'ndmi', '--out', join(root, 'hand', name)]);
      expect(run.code).toBe(2);
    }
    expect(readFileSync(join(root, 'hand/B08.tif')).equals(before)).toBe(true);
    expect(JSON.parse(readFileSync(item, 'utf8')).id).toBe('S2A_hand');
  });
});

it('computes 520 × 530 pixels of 20 m in 4 blocks that agree with arithmetic on both sides of the seams', async () => {
  const nir: Pixel = (col, row) => 2000 + ((7 * col + 13 * row) % 3000);
  const swir: Pixel = (col, row) => 1500 + ((11 * col + 5 * row) % 2000);
  const item = await makeScene(
    'blocks',
    { width: 520, height: 530 },
    {
      ...hand,
      red: { ...hand.red!, pixel: () => 2000 },
      nir: { ...hand.nir!, pixel: nir },
      swir16: { ...hand.swir16!, pixel: swir },
    },
  );
  const out = join(root, 'blocks.tif');
  const run = await runCanopy(['index', item, '--index', 'ndmi', '--unmasked', '--out', out]);
  expect(run.stderr).toContain('4 of 4 blocks');
  expect(run.stderr).toContain('520 × 530 pixels of 20 m, of which 275600 (100.0 %) hold a value');
  const { values } = await readLayer(out);
  for (const row of [0, 511, 512, 529]) {
    for (const col of [0, 510, 511, 512, 513, 519]) {
      const [c, r] = [2 * col, 2 * row];
      const n = (nir(c, r) + nir(c + 1, r) + nir(c, r + 1) + nir(c + 1, r + 1)) / 40_000 - 0.1;
      const s = swir(col, row) / 10_000 - 0.1;
      expect(Math.abs(values[row * 520 + col]! - (10_000 * (n - s)) / (n + s))).toBeLessThan(0.51);
    }
  }
});

describe('canopy index says in one sentence what is wrong', () => {
  beforeAll(async () => {
    const { swir22: _, ...noSwir22 } = hand;
    const noCloud = { ...hand, swir16: { ...hand.swir16!, file: 'gone.tif' } };
    await makeScene('no-swir22', { width: 4, height: 2 }, noSwir22);
    await makeScene('gone', { width: 4, height: 2 }, noCloud);
    rmSync(join(root, 'gone/gone.tif'));
    // Land of reflectance 0 or less: the offset that the item's baseline tells of is not in these numbers.
    const bands = { ...hand, nir: { ...hand.nir!, pixel: () => 4000 }, swir16: { ...hand.swir16!, pixel: () => 3000 } };
    await makeScene('offset', { width: 40, height: 40 }, { ...bands, red: { ...hand.red!, pixel: () => 900 } });
  });

  it.each([
    [
      'no-swir22/item.json',
      ['--index', 'nbr'],
      1,
      /Item S2A_no-swir22 has no swir22 band, and nbr is made of nir and swir22/,
    ],
    ['gone/item.json', ['--index', 'ndmi'], 1, /gone\.tif/],
    ['offset/item.json', ['--index', 'ndmi'], 1, /pixels contradict the reflectance offset -0\.1/],
    ['nowhere.json', ['--index', 'ndmi'], 1, /nowhere\.json does not exist/],
    ['gone/B04.tif', ['--index', 'ndmi'], 1, /B04\.tif is not readable JSON/],
    ['gone/item.json', [], 2, /--index wants one of ndvi, evi2, nbr, ndmi; got nothing/],
    ['gone/item.json', ['--index', 'savi'], 2, /--index wants one of .* got savi/],
    ['gone/item.json', ['--index', 'ndvi', '--out', 'F.png'], 2, /--out wants the name of a file that ends in \.tif/],
    ['gone/item.json', ['--index', 'ndvi', '--unmasked', '--dilate-m', '20'], 2, /--unmasked keeps every pixel/],
    ['gone/item.json', ['--index', 'ndvi', '--dilate-m', '-1'], 2, /dilate-m/],
  ])('%s %j ends with exit %i', async (source, flags, code, sentence) => {
    const run = await runCanopy(['index', join(root, source), '--out', join(root, 'wrong', 'F.tif'), ...flags]);
    expect(run.stderr).toMatch(sentence);
    expect(run.stderr).not.toContain('unexpected error');
    expect(run.code).toBe(code);
  });

  it('leaves nothing behind after 10 failures', () => {
    expect(readdirSync(root)).not.toContain('wrong');
  });
});
