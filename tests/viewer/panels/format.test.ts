import { describe, expect, it } from 'vitest';
import {
  formatChange,
  formatDay,
  formatHa,
  formatMark,
  formatMonths,
  formatNdvi,
  formatNumber,
  formatPlatform,
  formatSharePct,
} from '../../../viewer/panels/format.ts';

describe('figures', () => {
  it('writes hectares with 2 decimals under 100, else with 1', () => {
    expect(['en', 'fr', 'de'].map((language) => formatHa(language as 'en', 7.126365))).toEqual([
      '7.13',
      '7,13',
      '7,13',
    ]);
    expect(formatHa('en', 99.994)).toBe('99.99');
    expect(formatHa('en', 99.996)).toBe('100.0');
    expect(formatHa('en', 12345.67)).toBe('12,345.7');
    expect(formatHa('de', 12345.67)).toBe('12.345,7');
    expect(formatHa('fr', 12345.67)).toBe('12\u202f345,7');
  });

  it('writes NDVI with 3 decimals and a true minus sign', () => {
    expect(formatNdvi('en', 0.504021)).toBe('0.504');
    expect(formatNdvi('de', -0.0126)).toBe('−0,013');
  });

  it('gives a change its sign on both sides of 0, and none to what rounds to 0', () => {
    expect(formatChange('en', -0.1803777, 3)).toBe('−0.180');
    expect(formatChange('fr', 0.0751944, 3)).toBe('+0,075');
    expect(formatChange('en', -0.0004, 3)).toBe('0.000');
    expect(formatNumber('en', -0.4)).toBe('0');
  });

  it('never lets a share that is neither 0 nor 1 read as 0 or 100 percent', () => {
    expect([0, 0.004, 0.006, 0.5, 0.994, 0.9951, 1].map((share) => formatSharePct('en', share))).toEqual([
      '0',
      '<1',
      '1',
      '50',
      '99',
      '>99',
      '100',
    ]);
  });
});

describe('dates', () => {
  it('writes the UTC day of a time stamp, day first in all 3 languages', () => {
    expect(formatDay('en', '2021-02-14T10:25:25.024Z')).toBe('14 Feb 2021');
    expect(formatDay('fr', '2021-02-14T10:25:25.024Z')).toBe('14 févr. 2021');
    expect(formatDay('de', '2021-02-14T10:25:25.024Z')).toBe('14. Feb. 2021');
  });

  it('keeps 23:59:59 UTC on its own day whatever the clock of the machine', () => {
    expect(formatDay('en', '2021-02-14T23:59:59.999Z')).toBe('14 Feb 2021');
    expect(formatDay('en', '2021-02-14')).toBe('14 Feb 2021');
  });

  it('marks an axis by year, month or day', () => {
    const timeMs = Date.UTC(2021, 1, 14);
    expect((['year', 'month', 'day'] as const).map((unit) => formatMark('fr', timeMs, unit))).toEqual([
      '2021',
      'févr. 2021',
      '14 févr.',
    ]);
  });

  it('names the 3 months of a season over the turn of the year in their order', () => {
    expect(formatMonths('de', [12, 1, 2])).toBe('Dez, Jan, Feb');
    expect(formatMonths('en', [12, 1, 2])).toBe('Dec, Jan, Feb');
  });
});

describe('platforms', () => {
  it('writes 2 families as their owners do and leaves others alone', () => {
    expect(['sentinel-2a', 'landsat-8', 'planet'].map(formatPlatform)).toEqual(['Sentinel-2A', 'Landsat 8', 'planet']);
  });
});
