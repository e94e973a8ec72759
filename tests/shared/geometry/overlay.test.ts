import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GeoJsonGeometry } from '../../../shared/api.ts';
import { overlapArea } from '../../../shared/geometry/overlap.ts';
import { intersectAreas, repairArea, subtractAreas, uniteAreas } from '../../../shared/geometry/overlay.ts';
import { readRings } from '../../../shared/geometry/rings.ts';
import { signedAreaOfRings } from '../../../shared/geometry/signed-area.ts';
import { findGeometryFault } from '../../../shared/geometry/validity.ts';

function box(west: number, south: number, east: number, north: number): Float64Array {
  return Float64Array.from([west, south, east, south, east, north, west, north, west, south]);
}

function ringsOf(geometry: GeoJsonGeometry | null): Float64Array[] {
  return geometry === null ? [] : readRings(geometry, 'projected').value!;
}

const areaOf = (geometry: GeoJsonGeometry | null) => signedAreaOfRings(ringsOf(geometry));

/** Corners on a coarse lattice, so that touching, folding and repeating rings are common. */
const latticeRing = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })), { minLength: 3, maxLength: 9 })
  .map((corners) => Float64Array.from([...corners, corners[0]!].flat()));

const star = (lon: number, lat: number) =>
  fc.array(fc.double({ min: 0.2, max: 1, noNaN: true }), { minLength: 3, maxLength: 40 }).map((radii) => {
    const corners = radii.flatMap((radius, i) => {
      const angle = (2 * Math.PI * i) / radii.length;
      return [lon + 0.01 * radius * Math.cos(angle), lat + 0.01 * radius * Math.sin(angle)];
    });
    return Float64Array.from([...corners, corners[0]!, corners[1]!]);
  });

describe('overlay of two areas', () => {
  const [a, b] = [[box(0, 0, 2, 2)], [box(1, 1, 3, 3)]];

  it('cuts two squares of 4 into 1 in common, 3 of the first alone and 7 together', () => {
    expect(areaOf(intersectAreas(a, b))).toBe(1);
    expect(areaOf(subtractAreas(a, b))).toBe(3);
    expect(areaOf(uniteAreas([a, b]))).toBe(7);
  });

  it('is null where nothing is left, 2 parts where a strip cuts through, a hole where one lies inside', () => {
    expect(intersectAreas(a, [box(2, 0, 4, 2)])).toBeNull();
    expect(subtractAreas(a, [box(-1, -1, 3, 3)])).toBeNull();
    expect(subtractAreas(a, [box(-1, 0.5, 3, 1)])).toMatchObject({ type: 'MultiPolygon', coordinates: [[{}], [{}]] });
    expect(subtractAreas(a, [box(0.5, 0.5, 1, 1)])).toMatchObject({ type: 'Polygon', coordinates: [{}, {}] });
  });

  it('leaves no sliver between neighbours that come apart by 1e-9 degrees, and keeps corners to the last digit', () => {
    const [west, east] = [[box(1.1, 9.1, 1.2, 9.2)], [box(1.2 + 1e-9, 9.1, 1.3, 9.2 - 1e-9)]];
    const united = uniteAreas([west, east])!;
    expect(united).toMatchObject({ type: 'Polygon', coordinates: [{ length: 7 }] });
    expect(JSON.stringify(united)).toContain('[1.1,9.2]');
    expect(subtractAreas(west, east)).toEqual({
      type: 'Polygon',
      coordinates: [
        expect.arrayContaining([
          [1.1, 9.1],
          [1.2, 9.1],
          [1.2, 9.2],
          [1.1, 9.2],
        ]),
      ],
    });
    expect(intersectAreas(west, east)).toBeNull();
  });

  it('gives valid polygons whose areas add up, in 1,000 pairs of stars', async () => {
    await fc.assert(
      fc.asyncProperty(star(1.6, 9.8), star(1.605, 9.803), async (one, other) => {
        const [common, rest, all] = [
          intersectAreas([one], [other]),
          subtractAreas([one], [other]),
          uniteAreas([[one], [other]]),
        ];
        for (const geometry of [common, rest, all]) {
          if (geometry !== null) expect(await findGeometryFault(ringsOf(geometry))).toBeNull();
        }
        expect(Math.abs(areaOf(common) - overlapArea([one], [other]))).toBeLessThan(1e-10);
        expect(Math.abs(areaOf(common) + areaOf(rest) - signedAreaOfRings([one]))).toBeLessThan(1e-10);
        expect(Math.abs(areaOf(all) - areaOf(rest) - signedAreaOfRings([other]))).toBeLessThan(1e-10);
      }),
      { numRuns: 1000, seed: 20261129 },
    );
  });
});

describe('repair of an area', () => {
  it('makes 2 triangles of a bow-tie and takes off a spike of no width', () => {
    const bowTie = Float64Array.from([0, 0, 2, 2, 2, 0, 0, 2, 0, 0]);
    expect(repairArea([bowTie])).toMatchObject({ type: 'MultiPolygon', coordinates: { length: 2 } });
    expect(areaOf(repairArea([bowTie]))).toBe(2);
    const spiked = Float64Array.from([0, 0, 1, 0, 1, 1, 1, 5, 1, 1, 0, 1, 0, 0]);
    expect(JSON.stringify(repairArea([spiked]))).not.toContain('5');
    expect(areaOf(repairArea([spiked]))).toBe(1);
  });

  it('keeps the ground that the even-odd rule calls inside, as a valid geometry, in 2,000 rings on a 5 × 5 lattice', async () => {
    // Points off the lattice's lines: on 100 of them the rule is asked directly.
    const points = Array.from({ length: 100 }, (_, i) => [
      0.2137 + 0.3977 * (i % 10),
      0.1713 + 0.3871 * Math.floor(i / 10),
    ]);
    await fc.assert(
      fc.asyncProperty(latticeRing, async (ring) => {
        const rings = ringsOf(repairArea([ring]));
        if (rings.length > 0) expect(await findGeometryFault(rings)).toBeNull();
        for (const [x, y] of points) expect(isInside(rings, x!, y!)).toBe(isInside([ring], x!, y!));
      }),
      { numRuns: 2000, seed: 20261129 },
    );
  });
});

function isInside(rings: readonly Float64Array[], px: number, py: number): boolean {
  let crossings = 0;
  for (const ring of rings) {
    for (let i = 0; i + 3 < ring.length; i += 2) {
      const [ax, ay, bx, by] = ring.subarray(i, i + 4) as unknown as [number, number, number, number];
      if (ay <= py !== by <= py && ax + ((bx - ax) * (py - ay)) / (by - ay) > px) crossings += 1;
    }
  }
  return crossings % 2 === 1;
}
