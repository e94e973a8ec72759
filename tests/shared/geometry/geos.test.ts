import { describe, expect, it } from 'vitest';
import { ringsOfShape } from '../../../scripts/fixtures/polygon-pairs.ts';
import type { GeoJsonGeometry } from '../../../shared/api.ts';
import { overlapArea, overlapHa, TOUCH_DEG } from '../../../shared/geometry/overlap.ts';
import { intersectAreas } from '../../../shared/geometry/overlay.ts';
import { bboxOfRings, readRings } from '../../../shared/geometry/rings.ts';
import { signedAreaOfRings } from '../../../shared/geometry/signed-area.ts';
import { SNAP_DEG } from '../../../shared/geometry/snap-nodes.ts';
import { locateGeometryFault } from '../../../shared/geometry/validity.ts';
import { geosPairs } from './geos-answers.ts';

type Rings = readonly Float64Array[];

/** One unit in the last place of a longitude of 180°: what rounding moves a corner by. */
const ROUNDING_DEG = 2.8e-14;

const pairs = geosPairs().map((pair) => ({
  ...pair,
  rings: [ringsOfShape(pair.shapes[0]), ringsOfShape(pair.shapes[1])] as const,
}));
const valid = pairs.flatMap(({ kind, rings, common }, index) => (common ? [{ kind, index, rings, common }] : []));

describe('validity beside GEOS 3.11', () => {
  it('is the same for all 20,000 polygons, 3,429 of them not valid, each with a place that is a fault', async () => {
    const differ: string[] = [];
    let [refused, elsewhere] = [0, 0];
    for (const [index, { kind, rings, faults }] of pairs.entries()) {
      for (const [which, theirs] of faults.entries()) {
        const ours = await (locateGeometryFault(rings[which]!) ?? null);
        if ((ours === null) !== (theirs === null)) differ.push(`pair ${index}.${which}, ${kind}: ${theirs?.reason}`);
        if (ours === null || theirs === null) continue;
        refused += 1;
        const [x, y] = ours.place!;
        if (Math.hypot(x - theirs.place[0], y - theirs.place[1]) < 1e-9) continue;
        // A polygon can be broken in several places, and the two do not look at them in the same order.
        elsewhere += 1;
        if (!edgesMeet(rings[which]!, x, y)) differ.push(`pair ${index}.${which}, ${kind}: nothing at ${x} ${y}`);
      }
    }
    expect(differ).toEqual([]);
    expect(refused).toBe(3429);
    expect(elsewhere).toBe(1226);
  });
});

describe('the area that two areas have in common beside GEOS 3.11', () => {
  it('agrees on all 7,141 pairs of valid polygons to 1e-9 of the smaller and what rounding of corners does', () => {
    const differ = valid.filter(({ rings: [a, b], common }) => {
      const bound = 1e-9 * Math.min(...common.areas) + ROUNDING_DEG * Math.max(lengthOf(a), lengthOf(b));
      return !(Math.abs(overlapArea(a, b) - common.area) <= bound);
    });
    expect(differ.map(({ kind, index }) => [index, kind])).toEqual([]);
    expect(valid).toHaveLength(7141);
  });

  it('counts as an overlap in the same pairs, and never where GEOS says disjoint or touches', () => {
    const differ = valid.filter(({ rings: [a, b], common }) => {
      const [boxA, boxB] = [bboxOfRings(a), bboxOfRings(b)];
      const width = Math.min(boxA[2], boxB[2]) - Math.max(boxA[0], boxB[0]);
      const height = Math.min(boxA[3], boxB[3]) - Math.max(boxA[1], boxB[1]);
      const theirs = width > 0 && height > 0 && common.area > TOUCH_DEG * (width + height);
      const isApart = ['disjoint', 'touches'].includes(common.relation);
      const ours = overlapHa(a, b) > 0;
      return ours !== theirs || (ours && isApart);
    });
    expect(differ.map(({ kind, index }) => [index, kind])).toEqual([]);
  });

  it('is that of the intersection as it is drawn, valid in all 7,141 pairs, up to 2e-9 degrees along the borders', async () => {
    const wrong: string[] = [];
    for (const { kind, index, rings, common } of valid) {
      const drawn = ringsOf(intersectAreas(...rings));
      const bound = SNAP_DEG * (lengthOf(rings[0]) + lengthOf(rings[1]));
      const fault = drawn.length === 0 ? null : await (locateGeometryFault(drawn) ?? null);
      if (fault !== null) wrong.push(`pair ${index}, ${kind}: not valid near ${fault.place}`);
      const difference = Math.abs(signedAreaOfRings(drawn) - common.area);
      if (!(difference <= bound)) wrong.push(`pair ${index}, ${kind}: differs by ${difference}, allowed ${bound}`);
    }
    expect(wrong).toEqual([]);
  });
});

function ringsOf(geometry: GeoJsonGeometry | null): Rings {
  return geometry === null ? [] : readRings(geometry).value!;
}

function lengthOf(rings: Rings): number {
  let length = 0;
  for (const ring of rings) {
    for (let i = 0; i + 3 < ring.length; i += 2)
      length += Math.hypot(ring[i + 2]! - ring[i]!, ring[i + 3]! - ring[i + 1]!);
  }
  return length;
}

/** Whether more comes together at a place than two neighbouring edges of one ring that go on from each other. */
function edgesMeet(rings: Rings, x: number, y: number): boolean {
  const met: { readonly ring: Float64Array; readonly at: number }[] = [];
  for (const ring of rings) {
    for (let at = 0; at + 3 < ring.length; at += 2) if (distanceTo(ring, at, x, y) < 1e-9) met.push({ ring, at });
  }
  if (met.length !== 2) return met.length > 2;
  const [one, other] = met as [(typeof met)[0], (typeof met)[0]];
  const gap = other.at - one.at;
  const areNeighbours = one.ring === other.ring && (gap === 2 || gap === one.ring.length - 4);
  return !areNeighbours || foldBack(one.ring, gap === 2 ? one.at : other.at, gap === 2 ? other.at : one.at);
}

function foldBack(ring: Float64Array, before: number, after: number): boolean {
  const [ux, uy] = [ring[before + 2]! - ring[before]!, ring[before + 3]! - ring[before + 1]!];
  const [vx, vy] = [ring[after + 2]! - ring[after]!, ring[after + 3]! - ring[after + 1]!];
  return ux * vx + uy * vy < 0 && Math.abs(ux * vy - uy * vx) < 1e-9 * Math.hypot(ux, uy) * Math.hypot(vx, vy);
}

function distanceTo(ring: Float64Array, at: number, x: number, y: number): number {
  const [px, py] = [x - ring[at]!, y - ring[at + 1]!];
  const [dx, dy] = [ring[at + 2]! - ring[at]!, ring[at + 3]! - ring[at + 1]!];
  const length2 = dx * dx + dy * dy;
  const share = length2 === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / length2));
  return Math.hypot(px - share * dx, py - share * dy);
}
