import {
  type BalanceRow,
  CHANGE_FINDINGS,
  type ChangeConfidence,
  type ChangeFinding,
  type ControlRow,
  type MonthCount,
  type ParcelChange,
  type SeriesRow,
  type YearChange,
} from './change.ts';
import type { ErrorFields } from './errors.ts';
import type { Bbox } from './grid.ts';
import type { ParcelStatus } from './ramps.ts';
import type { Finding, LayerKind, Observation, ParcelResult, Period } from './result.ts';

/**
 * JSON of the server's own API: what the server sends and the viewer reads. Every path below answers
 * `application/json`; a failure answers 4xx or 5xx with an `ApiError`.
 */

/** Any answer that is not a success. */
export interface ApiError {
  readonly error: { readonly code: string; readonly message: string; readonly fields?: ErrorFields };
}

/** `GET /api/health`: the server is there, and which results it shows. */
export interface Health {
  readonly status: 'ok';
  /** `version` of the results, see `RunInfo`; null while there are none yet. */
  readonly version: string | null;
  /** Path of the dashboard of the fleet's queue; null where there is none. */
  readonly dashboard: string | null;
}

export type RunPeriod = 'baseline' | 'period';

/** A calendar year, or a year of the season by the year in which it ends, as text: `2019`. */
export type YearText = `${number}`;

/** A picture that can be made of one acquisition; `mask` shows what was not clear and why. */
export type SceneStyle = 'true-color' | 'false-color' | 'ndvi' | 'mask';

/** One layer that can be drawn as tiles: result layers, and on request those of single acquisitions. */
export interface LayerInfo {
  /** In tile addresses: `ndvi-baseline`, `change-period`, `year-class-2019`, …; of an acquisition see `sceneLayerId`. */
  readonly id: string;
  readonly kind: LayerKind | SceneStyle;
  /** Null for a layer of one acquisition. */
  readonly period: RunPeriod | YearText | null;
  /** First and last UTC day that the pixels rest on; for `change` and all of the monitoring period those of the period. */
  readonly days: Period;
  /** Of a layer of days: first and last calendar year they can lie in; else null. */
  readonly years: readonly [first: number, last: number] | null;
  /** `value`: `.bin`, coloured PNG and WebP; `colour`: PNG and WebP only. */
  readonly form: 'value' | 'colour';
  /** Value = stored × scale. */
  readonly scale: number;
  readonly unit: string;
  readonly bboxDeg: Bbox;
  readonly minZoom: number;
  /** Tiles of the full resolution; viewers overzoom beyond. */
  readonly maxZoom: number;
  /** Empty for layers of whole series, which rest on every scene of both periods. */
  readonly sceneIds: readonly string[];
  readonly attribution: readonly string[];
}

/** Layer id of one acquisition; `index` is its position in `RunInfo.acquisitions`. */
export function sceneLayerId(style: SceneStyle, index: number): string {
  return `scene-${style}-${index}`;
}

/** One overpass, in order of time. */
export interface AcquisitionInfo {
  readonly index: number;
  readonly id: string;
  readonly platform: string;
  readonly datetime: string;
  readonly sceneIds: readonly string[];
  readonly inBaseline: boolean;
  readonly inPeriod: boolean;
  readonly inSeason: boolean;
  readonly bboxDeg: Bbox;
  /** Observations of this acquisition by outcome, over all parcels. */
  readonly nOk: number;
  readonly nLowCoverage: number;
  readonly nNoData: number;
  /** What can be drawn of it; empty where its scenes cannot be read from here. */
  readonly styles: readonly SceneStyle[];
  readonly maxZoom: number;
}

/** Where to look up a scene: its item, and the collection it belongs to. */
export interface SceneLink {
  readonly id: string;
  readonly href: string;
  /** Whether the address opens in a browser; a path of the server's disk does not. */
  readonly isWeb: boolean;
}

