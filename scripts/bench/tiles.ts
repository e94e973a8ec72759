import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createPixels } from '../../pipeline/cog/block.ts';
import { writeCog } from '../../pipeline/cog/write.ts';
import type { TileAddress } from '../../pipeline/raster/warp.ts';
import type { LayerFile } from '../../pipeline/server/results.ts';
import { createLayerFiles } from '../../pipeline/server/tile-files.ts';
import { renderLayerTile, sampleLayerTile, type TileTask } from '../../pipeline/server/tile-render.ts';
import type { Grid } from '../../shared/grid.ts';
import { mulberry32 } from '../demo/random.ts';
import { benchTileServer } from './tile-server.ts';

const ZOOM = 14;
/** 256 tiles of zoom 14 that lie wholly on the grid below. */
const FIRST = { x: 8246, y: 7737 };
const LAST = { x: 8261, y: 7752 };

const GRID: Grid = {
  crs: 'EPSG:32631',
  transform: [10, 0, 300_000, 0, -10, 1_100_000],
  widthPx: 4096,
  heightPx: 4096,
};

interface BenchLayer {
  readonly kind: 'ndvi' | 'true-color';
  readonly file: LayerFile;
}

/** Draws map tiles in this process, beside gdal.Warp on the same files, and then through a server. */
export async function benchTiles(folder: string, runs: number): Promise<void> {
  const layers: BenchLayer[] = [];
  for (const kind of ['ndvi', 'true-color'] as const) layers.push({ kind, file: await makeLayer(folder, kind) });
  const tiles: TileAddress[] = [];
  for (let y = FIRST.y; y <= LAST.y; y++) for (let x = FIRST.x; x <= LAST.x; x++) tiles.push({ z: ZOOM, x, y });
  console.log(
    `\nMap tiles, 256 × 256 px, zoom ${ZOOM}: ${tiles.length} tiles of a COG of ${GRID.widthPx} × ${GRID.heightPx} px of 10 m (made by a generator), one process, each run after a warm-up, median of ${runs}.`,
  );
  for (const layer of layers) await benchRaw(layer, tiles, runs);
  const [values, colours] = layers;
  for (const [layer, format] of [
    [values!, 'bin'],
    [values!, 'png'],
    [colours!, 'png'],
    [colours!, 'webp'],
  ] as const) {
    const draw = (tile: TileAddress) => renderLayerTile(taskOf(layer, tile, format), () => {});
    console.log(`  ${layer.kind}, drawn and encoded as ${format}: ${rate(await tilesPerSecond(tiles, runs, draw))}`);
  }
  await benchTileServer(layers, tiles);
}

/** Ours and GDAL in turn, so that what else the machine does meets both. */
async function benchRaw(layer: BenchLayer, tiles: readonly TileAddress[], runs: number): Promise<void> {
  const files = createLayerFiles({ maxFiles: 2, cacheBytes: 96 * 2 ** 20 });
  const draw = (tile: TileAddress) => sampleLayerTile(taskOf(layer, tile, 'png'), files, () => {});
  const method = layer.kind === 'ndvi' ? 'near' : 'bilinear';
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let run = 0; run < runs; run++) {
    ours.push(await tilesPerSecond(tiles, 1, draw));
    const peer = gdalTilesPerSecond(layer.file.path, method);
    if (peer !== null) theirs.push(peer);
  }
  await files.close();
  const ratios = theirs.map((peer, run) => ours[run]! / peer);
  const beside =
    theirs.length === 0
      ? 'gdal.Warp skipped, python3 has no osgeo here (Debian: python3-gdal)'
      : `gdal.Warp ${rate(median(theirs))}: ${median(ratios).toFixed(1)} times as fast`;
  const what = layer.kind === 'ndvi' ? 'int16, nearest' : '3 × uint8, bilinear';
  console.log(`  ${layer.kind} (${what}), raw pixels: ours ${rate(median(ours))}; ${beside}`);
}

function taskOf({ kind, file }: BenchLayer, tile: TileAddress, format: TileTask['format']): TileTask {
  return { kind: 'tile', layer: kind, scale: 1e-4, files: [file], tile, format };
}

async function tilesPerSecond(
  tiles: readonly TileAddress[],
  runs: number,
  draw: (tile: TileAddress) => Promise<unknown>,
): Promise<number> {
  const rates: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const startMs = performance.now();
    for (const tile of tiles) await draw(tile);
    if (run > 0) rates.push((tiles.length / (performance.now() - startMs)) * 1000);
  }
  return median(rates);
}

/** Null where there is no GDAL for Python. */
function gdalTilesPerSecond(path: string, method: string): number | null {
  const corners = [FIRST.x, FIRST.y, LAST.x, LAST.y].map(String);
  for (const python of ['python3', '/usr/bin/python3']) {
    const args = [join(process.cwd(), 'scripts/bench/gdal-warp.py'), path, method, ...corners];
    const { status, stdout } = spawnSync(python, args, { encoding: 'utf8' });
    if (status === 0) return Number(stdout);
  }
  return null;
}

/** A wavy surface with noise that compresses about as well as real imagery. */
async function makeLayer(folder: string, kind: BenchLayer['kind']): Promise<LayerFile> {
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
  return { path, grid: GRID, ...written };
}

const NDVI_FORM = { dataType: 'int16', samples: 1, nodata: -32_768, middle: 5000, swing: 2500, noise: 600 } as const;
const COLOUR_FORM = { dataType: 'uint8', samples: 3, nodata: 0, middle: 110, swing: 80, noise: 30 } as const;

function rate(tilesPerSecond: number): string {
  return `${tilesPerSecond.toFixed(0)} tiles/s`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
