import { inputError } from '../../../shared/errors.ts';
import { type CheckFinding, IMPORT_LIMITS } from '../../../shared/parcel-check.ts';
import type { Converter } from '../../../shared/transform.ts';
import { type FeatureFile, isMember, type NamedFeature, readFeatureFile } from '../features.ts';
import { finding, shownText } from './findings.ts';
import type { RawFeature, ReadFormat, ReadOptions } from './format.ts';
import { refuseDeepJson, scanJson } from './json-scan.ts';
import type { NamedCrs } from './prj.ts';
import { type CrsDoor, openCrs } from './prj-convert.ts';
import { readProperties } from './properties.ts';
import { reprojectGeometry } from './reproject.ts';

/**
 * Reads a GeoJSON text: a FeatureCollection, a Feature or a bare geometry. A `crs` member is honoured, `assumeCrs` where
 * there is none. Throws input errors about the file, see `readFeatureFile`, and E_PARCELS_NESTING, E_PARCELS_CRS.
 */
export const readGeojson: ReadFormat = (bytes, options) => {
  const { name } = options;
  scanJson(bytes, name);
  const file = readFeatureFile(bytes, {
    source: name,
    idField: options.idField ?? undefined,
    largestFileBytes: IMPORT_LIMITS.fileBytes,
  });
  const { convert, notes, assumedCrs } = judgeCrs(file, options);
  const features = file.features.map((feature) => readFeature(feature, convert));
  return { format: 'geojson', features, used: { assumedCrs, layer: null }, notes };
};

function readFeature({ feature, index }: NamedFeature, convert: Converter | null): RawFeature {
  const place = `feature ${index + 1}` as const;
  const { properties, findings } = readProperties(Object.entries(feature.properties));
  const { featureId } = feature;
  if (!feature.isFeature) findings.push(notFeature());
  if (convert === null) return { geometry: feature.geometry ?? null, properties, featureId, place, findings };
  const turned = reprojectGeometry(feature.geometry ?? null, convert, place);
  return { geometry: turned.geometry, properties, featureId, place, findings: [...findings, ...turned.findings] };
}

function notFeature(): CheckFinding {
  return finding('no-feature', 'error', 'It is not a GeoJSON Feature; only those are read.');
}

type GeojsonDoor = Omit<CrsDoor, 'convert'> & { readonly convert: Converter | null };

const AS_IT_IS: GeojsonDoor = { convert: null, notes: [], assumedCrs: null };

function judgeCrs({ crs }: FeatureFile, options: ReadOptions): GeojsonDoor {
  if (crs === undefined || crs === null) {
    return options.assumeCrs === null ? AS_IT_IS : openCrs(null, options, 'names no CRS');
  }
  const named = nameOf(crs);
  if (named === 'lon-lat') return AS_IT_IS;
  const door = openCrs(named, options, 'names no CRS');
  // RFC 7946 and all programs of note write longitude first, whatever the definition of the CRS says.
  return named.epsg === 4326 || named.epsg === 4979 ? AS_IT_IS : door;
}

function nameOf(crs: unknown): NamedCrs | 'lon-lat' {
  const properties = isMember(crs) && isMember(crs.properties) ? crs.properties : {};
  const name = typeof properties.name === 'string' ? properties.name : 'a CRS without a name';
  if (/(?:^|[:/])CRS84h?$/i.test(name)) return 'lon-lat';
  const epsg = /(?:^|[:/])EPSG(?::[\d.]*:|:|\/[\d.]+\/)(\d{4,6})$/i.exec(name)?.[1];
  // WGS 84 with heights is WGS 84 to a parcel.
  if (epsg === '4979') return { epsg: 4326 };
  return epsg === undefined
    ? { epsg: null, name: shownText(name, 80), why: 'it names no EPSG code' }
    : { epsg: Number(epsg) };
}

/** The geometry that a cell of a table holds as GeoJSON. Throws an input error where it is none. */
export function parseGeojsonCell(text: string, source: string): unknown {
  refuseDeepJson(text, source);
  try {
    const value = JSON.parse(text) as unknown;
    return isMember(value) && value.type === 'Feature' ? value.geometry : value;
  } catch (cause) {
    throw inputError('E_JSON', `${source} is not JSON.`, source, cause);
  }
}
