import { describe, expect, it } from 'vitest';
import type { ParcelEdit, ParcelVersion } from '../../../shared/register.ts';
import { differenceOf, differingAttributes } from '../../../viewer/register/conflict.ts';
import { haOfGeometry } from '../../../viewer/register/measure-geometry.ts';
import { isOutcomeOf } from '../../../viewer/register/same-edit.ts';

const square = (west: number, south: number, east: number, north: number) => ({
  type: 'Polygon' as const,
  coordinates: [
    [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ],
  ],
});
const SAID = {
  name: 'Champ',
  intervention: 'planting',
  startDate: null,
  tenure: null,
  consent: null,
  statedHa: null,
  more: {},
} as const;

describe('two versions of one parcel', () => {
  it('differ by the ground that only one of them has: a strip of a tenth on either side', () => {
    const [mine, theirs] = [square(1.5, 9.8, 1.51, 9.81), square(1.501, 9.8, 1.511, 9.81)];
    const { onlyMineHa, onlyTheirsHa } = differenceOf(mine, theirs);
    const tenth = haOfGeometry(mine)! / 10;
    expect(onlyMineHa).toBeCloseTo(tenth, 5);
    expect(onlyTheirsHa).toBeCloseTo(tenth, 5);
  });

  it('have 0 ha of difference when the outlines are the same', () => {
    const one = square(1.5, 9.8, 1.51, 9.81);
    expect(differenceOf(one, structuredClone(one))).toEqual({ onlyMineHa: 0, onlyTheirsHa: 0 });
  });

  it('are not measured where one of them is no area, which is no 0', () => {
    const broken = { type: 'Polygon' as const, coordinates: [[[1, 2]]] };
    expect(differenceOf(square(1, 1, 2, 2), broken)).toEqual({ onlyMineHa: null, onlyTheirsHa: null });
  });

  it('list the 2 of 6 attributes in which they differ', () => {
    expect(differingAttributes(SAID, { ...SAID, name: 'Autre', statedHa: 2 })).toEqual(['name', 'statedHa']);
  });
});

describe('a conflict with oneself, after an answer that was lost', () => {
  const edit: ParcelEdit = {
    geometry: square(1.5, 9.8, 1.51, 9.81),
    attributes: SAID,
    author: 'Awa',
    reason: 'border',
    provenance: { kind: 'drawn', file: null, from: [], mends: [] },
  };
  const turned = [...(edit.geometry.coordinates[0] as number[][])].reverse();
  const version = {
    ...edit,
    geometry: { type: 'Polygon', coordinates: [[...turned.slice(1, -1), turned[0]!, turned[1]!]] },
    version: 4,
  } as unknown as ParcelVersion;

  it('is told from one with somebody else, whatever way round the register turned the ring', () => {
    expect(isOutcomeOf(edit, version)).toBe(true);
  });

  it.each([
    ['another author', { author: 'Ines' }],
    ['another reason', { reason: 'other' }],
    ['another outline', { geometry: square(1.5, 9.8, 1.51, 9.8101) }],
    ['another name', { attributes: { ...SAID, name: 'x' } }],
  ])('is not believed with %s', (_, change) => {
    expect(isOutcomeOf(edit, { ...version, ...change } as ParcelVersion)).toBe(false);
  });
});
