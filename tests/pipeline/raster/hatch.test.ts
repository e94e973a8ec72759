import { describe, expect, it } from 'vitest';
import { paintHatch } from '../../../pipeline/raster/hatch.ts';
import { MASK_REASONS, REASON_COLOURS, reasonCode } from '../../../shared/mask-reasons.ts';

const SIDE = 256;
const REASONS = MASK_REASONS.slice(1);

function hatch(reasons: Uint8Array, widthPx: number, ground = 0): Uint8ClampedArray {
  const picture = new Uint8ClampedArray(4 * reasons.length);
  if (ground > 0) for (let i = 0; i < reasons.length; i += 1) picture.set([ground, ground, ground, 255], 4 * i);
  paintHatch(picture, reasons, new Uint8Array(reasons.length).fill(1), widthPx);
  return picture;
}

function filled(reason: (typeof MASK_REASONS)[number], pixels: number): Uint8Array {
  return new Uint8Array(pixels).fill(reasonCode(reason));
}

/** Relative luminance of sRGB (WCAG 2.2). */
function luminance([r, g, b]: readonly number[]): number {
  const linear = [r!, g!, b!].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
}

function contrast(a: readonly number[], b: readonly number[]): number {
  const [dark, bright] = [luminance(a), luminance(b)].sort((p, q) => p - q) as [number, number];
  return (bright + 0.05) / (dark + 0.05);
}

describe('the hatch over what is not clear', () => {
  it('touches each pixel that is not clear and no other', () => {
    const reasons = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => (i * 7) % MASK_REASONS.length);
    const picture = hatch(reasons, SIDE);
    const wrong = reasons.filter((reason, i) => picture[4 * i + 3]! > 0 !== (reason !== 0));
    expect(wrong.length).toBe(0);
  });

  it('leaves pixels without a known reason alone', () => {
    const picture = new Uint8ClampedArray(4);
    paintHatch(picture, filled('cloud', 1), Uint8Array.of(0), 1);
    expect([...picture]).toEqual([0, 0, 0, 0]);
  });

  it('runs on across the seam of 2 tiles: each of them looks like the half of one twice as wide', () => {
    for (const reason of REASONS) {
      const wide = hatch(filled(reason, 2 * SIDE * 16), 2 * SIDE);
      const tile = hatch(filled(reason, SIDE * 16), SIDE);
      for (let row = 0; row < 16; row += 1) {
        const line = (from: Uint8ClampedArray, pixel: number) => from.slice(4 * pixel, 4 * (pixel + SIDE)).join();
        expect(line(wide, row * 2 * SIDE + SIDE)).toBe(line(tile, row * SIDE));
      }
    }
  });

  it('shows through: of white ground at least 80 of 100 pixels stay brighter than 200', () => {
    for (const reason of REASONS) {
      const picture = hatch(filled(reason, SIDE * SIDE), SIDE, 255);
      let bright = 0;
      for (let i = 0; i < SIDE * SIDE; i += 1) if (Math.max(...picture.slice(4 * i, 4 * i + 3)) > 200) bright += 1;
      // Crossed lines of defective pixels cover 4 times 1/8 less their crossings.
      expect(bright / (SIDE * SIDE)).toBeGreaterThan(reason === 'defective' ? 0.6 : 0.8);
    }
  });

  it('stands out 3 : 1 where it matters: cloud and snow on white, shadow and cirrus on dark forest', () => {
    expect(contrast(REASON_COLOURS.cloud, [255, 255, 255])).toBeGreaterThan(3);
    expect(contrast(REASON_COLOURS.snow, [255, 255, 255])).toBeGreaterThan(3);
    expect(contrast(REASON_COLOURS.shadow, [42, 60, 48])).toBeGreaterThan(3);
    expect(contrast(REASON_COLOURS.cirrus, [42, 60, 48])).toBeGreaterThan(3);
  });

  it('gives each reason a pattern of its own without colour', () => {
    const patterns = REASONS.map((reason) => {
      const picture = hatch(filled(reason, 32 * 32), 32);
      return picture
        .filter((_, i) => i % 4 === 3)
        .map((alpha) => (alpha > 200 ? 1 : 0))
        .join('');
    });
    expect(new Set(patterns).size).toBe(REASONS.length);
  });
});
