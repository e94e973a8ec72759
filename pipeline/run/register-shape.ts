import type { GeoJsonGeometry } from '../../shared/api.ts';
import { measureAreaHa } from '../../shared/geometry/area.ts';
import { bboxOfRings, type Fault, readRings } from '../../shared/geometry/rings.ts';
import { findGeometryFault } from '../../shared/geometry/validity.ts';
import { geometryOfParcel } from '../store/geojson.ts';
import type { RegisterShape } from '../store/register-rows.ts';

/**
 * Reads a geometry as the register keeps it: closed, exteriors counter-clockwise, every coordinate as given, Z dropped;
 * measured on the ellipsoid. A fault where it is no valid polygon, see `readRings` and `findGeometryFault`.
 */
export async function readShape(
  geometry: GeoJsonGeometry | null,
): Promise<{ readonly shape: RegisterShape; readonly fault?: never } | { readonly fault: Fault }> {
  const read = readRings(geometry);
  if (read.fault) return read;
  const fault = await findGeometryFault(read.value);
  if (fault) return { fault };
  const parcelHa = measureAreaHa(read.value);
  if (!(parcelHa > 0)) return { fault: { code: 'E_PARCEL_ZERO_AREA', text: 'has no area; draw it again.' } };
  const rings = read.value;
  return { shape: { geometry: geometryOfParcel({ rings }), rings, parcelHa, bboxDeg: bboxOfRings(rings) } };
}
