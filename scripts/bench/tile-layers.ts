import { join } from 'node:path';
import { createPixels } from '../../pipeline/cog/block.ts';
import { writeCog } from '../../pipeline/cog/write.ts';
import type { TileAddress } from '../../pipeline/raster/warp.ts';
import type { LayerFile } from '../../pipeline/server/results.ts';
import type { Grid } from '../../shared/grid.ts';
import { mulberry32 } from '../demo/random.ts';

export interface BenchLayer {
  readonly kind: 'ndvi' | 'true-color';
  readonly file: LayerFile;
}

const GRID: Grid = {
  crs: 'EPSG:32631',
  transform: [10, 0, 300_000, 0, -10, 1_100_000],
  widthPx: 4096,
  heightPx: 4096,
};
/** 256 tiles of zoom 14 that lie wholly on the grid. */
const FIRST = { x: 8246, y: 7737 };
const SIDE = 16;

/** A square of tiles that the layers below fill. */
export const LAYER_TILES: readonly TileAddress[] = Array.from({ length: SIDE * SIDE }, (_, i) => {
  return { z: 14, x: FIRST.x + (i % SIDE), y: FIRST.y + Math.floor(i / SIDE) };
});

const NDVI_FORM = { dataType: 'int16', samples: 1, nodata: -32_768, middle: 5000, swing: 2500, noise: 600 } as const;
const COLOUR_FORM = { dataType: 'uint8', samples: 3, nodata: 0, middle: 110, swing: 80, noise: 30 } as const;

/** A wavy surface with noise that compresses about as well as real imagery, as a COG in `folder`. */
export async function makeTileLayer(folder: string, kind: BenchLayer['kind']): Promise<BenchLayer> {
  const random = mulberry32(kind === 'ndvi' ? 1 : 2);
  const form = kind === 'ndvi' ? NDVI_FORM : COLOUR_FORM;
  const path = join(folder, `${kind}.tif`);
  const size = 512;
  const written = await writeCog(path, { ...form, grid: GRID, resampling: 'average' }, (blockCol, blockRow) => {
    const block = createPixels(form.dataType, size * size * form.samples);
    for (let i = 0; i < block.length; i++) {
      const pixel = Math.floor(i / form.samples);
      const col = blockCol * size + (pixel % size);
      const row = blockRow * size + Math.floor(pixel / size);
      const wave = Math.sin(col / 40 + (i % form.samples)) * Math.cos(row / 31);
      block[i] = form.middle + form.swing * wave + form.noise * random();
    }
    return block;
  });
  return { kind, file: { path, grid: GRID, ...written } };
}
