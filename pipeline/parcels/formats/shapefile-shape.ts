import { type Area, type OtherShape, RowFault } from './binary-rows.ts';
import { arrangeRings } from './shapefile-rings.ts';

/** One shape: an area, or a shape of another type, whose coordinates are not read. */
export type Shape = (Area | OtherShape) & {
  /** Whether it had Z or M, which were left out. */
  readonly isFlattened: boolean;
  /** What was unusual about the direction of its rings; null where nothing was. */
  readonly windingNote: string | null;
  /** Whether exteriors and holes could not be told apart beyond doubt. */
  readonly isDoubtful: boolean;
};

const POLYGONS = [5, 15, 25];
const OTHERS: Readonly<Record<number, string>> = {
  1: 'Point',
  3: 'LineString',
  8: 'MultiPoint',
  11: 'Point',
  13: 'LineString',
  18: 'MultiPoint',
  21: 'Point',
  23: 'LineString',
  28: 'MultiPoint',
  31: 'MultiPatch',
};

/**
 * Reads the content of a record (ESRI Shapefile Technical Description, 1998); null for a null shape. Throws `RowFault`
 * where counts and length do not fit together.
 */
export function readShape(content: DataView, takeVertices: (count: number) => void): Shape | null {
  const type = content.getInt32(0, true);
  if (type === 0) return null;
  const other = OTHERS[type];
  if (other !== undefined) {
    return { type: other, polygons: null, isFlattened: false, windingNote: null, isDoubtful: false };
  }
  if (!POLYGONS.includes(type)) throw new RowFault(`its shape type is ${type}, which does not exist.`);
  const rings = readPolygonRings(content, takeVertices);
  const { polygons, windingNote, isDoubtful } = arrangeRings(rings);
  const kind = polygons.length > 1 ? 'MultiPolygon' : 'Polygon';
  return { type: kind, polygons, isFlattened: type !== 5, windingNote, isDoubtful };
}

function readPolygonRings(content: DataView, takeVertices: (count: number) => void): Float64Array[] {
  const partCount = content.getInt32(36, true);
  const pointCount = content.getInt32(40, true);
  const pointsAt = 44 + 4 * partCount;
  if (partCount < 0 || pointCount < 0 || pointsAt + 16 * pointCount > content.byteLength) {
    throw new RowFault(
      `it says it has ${partCount.toLocaleString('en')} rings with ${pointCount.toLocaleString('en')} corners, which do not fit into its ${content.byteLength.toLocaleString('en')} bytes.`,
    );
  }
  takeVertices(Math.max(pointCount, partCount));
  const starts = Array.from({ length: partCount }, (_, i) => content.getInt32(44 + 4 * i, true));
  return starts.map((start, i) => {
    const end = starts[i + 1] ?? pointCount;
    const isInOrder = i === 0 ? start === 0 : start >= 0;
    if (!isInOrder || end < start || end > pointCount) {
      throw new RowFault(`ring ${i + 1} starts at corner ${start} and ends at ${end} of ${pointCount}.`);
    }
    const ring = new Float64Array(2 * (end - start));
    for (let k = 0; k < ring.length; k++) ring[k] = content.getFloat64(pointsAt + 16 * start + 8 * k, true);
    return ring;
  });
}
