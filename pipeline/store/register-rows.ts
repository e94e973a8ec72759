import type { GeoJsonGeometry } from '../../shared/api.ts';
import type { ParcelAttributes } from '../../shared/parcel-check.ts';
import type { ParcelVersion, Provenance } from '../../shared/register.ts';
import { sha256OfBytes } from './files.ts';
import { canonicalJson } from './row-digest.ts';
import { boxText, type SqlRow, versionOfParcel } from './run-rows.ts';

/** A boundary that was read, found valid and measured; rings as in `Parcel`. */
export interface RegisterShape {
  readonly geometry: GeoJsonGeometry;
  readonly rings: readonly Float64Array[];
  readonly parcelHa: number;
  readonly bboxDeg: readonly [number, number, number, number];
}

/** What a version says, whatever parcel it becomes a version of. */
export interface VersionContent {
  readonly shape: RegisterShape;
  readonly attributes: ParcelAttributes;
  readonly author: string;
  readonly reason: string;
  /** UTC, ISO 8601. */
  readonly at: string;
  readonly provenance: Provenance;
  readonly warnings: NonNullable<ParcelVersion['warnings']>;
}

/** A parcel to be registered. */
export interface NewVersion extends VersionContent {
  readonly draftId: string;
  /** null: the next number of the region. */
  readonly id: string | null;
  readonly regionId: string;
}

/** A row of `register_version` with the region of its parcel. */
export interface VersionRow {
  readonly parcel_id: string;
  readonly region_id: string;
  readonly version: number;
  readonly state: ParcelVersion['state'];
  readonly geometry: GeoJsonGeometry;
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
  readonly parcel_ha: number;
  readonly attributes: ParcelAttributes;
  readonly author: string;
  readonly reason: string;
  readonly at: Date;
  readonly provenance: Provenance;
  readonly warnings: NonNullable<ParcelVersion['warnings']>;
  readonly geometry_sha256: string;
}

/** Columns of a `VersionRow`, of `register_version v` joined with `register_parcel p`. */
export const VERSION_COLUMNS = `v.parcel_id, p.region_id, v.version, v.state, v.geometry, v.parcel_ha, v.attributes, v.author,
  v.reason, v.at, v.provenance, v.warnings, v.geometry_sha256,
  (v.bbox[1])[0] as west, (v.bbox[1])[1] as south, (v.bbox[0])[0] as east, (v.bbox[0])[1] as north`;

export function toParcelVersion(row: VersionRow): ParcelVersion {
  return {
    id: row.parcel_id,
    regionId: row.region_id,
    version: row.version,
    state: row.state,
    geometry: { type: row.geometry.type, coordinates: row.geometry.coordinates },
    attributes: row.attributes,
    parcelHa: row.parcel_ha,
    bboxDeg: [row.west, row.south, row.east, row.north],
    author: row.author,
    reason: row.reason,
    at: row.at.toISOString(),
    provenance: row.provenance,
    geometrySha256: row.geometry_sha256,
    warnings: row.warnings,
  };
}

/** The row of `register_version` that a version becomes. */
export function versionRow(
  content: VersionContent,
  of: { readonly id: string; readonly version: number; readonly revision: number },
): SqlRow {
  const { shape, attributes, author, reason, at, provenance, warnings } = content;
  return {
    parcel_id: of.id,
    version: of.version,
    revision: of.revision,
    state: 'active',
    geometry: shape.geometry,
    bbox: boxText(shape.bboxDeg),
    parcel_ha: shape.parcelHa,
    attributes,
    author,
    reason,
    at,
    provenance,
    warnings,
    geometry_sha256: versionOfParcel({ id: of.id, rings: shape.rings }),
  };
}

/** Names a boundary, whatever parcel has it: hash of the exact coordinates. */
export function hashShape({ rings }: Pick<RegisterShape, 'rings'>): string {
  return sha256OfBytes(JSON.stringify(rings.map((ring) => [...ring])));
}

/** Names what was sent under a draft's id: the same draft sent twice has the same hash. */
export function hashDraft({ id, regionId, shape, attributes }: NewVersion): string {
  return sha256OfBytes(canonicalJson([id, regionId, hashShape(shape), attributes]));
}
