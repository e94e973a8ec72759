import { type Bbox, type Grid, gridBbox } from '../../shared/grid.ts';
import { crsToLonLat } from '../../shared/transform.ts';

/** Ground of a grid in lon/lat, counter-clockwise from the lower left corner. */
export function footprintOf(grid: Grid): { footprintDeg: [number, number][]; bboxDeg: Bbox } {
  const [xMin, yMin, xMax, yMax] = gridBbox(grid);
  const flat = crsToLonLat(grid.crs)(Float64Array.of(xMin, yMin, xMax, yMin, xMax, yMax, xMin, yMax, xMin, yMin));
  const footprintDeg: [number, number][] = [];
  for (let i = 0; i < flat.length; i += 2) footprintDeg.push([roundDeg(flat[i]!), roundDeg(flat[i + 1]!)]);
  const lons = footprintDeg.map(([lon]) => lon);
  const lats = footprintDeg.map(([, lat]) => lat);
  return { footprintDeg, bboxDeg: [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)] };
}

function roundDeg(deg: number): number {
  return Math.round(deg * 1e7) / 1e7;
}
