import { describe, expect, it } from 'vitest';
import { normalCdf } from '../../../pipeline/change/normal.ts';

describe('the standard normal distribution', () => {
  // Abramowitz and Stegun, table 26.1 (15 digits) and 26.2 for the tails.
  it.each([
    [0, 0.5],
    [1, 0.8413447460685429],
    [1.96, 0.9750021048517795],
    [-1.2815515655446004, 0.1],
    [-3, 0.0013498980316301],
    [5.5, 0.9999999810104375],
  ])('is %f → %f to 1e-13', (z, p) => {
    expect(Math.abs(normalCdf(z) - p)).toBeLessThan(1e-13);
  });

  it.each([
    [-6.5, 4.016000583859118e-11],
    [-8, 6.220960574271785e-16],
    [-10, 7.61985302416047e-24],
  ])('keeps 5 digits far out: %f → %f', (z, p) => {
    expect(normalCdf(z) / p).toBeCloseTo(1, 4);
  });

  it('is NaN of NaN, 0 and 1 at the ends', () => {
    expect([normalCdf(Number.NaN), normalCdf(-Infinity), normalCdf(Infinity)]).toEqual([Number.NaN, 0, 1]);
  });
});
