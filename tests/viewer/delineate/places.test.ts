import { describe, expect, it } from 'vitest';
import { readPlace } from '../../../viewer/delineate/places.ts';

describe('coordinates as they stand on paper', () => {
  it.each([
    ['9.8412, 1.5523', 9.8412, 1.5523],
    ['9.8412 1.5523', 9.8412, 1.5523],
    ['9.8412,1.5523', 9.8412, 1.5523],
    ['9,8412 1,5523', 9.8412, 1.5523],
    ['9,8412; 1,5523', 9.8412, 1.5523],
    ['9,8412, 1,5523', 9.8412, 1.5523],
    ['-9.8412 -1.5523', -9.8412, -1.5523],
    ['−9.8412, −1.5523', -9.8412, -1.5523],
    ['9.8412N 1.5523E', 9.8412, 1.5523],
    ['N 9.8412 E 1.5523', 9.8412, 1.5523],
    ['1.5523 E, 9.8412 N', 9.8412, 1.5523],
    ['9.8412 S 1.5523 W', -9.8412, -1.5523],
    ['9°50\'28.32"N 1°33\'08.28"E', 9.8412, 1.5523],
    ["9° 50,472' N; 1° 33,138' E", 9.8412, 1.5523],
    ['9°50′28,32″ N 1°33′08,28″ E', 9.8412, 1.5523],
  ])('%s is %d north, %d east', (text, lat, lon) => {
    const place = readPlace(text, 'fr')!;
    expect(place[1]).toBeCloseTo(lat, 9);
    expect(place[0]).toBeCloseTo(lon, 9);
  });

  it('reads O as west in French and as east in German, and in English not at all', () => {
    expect(readPlace('9.5 N 1.5 O', 'fr')).toEqual([-1.5, 9.5]);
    expect(readPlace('9.5 N 1.5 O', 'de')).toEqual([1.5, 9.5]);
    expect(readPlace('9.5 N 1.5 O', 'en')).toBeNull();
  });

  it.each([
    '',
    '9.8412',
    'nine one',
    '9.8 1.5 3.2',
    '91 0',
    '9.8 N 1.5 N',
    '9.8 E 1.5 E',
    '9,8,1,5',
    "9°75'00 N 1°00'00 E",
    '-9.8 S 1.5 E',
  ])('does not guess at «%s»', (text) => {
    expect(readPlace(text, 'en')).toBeNull();
  });
});
