import { join } from 'node:path';
import proj4 from 'proj4';
import { cellsOf, makeTinyCatalog, type TinyScene, writeParcels } from '../tiny-catalog.ts';
import { measureTiny } from '../tiny-run.ts';
import type { LonLat } from './viewer-page.ts';

/** Far from its zone's middle, where the grid's north is not the map's. */
const GROUND = { mgrsTile: '31PAA', epsg: 32631, x: 299_500, y: 1_083_000, widthPx: 120, heightPx: 100 } as const;
const CELL_M = 10;
/** The field that is cleared, which is the parcel too, in cells. */
const FIELD = { col: 34, row: 25, widthPx: 48, heightPx: 40 } as const;
const DAYS = ['2023-01-05', '2023-01-10', '2023-01-15', '2023-02-05', '2023-02-10', '2023-02-15'];

/** Results with one parcel whose four edges are also the edges of the ground that was cleared within it. */
export async function makeEdgeResults(folder: string) {
  const isCleared = (col: number, row: number) =>
    col >= FIELD.col && col < FIELD.col + FIELD.widthPx && row >= FIELD.row && row < FIELD.row + FIELD.heightPx;
  const scenes = DAYS.map((day, i): TinyScene => {
    const nir = (col: number, row: number) => (i >= 3 && isCleared(col, row) ? 1200 : 3500);
    return { ...GROUND, day, nir };
  });
  const catalog = await makeTinyCatalog(join(folder, 'scenes'), scenes);
  const parcels = join(folder, 'parcels.geojson');
  writeParcels(parcels, [{ id: 'FIELD', ...cellsOf(GROUND, FIELD) }]);
  const results = join(folder, 'results');
  const periods = { baseline: '2023-01-01/2023-01-31', period: '2023-02-01/2023-02-28' };
  await measureTiny({ parcels, catalog: catalog.path, out: results, ...periods });
  return { results, middle: placeOf(0.5, 0.5), crossings: crossings() };
}

/** Lines from inside the field to outside, three across each edge. */
function crossings(): [from: LonLat, to: LonLat][] {
  return [0.3, 0.5, 0.7].flatMap((along): [LonLat, LonLat][] => [
    [placeOf(0.2, along), placeOf(-0.15, along)],
    [placeOf(0.8, along), placeOf(1.15, along)],
    [placeOf(along, 0.2), placeOf(along, -0.15)],
    [placeOf(along, 0.8), placeOf(along, 1.15)],
  ]);
}

/** A place by its share of the field's width from the left and of its height from the top. */
function placeOf(right: number, down: number): LonLat {
  const x = GROUND.x + CELL_M * (FIELD.col + right * FIELD.widthPx);
  const y = GROUND.y - CELL_M * (FIELD.row + down * FIELD.heightPx);
  return proj4('+proj=utm +zone=31 +datum=WGS84', 'EPSG:4326', [x, y]) as [number, number];
}
