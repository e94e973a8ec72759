import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../scripts/demo/random.ts';
import type { Position } from '../../../viewer/delineate/shape.ts';
import {
  areaBandHa,
  type Fix,
  NO_WALK,
  ringOfWalk,
  takeFix,
  WALK_RULES,
  type Walk,
} from '../../../viewer/delineate/walk.ts';

const LAT_M = 1 / 110_606;
const LON_M = 1 / 109_690;
const at = (eastM: number, northM: number): Position => [1.55 + eastM * LON_M, 9.84 + northM * LAT_M];
const fix = (place: Position, accuracyM: number, atS: number): Fix => ({ place, accuracyM, atMs: atS * 1000 });
const walkOf = (fixes: readonly Fix[]): Walk => ({ ...NO_WALK, fixes });

describe('the positions of a walk', () => {
  it('are left out and counted where they are worse than 15 m or within 3 m of the one before', () => {
    const seen = [
      fix(at(0, 0), 5, 0),
      fix(at(1, 0), 5, 1),
      fix(at(2.9, 0), 5, 2),
      fix(at(10, 0), 40, 3),
      fix(at(10, 0), 15, 4),
      fix(at(10, 10), Number.NaN, 5),
      fix(at(10, 10), 3, 6),
    ];
    const walk = seen.reduce((so, one) => takeFix(so, one, WALK_RULES), NO_WALK);
    expect(walk.fixes.map(({ atMs }) => atMs / 1000)).toEqual([0, 4, 6]);
    expect([walk.unsure, walk.standing]).toEqual([2, 2]);
    expect(ringOfWalk(walk)).toEqual([at(0, 0), at(10, 0), at(10, 10)]);
  });
});

describe('the band of a walked area', () => {
  const square = [at(0, 0), at(100, 0), at(100, 100), at(0, 100)];

  it('of a square of 100 m with independent errors of 2 m is 1.96 × 2 m × 141.4 m = 0.0554 ha', () => {
    const hourly = square.map((place, i) => fix(place, 2 * 2.4477, i * 3600));
    expect(areaBandHa(walkOf(hourly))).toBeCloseTo((1.96 * 2 * Math.sqrt(20_000)) / 10_000, 4);
  });

  it('is nothing where all errors are one and the same: a shifted parcel is as large', () => {
    expect(areaBandHa(walkOf(square.map((place) => fix(place, 5, 0))))!).toBeLessThan(1e-9);
  });

  it('is not known of 2 positions', () => {
    expect(areaBandHa(walkOf(square.slice(0, 2).map((place) => fix(place, 5, 0))))).toBeNull();
  });

  it('holds the error of 93 to 97 % of 2,000 simulated walks with independent errors', () => {
    const random = mulberry32(7);
    const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const corners = Array.from({ length: 24 }, (_, i) => {
      const angle = (i * Math.PI) / 12;
      return [80 * Math.cos(angle), 50 * Math.sin(angle)] as const;
    });
    const sigmaM = 3;
    const band = areaBandHa(walkOf(corners.map(([x, y], i) => fix(at(x, y), sigmaM * 2.4477, i * 3600))))!;
    const areaHa = (points: readonly (readonly [number, number])[]) =>
      points.reduce((sum, [x, y], i) => {
        const [nx, ny] = points[(i + 1) % points.length]!;
        return sum + (x * ny - nx * y) / 2;
      }, 0) / 10_000;
    const truth = areaHa(corners);
    let inside = 0;
    for (let run = 0; run < 2000; run++) {
      const walked = corners.map(([x, y]) => [x + sigmaM * gauss(), y + sigmaM * gauss()] as const);
      if (Math.abs(areaHa(walked) - truth) <= band) inside += 1;
    }
    expect(inside / 2000).toBeGreaterThan(0.93);
    expect(inside / 2000).toBeLessThan(0.97);
  });
});
