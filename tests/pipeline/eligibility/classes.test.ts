import { describe, expect, it } from 'vitest';
import { groupOfClass, isUnprotected } from '../../../pipeline/eligibility/classes.ts';

describe('names of land-cover classes', () => {
  it.each([
    // ESA WorldCover
    ['Tree cover', 'tree'],
    ['Shrubland', 'savanna'],
    ['Grassland', 'savanna'],
    ['Cropland', 'cropland'],
    ['Built-up', 'built-up'],
    ['Bare / sparse vegetation', 'open'],
    ['Snow and ice', 'open'],
    ['Permanent water bodies', 'water'],
    ['Herbaceous wetland', 'savanna'],
    ['Mangroves', 'tree'],
    ['Moss and lichen', 'savanna'],
    // The demo
    ['closed-woodland', 'tree'],
    ['tree savanna', 'savanna'],
    ['grass-savanna', 'savanna'],
    ['gallery forest', 'tree'],
    ['fallow', 'open'],
    ['orchard', 'tree'],
    ['built-up-and-bare', 'built-up'],
    ['water', 'water'],
    ['rock', 'rock'],
    // Others
    ['Cultivated and managed land', 'cropland'],
    ['Rangeland', 'savanna'],
    ['FLOODED VEGETATION', 'savanna'],
    ['paddy field', 'cropland'],
  ])('take %s for %s', (name, group) => {
    expect(groupOfClass(name)).toBe(group);
  });

  it.each(['cloud', 'class 7', 'unclassified', ''])('do not guess what "%s" is', (name) => {
    expect(groupOfClass(name)).toBeNull();
  });

  it('call ground unprotected by the value 0 without names, and by the name where there is one', () => {
    expect([isUnprotected(0, null), isUnprotected(1, null)]).toEqual([true, false]);
    expect([isUnprotected(0, 'not-protected'), isUnprotected(3, 'Unprotected')]).toEqual([true, true]);
    expect([isUnprotected(0, 'national park'), isUnprotected(1, 'classified forest')]).toEqual([false, false]);
  });
});