export interface FileInfo {
  /** Below `/files/`. */
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string | null;
}

/** `GET /api/run`: everything the first view needs. */
export interface RunInfo {
  /** The run's own hash, as in run.json. */
  readonly id: string;
  /** Changes whenever the folder's results do; part of tile addresses. */
  readonly version: string;
  readonly project: { readonly id: string; readonly name: string } | null;
  readonly synthetic: boolean;
  readonly attribution: readonly string[];
  readonly periods: { readonly baseline: Period; readonly period: Period };
  /** Months 1 to 12 that count, or null for all. */
  readonly seasonMonths: readonly number[] | null;
  readonly minClear: number;
  /** Clear fraction an observation needs to count. */
  readonly minClearFraction: number;
  /** Change of tree-cover fraction at which ground counts as loss or gain. */
  readonly thresholds: { readonly loss: number; readonly gain: number };
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly bboxDeg: Bbox;
  readonly counts: {
    readonly parcels: number;
    readonly byStatus: Readonly<Record<ParcelStatus, number>>;
    readonly parcelHa: number;
    readonly observations: number;
    readonly scenesUsed: number;
    readonly scenesRefused: number;
    readonly scenesSuperseded: number;
    readonly parcelsRefused: number;
    readonly unitsLeftOut: number;
  };
  /** What change over time amounts to; null where the run did not look at it. */
  readonly change: ChangeCounts | null;
  /** Why the run did not judge change over time, in words; null where it did, or where it is too old to say. */
  readonly changeNote: string | null;
  readonly warnings: readonly string[];
  readonly layers: readonly LayerInfo[];
  readonly acquisitions: readonly AcquisitionInfo[];
  readonly scenes: readonly SceneLink[];
  readonly files: readonly FileInfo[];
  /** Why scenes cannot be drawn, in words; null when they can. */
  readonly imageryNote: string | null;
  readonly basemap: { readonly tiles: string; readonly attribution: string } | null;
}

/** A finding of change over time, or that there is none. */
export type ChangeChoice = ChangeFinding | 'not_judged';
export const CHANGE_CHOICES: readonly ChangeChoice[] = [...CHANGE_FINDINGS, 'not_judged'];

/** Parcels by what their series says. */
export interface ChangeCounts {
  readonly byFinding: Readonly<Record<ChangeChoice, number>>;
  readonly byConfidence: Readonly<Record<ChangeConfidence, number>>;
}

export interface ParcelRow extends ParcelResult {
  /** Position in the parcel file, from 0: the feature id in vector tiles. */
  readonly index: number;
  readonly status: ParcelStatus;
  /** Of a refused parcel, which has no geometry, that of the whole run. */
  readonly bboxDeg: Bbox;
}

/** What a list of parcels can be sorted by. */
export const PARCEL_SORTS = [
  'parcelId',
  'status',
  'parcelHa',
  'ndviChange',
  'coverChangePct',
  'lossHa',
  'gainHa',
  'nClearBaseline',
  'nClearPeriod',
  'changeFinding',
  'changeConfidence',
  'changeDetected',
  'changeMagnitude',
] as const;
export type ParcelSort = (typeof PARCEL_SORTS)[number];

/**
 * Query of `GET /api/parcels`: `q` (part of an id, any case), `status`, `change`, `confidence` (comma lists), `sort`,
 * `order`, `offset`, `limit` (1 to 1000).
 */
export interface ParcelQuery {
  readonly q: string;
  /** Empty: every status. */
  readonly status: readonly ParcelStatus[];
  /** Empty: whatever the series says. */
  readonly change: readonly ChangeChoice[];
  /** Empty: however sure; else only parcels with a change that is as sure. */
  readonly confidence: readonly ChangeConfidence[];
  readonly sort: ParcelSort;
  readonly order: 'asc' | 'desc';
}

/** `GET /api/parcels`; missing figures sort last in either order, ties by position in the file. */
export interface ParcelPage {
  readonly total: number;
  readonly offset: number;
  readonly rows: readonly ParcelRow[];
}

