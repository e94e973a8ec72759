import { describe, expect, it } from 'vitest';
import {
  fitNdviLine,
  harmonisationOf,
  harmoniseNdvi,
  hlsBandLines,
  hlsNdvi,
} from '../../../pipeline/change/harmonise.ts';
import { mulberry32 } from '../../../scripts/demo/random.ts';

describe('harmonisation of NDVI', () => {
  it('takes ETM+ 0.5 to 0.50965 (0.0235 + 0.9723 · 0.5, Roy et al. 2016) and names its source', () => {
    const rule = harmonisationOf('tm-etm');
    if (rule.kind !== 'line') throw new Error('no line');
    expect(harmoniseNdvi(rule.line, 0.5)).toBeCloseTo(0.50965, 12);
    expect(rule.line.source).toContain('Roy et al. 2016');
  });

  it('leaves OLI as it is and refuses Sentinel-2 of bands 4 and 8 in a sentence', () => {
    expect(harmonisationOf('oli')).toEqual({ kind: 'same' });
    const rule = harmonisationOf('msi');
    expect(rule.kind).toBe('refused');
    expect(rule.kind === 'refused' && rule.reason).toMatch(/band 8.*nir08/);
  });

  it('takes red 0.05 and band 8A 0.30 of Sentinel-2A to NDVI 0.71419 with the lines of HLS', () => {
    // red 0.9765 · 0.05 + 0.0009 = 0.049725; nir 0.9983 · 0.30 − 0.0001 = 0.29939.
    expect(hlsNdvi('sentinel-2a', 0.05, 0.3)).toBeCloseTo((0.29939 - 0.049725) / (0.29939 + 0.049725), 12);
    expect(hlsBandLines('sentinel-2b')!.nir08.slope).toBe(0.9966);
  });

  it.each(['sentinel-2c', 'landsat-8', 'constructor'])('has no lines for %s', (platform) => {
    expect(hlsBandLines(platform)).toBeNull();
    expect(hlsNdvi(platform, 0.05, 0.3)).toBeNaN();
  });

  it('fits a planted line 0.02 + 0.95x through noise on both sides without shrinking it (1 % of slope, 400 pairs)', () => {
    const random = mulberry32(3);
    const noise = () => 0.02 * (random() + random() + random() - 1.5);
    const truth = Float64Array.from({ length: 400 }, () => 0.15 + 0.6 * random());
    const other = truth.map((v) => v + noise());
    const reference = truth.map((v) => 0.02 + 0.95 * v + 0.95 * noise());
    const line = fitNdviLine(reference, other)!;
    expect(Math.abs(line.slope / 0.95 - 1)).toBeLessThan(0.01);
    expect(Math.abs(line.intercept - 0.02)).toBeLessThan(0.005);
    expect(line.source).toContain('400 pairs');
  });

  it('fits no line to 29 pairs, to unrelated values, or to constant ones', () => {
    const random = mulberry32(4);
    const make = (n: number) => Float64Array.from({ length: n }, () => random());
    const x = make(29);
    expect(fitNdviLine(x, x)).toBeNull();
    expect(fitNdviLine(make(100), make(100))).toBeNull();
    expect(fitNdviLine(new Float64Array(100).fill(0.5), new Float64Array(100).fill(0.5))).toBeNull();
  });
});
