import type { GeoJsonGeometry } from '../../../shared/api.ts';
import { checkOne } from '../../../shared/checks/check.ts';
import { type CheckContext, checkContext } from '../../../shared/checks/context.ts';
import type { CheckedParcel, ParcelAttributes, ParcelCandidate } from '../../../shared/parcel-check.ts';

/** Everything that is asked for. */
export const SAID: ParcelAttributes = {
  name: 'Champ nord',
  intervention: 'planting',
  startDate: '2025-06-01',
  tenure: 'attestation 12/2024',
  consent: null,
  statedHa: null,
  more: {},
};

/** A candidate as a reader would give it, whatever stands as its geometry. */
export function candidate(geometry: unknown, given: Partial<ParcelCandidate> = {}): ParcelCandidate {
  return {
    index: 0,
    id: 'P1',
    geometry: geometry as GeoJsonGeometry | null,
    attributes: SAID,
    place: 'feature 1',
    findings: [],
    ...given,
  };
}

export function polygon(...rings: readonly (readonly unknown[])[]): unknown {
  return { type: 'Polygon', coordinates: rings };
}

export function multiPolygon(...polygons: readonly (readonly (readonly unknown[])[])[]): unknown {
  return { type: 'MultiPolygon', coordinates: polygons };
}

/** A box, counter-clockwise and closed. */
export function box(west: number, south: number, east: number, north: number): [number, number][] {
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
}

/** The same the other way round, as a hole has to run. */
export function hole(west: number, south: number, east: number, north: number): [number, number][] {
  return box(west, south, east, north).reverse();
}

/** A square of 1.2134 ha (110 m) in Copargo: 9.8 N, 1.6 E. */
export const FIELD = box(1.6, 9.8, 1.601, 9.801);
/** Of it by GeographicLib: `printf '9.8 1.6\n9.8 1.601\n9.801 1.601\n9.801 1.6' | Planimeter -p 9`. */
export const FIELD_HA = 1.21341453;

export function check(geometry: unknown, context: Partial<CheckContext> = {}): Promise<CheckedParcel> {
  return checkOne(candidate(geometry), checkContext(context));
}

/** Names of the rules that found something, in the order of the findings. */
export function rulesOf({ findings }: CheckedParcel): readonly string[] {
  return findings.map(({ rule }) => rule);
}
