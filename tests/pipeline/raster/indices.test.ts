import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  computeEvi2,
  computeNbr,
  computeNdmi,
  computeNdvi,
  computeNdviFromDn,
} from '../../../pipeline/raster/indices.ts';
import { toReflectance } from '../../../pipeline/raster/reflectance.ts';
import { computeTreeCover, treeCoverFraction, treeCoverSe } from '../../../pipeline/raster/treecover.ts';
import type { Raster } from '../../../shared/raster.ts';

const grid = { crs: 'EPSG:32631', transform: [10, 0, 0, 0, -10, 0], widthPx: 1, heightPx: 1 } as const;
const PLAIN = { scale: 1e-4, offset: 0 };
const WITH_OFFSET = { scale: 1e-4, offset: -0.1 };

function dn(...values: number[]): Raster<'dn', Uint16Array> {
  return {
    quantity: 'dn',
    grid: { ...grid, widthPx: values.length },
    data: Uint16Array.from(values),
    valid: new Uint8Array(values.length).fill(1),
  };
}

function rho(...values: number[]): Raster<'reflectance', Float32Array> {
  return { ...dn(...values), quantity: 'reflectance', data: Float32Array.from(values) };
}

describe('reflectance and indices', () => {
  it('turn DN 1452 into 0.0452 with the offset of baseline 04.00, and keep small negatives', () => {
    const { data } = toReflectance(dn(1452, 900), WITH_OFFSET);
    expect(data[0]).toBeCloseTo(0.0452, 7);
    expect(data[1]).toBeCloseTo(-0.01, 7);
  });

  it('give NDVI 0.714 for red 0.05 and nir 0.30, and 0.455 when the offset is forgotten', () => {
    const right = computeNdviFromDn({ nir: { dn: dn(4000), ...WITH_OFFSET }, red: { dn: dn(1500), ...WITH_OFFSET } });
    const wrong = computeNdviFromDn({ nir: { dn: dn(4000), ...PLAIN }, red: { dn: dn(1500), ...PLAIN } });
    expect(right.data[0]).toBeCloseTo(0.714286, 6);
    expect(wrong.data[0]).toBeCloseTo(0.454545, 6);
  });

  it('equal (nir − red)/(nir + red) of the DN within 1e-7 without an offset, by both ways', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 32767 }), fc.integer({ min: 1, max: 32767 }), (n, r) => {
        const exact = (n - r) / (n + r);
        const direct = computeNdviFromDn({ nir: { dn: dn(n), ...PLAIN }, red: { dn: dn(r), ...PLAIN } });
        const stepwise = computeNdvi({ nir: toReflectance(dn(n), PLAIN), red: toReflectance(dn(r), PLAIN) });
        expect(Math.abs(direct.data[0]! - exact)).toBeLessThan(1e-7);
        expect(Math.abs(stepwise.data[0]! - exact)).toBeLessThan(1e-7);
      }),
    );
  });

  it.each([
    ['red below 0 counts as 0', 0.3, -0.01, 1, 1],
    ['nir below 0 counts as 0', -0.02, 0.1, -1, 1],
    ['both below 0 are not valid', -0.02, -0.01, 0, 0],
    ['both 0 are not valid', 0, 0, 0, 0],
  ])('%s', (_, nir, red, ndvi, valid) => {
    const stepwise = computeNdvi({ nir: rho(nir), red: rho(red) });
    expect([stepwise.data[0], stepwise.valid[0]]).toEqual([ndvi, valid]);
    const toDn = (value: number) => dn(Math.round(value * 1e4) + 1000);
    const direct = computeNdviFromDn({
      nir: { dn: toDn(nir), ...WITH_OFFSET },
      red: { dn: toDn(red), ...WITH_OFFSET },
    });
    expect(direct.valid[0]).toBe(valid);
    expect(direct.data[0]).toBeCloseTo(ndvi, 6);
  });

  it('are valid only where both bands are', () => {
    const nir = { ...dn(3000, 3000, 3000), valid: Uint8Array.of(1, 0, 1) };
    const red = { ...dn(500, 500, 500), valid: Uint8Array.of(1, 1, 0) };
    expect([...computeNdviFromDn({ nir: { dn: nir, ...PLAIN }, red: { dn: red, ...PLAIN } }).valid]).toEqual([1, 0, 0]);
    expect([...computeEvi2({ nir: toReflectance(nir, PLAIN), red: toReflectance(red, PLAIN) }).valid]).toEqual([
      1, 0, 0,
    ]);
  });

  it.each([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 3.4e38, 10.001, -10.001])(
    'are not valid where a float band holds %d, which is no reflectance',
    (value) => {
      const odd = { ...dn(0), data: Float32Array.of(value) };
      const plain = { ...dn(0), data: Float32Array.of(0.3) };
      const unit = { scale: 1, offset: 0 };
      for (const [nir, red] of [
        [odd, plain],
        [plain, odd],
      ] as const) {
        const direct = computeNdviFromDn({ nir: { dn: nir, ...unit }, red: { dn: red, ...unit } });
        const both = { nir: toReflectance(nir, unit), red: toReflectance(red, unit) };
        const made = [direct, computeNdvi(both), computeEvi2(both)];
        expect(made.map(({ data, valid }) => [data[0], valid[0]])).toEqual([
          [0, 0],
          [0, 0],
          [0, 0],
        ]);
      }
    },
  );

  it('give EVI2 0.4404, NBR 0.5 and NDMI 0.2 for round reflectances', () => {
    expect(computeEvi2({ nir: rho(0.3), red: rho(0.05) }).data[0]).toBeCloseTo((2.5 * 0.25) / 1.42, 6);
    expect(computeNbr({ nir: rho(0.3), swir22: rho(0.1) }).data[0]).toBeCloseTo(0.5, 6);
    expect(computeNdmi({ nir: rho(0.3), swir16: rho(0.2) }).data[0]).toBeCloseTo(0.2, 6);
  });
});

describe('tree cover', () => {
  const endpoints = { soilNdvi: 0.1, vegetationNdvi: 0.85 };

  it.each([
    [0.1, 0],
    [0.85, 1],
    [0.475, 0.5],
    [-0.3, 0],
    [0.95, 1],
  ])('of NDVI %f between 0.1 and 0.85 is %f', (ndvi, cover) => {
    expect(treeCoverFraction(ndvi, endpoints)).toBeCloseTo(cover, 12);
    const raster = { quantity: 'ndvi', grid, data: Float32Array.of(ndvi), valid: Uint8Array.of(1) } as const;
    expect(computeTreeCover(raster, endpoints).data[0]).toBeCloseTo(cover, 6);
  });

  it('has the standard error 0.0585 for errors of 0.03, 0.04 and 0.05 at half cover', () => {
    const expected = Math.sqrt(0.03 ** 2 + 0.25 * 0.04 ** 2 + 0.25 * 0.05 ** 2) / 0.75;
    expect(treeCoverSe(0.5, { ndviSe: 0.03, soilSe: 0.04, vegetationSe: 0.05 }, endpoints)).toBeCloseTo(expected, 14);
    expect(expected).toBeCloseTo(0.0585, 3);
  });

  it('refuses endpoints out of order', () => {
    expect(() => treeCoverFraction(0.3, { soilNdvi: 0.8, vegetationNdvi: 0.2 })).toThrow(
      /must be above that of bare ground, got 0.2 and 0.8/,
    );
  });
});
