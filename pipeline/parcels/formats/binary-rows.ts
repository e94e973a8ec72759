import { inputError } from '../../../shared/errors.ts';
import { type CheckFinding, IMPORT_LIMITS, type JsonValue } from '../../../shared/parcel-check.ts';
import type { Converter } from '../../../shared/transform.ts';
import { finding, shownText } from './findings.ts';

/** An area as the binary formats hold it: polygons of rings of flat x, y pairs, in the file's CRS. */
export interface Area {
  readonly type: 'Polygon' | 'MultiPolygon';
  readonly polygons: readonly (readonly Float64Array[])[];
}

/** A row of another kind, such as a LineString: its coordinates are not read, its type is told. */
export interface OtherShape {
  readonly type: string;
  readonly polygons: null;
}

/** Something wrong with one row; becomes a finding of that row. */
export class RowFault extends Error {}

/** GeoJSON of an area in longitude and latitude. Throws `RowFault` where a point lies outside the projection. */
export function toGeoJson(area: Area | OtherShape, convert: Converter): unknown {
  if (area.polygons === null) return { type: area.type, coordinates: [] };
  const polygons = area.polygons.map((rings) => rings.map((ring) => positionsOf(convertRing(ring, convert))));
  return { type: area.type, coordinates: area.type === 'Polygon' ? (polygons[0] ?? []) : polygons };
}

function convertRing(ring: Float64Array, convert: Converter): Float64Array {
  try {
    return convert(ring);
  } catch (cause) {
    throw new RowFault((cause as Error).message);
  }
}

function positionsOf(ring: Float64Array): [number, number][] {
  const positions: [number, number][] = [];
  for (let i = 0; i < ring.length; i += 2) positions.push([ring[i]!, ring[i + 1]!]);
  return positions;
}

/** The finding that a row, or its attributes, cannot be read. */
export function unreadable(place: string, what: string): CheckFinding {
  const text = `${place.charAt(0).toUpperCase()}${place.slice(1)} cannot be read: ${what}`;
  return finding('unreadable-row', 'error', text, { values: { where: place, what } });
}

/** The message of a fault in a row; anything but a fault is passed on. */
export function faultText(error: unknown): string {
  if (error instanceof RowFault) return error.message;
  // Reading beyond the bytes at hand is what a damaged row leads to.
  if (error instanceof RangeError) return 'it says it is longer than it is.';
  throw error;
}

/** Counts what a file holds and refuses it once that is more than an import may have. */
export interface Budget {
  /** Of one row. Throws `RowFault` above the limit of a parcel, an input error above that of the import. */
  readonly takeVertices: (count: number) => void;
  /** Throws an input error where there are more rows than an import may have. */
  readonly checkRows: (count: number) => void;
}

/** A budget of `IMPORT_LIMITS` for the file `name`. */
export function openBudget(name: string): Budget {
  let used = 0;
  return {
    takeVertices(count) {
      if (count > IMPORT_LIMITS.verticesPerParcel) {
        throw new RowFault(
          `it has ${count.toLocaleString('en')} vertices; at most ${IMPORT_LIMITS.verticesPerParcel.toLocaleString('en')} are accepted. Simplify it and try again.`,
        );
      }
      used += count;
      if (used <= IMPORT_LIMITS.verticesPerImport) return;
      const limit = IMPORT_LIMITS.verticesPerImport.toLocaleString('en');
      throw inputError('E_PARCELS_VERTICES', `${name} has more than ${limit} vertices; simplify or divide it.`, name);
    },
    checkRows(count) {
      if (count <= IMPORT_LIMITS.parcels) return;
      const [got, limit] = [count, IMPORT_LIMITS.parcels].map((n) => n.toLocaleString('en'));
      throw inputError('E_PARCELS_COUNT', `${name} holds ${got} rows; at most ${limit} are read. Divide it.`, name);
    },
  };
}

/** A number as JSON can hold it: infinities and NaN as text, integers beyond 2⁵³ as the text of their digits. */
export function jsonNumber(value: number | bigint): JsonValue {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

/** JSON text of a column that holds JSON; the text itself where it is none, or nested deeper than is read. */
export function jsonOfText(text: string): JsonValue {
  try {
    const value = JSON.parse(text) as JsonValue;
    return isShallow(value, IMPORT_LIMITS.nesting) ? value : text;
  } catch {
    return text;
  }
}

function isShallow(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((inner: JsonValue) => isShallow(inner, levels - 1));
}

/** Names of columns made unique and not empty; what had to change, one sentence each. */
export function uniqueNames(names: readonly string[]): { names: string[]; notes: string[] } {
  const taken = new Set<string>();
  const notes: string[] = [];
  const unique = names.map((given, i) => {
    const base = given === '' ? `column ${i + 1}` : given;
    let name = base;
    for (let n = 2; taken.has(name); n++) name = `${base}_${n}`;
    taken.add(name);
    if (name !== given)
      notes.push(
        `Column ${i + 1} is called "${shownText(given)}", as another is; it was read as "${shownText(name)}".`,
      );
    return name;
  });
  return { names: unique, notes };
}
