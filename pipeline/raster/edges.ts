/**
 * Signed-area accumulation of polygon edges over a window of cells (the scan conversion of font rasterisers, in float64;
 * methods B5): a piece of an edge inside one cell, of signed height dy and mean distance xMean from the cell's left side,
 * covers dy·(1 − xMean) of that cell and dy of every cell to its right, so one running sum along the row gives all
 * coverages. The memory is used again for window after window.
 */
export interface EdgeSink {
  /** One cell more than the window is wide in each row, for what the last column passes on; all 0 between windows. */
  acc: Float64Array;
  widthPx: number;
  heightPx: number;
  /** Of each row the first column with an entry, and the one behind the last. */
  firstCol: Int32Array;
  endCol: Int32Array;
  /** What `sumRow` last found: the columns with coverage. */
  spanFirst: number;
  spanEnd: number;
}

/** Coverage below this is rounding noise of the running sum, and within this of 1 a cell is wholly inside. */
const NOISE = 1e-12;

export function createEdgeSink(): EdgeSink {
  const none = new Int32Array(0);
  const sizes = { widthPx: 0, heightPx: 0, spanFirst: 0, spanEnd: 0 };
  return { ...sizes, acc: new Float64Array(0), firstCol: none, endCol: none };
}

/** Makes the sink ready for a window of this size. All rows of the window before must have been summed. */
export function openSink(sink: EdgeSink, widthPx: number, heightPx: number): void {
  sink.widthPx = widthPx;
  sink.heightPx = heightPx;
  if (sink.acc.length < (widthPx + 1) * heightPx) sink.acc = new Float64Array((widthPx + 1) * heightPx);
  if (sink.firstCol.length < heightPx) {
    sink.firstCol = new Int32Array(heightPx);
    sink.endCol = new Int32Array(heightPx);
  }
  sink.firstCol.fill(widthPx, 0, heightPx);
  sink.endCol.fill(0, 0, heightPx);
}

interface RingPlace {
  /** The closed ring lies in `points` from index `from` to before `to`. */
  readonly from: number;
  readonly to: number;
  /** Whole cells to add to its columns and rows to count from the corner of the window. */
  readonly col: number;
  readonly row: number;
}

/** Adds the edges of a ring; what lies above, below or right of the window is dropped, what lies left counts in full. */
export function addRing(sink: EdgeSink, points: Float64Array, { from, to, col, row }: RingPlace): void {
  if (to - from < 6) return;
  const { heightPx, widthPx } = sink;
  let u0 = points[from]! + col;
  let v0 = points[from + 1]! + row;
  for (let i = from + 2; i + 1 < to; i += 2) {
    const u1 = points[i]! + col;
    const v1 = points[i + 1]! + row;
    const isBeside = (v0 <= 0 && v1 <= 0) || (v0 >= heightPx && v1 >= heightPx) || (u0 >= widthPx && u1 >= widthPx);
    if (v0 !== v1 && !isBeside) addEdge(sink, u0, v0, u1, v1);
    u0 = u1;
    v0 = v1;
  }
}

/** Cuts one edge at the rows of the window; what is above or below is dropped. */
function addEdge(sink: EdgeSink, u0: number, v0: number, u1: number, v1: number): void {
  const down = v1 > v0;
  const uTop = down ? u0 : u1;
  const vTop = down ? v0 : v1;
  const uEnd = down ? u1 : u0;
  const vEnd = down ? v1 : v0;
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
    addRowPiece(sink, row, u, uNext, down ? dv : -dv);
    u = uNext;
    v = vNext;
  }
}

/** Adds the part of an edge inside one row, from column position `ua` to `ub`, of signed height `dv`. */
function addRowPiece(sink: EdgeSink, row: number, ua: number, ub: number, dv: number): void {
  const { acc, widthPx } = sink;
  const left = Math.min(ua, ub);
  const right = Math.max(ua, ub);
  if (left >= widthPx) return;
  const rowStart = row * (widthPx + 1);
  if (right <= 0) {
    noteColumns(sink, row, 0, 1);
    acc[rowStart] = acc[rowStart]! + dv;
    return;
  }
  const firstCol = left > 0 ? Math.floor(left) : 0;
  if (right <= firstCol + 1 && left >= 0) {
    noteColumns(sink, row, firstCol, firstCol + 2);
    addCellPiece(acc, rowStart + firstCol, dv, 0.5 * (left + right) - firstCol);
    return;
  }
  const dvPerCol = dv / (right - left);
  if (left < 0) acc[rowStart] = acc[rowStart]! - left * dvPerCol;
  let u = Math.max(left, 0);
  const uLast = Math.min(right, widthPx);
  let col = firstCol;
  for (; u < uLast; col++) {
    const uNext = Math.min(col + 1, uLast);
    addCellPiece(acc, rowStart + col, (uNext - u) * dvPerCol, 0.5 * (u + uNext) - col);
    u = uNext;
  }
  noteColumns(sink, row, firstCol, col + 1);
}

function noteColumns(sink: EdgeSink, row: number, first: number, end: number): void {
  if (first < sink.firstCol[row]!) sink.firstCol[row] = first;
  if (end > sink.endCol[row]!) sink.endCol[row] = end;
}

function addCellPiece(acc: Float64Array, at: number, dy: number, xMean: number): void {
  const toTheRight = dy * xMean;
  acc[at] = acc[at]! + (dy - toTheRight);
  acc[at + 1] = acc[at + 1]! + toTheRight;
}

/**
 * Sums one row into coverages: `out[outAt + col]` for the columns from `spanFirst` to before `spanEnd`, which it sets;
 * all other columns have none, and `out` is not touched there. Clears the row for the next window.
 * @param sign −1 where the exteriors run clockwise (x right, y up), else 1
 */
export function sumRow(sink: EdgeSink, row: number, sign: number, out: Float64Array, outAt: number): void {
  const { acc, widthPx } = sink;
  const first = sink.firstCol[row]!;
  const entriesEnd = sink.endCol[row]!;
  const end = Math.min(entriesEnd, widthPx);
  const rowStart = row * (widthPx + 1);
  let sum = 0;
  let share = 0;
  for (let col = first; col < end; col++) {
    sum += acc[rowStart + col]!;
    acc[rowStart + col] = 0;
    share = sign * sum;
    share = share < NOISE ? 0 : share > 1 - NOISE ? 1 : share;
    out[outAt + col] = share;
  }
  if (entriesEnd > widthPx) acc[rowStart + widthPx] = 0;
  sink.spanFirst = first;
  sink.spanEnd = end;
  // No edge further right: what is covered here stays so to the side of the window.
  if (first >= end || share === 0 || end === widthPx) return;
  out.fill(share, outAt + end, outAt + widthPx);
  sink.spanEnd = widthPx;
}
