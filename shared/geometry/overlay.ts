import Flatbush from 'flatbush';
import type { GeoJsonGeometry } from '../api.ts';
import { type NodedEdges, nodeEdges } from './noded-edges.ts';
import { signedAreaOfRings } from './signed-area.ts';
import { type Nodes, SNAP_DEG } from './snap-nodes.ts';
import { type DirectedEdges, traceRings } from './trace-rings.ts';

type Rings = readonly Float64Array[];
type Polygon = readonly (readonly (readonly [number, number])[])[];

/**
 * Geometry of overlaid areas, each given as closed rings (direction does not matter: inside is what the even-odd rule
 * calls so). All edges are cut at each other and what lies within `SNAP_DEG` is drawn together, so that neighbours whose
 * borders nearly coincide leave no slivers; every other corner keeps its coordinates to the last digit. Results are valid
 * polygons in the sense of OGC Simple Features, exteriors counter-clockwise and holes clockwise, or null where nothing is
 * left. The same input gives the same bytes.
 */

/** a ∩ b. */
export function intersectAreas(a: Rings, b: Rings): GeoJsonGeometry | null {
  return overlay([a, b], (inside) => inside === 3);
}

/** What of `a` lies outside `b`. */
export function subtractAreas(a: Rings, b: Rings): GeoJsonGeometry | null {
  return overlay([a, b], (inside) => inside === 1);
}

/** The union of up to 30 areas. */
export function uniteAreas(areas: readonly Rings[]): GeoJsonGeometry | null {
  if (areas.length > 30) throw new Error(`${areas.length} areas were to be united; 30 is the most at a time.`);
  return overlay(areas, (inside) => inside !== 0);
}

/**
 * A valid geometry of rings that cross, touch or repeat themselves: all ground that the even-odd rule calls inside. A
 * bow-tie becomes its two triangles, a spike of no width goes, and ground that two parts both cover becomes a hole.
 */
export function repairArea(rings: Rings): GeoJsonGeometry | null {
  return overlay([rings], (inside) => inside === 1);
}

/** The ground whose set of areas (bit k = inside area k) is kept. */
function overlay(areas: readonly Rings[], keeps: (inside: number) => boolean): GeoJsonGeometry | null {
  const noded = nodeEdges(areas, SNAP_DEG);
  const polygons = groupRings(traceRings(findBoundary(noded, keeps), noded.nodes), noded.nodes);
  if (polygons.length === 0) return null;
  return polygons.length === 1
    ? { type: 'Polygon', coordinates: polygons[0]! }
    : { type: 'MultiPolygon', coordinates: polygons };
}

/** Edges with kept ground on one side only, turned so that it lies on their left. */
function findBoundary(edges: NodedEdges, keeps: (inside: number) => boolean): DirectedEdges {
  const { x, y } = edges.nodes;
  const from: number[] = [];
  const to: number[] = [];
  const above = areasAbove(edges);
  for (let e = 0; e < edges.from.length; e++) {
    const [a, b] = [edges.from[e]!, edges.to[e]!];
    // Of a vertical edge: the side in the east, to which the ray from its middle is moved.
    const upper = above[e]!;
    const lower = upper ^ edges.owners[e]!;
    if (keeps(upper) === keeps(lower)) continue;
    const isVertical = x[a] === x[b];
    const runsForward = isVertical ? y[a]! > y[b]! : x[a]! < x[b]!;
    from.push(keeps(upper) === runsForward ? a : b);
    to.push(keeps(upper) === runsForward ? b : a);
  }
  return { from, to };
}

/** For each edge the areas that a point just above its middle lies in: those that a ray upwards leaves an odd number of times. */
function areasAbove({ from, to, owners, nodes }: NodedEdges): Int32Array {
  const { x, y } = nodes;
  const above = new Int32Array(from.length);
  if (from.length === 0) return above;
  const index = new Flatbush(from.length);
  for (let e = 0; e < from.length; e++) {
    const [a, b] = [from[e]!, to[e]!];
    index.add(Math.min(x[a]!, x[b]!), Math.min(y[a]!, y[b]!), Math.max(x[a]!, x[b]!), Math.max(y[a]!, y[b]!));
  }
  index.finish();
  for (let e = 0; e < from.length; e++) {
    const [a, b] = [from[e]!, to[e]!];
    const east = Math.max(x[a]!, x[b]!);
    const middle = (x[a]! + x[b]!) / 2;
    // Half-open: an edge counts at its west end, not at its east end, so that a ray through a node counts once.
    const px = middle < east ? middle : Math.min(x[a]!, x[b]!);
    const py = (y[a]! + y[b]!) / 2;
    let inside = 0;
    index.search(px, py, px, index.maxY, (other) => {
      if (other !== e && isBelow(nodes, px, py, from[other]!, to[other]!)) inside ^= owners[other]!;
      return false;
    });
    above[e] = inside;
  }
  return above;
}

function isBelow({ x, y }: Nodes, px: number, py: number, c: number, d: number): boolean {
  const [west, east] = x[c]! < x[d]! ? [c, d] : [d, c];
  if (px < x[west]! || px >= x[east]!) return false;
  return (x[east]! - x[west]!) * (py - y[west]!) < (y[east]! - y[west]!) * (px - x[west]!);
}

interface Ring {
  readonly flat: Float64Array;
  readonly area: number;
}

/** Rings as polygons: each hole goes to the smallest outer ring round it. */
function groupRings(traced: readonly (readonly number[])[], { x, y }: Nodes): Polygon[] {
  const rings = traced.map((nodes): Ring => {
    const flat = Float64Array.from([...nodes, nodes[0]!].flatMap((node) => [x[node]!, y[node]!]));
    return { flat, area: signedAreaOfRings([flat]) };
  });
  const shells = rings.filter(({ area }) => area > 0);
  const polygons = new Map(shells.map((shell) => [shell, [positionsOf(shell)]]));
  const bySize = shells.toSorted((a, b) => a.area - b.area);
  for (const hole of rings.filter(({ area }) => area <= 0)) {
    const shell = bySize.length === 1 ? bySize[0] : bySize.find((candidate) => surrounds(candidate, hole));
    polygons.get(shell!)?.push(positionsOf(hole));
  }
  return [...polygons.values()];
}

/** Whether the middle of the hole's first edge lies inside: it is on no edge of another ring. */
function surrounds({ flat, area }: Ring, hole: Ring): boolean {
  if (area < -hole.area) return false;
  const px = (hole.flat[0]! + hole.flat[2]!) / 2;
  const py = (hole.flat[1]! + hole.flat[3]!) / 2;
  let isInside = false;
  for (let i = 0; i + 3 < flat.length; i += 2) {
    const [ay, by] = [flat[i + 1]!, flat[i + 3]!];
    if (ay <= py === by <= py) continue;
    const turn = (flat[i + 2]! - flat[i]!) * (py - ay) - (by - ay) * (px - flat[i]!);
    if (turn > 0 === by > ay) isInside = !isInside;
  }
  return isInside;
}

function positionsOf({ flat }: Ring): [number, number][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i]!, flat[2 * i + 1]!]);
}
