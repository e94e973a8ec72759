import { addStrip, endChain, fillStrips, type Strips, type Window } from './edge-strips.ts';
import { bboxOfRings } from './rings.ts';

/** An area and the box round it: rings as in `Parcel`, exteriors counter-clockwise and holes clockwise. */
export interface Outline {
  readonly rings: readonly Float64Array[];
  readonly bboxDeg: readonly [number, number, number, number];
  /** Of a prepared outline only. */
  readonly columns?: Columns;
}

/** Edges by columns of equal width from west to east, so that a small window need not look at all of them. */
interface Columns {
  /** Four numbers an edge: x, y, x, y. */
  readonly edges: Float64Array;
  readonly count: number;
  /** Of each column, where its edges begin in `members`; one more at the end. */
  readonly starts: Uint32Array;
  readonly members: Uint32Array;
}

/** Box and rings of an area that is asked about a few times. */
export function outlineOf(rings: readonly Float64Array[]): Outline {
  return { rings, bboxDeg: bboxOfRings(rings) };
}

/**
 * An area of tens of thousands of corners that many small ones are compared with, such as a region: afterwards each
 * comparison costs what is near, not what there is.
 */
export function prepareRegion(rings: readonly Float64Array[]): Outline {
  const bboxDeg = bboxOfRings(rings);
  const edges = edgesOf(rings);
  const edgeCount = edges.length / 4;
  let extent = 0;
  for (let e = 0; e < edgeCount; e++) extent += Math.abs(edges[4 * e + 2]! - edges[4 * e]!);
  // As many columns as keep the edges of all columns together within five times their number.
  const spread = extent > 0 ? (4 * edgeCount * (bboxDeg[2] - bboxDeg[0])) / extent : 1;
  const count = Math.max(1, Math.min(edgeCount, Math.floor(spread)));
  const columnsOf = (e: number) => {
    const [x0, x1] = [edges[4 * e]!, edges[4 * e + 2]!];
    return [columnAt(bboxDeg, count, Math.min(x0, x1)), columnAt(bboxDeg, count, Math.max(x0, x1))] as const;
  };
  const starts = new Uint32Array(count + 1);
  for (let e = 0; e < edgeCount; e++) {
    const [first, last] = columnsOf(e);
    for (let c = first; c <= last; c++) starts[c + 1]! += 1;
  }
  for (let c = 0; c < count; c++) starts[c + 1]! += starts[c]!;
  const next = starts.slice();
  const members = new Uint32Array(starts[count]!);
  for (let e = 0; e < edgeCount; e++) {
    const [first, last] = columnsOf(e);
    for (let c = first; c <= last; c++) members[next[c]!++] = e;
  }
  return { rings, bboxDeg, columns: { edges, count, starts, members } };
}

/** The strips of an outline in a window, in the place of what `strips` holds. */
export function stripOutline(strips: Strips, { rings, bboxDeg, columns }: Outline, window: Window): void {
  if (columns === undefined) {
    fillStrips(strips, rings, window);
    return;
  }
  const { edges, count, starts, members } = columns;
  strips.count = 0;
  const first = columnAt(bboxDeg, count, window.west);
  const last = columnAt(bboxDeg, count, window.west + window.width);
  for (let c = first; c <= last; c++) {
    for (let m = starts[c]!; m < starts[c + 1]!; m++) {
      const e = members[m]!;
      // An edge that reaches over several columns is taken in the first of them that is looked at.
      if (c > first && columnAt(bboxDeg, count, Math.min(edges[4 * e]!, edges[4 * e + 2]!)) < c) continue;
      addStrip(strips, window, edges, 4 * e);
    }
  }
  endChain(strips, window);
}

function columnAt([west, , east]: Outline['bboxDeg'], count: number, x: number): number {
  const column = Math.floor(((x - west) / (east - west)) * count);
  return Math.max(0, Math.min(count - 1, column));
}

function edgesOf(rings: readonly Float64Array[]): Float64Array {
  const edges = new Float64Array(rings.reduce((sum, ring) => sum + Math.max(0, 2 * ring.length - 4), 0));
  let n = 0;
  for (const ring of rings) {
    for (let i = 0; i + 3 < ring.length; i += 2) {
      edges.set(ring.subarray(i, i + 4), n);
      n += 4;
    }
  }
  return edges;
}
