import GeometryFactory from 'jsts/org/locationtech/jts/geom/GeometryFactory.js';
import GeoJSONReader from 'jsts/org/locationtech/jts/io/GeoJSONReader.js';
import GeoJSONWriter from 'jsts/org/locationtech/jts/io/GeoJSONWriter.js';
import BufferOp from 'jsts/org/locationtech/jts/operation/buffer/BufferOp.js';
import OverlayOp from 'jsts/org/locationtech/jts/operation/overlay/OverlayOp.js';
import SnapIfNeededOverlayOp from 'jsts/org/locationtech/jts/operation/overlay/snap/SnapIfNeededOverlayOp.js';
import RelateOp from 'jsts/org/locationtech/jts/operation/relate/RelateOp.js';
import { groupRings } from '../../shared/geometry/rings.ts';
import { signedAreaOfRings } from '../../shared/geometry/signed-area.ts';
import { type Bbox, bboxesTouch } from '../../shared/grid.ts';
import { ringsBbox } from '../raster/clip.ts';

/** A polygon in a projected CRS: the exterior counter-clockwise, then its holes clockwise; closed. */
export type PlanarRings = readonly Float64Array[];

type JtsGeometry = ReturnType<GeoJSONReader['read']>;

interface Fence {
  readonly geometry: JtsGeometry;
  readonly bbox: Bbox;
}

export interface Cutter {
  /** The parts of a polygon inside the region and at least the gap away from every parcel; the polygon itself if untouched. */
  cut(polygon: PlanarRings): PlanarRings[];
}

/** Quarter circles of a gap are drawn with this many corners. */
const QUADRANT_CORNERS = 2;

/**
 * Prepares cutting along exact outlines.
 * @param region, parcels rings of areas (holes and parts as they come) in the CRS of the polygons, metres
 */
export function createCutter(region: readonly PlanarRings[], parcels: readonly PlanarRings[], gapM: number): Cutter {
  const reader = new GeoJSONReader(new GeometryFactory());
  const writer = new GeoJSONWriter();
  const read = (rings: PlanarRings) => reader.read({ type: 'MultiPolygon', coordinates: groupRings(rings) });
  const fences = parcels.map((rings): Fence => {
    const [xMin, yMin, xMax, yMax] = ringsBbox(rings);
    return {
      geometry: BufferOp.bufferOp(read(rings), gapM, QUADRANT_CORNERS) as JtsGeometry,
      bbox: [xMin - gapM, yMin - gapM, xMax + gapM, yMax + gapM],
    };
  });
  const land = region.map((rings): Fence => ({ geometry: read(rings), bbox: ringsBbox(rings) }));
  return {
    cut(polygon) {
      const bbox = ringsBbox(polygon);
      const near = fences.filter((fence) => bboxesTouch(fence.bbox, bbox));
      let left = read(polygon);
      let isCut = false;
      for (const { geometry } of near) {
        if (!RelateOp.intersects(left, geometry)) continue;
        left = SnapIfNeededOverlayOp.overlayOp(left, geometry, OverlayOp.DIFFERENCE) as JtsGeometry;
        isCut = true;
      }
      if (!land.some((area) => RelateOp.contains(area.geometry, left))) {
        left = insideOf(left, land);
        isCut = true;
      }
      return isCut ? polygonsOf(writer.write(left)) : [polygon];
    },
  };
}

function insideOf(geometry: JtsGeometry, land: readonly Fence[]): JtsGeometry {
  const parts = land.map((area) =>
    SnapIfNeededOverlayOp.overlayOp(geometry, area.geometry, OverlayOp.INTERSECTION),
  ) as JtsGeometry[];
  return parts.reduce((all, part) => SnapIfNeededOverlayOp.overlayOp(all, part, OverlayOp.UNION) as JtsGeometry);
}

/** The polygons of whatever an overlay made, lines and points left out, turned as ours are. */
function polygonsOf(written: unknown): PlanarRings[] {
  const { type, coordinates, geometries } = written as {
    readonly type: string;
    readonly coordinates?: unknown;
    readonly geometries?: readonly unknown[];
  };
  if (type === 'GeometryCollection') return (geometries ?? []).flatMap(polygonsOf);
  if (type === 'Polygon') return isEmpty(coordinates as number[][][]) ? [] : [turned(coordinates as number[][][])];
  if (type === 'MultiPolygon') return (coordinates as number[][][][]).map(turned);
  return [];
}

/** An overlay that leaves nothing is written as a polygon without corners. */
function isEmpty([exterior]: readonly (readonly unknown[])[]): boolean {
  return exterior === undefined || exterior.length === 0;
}

function turned(rings: readonly (readonly (readonly number[])[])[]): Float64Array[] {
  return rings.map((ring, k) => {
    const flat = Float64Array.from(ring.flatMap(([x, y]) => [x!, y!]));
    if (signedAreaOfRings([flat]) > 0 === (k === 0)) return flat;
    return Float64Array.from([...ring].reverse().flatMap(([x, y]) => [x!, y!]));
  });
}
