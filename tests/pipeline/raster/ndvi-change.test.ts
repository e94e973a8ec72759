import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANGE_NODATA, computeNdviChange } from '../../../pipeline/raster/ndvi-change.ts';
import { createChangeKernel } from '../../../pipeline/raster/ndvi-change-simd.ts';

const SIDE = 32;
const COUNT = SIDE * SIDE;

interface Pixels {
  readonly bands: readonly [Uint16Array, Uint16Array, Uint16Array, Uint16Array];
  readonly clear: Uint8Array;
  readonly offsets: { readonly before: number; readonly after: number };
}

function byDefinition({ bands: [red1, nir1, red2, nir2], clear, offsets }: Pixels) {
  const out = new Int16Array(red1.length);
  const before = { red: red1, nir: nir1, offsetSum: offsets.before };
  const after = { red: red2, nir: nir2, offsetSum: offsets.after };
  const beyondPx = computeNdviChange(before, after, clear, out);
  return { out, beyondPx };
}

function byKernel({ bands, clear, offsets }: Pixels) {
  const kernel = createChangeKernel(SIDE, 64, [4, 5, 6, 7]);
  for (const [i, band] of bands.entries()) kernel.cells(kernel.dn[i]!).set(new Uint8Array(band.buffer));
  kernel.cells(kernel.clear).set(clear.map((value) => (value === 0 ? 0 : 255)));
  const totals = kernel.compute(offsets);
  return { out: kernel.out.slice(), totals };
}

describe('computeNdviChange', () => {
  // By hand, offset −1000 a band: NDVI 0.3/0.5 = 0.6 before and 0.2/0.5 = 0.4 after, so −0.2.
  it.each([
    ['a loss of 0.2', [2000, 5000, 2500, 4500], 4, -2000],
    ['no change', [2000, 5000, 2000, 5000], 5, 0],
    ['a DN of 0', [2000, 5000, 0, 4500], 4, CHANGE_NODATA],
    ['cloud', [2000, 5000, 2500, 4500], 0, CHANGE_NODATA],
    ['65,535 in all: 0 on both dates', [65_535, 65_535, 65_535, 65_535], 4, 0],
    ['a sum below the offset: 998/1 − 0.6 is beyond 3.2767, so nodata', [2000, 5000, 1, 999], 4, CHANGE_NODATA],
    ['the other way round, nodata too', [1, 999, 2000, 5000], 4, CHANGE_NODATA],
  ])('%s: %j', (_, dn, clear, wanted) => {
    const bands = dn.map((value) => Uint16Array.of(value)) as unknown as Pixels['bands'];
    const offsets = { before: -2000, after: -2000 };
    expect([...byDefinition({ bands, clear: Uint8Array.of(clear), offsets }).out]).toEqual([wanted]);
  });

  it.each([
    ['32,767 steps, which int16 holds', 7233, -37_233, [32_767, -32_767], 0],
    ['32,768 steps, nodata and counted', 7232, -37_232, [CHANGE_NODATA, CHANGE_NODATA], 2],
  ] as const)('a change of %s, up and down', (_, low, after, wanted, beyond) => {
    const [flat, high] = [[20_000, 20_000], 40_000];
    const bands = [flat, flat, [low, high], [high, low]].map((dn) =>
      Uint16Array.from(dn),
    ) as unknown as Pixels['bands'];
    const { out, beyondPx } = byDefinition({ bands, clear: Uint8Array.of(1, 1), offsets: { before: 0, after } });
    expect([[...out], beyondPx]).toEqual([wanted, beyond]);
  });

  it('rounds halves to even: 312.5 to 312, 937.5 to 938, and so below 0', () => {
    // NDVI is 128/4096 and 384/4096, both exact in float32, against 0; then the other way round.
    const flat = [2000, 2000];
    const red = [1984, 1856];
    const nir = [2112, 2240];
    const bands: Pixels['bands'] = [
      Uint16Array.from([...flat, ...red]),
      Uint16Array.from([...flat, ...nir]),
      Uint16Array.from([...red, ...flat]),
      Uint16Array.from([...nir, ...flat]),
    ];
    const { out } = byDefinition({ bands, clear: new Uint8Array(4).fill(1), offsets: { before: 0, after: 0 } });
    expect([...out]).toEqual([312, 938, -312, -938]);
  });
});

