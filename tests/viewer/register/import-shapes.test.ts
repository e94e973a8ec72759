import { describe, expect, it } from 'vitest';
import type { GeoJsonGeometry } from '../../../shared/api.ts';
import type { Choice } from '../../../viewer/register/import-plan.ts';
import { shapesOfChoice } from '../../../viewer/register/import-shapes.ts';
import { isOnEarth } from '../../../viewer/register/shapes.ts';

const ring = [
  [1.5, 9.8],
  [1.51, 9.81],
  [1.51, 9.8],
  [1.5, 9.81],
  [1.5, 9.8],
];
const eight: GeoJsonGeometry = { type: 'Polygon', coordinates: [ring] };
const place = [1.505, 9.805] as const;
const choice = (parcelHa: number | null): Choice => ({
  draftId: 'd1',
  take: false,
  geometry: eight,
  mends: [],
  isLeftOut: false,
  isIdGiven: false,
  checked: {
    index: 4,
    id: 'row-5',
    parcelHa,
    verdict: parcelHa === null ? 'mendable' : 'accepted',
    findings:
      parcelHa === null
        ? [{ rule: 'not-valid', severity: 'error', message: '', place, values: {}, proposal: null }]
        : [],
  },
});

describe('parcels of a file on the map', () => {
  it('are areas where they have one', () => {
    expect(shapesOfChoice(4, choice(12))).toEqual([{ look: 'accepted', geometry: eight, id: '4' }]);
  });

  it('are lines with 1 mark at the crossing where the 2 halves of a figure of eight cancel out', () => {
    expect(shapesOfChoice(4, choice(null))).toEqual([
      { look: 'mendable', geometry: { type: 'MultiLineString', coordinates: [ring] }, id: '4' },
      { look: 'place', geometry: { type: 'Point', coordinates: place }, id: '4' },
    ]);
  });

  it('are lines of all 2 parts of a multipolygon without an area', () => {
    const parts: GeoJsonGeometry = { type: 'MultiPolygon', coordinates: [[ring], [ring]] };
    expect(shapesOfChoice(4, { ...choice(null), geometry: parts })[0]!.geometry.coordinates).toEqual([ring, ring]);
  });

  it('are not drawn once they are left out', () => {
    expect(shapesOfChoice(4, { ...choice(null), isLeftOut: true })).toEqual([]);
  });

  it('are not drawn where they lie beyond the poles: metres that were taken for degrees', () => {
    expect([eight, { coordinates: [[]] }].map(isOnEarth)).toEqual([true, false]);
    const metres: GeoJsonGeometry = { type: 'Polygon', coordinates: [[[350000, 1080000]]] };
    expect(shapesOfChoice(4, { ...choice(null), geometry: metres })).toEqual([]);
  });
});
