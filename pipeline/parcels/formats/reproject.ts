import { isCanopyError } from '../../../shared/errors.ts';
import type { CheckFinding } from '../../../shared/parcel-check.ts';
import type { Converter } from '../../../shared/transform.ts';
import { isMember } from '../features.ts';
import { unreadable } from './binary-rows.ts';

/** What became of a geometry: null, with a finding, where a point lies outside the projection. */
interface Reprojected {
  readonly geometry: unknown;
  readonly findings: readonly CheckFinding[];
}

/**
 * A GeoJSON geometry with its positions turned into longitude and latitude. What is no pair of numbers stays as it is,
 * for the check to find.
 */
export function reprojectGeometry(geometry: unknown, convert: Converter, place: string): Reprojected {
  try {
    return { geometry: turnGeometry(geometry, convert), findings: [] };
  } catch (error) {
    if (!isCanopyError(error)) throw error;
    return { geometry: null, findings: [unreadable(place, error.message)] };
  }
}

function turnGeometry(geometry: unknown, convert: Converter): unknown {
  if (!isMember(geometry)) return geometry;
  if (Array.isArray(geometry.geometries)) {
    return { ...geometry, geometries: (geometry.geometries as unknown[]).map((part) => turnGeometry(part, convert)) };
  }
  return { ...geometry, coordinates: turnPositions(geometry.coordinates, convert) };
}

function turnPositions(value: unknown, convert: Converter): unknown {
  if (!Array.isArray(value)) return value;
  const [x, y] = value as unknown[];
  if (Array.isArray(x) || !(typeof x === 'number' && typeof y === 'number')) {
    return (value as unknown[]).map((inner) => turnPositions(inner, convert));
  }
  const [lon, lat] = convert(Float64Array.of(x, y));
  return [lon, lat, ...(value as unknown[]).slice(2)];
}
