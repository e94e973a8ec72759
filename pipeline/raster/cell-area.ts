import type { Grid } from '../../shared/grid.ts';
import { crsToLonLat, isGeographic } from '../../shared/transform.ts';

/** WGS 84 (GRS 80 differs by 1e-11). */
const SEMI_MAJOR_M = 6378137;
const FLATTENING = 1 / 298.257223563;
const ECCENTRICITY_SQ = FLATTENING * (2 - FLATTENING);
const ECCENTRICITY = Math.sqrt(ECCENTRICITY_SQ);
const HA_PER_M2 = 1e-4;
const RAD_PER_DEG = Math.PI / 180;

/** Distance of the nodes between which the area factor is interpolated, and step of the derivatives, in CRS metres. */
const NODE_SPACING = 10_000;
const STEP = 1_000;

/** True ground area of the cells of a grid. */
export interface CellAreas {
  /**
   * Writes the areas in hectares of `count` cells, from (`col`, `row`) to the right, into `out`. `col` and `row` count
   * from the corner of the grid, not of a window; cells beyond the grid are measured as if it went on.
   */
  fillRow(row: number, col: number, count: number, out: Float64Array): void;
}

/** Areas already prepared; a grid is one record that all its users share. */
const areasOfGrid = new WeakMap<Grid, CellAreas>();

/**
 * The true ground area (on the WGS 84 ellipsoid) of the cells of a grid.
 *
 * Geographic grids: the exact formula for a strip between two parallels (methods B5). Projected grids: the Jacobian of
 * the inverse projection, taken by differences on nodes 10 km apart and interpolated by parabolas, good to 1e-8 relative
 * in any smooth projection, poles and the 180th meridian included. Nodes are tied to the grid's origin and measured when
 * first needed, so a cell has the same area, bit for bit, in whatever order and through whichever window it is asked.
 */
export function cellAreasHa(grid: Grid): CellAreas {
  const known = areasOfGrid.get(grid);
  if (known !== undefined) return known;
  const areas = isGeographic(grid.crs) ? geographicAreas(grid) : projectedAreas(grid);
  areasOfGrid.set(grid, areas);
  return areas;
}

function geographicAreas(grid: Grid): CellAreas {
  const [a, , , , e, f] = grid.transform;
  return {
    fillRow(row, _col, count, out) {
      const northDeg = Math.min(90, f + e * row);
      const southDeg = Math.max(-90, f + e * (row + 1));
      out.fill(stripAreaM2(southDeg, northDeg, a) * HA_PER_M2, 0, count);
    },
  };
}

/**
 * (a²/2)·Δλ·[q(φ₂) − q(φ₁)] with q = (1 − e²)[sin φ/(1 − e² sin² φ) + atanh(e sin φ)/e]. The difference of the two q is
 * expanded so that it does not cancel on small cells.
 */
function stripAreaM2(southDeg: number, northDeg: number, widthDeg: number): number {
  const south = southDeg * RAD_PER_DEG;
  const north = northDeg * RAD_PER_DEG;
  const s1 = Math.sin(south);
  const s2 = Math.sin(north);
  const ds = 2 * Math.cos((south + north) / 2) * Math.sin(((northDeg - southDeg) * RAD_PER_DEG) / 2);
  const es = ECCENTRICITY_SQ * s1 * s2;
  const rational = (ds * (1 + es)) / ((1 - ECCENTRICITY_SQ * s1 * s1) * (1 - ECCENTRICITY_SQ * s2 * s2));
  const logarithmic = Math.atanh((ECCENTRICITY * ds) / (1 - es)) / ECCENTRICITY;
  const dq = (1 - ECCENTRICITY_SQ) * (rational + logarithmic);
  return (SEMI_MAJOR_M ** 2 / 2) * widthDeg * RAD_PER_DEG * dq;
}

/** Nodes at which the area of a cell has been measured: every `colsPerNode` columns and `rowsPerNode` rows. */
interface Nodes {
  readonly colsPerNode: number;
  readonly rowsPerNode: number;
  /** Hectares of a cell centred on the corner of cell (col·colsPerNode, row·rowsPerNode). */
  haAt(nodeCol: number, nodeRow: number): number;
}

