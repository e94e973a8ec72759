import type { GeoJsonGeometry } from '../api.ts';
import { measureAreaHa } from '../geometry/area.ts';
import { groupRings } from '../geometry/rings.ts';
import { locateGeometryFault } from '../geometry/validity.ts';
import type { MendProposal } from '../parcel-check.ts';
import { proposalOf } from './finding.ts';
import type { Polygons } from './read-outline.ts';
import { repairPolygons } from './repair.ts';
import type { MendKind } from './rules.ts';
import { tidyRings } from './tidy.ts';

/** Below this a ring is a line that rounding gave a width: 0.01 m². */
const SMALLEST_HA = 1e-6;

/** True area of tidy, valid polygons, hectares. */
export function measurePolygons(polygons: Polygons): number {
  return measureAreaHa(polygons.flat());
}

export async function isValid(polygons: Polygons): Promise<boolean> {
  return (await locateGeometryFault(polygons.flat())) === null;
}

/**
 * A proposal of polygons instead of the parcel. Where they cross themselves or one another they are repaired as well, and
 * the proposal is called `make-valid`; null where nothing with an area comes out.
 */
export async function propose(kind: MendKind, given: Polygons, haBefore: number | null): Promise<MendProposal | null> {
  const { polygons: tidy } = tidyRings(given);
  if (tidy === null) return null;
  const isGood = await isValid(tidy);
  const polygons = isGood ? tidy : repairPolygons(tidy);
  if (polygons === null || (!isGood && !(await isValid(polygons)))) return null;
  const haAfter = measurePolygons(polygons);
  if (haAfter < SMALLEST_HA) return null;
  return proposalOf(isGood ? kind : 'make-valid', { haBefore, haAfter, geometry: geometryOf(polygons) });
}

/** A Polygon of one part, else a MultiPolygon. */
function geometryOf(polygons: Polygons): GeoJsonGeometry {
  const coordinates = groupRings(polygons.flat());
  return coordinates.length === 1
    ? { type: 'Polygon', coordinates: coordinates[0]! }
    : { type: 'MultiPolygon', coordinates };
}
