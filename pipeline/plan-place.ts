import { signedAreaOfRings } from '../shared/geometry/signed-area.ts';
import type { Bbox, Grid, Window } from '../shared/grid.ts';
import { bboxesTouch, gridBbox, windowOfBbox } from '../shared/grid.ts';
import type { Parcel } from '../shared/parcel.ts';
import { projectRings } from '../shared/transform.ts';
import type { PlacedArea } from './plan-chunks.ts';
import { clipToBbox, ringsBbox } from './raster/clip.ts';

/** A grid as far as parcels are placed on it. */
export interface PlaceGrid {
  readonly key: string;
  readonly grid: Grid;
  readonly bboxDeg: Bbox;
}

/** A parcel and the grids that see it. */
export interface PlacedParcel extends PlacedArea {
  readonly parcel: Parcel;
}

/** Grids that see a parcel, the one that covers most of it first, ties by key. */
export function placeParcel(parcel: Parcel, grids: readonly PlaceGrid[]): PlacedParcel {
  const windows = new Map<number, Window>();
  const shares: { gridIndex: number; share: number; key: string }[] = [];
  grids.forEach(({ grid, key, bboxDeg }, gridIndex) => {
    if (!bboxesTouch(parcel.bboxDeg, grow(bboxDeg, PRESELECTION_MARGIN_DEG))) return;
    const rings = projectRings(parcel.rings, grid.crs);
    const bbox = ringsBbox(rings);
    const box = gridBbox(grid);
    if (!bbox || !bboxesTouch(bbox, box)) return;
    const share = signedAreaOfRings(clipToBbox(rings, box)) / signedAreaOfRings(rings);
    const window = windowOfBbox(grid, bbox);
    if (!(share > 0) || !window) return;
    windows.set(gridIndex, window);
    // Nine digits: two grids that both hold all of it are a tie, whatever the last bits say.
    shares.push({ gridIndex, key, share: Math.round(share * 1e9) });
  });
  shares.sort((a, b) => b.share - a.share || compareText(a.key, b.key));
  return { parcel, gridOrder: shares.map((s) => s.gridIndex), windows };
}

/** Items give their bbox with few digits, and some leave out the tilted edges of their grid. */
const PRESELECTION_MARGIN_DEG = 0.1;

function grow(box: Bbox, by: number): Bbox {
  return [box[0] - by, box[1] - by, box[2] + by, box[3] + by];
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
