import { groupRings } from '../../shared/geometry/rings.ts';
import type { Parcel } from '../../shared/parcel.ts';
import type { ParcelResult } from '../../shared/result.ts';
import { readCell, resultColumns } from './tables.ts';

/** What every export has to say about where its figures come from. */
export interface Provenance {
  /** Sentences such as "contains modified Copernicus Sentinel data 2023", in a fixed order. */
  readonly attribution: readonly string[];
  /** Whether any input was made by a generator. */
  readonly synthetic: boolean;
}

export type ParcelGeometry =
  | { readonly type: 'Polygon'; readonly coordinates: [number, number][][] }
  | { readonly type: 'MultiPolygon'; readonly coordinates: [number, number][][][] };

/**
 * Parcel results as GeoJSON text (RFC 7946: lon/lat degrees with 7 decimals, about 1 cm), the columns of
 * `resultColumns` as properties, attribution and `synthetic` on the collection. A result whose parcel has no geometry
 * (it was refused) has geometry null.
 */
export function formatResultsGeojson(
  results: readonly ParcelResult[],
  parcels: ReadonlyMap<string, Parcel>,
  provenance: Provenance,
): string {
  const features = results.map((result) => {
    const parcel = parcelOf(result, parcels);
    const properties = Object.fromEntries(resultColumns.map((column) => [column.name, readCell(result, column)]));
    const geometry = parcel ? roundGeometry(geometryOfParcel(parcel)) : null;
    return JSON.stringify({ type: 'Feature', id: result.parcelId, properties, geometry });
  });
  const { attribution, synthetic } = provenance;
  const head = JSON.stringify({ type: 'FeatureCollection', attribution, synthetic }).slice(0, -1);
  // One line a feature: large files stay readable, and two runs can be compared with diff.
  return `${head},"features":[\n${features.join(',\n')}\n]}\n`;
}

/** A control area as it is published: rings in lon/lat degrees, flat and closed. */
export interface ControlShape {
  readonly id: string;
  readonly parcelHa: number;
  readonly rings: readonly (readonly number[])[];
}

/** Control areas as GeoJSON, one line a feature: id and true ground area. */
export function formatControlsGeojson(areas: readonly ControlShape[], { attribution, synthetic }: Provenance): string {
  const features = areas.map(({ id, parcelHa, rings }) => {
    const polygons = groupRings(rings.map((ring) => Float64Array.from(ring)));
    const properties = { control_id: id, control_ha: Number(parcelHa.toFixed(6)) };
    return JSON.stringify({ type: 'Feature', id, properties, geometry: roundGeometry(joinPolygons(polygons)) });
  });
  const head = JSON.stringify({ type: 'FeatureCollection', attribution, synthetic }).slice(0, -1);
  return `${head},"features":[\n${features.join(',\n')}\n]}\n`;
}

/** The parcel that a result is of; null for a refused one, also where it repeats the id of another. */
export function parcelOf(result: ParcelResult, parcels: ReadonlyMap<string, Parcel>): Parcel | null {
  return result.parcelHa === null ? null : (parcels.get(result.parcelId) ?? null);
}

/** Geometry of a parcel in GeoJSON form, exact: Polygon for one part, else MultiPolygon. */
export function geometryOfParcel(parcel: Pick<Parcel, 'rings'>): ParcelGeometry {
  return joinPolygons(groupRings(parcel.rings));
}

/** One geometry of several areas, rounded as in the exports. */
export function geometryOfParcels(parcels: readonly Parcel[]): ParcelGeometry {
  return roundGeometry(joinPolygons(parcels.flatMap((parcel) => groupRings(parcel.rings))));
}

function joinPolygons(polygons: [number, number][][][]): ParcelGeometry {
  const [only] = polygons;
  return polygons.length === 1 && only !== undefined
    ? { type: 'Polygon', coordinates: only }
    : { type: 'MultiPolygon', coordinates: polygons };
}

function roundGeometry(geometry: ParcelGeometry): ParcelGeometry {
  const roundPolygon = (polygon: [number, number][][]) =>
    polygon.map((ring) => ring.map(([lon, lat]): [number, number] => [roundDeg(lon), roundDeg(lat)]));
  return geometry.type === 'Polygon'
    ? { type: 'Polygon', coordinates: roundPolygon(geometry.coordinates) }
    : { type: 'MultiPolygon', coordinates: geometry.coordinates.map(roundPolygon) };
}

function roundDeg(degrees: number): number {
  return Math.round(degrees * 1e7) / 1e7 + 0;
}
