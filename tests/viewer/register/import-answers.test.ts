import { describe, expect, it } from 'vitest';
import type { ImportAnswer } from '../../../shared/register.ts';
import {
  crsAskedBy,
  importAddress,
  isPassing,
  NO_ANSWERS,
  questionOf,
  readCrs,
  utmOf,
} from '../../../viewer/register/import-answers.ts';

describe('what a file leaves open', () => {
  const refusal = (code: string, layers?: readonly string[]) => ({
    code,
    message: '',
    ...(layers ? { fields: { layers } } : {}),
  });

  it('is the CRS where the file names none, and again where the 1 that was answered is unknown', () => {
    expect(questionOf(refusal('E_PARCELS_CRS_MISSING'), NO_ANSWERS)).toEqual({ asks: 'crs' });
    expect(questionOf(refusal('E_PARCELS_CRS'), { crs: 'EPSG:99999', layer: null })).toEqual({ asks: 'crs' });
  });

  it('is nothing where the file itself names an unknown CRS: the 1 that is answered would not be used', () => {
    expect(questionOf(refusal('E_PARCELS_CRS'), NO_ANSWERS)).toBeNull();
  });

  it('is the layer, one of the 2 of the answer, never of the sentence', () => {
    expect(questionOf(refusal('E_PARCELS_LAYER', ['a', 'b, c']), NO_ANSWERS)).toEqual({
      asks: 'layer',
      layers: ['a', 'b, c'],
    });
    expect(questionOf({ code: 'E_PARCELS_LAYER', message: 'f holds 2 layers: a, b.' }, NO_ANSWERS)).toBeNull();
    expect(questionOf(refusal('E_JSON'), NO_ANSWERS)).toBeNull();
  });

  it('offers 1 of 2 layers where the name of the other is longer than the 255 characters that the server takes', () => {
    const layers = ['x'.repeat(256), 'y'.repeat(255)];
    expect(questionOf(refusal('E_PARCELS_LAYER', layers), NO_ANSWERS)).toEqual({ asks: 'layer', layers: [layers[1]] });
  });

  it.each([
    ['E_TOO_OFTEN', true],
    ['HTTP_502', true],
    ['E_DATABASE_LOCKED', true],
    ['E_PARCELS_SIZE', false],
    ['HTTP_400', false],
  ])('is time where the server says %s: %s', (code, isTime) => expect(isPassing(refusal(code))).toBe(isTime));
});

describe('a file that was read although its rows are in metres', () => {
  const read = (format: string, ...rules: readonly string[]) =>
    ({
      file: { format },
      report: { parcels: [{ findings: [] }, { findings: rules.map((rule) => ({ rule, message: `${rule}!` })) }] },
    }) as unknown as ImportAnswer;

  it('asks for its CRS by the 1st row that is not in degrees', () => {
    const asked = { code: 'E_PARCELS_CRS_MISSING', message: 'projected!' };
    expect(crsAskedBy(read('geojson', 'too-small', 'projected'), NO_ANSWERS)).toEqual(asked);
    expect(questionOf(asked, NO_ANSWERS)).toEqual({ asks: 'crs' });
  });

  it('asks nothing where 1 was answered, where all rows are in degrees, or where no answer would be used', () => {
    expect(crsAskedBy(read('geojson', 'projected'), { crs: 'EPSG:32631', layer: null })).toBeNull();
    expect(crsAskedBy(read('geojson', 'too-small'), NO_ANSWERS)).toBeNull();
    expect(crsAskedBy(read('kml', 'projected'), NO_ANSWERS)).toBeNull();
  });
});

describe('a CRS that is typed', () => {
  it.each([
    ['EPSG:32631', 'EPSG:32631'],
    [' epsg: 4326 ', 'EPSG:4326'],
    ['32631', 'EPSG:32631'],
    ['EPSG::102022', 'EPSG:102022'],
    ['', null],
    ['EPSG:', null],
    ['EPSG:31', null],
    ['EPSG:1234567', null],
    ['UTM 31N', null],
    ['EPSG:32631; drop', null],
  ])('"%s" is sent as %s', (text, crs) => expect(readCrs(text)).toBe(crs));
});

describe('the UTM zone of a region', () => {
  it.each([
    ['Copargo', [1.4, 9.7, 1.6, 10], 'EPSG:32631', '31N'],
    ['Madagascar', [43, -26, 51, -12], 'EPSG:32738', '38S'],
    ['the west of the date line', [179, -17, 180, -16], 'EPSG:32760', '60S'],
    ['its east', [-180, 51, -179, 52], 'EPSG:32601', '1N'],
    ['the last degree', [180, 0, 180, 0], 'EPSG:32660', '60N'],
  ] as const)('of %s, box %s, is %s', (_, box, crs, zone) => expect(utmOf(box)).toEqual({ crs, zone }));

  it('is none beyond 84° N', () => expect(utmOf([0, 85, 1, 86])).toBeNull());
});

describe('the address of a file', () => {
  it('carries 2 answers, every sign of a name kept, and none that was not given', () => {
    const address = importAddress('a b.gpkg', 'sink', { crs: 'EPSG:32631', layer: 'R&D, été' });
    expect(Object.fromEntries(new URL(address, 'http://x').searchParams)).toEqual({
      name: 'a b.gpkg',
      region: 'sink',
      crs: 'EPSG:32631',
      layer: 'R&D, été',
    });
    expect(importAddress('a.kml', 'sink', NO_ANSWERS)).toBe('/api/register/import?name=a.kml&region=sink');
  });
});
