import geodesicLibrary from 'geographiclib-geodesic';
import type { Position, Ring } from './shape.ts';
import type { Project } from './snap.ts';

const wgs84 = geodesicLibrary.Geodesic.WGS84;

/** Sides of a circle: its area is 0.16 % short of the true circle's. */
const CIRCLE_SIDES = 64;

/** The rectangle between two opposite corners, its sides north-south and east-west. */
export function rectangle([west, south]: Position, [east, north]: Position): Ring {
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ];
}

/** Corners at one true distance round a centre (geodesics on WGS 84), counter-clockwise from the north. */
export function circle(centre: Position, radiusM: number): Ring {
  return Array.from({ length: CIRCLE_SIDES }, (_, side): Position => {
    const azimuthDeg = -(side * 360) / CIRCLE_SIDES;
    const { lon2 = 0, lat2 = 0 } = wgs84.Direct(centre[1], centre[0], azimuthDeg, radiusM);
    return [lon2, lat2];
  });
}

export function distanceM([lonA, latA]: Position, [lonB, latB]: Position): number {
  return wgs84.Inverse(latA, lonA, latB, lonB).s12 ?? 0;
}

/** Leaves out points that lie within `tolerancePx` of the line without them (Douglas and Peucker 1973). */
export function simplify(points: Ring, project: Project, tolerancePx: number): Ring {
  const pixels = points.map(project);
  const isKept = new Uint8Array(points.length);
  isKept[0] = 1;
  isKept[points.length - 1] = 1;
  const stack: [first: number, last: number][] = [[0, points.length - 1]];
  for (let span = stack.pop(); span; span = stack.pop()) {
    const [first, last] = span;
    let [furthest, px] = [-1, tolerancePx];
    for (let i = first + 1; i < last; i++) {
      const off = distanceToLine(pixels[i]!, pixels[first]!, pixels[last]!);
      if (off > px) [furthest, px] = [i, off];
    }
    if (furthest < 0) continue;
    isKept[furthest] = 1;
    stack.push([first, furthest], [furthest, last]);
  }
  return points.filter((_, i) => isKept[i]);
}

type Pixel = readonly [number, number];

function distanceToLine([x, y]: Pixel, [ax, ay]: Pixel, [bx, by]: Pixel): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = Math.hypot(dx, dy);
  return length === 0 ? Math.hypot(x - ax, y - ay) : Math.abs((x - ax) * dy - (y - ay) * dx) / length;
}
