import type { GeoJsonGeometry } from '../../../shared/api.ts';
import { signedAreaOfRings } from '../../../shared/geometry/signed-area.ts';

export type Position = readonly [lon: number, lat: number];

/** Polygons of a geometry, each an exterior and its holes. */
export function polygonsOf({ type, coordinates }: GeoJsonGeometry): Position[][][] {
  return (type === 'Polygon' ? [coordinates] : coordinates) as Position[][][];
}

/** The geometry with exteriors counter-clockwise and holes clockwise (RFC 7946), each ring from its own first corner on. */
export function windGeometry(geometry: GeoJsonGeometry): GeoJsonGeometry {
  const polygons = polygonsOf(geometry).map((polygon) => polygon.map((ring, i) => windRing(ring, i === 0)));
  return geometry.type === 'Polygon'
    ? { type: 'Polygon', coordinates: polygons[0] ?? [] }
    : { type: 'MultiPolygon', coordinates: polygons };
}

function windRing(ring: readonly Position[], counterClockwise: boolean): Position[] {
  const flat = ring.map(([lon, lat]): Position => [lon, lat]);
  const area = signedAreaOfRings([Float64Array.from(flat.flat())]);
  return area > 0 === counterClockwise ? flat : flat.toReversed();
}

/** [west, south, east, north] of geometries; null of none. */
export function boxOf(geometries: readonly GeoJsonGeometry[]): [number, number, number, number] | null {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const geometry of geometries) {
    for (const [lon, lat] of polygonsOf(geometry).flat(2) as Position[]) {
      box[0] = Math.min(box[0], lon);
      box[1] = Math.min(box[1], lat);
      box[2] = Math.max(box[2], lon);
      box[3] = Math.max(box[3], lat);
    }
  }
  return box[0] === Infinity ? null : box;
}

/** The one type of all, or null where there are both. */
export function commonType(geometries: readonly GeoJsonGeometry[]): GeoJsonGeometry['type'] | null {
  const types = new Set(geometries.map(({ type }) => type));
  const [only] = types;
  return types.size === 1 ? only! : null;
}
