import { findMeridianFault } from './meridian.ts';
import type { Fault, Polygons } from './read-outline.ts';

/** A parcel whose axes are swapped is all there: one wrong latitude makes it wider than this. */
const SWAPPED_SPAN_DEG = 10;

/** Longitudes up to here are taken for degrees that run on beyond 180. */
const LARGEST_LON_DEG = 540;

/**
 * What is wrong with where the positions lie: on no Earth, swapped, projected, across the 180° meridian. Null where all
 * are longitudes and latitudes that can be gone on with.
 */
export function findRangeFault(polygons: Polygons): Fault | null {
  const extent = extentOf(polygons);
  const { lon, lat } = extent;
  if (lat <= 90 && lon <= 180) return findMeridianFault(polygons);
  if (lat <= 180 && lon <= 90 && extent.spanDeg < SWAPPED_SPAN_DEG) {
    const values = { lon: extent.first.x, lat: extent.first.y, region: '' };
    return { rule: 'swapped-axes', values, place: null, instead: { kind: 'swap-axes', polygons: swapAxes(polygons) } };
  }
  if (lat <= 90 && lon <= LARGEST_LON_DEG) return findMeridianFault(polygons);
  const { pointer, x, y } = extent.first;
  if (Math.max(lon, lat) > LARGEST_LON_DEG) {
    return { rule: 'projected', values: { pointer, x, y }, place: null, instead: null };
  }
  return { rule: 'out-of-range', values: { pointer, lon: x, lat: y }, place: null, instead: null };
}

export function swapAxes(polygons: Polygons): Polygons {
  return polygons.map((rings) =>
    rings.map((ring) => ring.map((_, index) => ring[index % 2 === 0 ? index + 1 : index - 1]!)),
  );
}

/** Largest absolute longitude and latitude, how far latitudes lie apart, and the first position that is outside the Earth. */
function extentOf(polygons: Polygons) {
  let [lon, lat] = [0, 0];
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let first: { pointer: string; x: number; y: number } | null = null;
  for (const [partIndex, rings] of polygons.entries()) {
    for (const [ringIndex, ring] of rings.entries()) {
      for (let i = 0; i < ring.length; i += 2) {
        const [x, y] = [ring[i]!, ring[i + 1]!];
        lon = Math.max(lon, Math.abs(x));
        lat = Math.max(lat, Math.abs(y));
        [lowest, highest] = [Math.min(lowest, y), Math.max(highest, y)];
        if (first !== null || (Math.abs(x) <= 180 && Math.abs(y) <= 90)) continue;
        const part = polygons.length > 1 ? `/${partIndex}` : '';
        first = { pointer: `/coordinates${part}/${ringIndex}/${i / 2}`, x, y };
      }
    }
  }
  return { lon, lat, spanDeg: highest - lowest, first: first ?? { pointer: '/coordinates', x: 0, y: 0 } };
}
