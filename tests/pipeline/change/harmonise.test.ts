import { describe, expect, it } from 'vitest';
import { harmonisationOf, harmoniseNdvi, hlsBandLines } from '../../../pipeline/change/harmonise.ts';

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
    const { red, nir08 } = hlsBandLines('sentinel-2a')!;
    const [r, n] = [harmoniseNdvi(red, 0.05), harmoniseNdvi(nir08, 0.3)];
    expect((n - r) / (n + r)).toBeCloseTo((0.29939 - 0.049725) / (0.29939 + 0.049725), 12);
    expect(hlsBandLines('sentinel-2b')!.nir08.slope).toBe(0.9966);
  });

  it.each(['sentinel-2c', 'landsat-8', 'constructor'])('has no lines for %s', (platform) => {
    expect(hlsBandLines(platform)).toBeNull();
  });
});
