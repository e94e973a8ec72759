import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measureAreaHa } from '../../../shared/geometry/area.ts';
import { areaPerDegree } from '../../../shared/geometry/equal-area.ts';
import { outlineOf, prepareRegion } from '../../../shared/geometry/outline.ts';
import { lonLatAreaHa, overlapArea, overlapHa, shareInside, TOUCH_DEG } from '../../../shared/geometry/overlap.ts';

/** A counter-clockwise rectangle. */
function box(west: number, south: number, east: number, north: number): Float64Array {
  return Float64Array.from([west, south, east, south, east, north, west, north, west, south]);
}

function turned(ring: Float64Array): Float64Array {
  const pairs = Array.from({ length: ring.length / 2 }, (_, i) => [ring[2 * i]!, ring[2 * i + 1]!]);
  return Float64Array.from(pairs.reverse().flat());
}

/** The ring with every edge in `parts` pieces, straight in longitude and latitude. */
function densify(ring: Float64Array, parts: number): Float64Array {
  const out: number[] = [];
  for (let i = 0; i + 3 < ring.length; i += 2) {
    for (let p = 0; p < parts; p++) {
      out.push(ring[i]! + ((ring[i + 2]! - ring[i]!) * p) / parts);
      out.push(ring[i + 1]! + ((ring[i + 3]! - ring[i + 1]!) * p) / parts);
    }
  }
  return Float64Array.from([...out, out[0]!, out[1]!]);
}

const star = (lon: number, lat: number, radius: number) =>
  fc.array(fc.double({ min: 0.3, max: 1, noNaN: true }), { minLength: 3, maxLength: 40 }).map((radii) => {
    const corners = radii.flatMap((share, i) => {
      const angle = (2 * Math.PI * i) / radii.length;
      return [lon + radius * share * Math.cos(angle), lat + radius * share * Math.sin(angle)];
    });
    return Float64Array.from([...corners, corners[0]!, corners[1]!]);
  });

describe('the area that two areas have in common', () => {
  it('is 1 of two squares of 4 whose corners lie in each other', () => {
    expect(overlapArea([box(0, 0, 2, 2)], [box(1, 1, 3, 3)])).toBe(1);
  });

  it('is 3 of a square of 4 and itself with a hole of 1', () => {
    const holed = [box(0, 0, 2, 2), turned(box(0.5, 0.5, 1.5, 1.5))];
    expect(overlapArea([box(0, 0, 2, 2)], holed)).toBe(3);
  });

  it('is 2 of a strip across two parts of 1 each', () => {
    expect(overlapArea([box(0, 0, 1, 2), box(2, 0, 3, 2)], [box(-1, 0.5, 4, 1.5)])).toBe(2);
  });

  it('is 0 of an island in a lake and of squares that share an edge or a corner', () => {
    const lake = [box(0, 0, 3, 3), turned(box(1, 1, 2, 2))];
    expect(overlapHa(lake, [box(1, 1, 2, 2)])).toBe(0);
    expect(overlapHa([box(0, 0, 1, 1)], [box(1, 0, 2, 1)])).toBe(0);
    expect(overlapHa([box(0, 0, 1, 1)], [box(1, 1, 2, 2)])).toBe(0);
  });

  it('is 0 of neighbours drawn into each other by 1e-9 degrees, and counted from 4e-9 on', () => {
    const slanted = (shift: number) => Float64Array.from([1, 9, 1.001, 9.0003, 1.0012, 9.002, 1, 9.002, 1, 9 + shift]);
    const below = Float64Array.from([1, 9, 1, 8.999, 1.001, 8.999, 1.001, 9.0003, 1, 9]);
    const moved = (by: number) => [below.map((value, i) => (i % 2 === 1 ? value + by : value))];
    expect(overlapHa([slanted(0)], moved(1e-9))).toBe(0);
    const widthDeg = 0.001;
    const expected = (2 * TOUCH_DEG * widthDeg * areaPerDegree(9.0002, 9.0001)) / 0.0001 / 10_000;
    expect(overlapHa([slanted(0)], moved(2 * TOUCH_DEG)) / expected).toBeCloseTo(1, 2);
  });

  it('is the whole area of an area and itself, in 300 stars of up to 40 corners', () => {
    fc.assert(
      fc.property(star(1.6, 9.8, 0.01), (ring) => {
        const own = lonLatAreaHa(outlineOf([ring]));
        fc.pre(own > 0.01);
        expect(Math.abs(overlapHa([ring], [ring]) / own - 1)).toBeLessThan(1e-11);
      }),
      { numRuns: 300, seed: 20261129 },
    );
  });

  it('does not depend on the order of the two, on holes filled by parts, or on preparation, in 300 pairs of stars', () => {
    fc.assert(
      fc.property(star(1.6, 9.8, 0.01), star(1.606, 9.803, 0.01), (a, b) => {
        const common = overlapHa([a], [b]);
        expect(Math.abs(overlapHa([b], [a]) - common)).toBeLessThan(1e-9);
        const own = lonLatAreaHa(outlineOf([b]));
        fc.pre(own > 1);
        expect(Math.abs(shareInside([b], prepareRegion([a]))! - common / own)).toBeLessThan(1e-5);
      }),
      { numRuns: 300, seed: 20261129 },
    );
  });

  it('is as large by the sorted sweep, with edges in 200 pieces, as by looking at all pairs', () => {
    fc.assert(
      fc.property(star(-60, -3, 0.02), star(-60.01, -3.004, 0.02), (a, b) => {
        const few = overlapArea([a], [b]);
        const many = overlapArea([densify(a, 200)], [densify(b, 200)]);
        expect(Math.abs(few - many)).toBeLessThan(1e-15);
      }),
      { numRuns: 30, seed: 20261129 },
    );
  });
});

describe('the true area of lon/lat edges', () => {
  it('is 510,065,621.724 km² of the whole ellipsoid', () => {
    // Surface of WGS 84 as NGA publishes it, 510,065,621.724 km².
    expect((360 * areaPerDegree(90, -90)) / 1e6).toBeCloseTo(510_065_621.724, 2);
  });

  it.each([
    [10, 0.01],
    [50, 0.01],
    [-74, 0.03],
    [0, 1],
  ])(
    'agrees with GeographicLib along edges in 1,000 pieces, at latitude %f within %f degrees, to 1e-9',
    (lat, radius) => {
      const corners = [0.2, -0.9, 0.9, 0.1, 0.3, 0.2, 0.1, 0.8, -1, 0.4];
      const moved = corners.map((value, i) => (i % 2 === 0 ? 20 + radius * value : lat + radius * value));
      const ring = Float64Array.from([...moved, moved[0]!, moved[1]!]);
      const fine = measureAreaHa([densify(ring, 1000)]);
      expect(Math.abs(lonLatAreaHa(outlineOf([ring])) / fine - 1)).toBeLessThan(1e-9);
    },
  );
});

describe('the share of a parcel inside a region', () => {
  it('is 1 of a parcel on the border, 0 of one that touches from outside, a quarter of one on a corner, null without ground', () => {
    const region = prepareRegion([densify(box(1, 9, 2, 10), 5000)]);
    expect(shareInside([box(1, 9, 1.001, 9.001)], region)).toBe(1);
    expect(shareInside([box(0.999, 9, 1, 9.001)], region)).toBe(0);
    expect(shareInside([box(0.999, 9.999, 1.001, 10.001)], region)).toBeCloseTo(0.25, 5);
    expect(shareInside([Float64Array.from([1, 9, 2, 10, 1, 9])], region)).toBeNull();
  });
});