/** `GET /api/parcels/{id}`, with the same query for its neighbours in the list. */
export interface ParcelDetail {
  readonly parcel: ParcelRow;
  /** Of a refused parcel without geometry: a MultiPolygon of no polygons. */
  readonly geometry: GeoJsonGeometry;
  /** Position in the list that the query gives; null when the query leaves the parcel out. */
  readonly position: number | null;
  readonly total: number;
  readonly previousId: string | null;
  readonly nextId: string | null;
}

export interface GeoJsonGeometry {
  readonly type: 'Polygon' | 'MultiPolygon';
  readonly coordinates: readonly unknown[];
}

/** An observation and the acquisition it belongs to. */
export interface SeriesPoint extends Observation {
  /** Position in `RunInfo.acquisitions`. */
  readonly acquisition: number;
  readonly inBaseline: boolean;
  readonly inPeriod: boolean;
  readonly inSeason: boolean;
}

/** `GET /api/parcels/{id}/observations`, in order of time. Acquisitions without a point did not see the parcel. */
export interface Series {
  readonly parcelId: string;
  readonly points: readonly SeriesPoint[];
}

/** A control area of a parcel, and where it lies; null where the run wrote no areas. */
export interface ControlArea extends ControlRow {
  readonly geometry: GeoJsonGeometry | null;
}

/**
 * `GET /api/parcels/{id}/change`: change over time of one parcel. Lists are empty where the parcel was not judged or the
 * run did not look at it; `series` in order of time.
 */
export interface ParcelChangeInfo {
  readonly parcelId: string;
  readonly change: ParcelChange | null;
  readonly years: readonly YearChange[];
  readonly series: readonly SeriesRow[];
  readonly controls: readonly ControlArea[];
  readonly months: readonly MonthCount[];
}

/** `GET /api/change`: how change over time was judged in this run. */
export interface ChangeInfo {
  /** Null where the run did not look at it. */
  readonly counts: ChangeCounts | null;
  /** As run.json states them. */
  readonly settings: Readonly<Record<string, unknown>> | null;
  /** Calendar years with a layer of their own, ascending. */
  readonly years: readonly number[];
  /** How alike parcels and control areas are; empty without control areas. */
  readonly balance: readonly BalanceRow[];
}

/** What the series of a parcel amounts to, as lists and filters name it. */
export function changeChoiceOf({ change }: { readonly change: ParcelChange | null }): ChangeChoice {
  return change?.finding ?? 'not_judged';
}

/** A stated figure of a region's profile. */
export interface ProfileFigure {
  readonly value: number;
  readonly year: number | null;
  readonly source: string;
}

export const PROFILE_FIGURES = [
  'population',
  'emissionsPerPersonT',
  'areaHa',
  'gdpPerCapitaUsd',
  'rainfallMm',
  'temperatureC',
] as const;
export type ProfileName = (typeof PROFILE_FIGURES)[number];

export interface RegionInfo {
  readonly id: string;
  readonly name: string;
  readonly profile: Readonly<Record<ProfileName, ProfileFigure>>;
  /** Lon/lat, or null where the project gives none. */
  readonly boundary: GeoJsonGeometry | null;
  /** Ellipsoidal area of the boundary, to be shown beside the stated one. */
  readonly measuredAreaHa: number | null;
}

/** `GET /api/twin`; null where the run had no project file with a twin. */
export interface TwinInfo {
  readonly id: string;
  readonly name: string;
  readonly sinks: readonly RegionInfo[];
  readonly sources: readonly RegionInfo[];
}

/** Status of a parcel from its result. */
export function statusOf({ outcome, finding }: { outcome: 'ok' | 'no_data'; finding: Finding | null }): ParcelStatus {
  return outcome === 'no_data' ? 'no_data' : (finding ?? 'not_distinguishable');
}
