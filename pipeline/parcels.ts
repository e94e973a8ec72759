import { inputError } from '../shared/errors.ts';
import { measureAreaHa } from '../shared/geometry/area.ts';
import { bboxOfRings, type Fault, readRings } from '../shared/geometry/rings.ts';
import { findGeometryFault } from '../shared/geometry/validity.ts';
import type { Bbox } from '../shared/grid.ts';
import type { Parcel, RefusedParcel } from '../shared/parcel.ts';
import { isMember, type NamedFeature, readFeatureFile } from './parcels/features.ts';

export interface ParsedParcels {
  /** In file order. */
  readonly parcels: readonly Parcel[];
  /** In file order, each with one sentence that names the parcel. */
  readonly refused: readonly RefusedParcel[];
  /** Boxes (lon/lat) of refused parcels that have a place: it is not free ground. */
  readonly refusedBboxes: readonly Bbox[];
  /** What was taken for granted about the file, one sentence each. */
  readonly notes: readonly string[];
}

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
  const { features, crs, idNote } = readFeatureFile(input, options);
  const crsNote = checkCrs(crs, options.source);
  const parcels: Parcel[] = [];
  const refused: RefusedParcel[] = [];
  const refusedBboxes: Bbox[] = [];
  for (const named of features) {
    const { id, index } = named;
    const result = await readParcel(named);
    if ('parcelHa' in result) parcels.push(result);
    else {
      refused.push({ id, index, code: result.code, reason: `Parcel ${id} ${result.text}` });
      if (result.bboxDeg) refusedBboxes.push(result.bboxDeg);
    }
  }
  return { parcels, refused, refusedBboxes, notes: [crsNote, idNote].filter((note) => note !== null) };
}

async function readParcel({
  id,
  index,
  feature,
  fault,
}: NamedFeature): Promise<Parcel | (Fault & { readonly bboxDeg?: Bbox })> {
  if (fault) return fault;
  const read = readRings(feature.geometry);
  if (read.fault) return read.fault;
  const bboxDeg = bboxOfRings(read.value);
  const geometryFault = await findGeometryFault(read.value);
  if (geometryFault) return { ...geometryFault, bboxDeg };
  const parcelHa = measureAreaHa(read.value);
  if (parcelHa < smallestParcelHa) return { code: 'E_PARCEL_ZERO_AREA', text: 'has no area; draw it again.' };
  if (parcelHa > largestParcelHa) {
    const [measured, limit] = [parcelHa, largestParcelHa].map((ha) => Math.round(ha).toLocaleString('en'));
    return { code: 'E_PARCEL_TOO_LARGE', text: `covers ${measured} ha; at most ${limit} ha are accepted. Divide it.` };
  }
  return { id, index, rings: read.value, parcelHa, bboxDeg };
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
