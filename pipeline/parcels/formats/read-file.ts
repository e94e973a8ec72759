import type { GeoJsonGeometry } from '../../../shared/api.ts';
import { inputError } from '../../../shared/errors.ts';
import {
  type CheckFinding,
  IMPORT_LIMITS,
  type ParcelCandidate,
  type ParcelFormat,
} from '../../../shared/parcel-check.ts';
import { assignIds, faultOfId, freeRowId, quoteId } from '../ids.ts';
import { countVertices, toArea } from './areas.ts';
import { attributesOf } from './attributes.ts';
import { finding } from './findings.ts';
import type { RawFeature, RawFile, ReadFormat, ReadOptions, UsedAnswers } from './format.ts';
import { sniffFormat } from './sniff.ts';
import { refuseParcels, refuseVertices } from './vertex-limits.ts';

/** The parcels of a file, read but not judged. */
export interface ParcelFile {
  readonly format: ParcelFormat;
  readonly candidates: readonly ParcelCandidate[];
  /** What of `options` was needed to read it: only that can be said to be how it was read. */
  readonly used: UsedAnswers;
  /** About the file as a whole, one sentence each. */
  readonly notes: readonly string[];
}

/** Each reader is loaded when a file of its format comes. */
const READERS: Record<ParcelFormat, () => Promise<ReadFormat>> = {
  geojson: async () => (await import('./geojson.ts')).readGeojson,
  kml: async () => (await import('./kml.ts')).readKml,
  kmz: async () => (await import('./kml.ts')).readKmz,
  gpx: async () => (await import('./gpx.ts')).readGpx,
  csv: async () => (await import('./csv.ts')).readCsv,
  shapefile: async () => (await import('./shapefile.ts')).readShapefileZip,
  geopackage: async () => (await import('./geopackage.ts')).readGeopackage,
  flatgeobuf: async () => (await import('./flatgeobuf.ts')).readFlatgeobuf,
};

/**
 * Reads a parcel file of any format, ids by the contract on parcels. What is wrong with the file as a whole throws an
 * input error (a bad `idField` a usage error); what is wrong with a row is among the findings of its candidate. Nothing is
 * mended: geometries are as given, in longitude and latitude. Limits: `IMPORT_LIMITS`.
 */
export async function readParcelFile(bytes: Uint8Array, options: ReadOptions): Promise<ParcelFile> {
  const { name } = options;
  const format = sniffFormat(bytes, name);
  const isZip = format === 'kmz' || format === 'shapefile';
  refuseSize(bytes.length, isZip ? IMPORT_LIMITS.zipBytes : IMPORT_LIMITS.fileBytes, name);
  const read = await READERS[format]();
  const raw = await read(bytes, options);
  refuseCounts(raw, name);
  const { ids, areMadeUp, note } = assignIds(raw.features, options.idField ?? undefined, name);
  // Whoever gave its parcel the id that would stand in for another one's keeps it.
  const taken = new Set(ids.filter((_, index) => !areMadeUp[index]));
  const candidates = raw.features.map((feature, index) =>
    candidateOf(feature, index, { given: ids[index]!, isMadeUp: areMadeUp[index]!, taken }),
  );
  const notes = [...raw.notes, ...(note === null ? [] : [note])];
  return { format, candidates: markRepeats(candidates), used: raw.used, notes };
}

function refuseSize(got: number, limit: number, name: string): void {
  if (got <= limit) return;
  const [gotMb, limitMb] = [got, limit].map((count) => (count / 1_048_576).toFixed(count % 1_048_576 === 0 ? 0 : 1));
  throw inputError(
    'E_PARCELS_SIZE',
    `${name} has ${gotMb} MB; at most ${limitMb} MB are read. Divide it and try again.`,
    name,
  );
}

function refuseCounts({ features }: RawFile, name: string): void {
  if (features.length === 0) {
    throw inputError('E_PARCELS_EMPTY', `${name} holds no parcel; at least one area is needed.`, name);
  }
  refuseParcels(features.length, name);
  let total = 0;
  let largest = { index: 0, count: 0, place: '' };
  for (const [index, { geometry, place }] of features.entries()) {
    const count = countVertices(geometry);
    total += count;
    if (count > largest.count) largest = { index, count, place };
  }
  refuseVertices({ total, largest }, name);
}

function candidateOf(
  feature: RawFeature,
  index: number,
  of: { readonly given: string; readonly isMadeUp: boolean; readonly taken: ReadonlySet<string> },
): ParcelCandidate {
  const { given, isMadeUp, taken } = of;
  const area = toArea(feature.geometry);
  const { attributes, findings } = attributesOf(feature.properties);
  const idFault = faultOfId(given);
  const id = idFault === null && !isMadeUp ? given : freeRowId(index, taken);
  const { more } = attributes;
  // What has become the id need not be said twice.
  if (Object.hasOwn(more, 'id') && String(more.id) === given) delete (more as Record<string, unknown>).id;
  return {
    index,
    id,
    idIsMadeUp: isMadeUp || idFault !== null,
    geometry: area.geometry === undefined ? null : (area.geometry as GeoJsonGeometry | null),
    attributes,
    place: feature.place,
    findings: [
      ...feature.findings,
      ...area.findings,
      ...findings,
      ...(idFault === null ? [] : [badId(given, idFault, id)]),
    ],
  };
}

function badId(given: string, why: string, id: string): CheckFinding {
  const text = `It cannot be kept under its id ${quoteId(given)}: ${why}. It goes by ${id} until it has a shorter, plain id.`;
  return finding('id', 'warning', text, { values: { given: quoteId(given), id } });
}

/** Two candidates come to one id only where one has it among its properties and the other as its feature's own. */
function markRepeats(candidates: readonly ParcelCandidate[]): readonly ParcelCandidate[] {
  const taken = new Map<string, string>();
  return candidates.map((candidate) => {
    const first = taken.get(candidate.id);
    if (first === undefined) {
      taken.set(candidate.id, candidate.place);
      return candidate;
    }
    const text = `Its id ${quoteId(candidate.id)} is that of ${first} too. Give it one of its own.`;
    const repeat = finding('id-repeated', 'error', text, { values: { id: candidate.id, firstPlace: first } });
    return { ...candidate, findings: [repeat, ...candidate.findings] };
  });
}
