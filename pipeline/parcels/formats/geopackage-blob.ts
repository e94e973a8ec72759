import { RowFault } from './binary-rows.ts';
import { readWkb, type WkbGeometry } from './wkb.ts';

/** Bytes of the envelope by its code in the flags: none, xy, xyz, xym, xyzm. */
const ENVELOPE_BYTES = [0, 32, 48, 48, 64];

/**
 * Reads a geometry as GeoPackage stores it (OGC 12-128, 2.1.3): `GP`, version, flags, SRS, an envelope that is stepped
 * over, and well-known binary. Throws `RowFault`.
 * @param srsId of the table; a geometry that says another one lies somewhere else and is a fault
 */
export function readGeopackageBlob(
  blob: Uint8Array,
  srsId: number,
  takeVertices: (count: number) => void,
): WkbGeometry {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  if (blob.length < 8 || blob[0] !== 0x47 || blob[1] !== 0x50)
    throw new RowFault('its geometry is none of GeoPackage.');
  if (blob[2] !== 0) throw new RowFault(`its geometry is of version ${blob[2]}, which is not known.`);
  const flags = blob[3]!;
  if (flags & 0x20) throw new RowFault('its geometry is of an extended kind, which is not read.');
  const envelopeBytes = ENVELOPE_BYTES[(flags >> 1) & 7];
  if (envelopeBytes === undefined) throw new RowFault('its envelope is of a kind that does not exist.');
  const ownSrsId = view.getInt32(4, (flags & 1) === 1);
  if (ownSrsId !== srsId && ownSrsId > 0) {
    throw new RowFault(`its geometry is in SRS ${ownSrsId}, that of its table in SRS ${srsId}.`);
  }
  return readWkb(view, 8 + envelopeBytes, takeVertices);
}
