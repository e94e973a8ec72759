import type { CheckFinding, JsonValue, ParcelFormat } from '../../../shared/parcel-check.ts';
import type { FilePlace } from '../../../shared/parcel-place.ts';

/** One row of a parcel file, whatever its format, before it is judged. */
export interface RawFeature {
  /** A GeoJSON geometry as given (longitude, latitude on WGS 84 once `RawFile.crs` has been honoured), or null. */
  readonly geometry: unknown;
  /** A record without a prototype. */
  readonly properties: Readonly<Record<string, JsonValue>>;
  /** The feature's own id where the format has one. */
  readonly featureId: unknown;
  /** Where in the file, for people: `feature 3`, `Placemark 3`, `line 12`, `record 4`. */
  readonly place: FilePlace;
  /** What the reader itself found, such as a row that cannot be read. */
  readonly findings: readonly CheckFinding[];
}

/** Which of the answers in `ReadOptions` the reader needed; null: none was given, or the file says it itself. */
export interface UsedAnswers {
  readonly assumedCrs: string | null;
  /** Null as well where the file has one layer only: nothing was to be chosen. */
  readonly layer: string | null;
}

export interface RawFile {
  readonly format: ParcelFormat;
  readonly features: readonly RawFeature[];
  readonly used: UsedAnswers;
  /** About the file as a whole, one sentence each: what was taken for granted, what was left out. */
  readonly notes: readonly string[];
}

export interface ReadOptions {
  /** Name of the file, for messages. */
  readonly name: string;
  /** CRS to take where the file does not say, `EPSG:<code>`; null: refuse with a sentence that asks for it. */
  readonly assumeCrs: string | null;
  /** Of a container with several layers: the one to read; null: the only one, else refuse with their names. */
  readonly layer: string | null;
  /** Property whose value is the id (`--id-field`); by default as the contract on parcels says. */
  readonly idField?: string | null;
}

/** Reads one format from bytes. Throws `inputError` about the file as a whole; a faulty row becomes a finding. */
export type ReadFormat = (bytes: Uint8Array, options: ReadOptions) => RawFile | Promise<RawFile>;
