import type { Grid } from '../../shared/grid.ts';

/** The GeoTIFF 1.1 fields of one directory; null where the file has none. */
export interface GeoFields {
  readonly pixelScale: Float64Array | null;
  readonly tiepoints: Float64Array | null;
  readonly transformation: Float64Array | null;
  readonly keyDirectory: Float64Array | null;
}

/** Either a grid, or the reason why the file has none that we can use. */
export type GridReading =
  | { readonly grid: Grid; readonly problem: null }
  | { readonly grid: null; readonly problem: GridProblem };

export interface GridProblem {
  readonly code: 'E_CRS_MISSING' | 'E_GRID_UNSUPPORTED';
  readonly sentence: string;
}

const KEY_MODEL_TYPE = 1024;
const KEY_RASTER_TYPE = 1025;
const KEY_GEOGRAPHIC = 2048;
const KEY_PROJECTED = 3072;
const MODEL_PROJECTED = 1;
const MODEL_GEOGRAPHIC = 2;
const RASTER_PIXEL_IS_POINT = 2;
const USER_DEFINED = 32767;

function problem(code: GridProblem['code'], sentence: string): GridReading {
  return { grid: null, problem: { code, sentence } };
}

/** The SHORT keys of a GeoKeyDirectory: four numbers a key (id, where it is kept, count, value), after four of header. */
function parseKeys(directory: Float64Array): Map<number, number> {
  const keys = new Map<number, number>();
  const count = Math.min(directory[3] ?? 0, Math.floor(directory.length / 4) - 1);
  for (let i = 1; i <= count; i++) {
    if (directory[i * 4 + 1] === 0) keys.set(directory[i * 4]!, directory[i * 4 + 3]!);
  }
  return keys;
}

function crsOf(keys: ReadonlyMap<number, number>): string | null {
  const model = keys.get(KEY_MODEL_TYPE);
  const key = model === MODEL_PROJECTED ? KEY_PROJECTED : model === MODEL_GEOGRAPHIC ? KEY_GEOGRAPHIC : -1;
  const code = keys.get(key) ?? 0;
  return code > 0 && code < USER_DEFINED ? `EPSG:${code}` : null;
}

interface Corner {
  readonly xPerCol: number;
  readonly yPerRow: number;
  readonly x: number;
  readonly y: number;
}

/** Cell size and the ground position of raster point (0, 0), from either of the two forms GeoTIFF knows. */
function readCorner(fields: GeoFields): Corner | string {
  const { pixelScale, tiepoints, transformation: m } = fields;
  if (m !== null) {
    if (m[1] !== 0 || m[4] !== 0) return 'its grid is rotated. Warp it to a north-up grid, as with gdalwarp.';
    return { xPerCol: m[0]!, yPerRow: m[5]!, x: m[3]!, y: m[7]! };
  }
  if (pixelScale === null || tiepoints === null)
    return 'it has no cell size or no tie point (GeoTIFF fields 33550, 33922).';
  if (tiepoints.length !== 6) return `it is tied by ${tiepoints.length / 6} ground control points, not by a grid.`;
  const xPerCol = pixelScale[0]!;
  const yPerRow = -pixelScale[1]!;
  return { xPerCol, yPerRow, x: tiepoints[3]! - tiepoints[0]! * xPerCol, y: tiepoints[4]! - tiepoints[1]! * yPerRow };
}

/**
 * The grid of a GeoTIFF (OGC 19-008r4): corner of the upper-left cell, also where the file counts from cell centres
 * (PixelIsPoint, as Landsat does), which moves it by half a cell. Rotated and south-up grids are a problem.
 */
export function readGrid(fields: GeoFields, widthPx: number, heightPx: number): GridReading {
  const corner = readCorner(fields);
  if (typeof corner === 'string') return problem('E_GRID_UNSUPPORTED', corner);
  const { xPerCol, yPerRow } = corner;
  if (![xPerCol, yPerRow, corner.x, corner.y].every(Number.isFinite)) {
    return problem('E_GRID_UNSUPPORTED', 'its transform holds a number that is not finite. Fetch the file again.');
  }
  if (!(xPerCol > 0 && yPerRow < 0)) {
    const sentence = `its cells are ${xPerCol} by ${yPerRow} units; a north-up grid (positive, negative) is wanted. Use gdalwarp.`;
    return problem('E_GRID_UNSUPPORTED', sentence);
  }
  const keys = fields.keyDirectory === null ? new Map<number, number>() : parseKeys(fields.keyDirectory);
  const crs = crsOf(keys);
  if (crs === null) {
    const sentence =
      'it names no EPSG code (none or user-defined GeoKeys). Assign its CRS, as with gdal_edit -a_srs EPSG:32631.';
    return problem('E_CRS_MISSING', sentence);
  }
  const shift = keys.get(KEY_RASTER_TYPE) === RASTER_PIXEL_IS_POINT ? 0.5 : 0;
  const x = corner.x - shift * xPerCol;
  const y = corner.y - shift * yPerRow;
  return { grid: { crs, transform: [xPerCol, 0, x, 0, yPerRow, y], widthPx, heightPx }, problem: null };
}
