import { describe, expect, it } from 'vitest';
import { checkAttributes, checkStatedArea, isDay, REQUIRED_ATTRIBUTES } from '../../../shared/checks/attributes.ts';
import { DEFAULT_CHECK_LIMITS } from '../../../shared/parcel-check.ts';
import { SAID } from './candidates.ts';

const rules = (given: Partial<typeof SAID>, today: string | null = '2026-11-29') =>
  checkAttributes({ ...SAID, ...given }, { required: REQUIRED_ATTRIBUTES, today }).map(
    ({ rule, values }) => `${rule} ${values.attribute ?? values.got}`,
  );

describe('what a parcel says of itself', () => {
  it('is complete with a name, one of the six interventions, a day, and tenure or consent', () => {
    expect(rules({})).toEqual([]);
    expect(rules({ tenure: null, consent: 'village meeting of 2025-04-02' })).toEqual([]);
  });

  it('lacks each of the four by itself', () => {
    expect(rules({ name: ' ', intervention: null, startDate: null, tenure: null, consent: '' })).toEqual([
      'missing-attribute name',
      'missing-attribute intervention',
      'missing-attribute startDate',
      'missing-attribute tenureOrConsent',
    ]);
  });

  it('is asked only for what is required', () => {
    const none = { ...SAID, name: null, tenure: null };
    expect(checkAttributes(none, { required: ['intervention'], today: null })).toEqual([]);
  });

  it.each([
    ['2025-02-29', 'start-date'],
    ['2024-02-29', null],
    ['01/06/2025', 'start-date'],
    ['2025', 'start-date'],
    ['1979-12-31', 'start-date-unlikely'],
    ['1980-01-01', null],
    ['2036-11-29', null],
    ['2036-11-30', 'start-date-unlikely'],
  ])('starts on %s: %s (today 2026-11-29)', (startDate, rule) => {
    expect(rules({ startDate })).toEqual(rule === null ? [] : [`${rule} ${startDate}`]);
  });

  it('knows the 29th of February of 2000 and not that of 1900', () => {
    expect([isDay('2000-02-29'), isDay('1900-02-29'), isDay('2025-13-01'), isDay('2025-1-1')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it.each([
    [7.49, 1],
    [7.5, 0],
    [12.5, 0],
    [12.51, 1],
  ])('states %f ha of 10 measured: %i finding (75 to 125 %%)', (stated, count) => {
    expect(checkStatedArea(stated, 10, DEFAULT_CHECK_LIMITS)).toHaveLength(count);
  });

  it('is not held against a stated area that nobody stated', () => {
    expect(checkStatedArea(null, 10, DEFAULT_CHECK_LIMITS)).toEqual([]);
  });
});
