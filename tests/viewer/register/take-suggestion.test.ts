import { beforeEach, describe, expect, it } from 'vitest';
import type { RegisterInfo } from '../../../shared/register.ts';
import { IDLE, useBoard } from '../../../viewer/delineate/board.ts';
import { useDrafts } from '../../../viewer/delineate/drafts.ts';
import { contains, placeInside, type Ring, shapeOf } from '../../../viewer/delineate/shape.ts';
import { useRegister } from '../../../viewer/register/register-store.ts';
import { readCandidates } from '../../../viewer/register/suggestions-store.ts';
import { takeSuggestion } from '../../../viewer/register/take-suggestion.ts';

const polygon = (ring: Ring) => ({ type: 'Polygon' as const, coordinates: [[...ring, ring[0]!]] });
const square = (lon: number, lat: number, side: number): Ring => [
  [lon, lat],
  [lon + side, lat],
  [lon + side, lat + side],
  [lon, lat + side],
];
/** A horseshoe open to the east: the middle of its box is not inside. */
const HORSESHOE: Ring = [
  [1.5, 9.8],
  [1.56, 9.8],
  [1.56, 9.81],
  [1.51, 9.81],
  [1.51, 9.84],
  [1.56, 9.84],
  [1.56, 9.85],
  [1.5, 9.85],
];

const region = (id: string, ring: Ring) => ({
  id,
  name: id,
  side: 'sink' as const,
  boundary: polygon(ring),
  measuredHa: null,
  statedHa: null,
});

const file = (properties: object, head: object = {}) => ({
  type: 'FeatureCollection',
  ...head,
  features: [{ type: 'Feature', id: 'S-0001', properties: { rank: 1, ...properties }, geometry: polygon(HORSESHOE) }],
});
const taken = () => useDrafts.getState().drafts.get(useDrafts.getState().openId ?? '')!;

beforeEach(() => {
  useDrafts.setState({ drafts: new Map(), openId: null });
  useBoard.setState({ ...IDLE, chosen: null });
  const regions = [region('north', square(1.4, 10, 0.5)), region('south', square(1.4, 9.7, 0.3))];
  useRegister.setState({ info: { regions } as unknown as RegisterInfo, regionId: 'north' });
});

describe('a suggestion that is taken over', () => {
  it('belongs to the region that it lies in, though another of the 2 is chosen in the list', () => {
    takeSuggestion(readCandidates(file({}))[0]!, 'Taken over.');
    expect(taken()).toMatchObject({ regionId: 'south', reason: 'Taken over.', provenance: { kind: 'suggested' } });
  });

  it('keeps its id and 5 facts that it rests on, and nothing that the file does not say', () => {
    const facts = { label: 'screening, not a survey', synthetic: true, years: 5, scenes: 61, intervention: 'planting' };
    const head = { suggestions: { days: '2021-01-01/2025-12-31' } };
    takeSuggestion(readCandidates(file(facts, head))[0]!, 'Taken over.');
    expect(taken().attributes).toMatchObject({ intervention: 'planting' });
    expect(taken().attributes.more).toEqual({
      suggestion: 'S-0001',
      suggestion_label: 'screening, not a survey',
      suggestion_synthetic: true,
      suggestion_years: 5,
      suggestion_scenes: 61,
      suggestion_days: '2021-01-01/2025-12-31',
    });
    takeSuggestion(readCandidates(file({}))[0]!, 'Taken over.');
    expect(taken().attributes.more).toEqual({ suggestion: 'S-0001' });
  });
});

describe('a place inside an outline', () => {
  it('is inside a horseshoe too, whose middle is not', () => {
    const shape = shapeOf(polygon(HORSESHOE));
    expect(contains(shape, [1.54, 9.825])).toBe(false);
    expect(contains(shape, placeInside(shape)!)).toBe(true);
  });

  it('is none of 0 polygons', () => {
    expect(placeInside([])).toBeNull();
  });
});
