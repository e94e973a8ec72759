import type { Place } from './finding.ts';

const EQUATOR_M = 6_378_137;
const ECCENTRICITY_SQUARED = 6.694_379_990_141_32e-3;

/** A flat frame in metres about a place; good to a part in 10,000 over some kilometres. */
export interface LocalFrame {
  readonly lon: number;
  readonly lat: number;
  /** Metres of a degree of longitude and of latitude there. */
  readonly lonM: number;
  readonly latM: number;
}

/** Radii of curvature of the WGS 84 ellipsoid at a latitude. */
export function frameAt([lon, lat]: Place): LocalFrame {
  const radians = (lat * Math.PI) / 180;
  const w = Math.sqrt(1 - ECCENTRICITY_SQUARED * Math.sin(radians) ** 2);
  const degree = (EQUATOR_M * Math.PI) / 180;
  return {
    lon,
    lat,
    lonM: (degree * Math.cos(radians)) / w,
    latM: (degree * (1 - ECCENTRICITY_SQUARED)) / w ** 3,
  };
}

/** A ring [lon, lat, …] in metres of the frame. */
export function toLocal(ring: Float64Array, { lon, lat, lonM, latM }: LocalFrame): Float64Array {
  const local = new Float64Array(ring.length);
  for (let i = 0; i < ring.length; i += 2) {
    local[i] = (ring[i]! - lon) * lonM;
    local[i + 1] = (ring[i + 1]! - lat) * latM;
  }
  return local;
}

export function metresBetween(a: Place, b: Place): number {
  const { lonM, latM } = frameAt([a[0], (a[1] + b[1]) / 2]);
  return Math.hypot((b[0] - a[0]) * lonM, (b[1] - a[1]) * latM);
}

/** Perimeter of closed rings in metres of a frame. */
export function perimeterOf(ring: Float64Array): number {
  let perimeter = 0;
  for (let i = 0; i + 3 < ring.length; i += 2) {
    perimeter += Math.hypot(ring[i + 2]! - ring[i]!, ring[i + 3]! - ring[i + 1]!);
  }
  return perimeter;
}
