import { describe, expect, it } from 'vitest';
import { checkChange } from '../../../scripts/demo/check-change.ts';
import type { Truth } from '../../../scripts/demo/make.ts';

const parcel = (id: string, kind: string, events: { what: string; date: string }[] = []) => ({
  id,
  kind,
  ground: 'savanna',
  areaPx: 100,
  events,
  gainPerYear: 0,
  ndvi: [],
  treeCover: [],
  sclClearShare: [],
  trulyClear: [],
  eligibility: { light: 'pass' as const, rules: [] },
});
const truth: Truth = {
  about: 'test',
  seed: 1,
  eligibilityDate: '2023-01-15',
  scenes: [],
  parcels: [
    parcel('C', 'cleared', [{ what: 'cleared', date: '2022-03-10' }]),
    parcel('B', 'burnt'),
    parcel('U', 'unchanged'),
    parcel('P', 'planted'),
    parcel('X', 'cloudy'),
  ],
};
const HEAD = 'parcel_id,parcel_ha,change_finding,change_after,change_before,control_z\n';
const PARCELS = `${HEAD}C,2,loss,2022-03-01,2022-03-11,-5\nB,1,burnt_and_recovered,,,\nU,1,no_change,,,\nP,1,no_change,,,2.5\nX,1,,,,\n`;
const SERIES = `parcel_id,datetime,state\n${['02-10', '03-01', '03-11', '04-01', '05-01'].map((day) => `C,2022-${day}T10:00:00Z,used\n`).join('')}`;
const CHANGES = 'parcel_id,year,loss_ha\nC,2022,1.8\nU,2022,0.1\n';

const broken = (parcels: string) =>
  checkChange(truth, parcels, SERIES, CHANGES)
    .filter(({ holds }) => holds === false)
    .map(({ what }) => what);

describe('the check of change on the demo', () => {
  it('holds for a clearing that is found and dated, a fire that is none, and a planting that stands out', () => {
    expect(broken(PARCELS)).toEqual([]);
    const lines = checkChange(truth, PARCELS, SERIES, CHANGES);
    expect(lines.find(({ what }) => what.startsWith('mapped loss on cleared'))?.measured).toBe('1.8 of 2.0 ha');
  });

  it.each([
    ['the clearing missed', PARCELS.replace('C,2,loss', 'C,2,no_change'), 'F1 of cleared'],
    ['the unchanged one called loss', PARCELS.replace('U,1,no_change', 'U,1,loss'), 'F1 of cleared'],
    ['the fire called loss', PARCELS.replace('B,1,burnt_and_recovered', 'B,1,loss'), 'burnt and recovered parcels'],
    [
      'a date two observations late',
      PARCELS.replace('2022-03-01,2022-03-11', '2022-04-01,2022-05-01'),
      'median error of the dated interval',
    ],
    ['a planting within its controls', PARCELS.replace(',2.5', ',1.9'), 'planted parcels apart'],
  ])('is broken by %s', (_, parcels, what) => {
    expect(broken(parcels).some((line) => line.startsWith(what))).toBe(true);
  });
});
