import type { GeoJsonGeometry } from '../../shared/api.ts';
import { measureAreaHa } from '../../shared/geometry/area.ts';
import { readRings } from '../../shared/geometry/rings.ts';

/** A geometry never changes; its area is measured once. */
const measured = new WeakMap<GeoJsonGeometry, number | null>();

/** True hectares on the ellipsoid; null where the outline cannot be read as an area. */
export function haOfGeometry(geometry: GeoJsonGeometry): number | null {
  let ha = measured.get(geometry);
  if (ha === undefined) {
    const { value: rings } = readRings(geometry);
    ha = rings ? Math.abs(measureAreaHa(rings)) : null;
    measured.set(geometry, ha);
  }
  return ha;
}
