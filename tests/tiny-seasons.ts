import { join } from 'node:path';
import { cellsOf, makeTinyCatalog, type TinyScene, writeParcels } from './tiny-catalog.ts';

export const TILES = [
  { mgrsTile: '31PAA', x: 500_000 },
  { mgrsTile: '31PAB', x: 510_000 },
].map((tile) => ({ ...tile, epsg: 32631, y: 1_083_000, widthPx: 60, heightPx: 60 }));

/** The western half of the first parcel of each tile is cleared on this day. */
export const CLEARED_ON = '2022-03-01';
export const SEASON_PERIODS = { baseline: '2019-01-01/2021-12-31', period: '2022-01-01/2023-06-30' };
/** Every 35th day, 47 of them. */
export const SEASON_DAYS = Array.from({ length: 47 }, (_, i) =>
  new Date(Date.UTC(2019, 0, 5 + 35 * i)).toISOString().slice(0, 10),
);

const PLACES = [
  { id: 'cleared', col: 10, row: 10, widthPx: 10, heightPx: 10 },
  { id: 'quiet', col: 30, row: 30, widthPx: 10, heightPx: 10 },
];

/** Noise that needs no random: the same for the same cell and date. */
function noise(col: number, row: number, date: number): number {
  let hash = Math.imul(col + 1, 73_856_093) ^ Math.imul(row + 1, 19_349_663) ^ Math.imul(date + 1, 83_492_791);
  hash = Math.imul(hash ^ (hash >>> 13), 1_274_126_177);
  return ((hash ^ (hash >>> 16)) & 1023) / 1023 - 0.5;
}

/**
 * Two tiles of a savanna of 60 × 60 cells over four and a half years: NDVI swings by 0.2 with the year round 0.45 in the
 * north and 0.55 in the south, with noise of ±0.02, and each tile has a parcel of 1 ha of which half is cleared and one where nothing happens.
 * @param tileCount 1: the first tile only
 * @param more scenes beside these
 */
export async function makeTinySeasons(
  folder: string,
  { tileCount = 2, more = [] }: { readonly tileCount?: number; readonly more?: readonly TinyScene[] } = {},
): Promise<{ catalog: string; parcels: string }> {
  const tiles = TILES.slice(0, tileCount);
  const scenes = tiles.flatMap((tile) =>
    SEASON_DAYS.map((day, date): TinyScene => {
      const turn = (2 * Math.PI * (Date.parse(day) - Date.UTC(2019, 8, 15))) / (365.25 * 86_400_000);
      const nir = (col: number, row: number) => {
        const isCleared = day >= CLEARED_ON && col >= 10 && col < 15 && row >= 10 && row < 20;
        const ndvi = 0.45 + row / 600 + 0.2 * Math.cos(turn) + 0.04 * noise(col, row, date) - (isCleared ? 0.25 : 0);
        // Red is 800, so that nir follows from the NDVI that is wanted.
        return Math.round((800 * (1 + ndvi)) / (1 - ndvi));
      };
      return { ...tile, day, red: 800, nir };
    }),
  );
  const catalog = await makeTinyCatalog(join(folder, 'scenes'), [...scenes, ...more]);
  const parcels = join(folder, 'parcels.geojson');
  writeParcels(
    parcels,
    tiles.flatMap((tile) =>
      PLACES.map(({ id, ...cells }) => ({ id: `${tile.mgrsTile}-${id}`, ...cellsOf(tile, cells) })),
    ),
  );
  return { catalog: catalog.path, parcels };
}
