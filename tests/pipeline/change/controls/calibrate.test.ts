import { describe, expect, it } from 'vitest';
import { calibrate, standardError } from '../../../../pipeline/change/controls/calibrate.ts';

function placebo(value: number, noise = 0, spread: number | null = null) {
  return { estimate: { value, noise, spread }, weightSquares: 0.2 };
}

describe('the calibration on untreated areas', () => {
  it('learns from 10 areas at ±0.02 a variance of (0.0004 − 0.0001) / 1.2 and reaches t = 2.262157 of 9 degrees of freedom', () => {
    const placebos = Array.from({ length: 10 }, (_, i) => placebo(i % 2 === 0 ? 0.02 : -0.02, 0.0001));
    const calibration = calibrate(placebos)!;
    expect(calibration).toMatchObject({ placeboCount: 10, rule: 'student' });
    expect(calibration.untreatedVariance).toBeCloseTo(0.0003 / 1.2, 12);
    expect(calibration.reach).toBeCloseTo(2.262157, 6);
    // Of a parcel with the same noise the variance comes back to 0.0004.
    expect(standardError(placebo(0.5, 0.0001), calibration)).toBeCloseTo((2.262157 * 0.02) / 1.96, 6);
  });

  it('reaches to the 96th of 100 areas at 0.001, 0.002 … 0.1, whatever their distribution', () => {
    const calibration = calibrate(Array.from({ length: 100 }, (_, i) => placebo((i + 1) / 1000)))!;
    expect(calibration.rule).toBe('placebo');
    expect(1.96 * standardError(placebo(0), calibration)).toBeCloseTo(0.096, 12);
  });

  it('is not widened by 3 of 100 areas that were cleared', () => {
    const quiet = Array.from({ length: 100 }, (_, i) => placebo(((i % 10) + 1) / 1000));
    const cleared = quiet.map((one, i) => (i % 40 === 0 ? placebo(-0.3) : one));
    const half = (placebos: typeof quiet) => 1.96 * standardError(placebo(0), calibrate(placebos)!);
    expect(half(quiet)).toBeCloseTo(0.01, 12);
    expect(half(cleared)).toBeCloseTo(0.01, 12);
  });

  it('widens the interval of a parcel whose own control areas differ by more than areas do', () => {
    const calibration = calibrate(Array.from({ length: 100 }, (_, i) => placebo((i + 1) / 1000)))!;
    const calm = standardError(placebo(0, 0, 0), calibration);
    expect(standardError(placebo(0, 0, calibration.untreatedVariance), calibration)).toBe(calm);
    const torn = standardError(placebo(0, 0, calibration.untreatedVariance * 25), calibration);
    expect(torn / calm).toBeCloseTo(Math.sqrt((1 + 0.2 * 25) / 1.2), 6);
  });

  it('says nothing with 4 areas, and is never surer than 0.00001, a tenth of the step in which an index is stored', () => {
    expect(calibrate(Array(4).fill(placebo(0.01)))).toBeNull();
    expect(standardError(placebo(0), calibrate(Array(50).fill(placebo(0)))!)).toBe(1e-5);
  });
});
