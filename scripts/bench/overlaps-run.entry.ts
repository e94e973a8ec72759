// Finds what the parcels of a seeded mosaic share, with our kernel (`canopy`) or with JSTS (`jsts`): arguments are which,
// the parcels along a side, and a file for the mosaic or nothing. Prints for each of several passes, the first of which
// warms up: wall clock and processor time in s, pairs, and square degrees that all pairs share together.
import { writeFileSync } from 'node:fs';
import Coordinate from 'jsts/org/locationtech/jts/geom/Coordinate.js';
import GeometryFactory from 'jsts/org/locationtech/jts/geom/GeometryFactory.js';
import type Polygon from 'jsts/org/locationtech/jts/geom/Polygon.js';
import STRtree from 'jsts/org/locationtech/jts/index/strtree/STRtree.js';
import OverlayOp from 'jsts/org/locationtech/jts/operation/overlay/OverlayOp.js';
import SnapIfNeededOverlayOp from 'jsts/org/locationtech/jts/operation/overlay/snap/SnapIfNeededOverlayOp.js';
import { findOverlaps } from '../../pipeline/parcels/overlaps.ts';
import { overlapArea, TOUCH_DEG } from '../../shared/geometry/overlap.ts';
import { type MosaicParcel, makeParcelMosaic, SEED } from './parcel-mosaic.ts';

const PASSES = 2;

const [which = '', side = '', out = ''] = process.argv.slice(2);
const parcels = makeParcelMosaic(Number(side), SEED);
if (out !== '') writeFileSync(out, mosaicBytes(parcels));
const find = which === 'jsts' ? prepareJsts(parcels) : () => findWithCanopy(parcels);
for (let pass = 0; pass < PASSES; pass += 1) {
  const startMs = performance.now();
  const start = process.cpuUsage();
  const pairs = find();
  const wallS = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(start);
  const areaDeg2 = pairs.reduce(
    (sum, [a, b, area]) => sum + (area ?? overlapArea(parcels[a]!.rings, parcels[b]!.rings)),
    0,
  );
  console.log(wallS, (user + system) / 1e6, pairs.length, areaDeg2);
}

type Pair = readonly [first: number, second: number, areaDeg2: number | null];

/** Hectares, shares and a place for each pair, as the product wants them; square degrees are looked up afterwards. */
function findWithCanopy(from: readonly MosaicParcel[]): Pair[] {
  return [...findOverlaps(from)].map(({ first, second }) => [first, second, null]);
}

/** Polygons are built beforehand; the index is part of the time. */
function prepareJsts(from: readonly MosaicParcel[]): () => Pair[] {
  const factory = new GeometryFactory();
  const polygons = from.map(({ rings: [ring] }) => {
    const corners = Array.from(
      { length: ring!.length / 2 },
      (_, i) => new Coordinate(ring![2 * i]!, ring![2 * i + 1]!),
    );
    return factory.createPolygon(corners as never);
  });
  return () => {
    const tree = new STRtree();
    for (const [i, polygon] of polygons.entries()) tree.insert(polygon.getEnvelopeInternal(), i as never);
    const pairs: Pair[] = [];
    for (const [second, polygon] of polygons.entries()) {
      const near = tree.query(polygon.getEnvelopeInternal()) as unknown as { toArray(): number[] };
      for (const first of near.toArray()) {
        if (first >= second) continue;
        const area = areaOfBoth(polygons[first]!, polygon);
        if (area > TOUCH_DEG * halfPerimeter(from[first]!, from[second]!)) pairs.push([first, second, area]);
      }
    }
    return pairs;
  };
}

function areaOfBoth(a: Polygon, b: Polygon): number {
  const common = SnapIfNeededOverlayOp.overlayOp(a as never, b as never, OverlayOp.INTERSECTION) as {
    getArea(): number;
  };
  return common.getArea();
}

function halfPerimeter({ bboxDeg: a }: MosaicParcel, { bboxDeg: b }: MosaicParcel): number {
  return Math.min(a[2], b[2]) - Math.max(a[0], b[0]) + Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
}

/** One ring after the other: its number of corners, the first repeated, and the corners. */
function mosaicBytes(from: readonly MosaicParcel[]): Float64Array {
  return Float64Array.from(from.flatMap(({ rings: [ring] }) => [ring!.length / 2, ...ring!]));
}
