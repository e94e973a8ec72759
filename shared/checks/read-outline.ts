import { shownPosition } from '../geometry/rings.ts';
import { IMPORT_LIMITS } from '../parcel-check.ts';
import type { Place } from './finding.ts';
import type { CheckRule, MendKind } from './rules.ts';

/** Polygons of rings [lon, lat, …]; the first ring of each is its outline, the others are its holes. */
export type Polygons = readonly (readonly Float64Array[])[];

/** What a rule found, before its proposal is measured. */
export interface Fault {
  readonly rule: CheckRule;
  readonly values: Readonly<Record<string, string | number>>;
  readonly place: Place | null;
  /** What could stand there instead. */
  readonly instead: { readonly kind: MendKind; readonly polygons: Polygons } | null;
}

export interface OutlineRead {
  /** Null where the coordinates cannot be read; rings may be open, empty ones are left out. */
  readonly polygons: Polygons | null;
  readonly faults: readonly Fault[];
  /** Positions with a third ordinate. */
  readonly heights: number;
}

/**
 * Reads the positions of what should be a GeoJSON Polygon or MultiPolygon. Nothing is closed, turned or judged beyond
 * what is needed to have numbers.
 */
export function readOutline(geometry: unknown): OutlineRead {
  if (typeof geometry !== 'object' || geometry === null) return failed('no-geometry', {});
  const { type, coordinates } = geometry as { readonly type?: unknown; readonly coordinates?: unknown };
  const depth = depthOf(coordinates);
  const vertices = countPositions(coordinates);
  if (vertices > IMPORT_LIMITS.verticesPerParcel)
    return failed('too-many-vertices', { vertices, limit: IMPORT_LIMITS.verticesPerParcel });
  const wanted = type === 'Polygon' ? 3 : type === 'MultiPolygon' ? 4 : 0;
  if (wanted === 0 || (depth > 0 && depth !== wanted && (depth === 3 || depth === 4))) {
    return readOtherKind(type, coordinates, depth);
  }
  if (!Array.isArray(coordinates) || coordinates.length === 0) return failed('empty', { pointer: '/coordinates' });
  return readPolygons(coordinates as readonly unknown[], wanted);
}

/** Coordinates under the name of another kind: read as the polygons that they would make. */
function readOtherKind(type: unknown, coordinates: unknown, depth: number): OutlineRead {
  const said = typeof type === 'string' ? `called ${type.slice(0, 40)}` : 'without a type';
  const holds = depth === 3 ? ' with the coordinates of a Polygon' : depth === 4 ? ' with those of a MultiPolygon' : '';
  const fault = { rule: 'geometry-kind', values: { kind: `${said}${holds}` }, place: null } as const;
  const lists =
    depth === 2 && isClosedLine(coordinates) ? [coordinates] : depth === 3 || depth === 4 ? coordinates : null;
  if (!Array.isArray(lists)) return { polygons: null, faults: [{ ...fault, instead: null }], heights: 0 };
  const read = readPolygons(lists as readonly unknown[], depth === 4 ? 4 : 3);
  if (read.polygons === null) return { ...read, faults: [{ ...fault, instead: null }, ...read.faults] };
  const instead = { kind: 'read-as-polygon', polygons: read.polygons } as const;
  return { polygons: null, faults: [{ ...fault, instead }], heights: read.heights };
}

function readPolygons(lists: readonly unknown[], depth: 3 | 4): OutlineRead {
  const reading: Reading = { bad: null, badCount: 0, heights: 0, emptyAt: null };
  const parts = depth === 3 ? [lists] : lists;
  const polygons: Float64Array[][] = [];
  for (const [partIndex, part] of parts.entries()) {
    const at = depth === 3 ? '/coordinates' : `/coordinates/${partIndex}`;
    const rings = readRingsOf(part, at, reading);
    if (rings.length > 0) polygons.push(rings);
  }
  const { bad, badCount, heights, emptyAt } = reading;
  if (bad !== null) {
    return { ...failed('position', { ...bad, count: badCount }), heights };
  }
  const usable = polygons.length > 0 ? polygons : null;
  if (emptyAt === null && usable !== null) return { polygons: usable, faults: [], heights };
  const instead = usable === null ? null : ({ kind: 'drop-part', polygons: usable } as const);
  const fault: Fault = { rule: 'empty', values: { pointer: emptyAt ?? '/coordinates' }, place: null, instead };
  return { polygons: usable, faults: [fault], heights };
}

interface Reading {
  /** The first position that is not two numbers. */
  bad: { readonly pointer: string; readonly got: string } | null;
  badCount: number;
  heights: number;
  /** The first list with nothing in it. */
  emptyAt: string | null;
}

/** Rings of one polygon; none where it or its outline has nothing in it. */
function readRingsOf(part: unknown, at: string, reading: Reading): Float64Array[] {
  const lists = Array.isArray(part) ? (part as readonly unknown[]) : [];
  if (lists.length === 0) reading.emptyAt ??= at;
  const rings: Float64Array[] = [];
  for (const [ringIndex, list] of lists.entries()) {
    if (Array.isArray(list) && list.length > 0) {
      rings.push(readRing(list as readonly unknown[], `${at}/${ringIndex}`, reading));
      continue;
    }
    reading.emptyAt ??= `${at}/${ringIndex}`;
    if (ringIndex === 0) return [];
  }
  return rings;
}

function readRing(positions: readonly unknown[], at: string, reading: Reading): Float64Array {
  const ring = new Float64Array(positions.length * 2);
  for (const [index, position] of positions.entries()) {
    const [x, y] = Array.isArray(position) ? (position as readonly unknown[]) : [];
    if (isNumber(x) && isNumber(y)) {
      ring[2 * index] = x;
      ring[2 * index + 1] = y;
      if ((position as readonly unknown[]).length > 2) reading.heights += 1;
      continue;
    }
    reading.bad ??= { pointer: `${at}/${index}`, got: shownPosition(position) };
    reading.badCount += 1;
  }
  return ring;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** How deep lists lie in one another down to a number, following the first of each; 0 for anything else. */
function depthOf(value: unknown): number {
  let depth = 0;
  let inner = value;
  while (Array.isArray(inner) && depth < 6) {
    depth += 1;
    inner = inner[0] as unknown;
  }
  return depth > 0 && inner !== undefined ? depth : 0;
}

/** Positions in lists of lists, counted no deeper than coordinates go. */
function countPositions(value: unknown, levels = 4): number {
  if (!Array.isArray(value) || levels === 0) return 0;
  if (!Array.isArray(value[0])) return value.length > 0 ? 1 : 0;
  let count = 0;
  for (const inner of value as readonly unknown[]) count += countPositions(inner, levels - 1);
  return count;
}

function isClosedLine(coordinates: unknown): boolean {
  if (!Array.isArray(coordinates) || coordinates.length < 4) return false;
  const [first, last] = [coordinates[0] as unknown, coordinates.at(-1) as unknown];
  return Array.isArray(first) && Array.isArray(last) && first[0] === last[0] && first[1] === last[1];
}

function failed(rule: CheckRule, values: Fault['values']): OutlineRead {
  return { polygons: null, faults: [{ rule, values, place: null, instead: null }], heights: 0 };
}
