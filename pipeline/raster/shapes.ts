import { type Grid, type Window, windowOfBbox } from '../../shared/grid.ts';
import { ringsBbox } from './clip.ts';
import { toPixels } from './coverage.ts';
import { addRing, type EdgeSink, openSink } from './edges.ts';

/** The rings of many parcels in flat arrays over shared memory, in cells of one grid. */
export interface PackedShapes {
  /**
   * Columns and rows [u, v, …] of closed rings, each parcel's counted from its own origin: near numbers keep their digits,
   * and every window of the grid sees the very same shape. Exteriors counter-clockwise as seen on the ground, holes clockwise.
   */
  readonly points: Float64Array;
  /** Where each ring ends in `points`; it starts where the one before ends. */
  readonly ringEnds: Uint32Array;
  /** Number of rings up to and with each parcel. */
  readonly parcelRingEnds: Uint32Array;
  /** [col, row] of the cell that each parcel counts from. */
  readonly origins: Int32Array;
  /** [col, row, widthPx, heightPx] of the cells of the grid that each parcel's rings may touch; width 0 = none. */
  readonly windows: Int32Array;
}

const WHOLE = Int32Array.BYTES_PER_ELEMENT;

/** Packs parcels (rings in the grid's CRS, exteriors counter-clockwise); null packs one that covers nothing. */
export function packShapes(parcels: readonly (readonly Float64Array[] | null)[], grid: Grid): PackedShapes {
  const rings = parcels.flatMap((parcel) => parcel ?? []);
  const length = rings.reduce((sum, ring) => sum + ring.length, 0);
  const shapes: PackedShapes = {
    points: new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT)),
    ringEnds: new Uint32Array(new SharedArrayBuffer(rings.length * WHOLE)),
    parcelRingEnds: new Uint32Array(new SharedArrayBuffer(parcels.length * WHOLE)),
    origins: new Int32Array(new SharedArrayBuffer(2 * parcels.length * WHOLE)),
    windows: new Int32Array(new SharedArrayBuffer(4 * parcels.length * WHOLE)),
  };
  let ringAt = 0;
  let pointAt = 0;
  for (const [index, parcel] of parcels.entries()) {
    const { origin, window } = placeParcel(parcel ?? [], grid);
    for (const ring of parcel ?? []) {
      shapes.points.set(toPixels(ring, grid, origin), pointAt);
      pointAt += ring.length;
      shapes.ringEnds[ringAt++] = pointAt;
    }
    shapes.parcelRingEnds[index] = ringAt;
    shapes.origins.set([origin.col, origin.row], 2 * index);
    if (window !== null) shapes.windows.set([window.col, window.row, window.widthPx, window.heightPx], 4 * index);
  }
  return shapes;
}

function placeParcel(rings: readonly Float64Array[], grid: Grid) {
  const [a, , c, , e, f] = grid.transform;
  const bbox = ringsBbox(rings);
  const origin =
    rings.length === 0
      ? { col: 0, row: 0 }
      : { col: Math.floor((bbox[0] - c) / a), row: Math.floor((bbox[3] - f) / e) };
  return { origin, window: rings.length === 0 ? null : windowOfBbox(grid, bbox) };
}

/** The cells of the grid that a parcel's rings may touch. */
export function windowOfShape({ windows }: PackedShapes, parcel: number): Window {
  const at = 4 * parcel;
  return { col: windows[at]!, row: windows[at + 1]!, widthPx: windows[at + 2]!, heightPx: windows[at + 3]! };
}

/** Makes the sink ready for `window` and adds all rings of a parcel. */
export function openShape(sink: EdgeSink, shapes: PackedShapes, parcel: number, window: Window): void {
  openSink(sink, window.widthPx, window.heightPx);
  const col = shapes.origins[2 * parcel]! - window.col;
  const row = shapes.origins[2 * parcel + 1]! - window.row;
  const firstRing = parcel === 0 ? 0 : shapes.parcelRingEnds[parcel - 1]!;
  for (let ring = firstRing; ring < shapes.parcelRingEnds[parcel]!; ring++) {
    const from = ring === 0 ? 0 : shapes.ringEnds[ring - 1]!;
    addRing(sink, shapes.points, { from, to: shapes.ringEnds[ring]!, col, row });
  }
}
