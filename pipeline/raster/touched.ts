import { type PackedShapes, windowOfShape } from './shapes.ts';

/** Widens an edge by this many cells, far above rounding: a rectangle too many is measured and adds nothing. */
const SLACK_PX = 1e-6;

/**
 * Calls `touch(col, row)` for every rectangle of `size` cells that a parcel's interior may reach, row by row: those that
 * an edge passes through, and those between them that lie inside. What lies beyond the grid is left out.
 * Work: edges × rows of rectangles they pass, and edges × runs of rectangles without an edge.
 */
export function findTouched(
  shapes: PackedShapes,
  parcel: number,
  size: { readonly widthPx: number; readonly heightPx: number },
  touch: (col: number, row: number) => void,
): void {
  const window = windowOfShape(shapes, parcel);
  if (window.widthPx === 0) return;
  const col0 = Math.floor(window.col / size.widthPx);
  const row0 = Math.floor(window.row / size.heightPx);
  const cols = Math.floor((window.col + window.widthPx - 1) / size.widthPx) - col0 + 1;
  const rows = Math.floor((window.row + window.heightPx - 1) / size.heightPx) - row0 + 1;
  const isAll = cols === 1 || rows === 1;
  const edges = isAll ? [] : edgesOf(shapes, parcel, { col: col0 * size.widthPx, row: row0 * size.heightPx });
  const marked = isAll ? null : markEdges(edges, { cols, rows, ...size });
  for (let row = 0; row < rows; row++) {
    let isInside = false;
    for (let col = 0; col < cols; col++) {
      const at = row * cols + col;
      if (marked?.[at] === 0) {
        if (col === 0 || marked[at - 1] === 1)
          isInside = holds(edges, (col + 0.5) * size.widthPx, (row + 0.5) * size.heightPx);
        if (!isInside) continue;
      }
      touch(col0 + col, row0 + row);
    }
  }
}

type Edge = readonly [u0: number, v0: number, u1: number, v1: number];

/** Edges of all rings in cells from a corner. */
function edgesOf(shapes: PackedShapes, parcel: number, corner: { col: number; row: number }): Edge[] {
  const { points, ringEnds, parcelRingEnds, origins } = shapes;
  const col = origins[2 * parcel]! - corner.col;
  const row = origins[2 * parcel + 1]! - corner.row;
  const edges: Edge[] = [];
  for (let ring = parcel === 0 ? 0 : parcelRingEnds[parcel - 1]!; ring < parcelRingEnds[parcel]!; ring++) {
    for (let i = ring === 0 ? 0 : ringEnds[ring - 1]!; i + 3 < ringEnds[ring]!; i += 2) {
      edges.push([points[i]! + col, points[i + 1]! + row, points[i + 2]! + col, points[i + 3]! + row]);
    }
  }
  return edges;
}

function markEdges(
  edges: readonly Edge[],
  { cols, rows, widthPx, heightPx }: { cols: number; rows: number; widthPx: number; heightPx: number },
): Uint8Array {
  const marked = new Uint8Array(cols * rows);
  for (const [u0, v0, u1, v1] of edges) {
    const [vMin, vMax] = [Math.min(v0, v1) - SLACK_PX, Math.max(v0, v1) + SLACK_PX];
    const slope = v1 === v0 ? 0 : (u1 - u0) / (v1 - v0);
    const lastRow = Math.min(rows - 1, Math.floor(vMax / heightPx));
    for (let row = Math.max(0, Math.floor(vMin / heightPx)); row <= lastRow; row++) {
      // Where the edge enters and leaves the row; a level edge is in it from end to end.
      const top = clamp(row * heightPx, Math.min(v0, v1), Math.max(v0, v1));
      const bottom = clamp((row + 1) * heightPx, Math.min(v0, v1), Math.max(v0, v1));
      const uTop = slope === 0 ? u0 : u0 + (top - v0) * slope;
      const uBottom = slope === 0 ? u1 : u0 + (bottom - v0) * slope;
      const first = Math.max(0, Math.floor((Math.min(uTop, uBottom) - SLACK_PX) / widthPx));
      const last = Math.min(cols - 1, Math.floor((Math.max(uTop, uBottom) + SLACK_PX) / widthPx));
      for (let col = first; col <= last; col++) marked[row * cols + col] = 1;
    }
  }
  return marked;
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

/** Whether a point that lies on no edge is inside, by the even-odd rule. */
function holds(edges: readonly Edge[], u: number, v: number): boolean {
  let isInside = false;
  for (const [u0, v0, u1, v1] of edges) {
    if (v0 > v !== v1 > v && u0 + ((v - v0) / (v1 - v0)) * (u1 - u0) > u) isInside = !isInside;
  }
  return isInside;
}
