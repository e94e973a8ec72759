import type { GeoJsonGeometry } from '../shared/api.ts';
import type { ParcelAttributes } from '../shared/parcel-check.ts';
import type { NewParcel, ParcelEdit } from '../shared/register.ts';

/** A square of about 1.2 ha near 2.05° E 0.05° N, in the boundary of the tiny results' sink; each number has its own place. */
export function fieldAt(number: number, sideDeg = 0.001): GeoJsonGeometry {
  const west = 2.005 + 0.002 * (number % 40);
  const south = 0.005 + 0.002 * Math.floor(number / 40);
  const ring = [
    [west, south],
    [west + sideDeg, south],
    [west + sideDeg, south + sideDeg],
    [west, south + sideDeg],
    [west, south],
  ];
  return { type: 'Polygon', coordinates: [ring] };
}

export const SAMPLE_ATTRIBUTES: ParcelAttributes = {
  name: 'Champ nord',
  intervention: 'planting',
  startDate: '2025-06-01',
  tenure: 'customary, family Sabi',
  consent: 'signed 2025-03-02',
  statedHa: null,
  more: {},
};

export function sampleEdit(number: number, changes: Partial<ParcelEdit> = {}): ParcelEdit {
  return {
    geometry: fieldAt(number),
    attributes: SAMPLE_ATTRIBUTES,
    author: 'Awa Sabi',
    reason: 'walked round it',
    provenance: { kind: 'drawn', file: null, from: [], mends: [] },
    ...changes,
  };
}

export function sampleParcel(number: number, changes: Partial<NewParcel> = {}): NewParcel {
  return { draftId: `draft-${number}`, id: null, regionId: 'sink', ...sampleEdit(number), ...changes };
}
