import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStackKernel, type StackMethod } from '../../../pipeline/raster/composite-kernel.ts';
import { compositeNdvi } from '../../../pipeline/raster/composite-ndvi.ts';
import { computeMedoid } from '../../../pipeline/raster/medoid.ts';
import { buildSortingNetwork } from '../../../pipeline/raster/sorting-network.ts';

/** DN that make trouble: missing, around the offset, ties, the ends of uint16; else anything. */
const dn = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, 1, 999, 1000, 1001, 1500, 3000, 3000, 32_767, 32_768, 65_534, 65_535) },
  { weight: 2, arbitrary: fc.integer({ min: 900, max: 1100 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 65_535 }) },
);

const method: fc.Arbitrary<StackMethod> = fc.oneof(
  fc.constant({ kind: 'median' } as const),
  fc.constant({ kind: 'medoid' } as const),
  fc.record({
    kind: fc.constant('percentile' as const),
    pct: fc.oneof(fc.constantFrom(0, 10, 50, 75, 100), fc.double({ min: 0, max: 100, noNaN: true })),
  }),
);

const stack = fc
  .record({
    dates: fc.integer({ min: 1, max: 40 }),
    pixels: fc.integer({ min: 1, max: 150 }),
    isConstant: fc.boolean(),
  })
  .chain(({ dates, pixels, isConstant }) => {
    const band = isConstant
      ? dn.map((value) => new Uint16Array(pixels).fill(value))
      : fc.array(dn, { minLength: pixels, maxLength: pixels }).map((values) => Uint16Array.from(values));
    const bands = fc.array(band, { minLength: dates, maxLength: dates });
    return fc.record({ reds: bands, nirs: bands });
  });

function define(reds: Uint16Array[], nirs: Uint16Array[], of: StackMethod, dnOffset: number) {
  return of.kind === 'medoid' ? computeMedoid(reds, nirs) : compositeNdvi(reds, nirs, { method: of, dnOffset });
}

describe('composite kernel', () => {
  it('equals the definition bit by bit on 300 stacks of 1 to 40 dates', () => {
    fc.assert(
      fc.property(stack, method, fc.constantFrom(-1000, 0, -7272.75, 500), ({ reds, nirs }, of, dnOffset) => {
        const pixels = reds[0]!.length;
        const kernel = createStackKernel({ dates: reds.length, capacityPx: pixels + 70, method: of, dnOffset });
        kernel.planes.forEach(({ red, nir }, k) => {
          // What an earlier window left behind must have no influence.
          red.fill(1);
          nir.fill(60_000);
          red.set(reds[k]!);
          nir.set(nirs[k]!);
        });
        expect(kernel.compute(pixels).data).toEqual(define(reds, nirs, of, dnOffset));
      }),
      { numRuns: 300 },
    );
  });

  it('counts the 2 of 4 pixels whose NDVI int16 cannot hold, and not those without an observation', () => {
    const kernel = createStackKernel({ dates: 1, capacityPx: 4, method: { kind: 'median' }, dnOffset: -1000 });
    kernel.planes[0]!.red.set([1500, 1499, 500, 0]);
    kernel.planes[0]!.nir.set([3000, 502, 1499, 3000]);
    const { data, refusedPx } = kernel.compute(4);
    expect([...data]).toEqual([6000, -32768, -32768, -32768]);
    expect(refusedPx).toBe(2);
  });

  it('is the same for 130 dates, whatever their order', () => {
    const dates = 130;
    const reds = Array.from({ length: dates }, (_, k) => Uint16Array.of(1100 + ((k * 37) % dates), (k % 3) * 1500));
    const nirs = Array.from({ length: dates }, (_, k) => Uint16Array.of(3000 + ((k * 71) % dates), 4000 - k));
    for (const of of [{ kind: 'median' }, { kind: 'percentile', pct: 15 }] as const) {
      const run = (order: (bands: Uint16Array[]) => Uint16Array[]) => {
        const kernel = createStackKernel({ dates, capacityPx: 2, method: of, dnOffset: -1000 });
        order(reds).forEach((red, k) => {
          kernel.planes[k]!.red.set(red);
        });
        order(nirs).forEach((nir, k) => {
          kernel.planes[k]!.nir.set(nir);
        });
        return [...kernel.compute(2).data];
      };
      expect(run((bands) => bands)).toEqual([...define(reds, nirs, of, -1000)]);
      expect(run((bands) => bands.toReversed())).toEqual(run((bands) => bands));
    }
  });
});

describe('sorting network', () => {
  it('orders all patterns of 0 and 1 of 1 to 14 values, and so all values (Knuth’s 0-1 principle)', () => {
    for (let size = 1; size <= 14; size += 1) {
      const network = buildSortingNetwork(size);
      for (let pattern = 0; pattern < 2 ** size; pattern += 1) {
        const sorted = runNetwork(network, pattern);
        const ones = [...pattern.toString(2)].filter((bit) => bit === '1').length;
        expect(sorted).toBe((2 ** ones - 1) * 2 ** (size - ones));
      }
    }
    expect(buildSortingNetwork(12)).toHaveLength(41);
  });

  it('for ranks 5 and 6 of 12 leaves comparators out and still has these two right for every pattern', () => {
    const network = buildSortingNetwork(12, new Set([5, 6]));
    expect(network.length).toBeLessThan(41);
    for (let pattern = 0; pattern < 2 ** 12; pattern += 1) {
      const ones = [...pattern.toString(2)].filter((bit) => bit === '1').length;
      const whole = (2 ** ones - 1) * 2 ** (12 - ones);
      expect((runNetwork(network, pattern) >> 5) & 3).toBe((whole >> 5) & 3);
    }
  });
});

/** Rows as bits: bit i is row i. */
function runNetwork(network: readonly (readonly [number, number])[], pattern: number): number {
  let bits = pattern;
  for (const [low, high] of network) {
    const [a, b] = [(bits >> low) & 1, (bits >> high) & 1];
    if (a === 1 && b === 0) bits ^= (1 << low) | (1 << high);
  }
  return bits;
}
