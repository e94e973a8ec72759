import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createPixels } from '../../../pipeline/cog/block.ts';
import { writeCog } from '../../../pipeline/cog/write.ts';

/** Two dates of a made-up tile, and what the change between them is: the rule written once more, from its description. */

type Pixel = (col: number, row: number) => number;
export interface Band {
  readonly pixel: Pixel;
  readonly cellM: number;
  readonly dataType: 'uint16' | 'uint8' | 'int16';
}

/** Odd, so that half a class cell hangs over the edge, and more than one super-block of 1024. */
export const WIDTH = 1097;
export const HEIGHT = 1099;
export const NODATA = -32_768;
export const CORNER = [300_000, 1_100_000] as const;

/** A number from 0 to 1 that depends on a cell and a seed only. */
function noise(col: number, row: number, seed: number): number {
  let t = Math.imul(col + 1, 0x9e3779b1) ^ Math.imul(row + 1, 0x85ebca6b) ^ Math.imul(seed, 0xc2b2ae35);
  t = Math.imul(t ^ (t >>> 15), 0x2c1b3c6d);
  t = Math.imul(t ^ (t >>> 12), 0x297a2d39);
  return ((t ^ (t >>> 15)) >>> 0) / 2 ** 32;
}

const red =
  (seed: number): Pixel =>
  (col, row) =>
    // A wedge without data, and here and there a number below the offset.
    col + row < 90 * seed
      ? 0
      : noise(col, row, seed) < 0.01
        ? 900
        : 1100 + Math.floor(2000 * noise(col, row, seed + 10));
const nir =
  (seed: number): Pixel =>
  (col, row) =>
    noise(col, row, seed + 20) < 0.002 ? 0 : 950 + Math.floor(6000 * noise(col, row, seed + 30));
/** Patches of classes; the first block of 512 pixels is all cloud on date 2. */
const scl =
  (seed: number): Pixel =>
  (col, row) =>
    seed === 2 && col < 256 && row < 256 ? 9 : [4, 5, 4, 8, 6, 7, 3, 11][Math.floor(col / 9 + row / 7 + seed) % 8]!;

/** Bands whose first pixel is that at column and row `shift`, even, of the whole picture. */
export const bands = (seed: number, shift = 0): Record<'red' | 'nir' | 'scl', Band> => {
  const moved = (pixel: Pixel, by: number) => (col: number, row: number) => pixel(col + by, row + by);
  return {
    red: { pixel: moved(red(seed), shift), cellM: 10, dataType: 'uint16' },
    nir: { pixel: moved(nir(seed), shift), cellM: 10, dataType: 'uint16' },
    scl: { pixel: moved(scl(seed), shift / 2), cellM: 20, dataType: 'uint8' },
  };
};

export interface Size {
  readonly widthPx: number;
  readonly heightPx: number;
}

export async function makeFile(
  path: string,
  band: Band,
  { widthPx, heightPx }: Size,
  corner: readonly [number, number] = CORNER,
) {
  const transform = [band.cellM, 0, corner[0], 0, -band.cellM, corner[1]] as const;
  const grid = { crs: 'EPSG:32631', transform, widthPx, heightPx };
  const { dataType } = band;
  const spec = { grid, dataType, samples: 1, nodata: 0, resampling: 'nearest' } as const;
  await writeCog(path, spec, (blockCol, blockRow) => {
    const block = createPixels(dataType, 512 * 512);
    for (let i = 0; i < block.length; i++) {
      const [col, row] = [blockCol * 512 + (i % 512), blockRow * 512 + Math.floor(i / 512)];
      if (col < widthPx && row < heightPx) block[i] = band.pixel(col, row);
    }
    return block;
  });
}

export async function makeDates(folder: string, size: Size, shift: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const seed of [1, 2]) {
    for (const [name, band] of Object.entries(bands(seed, shift))) {
      const share = band.cellM / 10;
      const own = { widthPx: Math.ceil(size.widthPx / share), heightPx: Math.ceil(size.heightPx / share) };
      await makeFile(join(folder, `${name}${seed}.tif`), band, own);
    }
  }
}

export interface Rule {
  readonly keep: readonly number[];
  readonly offset: (seed: number) => number;
  readonly classAt: (seed: number, col: number, row: number) => number;
}
export const plain: Rule = {
  keep: [4, 5, 6, 7],
  offset: () => -1000,
  classAt: (seed, col, row) => scl(seed)(col >> 1, row >> 1),
};

/** The rule, written once more, each step rounded to float32; null beyond ±3.2767. */
function changeAt(col: number, row: number, { keep, offset, classAt }: Rule): number | null {
  const f = Math.fround;
  const ndvi = [1, 2].map((seed) => {
    const [r, n] = [red(seed)(col, row), nir(seed)(col, row)];
    if (r === 0 || n === 0 || !keep.includes(classAt(seed, col, row))) return null;
    const sum = f(f(n + r) + f(2 * offset(seed)));
    return f(f(n - r) / Math.max(sum, 1));
  });
  if (ndvi[0] === null || ndvi[1] === null) return NODATA;
  const exact = f(f(ndvi[1]! - ndvi[0]!) * 10_000);
  const down = Math.floor(exact);
  const rounded = exact - down === 0.5 ? down + (down & 1) : Math.round(exact);
  return Math.abs(rounded) > 32_767 ? null : rounded;
}

export function changeOf({ widthPx, heightPx }: Size, rule: Rule, shift: number): Int16Array {
  return new Int16Array(widthPx * heightPx).map((_, i) => {
    return changeAt((i % widthPx) + shift, Math.floor(i / widthPx) + shift, rule) ?? NODATA;
  });
}

/** Pixels with a change that int16 × 0.0001 cannot hold. */
export function countBeyond({ widthPx, heightPx }: Size, rule: Rule): number {
  let count = 0;
  for (let i = 0; i < widthPx * heightPx; i++)
    if (changeAt(i % widthPx, Math.floor(i / widthPx), rule) === null) count += 1;
  return count;
}

export const valuesIn = (pixels: Int16Array) => pixels.filter((value) => value !== NODATA).length;
