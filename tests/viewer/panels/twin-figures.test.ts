import { describe, expect, it } from 'vitest';
import type { ProfileFigure, RegionInfo } from '../../../shared/api.ts';
import { digitsOf, figureOf, largestOf, sharedSourceOf, totalEmissionsT } from '../../../viewer/panels/twin-figures.ts';

const figure = (value: number, source = 'a report'): ProfileFigure => ({ value, year: null, source });

function region(population: number, emissionsPerPersonT: number, source?: string): RegionInfo {
  const profile = {
    population: figure(population),
    emissionsPerPersonT: figure(emissionsPerPersonT, source),
    areaHa: figure(87_600),
    gdpPerCapitaUsd: figure(1300),
    rainfallMm: figure(1050),
    temperatureC: figure(26),
  };
  return { id: 'r', name: 'R', profile, boundary: null, measuredAreaHa: null };
}

describe('figures of a twin', () => {
  it('give 28,400 t for Copargo and 300,000 t for Alfter, and say that they are computed', () => {
    expect(totalEmissionsT(region(71_000, 0.4))).toBeCloseTo(28_400, 6);
    expect(totalEmissionsT(region(24_000, 12.5))).toBe(300_000);
    expect(figureOf(region(24_000, 12.5), 'totalEmissionsT').stated).toBeNull();
    expect(figureOf(region(24_000, 12.5), 'population').stated).not.toBeNull();
  });

  it('are measured against the largest of 2 regions', () => {
    expect(largestOf([region(71_000, 0.4), region(24_000, 12.5)], 'totalEmissionsT')).toBe(300_000);
    expect(largestOf([region(71_000, 0.4), region(24_000, 12.5)], 'population')).toBe(71_000);
  });

  it('keep their decimals: 0.45 stays 0.45, 12 becomes 12.0 where 1 is wanted', () => {
    expect([digitsOf(0.45, 1), digitsOf(12, 1), digitsOf(71_000, 0), digitsOf(1 / 3, 0)]).toEqual([2, 1, 0, 4]);
  });

  it('name a source once only where all 6 share it', () => {
    expect(sharedSourceOf(region(1, 1))).toBe('a report');
    expect(sharedSourceOf(region(1, 1, 'another'))).toBeNull();
  });
});
