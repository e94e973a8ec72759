import type { GeoJsonGeometry } from '../../shared/api.ts';

/** Longitude and latitude in degrees, WGS 84. */
export type Position = readonly [lon: number, lat: number];
/** Corners in order, the first not repeated at the end. */
export type Ring = readonly Position[];
/** By polygon, outer ring first, then holes. */
export type Shape = readonly (readonly Ring[])[];

export interface CornerRef {
  readonly polygon: number;
  readonly ring: number;
  readonly index: number;
}

/** Rings of a geometry with the closing position dropped; a Z is dropped too. Null is an empty shape. */
export function shapeOf(geometry: GeoJsonGeometry | null): Shape {
  if (geometry === null) return [];
  const polygons = (geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates) as Position[][][];
  return polygons.map((rings) => rings.map((ring) => openRing(ring)));
}

function openRing(ring: readonly Position[]): Ring {
  const corners = ring.map(([lon, lat]): Position => [lon, lat]);
  const [first, last] = [corners[0], corners.at(-1)];
  const isClosed = corners.length > 1 && first![0] === last![0] && first![1] === last![1];
  return isClosed ? corners.slice(0, -1) : corners;
}

/** The geometry of a shape, rings closed; null when nothing in it has three corners. Rings are not turned. */
export function geometryOf(shape: Shape): GeoJsonGeometry | null {
  const polygons = shape
    .filter((rings) => rings[0] !== undefined && rings[0].length >= 3)
    .map((rings) => rings.filter((ring) => ring.length >= 3).map((ring) => [...ring, ring[0]!]));
  if (polygons.length === 0) return null;
  return polygons.length === 1
    ? { type: 'Polygon', coordinates: polygons[0]! }
    : { type: 'MultiPolygon', coordinates: polygons };
}

/** Counter-clockwise, as GeoJSON has outlines. */
export function turned(ring: Ring): Ring {
  const twice = ring.reduce((sum, [lon, lat], i) => {
    const [nextLon, nextLat] = ring[(i + 1) % ring.length]!;
    return sum + (lon - ring[0]![0]) * (nextLat - ring[0]![1]) - (nextLon - ring[0]![0]) * (lat - ring[0]![1]);
  }, 0);
  return twice < 0 ? ring.toReversed() : ring;
}

export function cornerAt(shape: Shape, { polygon, ring, index }: CornerRef): Position | undefined {
  return shape[polygon]?.[ring]?.[index];
}

/** Every corner with where it is, in the order of the rings. */
export function cornersOf(shape: Shape): { readonly ref: CornerRef; readonly place: Position }[] {
  return shape.flatMap((rings, polygon) =>
    rings.flatMap((ring, at) => ring.map((place, index) => ({ ref: { polygon, ring: at, index }, place }))),
  );
}

export function cornerCount(shape: Shape): number {
  return shape.reduce((sum, rings) => sum + rings.reduce((all, ring) => all + ring.length, 0), 0);
}

export function moveCorner(shape: Shape, ref: CornerRef, place: Position): Shape {
  return changeRing(shape, ref, (ring) => ring.map((corner, at) => (at === ref.index ? place : corner)));
}

/** Puts a corner into the side that begins at `ref`. */
export function insertCorner(shape: Shape, ref: CornerRef, place: Position): Shape {
  return changeRing(shape, ref, (ring) => [...ring.slice(0, ref.index + 1), place, ...ring.slice(ref.index + 1)]);
}

/** Takes a corner away; a hole of three goes as a whole. Null where the outline would be left with two. */
export function removeCorner(shape: Shape, ref: CornerRef): Shape | null {
  const ring = shape[ref.polygon]?.[ref.ring];
  if (!ring) return null;
  if (ring.length > 3) return changeRing(shape, ref, (corners) => corners.filter((_, at) => at !== ref.index));
  if (ref.ring > 0) return shape.map((rings, at) => (at === ref.polygon ? rings.toSpliced(ref.ring, 1) : rings));
  return shape.length > 1 ? shape.toSpliced(ref.polygon, 1) : null;
}

export function moveShape(shape: Shape, [dLon, dLat]: Position): Shape {
  return shape.map((rings) => rings.map((ring) => ring.map(([lon, lat]): Position => [lon + dLon, lat + dLat])));
}

function changeRing(shape: Shape, ref: CornerRef, change: (ring: Ring) => Ring): Shape {
  return shape.map((rings, polygon) =>
    polygon === ref.polygon ? rings.map((ring, at) => (at === ref.ring ? change(ring) : ring)) : rings,
  );
}

/** West, south, east, north; null of nothing. */
export function boxOf(shape: Shape): readonly [number, number, number, number] | null {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { place } of cornersOf(shape)) {
    west = Math.min(west, place[0]);
    south = Math.min(south, place[1]);
    east = Math.max(east, place[0]);
    north = Math.max(north, place[1]);
  }
  return west === Infinity ? null : [west, south, east, north];
}

/** A place inside the first polygon: the middle of its widest stretch half-way up; null of nothing that has ground. */
export function placeInside(shape: Shape): Position | null {
  const box = boxOf(shape.slice(0, 1));
  if (!box) return null;
  const lat = (box[1] + box[3]) / 2;
  const crossings = shape[0]!
    .flatMap((ring) =>
      ring.flatMap(([ax, ay], i) => {
        const [bx, by] = ring[(i + 1) % ring.length]!;
        return ay > lat !== by > lat ? [((bx - ax) * (lat - ay)) / (by - ay) + ax] : [];
      }),
    )
    .sort((one, other) => one - other);
  let widest: readonly [number, number] | null = null;
  for (let i = 0; i + 1 < crossings.length; i += 2) {
    const [west, east] = [crossings[i]!, crossings[i + 1]!];
    if (!widest || east - west > widest[1] - widest[0]) widest = [west, east];
  }
  return widest && [(widest[0] + widest[1]) / 2, lat];
}

/** Whether a place lies within the shape, holes left out (even-odd, in degrees). */
export function contains(shape: Shape, [lon, lat]: Position): boolean {
  let isInside = false;
  for (const ring of shape.flat()) {
    for (let i = 0, k = ring.length - 1; i < ring.length; k = i++) {
      const [[ax, ay], [bx, by]] = [ring[i]!, ring[k]!];
      if (ay > lat !== by > lat && lon < ((bx - ax) * (lat - ay)) / (by - ay) + ax) isInside = !isInside;
    }
  }
  return isInside;
}
