import type { GeoJsonGeometry } from './api.ts';

/** What is planned on a parcel. Words of the field: TerraMatch, Restor and the CDM use the same six. */
export const INTERVENTIONS = [
  'planting',
  'direct-seeding',
  'assisted-natural-regeneration',
  'natural-regeneration',
  'agroforestry',
  'conservation',
] as const;
export type Intervention = (typeof INTERVENTIONS)[number];

/** What a file may hold as a value. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** What is said about a parcel; null where nothing was said. */
export interface ParcelAttributes {
  readonly name: string | null;
  readonly intervention: Intervention | null;
  /** UTC day on which the work starts or started, `2025-06-01`. */
  readonly startDate: string | null;
  /** Tenure and consent are personal data: never in public features, logs or, unless asked for, exports. */
  readonly tenure: string | null;
  readonly consent: string | null;
  /** Area as stated by whom it comes from, hectares. */
  readonly statedHa: number | null;
  /** Further properties of the file the parcel came from, as given; a record without a prototype. */
  readonly more: Readonly<Record<string, JsonValue>>;
}

/** A parcel as it goes into a check: read, perhaps not valid. */
export interface ParcelCandidate {
  /** Position in its file, from 0. */
  readonly index: number;
  readonly id: string;
  /** Whether the id only stands in for one (`row-3`): the file has none, or one that cannot be kept. Left out: no. */
  readonly idIsMadeUp?: boolean;
  /** As given, not turned, not closed; null where the file has none. Longitude and latitude on WGS 84. */
  readonly geometry: GeoJsonGeometry | null;
  readonly attributes: ParcelAttributes;
  /** Where in the file, for messages: `feature 3`, `Placemark 3 (Champ nord)`, `line 12`, `record 4`. */
  readonly place: string;
  /** Findings of the reader itself, such as an id that had to give way or a Z that was dropped. */
  readonly findings: readonly CheckFinding[];
}

export const CHECK_SEVERITIES = ['error', 'warning', 'note'] as const;
/** `error`: cannot be registered as it is · `warning`: a person has to look · `note`: for information. */
export type CheckSeverity = (typeof CHECK_SEVERITIES)[number];

/** One thing found about one parcel. The text is `message` in English; `code` and `values` are what a viewer translates. */
export interface CheckFinding {
  /** Name of the rule, such as `self-crossing`, `spike`, `overlap`; see `shared/checks/`. */
  readonly rule: string;
  readonly severity: CheckSeverity;
  /** One plain sentence, which names what, where, what was wanted and what to do next. */
  readonly message: string;
  /** What the sentence is filled with, by name. Hectares, degrees and percent as numbers; ids and names as text. */
  readonly values: Readonly<Record<string, string | number>>;
  /** Longitude and latitude of the fault. */
  readonly place: readonly [lon: number, lat: number] | null;
  readonly proposal: MendProposal | null;
}

/** A change that a person may accept; nothing is changed before. */
export interface MendProposal {
  /** Such as `close-ring`, `drop-duplicate-points`, `cut-spike`, `cut-overlap`, `swap-axes`, `make-valid`, `drop-part`. */
  readonly kind: string;
  readonly message: string;
  /** True area on the ellipsoid; null where the parcel as given has none that can be measured. */
  readonly haBefore: number | null;
  readonly haAfter: number;
  readonly geometry: GeoJsonGeometry;
}

/**
 * `accepted`: nothing but notes · `warned`: may be registered once a person has looked · `mendable`: every error has a
 * proposal · `refused`: at least one error has none.
 */
export type CheckVerdict = 'accepted' | 'warned' | 'mendable' | 'refused';

export interface CheckedParcel {
  readonly index: number;
  readonly id: string;
  readonly verdict: CheckVerdict;
  /** Errors first, then warnings, then notes; within them in the order of the rules. */
  readonly findings: readonly CheckFinding[];
  /** True area of the parcel as given; null where it cannot be measured. */
  readonly parcelHa: number | null;
}

/** What `canopy parcels check --json` prints; more members may follow. */
export interface CheckReport {
  readonly summary: CheckSummary;
  readonly parcels: readonly CheckedParcel[];
}

export interface CheckSummary {
  readonly file: string;
  readonly format: ParcelFormat;
  readonly parcels: number;
  readonly verdicts: Readonly<Record<CheckVerdict, number>>;
  /** How many parcels each rule found something about, in the order of the rules; only rules that did. */
  readonly rules: Readonly<Record<string, number>>;
  /** Sum of the areas that can be measured; null where there are parcels and none can. */
  readonly totalHa: number | null;
  /** Parcels whose area is not in `totalHa`, because it cannot be measured. */
  readonly unmeasuredParcels: number;
  /** About the file as a whole, one sentence each. */
  readonly notes: readonly string[];
  readonly limits: CheckLimits;
}

export const PARCEL_FORMATS = ['geojson', 'kml', 'kmz', 'shapefile', 'geopackage', 'flatgeobuf', 'csv', 'gpx'] as const;
export type ParcelFormat = (typeof PARCEL_FORMATS)[number];

/** What is checked against; told before a file is chosen. */
export interface CheckLimits {
  readonly smallestHa: number;
  readonly largestHa: number;
  /** Share of the parcel that has to lie inside its region, percent. */
  readonly insideRegionPct: number;
  /** Stated area over measured, percent. */
  readonly statedAreaPct: readonly [low: number, high: number];
  /** A spike is a corner sharper than this whose shorter side is longer than `spikeRatio` times its width at that side's end. */
  readonly spikeAngleDeg: number;
  readonly spikeRatio: number;
  /** Side of the pixel that parcels are measured with. */
  readonly pixelM: number;
}

export const DEFAULT_CHECK_LIMITS: CheckLimits = {
  smallestHa: 0.05,
  largestHa: 1000,
  insideRegionPct: 75,
  statedAreaPct: [75, 125],
  spikeAngleDeg: 10,
  spikeRatio: 5,
  pixelM: 10,
};

/** What a file may have at most; told before a file is chosen. */
export const IMPORT_LIMITS = {
  fileBytes: 10 * 1024 * 1024,
  zipBytes: 20 * 1024 * 1024,
  /** Of everything a zip holds, unpacked. */
  unpackedBytes: 100 * 1024 * 1024,
  zipEntries: 200,
  verticesPerImport: 100_000,
  verticesPerParcel: 10_000,
  parcels: 10_000,
  nesting: 20,
} as const;