/** Patches of 2 × 2 node distances, in each of which the areas are one product of two parabolas through 3 × 3 nodes. */
function projectedAreas(grid: Grid): CellAreas {
  const nodes = measureNodes(grid);
  const patchCols = 2 * nodes.colsPerNode;
  const patchRows = 2 * nodes.rowsPerNode;
  return {
    fillRow(row, col, count, out) {
      const patchRow = Math.floor(row / patchRows);
      const v = (row + 0.5) / patchRows - patchRow;
      for (let done = 0; done < count; ) {
        const patchCol = Math.floor((col + done) / patchCols);
        const end = Math.min(count, (patchCol + 1) * patchCols - col);
        const across = [0, 1, 2].map((k) => {
          const down = [0, 1, 2].map((m) => nodes.haAt(2 * patchCol + k, 2 * patchRow + m));
          return parabolaAt(down as Triple, v);
        }) as Triple;
        for (; done < end; done++) out[done] = parabolaAt(across, (col + done + 0.5) / patchCols - patchCol);
      }
    },
  };
}

type Triple = [number, number, number];

/** The parabola through values at 0, ½ and 1, at t. */
function parabolaAt([start, middle, end]: Triple, t: number): number {
  return start + t * (4 * middle - 3 * start - end + t * (2 * (start + end) - 4 * middle));
}

function measureNodes(grid: Grid): Nodes {
  const [a, , c, , e, f] = grid.transform;
  const colsPerNode = Math.max(1, Math.floor(NODE_SPACING / a));
  const rowsPerNode = Math.max(1, Math.floor(NODE_SPACING / -e));
  const toLonLat = crsToLonLat(grid.crs);
  const known = new Map<string, number>();
  return {
    colsPerNode,
    rowsPerNode,
    haAt(nodeCol, nodeRow) {
      const key = `${nodeCol},${nodeRow}`;
      const before = known.get(key);
      if (before !== undefined) return before;
      const x = c + a * nodeCol * colsPerNode;
      const y = f + e * nodeRow * rowsPerNode;
      const ha = groundPerCrsArea(toLonLat, x, y) * a * -e * HA_PER_M2;
      known.set(key, ha);
      return ha;
    },
  };
}

/**
 * Ground area per unit of CRS area at (x, y): |∂P/∂x × ∂P/∂y| of the position P on the ellipsoid, geocentric and so
 * without a seam at the poles and the 180th meridian. Equals the Jacobian of (lon, lat) × M N cos(lat).
 * Derivatives by fourth-order central differences (error about (step/radius)⁴ = 6e-16).
 */
function groundPerCrsArea(toLonLat: (pairs: Float64Array) => Float64Array, x: number, y: number): number {
  const h = STEP;
  const around = [x - 2 * h, y, x - h, y, x + h, y, x + 2 * h, y, x, y - 2 * h, x, y - h, x, y + h, x, y + 2 * h];
  const lonLat = toLonLat(Float64Array.from(around));
  const p = Array.from({ length: 8 }, (_, k) => geocentricM(lonLat[2 * k]!, lonLat[2 * k + 1]!));
  const derivative = (first: number) =>
    [0, 1, 2].map(
      (k) => (p[first]![k]! - 8 * p[first + 1]![k]! + 8 * p[first + 2]![k]! - p[first + 3]![k]!) / (12 * h),
    );
  const [ax, ay, az] = derivative(0) as [number, number, number];
  const [bx, by, bz] = derivative(4) as [number, number, number];
  return Math.hypot(ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx);
}

function geocentricM(lonDeg: number, latDeg: number): [number, number, number] {
  const lon = lonDeg * RAD_PER_DEG;
  const lat = latDeg * RAD_PER_DEG;
  const n = SEMI_MAJOR_M / Math.sqrt(1 - ECCENTRICITY_SQ * Math.sin(lat) ** 2);
  const r = n * Math.cos(lat);
  return [r * Math.cos(lon), r * Math.sin(lon), n * (1 - ECCENTRICITY_SQ) * Math.sin(lat)];
}
