import { describe, expect, it } from 'vitest';
import { coverShape } from '../../../scripts/demo/coverage.ts';
import { parseCsv } from '../../../scripts/demo/csv.ts';
import type { Point } from '../../../scripts/demo/frame.ts';
import { mulberry32 } from '../../../scripts/demo/random.ts';
import { colourOf, RAMPS, type Rgb } from '../../../shared/ramps.ts';

describe('mulberry32', () => {
  it('gives 0.627074 and 0.002736 first for seed 1, as integer arithmetic in Python does', () => {
    const random = mulberry32(1);
    expect(random()).toBeCloseTo(0.627073940588, 10);
    expect(random()).toBeCloseTo(0.00273572118, 10);
  });
});

describe('coverage by scan lines', () => {
  const square = (x: number, y: number, side: number): Point[] => [
    [x, y],
    [x + side, y],
    [x + side, y + side],
    [x, y + side],
  ];

  it('gives a square from 1.5 to 3.5 the quarters, halves and whole of its nine cells', () => {
    const { index, weight, areaPx } = coverShape([square(1.5, 1.5, 2)], 5);
    expect([...index]).toEqual([6, 7, 8, 11, 12, 13, 16, 17, 18]);
    expect([...weight]).toEqual([0.25, 0.5, 0.25, 0.5, 1, 0.5, 0.25, 0.5, 0.25]);
    expect(areaPx).toBe(4);
  });

  it('takes a hole of 4 out of a square of 36', () => {
    const { areaPx } = coverShape([square(1, 1, 6), square(3, 3, 2)], 10);
    expect(areaPx).toBeCloseTo(32, 10);
  });

  it('finds the area of a circle of radius 8.3 within 0.1 %', () => {
    const ring = Array.from(
      { length: 720 },
      (_, k): Point => [10.2 + 8.3 * Math.cos((k * Math.PI) / 360), 9.9 + 8.3 * Math.sin((k * Math.PI) / 360)],
    );
    expect(coverShape([ring], 20).areaPx / (Math.PI * 8.3 ** 2)).toBeCloseTo(1, 3);
  });
});

describe('parseCsv', () => {
  it('reads quoted fields with commas, quotes and line ends, and empty cells', () => {
    expect(parseCsv('a,b,c\r\n1,"x, ""y""\nz",\n')).toEqual([{ a: '1', b: 'x, "y"\nz', c: '' }]);
  });
});

/** CIELAB L* of an sRGB colour (IEC 61966-2-1, D65). */
function lightness(colour: Rgb): number {
  const [r, g, b] = colour.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 116 * Math.cbrt(0.2126 * r! + 0.7152 * g! + 0.0722 * b!) - 16;
}

describe('colour ramps', () => {
  it.each(Object.entries(RAMPS))('%s: L* runs in even steps, within 1.2', (_, { colours }) => {
    const steps = colours.slice(1).map((colour, k) => Math.abs(lightness(colour) - lightness(colours[k]!)));
    const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
    for (const step of steps) expect(Math.abs(step - mean)).toBeLessThan(1.2);
  });

  it('change: both ends are equally dark and lie apart in blue, which red-green blindness sees', () => {
    const { colours } = RAMPS.change;
    expect(Math.abs(lightness(colours[0]!) - lightness(colours.at(-1)!))).toBeLessThan(1);
    expect(colours.at(-1)![2] - colours[0]![2]).toBeGreaterThan(100);
  });

  it('gives the end colours beyond the ends, the middle colour of change at 0, and none for NaN', () => {
    const { colours } = RAMPS.ndvi;
    expect(colourOf(RAMPS.ndvi, -1)).toEqual(colours[0]);
    expect(colourOf(RAMPS.ndvi, 2)).toEqual(colours.at(-1));
    expect(colourOf(RAMPS.change, 0)).toEqual([246, 246, 246]);
    expect(colourOf(RAMPS.ndvi, Number.NaN)).toBeNull();
  });
});
