import { describe, expect, it } from 'vitest';
import { type CoverGroup, groupOfClass, isUnprotected } from '../../../pipeline/eligibility/classes.ts';
import { LEGENDS } from './legends.ts';

describe('names of land-cover classes', () => {
  it.each(Object.entries(LEGENDS))('of %s are all understood', (_, legend) => {
    const got = Object.fromEntries(Object.keys(legend).map((name) => [name, groupOfClass(name)]));
    expect(got).toEqual(legend);
  });

  it.each<[string, CoverGroup]>([
    ['paddy field', 'cropland'],
    ['rock outcrop', 'rock'],
    ['Abandoned cropland', 'open'],
    ['Former agricultural land', 'open'],
    ['Cropland and fallow', 'cropland'],
    ['Swamp forest', 'tree'],
    ['Woody wetlands', 'tree'],
    ['Wooded grassland', 'savanna'],
    ['Grassland without trees', 'savanna'],
    ['Riverine forest', 'tree'],
    ['Artificial lake', 'water'],
    ['Industrial crops', 'cropland'],
    ['Artificial forest', 'tree'],
    ['BROAD_LEAVED FOREST', 'tree'],
  ])('take %s for %s', (name, group) => {
    expect(groupOfClass(name)).toBe(group);
  });

  it.each([
    ...['cloud', 'class 7', 'unclassified', '', 'Unknown', 'No input data available'],
    ...['Not built-up', 'Non-forest', 'Non forêt', 'Nicht Wald', 'No trees', 'Deforested', 'De-forested', 'Treeless'],
    ...[
      'Forest loss',
      'Burnt areas',
      'Abandoned settlement',
      'Unbuilt',
      'Unbebaut',
      'Village forest',
      'Abroad',
      'Déboisé',
    ],
    'Tree or shrub cover',
  ])('do not guess what "%s" is', (name) => {
    expect(groupOfClass(name)).toBeNull();
  });
});

describe('names of protection', () => {
  it('leave ground unprotected by the value 0 without a name, and never by another value', () => {
    expect([isUnprotected(0, null), isUnprotected(1, null), isUnprotected(255, null)]).toEqual([true, false, false]);
    expect([isUnprotected(0, 'none'), isUnprotected(3, 'none')]).toEqual([true, false]);
  });

  it.each([
    ...['not-protected', 'Not protected', 'Unprotected', 'non_protected', 'Unprotected land', 'Background'],
    ...['Outside protected areas', 'outside of any protected area', 'No protection', 'hors aire protégée'],
    ...['Hors des aires protégées', 'Non protégé', 'Zone non protégée', 'nicht geschützt', 'Ungeschützt'],
    ...['Nicht geschuetzt', 'Außerhalb von Schutzgebieten', 'Kein Schutzgebiet'],
  ])('say of "%s" that it is not protected', (name) => {
    expect([isUnprotected(0, name), isUnprotected(3, name)]).toEqual([true, true]);
  });

  it.each([
    ...['Not Reported', 'Not Assigned', 'Not Applicable', 'No-take reserve', 'Other protected area', 'Other'],
    ...['Other effective area-based conservation measure', 'UN biosphere reserve', 'Non-hunting forest reserve'],
    ...['national park', 'classified forest', 'Ia', 'VI', 'Outside the core zone', 'No data', 'Aire protégée', ''],
    ...['Not protected from logging: forest reserve', 'Schutzgebiet', 'Non-governmental reserve'],
  ])('fail closed on "%s": protected', (name) => {
    expect([isUnprotected(0, name), isUnprotected(3, name)]).toEqual([false, false]);
  });
});
