// Draws the map tiles of `benchTiles` in this process with what a child of the server runs, and prints how long that
// took, first with an empty cache and then again, and how long it took to check the file's hash before: the server does
// that once for each file, the peers never. Arguments are the file and `nearest`, `bilinear` or `png`.
import type { TileAddress } from '../../pipeline/raster/warp.ts';
import { createPalette } from '../../pipeline/server/colour.ts';
import { encodeValues } from '../../pipeline/server/tile-encode.ts';
import { createLayerFiles } from '../../pipeline/server/tile-files.ts';
import { TILE_NODATA, TILE_PX } from '../../pipeline/server/tile-format.ts';
import { sampleFile } from '../../pipeline/server/tile-render.ts';
import { sha256OfFile } from '../../pipeline/store/files.ts';
import type { Grid } from '../../shared/grid.ts';
import { crsToLonLat } from '../../shared/transform.ts';

const ZOOM = 14;
const SIDE = 15;
const CACHE_BYTES = 96 * 2 ** 20;
/** Stored numbers from black to white, as in the peer's map file. */
const GREYS = createPalette(
  {
    ...{ low: 2000, high: 5500, title: '' },
    colours: [
      [0, 0, 0],
      [255, 255, 255],
    ],
  },
  1,
);

const [path = '', method = ''] = process.argv.slice(2);
const files = createLayerFiles({ maxFiles: 1, cacheBytes: CACHE_BYTES });
const file = { path, sha256: await sha256OfFile(path) };
const openStartMs = performance.now();
const tiles = tilesAround((await files.open(file)).grids[0]!);
const checkS = (performance.now() - openStartMs) / 1000;
for (const pass of ['first', 'again']) {
  const startMs = performance.now();
  const start = process.cpuUsage();
  for (const tile of tiles) await draw(tile);
  const { user, system } = process.cpuUsage(start);
  const wallS = (performance.now() - startMs) / 1000;
  console.log(JSON.stringify({ pass, tiles: tiles.length, checkS, wallS, cpuS: (user + system) / 1e6 }));
}
await files.close();

async function draw(tile: TileAddress): Promise<void> {
  const target = { bands: [new Int16Array(TILE_PX).fill(TILE_NODATA)], valid: new Uint8Array(TILE_PX) };
  await sampleFile(await files.open(file), { tile, isSmooth: method !== 'nearest', target });
  if (method === 'png') await encodeValues(target.bands[0]!, GREYS, 'png');
}

/** A square of tiles around the middle of the grid, those of the peers' script. */
function tilesAround({ crs, transform: [a, , c, , e, f], widthPx, heightPx }: Grid): TileAddress[] {
  const middle = crsToLonLat(crs)(Float64Array.of(c + (a * widthPx) / 2, f + (e * heightPx) / 2));
  const latRad = (middle[1]! * Math.PI) / 180;
  const x = Math.floor(((middle[0]! + 180) / 360) * 2 ** ZOOM);
  const y = Math.floor(((1 - Math.asinh(Math.tan(latRad)) / Math.PI) / 2) * 2 ** ZOOM);
  const first = SIDE >> 1;
  return Array.from({ length: SIDE * SIDE }, (_, i) => {
    return { z: ZOOM, x: x - first + (i % SIDE), y: y - first + Math.floor(i / SIDE) };
  });
}
