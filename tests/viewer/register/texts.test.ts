import { describe, expect, it } from 'vitest';
import type { ParcelVersion } from '../../../shared/register.ts';
import { missingOf, readHectares } from '../../../viewer/register/attribute-text.ts';
import { findParcels } from '../../../viewer/register/find-parcels.ts';
import { sayBytes, sayHectares, sayHectaresMore, sayMetres, sayPercent } from '../../../viewer/register/quantities.ts';
import { readCandidates } from '../../../viewer/register/suggestions-store.ts';

describe('quantities', () => {
  it.each([
    [0, '0\u00a0ha'],
    [0.00001, '<\u00a01\u00a0m²'],
    [0.0121, '121\u00a0m²'],
    [0.1, '0,10\u00a0ha'],
    [12.345, '12,35\u00a0ha'],
    [-0.02, '−200\u00a0m²'],
  ])('%d ha is said so that there is never a 0 where there is ground', (ha, text) => {
    expect(sayHectares('fr', ha)).toBe(text);
  });

  it('of a difference have a sign', () => expect(sayHectaresMore('en', 0.5)).toBe('+0.50\u00a0ha'));

  it.each([
    [0.2, '<\u00a01\u00a0%'],
    [99.8, '>\u00a099\u00a0%'],
    [75, '75\u00a0%'],
    [100, '100\u00a0%'],
  ])('%d percent is neither none nor all where it is not', (pct, text) => expect(sayPercent('en', pct)).toBe(text));

  it.each([
    [999, '999\u00a0o'],
    [2500, '2,5\u00a0ko'],
    [3_000_000, '3,0\u00a0Mo'],
  ])('%d bytes are octets in French', (bytes, text) => expect(sayBytes('fr', bytes)).toBe(text));

  it('are metres with a decimal below ten, and bytes by the thousand', () => {
    expect([sayMetres('de', 3.25), sayMetres('de', 12.4), sayBytes('en', 10_485_760)]).toEqual([
      '3,3\u00a0m',
      '12\u00a0m',
      '10.5\u00a0MB',
    ]);
  });
});

describe('what is typed', () => {
  it.each([
    ['4.5', 4.5],
    ['4,5', 4.5],
    ['1 234,5', 1234.5],
    ['', null],
    ['0', undefined],
    ['-3', undefined],
    ['4 ha', undefined],
    ['1e9', undefined],
  ])('"%s" as hectares is %s', (text, ha) => expect(readHectares(text)).toBe(ha));

  it('lists the 4 things that the register asks for; one of tenure and consent is enough', () => {
    const none = {
      name: ' ',
      intervention: null,
      startDate: '2025-02-30',
      tenure: null,
      consent: '',
      statedHa: null,
      more: {},
    };
    expect(missingOf(none)).toEqual(['name', 'intervention', 'start-date', 'tenure']);
    expect(missingOf({ ...none, consent: 'PV 3', name: 'Champ' })).toEqual(['intervention', 'start-date']);
  });
});

describe('the list of parcels', () => {
  const parcel = (id: string, name: string | null, regionId = 'copargo') =>
    ({ id, regionId, attributes: { name } }) as unknown as ParcelVersion;
  const all = [
    parcel('P-10', null),
    parcel('P-9', null),
    parcel('P-3', 'Bosquet dès Élèves'),
    parcel('A-1', 'x', 'alfter'),
  ];

  it('finds 1 of 4 by words without accents, and sorts P-9 before P-10', () => {
    expect(findParcels(all, { regionId: 'copargo', text: 'eleves bos' }).map(({ id }) => id)).toEqual(['P-3']);
    expect(findParcels(all, { regionId: 'copargo', text: 'p-' }).map(({ id }) => id)).toEqual(['P-3', 'P-9', 'P-10']);
  });
});

describe('suggestions', () => {
  const area = { type: 'Polygon', coordinates: [] };

  it('are read by rank; the 1 of 3 without an area is left out', () => {
    const answer = {
      features: [
        { id: 'S-2', geometry: area, properties: { rank: 2, ha: 3, intervention: 'planting' } },
        { id: 'S-1', geometry: area, properties: { rank: 1, intervention: 'magic' } },
        { id: 'S-3', geometry: { type: 'Point' }, properties: {} },
      ],
    };
    expect(readCandidates(answer).map(({ id, ha, intervention }) => [id, ha, intervention])).toEqual([
      ['S-1', null, null],
      ['S-2', 3, 'planting'],
    ]);
  });

  it('are none in what is no collection', () => expect(readCandidates(null)).toEqual([]));
});
