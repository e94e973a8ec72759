import type { GeoJsonGeometry } from '../../shared/api.ts';
import { measureAreaHa } from '../../shared/geometry/area.ts';
import { subtractAreas } from '../../shared/geometry/overlay.ts';
import { readRings } from '../../shared/geometry/rings.ts';
import type { ParcelAttributes } from '../../shared/parcel-check.ts';

/** Ground that only one of two outlines has, true hectares; null where one of them cannot be measured. */
export interface Difference {
  readonly onlyMineHa: number | null;
  readonly onlyTheirsHa: number | null;
}

/** What two people's outlines of one parcel do not share. */
export function differenceOf(mine: GeoJsonGeometry, theirs: GeoJsonGeometry): Difference {
  const [a, b] = [readRings(mine).value, readRings(theirs).value];
  if (!a || !b) return { onlyMineHa: null, onlyTheirsHa: null };
  return { onlyMineHa: haWithout(a, b), onlyTheirsHa: haWithout(b, a) };
}

function haWithout(one: readonly Float64Array[], other: readonly Float64Array[]): number | null {
  const rest = subtractAreas(one, other);
  if (rest === null) return 0;
  const rings = readRings(rest).value;
  return rings ? Math.abs(measureAreaHa(rings)) : null;
}

export const COMPARED = ['name', 'intervention', 'startDate', 'tenure', 'consent', 'statedHa'] as const;
export type Compared = (typeof COMPARED)[number];

/** Attributes in which two versions differ, in the order of the form. */
export function differingAttributes(mine: ParcelAttributes, theirs: ParcelAttributes): readonly Compared[] {
  return COMPARED.filter((name) => mine[name] !== theirs[name]);
}
