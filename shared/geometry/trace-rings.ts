import type { Nodes } from './snap-nodes.ts';

/** Edges with the kept ground on their left; each begins at `from[i]` and ends at `to[i]`. */
export interface DirectedEdges {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/**
 * Joins edges into rings of nodes (the first not repeated), in which no node comes twice: at a node where several rings
 * touch, each turns to the side where its own ground lies, and a ring that comes back to a node is cut off there. That is
 * what makes polygons valid whose holes touch their outer ring or each other.
 */
export function traceRings(edges: DirectedEdges, nodes: Nodes): number[][] {
  const leaving = sortLeaving(edges, nodes);
  const isUsed = new Uint8Array(edges.from.length);
  const rings: number[][] = [];
  for (let first = 0; first < edges.from.length; first++) {
    const path: number[] = [];
    const places = new Map<number, number>();
    for (let edge = first; isUsed[edge] === 0; edge = turnRight(edges, nodes, leaving, edge)) {
      isUsed[edge] = 1;
      const node = edges.from[edge]!;
      cutLoop(path, places, node, rings);
      places.set(node, path.length);
      path.push(node);
    }
    if (path.length > 0) rings.push(path);
  }
  return rings;
}

/** When the path has been at `node` before, what it went through since is a ring of its own. */
function cutLoop(path: number[], places: Map<number, number>, node: number, rings: number[][]): void {
  const before = places.get(node);
  if (before === undefined) return;
  const loop = path.splice(before);
  for (const passed of loop) places.delete(passed);
  rings.push(loop);
}

interface Leaving {
  readonly edge: number;
  readonly angle: number;
}

function sortLeaving({ from, to }: DirectedEdges, nodes: Nodes): Map<number, Leaving[]> {
  const leaving = new Map<number, Leaving[]>();
  for (let edge = 0; edge < from.length; edge++) {
    const here = leaving.get(from[edge]!);
    const one = { edge, angle: angleOf(nodes, from[edge]!, to[edge]!) };
    if (here === undefined) leaving.set(from[edge]!, [one]);
    else here.push(one);
  }
  for (const here of leaving.values()) here.sort((a, b) => a.angle - b.angle);
  return leaving;
}

function angleOf({ x, y }: Nodes, from: number, to: number): number {
  return Math.atan2(y[to]! - y[from]!, x[to]! - x[from]!);
}

/** The edge that leaves next to the one that arrived, clockwise from the way back: between them lies its ground. */
function turnRight(
  { from, to }: DirectedEdges,
  nodes: Nodes,
  leaving: ReadonlyMap<number, readonly Leaving[]>,
  edge: number,
): number {
  const here = leaving.get(to[edge]!)!;
  const back = angleOf(nodes, to[edge]!, from[edge]!);
  return (here.findLast(({ angle }) => angle < back) ?? here.at(-1)!).edge;
}
