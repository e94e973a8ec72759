import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCog, readWindow } from '../../../pipeline/cog/read.ts';
import { openFileSource } from '../../../pipeline/cog/source.ts';
import { cellsPerPixel, type TileAddress } from '../../../pipeline/raster/warp.ts';
import { createPalette, paintEntries, paletteEntries } from '../../../pipeline/server/colour.ts';
import type { LayerFile } from '../../../pipeline/server/results.ts';
import { encodeValues } from '../../../pipeline/server/tile-encode.ts';
import { createLayerFiles } from '../../../pipeline/server/tile-files.ts';
import { renderLayerTile, sampleLayerTile } from '../../../pipeline/server/tile-render.ts';
import { toErrorDetail } from '../../../shared/errors.ts';
import type { Grid } from '../../../shared/grid.ts';
import { colourOf, RAMPS } from '../../../shared/ramps.ts';
import type { LayerKind } from '../../../shared/result.ts';
import { crsToLonLat, lonLatToCrs } from '../../../shared/transform.ts';
import { type CellValue, makeGrid, NODATA, tileTask, writeLayer } from './make-layer.ts';

const SIDE = 256;
const folder = mkdtempSync(join(tmpdir(), 'canopy-tiles-'));
afterAll(async () => {
  await files.close();
  rmSync(folder, { recursive: true });
});

const GRIDS: Record<string, Grid> = {
  'UTM 31 north': makeGrid('EPSG:32631', [10, 0, 350_000, 0, -10, 1_080_000], 301, 260),
  'UTM 36 south': makeGrid('EPSG:32736', [10, 0, 600_000, 0, -10, 8_200_000], 300, 257),
  'longitude and latitude': makeGrid('EPSG:4326', [0.0001, 0, 7.05, 0, -0.0001, 50.75], 290, 270),
};

/** No two neighbours alike, with a hole in the middle. */
const checker: CellValue = (col, row) =>
  col > 100 && col < 140 && row > 90 && row < 120 ? NODATA : ((col * 37 + row * 101) % 9000) - 1000;

const files = createLayerFiles({ maxFiles: 4, cacheBytes: 2 ** 22 });
const layers = new Map<string, LayerFile>();

beforeAll(async () => {
  for (const [name, grid] of Object.entries(GRIDS)) {
    layers.set(name, await writeLayer(folder, `ndvi-${grid.crs.slice(5)}`, { kind: 'ndvi', grid, value: checker }));
  }
});

function placeOf(grid: Grid, u: number, v: number): Float64Array {
  const [a, , c, , e, f] = grid.transform;
  return crsToLonLat(grid.crs)(Float64Array.of(c + a * grid.widthPx * u, f + e * grid.heightPx * v));
}

function tileOver(grid: Grid, z: number, u = 0.4, v = 0.4): TileAddress {
  const [lonDeg, latDeg] = placeOf(grid, u, v);
  const side = 2 ** z;
  const latRad = (latDeg! * Math.PI) / 180;
  const y = Math.floor(((1 - Math.asinh(Math.tan(latRad)) / Math.PI) / 2) * side);
  return { z, x: Math.floor(((lonDeg! + 180) / 360) * side), y };
}

/** Columns and rows, on a grid, of all pixel centres of a tile: exact, in x, y pairs. */
function exactCells(tile: TileAddress, grid: Grid): Float64Array {
  const side = 2 ** tile.z;
  const lonLat = new Float64Array(SIDE * SIDE * 2);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const world = [(tile.x + ((i % SIDE) + 0.5) / SIDE) / side, (tile.y + (Math.floor(i / SIDE) + 0.5) / SIDE) / side];
    lonLat[2 * i] = world[0]! * 360 - 180;
    lonLat[2 * i + 1] = (2 * Math.atan(Math.exp(Math.PI * (1 - 2 * world[1]!))) * 180) / Math.PI - 90;
  }
  const [a, , c, , e, f] = grid.transform;
  return lonLatToCrs(grid.crs)(lonLat).map((value, i) => (i % 2 === 0 ? (value - c) / a : (value - f) / e));
}

const edgeDistance = (at: number) => Math.abs(at - Math.round(at));

