import { inputError } from '../../../shared/errors.ts';
import type { CheckFinding, JsonValue } from '../../../shared/parcel-check.ts';
import type { FilePlace } from '../../../shared/parcel-place.ts';
import type { Converter } from '../../../shared/transform.ts';
import { type Area, faultText, type OtherShape, openBudget, RowFault, toGeoJson, unreadable } from './binary-rows.ts';
import { shownText } from './findings.ts';
import { type FgbHeader, readHeader } from './flatgeobuf-header.ts';
import { readCells } from './flatgeobuf-properties.ts';
import { bytesOf, readChild, readChildren, readRoot, readUint8, readVector, type Table } from './flatgeobuf-table.ts';
import type { RawFeature, ReadFormat } from './format.ts';
import { openCrs } from './prj-convert.ts';
import { readProperties } from './properties.ts';

/** Slots of the tables in feature.fbs of FlatGeobuf 3. */
const FEATURE = { geometry: 0, properties: 1, columns: 2 };
const GEOMETRY = { ends: 0, xy: 1, z: 2, m: 3, type: 6, parts: 7 };

const POLYGON = 3;
const MULTI_POLYGON = 6;
const NAMES = [
  'geometry of no type',
  'Point',
  'LineString',
  'Polygon',
  'MultiPoint',
  'MultiLineString',
  'MultiPolygon',
  'GeometryCollection',
  'CircularString',
  'CompoundCurve',
  'CurvePolygon',
  'MultiCurve',
  'MultiSurface',
];

/**
 * Reads a FlatGeobuf file, strictly: every size is held against the bytes that are there before anything is made. Throws
 * input errors E_FLATGEOBUF, E_PARCELS_CRS, E_PARCELS_CRS_MISSING, E_PARCELS_COUNT, E_PARCELS_VERTICES.
 */
export const readFlatgeobuf: ReadFormat = (bytes, options) => {
  const { name } = options;
  const header = readHeader(bytes, name);
  const { convert, notes, assumedCrs } = openCrs(header.crs, options, 'does not say its CRS');
  const { takeVertices, checkRows } = openBudget(name);
  const spans = findFeatures(bytes, header, name);
  checkRows(spans.list.length);
  const seen: Seen = { binary: new Set(), flattened: 0 };
  const door: Door = { header, convert, takeVertices, seen };
  const features = spans.list.map((view, row) => readFeature(view, `feature ${row + 1}`, door));
  const flat = `Z or M of ${seen.flattened} ${seen.flattened === 1 ? 'feature' : 'features'} was left out: parcels are flat.`;
  return {
    format: 'flatgeobuf',
    features,
    used: { assumedCrs, layer: null },
    notes: [
      ...notes,
      ...header.notes,
      ...spans.notes,
      ...(seen.flattened > 0 ? [flat] : []),
      ...[...seen.binary].map((column) => `Binary values of the column "${shownText(column)}" were left out.`),
    ],
  };
};

/** What was left out on the way. */
interface Seen {
  readonly binary: Set<string>;
  flattened: number;
}

interface Door {
  readonly header: FgbHeader;
  readonly convert: Converter;
  readonly takeVertices: (count: number) => void;
  readonly seen: Seen;
}

function readFeature(view: DataView, place: FilePlace, { header, convert, takeVertices, seen }: Door): RawFeature {
  let properties: Readonly<Record<string, JsonValue>> = Object.create(null);
  let findings: CheckFinding[] = [];
  try {
    const root = readRoot(view);
    const cells = readCells(propertyBytes(root), ownColumns(root, header), (column) => seen.binary.add(column));
    ({ properties, findings } = readProperties(Object.entries(cells)));
    const table = readChild(root, FEATURE.geometry);
    const shape = table === null ? null : readGeometry(table, header.geometryType, takeVertices);
    if (shape?.isFlattened) seen.flattened += 1;
    const geometry = shape === null ? null : toGeoJson(shape, convert);
    return { geometry, properties, featureId: undefined, place, findings };
  } catch (error) {
    const all = [...findings, unreadable(place, faultText(error))];
    return { geometry: null, properties, featureId: undefined, place, findings: all };
  }
}

