import { inputError } from '../../shared/errors.ts';
import type { Grid, Window } from '../../shared/grid.ts';
import { isGeographic } from '../../shared/transform.ts';
import { type CellSize, hornSlope } from '../eligibility/slope.ts';
import { cellAreasHa } from '../raster/cell-area.ts';
import type { OpenLayer } from './eligibility-layers.ts';
import { readStored } from './eligibility-values.ts';

const METRES = /^(m|metre|metres|meter|meters)$/i;

/** Slope, rise over run, of the cells of a window of an elevation layer. Errors (input): `E_LAYERS_UNIT`. */
export async function readSlope(
  layer: OpenLayer,
  window: Window,
): Promise<{ readonly slope: Float32Array; readonly valid: Uint8Array }> {
  const { unit, scale, offset } = layer.statement;
  if (unit !== null && !METRES.test(unit))
    throw inputError('E_LAYERS_UNIT', `${layer.path} holds elevation in ${unit}; metres are wanted.`, layer.path);
  const outer = {
    col: window.col - 1,
    row: window.row - 1,
    widthPx: window.widthPx + 2,
    heightPx: window.heightPx + 2,
  };
  const { data, valid } = await readStored(layer, outer);
  const heights = scale === 1 && offset === 0 ? data : Float32Array.from(data, (value) => value * scale + offset);
  return hornSlope({ data: heights, valid }, outer, cellSizes(layer.grid, window));
}

const SEMI_MAJOR_M = 6378137;
const ECCENTRICITY_SQ = 0.0066943799901413165;

/**
 * Sides of cells on the ground. In degrees from the radii of the ellipsoid; in a projection from the true area of a cell
 * against its area in the CRS, whose root is the scale where angles are kept.
 */
export function cellSizes(grid: Grid, window: Window): (row: number) => CellSize {
  const [a, , , , e, f] = grid.transform;
  if (isGeographic(grid.crs)) {
    return (row) => {
      const lat = ((f + e * (window.row + row + 0.5)) * Math.PI) / 180;
      const w = Math.sqrt(1 - ECCENTRICITY_SQ * Math.sin(lat) ** 2);
      const perDeg = Math.PI / 180;
      return {
        widthM: a * perDeg * (SEMI_MAJOR_M / w) * Math.cos(lat),
        heightM: -e * perDeg * ((SEMI_MAJOR_M * (1 - ECCENTRICITY_SQ)) / w ** 3),
      };
    };
  }
  const areas = cellAreasHa(grid);
  const ha = new Float64Array(1);
  const middle = window.col + (window.widthPx >> 1);
  return (row) => {
    areas.fillRow(window.row + row, middle, 1, ha);
    const scale = Math.sqrt((ha[0]! * 1e4) / (a * -e));
    return { widthM: a * scale, heightM: -e * scale };
  };
}
