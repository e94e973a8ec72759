import type { GeoJsonGeometry } from './api.ts';
import type { Eligibility } from './eligibility.ts';
import type {
  CheckedParcel,
  CheckFinding,
  CheckLimits,
  CheckReport,
  IMPORT_LIMITS,
  ParcelAttributes,
  ParcelFormat,
} from './parcel-check.ts';

/**
 * The register of parcels: versions that are never overwritten, and what the server says and takes under
 * `/api/register`. A failure answers 4xx or 5xx with an `ApiError`, a lost race 412 with a `RegisterConflict`.
 */

/** Where a version came from. */
export interface Provenance {
  readonly kind: 'drawn' | 'walked' | 'imported' | 'suggested' | 'split' | 'merged' | 'mended';
  /** Of an import: name, SHA-256 and format of the file, and where in it. */
  readonly file: {
    readonly name: string;
    readonly sha256: string;
    readonly format: ParcelFormat;
    readonly place: string;
    /** CRS that a person named because the file states none, and in which it was read. */
    readonly assumedCrs?: string;
    /** Layer that a person chose of several, and which was read. */
    readonly layer?: string;
  } | null;
  /** Parcels this one was split from or merged of. */
  readonly from: readonly { readonly id: string; readonly version: number }[];
  /** Proposals that a person accepted. */
  readonly mends: readonly {
    readonly rule: string;
    readonly kind: string;
    readonly haBefore: number | null;
    readonly haAfter: number;
  }[];
}

export interface ParcelVersion {
  readonly id: string;
  /** Region of the twin that the parcel belongs to. */
  readonly regionId: string;
  /** From 1. */
  readonly version: number;
  readonly state: 'active' | 'withdrawn';
  /** Valid, exteriors counter-clockwise, closed. */
  readonly geometry: GeoJsonGeometry;
  readonly attributes: ParcelAttributes;
  readonly parcelHa: number;
  readonly bboxDeg: readonly [number, number, number, number];
  /** Who, as they call themselves: there are no accounts yet. */
  readonly author: string;
  readonly reason: string;
  /** UTC, set by the register. */
  readonly at: string;
  readonly provenance: Provenance;
  /** SHA-256 of the canonical geometry: a result whose parcel has this hash was measured on this version. */
  readonly geometrySha256: string;
  /** Warnings of the check that stood when it was registered: a person had seen them. */
  readonly warnings?: readonly Pick<CheckFinding, 'rule' | 'message'>[];
}

/** ETag of a parcel is its version, `"3"`. */
export interface ParcelEdit {
  readonly geometry: GeoJsonGeometry;
  readonly attributes: ParcelAttributes;
  readonly author: string;
  readonly reason: string;
  readonly provenance: Provenance;
}

/** `POST /api/register/parcels`; the same `draftId` sent twice makes one parcel. */
export interface NewParcel extends ParcelEdit {
  readonly draftId: string;
  /** Wanted id; null: the register gives the next one of the region. */
  readonly id: string | null;
  readonly regionId: string;
}

/** Body of `DELETE /api/register/parcels/:id`, with `If-Match`: withdrawing is a new version too. */
export interface ParcelWithdrawal {
  readonly author: string;
  readonly reason: string;
}

/** 201 of `POST /api/register/parcels/batch`, in the order of the request; that of one parcel is its `ParcelVersion`. */
export interface BatchAnswer {
  readonly revision: number;
  readonly parcels: readonly ParcelVersion[];
}

/**
 * 422 of what cannot be registered as it is (`E_CHECK`), 409 of an id, a boundary or a draft that is registered already
 * (`E_ID_TAKEN`, `E_DUPLICATE`, `E_DRAFT_USED`): each parcel that stands in the way, by its place in the request.
 */
export interface RegisterRefusal {
  readonly error: { readonly code: string; readonly message: string };
  readonly parcels: readonly CheckedParcel[];
}

/** 412 of `PUT /api/register/parcels/:id`: what is there now, and what the edit was made on. */
export interface RegisterConflict {
  readonly error: { readonly code: 'E_CONFLICT'; readonly message: string };
  readonly current: ParcelVersion;
  /** Null where the version named does not exist. */
  readonly base: ParcelVersion | null;
}

/** `GET /api/register`: what there is, and the limits that hold. */
export interface RegisterInfo {
  /** Changes with every version. */
  readonly revision: number;
  readonly parcels: number;
  readonly regions: readonly RegisterRegion[];
  readonly limits: CheckLimits;
  readonly importLimits: typeof IMPORT_LIMITS;
  /** Whether layers for eligibility, and suggestions, are there. */
  readonly hasEligibility: boolean;
  readonly hasSuggestions: boolean;
}

export interface RegisterRegion {
  readonly id: string;
  readonly name: string;
  readonly side: 'sink' | 'source';
  readonly boundary: GeoJsonGeometry | null;
  /** Measured area of the boundary; null without one. */
  readonly measuredHa: number | null;
  /** The profile's stated area. */
  readonly statedHa: number | null;
}

/** `GET /api/register/parcels?bbox=`: current versions, withdrawn ones left out. */
export interface RegisterPage {
  readonly revision: number;
  readonly parcels: readonly ParcelVersion[];
}

/** `GET /api/register/parcels/:id/versions`, newest first. */
export interface ParcelHistory {
  readonly versions: readonly ParcelVersion[];
  /** Runs whose results were measured on one of the versions. */
  readonly results: readonly { readonly version: number; readonly runId: string; readonly label: string }[];
}

/** `POST /api/register/check`: one drawing, looked at as an import would be. */
export interface CheckRequest {
  readonly regionId: string;
  /** Of a registered parcel that is being edited: it does not overlap itself. */
  readonly id: string | null;
  readonly geometry: GeoJsonGeometry;
  readonly attributes: ParcelAttributes;
  /** Parcels it was split from or is merged of: ground shared with them is told as a warning, not as an error. */
  readonly from?: Provenance['from'];
}

export interface CheckAnswer {
  readonly parcel: CheckedParcel;
  readonly eligibility: Eligibility | null;
}

/** `POST /api/register/import?name=&region=`, body the file: read and checked, nothing registered. */
export interface ImportAnswer {
  readonly file: Omit<NonNullable<Provenance['file']>, 'place'>;
  readonly report: CheckReport;
  /** In the order of the report, with what is needed to show and register each. */
  readonly parcels: readonly {
    readonly index: number;
    /** Whether its id in the report only stands in for one: the file has none, or one that it cannot keep. */
    readonly idIsMadeUp: boolean;
    readonly place: string;
    /** Null where the file's geometry cannot be drawn. */
    readonly geometry: GeoJsonGeometry | null;
    readonly attributes: ParcelAttributes;
  }[];
}

/** `POST /api/register/parcels/batch`: all or none. */
export interface RegisterBatch {
  readonly parcels: readonly NewParcel[];
}

/** What an export could not carry over unchanged, one sentence each. */
export interface ExportReport {
  readonly format: ParcelFormat;
  readonly file: string;
  readonly parcels: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly limits: readonly string[];
}

/** `GET /api/register/pack?bbox=`: what an offline pack of a place holds, before it is fetched. */
export interface PackManifest {
  readonly revision: number;
  readonly bytes: number;
  /** Lengths as they are unpacked; on the way most are shorter. */
  readonly files: readonly { readonly url: string; readonly bytes: number }[];
  /** Down to this zoom there are tiles; null: none, or none that a pack could hold. */
  readonly maxZoom?: number | null;
}
