import Flatbush from 'flatbush';
import { createNodes, type Nodes, nodeAt } from './snap-nodes.ts';

/**
 * Edges of several areas, cut so that none crosses another and no node lies on one: each once, between two nodes, with the
 * areas whose boundary it is. An edge that an area has twice is not its boundary.
 */
export interface NodedEdges {
  readonly nodes: Nodes;
  /** Node at each end, from < to, and bit k set where the edge belongs to area k. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly owners: readonly number[];
}

interface Edges {
  readonly from: number[];
  readonly to: number[];
  readonly owners: number[];
}

/** Each round cuts what the round before moved into another's way, by less than the snapping distance. */
const ROUNDS = 64;

/**
 * Cuts the edges of areas at each other. What lies within `snap` of each other is drawn together; everything else keeps
 * its coordinates to the last digit. Throws where that does not come to an end, which no input is known to do.
 */
export function nodeEdges(areas: readonly (readonly Float64Array[])[], snap: number): NodedEdges {
  const nodes = createNodes(snap);
  let edges = edgesOf(areas, nodes);
  for (let round = 0; round < ROUNDS; round++) {
    const cuts = findCuts(edges, nodes);
    if (cuts.size === 0) return { nodes, ...edges };
    edges = applyCuts(edges, nodes, cuts);
  }
  throw new Error(`The edges of ${areas.length} areas could not be cut at each other within ${ROUNDS} rounds.`);
}

/** Collects edges; what is added twice for the same area cancels. */
function createCollector(): { add(a: number, b: number, owners: number): void; edges(): Edges } {
  const known = new Map<number, Map<number, number>>();
  return {
    add(a, b, owners) {
      if (a === b) return;
      const [from, to] = a < b ? [a, b] : [b, a];
      let ends = known.get(from);
      if (ends === undefined) {
        ends = new Map();
        known.set(from, ends);
      }
      ends.set(to, (ends.get(to) ?? 0) ^ owners);
    },
    edges() {
      const edges: Edges = { from: [], to: [], owners: [] };
      for (const [from, ends] of known) {
        for (const [to, owners] of ends) {
          if (owners === 0) continue;
          edges.from.push(from);
          edges.to.push(to);
          edges.owners.push(owners);
        }
      }
      return edges;
    },
  };
}

function edgesOf(areas: readonly (readonly Float64Array[])[], nodes: Nodes): Edges {
  const collector = createCollector();
  for (const [area, rings] of areas.entries()) {
    for (const ring of rings) {
      let last = nodeAt(nodes, ring[0]!, ring[1]!);
      for (let i = 2; i + 1 < ring.length; i += 2) {
        const next = nodeAt(nodes, ring[i]!, ring[i + 1]!);
        collector.add(last, next, 1 << area);
        last = next;
      }
    }
  }
  return collector.edges();
}

type Cuts = Map<number, Set<number>>;

interface Work {
  readonly edges: Edges;
  readonly nodes: Nodes;
  readonly cuts: Cuts;
}

/** For each edge the nodes at which it has to be cut. */
function findCuts(edges: Edges, nodes: Nodes): Cuts {
  const cuts: Cuts = new Map();
  const count = edges.from.length;
  if (count === 0) return cuts;
  const index = new Flatbush(count);
  for (let e = 0; e < count; e++) index.add(...boxOf(edges, nodes, e));
  index.finish();
  for (let e = 0; e < count; e++) {
    const [west, south, east, north] = boxOf(edges, nodes, e);
    const { snap } = nodes;
    // Sorted, so that nodes are made in an order that depends on the edges alone.
    const near = index
      .search(west - snap, south - snap, east + snap, north + snap, (other) => other > e)
      .sort((a, b) => a - b);
    for (const other of near) cutPair({ edges, nodes, cuts }, e, other);
  }
  return cuts;
}

function boxOf({ from, to }: Edges, { x, y }: Nodes, e: number): [number, number, number, number] {
  const [a, b] = [from[e]!, to[e]!];
  return [Math.min(x[a]!, x[b]!), Math.min(y[a]!, y[b]!), Math.max(x[a]!, x[b]!), Math.max(y[a]!, y[b]!)];
}

function cutPair({ edges, nodes, cuts }: Work, e: number, other: number): void {
  const ends = [edges.from[e]!, edges.to[e]!] as const;
  const otherEnds = [edges.from[other]!, edges.to[other]!] as const;
  let isNear = false;
  for (const node of otherEnds) {
    if (!liesOn(nodes, node, ends)) continue;
    cutAt(cuts, e, node);
    isNear = true;
  }
  for (const node of ends) {
    if (!liesOn(nodes, node, otherEnds)) continue;
    cutAt(cuts, other, node);
    isNear = true;
  }
  if (isNear || ends.some((node) => otherEnds.includes(node))) return;
  const place = crossing(nodes, ends, otherEnds);
  if (place === null) return;
  const node = nodeAt(nodes, ...place);
  cutAt(cuts, e, node);
  cutAt(cuts, other, node);
}

function cutAt(cuts: Cuts, e: number, node: number): void {
  const at = cuts.get(e);
  if (at === undefined) cuts.set(e, new Set([node]));
  else at.add(node);
}

/** Whether a node that is not its end lies within the snapping distance of an edge, between its ends. */
function liesOn({ x, y, snap }: Nodes, node: number, [a, b]: readonly [number, number]): boolean {
  if (node === a || node === b) return false;
  const [dx, dy] = [x[b]! - x[a]!, y[b]! - y[a]!];
  const [px, py] = [x[node]! - x[a]!, y[node]! - y[a]!];
  const along = px * dx + py * dy;
  const length2 = dx * dx + dy * dy;
  if (along <= 0 || along >= length2) return false;
  return (px * dy - py * dx) ** 2 <= snap * snap * length2;
}

function crossing(
  { x, y }: Nodes,
  [a, b]: readonly [number, number],
  [c, d]: readonly [number, number],
): [number, number] | null {
  const [ux, uy] = [x[b]! - x[a]!, y[b]! - y[a]!];
  const [wx, wy] = [x[d]! - x[c]!, y[d]! - y[c]!];
  const [px, py] = [x[c]! - x[a]!, y[c]! - y[a]!];
  const determinant = ux * wy - uy * wx;
  if (determinant === 0) return null;
  const t = (px * wy - py * wx) / determinant;
  const s = (px * uy - py * ux) / determinant;
  return t > 0 && t < 1 && s > 0 && s < 1 ? [x[a]! + t * ux, y[a]! + t * uy] : null;
}

function applyCuts(edges: Edges, { x, y }: Nodes, cuts: Cuts): Edges {
  const collector = createCollector();
  for (let e = 0; e < edges.from.length; e++) {
    const [a, b] = [edges.from[e]!, edges.to[e]!];
    const along = (node: number) => (x[node]! - x[a]!) * (x[b]! - x[a]!) + (y[node]! - y[a]!) * (y[b]! - y[a]!);
    const middle = [...(cuts.get(e) ?? [])].filter((node) => node !== a && node !== b);
    middle.sort((m, n) => along(m) - along(n) || m - n);
    let last = a;
    for (const node of [...middle, b]) {
      collector.add(last, node, edges.owners[e]!);
      last = node;
    }
  }
  return collector.edges();
}
