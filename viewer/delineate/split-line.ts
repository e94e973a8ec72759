import InteriorPointArea from 'jsts/org/locationtech/jts/algorithm/InteriorPointArea.js';
import GeometryFactory from 'jsts/org/locationtech/jts/geom/GeometryFactory.js';
import GeoJSONReader from 'jsts/org/locationtech/jts/io/GeoJSONReader.js';
import GeoJSONWriter from 'jsts/org/locationtech/jts/io/GeoJSONWriter.js';
import OverlayOp from 'jsts/org/locationtech/jts/operation/overlay/OverlayOp.js';
import SnapIfNeededOverlayOp from 'jsts/org/locationtech/jts/operation/overlay/snap/SnapIfNeededOverlayOp.js';
import Polygonizer from 'jsts/org/locationtech/jts/operation/polygonize/Polygonizer.js';
import type { GeoJsonGeometry } from '../../shared/api.ts';
import { contains, geometryOf, type Position, type Ring, type Shape, shapeOf, turned } from './shape.ts';

/**
 * How far the line is carried on beyond its ends, in parts of its length: an end that was set on a border lies a rounding
 * error before it or behind, and would not cut through.
 */
const CARRY_ON = 1e-6;

type Lines = { readonly type: 'MultiLineString'; readonly coordinates: readonly (readonly Position[])[] };

/**
 * The pieces into which a line cuts an area; the two sides of a cut have the same corners to the last digit. Of several
 * parts those that the line does not cut stay with the largest piece. One piece where the line does not cut through.
 */
export function splitByLine(geometry: GeoJsonGeometry, line: Ring): readonly GeoJsonGeometry[] {
  const cut: Shape[number][] = [];
  const whole: Shape[number][] = [];
  for (const rings of shapeOf(geometry)) {
    const pieces = splitPolygon(rings, line);
    if (pieces.length > 1) cut.push(...pieces);
    else whole.push(rings);
  }
  if (cut.length === 0) return [geometry];
  const [largest, ...others] = cut.toSorted((one, other) => planarArea(other) - planarArea(one));
  return [[largest!, ...whole], ...others.map((piece) => [piece])].map((shape) => geometryOf(shape)!);
}

function splitPolygon(rings: readonly Ring[], line: Ring): Shape[number][] {
  const reader = new GeoJSONReader(new GeometryFactory());
  const borders: Lines = { type: 'MultiLineString', coordinates: rings.map((ring) => [...ring, ring[0]!]) };
  const blade: Lines = { type: 'MultiLineString', coordinates: [carryOn(line)] };
  const noded = SnapIfNeededOverlayOp.overlayOp(reader.read(borders), reader.read(blade), OverlayOp.UNION);
  const polygonizer = new Polygonizer();
  polygonizer.add(noded);
  const writer = new GeoJSONWriter();
  const found: Shape[number][] = [];
  for (const polygon of polygonizer.getPolygons().toArray()) {
    const { x, y } = InteriorPointArea.getInteriorPoint(polygon);
    // Faces beside the area come about where the line crosses itself or shuts in a bay; holes are faces too.
    if (contains([rings], [x, y])) found.push(orient(shapeOf(writer.write(polygon) as unknown as GeoJsonGeometry)[0]!));
  }
  return found;
}

function orient(rings: readonly Ring[]): readonly Ring[] {
  return rings.map((ring, at) => (at === 0 ? turned(ring) : turned(ring).toReversed()));
}

/** The line with a short stretch more at both ends; its own points stay as they are. */
function carryOn(line: Ring): readonly Position[] {
  const [first, second, beforeLast, last] = [line[0]!, line[1]!, line.at(-2)!, line.at(-1)!];
  const beyond = ([ax, ay]: Position, [bx, by]: Position): Position => [
    bx + (bx - ax) * CARRY_ON,
    by + (by - ay) * CARRY_ON,
  ];
  return [beyond(second, first), ...line, beyond(beforeLast, last)];
}

/** Of the outer ring, square degrees: good enough to tell which piece is the largest. */
function planarArea([outer]: readonly Ring[]): number {
  const twice = outer!.reduce((sum, [x, y], i) => {
    const [nx, ny] = outer![(i + 1) % outer!.length]!;
    return sum + x * ny - nx * y;
  }, 0);
  return Math.abs(twice) / 2;
}
