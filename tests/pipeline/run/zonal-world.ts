import { writeFileSync } from 'node:fs';
import { createPixels } from '../../../pipeline/cog/block.ts';
import { writeCog } from '../../../pipeline/cog/write.ts';
import { mulberry32 } from '../../../scripts/demo/random.ts';
import type { Grid } from '../../../shared/grid.ts';
import { crsToLonLat } from '../../../shared/transform.ts';
import { star } from '../raster/polygons.ts';

/** A small raster with a hole of nodata, and parcels on it, beside it and over its edge. */
export const GRID: Grid = {
  crs: 'EPSG:32631',
  transform: [10, 0, 300_000, 0, -10, 1_100_000],
  widthPx: 700,
  heightPx: 600,
};

export const NODATA = -9999;

/** NDVI-like, with structure and noise; nodata in a disc. */
export function ndviAt(col: number, row: number): number {
  if (Math.hypot(col - 350, row - 300) < 60) return NODATA;
  const noise = (((col * 73_856_093) ^ (row * 19_349_663)) >>> 0) % 1000;
  return Math.fround(0.5 + 0.3 * Math.sin(col / 40) * Math.cos(row / 55) + noise / 10_000);
}

export function classAt(col: number, row: number): number {
  return (Math.floor(col / 16) + 3 * Math.floor(row / 16)) % 5 === 0 ? 0 : 1 + ((col + row) % 7 === 0 ? 10 : 0);
}

export async function writeRaster(
  path: string,
  dataType: 'float32' | 'uint8',
  valueAt: (col: number, row: number) => number,
  grid = GRID,
): Promise<void> {
  const nodata = dataType === 'uint8' ? 0 : NODATA;
  await writeCog(path, { grid, dataType, samples: 1, nodata, resampling: 'nearest' }, (blockCol, blockRow) => {
    const block = createPixels(dataType, 512 * 512);
    for (let i = 0; i < block.length; i += 1) {
      const [col, row] = [blockCol * 512 + (i % 512), blockRow * 512 + Math.floor(i / 512)];
      if (col < grid.widthPx && row < grid.heightPx) block[i] = valueAt(col, row);
    }
    return block;
  });
}

export interface TestParcel {
  readonly id: string;
  readonly rings: readonly Float64Array[];
}

/** 60 stars of 0.3 to 60 ha that overlap here and there, some over the edge of the raster; the same at every call. */
export function makeParcels(): TestParcel[] {
  const chance = mulberry32(11);
  return Array.from({ length: 60 }, (_, index) => {
    const center = [300_100 + 6_800 * chance(), 1_099_900 - 5_800 * chance()] as const;
    const sizeM = 30 + 400 * chance() ** 2;
    const radii = Array.from({ length: 5 + Math.floor(20 * chance()) }, () => sizeM * (0.5 + 0.5 * chance()));
    return { id: `P${index + 1}`, rings: [star(center, radii, 6 * chance())] };
  });
}

/** Writes parcels as GeoJSON: in the raster's CRS, in lon/lat, or in the degrees that they hold already. */
export function writeParcels(
  path: string,
  parcels: readonly TestParcel[],
  frame: 'crs' | 'lon-lat' | 'degrees' = 'crs',
): void {
  const convert = frame === 'lon-lat' ? crsToLonLat(GRID.crs) : (ring: Float64Array) => ring;
  const features = parcels.map(({ id, rings }) => ({
    type: 'Feature',
    properties: { id },
    geometry: { type: 'Polygon', coordinates: rings.map((ring) => pairsOf(convert(ring))) },
  }));
  const crs = { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::32631' } };
  writeFileSync(path, JSON.stringify({ type: 'FeatureCollection', ...(frame === 'crs' ? { crs } : {}), features }));
}

function pairsOf(ring: Float64Array): number[][] {
  return Array.from({ length: ring.length / 2 }, (_, i) => [ring[2 * i]!, ring[2 * i + 1]!]);
}
