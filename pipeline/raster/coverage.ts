import { signedAreaOfRings } from '../../shared/geometry/signed-area.ts';
import type { Grid, Window } from '../../shared/grid.ts';
import { addRing, createEdgeSink, openSink, sumRow } from './edges.ts';

/**
 * The exact share of each cell of `window` that lies inside a polygon, row by row from the top, in [0, 1].
 *
 * Signed-area accumulation (methods B5), see `edges.ts`. Work is proportional to crossed cells + cells of the window.
 * @param ringsCrs closed rings [x, y, …] in the grid's CRS; exteriors one way round, holes the other (holes and further
 *   parts need no other mark). Rings must not overlap each other; where they do the share stops at 1.
 * @param window may be any part of the grid: what lies outside it is left out, so that windows add up.
 */
export function computeCoverage(ringsCrs: readonly Float64Array[], grid: Grid, window: Window): Float64Array {
  const { widthPx, heightPx } = window;
  const out = new Float64Array(widthPx * heightPx);
  const sink = createEdgeSink();
  openSink(sink, widthPx, heightPx);
  for (const ring of ringsCrs) {
    const ringPx = toPixels(ring, grid, window);
    addRing(sink, ringPx, { from: 0, to: ringPx.length, col: 0, row: 0 });
  }
  // Rows count downwards: a counter-clockwise ring (positive area in x, y) runs down its left side, so dy > 0 there.
  const sign = signedAreaOfRings(ringsCrs) < 0 ? -1 : 1;
  for (let row = 0; row < heightPx; row++) sumRow(sink, row, sign, out, row * widthPx);
  return out;
}

/** A ring in columns and rows from the corner of the cell (`col`, `row`), which may be any cell near it. */
export function toPixels(
  ringCrs: Float64Array,
  { transform }: Grid,
  corner: { readonly col: number; readonly row: number },
): Float64Array {
  const [a, , c, , e, f] = transform;
  const colShift = a * corner.col;
  const rowShift = e * corner.row;
  const out = new Float64Array(ringCrs.length);
  for (let i = 0; i + 1 < ringCrs.length; i += 2) {
    // The origin is taken off before the division: near coordinates then keep all their digits.
    out[i] = (ringCrs[i]! - c - colShift) / a;
    out[i + 1] = (ringCrs[i + 1]! - f - rowShift) / e;
  }
  return out;
}
