import type { Arc, ArcRing, TracedSegments } from './trace.ts';

/** How far an outline may leave the pixel edges, pixels. */
const TOLERANCE_PX = 0.5;

/**
 * Rounds the stairs of pixel edges off: an arc runs through the middles of its edges (nodes stay), and of these the fewest
 * are kept (Imai and Iri 1988) with every corner of the stairs within half a pixel of the line. Neighbours share
 * arcs, so they still fit together; arcs that would cross or touch another keep all middles, which cannot.
 * @returns lines [col, row, …] of each arc; those of loops are closed
 */
export function simplifyArcs({ arcs }: Pick<TracedSegments, 'arcs'>): Float64Array[] {
  const full = arcs.map(middlesOf);
  const lines = arcs.map((arc, k) => keepFewest(full[k]!, arc));
  // One arc put back can come too near to a third.
  for (let found = crossingArcs(lines); found.size > 0; found = crossingArcs(lines)) {
    const fresh = [...found].filter((k) => lines[k] !== full[k]);
    if (fresh.length === 0) break;
    for (const k of fresh) lines[k] = full[k]!;
  }
  return lines;
}

/** The ring [col, row, …], closed, along simplified arcs. */
export function joinRing(ring: ArcRing, lines: readonly Float64Array[]): Float64Array {
  const points: number[] = [];
  for (const { arc, isReversed } of ring) {
    const line = lines[arc]!;
    const n = line.length / 2;
    for (let k = 0; k + 1 < n; k++) {
      const at = 2 * (isReversed ? n - 1 - k : k);
      points.push(line[at]!, line[at + 1]!);
    }
  }
  return Float64Array.from([...points, points[0]!, points[1]!]);
}

/** First corner, middles of all edges, last corner; of a loop the middles alone, closed. */
function middlesOf({ corners, isLoop }: Arc): Float64Array {
  const edges = corners.length / 2 - 1;
  const points: number[] = isLoop ? [] : [corners[0]!, corners[1]!];
  for (let k = 0; k < edges; k++)
    points.push((corners[2 * k]! + corners[2 * k + 2]!) / 2, (corners[2 * k + 1]! + corners[2 * k + 3]!) / 2);
  if (isLoop) points.push(points[0]!, points[1]!);
  else points.push(corners[2 * edges]!, corners[2 * edges + 1]!);
  return Float64Array.from(points);
}

/** Corners of the stairs between the points `from` and `to` of the middles. */
type CornersBetween = (from: number, to: number) => readonly [first: number, last: number];

function keepFewest(points: Float64Array, { corners, isLoop }: Arc): Float64Array {
  const n = points.length / 2;
  const cornerCount = corners.length / 2;
  // Middle k of a loop lies between corners k and k + 1, of an open arc between k − 1 and k.
  const between: CornersBetween = isLoop
    ? (from, to) => [from + 1, to]
    : (from, to) => [Math.max(1, from), Math.min(cornerCount - 2, to - 1)];
  const fits = (from: number, to: number) => {
    const [first, last] = between(from, to);
    return isWithin(points, corners, { from, to, first, last });
  };
  if (!isLoop) return pick(points, fewestStops(0, n - 1, fits));
  // A closed line has no chord: it is cut where it is farthest from its start.
  const middle = farthestFromStart(points);
  return pick(points, [...fewestStops(0, middle, fits), ...fewestStops(middle, n - 1, fits).slice(1)]);
}

function pick(points: Float64Array, stops: readonly number[]): Float64Array {
  return Float64Array.from(stops.flatMap((k) => [points[2 * k]!, points[2 * k + 1]!]));
}

/** How far ahead a side may reach, and how many places that do not fit it may pass by on the way. */
const MAX_REACH = 256;
const MAX_MISSES = 6;

/** The fewest places from one to the other, both included, with every side fitting; of equal ways the first found. */
function fewestStops(start: number, end: number, fits: (from: number, to: number) => boolean): number[] {
  const count = end - start + 1;
  const steps = new Int32Array(count).fill(2 ** 30);
  const before = new Int32Array(count);
  steps[0] = 0;
  for (let i = 0; i + 1 < count; i++) {
    let misses = 0;
    for (let j = i + 1; j < Math.min(count, i + MAX_REACH) && misses < MAX_MISSES; j++) {
      // Neighbouring middles always fit.
      if (j > i + 1 && !fits(start + i, start + j)) misses += 1;
      else if (steps[i]! + 1 < steps[j]!) {
        misses = 0;
        steps[j] = steps[i]! + 1;
        before[j] = i;
      } else misses = 0;
    }
  }
  const stops = [end];
  for (let k = count - 1; k > 0; k = before[k]!) stops.push(start + before[k]!);
  return stops.reverse();
}

