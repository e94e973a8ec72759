import type { CheckFinding } from '../../../shared/parcel-check.ts';
import { isMember } from '../features.ts';
import { finding } from './findings.ts';

/** How far the end of a walk may be from its beginning to be taken for an outline, in parts of its length. */
const LARGEST_GAP_FRACTION = 0.1;
const METRES_PER_DEG = 111_320;

interface Area {
  readonly geometry: unknown;
  readonly findings: readonly CheckFinding[];
}

/**
 * What of a row's geometry the check can make a parcel of. Polygons and closed lines pass as they are. A line that comes
 * back to near its beginning becomes an outline that is not closed, for which the check proposes an edge; nothing is
 * closed here. Pieces of one walk are joined in their order, polygons of a collection gathered, and both said.
 */
export function toArea(geometry: unknown): Area {
  if (!isMember(geometry)) return { geometry, findings: [] };
  const { type, coordinates } = geometry;
  if (type === 'GeometryCollection') return gatherPolygons(geometry);
  if (type === 'LineString') return outlineOf(coordinates, geometry, []);
  if (type !== 'MultiLineString' || !Array.isArray(coordinates) || !coordinates.every(Array.isArray)) {
    return { geometry, findings: [] };
  }
  const pieces = coordinates as unknown[][];
  const text = `It is a line in ${pieces.length} pieces, which were joined in their order.`;
  const joined = finding('pieces-joined', 'warning', text, { values: { pieces: pieces.length } });
  const line = pieces.flat();
  return outlineOf(line, { type: 'LineString', coordinates: line }, pieces.length > 1 ? [joined] : []);
}

function outlineOf(line: unknown, asItIs: unknown, findings: readonly CheckFinding[]): Area {
  const gap = gapOf(line);
  if (gap === null || gap.gapM === 0 || gap.gapM > LARGEST_GAP_FRACTION * gap.lengthM) {
    return { geometry: asItIs, findings };
  }
  const text = `It is a line that ends ${gap.gapM.toFixed(1)} m from where it begins; it was taken for the outline of an area.`;
  const taken = finding('line-as-outline', 'warning', text, { values: { gapM: Number(gap.gapM.toFixed(1)) } });
  return { geometry: { type: 'Polygon', coordinates: [line] }, findings: [...findings, taken] };
}

/** Length of a line and the way from its end to its beginning, metres, good to 1 %; null where it cannot be an outline. */
function gapOf(line: unknown): { readonly gapM: number; readonly lengthM: number } | null {
  if (!Array.isArray(line) || line.length < 3) return null;
  let lengthM = 0;
  for (let i = 1; i < line.length; i++) lengthM += metresBetween(line[i - 1], line[i]);
  const gapM = metresBetween(line[0], line.at(-1));
  return Number.isFinite(lengthM) && lengthM > 0 ? { gapM, lengthM } : null;
}

function metresBetween(from: unknown, to: unknown): number {
  const [x0, y0] = Array.isArray(from) ? (from as unknown[]) : [];
  const [x1, y1] = Array.isArray(to) ? (to as unknown[]) : [];
  if (![x0, y0, x1, y1].every((value) => typeof value === 'number')) return Number.NaN;
  const lat = (((y0 as number) + (y1 as number)) / 2) * (Math.PI / 180);
  const dx = ((x1 as number) - (x0 as number)) * Math.cos(lat);
  return Math.hypot(dx, (y1 as number) - (y0 as number)) * METRES_PER_DEG;
}

function gatherPolygons(collection: Readonly<Record<string, unknown>>): Area {
  const parts = Array.isArray(collection.geometries) ? (collection.geometries as unknown[]) : [];
  const polygons: unknown[] = [];
  for (const part of parts) {
    if (!isMember(part) || !Array.isArray(part.coordinates)) return { geometry: collection, findings: [] };
    if (part.type === 'Polygon') polygons.push(part.coordinates);
    else if (part.type === 'MultiPolygon') for (const polygon of part.coordinates as unknown[]) polygons.push(polygon);
    else return { geometry: collection, findings: [] };
  }
  if (polygons.length === 0) return { geometry: collection, findings: [] };
  const text = `It is a collection of ${polygons.length} areas; they were taken as the parts of one parcel.`;
  const note = finding('parts-gathered', 'note', text, { values: { parts: polygons.length } });
  const [only] = polygons;
  const geometry =
    polygons.length === 1 ? { type: 'Polygon', coordinates: only } : { type: 'MultiPolygon', coordinates: polygons };
  return { geometry, findings: [note] };
}

/** Points of a geometry, whatever its type; counted no deeper than coordinates go. */
export function countVertices(geometry: unknown): number {
  if (!isMember(geometry)) return 0;
  if (Array.isArray(geometry.geometries)) {
    return (geometry.geometries as unknown[]).reduce<number>((sum, part) => sum + countVertices(part), 0);
  }
  return countPositions(geometry.coordinates);
}

function countPositions(value: unknown): number {
  if (!Array.isArray(value)) return 0;
  let count = 0;
  for (const inner of value as unknown[]) {
    if (!Array.isArray(inner)) return 1;
    count += countPositions(inner);
  }
  return count;
}
