import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PixelArray } from '../../../shared/raster.ts';
import { gdalHasInt8, runGdal } from '../../gdal.ts';

/** Small images with hard content, as GDAL takes them in, and what GDAL reads back, for many files in one call. */

export const WIDTH = 75;
export const HEIGHT = 53;
export const BANDS = 2;
const CELLS = WIDTH * HEIGHT;

interface Kind {
  /** Name in GDAL. */
  readonly gdal: string;
  readonly make: (length: number) => PixelArray;
  readonly low: number;
  readonly high: number;
  readonly nodata: number | null;
}

export const KINDS = {
  uint8: { gdal: gdalHasInt8 ? 'Int8' : 'Byte', make: (n) => new Uint8Array(n), low: 0, high: 255, nodata: 0 },
  int8: { gdal: gdalHasInt8 ? 'Int8' : 'Byte', make: (n) => new Int8Array(n), low: -128, high: 127, nodata: null },
  uint16: { gdal: 'UInt16', make: (n) => new Uint16Array(n), low: 0, high: 65_535, nodata: 65_535 },
  int16: { gdal: 'Int16', make: (n) => new Int16Array(n), low: -32_768, high: 32_767, nodata: -32_768 },
  uint32: { gdal: 'UInt32', make: (n) => new Uint32Array(n), low: 0, high: 2 ** 32 - 1, nodata: 0 },
  int32: { gdal: 'Int32', make: (n) => new Int32Array(n), low: -(2 ** 31), high: 2 ** 31 - 1, nodata: -9999 },
  float32: { gdal: 'Float32', make: (n) => new Float32Array(n), low: -3.4e38, high: 3.4e38, nodata: Number.NaN },
  float64: { gdal: 'Float64', make: (n) => new Float64Array(n), low: -1.7e308, high: 1.7e308, nodata: -9999 },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;

/** Extremes side by side, what only floats have, a flat part, a ramp, runs of nodata, noise. */
function hardContent(name: KindName): PixelArray {
  const { low, high, nodata, make } = KINDS[name];
  const values = make(CELLS * BANDS);
  const isFloat = name.startsWith('float');
  const odd = isFloat
    ? [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 5e-324, 1e-45, -9999, low, high]
    : [low, high, 0, 1, high - 1, low + 1];
  let state = 7;
  const noise = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  values.forEach((_, i) => {
    const row = Math.floor(i / WIDTH) % HEIGHT;
    if (row < 6) values[i] = odd[i % odd.length]!;
    else if (row < 12) values[i] = i % 2 === 0 ? low : high;
    else if (row < 20) values[i] = 42;
    else if (row < 26) values[i] = row * 3 + (i % WIDTH);
    else if (row < 32 && nodata !== null) values[i] = i % 5 === 0 ? 7 : nodata;
    else values[i] = isFloat ? noise() * 2e4 - 1e4 : low + Math.floor(noise() * (high - low + 1));
  });
  return values;
}

/** Writes the content of a type as raw numbers with a VRT round them; returns the path of the VRT. */
export async function writeContent(folder: string, name: KindName): Promise<string> {
  const values = hardContent(name);
  const { gdal, nodata } = KINDS[name];
  const size = values.BYTES_PER_ELEMENT;
  const band = (i: number) => `
  <VRTRasterBand dataType="${gdal}" band="${i + 1}" subClass="VRTRawRasterBand">
    ${nodata === null ? '' : `<NoDataValue>${nodata}</NoDataValue>`}
    <SourceFilename relativeToVRT="1">${name}.raw</SourceFilename>
    <ImageOffset>${i * CELLS * size}</ImageOffset><PixelOffset>${size}</PixelOffset>
    <LineOffset>${WIDTH * size}</LineOffset><ByteOrder>LSB</ByteOrder>
  </VRTRasterBand>`;
  const bands = Array.from({ length: BANDS }, (_, i) => band(i)).join('');
  const path = join(folder, `${name}.vrt`);
  await writeFile(join(folder, `${name}.raw`), new Uint8Array(values.buffer));
  await writeFile(
    path,
    `<VRTDataset rasterXSize="${WIDTH}" rasterYSize="${HEIGHT}"><SRS>EPSG:32631</SRS>
  <GeoTransform>399960, 10, 0, 1200000, 0, -10</GeoTransform>${bands}\n</VRTDataset>`,
  );
  return path;
}

/**
 * All bands of many files of one size as GDAL reads them, little-endian and one after the other, in a single call.
 * `source` is what a VRT calls a band: its number, or `mask,` and a number.
 */
export async function readByGdal(
  folder: string,
  type: string,
  bands: readonly { readonly path: string; readonly source: string }[],
): Promise<Buffer> {
  const items = bands.map(
    ({ path, source }, i) => `
  <VRTRasterBand dataType="${type}" band="${i + 1}"><SimpleSource>
    <SourceFilename>${path}</SourceFilename><SourceBand>${source}</SourceBand>
  </SimpleSource></VRTRasterBand>`,
  );
  const vrt = join(folder, `all-${type}-${bands.length}.vrt`);
  await writeFile(vrt, `<VRTDataset rasterXSize="${WIDTH}" rasterYSize="${HEIGHT}">${items.join('')}\n</VRTDataset>`);
  const raw = `${vrt}.raw`;
  await runGdal('gdal_translate', '-q', '-of', 'ENVI', vrt, raw);
  return readFile(raw);
}
