import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { areaRings, bytesOfRings } from '../../../scripts/fixtures/area-rings.ts';
import { measureAreaHa } from '../../../shared/geometry/area.ts';

/** Planimeter's two last digits and what rounding makes of the same series in another language. */
const SERIES_M2 = 1.2e-4;
/** How far GeographicLib's two ways of computing an area lie apart, whatever its size: their own rounding. */
const ROUNDING_M2 = 0.04;

const [head, ...lines] = readFileSync(join(import.meta.dirname, '../../fixtures/geographiclib/areas.txt'), 'utf8')
  .trimEnd()
  .split('\n');
const rings = [...areaRings()];
const expected = lines.map((line) => line.split(' ').map(Number) as [series: number, exact: number]);

describe('true area beside GeographicLib 2.1', () => {
  it('is of the 2,400 rings that Planimeter was asked about', () => {
    const sha256 = createHash('sha256').update(bytesOfRings(rings)).digest('hex');
    expect(head).toBe(`GeographicLib 2.1.2 ${sha256}`);
    expect(expected).toHaveLength(2400);
    expect(Math.min(...expected.map(([area]) => area))).toBeLessThan(1);
    expect(Math.max(...expected.map(([area]) => area))).toBeGreaterThan(1e11);
  });

  it('agrees to 1e-9 of the area and 1.2 cm² for all, from 0.87 m² to 13.6 million ha and 89.9° S to 89.9° N', () => {
    const differ = rings.flatMap((ring, i) => {
      const difference = Math.abs(measureAreaHa([ring]) * 10_000 - expected[i]![0]);
      return difference <= 1e-9 * expected[i]![0] + SERIES_M2 ? [] : [[i, difference]];
    });
    expect(differ).toEqual([]);
  });

  it('agrees to 1e-9 of the area and 0.04 m² with areas by elliptic integrals', () => {
    const differ = rings.flatMap((ring, i) => {
      const difference = Math.abs(measureAreaHa([ring]) * 10_000 - expected[i]![1]);
      return difference <= 1e-9 * expected[i]![1] + ROUNDING_M2 ? [] : [[i, difference]];
    });
    expect(differ).toEqual([]);
  });

  it('is the same to 2e-5 of 6 km² across the 180° meridian as one ring and cut there: edges of 3 km are straight in lon/lat or geodesics', () => {
    const whole = Float64Array.from([179.99, -17, 180.02, -17.005, 180.01, -16.98, 179.995, -16.985, 179.99, -17]);
    const [south, north] = [-17 - 0.005 / 3, -16.985 + 0.005 / 3];
    const west = Float64Array.from([179.99, -17, 180, south, 180, north, 179.995, -16.985, 179.99, -17]);
    const east = Float64Array.from([-180, south, -179.98, -17.005, -179.99, -16.98, -180, north, -180, south]);
    expect(Math.abs(measureAreaHa([west, east]) / measureAreaHa([whole]) - 1)).toBeLessThan(2e-5);
  });
});
