import { inputError } from '../shared/errors.ts';
import type { Parcel, RefusedParcel } from '../shared/parcel.ts';
import { measureAreaHa } from './parcels/area.ts';
import { assignIds, faultOfId } from './parcels/ids.ts';
import { decodeUtf8, parseJsonText, quoteMemberNumbers } from './parcels/json-text.ts';
import { bboxOfRings, type Fault, readRings } from './parcels/rings.ts';
import { findGeometryFault } from './parcels/validity.ts';

export interface ParsedParcels {
  /** In file order. */
  readonly parcels: readonly Parcel[];
  /** In file order, each with one sentence that names the parcel. */
  readonly refused: readonly RefusedParcel[];
  /** What was taken for granted about the file, one sentence each. */
  readonly notes: readonly string[];
}

interface Feature {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly featureId: unknown;
  readonly geometry: unknown;
  readonly isFeature: boolean;
}

type Member = Readonly<Record<string, unknown>>;

const largestFileBytes = 64 * 1024 * 1024;
const largestParcelHa = 10_000_000;
/** 0.01 m²: below this a ring is a line that rounding gave a width. */
const smallestParcelHa = 1e-6;

/**
 * Parcels of a GeoJSON text (FeatureCollection, Feature or bare geometry; lon/lat on WGS 84). What is wrong with one
 * parcel refuses that parcel; what is wrong with the file throws an input error that names `source` (codes E_JSON,
 * E_TEXT_ENCODING, E_PARCELS_SIZE, E_PARCELS_FORMAT, E_PARCELS_CRS), a bad `idField` a usage error.
 * Ids: see `assignIds`; numbers keep the digits they are written with. Areas: GeographicLib.
 */
export async function parseParcels(
  input: Uint8Array | string,
  options: { readonly source: string; readonly idField?: string | undefined },
): Promise<ParsedParcels> {
  const { source, idField } = options;
  const text = textOf(input, source);
  const { features, crsNote } = readFeatures(text, source, idField);
  const ids = assignIds(features, idField, source);
  const parcels: Parcel[] = [];
  const refused: RefusedParcel[] = [];
  const taken = new Map<string, number>();
  for (const [index, feature] of features.entries()) {
    const id = faultOfId(ids[index]!) === null ? ids[index]! : `row-${index + 1}`;
    const result = await readParcel(feature, { id, index, givenId: ids[index]!, firstIndex: taken.get(id) });
    if ('parcelHa' in result) parcels.push(result);
    else refused.push({ id, index, code: result.code, reason: `Parcel ${id} ${result.text}` });
    if (!taken.has(id)) taken.set(id, index);
  }
  return { parcels, refused, notes: crsNote === null ? [] : [crsNote] };
}

async function readParcel(
  feature: Feature,
  as: { id: string; index: number; givenId: string; firstIndex: number | undefined },
): Promise<Parcel | Fault> {
  const idFault = faultOfId(as.givenId);
  if (idFault) return { code: 'E_PARCEL_ID', text: `cannot be kept: ${idFault}. Give it a shorter, plain id.` };
  if (as.firstIndex !== undefined) {
    return {
      code: 'E_PARCEL_DUPLICATE',
      text: `has the id of feature ${as.firstIndex + 1} too; give it one of its own.`,
    };
  }
  if (!feature.isFeature) return { code: 'E_PARCEL_TYPE', text: 'is not a GeoJSON Feature; only those are read.' };
  const read = readRings(feature.geometry);
  if (read.fault) return read.fault;
  const geometryFault = await findGeometryFault(read.value);
  if (geometryFault) return geometryFault;
  const parcelHa = measureAreaHa(read.value);
  if (parcelHa < smallestParcelHa) return { code: 'E_PARCEL_ZERO_AREA', text: 'has no area; draw it again.' };
  if (parcelHa > largestParcelHa) {
    const [measured, limit] = [parcelHa, largestParcelHa].map((ha) => Math.round(ha).toLocaleString('en'));
    return { code: 'E_PARCEL_TOO_LARGE', text: `covers ${measured} ha; at most ${limit} ha are accepted. Divide it.` };
  }
  return { id: as.id, index: as.index, rings: read.value, parcelHa, bboxDeg: bboxOfRings(read.value) };
}

function textOf(input: Uint8Array | string, source: string): string {
  const bytes = typeof input === 'string' ? input.length : input.byteLength;
  if (bytes > largestFileBytes) {
    const [got, limit] = [bytes, largestFileBytes].map((n) => (n / 1_048_576).toFixed(0));
    throw inputError(
      'E_PARCELS_SIZE',
      `${source} has ${got} MB; at most ${limit} MB are read. Divide the file.`,
      source,
    );
  }
  return typeof input === 'string' ? input : decodeUtf8(input, source);
}

function readFeatures(
  text: string,
  source: string,
  idField: string | undefined,
): { features: Feature[]; crsNote: string | null } {
  const document = parseJsonText(text, source);
  let features = listFeatures(document, source);
  const crsNote = checkCrs((document as Member).crs, source);
  const names = new Set(['id', idField ?? 'id']);
  const hasNumber = ({ properties, featureId }: Feature) =>
    typeof featureId === 'number' || [...names].some((name) => typeof properties[name] === 'number');
  if (features.some(hasNumber)) {
    features = listFeatures(parseJsonText(quoteMemberNumbers(text, names), source), source);
  }
  return { features, crsNote };
}

function listFeatures(document: unknown, source: string): Feature[] {
  const root = isMember(document) ? document : {};
  if (root.type === 'Feature') return [toFeature(root)];
  if (root.type === 'FeatureCollection' && Array.isArray(root.features)) {
    if (root.features.length > 0) return (root.features as unknown[]).map(toFeature);
    throw inputError('E_PARCELS_FORMAT', `${source} holds no feature; at least one parcel is needed.`, source);
  }
  const isGeometry = ['coordinates', 'geometries'].some((name) => Array.isArray(root[name]));
  if (typeof root.type === 'string' && isGeometry) {
    return [{ properties: {}, featureId: undefined, geometry: root, isFeature: true }];
  }
  const got = typeof root.type === 'string' ? `its type is "${root.type.slice(0, 40)}"` : 'it has no "type"';
  throw inputError(
    'E_PARCELS_FORMAT',
    `${source} is JSON but not GeoJSON: ${got}; a FeatureCollection, a Feature, a Polygon or a MultiPolygon was wanted.`,
    source,
  );
}

function toFeature(value: unknown): Feature {
  const member = isMember(value) ? value : {};
  const properties = isMember(member.properties) ? member.properties : {};
  return { properties, featureId: member.id, geometry: member.geometry, isFeature: member.type === 'Feature' };
}

function isMember(value: unknown): value is Member {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Judges the `crs` member that GeoJSON had until 2016 and many programs still write. */
function checkCrs(crs: unknown, source: string): string | null {
  if (crs === undefined || crs === null) return null;
  const properties = isMember(crs) && isMember(crs.properties) ? crs.properties : {};
  const name = typeof properties.name === 'string' ? properties.name : 'a CRS without a name';
  if (/(?:^|[:/])CRS84h?$/i.test(name)) return null;
  if (/(?:^|[:/])EPSG(?::[\d.]*:|:|\/\d+\/)(?:4326|4979)$/i.test(name)) {
    return `${source} names the CRS ${name}; its coordinates were read as longitude, latitude, the order of GeoJSON.`;
  }
  throw inputError(
    'E_PARCELS_CRS',
    `${source} is in ${name.slice(0, 80)}; WGS 84 lon/lat was wanted. Reproject it to EPSG:4326 and try again.`,
    source,
  );
}