/** Compares a tile with the cells of one level of its file: pixels within 0.02 cells of a cell edge do not count. */
async function countWrong(file: LayerFile, tile: TileAddress, level: number) {
  const values = await sampleLayerTile(tileTask('ndvi', [file], tile), files, () => {});
  const factor = 2 ** level;
  const { crs, transform, widthPx, heightPx } = file.grid;
  const [a, b, c, d, e, f] = transform;
  const size = { widthPx: Math.ceil(widthPx / factor), heightPx: Math.ceil(heightPx / factor) };
  const source = await openFileSource(file.path);
  const stored = await readWindow(await openCog(source), { level, window: { col: 0, row: 0, ...size }, sample: 0 });
  await source.close();
  const places = exactCells(tile, { crs, transform: [a * factor, b, c, d, e * factor, f], ...size });
  const count = { checked: 0, wrong: 0, valid: 0 };
  for (let i = 0; i < SIDE * SIDE; i++) {
    const [col, row] = [places[2 * i]!, places[2 * i + 1]!];
    if (edgeDistance(col) < 0.02 || edgeDistance(row) < 0.02) continue;
    const isInside = col > 0 && row > 0 && col < size.widthPx && row < size.heightPx;
    const at = Math.floor(row) * size.widthPx + Math.floor(col);
    const wanted = isInside && stored.valid[at] === 1 ? stored.data[at] : NODATA;
    count.checked += 1;
    count.valid += values.valid[i]!;
    if (values.bands[0]![i] !== wanted || (values.valid[i] === 1) !== (wanted !== NODATA)) count.wrong += 1;
  }
  return count;
}

describe('values of tiles', () => {
  it.each(Object.keys(GRIDS))('equal the cells under their pixel centres at zooms 14 to 18: %s', async (name) => {
    const file = layers.get(name)!;
    for (const z of [14, 15, 16, 18]) {
      const { checked, wrong, valid } = await countWrong(file, tileOver(file.grid, z, 0.3, 0.2), 0);
      expect(wrong).toBe(0);
      expect(checked).toBeGreaterThan(0.9 * SIDE * SIDE);
      expect(valid).toBeGreaterThan(10_000);
    }
  });

  it.each(Object.keys(GRIDS))(
    'equal the cells of the first and second overview at zooms that fit these: %s',
    async (name) => {
      const file = layers.get(name)!;
      for (const level of [1, 2]) {
        const z = [13, 12, 11, 10].find((zoom) => {
          const cells = cellsPerPixel(tileOver(file.grid, zoom), file.grid)!;
          return cells >= 2 ** level && cells < 2 ** (level + 1);
        })!;
        const { wrong, valid } = await countWrong(file, tileOver(file.grid, z), level);
        expect({ z, wrong }).toEqual({ z, wrong: 0 });
        expect(valid).toBeGreaterThan(100);
      }
    },
  );

  it('are those of the first grid where two overlap, and of the second beyond its edge and in its holes', async () => {
    const west = GRIDS['UTM 31 north']!;
    const [a, b, c, d, e, f] = west.transform;
    const east = { ...west, transform: [a, b, c + 150 * a, d, e, f] as const };
    const first = await writeLayer(folder, 'seam-a', {
      kind: 'ndvi',
      grid: west,
      value: (col) => (col === 200 ? NODATA : 111),
    });
    const second = await writeLayer(folder, 'seam-b', { kind: 'ndvi', grid: east, value: () => 222 });
    const seen = new Set<string>();
    const wrong: unknown[] = [];
    const middle = tileOver(west, 14, 0.6, 0.5);
    for (const tile of [0, 1, 2].map((step) => ({ ...middle, x: middle.x + step }))) {
      const values = await sampleLayerTile(tileTask('ndvi', [first, second], tile), files, () => {});
      const places = exactCells(tile, west);
      for (let i = 0; i < SIDE * SIDE; i++) {
        const [col, row] = [places[2 * i]!, places[2 * i + 1]!];
        if (edgeDistance(col) < 0.02 || row < 0.02 || row > 259.98 || col < 0) continue;
        const where = col < 200 ? 'first' : col < 201 ? 'hole' : col < 301 ? 'first' : col < 451 ? 'second' : 'beyond';
        seen.add(where);
        const value = values.bands[0]![i];
        if (value !== { first: 111, hole: 222, second: 222, beyond: NODATA }[where]) wrong.push({ col, row, value });
      }
    }
    expect(wrong).toEqual([]);
    expect([...seen].sort()).toEqual(['beyond', 'first', 'hole', 'second']);
  });

  it('agree with gdalwarp -r near on every pixel but those at cell edges', async ({ skip }) => {
    if (spawnSync('gdalwarp', ['--version']).status !== 0) skip('gdalwarp is not installed');
    for (const file of layers.values()) {
      const tile = tileOver(file.grid, 15);
      const values = await sampleLayerTile(tileTask('ndvi', [file], tile), files, () => {});
      const wanted = warpWithGdal(file.path, tile, 'near');
      const places = exactCells(tile, file.grid);
      let differ = 0;
      for (let i = 0; i < SIDE * SIDE; i++) {
        const isAtEdge = edgeDistance(places[2 * i]!) < 0.02 || edgeDistance(places[2 * i + 1]!) < 0.02;
        if (!isAtEdge && wanted[i] !== values.bands[0]![i]) differ += 1;
      }
      expect(differ).toBe(0);
    }
  });

  it('of true colour agree with gdalwarp -r bilinear within 1 of 255, away from edges', async ({ skip }) => {
    if (spawnSync('gdalwarp', ['--version']).status !== 0) skip('gdalwarp is not installed');
    const grid = GRIDS['UTM 31 north']!;
    const value: CellValue = (col, row, sample) => 60 + ((col * 7 + row * 13 + sample * 50) % 180);
    const file = await writeLayer(folder, 'true-color', { kind: 'true-color', grid, value });
    const tile = tileOver(grid, 16);
    const values = await sampleLayerTile(tileTask('true-color', [file], tile), files, () => {});
    const wanted = warpWithGdal(file.path, tile, 'bilinear', 3);
    const places = exactCells(tile, grid);
    let worst = 0;
    for (let i = 0; i < SIDE * SIDE; i++) {
      const [col, row] = [places[2 * i]!, places[2 * i + 1]!];
      if (col < 1 || row < 1 || col > grid.widthPx - 1 || row > grid.heightPx - 1) continue;
      for (let s = 0; s < 3; s++) worst = Math.max(worst, Math.abs(values.bands[s]![i]! - wanted[i * 3 + s]!));
    }
    expect(worst).toBeLessThanOrEqual(1);
  });
});

