import { type Area, type OtherShape, RowFault } from './binary-rows.ts';

/** A geometry as well-known binary says it; `isFlattened` where it had Z or M, which were left out. */
export type WkbGeometry = (Area | OtherShape) & { readonly isFlattened: boolean };

const NAMES: Readonly<Record<number, string>> = {
  1: 'Point',
  2: 'LineString',
  3: 'Polygon',
  4: 'MultiPoint',
  5: 'MultiLineString',
  6: 'MultiPolygon',
  7: 'GeometryCollection',
  8: 'CircularString',
  9: 'CompoundCurve',
  10: 'CurvePolygon',
  11: 'MultiCurve',
  12: 'MultiSurface',
  15: 'PolyhedralSurface',
  16: 'TIN',
  17: 'Triangle',
};

/** Flags of EWKB in the type; ISO counts thousands instead. */
const EWKB_Z = 0x80000000;
const EWKB_M = 0x40000000;
const EWKB_SRID = 0x20000000;

interface Scan {
  readonly view: DataView;
  at: number;
  readonly takeVertices: (count: number) => void;
}

interface Head {
  readonly type: number;
  readonly little: boolean;
  /** Ordinates of a position: 2 to 4. */
  readonly ordinates: number;
}

/**
 * Reads well-known binary (OGC 06-103r4; ISO codes for Z and M, and the flags of EWKB) from `at` to the end of `view`.
 * Counts are held against the bytes that are left before anything is made. Throws `RowFault`.
 */
export function readWkb(view: DataView, at: number, takeVertices: (count: number) => void): WkbGeometry {
  const scan: Scan = { view, at, takeVertices };
  const head = readHead(scan);
  const type = NAMES[head.type] ?? `geometry of type ${head.type}`;
  if (head.type !== 3 && head.type !== 6) return { type, polygons: null, isFlattened: false };
  const polygons = head.type === 3 ? [readRings(scan, head)] : readPolygons(scan, head);
  const left = view.byteLength - scan.at;
  if (left > 0) throw new RowFault(`${left} bytes are left behind its geometry.`);
  if (head.type === 6) return { type: 'MultiPolygon', polygons, isFlattened: head.ordinates > 2 };
  return { type: 'Polygon', polygons: polygons[0]!.length === 0 ? [] : polygons, isFlattened: head.ordinates > 2 };
}

function readHead(scan: Scan): Head {
  const order = scan.view.getUint8(scan.at);
  if (order > 1) throw new RowFault(`its geometry starts with ${order}, which is no byte order.`);
  const little = order === 1;
  const code = scan.view.getUint32(scan.at + 1, little);
  scan.at += 5;
  if (code & EWKB_SRID) scan.at += 4;
  const plain = code & 0x0fffffff;
  const iso = Math.floor(plain / 1000);
  if (iso > 3) throw new RowFault(`its geometry has the type ${plain}, which does not exist.`);
  const z = (code & EWKB_Z) !== 0 || iso === 1 || iso === 3 ? 1 : 0;
  const m = (code & EWKB_M) !== 0 || iso === 2 || iso === 3 ? 1 : 0;
  return { type: plain % 1000, little, ordinates: 2 + z + m };
}

function readPolygons(scan: Scan, head: Head): Float64Array[][] {
  // A polygon has a head and a count: 9 bytes.
  const count = readCount(scan, head.little, { itemBytes: 9, what: 'parts' });
  return Array.from({ length: count }, () => {
    const part = readHead(scan);
    if (part.type !== 3) throw new RowFault(`a part of it is a ${NAMES[part.type] ?? part.type}, not a polygon.`);
    return readRings(scan, part);
  });
}

function readRings(scan: Scan, { little, ordinates }: Head): Float64Array[] {
  const count = readCount(scan, little, { itemBytes: 4, what: 'rings' });
  return Array.from({ length: count }, () => {
    const positions = readCount(scan, little, { itemBytes: 8 * ordinates, what: 'corners' });
    const ring = new Float64Array(2 * positions);
    for (let i = 0; i < positions; i++) {
      const from = scan.at + 8 * ordinates * i;
      ring[2 * i] = scan.view.getFloat64(from, little);
      ring[2 * i + 1] = scan.view.getFloat64(from + 8, little);
    }
    scan.at += 8 * ordinates * positions;
    return ring;
  });
}

function readCount(scan: Scan, little: boolean, item: { itemBytes: number; what: string }): number {
  const count = scan.view.getUint32(scan.at, little);
  scan.at += 4;
  const left = scan.view.byteLength - scan.at;
  if (count * item.itemBytes > left) {
    throw new RowFault(
      `it says it has ${count.toLocaleString('en')} ${item.what}, for which ${left} bytes are too few.`,
    );
  }
  // Empty rings and parts count as well: they cost memory, too.
  scan.takeVertices(count);
  return count;
}
