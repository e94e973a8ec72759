import fc from 'fast-check';
import type { Grid } from '../../../shared/grid.ts';

export const GRID_10M: Grid = {
  crs: 'EPSG:32631',
  transform: [10, 0, 399960, 0, -10, 1200000],
  widthPx: 10980,
  heightPx: 10980,
};

/** A closed counter-clockwise star round a centre; `radii` are distances of its vertices. */
export function star(center: readonly [number, number], radii: readonly number[], turn: number): Float64Array {
  const ring: number[] = [];
  for (const [k, radius] of radii.entries()) {
    const angle = turn + (2 * Math.PI * k) / radii.length;
    ring.push(center[0] + radius * Math.cos(angle), center[1] + radius * Math.sin(angle));
  }
  return Float64Array.from([...ring, ring[0]!, ring[1]!]);
}

export function reversed(ring: Float64Array): Float64Array {
  const out: number[] = [];
  for (let i = ring.length - 2; i >= 0; i -= 2) out.push(ring[i]!, ring[i + 1]!);
  return Float64Array.from(out);
}

export function rectangle(xMin: number, yMin: number, xMax: number, yMax: number): Float64Array {
  return Float64Array.of(xMin, yMin, xMax, yMin, xMax, yMax, xMin, yMax, xMin, yMin);
}

/** Shoelace area with Neumaier summation, from the first vertex. */
export function shoelace(rings: readonly Float64Array[]): number {
  let sum = 0;
  let lost = 0;
  for (const ring of rings) {
    for (let i = 0; i + 3 < ring.length; i += 2) {
      const [ax, ay] = [ring[i]! - ring[0]!, ring[i + 1]! - ring[1]!];
      const [bx, by] = [ring[i + 2]! - ring[0]!, ring[i + 3]! - ring[1]!];
      const term = ax * by - ay * bx;
      const next = sum + term;
      lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
      sum = next;
    }
  }
  return (sum + lost) / 2;
}

/** The same cells near the origin, where float64 coordinates resolve 1e-12 m instead of 2e-10 m. */
export const GRID_NEAR_ORIGIN: Grid = {
  crs: 'EPSG:32631',
  transform: [10, 0, 0, 0, -10, 4000],
  widthPx: 400,
  heightPx: 400,
};

/** Parcels of about 1 to 60 ha near the middle of GRID_10M: a star, perhaps with a hole, perhaps with a second part. */
export const parcelRings = parcelsWithin([430000, 470000], [1120000, 1170000]);
export const parcelRingsNearOrigin = parcelsWithin([1000, 2000], [1500, 2500]);

function parcelsWithin([xMin, xMax]: [number, number], [yMin, yMax]: [number, number]) {
  return fc
    .record({
      x: fc.double({ min: xMin, max: xMax, noNaN: true }),
      y: fc.double({ min: yMin, max: yMax, noNaN: true }),
      size: fc.double({ min: 60, max: 400, noNaN: true }),
      turn: fc.double({ min: 0, max: 6, noNaN: true }),
      radii: fc.array(fc.double({ min: 0.5, max: 1, noNaN: true }), { minLength: 3, maxLength: 40 }),
      hole: fc.boolean(),
      second: fc.boolean(),
    })
    .map(({ x, y, size, turn, radii, hole, second }) => {
      const wide = radii.length < 8 ? radii.map(() => 1) : radii;
      const rings = [
        star(
          [x, y],
          wide.map((r) => r * size),
          turn,
        ),
      ];
      if (hole)
        rings.push(
          reversed(
            star(
              [x, y],
              wide.map((r) => r * size * 0.4),
              turn,
            ),
          ),
        );
      if (second)
        rings.push(
          star(
            [x + 2.5 * size, y + 0.3 * size],
            wide.map((r) => r * size * 0.5),
            -turn,
          ),
        );
      return rings;
    });
}

export function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
