import type { Bbox } from '../../shared/grid.ts';

/**
 * Cutting polygons by their rings, for use with signed areas: a concave polygon cut in two may stay one ring whose parts
 * are joined by edges that run to and fro along the cut. Those enclose nothing, so areas and coverages are exact, but
 * the rings are not meant to be drawn or written out.
 * Rings are closed and flat, [x, y, …], exteriors one way round and holes the other.
 */

/** The smallest rectangle round all rings; [∞, ∞, −∞, −∞] when there is no point. */
export function ringsBbox(rings: readonly Float64Array[]): Bbox {
  let xMin = Infinity;
  let yMin = Infinity;
  let xMax = -Infinity;
  let yMax = -Infinity;
  for (const ring of rings) {
    for (let i = 0; i + 1 < ring.length; i += 2) {
      xMin = Math.min(xMin, ring[i]!);
      xMax = Math.max(xMax, ring[i]!);
      yMin = Math.min(yMin, ring[i + 1]!);
      yMax = Math.max(yMax, ring[i + 1]!);
    }
  }
  return [xMin, yMin, xMax, yMax];
}

/** The part of a polygon inside a rectangle. Rings inside it are returned as they are, rings beside it not at all. */
export function clipToBbox(rings: readonly Float64Array[], bbox: Bbox): Float64Array[] {
  const [xMin, yMin, xMax, yMax] = bbox;
  const out: Float64Array[] = [];
  for (const ring of rings) {
    const box = ringsBbox([ring]);
    if (box[2] <= xMin || box[0] >= xMax || box[3] <= yMin || box[1] >= yMax) continue;
    if (box[0] >= xMin && box[2] <= xMax && box[1] >= yMin && box[3] <= yMax) {
      out.push(ring);
      continue;
    }
    let points = openRing(ring);
    if (box[0] < xMin) points = clipByAxis(points, 0, xMin, 1);
    if (box[2] > xMax) points = clipByAxis(points, 0, xMax, -1);
    if (box[1] < yMin) points = clipByAxis(points, 1, yMin, 1);
    if (box[3] > yMax) points = clipByAxis(points, 1, yMax, -1);
    pushRing(out, points);
  }
  return out;
}

interface AxisLine {
  /** 0 for a line x = limit, 1 for a line y = limit. */
  readonly axis: 0 | 1;
  readonly limit: number;
}

/** Keeps the side of a line where `distance` ≥ 0 (Sutherland and Hodgman 1974). New points get the line's coordinate exactly. */
function clipByLine(points: readonly number[], distance: (x: number, y: number) => number, line: AxisLine): number[] {
  const out: number[] = [];
  if (points.length === 0) return out;
  let px = points[points.length - 2]!;
  let py = points[points.length - 1]!;
  let pd = distance(px, py);
  for (let i = 0; i < points.length; i += 2) {
    const qx = points[i]!;
    const qy = points[i + 1]!;
    const qd = distance(qx, qy);
    if (pd >= 0 !== qd >= 0) {
      // Always reckoned from the same end, so that the pieces on both sides of a cut meet in the very same point.
      const fromP = px < qx || (px === qx && py < qy);
      const t = fromP ? pd / (pd - qd) : qd / (qd - pd);
      out.push(fromP ? px + (qx - px) * t : qx + (px - qx) * t, fromP ? py + (qy - py) * t : qy + (py - qy) * t);
      out[out.length - 2 + line.axis] = line.limit;
    }
    if (qd >= 0) out.push(qx, qy);
    px = qx;
    py = qy;
    pd = qd;
  }
  return out;
}

/** Keeps the points whose coordinate `axis` is on the `side` (+1 above, −1 below) of `limit`. */
function clipByAxis(points: readonly number[], axis: 0 | 1, limit: number, side: 1 | -1): number[] {
  return clipByLine(points, (x, y) => side * ((axis === 0 ? x : y) - limit), { axis, limit });
}

function openRing(ring: Float64Array): number[] {
  const n = ring.length;
  const closed = n >= 4 && ring[0] === ring[n - 2] && ring[1] === ring[n - 1];
  return Array.from(closed ? ring.subarray(0, n - 2) : ring);
}

function pushRing(out: Float64Array[], points: readonly number[]): void {
  if (points.length < 6) return;
  out.push(Float64Array.from([...points, points[0]!, points[1]!]));
}
