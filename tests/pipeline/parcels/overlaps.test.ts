import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findOverlaps, findPairsByIndex, type OverlapParcel } from '../../../pipeline/parcels/overlaps.ts';
import { parseParcels } from '../../../pipeline/parcels.ts';
import { makeParcelMosaic } from '../../../scripts/bench/parcel-mosaic.ts';
import { findPairs } from '../../../shared/checks/pairs.ts';
import { outlineOf } from '../../../shared/geometry/outline.ts';
import { overlapHa } from '../../../shared/geometry/overlap.ts';
import { areSameRings } from '../../../shared/geometry/same-rings.ts';
import { describeWithData, sharedData } from '../../real-data.ts';

function parcel(id: string, ...ring: readonly number[]): OverlapParcel {
  return { id, ...outlineOf([Float64Array.from(ring)]) };
}

function box(id: string, west: number, south: number, side = 0.01): OverlapParcel {
  const [east, north] = [west + side, south + side];
  return parcel(id, west, south, east, south, east, north, west, north, west, south);
}

describe('parcels that share ground', () => {
  it('are found in order with hectares, both shares and a place inside: 2 pairs of 3 boxes and another parcel', () => {
    const found = [...findOverlaps([box('a', 1, 9), box('b', 1.005, 9), box('c', 1.2, 9)], [box('d', 1.2, 9.005)])];
    expect(found).toMatchObject([
      { kind: 'overlap', first: 0, second: 1, isOther: false, firstId: 'a', secondId: 'b' },
      { kind: 'overlap', first: 2, second: 0, isOther: true, firstId: 'c', secondId: 'd' },
    ]);
    expect(found[0]!.shareOfFirst).toBeCloseTo(0.5, 10);
    expect(found[0]!.shareOfSecond).toBeCloseTo(0.5, 10);
    expect(found[0]!.place![0]).toBeCloseTo(1.0075, 10);
    expect(found[0]!.place![1]).toBeCloseTo(9.005, 10);
    expect(found[1]!.shareOfFirst).toBeCloseTo(0.5, 4);
  });

  it('are called a duplicate when only start, direction, a repeated corner and 1e-7 degrees differ, an overlap at 3e-7', () => {
    const a = parcel('a', 1, 9, 1.01, 9, 1.01, 9.01, 1.002, 9.008, 1, 9);
    const turned = parcel('b', 1.002, 9.008, 1.01, 9.01, 1.01, 9.01, 1.01, 9, 1 + 9e-8, 9, 1.002, 9.008);
    const moved = parcel('c', 1, 9, 1.01, 9, 1.01, 9.01, 1.002 - 3e-7, 9.008, 1, 9);
    expect(areSameRings(a.rings, turned.rings)).toBe(true);
    const counterClockwise = parcel('b', ...[1.01, 9, 1.01, 9.01, 1.002, 9.008, 1 + 9e-8, 9, 1.01, 9]);
    const found = [...findOverlaps([a, counterClockwise, moved])];
    expect(found.map(({ kind, first, second }) => [kind, first, second])).toEqual([
      ['duplicate', 0, 1],
      ['overlap', 0, 2],
      ['overlap', 1, 2],
    ]);
    expect(found[0]!.shareOfFirst).toBeGreaterThan(0.9999);
  });

  it('has nothing to say about 0 parcels, 1 parcel and parcels without rings', () => {
    const none: OverlapParcel = { id: 'n', rings: [], bboxDeg: [Infinity, Infinity, -Infinity, -Infinity] };
    expect([...findOverlaps([])]).toEqual([]);
    expect([...findOverlaps([box('a', 1, 9), none, none])]).toEqual([]);
  });
});

describe('a mosaic of 1,600 adjacent parcels, 3 % of them drawn into their neighbours', () => {
  const parcels = makeParcelMosaic(40, 7);

  it('gives the pairs that looking at every pair of neighbours gives, and no pair that only shares a border', () => {
    const expected: [number, number, number][] = [];
    for (let second = 1; second < parcels.length; second++) {
      for (const first of [second - 41, second - 40, second - 39, second - 1]) {
        if (first < 0) continue;
        const ha = overlapHa(parcels[first]!.rings, parcels[second]!.rings);
        if (ha > 0) expected.push([first, second, ha]);
      }
    }
    const found = [...findOverlaps(parcels)];
    expect(found.map(({ first, second, ha }) => [first, second, ha])).toEqual(expected);
    expect(found.length).toBeGreaterThan(200);
    expect(found.length).toBeLessThan(600);
    expect(found.every(({ place }) => place !== null)).toBe(true);
  });

  it('gives the checks the same pairs by index as by sweeping, with the last 300 parcels not looked at among themselves', () => {
    const areas = parcels.map(({ rings }) => rings);
    expect(findPairsByIndex(areas, 1300)).toEqual(findPairs(areas, 1300));
  });
});

describeWithData('the 346 parcels of Madagascar', () => {
  it('overlap in 45 pairs, each with a place that lies in both boxes', async () => {
    const path = join(sharedData, 'data/parcels/madagascar-reforestation.geojson');
    const { parcels } = await parseParcels(readFileSync(path), { source: path });
    const found = [...findOverlaps(parcels)];
    expect(found).toHaveLength(45);
    for (const { first, second, place } of found) {
      for (const { bboxDeg } of [parcels[first]!, parcels[second]!]) {
        expect(place![0]).toBeGreaterThanOrEqual(bboxDeg[0]);
        expect(place![0]).toBeLessThanOrEqual(bboxDeg[2]);
        expect(place![1]).toBeGreaterThanOrEqual(bboxDeg[1]);
        expect(place![1]).toBeLessThanOrEqual(bboxDeg[3]);
      }
    }
  });
});
