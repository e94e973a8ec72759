/** Corners nearer to each other than this, and corners nearer to an edge, are one: 0.2 mm on the ground. */
export const SNAP_DEG = 2e-9;

/**
 * Nodes of a planar graph, none within `snap` of another at the time it is added: a place that is near enough becomes
 * the node that is there already, with that one's exact coordinates.
 */
export interface Nodes {
  readonly snap: number;
  readonly x: number[];
  readonly y: number[];
  readonly cells: Map<number, number[]>;
}

export function createNodes(snap: number): Nodes {
  return { snap, x: [], y: [], cells: new Map() };
}

/** The node at a place, made where there is none. */
export function nodeAt(nodes: Nodes, x: number, y: number): number {
  const { snap } = nodes;
  const [col, row] = [Math.floor(x / snap), Math.floor(y / snap)];
  let nearest = -1;
  let least = snap * snap;
  for (let dCol = -1; dCol <= 1; dCol++) {
    for (let dRow = -1; dRow <= 1; dRow++) {
      for (const node of nodes.cells.get(keyOf(col + dCol, row + dRow)) ?? []) {
        const distance2 = (nodes.x[node]! - x) ** 2 + (nodes.y[node]! - y) ** 2;
        if (distance2 > least || (distance2 === least && nearest !== -1)) continue;
        nearest = node;
        least = distance2;
      }
    }
  }
  if (nearest !== -1) return nearest;
  const node = nodes.x.push(x) - 1;
  nodes.y.push(y);
  const key = keyOf(col, row);
  const cell = nodes.cells.get(key);
  if (cell === undefined) nodes.cells.set(key, [node]);
  else cell.push(node);
  return node;
}

/** Cells may share a key: the distance decides. */
function keyOf(col: number, row: number): number {
  return (
    (Math.imul(col | 0, 73_856_093) ^ Math.imul(row | 0, 19_349_663)) + (Math.imul(col | 0, 83_492_791) >>> 0) * 2 ** 20
  );
}
