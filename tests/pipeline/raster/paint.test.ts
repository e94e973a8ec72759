import { describe, expect, it } from 'vitest';
import { paintChecker, paintRamp, paintTones, stretchBand } from '../../../pipeline/raster/paint.ts';
import { RAMPS } from '../../../shared/ramps.ts';

const stretch = { scale: 1e-4, offset: 0, fullReflectance: 0.3 };

function toneOf(dn: number, more: Partial<typeof stretch> = {}): number {
  return stretchBand(Float64Array.of(dn), Uint8Array.of(1), { ...stretch, ...more })[0]!;
}

describe('tones of reflectance', () => {
  it.each([
    [0, 1],
    [3000, 255],
    [9000, 255],
    // (1/2)^(1/1.6) = 0.64842, (1/8)^(1/1.6) = 0.27263, (1/10)^(1/1.6) = 0.23714
    [1500, 166],
    [375, 70],
    [300, 61],
    // A reflectance below 0 is black, not missing.
    [-200, 1],
  ])('turn DN %i at scale 0.0001 and full brightness 0.3 into %i', (dn, tone) => {
    expect(toneOf(dn)).toBe(tone);
  });

  it('take near infrared up to 0.5: 0.25 is as bright as 0.15 of visible light', () => {
    expect(toneOf(2500, { fullReflectance: 0.5 })).toBe(toneOf(1500));
  });

  it('are 0 for infinite numbers, for what is beyond 10, and where the file has nothing', () => {
    expect([toneOf(Number.POSITIVE_INFINITY), toneOf(Number.NaN), toneOf(100_001)]).toEqual([0, 0, 0]);
    expect([...stretchBand(Uint16Array.of(1500, 1500), Uint8Array.of(1, 0), stretch)]).toEqual([166, 0]);
  });

  it('are the same from 65,536 looked-up numbers of 16 bits as computed, signed and with an offset, too', () => {
    const counted = Uint16Array.from({ length: 65_536 }, (_, i) => i);
    for (const dn of [counted, new Int16Array(counted.buffer)]) {
      for (const offset of [0, -0.1, -0.2]) {
        const all = new Uint8Array(dn.length).fill(1);
        const looked = stretchBand(dn, all, { ...stretch, offset });
        expect(Buffer.compare(looked, stretchBand(Float64Array.from(dn), all, { ...stretch, offset }))).toBe(0);
      }
    }
  });
});

describe('pictures', () => {
  it('have a pixel where all three tones are, and stay transparent elsewhere', () => {
    const picture = new Uint8ClampedArray(8);
    paintTones(picture, Uint8Array.of(9, 9), Uint8Array.of(8, 0), Uint8Array.of(7, 7));
    expect([...picture]).toEqual([9, 8, 7, 255, 0, 0, 0, 0]);
  });

  it('show NDVI 0.1, 0.9 and 2 in the end colours of the ramp and nothing where it is not valid', () => {
    const picture = new Uint8ClampedArray(16);
    paintRamp(picture, Float32Array.of(0.1, 0.9, 2, 0.5), Uint8Array.of(1, 1, 1, 0), RAMPS.ndvi);
    const [first, last] = [RAMPS.ndvi.colours[0]!, RAMPS.ndvi.colours.at(-1)!];
    expect([...picture]).toEqual([...first, 255, ...last, 255, ...last, 255, 0, 0, 0, 0]);
  });

  it('get a board of 2 greys in squares of 2 pixels where they are empty', () => {
    const picture = new Uint8ClampedArray(4 * 16);
    picture.set([1, 2, 3, 255], 0);
    paintChecker(picture, 4, 2);
    const greys = Array.from({ length: 16 }, (_, i) => picture[4 * i]);
    expect(greys).toEqual([1, 176, 150, 150, 176, 176, 150, 150, 150, 150, 176, 176, 150, 150, 176, 176]);
    expect(picture.filter((_, i) => i % 4 === 3).every((alpha) => alpha === 255)).toBe(true);
  });
});