/** The pixels of a tile by GDAL's exact warp, samples together. */
function warpWithGdal(path: string, tile: TileAddress, method: string, samples = 1): Int16Array | Uint8Array {
  const halfM = 20_037_508.342789244;
  const sideM = (2 * halfM) / 2 ** tile.z;
  const extent = [
    tile.x * sideM - halfM,
    halfM - (tile.y + 1) * sideM,
    (tile.x + 1) * sideM - halfM,
    halfM - tile.y * sideM,
  ];
  const out = join(folder, 'gdal.bin');
  const args = [
    '-q',
    '-overwrite',
    '-t_srs',
    'EPSG:3857',
    '-te',
    ...extent.map(String),
    '-ts',
    '256',
    '256',
    '-r',
    method,
  ];
  const more = ['-et', '0', '-of', 'ENVI', '-co', 'INTERLEAVE=BIP', path, out];
  const { status, stderr } = spawnSync('gdalwarp', [...args, ...more], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const bytes = readFileSync(out);
  rmSync(out);
  return samples === 3
    ? new Uint8Array(bytes)
    : new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

async function pixelsOf(bytes: Uint8Array): Promise<Uint8Array> {
  const image = sharp(bytes).ensureAlpha();
  expect(await image.metadata()).toMatchObject({ width: 256, height: 256 });
  return image.raw().toBuffer();
}

describe('pictures of tiles', () => {
  const draw = (kind: LayerKind, files: readonly LayerFile[], tile: TileAddress, format: 'png' | 'webp' | 'bin') =>
    renderLayerTile({ ...tileTask(kind, files, tile), format }, () => {});

  it('have the colours of the ramp within 2 of 255, and nothing where there is no data: PNG', async () => {
    const file = layers.get('UTM 31 north')!;
    const tile = tileOver(file.grid, 15);
    const values = await sampleLayerTile(tileTask('ndvi', [file], tile), files, () => {});
    const pixels = await pixelsOf((await draw('ndvi', [file], tile, 'png')).bytes);
    let worst = 0;
    for (let i = 0; i < SIDE * SIDE; i++) {
      if (pixels[i * 4 + 3] !== 255 * values.valid[i]!)
        expect({ i, alpha: pixels[i * 4 + 3] }).toEqual(values.valid[i]);
      if (values.valid[i] !== 1) continue;
      const wanted = colourOf(RAMPS.ndvi, values.bands[0]![i]! * 1e-4)!;
      for (const s of [0, 1, 2]) worst = Math.max(worst, Math.abs(pixels[i * 4 + s]! - wanted[s]!));
    }
    expect(worst).toBeLessThanOrEqual(2);
  });

  it.each([
    ['noise, which nothing in it repeats', (i: number) => (i * 7919 + ((i * i) % 977) * 31) % 9000],
    ['runs of 16 pixels', (i: number) => (i >> 4) % 9000],
    ['noise whose rows repeat in pairs', (i: number) => ((i % 256) * 7919 + (i >> 9) * 104_729) % 9000],
  ])('hold every palette entry they were given: %s', async (_, valueAt) => {
    const values = Int16Array.from({ length: SIDE * SIDE }, (__, i) => valueAt(i));
    const palette = createPalette(RAMPS.ndvi, 1e-4);
    const png = await encodeValues(values, palette, 'png');
    const { data } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const wanted = paintEntries(paletteEntries(values, palette), palette);
    expect(Buffer.compare(data, Buffer.from(wanted))).toBe(0);
  });

  it('have the same mask as WebP, at quality 80', async () => {
    const file = layers.get('UTM 36 south')!;
    const tile = tileOver(file.grid, 14);
    const [png, webp] = [await draw('ndvi', [file], tile, 'png'), await draw('ndvi', [file], tile, 'webp')];
    const [a, b] = [await pixelsOf(png.bytes), await pixelsOf(webp.bytes)];
    for (let i = 3; i < a.length; i += 4) if (a[i] !== b[i]) expect({ i, alpha: b[i] }).toEqual({ i, alpha: a[i] });
  });

  it('of counts give 7 where 7 are stored and no data where 65535 is, in .bin as int16', async () => {
    const grid = GRIDS['longitude and latitude']!;
    const value: CellValue = (col) => (col < 100 ? 65_535 : 7);
    const file = await writeLayer(folder, 'clear-count', { kind: 'clear-count', grid, value });
    const values = await sampleLayerTile(tileTask('clear-count', [file], tileOver(grid, 14)), files, () => {});
    expect(new Set(values.bands[0])).toEqual(new Set([7, NODATA]));
  });

  it('keep a pure red, whose green and blue are the nodata number 0', async () => {
    const grid = GRIDS['UTM 31 north']!;
    const value: CellValue = (col, _row, sample) => (col < 150 ? 0 : sample === 0 ? 200 : 0);
    const file = await writeLayer(folder, 'red', { kind: 'true-color', grid, value });
    const pixels = await pixelsOf((await draw('true-color', [file], tileOver(grid, 15), 'png')).bytes);
    const colours = new Set<string>();
    for (let i = 0; i < pixels.length; i += 4) colours.add(pixels.slice(i, i + 4).join(' '));
    expect(colours).toEqual(new Set(['0 0 0 0', '200 0 0 255']));
  });

  it('are one constant answer where there is nothing, the same for all layers', async () => {
    const file = layers.get('UTM 31 north')!;
    for (const format of ['png', 'webp'] as const) {
      const away = await draw('ndvi', [file], { z: 9, x: 3, y: 3 }, format);
      const none = await draw('true-color', [], { z: 9, x: 3, y: 3 }, format);
      expect(Buffer.compare(away.bytes, none.bytes)).toBe(0);
      expect((await pixelsOf(away.bytes)).every((value) => value === 0)).toBe(true);
    }
  });
});

describe('the files behind tiles', () => {
  const open = (file: LayerFile) => sampleLayerTile(tileTask('ndvi', [file], tileOver(file.grid, 14)), files, () => {});

  it('are refused with E_HASH after one flipped byte, also when they were good before, and taken again when mended', async () => {
    const original = layers.get('UTM 31 north')!;
    const file = { ...original, path: join(folder, 'copy.tif') };
    copyFileSync(original.path, file.path);
    const before = await open(file);
    const bytes = readFileSync(file.path);
    bytes[bytes.length - 100]! ^= 1;
    writeFileSync(file.path, bytes);
    const failure = await open(file).then(() => null, toErrorDetail);
    expect(failure).toMatchObject({ kind: 'input', code: 'E_HASH', where: file.path });
    expect(failure!.message).toMatch(/copy\.tif has changed since it was written.*Run canopy monitor again/);
    bytes[bytes.length - 100]! ^= 1;
    writeFileSync(file.path, bytes);
    expect((await open(file)).bands).toEqual(before.bands);
  });

  it('are checked again when only their time has changed', async () => {
    const original = layers.get('UTM 31 north')!;
    const file = { ...original, path: join(folder, 'touched.tif') };
    copyFileSync(original.path, file.path);
    await open(file);
    utimesSync(file.path, 1_000_000, 1_000_000);
    expect((await open(file)).valid).toContain(1);
  });

  it('that are gone are named: E_LAYER_MISSING', async () => {
    const file = { ...layers.get('UTM 31 north')!, path: join(folder, 'gone.tif') };
    expect(await open(file).then(() => null, toErrorDetail)).toMatchObject({ kind: 'input', code: 'E_LAYER_MISSING' });
  });

  it('may be more than are kept open: 12 files through a keeper of 4, twice', async () => {
    const grid = GRIDS['UTM 31 north']!;
    const many = [];
    for (let i = 0; i < 12; i++)
      many.push(await writeLayer(folder, `many-${i}`, { kind: 'ndvi', grid, value: () => i }));
    const tile = tileOver(grid, 16);
    for (const [i, file] of [...many, ...many].entries()) {
      const values = await sampleLayerTile(tileTask('ndvi', [file], tile), files, () => {});
      expect(values.bands[0]).toContain(i % 12);
    }
  });
});
