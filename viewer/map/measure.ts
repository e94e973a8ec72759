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
  /** Enclosed by geodesics between the points, hectares; null below 3 points and where the outline crosses itself. */
  readonly areaHa: number | null;
  readonly isCrossing: boolean;
}

/** Length and area of points on the ellipsoid (Karney 2013, doi 10.1007/s00190-012-0578-z). */
export function measure(points: readonly LonLat[]): Measured {
  let lengthM = 0;
  for (const [index, point] of points.entries()) {
    const next = points[index + 1];
    if (next) lengthM += wgs84.Inverse(point.lat, point.lon, next.lat, next.lon).s12 ?? 0;
  }
  if (points.length < 3) return { lengthM, perimeterM: null, areaHa: null, isCrossing: false };
  const polygon = wgs84.Polygon(false);
  for (const { lat, lon } of points) polygon.AddPoint(lat, lon);
  const { area = 0, perimeter } = polygon.Compute(false, true);
  const isCrossing = crossesItself(points);
  return { lengthM, perimeterM: perimeter, areaHa: isCrossing ? null : Math.abs(area) / 10_000, isCrossing };
}

/** Whether two sides of the closed outline cross, told in degrees: at the size of a map no geodesic strays that far. */
function crossesItself(points: readonly LonLat[]): boolean {
  const sides = points.map((point, index) => [point, points[(index + 1) % points.length]!] as const);
  return sides.some(([a, b], i) => sides.some(([c, d], j) => j > i && areCrossing([a, b], [c, d])));
}

function areCrossing([a, b]: readonly [LonLat, LonLat], [c, d]: readonly [LonLat, LonLat]): boolean {
  const turn = (p: LonLat, q: LonLat, r: LonLat) =>
    Math.sign((q.lon - p.lon) * (r.lat - p.lat) - (q.lat - p.lat) * (r.lon - p.lon));
  return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
}
