import geodesicLibrary from 'geographiclib-geodesic';

const { Geodesic } = geodesicLibrary;

/**
 * True area of a parcel on the WGS 84 ellipsoid in hectares: exterior rings (counter-clockwise) count, holes (clockwise)
 * are subtracted. Rings as in `Parcel`. Source: Karney (2013), Algorithms for geodesics, as GeographicLib computes it.
 */
export function measureAreaHa(rings: readonly Float64Array[]): number {
  let areaM2 = 0;
  for (const ring of rings) {
    const polygon = Geodesic.WGS84.Polygon(false);
    for (let i = 0; i + 3 < ring.length; i += 2) polygon.AddPoint(ring[i + 1]!, ring[i]!);
    areaM2 += polygon.Compute(false, true).area ?? 0;
  }
  return areaM2 / 10_000;
}
