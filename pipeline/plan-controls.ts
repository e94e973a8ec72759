import type { Bbox } from '../shared/grid.ts';
import type { Parcel } from '../shared/parcel.ts';
import { CONTROL_AREA_DEFAULTS, layOutControlAreas } from './change/controls/donor-pool.ts';
import type { ChangeParams } from './change-plan.ts';
import type { Chunk } from './plan-chunks.ts';
import { type PlacedParcel, type PlaceGrid, placeParcel } from './plan-place.ts';
import { ringsBbox } from './raster/clip.ts';

/** A control area as a run measures it: like a parcel, in the one chunk that holds it. */
export interface PlacedDonor extends PlacedParcel {
  readonly chunkIndex: number;
}

interface DonorGround {
  readonly parcels: readonly PlacedParcel[];
  /** Those that the run is not asked for. */
  readonly otherParcels?: readonly Pick<Parcel, 'rings'>[];
  /** Lon/lat. */
  readonly refusedBboxes?: readonly Bbox[];
}

/** The pool of control areas among the chunks of a run, in a fixed order; none where no parcel is to be compared. */
export function placeDonors(
  { parcels, otherParcels = [], refusedBboxes = [] }: DonorGround,
  chunks: readonly Chunk[],
  grids: readonly PlaceGrid[],
  { controlCount, seed }: Pick<ChangeParams, 'controlCount' | 'seed'>,
): PlacedDonor[] {
  if (controlCount === 0) return [];
  const pool = layOutControlAreas({
    grids,
    windows: chunks,
    parcels: parcels.map(({ parcel }) => parcel),
    blocked: [...otherParcels.map(({ rings }) => rings), ...refusedBboxes.map((bbox) => [ringOfBbox(bbox)])],
    settings: { ...CONTROL_AREA_DEFAULTS, seed },
  });
  return pool.map((area, index) => {
    const rings = area.rings.map((ring) => Float64Array.from(ring));
    const parcel: Parcel = { id: area.id, index, rings, parcelHa: area.parcelHa, bboxDeg: ringsBbox(rings) };
    const placed = placeParcel(parcel, grids);
    // Its chunk is one of its own grid, whichever other grid sees it too.
    const others = placed.gridOrder.filter((gridIndex) => gridIndex !== area.gridIndex);
    return { ...placed, gridOrder: [area.gridIndex, ...others], chunkIndex: area.windowIndex };
  });
}

function ringOfBbox([west, south, east, north]: Bbox): number[] {
  return [west, south, east, south, east, north, west, north, west, south];
}
