import { describe, expect, it } from 'vitest';
import { binCover, COVER_BIN } from '../../../pipeline/eligibility/cover-bins.ts';
import { ELIGIBILITY_SETTINGS } from '../../../pipeline/eligibility/settings.ts';
import { addBins, unknownOf } from '../../../pipeline/eligibility/tally.ts';

describe('hectares of a parcel by bin', () => {
  const areas = {
    fillRow: (row: number, _col: number, count: number, out: Float64Array) => out.fill(row + 1, 0, count),
  };
  const window = { col: 0, row: 0, widthPx: 2, heightPx: 2 };

  it('are Σ share × cell area: 0.5 · 1 + 1 · 2 in one bin and 0.25 · 1 in another; the unobserved cell counts nowhere', () => {
    const sums = new Float64Array(2);
    const parcel = { window, coverage: Float64Array.of(0.5, 0.25, 1, 1) };
    const cells = { window, observed: Uint8Array.of(1, 1, 1, 0), bins: Uint8Array.of(0, 1, 0, 1) };
    addBins(sums, parcel, cells, areas);
    expect(Array.from(sums)).toEqual([2.5, 0.25]);
  });

  it('leave 1.25 of 4 ha unknown, and a trace of 0.00001 of the parcel is none', () => {
    expect(unknownOf(Float64Array.of(2.5, 0.25), 4)).toBe(1.25);
    expect(unknownOf(Float64Array.of(4 - 3e-5), 4)).toBe(0);
  });
});

describe('tree cover then and now', () => {
  it.each([
    ['wooded now, whatever it was', 30, 0, COVER_BIN.wooded],
    ['31 % then and 29 % now: no clearing seen', 29, 31, COVER_BIN.open],
    ['45 % then and 29 % now: cleared', 29, 45, COVER_BIN.cleared],
    ['44 % then and 29 % now: a fall of exactly 15 points', 29, 44, COVER_BIN.cleared],
    ['29 % then and 5 % now: it was not wooded', 5, 29, COVER_BIN.open],
  ])('%s', (_, now, before, bin) => {
    const cover = (value: number) => ({ data: Float32Array.of(value), valid: Uint8Array.of(1) });
    expect(binCover(cover(now), cover(before), ELIGIBILITY_SETTINGS)[0]).toBe(bin);
  });

  it('open ground of unknown past may have been cleared, wooded ground cannot', () => {
    const now = { data: Float32Array.of(10, 60), valid: Uint8Array.of(1, 1) };
    const bins = binCover(now, { data: Float32Array.of(0, 0), valid: Uint8Array.of(0, 0) }, ELIGIBILITY_SETTINGS);
    expect(Array.from(bins)).toEqual([COVER_BIN.openUnknownBefore, COVER_BIN.wooded]);
  });
});
