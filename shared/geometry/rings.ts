import { signedAreaOfRings } from './signed-area.ts';

/** Why a feature cannot be a parcel: stable code and the rest of a sentence whose subject is the parcel. */
export interface Fault {
  readonly code: string;
  readonly text: string;
}

export type Read<T> = { readonly value: T; readonly fault?: never } | { readonly fault: Fault; readonly value?: never };

const largestVertexCount = 10_000;

/** What the positions are: longitude and latitude in degrees, or x and y of a projected CRS. */
export type Frame = 'lon-lat' | 'projected';

/**
 * Reads a GeoJSON Polygon or MultiPolygon into closed rings [x, y, …] in file order (each exterior followed by its
 * holes), Z and further ordinates dropped, exteriors turned counter-clockwise and holes clockwise.
 */
export function readRings(geometry: unknown, frame: Frame = 'lon-lat'): Read<Float64Array[]> {
  const polygons = polygonsOf(geometry);
  if (polygons.fault) return polygons;
  let vertexCount = 0;
  const rings: Float64Array[] = [];
  for (const [polygonIndex, polygon] of polygons.value.entries()) {
    const where = polygons.value.length > 1 ? ` of part ${polygonIndex + 1}` : '';
    if (!Array.isArray(polygon) || polygon.length === 0) {
      return fault('E_PARCEL_EMPTY', `has no ring${where}; draw it again or remove the empty part.`);
    }
    for (const [ringIndex, positions] of polygon.entries()) {
      vertexCount += Array.isArray(positions) ? positions.length : 0;
      if (vertexCount > largestVertexCount) return tooManyVertices(geometry);
      const name = ringIndex === 0 ? `the outer ring${where}` : `hole ${ringIndex}${where}`;
      const ring = readRing(positions, name, frame);
      if (ring.fault) return ring;
      rings.push(orient(ring.value, ringIndex === 0));
    }
  }
  return { value: rings };
}

/**
 * The rings of `readRings` from positions that are known to be numbers; null where any rule is broken, which `readRings`
 * then puts into words.
 */
export function acceptRings(polygons: readonly (readonly Float64Array[])[], frame: Frame): Float64Array[] | null {
  const rings: Float64Array[] = [];
  let numbers = 0;
  for (const polygon of polygons) {
    for (const [ringIndex, ring] of polygon.entries()) {
      numbers += ring.length;
      if (ring.length < 8 || numbers > 2 * largestVertexCount) return null;
      for (let i = 0; i < ring.length; i += 2) if (!isPosition(ring[i], ring[i + 1], frame)) return null;
      if (faultOfRing(ring, '', frame) !== null) return null;
      rings.push(orient(ring, ringIndex === 0));
    }
  }
  return rings;
}

/** [west, south, east, north] of rings in degrees. */
export function bboxOfRings(rings: readonly Float64Array[]): [number, number, number, number] {
  const bbox: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 2) {
      bbox[0] = Math.min(bbox[0], ring[i]!);
      bbox[1] = Math.min(bbox[1], ring[i + 1]!);
      bbox[2] = Math.max(bbox[2], ring[i]!);
      bbox[3] = Math.max(bbox[3], ring[i + 1]!);
    }
  }
  return bbox;
}

/** GeoJSON MultiPolygon coordinates of rings: a counter-clockwise ring opens a polygon, the clockwise ones after it are its holes. */
export function groupRings(rings: readonly Float64Array[]): [number, number][][][] {
  const polygons: [number, number][][][] = [];
  for (const ring of rings) {
    const positions: [number, number][] = [];
    for (let i = 0; i < ring.length; i += 2) positions.push([ring[i]!, ring[i + 1]!]);
    const polygon = polygons.at(-1);
    if (polygon === undefined || signedAreaOfRings([ring]) > 0) polygons.push([positions]);
    else polygon.push(positions);
  }
  return polygons;
}

function polygonsOf(geometry: unknown): Read<unknown[]> {
  if (geometry === null || geometry === undefined) {
    return fault('E_PARCEL_EMPTY', 'has no geometry; draw it, or remove the feature.');
  }
  const { type, coordinates } = geometry as { type?: unknown; coordinates?: unknown };
  if (type !== 'Polygon' && type !== 'MultiPolygon') {
    const got = typeof type === 'string' ? `a ${type}` : 'no GeoJSON geometry';
    return fault('E_PARCEL_TYPE', `is ${got}, not a Polygon or MultiPolygon; only areas can be measured.`);
  }
  if (!Array.isArray(coordinates) || coordinates.length === 0) {
    return fault('E_PARCEL_EMPTY', 'has no coordinates; draw it, or remove the feature.');
  }
  return { value: type === 'Polygon' ? [coordinates] : (coordinates as unknown[]) };
}

function readRing(positions: unknown, name: string, frame: Frame): Read<Float64Array> {
  if (!Array.isArray(positions) || positions.length < 4) {
    const got = Array.isArray(positions) ? positions.length : 0;
    return fault(
      'E_PARCEL_RING_SHORT',
      `has too few corners: ${name} has ${got} positions, at least 4 are needed (the last repeats the first).`,
    );
  }
  const ring = new Float64Array(positions.length * 2);
  for (let i = 0; i < positions.length; i++) {
    const position = positions[i] as unknown;
    const x = Array.isArray(position) ? (position[0] as unknown) : undefined;
    const y = Array.isArray(position) ? (position[1] as unknown) : undefined;
    if (!isPosition(x, y, frame)) return { fault: faultOfPosition(x, y, `position ${i + 1} of ${name}`) };
    ring[2 * i] = x as number;
    ring[2 * i + 1] = y as number;
  }
  const wrong = faultOfRing(ring, name, frame);
  return wrong ? { fault: wrong } : { value: ring };
}

