import { signedAreaOfRings } from '../geometry/signed-area.ts';
import type { Place } from './finding.ts';
import type { Polygons } from './read-outline.ts';

/** A place inside the largest part of valid polygons: the middle of its widest stretch at half its height. */
export function placeInside(polygons: Polygons): Place {
  const size = (rings: readonly Float64Array[]) => Math.abs(signedAreaOfRings(rings));
  const part = polygons.reduce((a, b) => (size(b) > size(a) ? b : a));
  const lats = part[0]!.filter((_, index) => index % 2 === 1);
  const lat = (lats.reduce((a, b) => Math.min(a, b)) + lats.reduce((a, b) => Math.max(a, b))) / 2;
  const lons = part.flatMap((ring) => crossingsAt(ring, lat)).sort((a, b) => a - b);
  let [west, east] = [part[0]![0]!, part[0]![0]!];
  for (let i = 0; i + 1 < lons.length; i += 2)
    if (lons[i + 1]! - lons[i]! > east - west) [west, east] = [lons[i]!, lons[i + 1]!];
  return [(west + east) / 2, lat];
}

function crossingsAt(ring: Float64Array, lat: number): number[] {
  const lons: number[] = [];
  for (let i = 0; i + 3 < ring.length; i += 2) {
    const [ax, ay, bx, by] = [ring[i]!, ring[i + 1]!, ring[i + 2]!, ring[i + 3]!];
    if (ay > lat !== by > lat) lons.push(ax + ((lat - ay) * (bx - ax)) / (by - ay));
  }
  return lons;
}
