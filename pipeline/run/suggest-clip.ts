import GeometryFactory from 'jsts/org/locationtech/jts/geom/GeometryFactory.js';
import GeoJSONReader from 'jsts/org/locationtech/jts/io/GeoJSONReader.js';
import GeoJSONWriter from 'jsts/org/locationtech/jts/io/GeoJSONWriter.js';
import BufferOp from 'jsts/org/locationtech/jts/operation/buffer/BufferOp.js';
import type { GeoJsonGeometry } from '../../shared/api.ts';
import { overlapHa } from '../../shared/geometry/overlap.ts';
import { intersectAreas, subtractAreas } from '../../shared/geometry/overlay.ts';
import { groupRings, readRings } from '../../shared/geometry/rings.ts';
import { type Bbox, bboxesTouch } from '../../shared/grid.ts';
import { crsToLonLat, projectRings } from '../../shared/transform.ts';
import { ringsBbox } from '../raster/clip.ts';

/** Rings in lon/lat, exteriors counter-clockwise, each followed by its holes; closed. */
export type AreaRings = readonly Float64Array[];

interface Fence {
  readonly rings: AreaRings;
  readonly bbox: Bbox;
}

export interface Cutter {
  /** The parts of an area inside the region and at least the gap away from every parcel; the area itself if untouched. */
  cut(area: AreaRings): AreaRings[];
}

/**
 * Prepares cutting along exact outlines.
 * @param gap metres kept from parcels, and the projected CRS they are measured in
 */
export function createCutter(
  region: readonly AreaRings[],
  parcels: readonly AreaRings[],
  gap: { readonly gapM: number; readonly crs: string },
): Cutter {
  const fences = parcels.map((rings) => fenceOf(gap.gapM > 0 ? widen(rings, gap) : rings));
  const land = region.map(fenceOf);
  return {
    cut(area) {
      const bbox = ringsBbox(area);
      let left: AreaRings[] = [area];
      for (const fence of fences) {
        if (!bboxesTouch(fence.bbox, bbox) || overlapHa(area, fence.rings) === 0) continue;
        left = left.flatMap((part) => partsOf(subtractAreas(part, fence.rings)));
      }
      const crossed = land.filter((each) => bboxesTouch(each.bbox, bbox));
      if (crossed.length === 1 && !edgesTouch(crossed[0]!.rings, bbox) && overlapHa(area, crossed[0]!.rings) > 0)
        return left;
      return left.flatMap((part) => crossed.flatMap((each) => partsOf(intersectAreas(part, each.rings))));
    },
  };
}

function fenceOf(rings: AreaRings): Fence {
  return { rings, bbox: ringsBbox(rings) };
}

/** Quarter circles of a gap are drawn with this many corners. */
const QUADRANT_CORNERS = 2;

function widen(rings: AreaRings, { gapM, crs }: { readonly gapM: number; readonly crs: string }): AreaRings {
  const reader = new GeoJSONReader(new GeometryFactory());
  const planar = reader.read({ type: 'MultiPolygon', coordinates: groupRings(projectRings(rings, crs)) });
  const wide = new GeoJSONWriter().write(BufferOp.bufferOp(planar, gapM, QUADRANT_CORNERS)) as GeoJsonGeometry;
  // JTS turns exteriors clockwise.
  return (readRings(wide, 'projected').value ?? []).map(crsToLonLat(crs));
}

/** The polygons of a geometry, each as its rings. */
function partsOf(geometry: GeoJsonGeometry | null): Float64Array[][] {
  if (geometry === null) return [];
  const polygons = (geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates) as number[][][][];
  return polygons.map((rings) => rings.map((ring) => Float64Array.from(ring.flatMap(([x, y]) => [x!, y!]))));
}

/** Whether an edge of the rings may pass through a box. */
function edgesTouch(rings: AreaRings, [west, south, east, north]: Bbox): boolean {
  return rings.some((ring) => {
    for (let i = 0; i + 3 < ring.length; i += 2) {
      const isBeside = Math.max(ring[i]!, ring[i + 2]!) < west || Math.min(ring[i]!, ring[i + 2]!) > east;
      const isAbove = Math.max(ring[i + 1]!, ring[i + 3]!) < south || Math.min(ring[i + 1]!, ring[i + 3]!) > north;
      if (!isBeside && !isAbove) return true;
    }
    return false;
  });
}
