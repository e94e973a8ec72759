import type { Place } from './finding.ts';

/** Places looked for at most: nobody looks at more. */
const MOST = 100;

/**
 * Where edges of a closed ring cross beyond doubt, each with its ends on both sides of the other, in the order of the
 * edges; at most 100. Touching is not crossing.
 */
export function findCrossings(ring: Float64Array): readonly Place[] {
  const edgeCount = ring.length / 2 - 1;
  const west = (edge: number) => Math.min(ring[2 * edge]!, ring[2 * edge + 2]!);
  const east = (edge: number) => Math.max(ring[2 * edge]!, ring[2 * edge + 2]!);
  const order = Array.from({ length: edgeCount }, (_, edge) => edge).sort((a, b) => west(a) - west(b) || a - b);
  const found: { readonly edges: readonly [number, number]; readonly place: Place }[] = [];
  let active: number[] = [];
  for (const edge of order) {
    const from = west(edge);
    active = active.filter((other) => east(other) >= from);
    for (const other of active) {
      const [first, second] = edge < other ? [edge, other] : [other, edge];
      if (second - first > 1 && doCross(ring, first, second)) {
        found.push({ edges: [first, second], place: meetingPoint(ring, first, second) });
      }
    }
    active.push(edge);
  }
  found.sort((a, b) => a.edges[0] - b.edges[0] || a.edges[1] - b.edges[1]);
  return found.slice(0, MOST).map(({ place }) => place);
}

function doCross(v: Float64Array, first: number, second: number): boolean {
  return (
    turn(v, first, first + 1, second) * turn(v, first, first + 1, second + 1) < 0 &&
    turn(v, second, second + 1, first) * turn(v, second, second + 1, first + 1) < 0
  );
}

/** What rounding can take from a turn, relative to its two products (Shewchuk's filter for orient2d). */
const TURN_ERROR = 3.3306690738754716e-16;

/** Sign of the turn a → b → c, 0 when rounding could have changed it. */
function turn(v: Float64Array, a: number, b: number, c: number): number {
  const left = (v[2 * a]! - v[2 * c]!) * (v[2 * b + 1]! - v[2 * c + 1]!);
  const right = (v[2 * a + 1]! - v[2 * c + 1]!) * (v[2 * b]! - v[2 * c]!);
  const determinant = left - right;
  return Math.abs(determinant) > TURN_ERROR * (Math.abs(left) + Math.abs(right)) ? Math.sign(determinant) : 0;
}

function meetingPoint(v: Float64Array, first: number, second: number): Place {
  const [ax, ay] = [v[2 * first]!, v[2 * first + 1]!];
  const [ux, uy] = [v[2 * first + 2]! - ax, v[2 * first + 3]! - ay];
  const [cx, cy] = [v[2 * second]!, v[2 * second + 1]!];
  const [wx, wy] = [v[2 * second + 2]! - cx, v[2 * second + 3]! - cy];
  const t = ((cx - ax) * wy - (cy - ay) * wx) / (ux * wy - uy * wx);
  return [ax + t * ux, ay + t * uy];
}
