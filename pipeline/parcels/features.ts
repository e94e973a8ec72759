import { inputError } from '../../shared/errors.ts';
import type { Fault } from '../../shared/geometry/rings.ts';
import { assignIds, faultOfId, quoteId } from './ids.ts';
import { decodeUtf8, keepsNumbersAsWritten, parseJsonText, quoteMemberNumbers } from './json-text.ts';

/** What of a GeoJSON feature matters to a parcel. */
export interface Feature {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly featureId: unknown;
  readonly geometry: unknown;
  readonly isFeature: boolean;
}

/** The name a feature gets in results and messages, and why it cannot have it, if so. */
export interface NamedFeature {
  readonly id: string;
  readonly index: number;
  readonly feature: Feature;
  readonly fault: Fault | null;
}

export interface FeatureFile {
  /** In file order. */
  readonly features: readonly NamedFeature[];
  /** The `crs` member that GeoJSON had until 2016 and many programs still write; undefined without one. */
  readonly crs: unknown;
  /** Says that repeated ids gave way to other names; null where none did. */
  readonly idNote: string | null;
}

interface FeatureFileOptions {
  /** Where the text is from, for messages. */
  readonly source: string;
  readonly idField?: string | undefined;
  /** Default 64 MiB. */
  readonly largestFileBytes?: number;
}

type Member = Readonly<Record<string, unknown>>;

const defaultLargestFileBytes = 64 * 1024 * 1024;

/**
 * The features of a GeoJSON text (FeatureCollection, Feature or bare geometry) under their ids, see `assignIds`; numbers
 * keep the digits they are written with. What is wrong with the file throws an input error that names `source` (codes
 * E_JSON, E_TEXT_ENCODING, E_PARCELS_SIZE, E_PARCELS_FORMAT), a bad `idField` a usage error.
 */
export function readFeatureFile(input: Uint8Array | string, options: FeatureFileOptions): FeatureFile {
  const { source, idField } = options;
  const { features, crs } = readFeatures(textOf(input, options), source, idField);
  const { ids: given, note: idNote } = assignIds(features, idField, source);
  const taken = new Map<string, number>();
  const named = features.map((feature, index) => {
    const givenId = given[index]!;
    const idFault = faultOfId(givenId);
    const id = idFault === null ? givenId : `row-${index + 1}`;
    const firstIndex = taken.get(id);
    if (firstIndex === undefined) taken.set(id, index);
    return {
      id,
      index,
      feature,
      fault: faultOfFeature(feature, idFault === null ? null : { id: givenId, text: idFault }, firstIndex),
    };
  });
  return { features: named, crs, idNote };
}

function faultOfFeature(
  feature: Feature,
  idFault: { readonly id: string; readonly text: string } | null,
  firstIndex: number | undefined,
): Fault | null {
  if (idFault) {
    const text = `cannot be kept under its id ${quoteId(idFault.id)}: ${idFault.text}. Give it a shorter, plain id.`;
    return { code: 'E_PARCEL_ID', text };
  }
  if (firstIndex !== undefined) {
    return { code: 'E_PARCEL_DUPLICATE', text: `has the id of feature ${firstIndex + 1} too; give it one of its own.` };
  }
  if (!feature.isFeature) return { code: 'E_PARCEL_TYPE', text: 'is not a GeoJSON Feature; only those are read.' };
  return null;
}

function textOf(
  input: Uint8Array | string,
  { source, largestFileBytes = defaultLargestFileBytes }: FeatureFileOptions,
): string {
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
): { features: Feature[]; crs: unknown } {
  const document = parseJsonText(text, source);
  let features = listFeatures(document, source);
  const names = new Set(['id', idField ?? 'id']);
  const hasNumber = ({ properties, featureId }: Feature) =>
    typeof featureId === 'number' || [...names].some((name) => typeof properties[name] === 'number');
  if (features.some(hasNumber) && !keepsNumbersAsWritten(text, names)) {
    features = listFeatures(parseJsonText(quoteMemberNumbers(text, names), source), source);
  }
  return { features, crs: (document as Member).crs };
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

/** Whether a JSON value is an object. */
export function isMember(value: unknown): value is Member {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
