import { intersectAreas } from '../geometry/overlay.ts';
import type { Fault, Polygons } from './read-outline.ts';
import { polygonsOf, ringsOf } from './repair.ts';

type Rings = readonly Float64Array[];

/** A ring that steps over the 180° meridian, runs on beyond it, or runs around a pole. */
export function findMeridianFault(polygons: Polygons): Fault | null {
  for (const [index, rings] of polygons.entries()) {
    const part = polygons.length > 1 ? index + 1 : 0;
    for (const ring of rings) {
      const crossing = findCrossing(ring);
      if (crossing === null) continue;
      const rule = turnsOf(ring) === 0 ? 'antimeridian' : 'pole';
      const split = rule === 'pole' ? null : splitAtMeridian(polygons);
      const instead = split && ({ kind: 'split-antimeridian', polygons: split } as const);
      return { rule, values: { part }, place: crossing, instead };
    }
  }
  return null;
}

function findCrossing(ring: Float64Array): readonly [number, number] | null {
  for (let i = 0; i < ring.length; i += 2) {
    if (Math.abs(ring[i]!) > 180) return [toEarth(ring[i]!), ring[i + 1]!];
    if (i + 2 < ring.length && Math.abs(ring[i + 2]! - ring[i]!) > 180) return [ring[i]!, ring[i + 1]!];
  }
  return null;
}

/** How often a ring runs around the Earth's axis, taking the short way from each position to the next. */
function turnsOf(ring: Float64Array): number {
  const unrolled = unroll(ring);
  const gap = unrolled.at(-2)! - unrolled[0]!;
  return Math.round(gap / 360);
}

/** The ring with its longitudes running on beyond 180 instead of jumping. */
function unroll(ring: Float64Array): Float64Array {
  const unrolled = ring.slice();
  for (let i = 2; i < unrolled.length; i += 2) {
    const step = unrolled[i]! - unrolled[i - 2]!;
    unrolled[i] = unrolled[i]! - 360 * Math.round(step / 360);
  }
  return unrolled;
}

function toEarth(lon: number): number {
  return lon - 360 * Math.round(lon / 360);
}

/** Polygons that step over the 180° meridian as parts on either side of it, see RFC 7946, 3.1.9. */
function splitAtMeridian(polygons: Polygons): Polygons | null {
  const parts: Rings[] = [];
  for (const rings of polygons) {
    const unrolled = unrollPolygon(rings);
    for (const world of [-1, 0, 1]) {
      const [west, east] = [360 * world - 180, 360 * world + 180];
      const box = Float64Array.from([west, -90, east, -90, east, 90, west, 90, west, -90]);
      const inside = ringsOf(intersectAreas(unrolled, [box]));
      if (inside.length > 0) parts.push(inside.map((ring) => shift(ring, -360 * world)));
    }
  }
  return polygonsOf(parts.flat());
}

/** The polygons with their longitudes running on beyond 180. */
export function unrollPolygons(polygons: Polygons): Polygons {
  return polygons.map(unrollPolygon);
}

/** Holes run on to where their outline has run. */
function unrollPolygon(rings: Rings): Rings {
  const [outline, ...holes] = rings.map(unroll);
  const middle = middleLon(outline!);
  return [outline!, ...holes.map((hole) => shift(hole, 360 * Math.round((middle - middleLon(hole)) / 360)))];
}

function middleLon(ring: Float64Array): number {
  const lons = ring.filter((_, index) => index % 2 === 0);
  return (lons.reduce((a, b) => Math.min(a, b)) + lons.reduce((a, b) => Math.max(a, b))) / 2;
}

function shift(ring: Float64Array, by: number): Float64Array {
  return by === 0 ? ring : ring.map((value, index) => (index % 2 === 0 ? value + by : value));
}