/** The features one after the other, each in its own bytes. Throws E_FLATGEOBUF where one reaches beyond the file. */
function findFeatures(bytes: Uint8Array, { featuresAt, features }: FgbHeader, name: string) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const list: DataView[] = [];
  for (let at = featuresAt; at < bytes.length; ) {
    const left = bytes.length - at - 4;
    const length = left < 0 ? 0 : view.getUint32(at, true);
    if (left < 0 || length < 8 || length > left) {
      throw inputError(
        'E_FLATGEOBUF',
        `${name} is cut off or damaged: feature ${list.length + 1} says it has ${length.toLocaleString('en')} bytes, and ${Math.max(0, left).toLocaleString('en')} are left. Send it again.`,
        name,
      );
    }
    list.push(new DataView(bytes.buffer, bytes.byteOffset + at + 4, length));
    at += 4 + length;
  }
  const isOff = features > 0 && features !== list.length;
  const notes = isOff
    ? [`The header of ${name} says ${features.toLocaleString('en')} features; there are ${list.length}.`]
    : [];
  return { list, notes };
}

function propertyBytes(root: Table): Uint8Array | null {
  const vector = readVector(root, FEATURE.properties, 1);
  return vector === null ? null : bytesOf(root.view, vector);
}

/** Columns of its own are allowed to a feature by the format; no program at hand writes them. */
function ownColumns(root: Table, header: FgbHeader): FgbHeader['columns'] {
  if (readVector(root, FEATURE.columns, 4) !== null)
    throw new RowFault('it has columns of its own, which are not read.');
  return header.columns;
}

type FgbShape = (Area | OtherShape) & { readonly isFlattened: boolean };

function readGeometry(table: Table, headerType: number, takeVertices: (count: number) => void): FgbShape {
  const type = headerType === 0 ? readUint8(table, GEOMETRY.type, 0) : headerType;
  if (type === POLYGON) {
    const rings = readRings(table, takeVertices);
    return { type: 'Polygon', polygons: rings.length === 0 ? [] : [rings], isFlattened: hasHeight(table) };
  }
  if (type !== MULTI_POLYGON) {
    return { type: NAMES[type] ?? `geometry of type ${type}`, polygons: null, isFlattened: false };
  }
  const parts = readChildren(table, GEOMETRY.parts, table.view.byteLength / 4);
  takeVertices(parts.length);
  const polygons = parts.map((part) => readRings(part, takeVertices));
  return { type: 'MultiPolygon', polygons, isFlattened: parts.some(hasHeight) };
}

function hasHeight(table: Table): boolean {
  return [GEOMETRY.z, GEOMETRY.m].some((slot) => (readVector(table, slot, 8)?.length ?? 0) > 0);
}

/** Rings of a polygon: all corners in one row, cut at `ends`; without these it is one ring. */
function readRings(table: Table, takeVertices: (count: number) => void): Float64Array[] {
  const { view } = table;
  const xy = readVector(table, GEOMETRY.xy, 8);
  if (xy === null || xy.length === 0) return [];
  if (xy.length % 2 !== 0) throw new RowFault(`it has ${xy.length} ordinates, which are no pairs.`);
  const corners = xy.length / 2;
  const ends = readVector(table, GEOMETRY.ends, 4);
  const count = ends === null || ends.length === 0 ? 1 : ends.length;
  takeVertices(Math.max(corners, count));
  let start = 0;
  const rings = Array.from({ length: count }, (_, i) => {
    const end = ends === null || ends.length === 0 ? corners : view.getUint32(ends.start + 4 * i, true);
    if (end < start || end > corners) throw new RowFault(`ring ${i + 1} ends at corner ${end} of ${corners}.`);
    const ring = new Float64Array(2 * (end - start));
    for (let k = 0; k < ring.length; k++) ring[k] = view.getFloat64(xy.start + 8 * (2 * start + k), true);
    start = end;
    return ring;
  });
  if (start !== corners) throw new RowFault(`its rings end at corner ${start} of ${corners}.`);
  return rings;
}
