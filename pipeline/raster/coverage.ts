import type { Grid, Window } from '../../shared/grid.ts';
import { signedAreaOfRings } from './clip.ts';

/** Coverage below this is rounding noise of the running sum, and within this of 1 a cell is wholly inside. */
const NOISE = 1e-12;

/**
 * The exact share of each cell of `window` that lies inside a polygon, row by row from the top, in [0, 1].
 *
 * Signed-area accumulation (the scan conversion of font rasterisers, in float64; methods B5): a piece of an edge inside
 * one cell, of signed height dy and mean distance xMean from the cell's left side, covers dy·(1 − xMean) of that cell
 * and dy of every cell to its right, so one running sum along the row gives all coverages.
 * Work is proportional to crossed cells + cells of the window.
 * @param ringsCrs closed rings [x, y, …] in the grid's CRS; exteriors one way round, holes the other (holes and further
 *   parts need no other mark). Rings must not overlap each other; where they do the share stops at 1.
 * @param window may be any part of the grid: what lies outside it is left out, so that windows add up.
 */
export function computeCoverage(ringsCrs: readonly Float64Array[], grid: Grid, window: Window): Float64Array {
  const { widthPx, heightPx } = window;
  const sink: Sink = { acc: new Float64Array(widthPx * heightPx), widthPx, heightPx };
  const [a, , c, , e, f] = grid.transform;
  const colShift = a * window.col;
  const rowShift = e * window.row;
  for (const ring of ringsCrs) {
    if (ring.length < 6) continue;
    // The origin is taken off before the division: near coordinates then keep all their digits.
    let u0 = (ring[0]! - c - colShift) / a;
    let v0 = (ring[1]! - f - rowShift) / e;
    for (let i = 2; i + 1 < ring.length; i += 2) {
      const u1 = (ring[i]! - c - colShift) / a;
      const v1 = (ring[i + 1]! - f - rowShift) / e;
      if (v0 !== v1) addEdge(sink, u0, v0, u1, v1);
      u0 = u1;
      v0 = v1;
    }
  }
  // Rows count downwards: a counter-clockwise ring (positive area in x, y) runs down its left side, so dy > 0 there.
  sumRows(sink, signedAreaOfRings(ringsCrs) < 0 ? -1 : 1);
  return sink.acc;
}

interface Sink {
  readonly acc: Float64Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Cuts one edge at the rows of the window; what is above or below is dropped. */
function addEdge(sink: Sink, u0: number, v0: number, u1: number, v1: number): void {
  const down = v1 > v0;
  const uTop = down ? u0 : u1;
  const vTop = down ? v0 : v1;
  const uEnd = down ? u1 : u0;
  const vEnd = down ? v1 : v0;
  if (vEnd <= 0 || vTop >= sink.heightPx) return;
  const slope = (uEnd - uTop) / (vEnd - vTop);
  const uMin = Math.min(u0, u1);
  const uMax = Math.max(u0, u1);
  let v = vTop;
  let u = uTop;
  if (v < 0) {
    v = 0;
    u = Math.min(uMax, Math.max(uMin, uTop - vTop * slope));
  }
  const vLast = Math.min(vEnd, sink.heightPx);
  for (let row = Math.floor(v); v < vLast; row++) {
    const vNext = Math.min(row + 1, vLast);
    const uNext = vNext === vEnd ? uEnd : Math.min(uMax, Math.max(uMin, uTop + (vNext - vTop) * slope));
    const dv = vNext - v;
    addRowPiece(sink, row * sink.widthPx, u, uNext, down ? dv : -dv);
    u = uNext;
    v = vNext;
  }
}

/** Adds the part of an edge inside one row, from column position `ua` to `ub`, of signed height `dv`. */
function addRowPiece(sink: Sink, rowStart: number, ua: number, ub: number, dv: number): void {
  const { acc, widthPx } = sink;
  const left = Math.min(ua, ub);
  const right = Math.max(ua, ub);
  if (left >= widthPx) return;
  if (right <= 0) {
    acc[rowStart] = acc[rowStart]! + dv;
    return;
  }
  const firstCol = Math.floor(left);
  if (right <= firstCol + 1 && firstCol >= 0) {
    addCellPiece(sink, rowStart, firstCol, dv, 0.5 * (left + right) - firstCol);
    return;
  }
  const dvPerCol = dv / (right - left);
  if (left < 0) acc[rowStart] = acc[rowStart]! - left * dvPerCol;
  let u = Math.max(0, left);
  const uLast = Math.min(right, widthPx);
  for (let col = Math.floor(u); u < uLast; col++) {
    const uNext = Math.min(col + 1, uLast);
    addCellPiece(sink, rowStart, col, (uNext - u) * dvPerCol, 0.5 * (u + uNext) - col);
    u = uNext;
  }
}

function addCellPiece(sink: Sink, rowStart: number, col: number, dy: number, xMean: number): void {
  const { acc, widthPx } = sink;
  const at = rowStart + col;
  const toTheRight = dy * xMean;
  acc[at] = acc[at]! + (dy - toTheRight);
  if (col + 1 < widthPx) acc[at + 1] = acc[at + 1]! + toTheRight;
}

function sumRows(sink: Sink, sign: number): void {
  const { acc, widthPx, heightPx } = sink;
  for (let row = 0, i = 0; row < heightPx; row++) {
    let sum = 0;
    for (const end = i + widthPx; i < end; i++) {
      sum += acc[i]!;
      const share = sign * sum;
      acc[i] = share < NOISE ? 0 : share > 1 - NOISE ? 1 : share;
    }
  }
}