const anyDn = fc.oneof(
  { arbitrary: fc.constantFrom(0, 1, 2, 999, 1000, 1001, 1999, 2000, 32_767, 32_768, 65_534, 65_535), weight: 1 },
  { arbitrary: fc.integer({ min: 900, max: 1100 }), weight: 1 },
  { arbitrary: fc.integer({ min: 1, max: 12_000 }), weight: 4 },
);
const anyBand = fc.array(anyDn, { minLength: COUNT, maxLength: COUNT }).map((values) => Uint16Array.from(values));
const anyPixels: fc.Arbitrary<Pixels> = fc.record({
  bands: fc.tuple(anyBand, anyBand, anyBand, anyBand),
  clear: fc
    .array(fc.constantFrom(0, 1, 1, 1), { minLength: COUNT, maxLength: COUNT })
    .map((values) => Uint8Array.from(values)),
  offsets: fc.record({ before: fc.constantFrom(0, -2000), after: fc.constantFrom(0, -2000, -1000) }),
});

describe('the SIMD twin', () => {
  it('equals the definition on 60 squares of 32 × 32 pixels, extreme DN included, and its totals those of the result', () => {
    fc.assert(
      fc.property(anyPixels, (pixels) => {
        const wanted = byDefinition(pixels);
        const { out, totals } = byKernel(pixels);
        expect(out).toEqual(wanted.out);
        const values = [...out].filter((value) => value !== CHANGE_NODATA);
        expect(totals).toMatchObject({
          beyondPx: wanted.beyondPx,
          valuePx: values.length,
          sum: values.reduce((sum, value) => sum + value, 0),
          sumOfSquares: values.reduce((sum, value) => sum + value * value, 0),
        });
        if (values.length > 0) expect(totals).toMatchObject({ min: Math.min(...values), max: Math.max(...values) });
      }),
      { numRuns: 60 },
    );
  });

  it('keeps the classes it is told, from classes of the same and of half the resolution', () => {
    const kernel = createChangeKernel(SIDE, 64, [4, 7, 11]);
    const [before, after] = kernel.classes.map((plane) => kernel.cells(plane));
    for (let i = 0; i < COUNT; i++) {
      before![i] = i % 256;
      after![i] = i % 3 === 0 ? 4 : 9;
    }
    const isKept = (i: number) => [4, 7, 11].includes(before![i]!) && after![i] === 4;
    kernel.useClasses('same');
    expect([...kernel.cells(kernel.clear)]).toEqual(Array.from({ length: COUNT }, (_, i) => (isKept(i) ? 255 : 0)));
    kernel.useClasses('half');
    const doubled = Array.from({ length: COUNT }, (_, i) => {
      const [col, row] = [i % SIDE, Math.floor(i / SIDE)];
      return isKept((row >> 1) * (SIDE / 2) + (col >> 1)) ? 255 : 0;
    });
    expect([...kernel.cells(kernel.clear)]).toEqual(doubled);
  });

  it('pastes rectangles of a block and says whether they hold anything but 0', () => {
    const kernel = createChangeKernel(SIDE, 2 * 20 * 20, [4]);
    const block = new Uint16Array(kernel.scratch.buffer, kernel.scratch.byteOffset, 400).map((_, i) => i);
    kernel.scratch.set(new Uint8Array(block.buffer));
    const [red] = kernel.dn;
    const rect = { col: 3, row: 5, widthPx: 13, heightPx: 2 };
    expect(kernel.paste({ col: 1, row: 0, strideCells: 20 }, red, rect)).toBe(true);
    const cells = new Uint16Array(kernel.cells(red).buffer, red.at, COUNT);
    expect([...cells.subarray(5 * SIDE, 5 * SIDE + 18)]).toEqual([0, 0, 0, ...block.subarray(1, 14), 0, 0]);
    expect([...cells.subarray(6 * SIDE + 3, 6 * SIDE + 16)]).toEqual([...block.subarray(21, 34)]);
    kernel.scratch.fill(0);
    expect(kernel.paste({ col: 1, row: 0, strideCells: 20 }, red, rect)).toBe(false);
    kernel.scratch[2 * 33] = 1;
    expect(kernel.paste({ col: 1, row: 0, strideCells: 20 }, red, rect)).toBe(true);
    kernel.cells(kernel.clear)[6 * SIDE + 15] = 255;
    expect(kernel.isAnyClear(rect)).toBe(true);
    expect(kernel.isAnyClear({ ...rect, widthPx: 12 })).toBe(false);
  });
});
