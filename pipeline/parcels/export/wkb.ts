import type { GeoJsonGeometry } from '../../../shared/api.ts';
import { boxOf, type Position, polygonsOf } from './geometry.ts';

const POLYGON = 3;
const MULTI_POLYGON = 6;
/** Flags of GeoPackage: an envelope of x and y, little-endian. */
const WITH_ENVELOPE = 0b0011;
const SRS = 4326;

/** A geometry as GeoPackage stores it (OGC 12-128r18, 2.1.3): header with envelope, then well-known binary. */
export function makeGeopackageBlob(geometry: GeoJsonGeometry): Uint8Array {
  const polygons = polygonsOf(geometry);
  const isMulti = geometry.type === 'MultiPolygon';
  const ringBytes = polygons.flat().reduce((sum, ring) => sum + 4 + 16 * ring.length, 0);
  const bytes = new Uint8Array(40 + (isMulti ? 9 : 0) + 9 * polygons.length + ringBytes);
  const view = new DataView(bytes.buffer);
  bytes.set([0x47, 0x50, 0, WITH_ENVELOPE]);
  view.setInt32(4, SRS, true);
  const [west, south, east, north] = boxOf([geometry]) ?? [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
  [west, east, south, north].forEach((value, i) => {
    view.setFloat64(8 + 8 * i, value, true);
  });
  let at = 40;
  if (isMulti) at = writeHead(view, at, { type: MULTI_POLYGON, count: polygons.length });
  for (const polygon of polygons) at = writePolygon(view, at, polygon);
  return bytes;
}

function writePolygon(view: DataView, start: number, rings: readonly (readonly Position[])[]): number {
  let at = writeHead(view, start, { type: POLYGON, count: rings.length });
  for (const ring of rings) {
    view.setUint32(at, ring.length, true);
    at += 4;
    for (const [lon, lat] of ring) {
      view.setFloat64(at, lon, true);
      view.setFloat64(at + 8, lat, true);
      at += 16;
    }
  }
  return at;
}

function writeHead(view: DataView, at: number, { type, count }: { type: number; count: number }): number {
  view.setUint8(at, 1);
  view.setUint32(at + 1, type, true);
  view.setUint32(at + 5, count, true);
  return at + 9;
}
