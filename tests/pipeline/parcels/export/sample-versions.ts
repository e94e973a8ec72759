import type { JsonValue, ParcelAttributes } from '../../../../shared/parcel-check.ts';
import type { ParcelVersion } from '../../../../shared/register.ts';

export function ring(x: number, y: number, size: number): [number, number][] {
  return [
    [x, y],
    [x + size, y],
    [x + size, y + size],
    [x, y + size],
    [x, y],
  ];
}

export function attributes(more: Record<string, JsonValue>, given: Partial<ParcelAttributes> = {}): ParcelAttributes {
  return {
    name: 'Bora «é»',
    intervention: 'planting',
    startDate: '2025-06-01',
    tenure: 'Deed 12 of Chabi Bio',
    consent: 'Signed by Chabi Bio',
    statedHa: 120.5,
    more: Object.assign(Object.create(null), more) as Record<string, JsonValue>,
    ...given,
  };
}

export function version(id: string, given: Partial<ParcelVersion> = {}): ParcelVersion {
  return {
    id,
    regionId: 'copargo',
    version: 3,
    state: 'active',
    geometry: { type: 'Polygon', coordinates: [ring(1.6, 9.7, 0.01), ring(1.602, 9.702, 0.003).toReversed()] },
    attributes: attributes({
      species: 'Khaya senegalensis',
      trees: 4200,
      slope: 3.75,
      fenced: true,
      soil: { ph: [5.5, 6] },
    }),
    parcelHa: 110.123456789012,
    bboxDeg: [1.6, 9.7, 1.61, 9.71],
    author: 'Awa Sanni',
    reason: 'Walked again with the chief',
    at: '2026-03-04T05:06:07.000Z',
    provenance: {
      kind: 'imported',
      file: { name: 'Parcelles.kml', sha256: 'a'.repeat(64), format: 'kml', place: 'Placemark 3' },
      from: [],
      mends: [{ rule: 'unclosed-ring', kind: 'close-ring', haBefore: null, haAfter: 110.123456789012 }],
    },
    geometrySha256: 'b'.repeat(64),
    ...given,
  };
}

/** Two parcels: one with a hole and everything said, one of two parts with nothing said. */
export const SAMPLE: readonly ParcelVersion[] = [
  version('P-1'),
  version('=2', {
    geometry: { type: 'MultiPolygon', coordinates: [[ring(1.7, 9.71, 0.01)], [ring(1.75, 9.71, 0.01)]] },
    attributes: attributes(
      { species: null, trees: null, slope: null, fenced: null, soil: null },
      { name: null, intervention: null, startDate: null, tenure: null, consent: null, statedHa: null },
    ),
    at: '2026-01-01T00:00:00.000Z',
    provenance: { kind: 'drawn', file: null, from: [], mends: [] },
  }),
];