function isPosition(x: unknown, y: unknown, frame: Frame): boolean {
  if (typeof x !== 'number' || typeof y !== 'number' || !Number.isFinite(x) || !Number.isFinite(y)) return false;
  return frame === 'projected' || (Math.abs(x) <= 180 && Math.abs(y) <= 90);
}

function faultOfPosition(lon: unknown, lat: unknown, place: string): Fault {
  if (typeof lon !== 'number' || typeof lat !== 'number' || !Number.isFinite(lon) || !Number.isFinite(lat)) {
    const got = shownPosition([lon, lat]);
    return { code: 'E_PARCEL_POSITION', text: `has a position that is not two numbers: ${place} is ${got}.` };
  }
  const got = `${place} is ${lon}, ${lat}`;
  if (Math.abs(lon) <= 90 && Math.abs(lat) <= 180) {
    return {
      code: 'E_PARCEL_RANGE',
      text: `lies outside the Earth's latitudes: ${got}; longitude and latitude may be swapped, GeoJSON wants longitude first.`,
    };
  }
  return {
    code: 'E_PARCEL_PROJECTED',
    text: `is not in degrees: ${got}; the coordinates look projected, reproject the file to WGS 84 lon/lat (EPSG:4326).`,
  };
}

/** A position as text. JSON has no word for a number that is too large, such as 1e999, and would call it null. */
export function shownPosition(position: unknown): string {
  const tooLarge = (_: string, value: unknown) =>
    value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY ? 'a number too large to be read' : value;
  return (JSON.stringify(position, tooLarge) ?? 'nothing').slice(0, 60);
}

function faultOfRing(ring: Float64Array, name: string, frame: Frame): Fault | null {
  const last = ring.length - 2;
  const place = (r: Float64Array, i: number) => formatPlace(r[i]!, r[i + 1]!, frame);
  if (ring[0] !== ring[last] || ring[1] !== ring[last + 1]) {
    return {
      code: 'E_PARCEL_UNCLOSED',
      text: `is not closed: ${name} starts at ${place(ring, 0)} and ends at ${place(ring, last)}; repeat the first position at the end.`,
    };
  }
  for (let i = 0; frame === 'lon-lat' && i < last; i += 2) {
    if (Math.abs(ring[i + 2]! - ring[i]!) <= 180) continue;
    return {
      code: 'E_PARCEL_ANTIMERIDIAN',
      text: `crosses the 180° meridian in ${name} near ${place(ring, i)}; cut it there into two parts (RFC 7946, 3.1.9).`,
    };
  }
  if (isLine(ring)) {
    return { code: 'E_PARCEL_ZERO_AREA', text: `has no area: ${name} at ${place(ring, 0)} folds onto itself.` };
  }
  return null;
}

/** Whether all vertices lie on one straight line, so that the ring encloses nothing. */
function isLine(ring: Float64Array): boolean {
  let farX = 0;
  let farY = 0;
  for (let i = 2; i < ring.length; i += 2) {
    const dx = ring[i]! - ring[0]!;
    const dy = ring[i + 1]! - ring[1]!;
    if (dx * dx + dy * dy <= farX * farX + farY * farY) continue;
    farX = dx;
    farY = dy;
  }
  for (let i = 2; i < ring.length; i += 2) {
    if ((ring[i]! - ring[0]!) * farY - (ring[i + 1]! - ring[1]!) * farX !== 0) return false;
  }
  return true;
}

/** A place as people read it: lon and lat with their hemispheres, 6 decimals (0.1 m), or x and y to the centimetre. */
export function formatPlace(lon: number, lat: number, frame: Frame = 'lon-lat'): string {
  if (frame === 'projected') return `x ${lon.toFixed(2)}, y ${lat.toFixed(2)}`;
  return `${Math.abs(lon).toFixed(6)} ${lon < 0 ? 'W' : 'E'} ${Math.abs(lat).toFixed(6)} ${lat < 0 ? 'S' : 'N'}`;
}

function orient(ring: Float64Array, counterClockwise: boolean): Float64Array {
  if (signedAreaOfRings([ring]) > 0 === counterClockwise) return ring;
  const turned = new Float64Array(ring.length);
  for (let i = 0; i < ring.length; i += 2) {
    turned[i] = ring[ring.length - 2 - i]!;
    turned[i + 1] = ring[ring.length - 1 - i]!;
  }
  return turned;
}

function tooManyVertices(geometry: unknown): Read<never> {
  const { type, coordinates } = geometry as { type: string; coordinates: unknown[] };
  const polygons = (type === 'Polygon' ? [coordinates] : coordinates) as unknown[][];
  const count = polygons.flat().reduce<number>((sum, ring) => sum + (Array.isArray(ring) ? ring.length : 0), 0);
  return fault(
    'E_PARCEL_VERTICES',
    `has ${count.toLocaleString('en')} vertices; at most ${largestVertexCount.toLocaleString('en')} are accepted. Simplify it and try again.`,
  );
}

function fault(code: string, text: string): { readonly fault: Fault } {
  return { fault: { code, text } };
}
