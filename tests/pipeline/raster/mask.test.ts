import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clearFromFmask, clearFromQaPixel, clearFromScl, dilateNotClear } from '../../../pipeline/raster/mask.ts';

describe('clear masks', () => {
  it('keep SCL 4, 5, 6 and 7 of the classes 0 to 12, and whatever else is asked for', () => {
    const classes = Uint8Array.from({ length: 13 }, (_, i) => i);
    expect([...clearFromScl(classes, [4, 5, 6, 7])]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0]);
    expect([...clearFromScl(classes, [2])]).toEqual([0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it.each([
    [21824, true, 1],
    [22280, true, 0],
    [21824 | 1, true, 0],
    [21824 | 2, true, 0],
    [21824 | 4, true, 0],
    [21824 | 4, false, 1],
    [21824 | 8, false, 0],
    [21824 | 16, false, 0],
    [21824 | 32, false, 0],
    [21824 | 128, false, 1],
    [5440, false, 1],
  ])('take Landsat QA_PIXEL %i with cirrus bit %s as %i', (qa, cirrusBit, clear) => {
    expect([...clearFromQaPixel(Uint16Array.of(qa), { cirrusBit })]).toEqual([clear]);
  });

  it('keep DEA fmask 1 (valid) and 5 (water) of 0 to 5', () => {
    expect([...clearFromFmask(Uint8Array.of(0, 1, 2, 3, 4, 5, 255))]).toEqual([0, 1, 0, 0, 0, 1, 0]);
  });

  it('grow by a disc of 5, 9, 13 and 21 pixels at radius 1, 1.5, 2 and 2.3', () => {
    for (const [radiusPx, covered] of [
      [0, 1],
      [0.9, 1],
      [1, 5],
      [1.5, 9],
      [2, 13],
      [2.3, 21],
    ] as const) {
      const clear = new Uint8Array(49).fill(1);
      clear[24] = 0;
      expect(dilateNotClear(clear, 7, 7, radiusPx).filter((v) => v === 0)).toHaveLength(covered);
    }
  });

  it('grow exactly as the distance to every not-clear pixel says', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 15 * 11, maxLength: 15 * 11 }),
        fc.double({ min: 0, max: 8, noNaN: true }),
        (cells, radiusPx) => {
          const clear = Uint8Array.from(cells, (v) => (v === 0 ? 0 : 1));
          const expected = clear.map((_, i) => {
            for (let j = 0; j < clear.length; j++) {
              const distance = Math.hypot((i % 15) - (j % 15), Math.floor(i / 15) - Math.floor(j / 15));
              if (clear[j] === 0 && distance <= radiusPx) return 0;
            }
            return 1;
          });
          expect([...dilateNotClear(clear, 15, 11, radiusPx)]).toEqual([...expected]);
        },
      ),
      { numRuns: 60 },
    );
  });
});
