import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TileAddress } from '../../../pipeline/raster/warp.ts';
import { renderLayerTile } from '../../../pipeline/server/tile-render.ts';
import { YEAR_CLASS, type YearClassName } from '../../../shared/change.ts';
import { yearOfDay } from '../../../shared/layer-values.ts';
import { colourOf, RAMPS, YEAR_CLASS_COLOURS } from '../../../shared/ramps.ts';
import type { LayerKind } from '../../../shared/result.ts';
import { type CellValue, makeGrid, NODATA, tileTask, writeLayer } from './make-layer.ts';

const SIDE = 256;
const TILE: TileAddress = { z: 14, x: 8328, y: 7743 };
const DAY_MS = 86_400_000;
const folder = mkdtempSync(join(tmpdir(), 'canopy-tiles-change-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A grid in web mercator whose cells are the pixels of one tile. */
const ORIGIN = 20_037_508.342789244;
const STEP = (2 * ORIGIN) / 2 ** TILE.z / SIDE;
const GRID = makeGrid(
  'EPSG:3857',
  [STEP, 0, -ORIGIN + TILE.x * SIDE * STEP, 0, -STEP, ORIGIN - TILE.y * SIDE * STEP],
  SIDE,
  SIDE,
);

async function draw(kind: LayerKind, value: CellValue, format: 'bin' | 'png') {
  const file = await writeLayer(folder, `${kind}-${format}`, { kind, grid: GRID, value });
  const { bytes } = await renderLayerTile({ ...tileTask(kind, [file], TILE), format }, () => {});
  return bytes;
}

const numbersOf = (bytes: Uint8Array) => {
  const plain = gunzipSync(bytes);
  return new Int16Array(plain.buffer, plain.byteOffset, SIDE * SIDE);
};
const pixelsOf = (bytes: Uint8Array) => sharp(bytes).ensureAlpha().raw().toBuffer();

describe('tiles of days', () => {
  const first = Date.UTC(2019, 0, 1) / DAY_MS;
  // One day a column, from New Year 2019 on and from its eve; every 16th row has none.
  const dayAt: CellValue = (col, row) => (row % 16 === 0 ? 0 : first - 1 + 4 * col);

  it('hold days since 1970 as int16, 2059-09-18 the last that fits, and no data where the file has 0', async () => {
    const numbers = numbersOf(await draw('break-date', dayAt, 'bin'));
    for (const [col, row] of [
      [0, 1],
      [100, 17],
      [255, 255],
    ] as const)
      expect(numbers[row * SIDE + col]).toBe(dayAt(col, row, 0));
    expect(numbers.subarray(0, SIDE).every((number) => number === NODATA)).toBe(true);
    expect(new Date(32_767 * DAY_MS).toISOString().slice(0, 10)).toBe('2059-09-18');
  });

  it('are drawn in the colour of the calendar year: 2018 as 2019, the first, on New Year’s Eve', async () => {
    const pixels = await pixelsOf(await draw('break-date', dayAt, 'png'));
    const ramp = { ...RAMPS['break-date'], low: 2019, high: 2021 };
    for (let col = 0; col < SIDE; col++) {
      const year = yearOfDay(dayAt(col, 1, 0));
      const at = 4 * (SIDE + col);
      expect([...pixels.subarray(at, at + 4)]).toEqual([...colourOf(ramp, year)!, 255]);
    }
    expect(pixels[3]).toBe(0);
  });
});

describe('tiles of classes', () => {
  const classAt: CellValue = (col) => col % 8;

  it('hold the class as it is, and no data for 0', async () => {
    const numbers = numbersOf(await draw('year-class', classAt, 'bin'));
    expect([...numbers.subarray(0, 8)]).toEqual([NODATA, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('are drawn in the colour of each of the 6 classes, and nothing for 0 and for 7, which is none', async () => {
    const pixels = await pixelsOf(await draw('year-class', classAt, 'png'));
    const at = (stored: number) => [...pixels.subarray(4 * stored, 4 * stored + 4)];
    for (const [name, rgb] of Object.entries(YEAR_CLASS_COLOURS))
      expect(at(YEAR_CLASS[name as YearClassName])).toEqual([...rgb, 255]);
    expect([at(0)[3], at(7)[3]]).toEqual([0, 0]);
  });
});

describe('the calendar year of a day', () => {
  let days: number[];
  beforeAll(() => {
    days = Array.from({ length: 32_767 }, (_, day) => day);
  });

  it('that the graphics card works out is that of the calendar for all 32,767 days', () => {
    // The same whole-number steps as in the fragment shader of the viewer.
    const yearOf = (day: number) => {
      const cut = (value: number) => Math.trunc(value);
      const shifted = day + 719_468;
      const ofEra = shifted - cut(shifted / 146_097) * 146_097;
      const year = cut((ofEra - cut(ofEra / 1460) + cut(ofEra / 36_524) - cut(ofEra / 146_096)) / 365);
      const ofYear = ofEra - (365 * year + cut(year / 4) - cut(year / 100));
      return year + 400 * cut(shifted / 146_097) + (ofYear >= 306 ? 1 : 0);
    };
    expect(days.filter((day) => yearOf(day) !== yearOfDay(day))).toEqual([]);
  });
});
