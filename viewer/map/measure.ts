import geodesicLibrary from 'geographiclib-geodesic';

const wgs84 = geodesicLibrary.Geodesic.WGS84;

export interface LonLat {
  readonly lon: number;
  readonly lat: number;
}

export interface Measured {
  /** Along the points in their order, metres on the WGS 84 ellipsoid. */
  readonly lengthM: number;
  /** With the way back to the first point, metres; null below 3 points. */
  readonly perimeterM: number | null;
  /** Enclosed by geodesics between the points, hectares; null below 3 points. */
  readonly areaHa: number | null;
}

/** Length and area of points on the ellipsoid (Karney 2013, doi 10.1007/s00190-012-0578-z). */
export function measure(points: readonly LonLat[]): Measured {
  let lengthM = 0;
  for (const [index, point] of points.entries()) {
    const next = points[index + 1];
    if (next) lengthM += wgs84.Inverse(point.lat, point.lon, next.lat, next.lon).s12 ?? 0;
  }
  if (points.length < 3) return { lengthM, perimeterM: null, areaHa: null };
  const polygon = wgs84.Polygon(false);
  for (const { lat, lon } of points) polygon.AddPoint(lat, lon);
  const { area = 0, perimeter } = polygon.Compute(false, true);
  return { lengthM, perimeterM: perimeter, areaHa: Math.abs(area) / 10_000 };
}
