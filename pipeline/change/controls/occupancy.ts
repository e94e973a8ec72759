import { type Grid, intersectWindows, type Window, windowCovering } from '../../../shared/grid.ts';
import { ringsBbox } from '../../raster/clip.ts';
import { computeCoverage } from '../../raster/coverage.ts';

/** Ground that is taken, in the CRS of one grid, with the cells that hold it (they may lie beyond the grid). */
export interface Obstacle {
  readonly ringsCrs: readonly Float64Array[];
  readonly cells: Window;
}

export function placeObstacle(ringsCrs: readonly Float64Array[], grid: Grid): Obstacle {
  return { ringsCrs, cells: windowCovering(grid, ringsBbox(ringsCrs)) };
}

/** Cells around a rectangle that must be free as well. */
export interface Margin {
  readonly cols: number;
  readonly rows: number;
}

/** Says of rectangles of cells inside one window whether they and the margin round them are free of obstacles. */
export interface Occupancy {
  isFree(rectangle: Window): boolean;
}

/** Shares of a cell below this are rounding, not ground. */
const NOTHING = 1e-9;

/**
 * A cell is taken where any of its ground is. Sums over rectangles come from a summed-area table (Crow 1984), so a
 * question costs four look-ups whatever the sizes, and the order of the obstacles cannot matter.
 */
export function mapOccupancy(grid: Grid, window: Window, obstacles: readonly Obstacle[], margin: Margin): Occupancy {
  const outer = growWindow(window, margin);
  const stride = outer.widthPx + 1;
  const sums = new Int32Array(stride * (outer.heightPx + 1));
  for (const obstacle of obstacles) markTaken(sums, stride, { grid, outer, obstacle });
  for (let row = 1; row <= outer.heightPx; row++) {
    let along = 0;
    for (let at = row * stride + 1; at < (row + 1) * stride; at++) {
      along += sums[at]!;
      sums[at] = along + sums[at - stride]!;
    }
  }
  return {
    isFree(rectangle) {
      const { col, row, widthPx, heightPx } = growWindow(rectangle, margin);
      const left = col - outer.col;
      const top = (row - outer.row) * stride;
      const bottom = top + heightPx * stride;
      return (
        sums[bottom + left + widthPx]! - sums[top + left + widthPx]! - sums[bottom + left]! + sums[top + left]! === 0
      );
    },
  };
}

function markTaken(
  sums: Int32Array,
  stride: number,
  { grid, outer, obstacle }: { grid: Grid; outer: Window; obstacle: Obstacle },
): void {
  const part = intersectWindows(obstacle.cells, outer);
  if (part === null) return;
  const coverage = computeCoverage(obstacle.ringsCrs, grid, part);
  for (let row = 0; row < part.heightPx; row++) {
    const from = (part.row + row - outer.row + 1) * stride + part.col - outer.col + 1;
    for (let col = 0; col < part.widthPx; col++) {
      if (coverage[row * part.widthPx + col]! > NOTHING) sums[from + col] = 1;
    }
  }
}

function growWindow({ col, row, widthPx, heightPx }: Window, { cols, rows }: Margin): Window {
  return { col: col - cols, row: row - rows, widthPx: widthPx + 2 * cols, heightPx: heightPx + 2 * rows };
}