function isWithin(
  points: Float64Array,
  corners: Int32Array,
  { from, to, first, last }: { from: number; to: number; first: number; last: number },
): boolean {
  for (let k = from + 1; k < to; k++) if (distanceToChord(points, k, points, from, to) > TOLERANCE_PX) return false;
  const cornerCount = corners.length / 2;
  for (let k = first; k <= last; k++)
    if (distanceToChord(corners, k % (cornerCount - 1), points, from, to) > TOLERANCE_PX) return false;
  return true;
}

function farthestFromStart(points: Float64Array): number {
  let [best, most] = [1, -1];
  for (let k = 1; 2 * k + 2 < points.length; k++) {
    const distance = Math.hypot(points[2 * k]! - points[0]!, points[2 * k + 1]! - points[1]!);
    if (distance > most) [best, most] = [k, distance];
  }
  return best;
}

function distanceToChord(
  of: Float64Array | Int32Array,
  k: number,
  points: Float64Array,
  from: number,
  to: number,
): number {
  const [ax, ay] = [points[2 * from]!, points[2 * from + 1]!];
  const [dx, dy] = [points[2 * to]! - ax, points[2 * to + 1]! - ay];
  const [px, py] = [of[2 * k]! - ax, of[2 * k + 1]! - ay];
  const lengthSq = dx * dx + dy * dy;
  const t = lengthSq === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / lengthSq));
  return Math.hypot(px - t * dx, py - t * dy);
}

interface Side {
  readonly arc: number;
  readonly ax: number;
  readonly ay: number;
  readonly bx: number;
  readonly by: number;
}

/** Pixels along a side of the squares in which crossings are looked for. */
const SQUARE_PX = 8;

/** The arcs that have a side which crosses, touches or runs along another, other than end to end. */
function crossingArcs(lines: readonly Float64Array[]): Set<number> {
  const squares = new Map<number, Side[]>();
  const found = new Set<number>();
  for (const [arc, line] of lines.entries()) {
    for (let i = 0; i + 3 < line.length; i += 2) {
      const side = { arc, ax: line[i]!, ay: line[i + 1]!, bx: line[i + 2]!, by: line[i + 3]! };
      for (const key of squaresOf(side)) {
        const others = squares.get(key) ?? [];
        for (const other of others) {
          if (!isConflict(side, other)) continue;
          found.add(arc);
          found.add(other.arc);
        }
        others.push(side);
        squares.set(key, others);
      }
    }
  }
  return found;
}

function squaresOf({ ax, ay, bx, by }: Side): number[] {
  const keys: number[] = [];
  const square = (value: number) => Math.floor(value / SQUARE_PX);
  for (let row = square(Math.min(ay, by)); row <= square(Math.max(ay, by)); row++)
    for (let col = square(Math.min(ax, bx)); col <= square(Math.max(ax, bx)); col++) keys.push(row * 2 ** 24 + col);
  return keys;
}

function isConflict(s: Side, t: Side): boolean {
  const same = (ax: number, ay: number, bx: number, by: number) => ax === bx && ay === by;
  const joint = same(s.ax, s.ay, t.ax, t.ay)
    ? [s.ax, s.ay, s.bx, s.by, t.bx, t.by]
    : same(s.ax, s.ay, t.bx, t.by)
      ? [s.ax, s.ay, s.bx, s.by, t.ax, t.ay]
      : same(s.bx, s.by, t.ax, t.ay)
        ? [s.bx, s.by, s.ax, s.ay, t.bx, t.by]
        : same(s.bx, s.by, t.bx, t.by)
          ? [s.bx, s.by, s.ax, s.ay, t.ax, t.ay]
          : null;
  if (joint !== null) {
    // From a shared end they must not leave in the same direction.
    const [x, y, sx, sy, tx, ty] = joint as [number, number, number, number, number, number];
    const cross = (sx - x) * (ty - y) - (sy - y) * (tx - x);
    return cross === 0 && (sx - x) * (tx - x) + (sy - y) * (ty - y) > 0;
  }
  const side = (ax: number, ay: number, bx: number, by: number, px: number, py: number) =>
    Math.sign((bx - ax) * (py - ay) - (by - ay) * (px - ax));
  const [d1, d2] = [side(s.ax, s.ay, s.bx, s.by, t.ax, t.ay), side(s.ax, s.ay, s.bx, s.by, t.bx, t.by)];
  const [d3, d4] = [side(t.ax, t.ay, t.bx, t.by, s.ax, s.ay), side(t.ax, t.ay, t.bx, t.by, s.bx, s.by)];
  if (d1 === 0 && d2 === 0) return rangesMeet(s, t);
  return d1 * d2 <= 0 && d3 * d4 <= 0;
}

/** Of sides on one line. */
function rangesMeet(s: Side, t: Side): boolean {
  const meet = (a: number, b: number, c: number, d: number) =>
    Math.max(Math.min(a, b), Math.min(c, d)) <= Math.min(Math.max(a, b), Math.max(c, d));
  return meet(s.ax, s.bx, t.ax, t.bx) && meet(s.ay, s.by, t.ay, t.by);
}
