import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCutter } from '../../../pipeline/run/suggest-clip.ts';
import { joinRing, simplifyArcs } from '../../../pipeline/suggest/simplify.ts';
import { type ArcRing, traceSegments } from '../../../pipeline/suggest/trace.ts';
import { measureAreaHa } from '../../../shared/geometry/area.ts';
import { overlapArea } from '../../../shared/geometry/overlap.ts';
import { signedAreaOfRings } from '../../../shared/geometry/signed-area.ts';
import { findGeometryFault } from '../../../shared/geometry/validity.ts';
import { crsToLonLat } from '../../../shared/transform.ts';

const SIDE = 14;
const SIZE = { widthPx: SIDE, heightPx: SIDE };

/** Cells nearest to a few sites, so that labels hang together; some sites are nothing, and holes come about. */
const images = fc
  .array(fc.tuple(fc.integer({ min: 0, max: SIDE - 1 }), fc.integer({ min: 0, max: SIDE - 1 }), fc.boolean()), {
    minLength: 3,
    maxLength: 14,
  })
  .map((sites) => {
    const nearest = Int32Array.from({ length: SIDE * SIDE }, (_, i) => {
      const away = sites.map(([col, row]) => Math.abs(col - (i % SIDE)) + Math.abs(row - Math.floor(i / SIDE)));
      const site = away.indexOf(Math.min(...away));
      return sites[site]![2] ? site + 1 : 0;
    });
    return relabel(nearest);
  });

/** Each piece that hangs together side by side gets a label of its own. */
function relabel(image: Int32Array): { labels: Int32Array; count: number } {
  const labels = new Int32Array(image.length);
  let count = 0;
  for (let start = 0; start < image.length; start++) {
    if (image[start] === 0 || labels[start] !== 0) continue;
    count += 1;
    const found = [start];
    labels[start] = count;
    for (const i of found) {
      const col = i % SIDE;
      const near = [...(col > 0 ? [i - 1] : []), ...(col < SIDE - 1 ? [i + 1] : []), i - SIDE, i + SIDE];
      for (const j of near) {
        if (labels[j] !== 0 || image[j] !== image[start]) continue;
        labels[j] = count;
        found.push(j);
      }
    }
  }
  return { labels, count };
}

/** Rings with y upwards, as a map has it. */
function ringsOf(rings: readonly ArcRing[], lines: readonly Float64Array[]): Float64Array[] {
  return rings.map((ring) => joinRing(ring, lines).map((value, i) => (i % 2 === 0 ? value : -value)));
}

describe('outlines along pixel edges', () => {
  it('enclose exactly the pixels of each label: exteriors positive, holes negative', () => {
    fc.assert(
      fc.property(images, ({ labels, count }) => {
        const { arcs, rings } = traceSegments(labels, SIZE, count);
        const corners = arcs.map((arc) => Float64Array.from(arc.corners));
        rings.forEach((each, k) => {
          const flat = ringsOf(each, corners);
          expect(signedAreaOfRings(flat)).toBe(labels.filter((label) => label === k + 1).length);
          expect(flat.map((ring) => signedAreaOfRings([ring]) > 0)).toEqual(flat.map((_, at) => at === 0));
        });
      }),
      { numRuns: 300 },
    );
  });

  it('of a ring that closes at a corner only are two rings that touch there, and valid', async () => {
    const picture = ['11100', '10010', '10010', '11110', '00000'];
    const labels = Int32Array.from(picture.join(''), Number);
    const { arcs, rings } = traceSegments(labels, { widthPx: 5, heightPx: 5 }, 1);
    const flat = ringsOf(rings[0]!, simplifyArcs({ arcs }));
    expect(flat).toHaveLength(2);
    expect(await findGeometryFault(flat, 'projected')).toBeNull();
  });

  it('stay within half a pixel when they are simplified, are valid, and do not overlap each other', async () => {
    await fc.assert(
      fc.asyncProperty(images, async ({ labels, count }) => {
        const traced = traceSegments(labels, SIZE, count);
        const lines = simplifyArcs(traced);
        traced.arcs.forEach(({ corners }, k) => {
          for (let i = 0; i < corners.length; i += 2)
            expect(distanceToLine(corners[i]!, corners[i + 1]!, lines[k]!)).toBeLessThanOrEqual(0.5 + 1e-9);
        });
        const shapes = traced.rings.map((rings) => ringsOf(rings, lines));
        for (const shape of shapes) {
          expect(signedAreaOfRings(shape)).toBeGreaterThan(0);
          // A single pixel becomes a square on its corner; all others keep their form.
          expect(await findGeometryFault(shape, 'projected')).toBeNull();
        }
        for (const [a, one] of shapes.entries())
          for (const other of shapes.slice(a + 1)) expect(overlapArea(one, other)).toBeLessThan(1e-9);
      }),
      { numRuns: 150 },
    );
  });

  it('of a staircase of 20 steps of 2 by 1 pixels become a ring of 8 corners or fewer', () => {
    const widthPx = 44;
    const labels = Int32Array.from({ length: widthPx * 24 }, (_, i) => {
      const [col, row] = [i % widthPx, Math.floor(i / widthPx)];
      return row >= 1 && row <= 21 && col >= 1 && col < 2 + 2 * (row - 1) ? 1 : 0;
    });
    const { arcs } = traceSegments(labels, { widthPx, heightPx: 24 }, 1);
    expect(arcs[0]!.corners.length / 2).toBeGreaterThan(80);
    expect(simplifyArcs({ arcs })[0]!.length / 2).toBeLessThanOrEqual(9);
  });
});

function distanceToLine(x: number, y: number, line: Float64Array): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let i = 0; i + 3 < line.length; i += 2) {
    const [ax, ay, bx, by] = [line[i]!, line[i + 1]!, line[i + 2]!, line[i + 3]!];
    const lengthSq = (bx - ax) ** 2 + (by - ay) ** 2;
    const t = lengthSq === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / lengthSq));
    nearest = Math.min(nearest, Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)));
  }
  return nearest;
}

describe('cutting', () => {
  const crs = 'EPSG:32631';
  const toLonLat = crsToLonLat(crs);
  /** A ring in metres from a corner on the middle meridian of its zone, as lon/lat. */
  const ring = (...metres: readonly number[]) => [
    toLonLat(Float64Array.from(metres, (v, i) => (i % 2 === 0 ? 500_000 : 1_100_000) + v)),
  ];
  const square = (x: number, y: number, side: number) => ring(x, y, x + side, y, x + side, y + side, x, y + side, x, y);
  const region = [square(0, 0, 1000)];
  const gap = { gapM: 1, crs };
  /** Square metres of the grid; on the middle meridian lengths are 0.9996 of the ground's. */
  const areaM2 = (rings: readonly Float64Array[]) => measureAreaHa(rings) * 10_000 * 0.9996 ** 2;

  it('leaves a square of 100 m inside the region and away from parcels as it is', () => {
    const shape = square(100, 100, 100);
    expect(createCutter(region, [square(300, 100, 50)], gap).cut(shape)).toEqual([shape]);
  });

  it('takes a parcel of 20 × 20 m and 1 m round it out of the middle: 22² m² less at most 1 m² at round corners', () => {
    const [cut] = createCutter(region, [square(140, 140, 20)], gap).cut(square(100, 100, 100));
    expect(10_000 - areaM2(cut!)).toBeLessThan(22 * 22 + 0.01);
    expect(10_000 - areaM2(cut!)).toBeGreaterThan(22 * 22 - 1.2);
    expect(cut).toHaveLength(2);
  });

  it('makes two parts where a parcel runs through: 39 × 100 m² each with a strip of 20 m and gaps of 1 m', () => {
    const strip = ring(140, 0, 160, 0, 160, 400, 140, 400, 140, 0);
    const parts = createCutter(region, [strip], gap).cut(square(100, 100, 100));
    expect(parts.map((part) => Math.round(areaM2(part)))).toEqual([3900, 3900]);
  });

  it('keeps half of a square that lies half outside the region, and nothing of one beside it', () => {
    const [half] = createCutter(region, [], gap).cut(square(950, 100, 100));
    expect(areaM2(half!)).toBeCloseTo(5000, 1);
    expect(createCutter(region, [], gap).cut(square(1200, 100, 100))).toEqual([]);
  });

  it('keeps what lies in either part of a region of two, and a lake in it out', () => {
    const shape = square(950, 100, 100);
    const two = [square(0, 0, 1000), square(1010, 0, 500)];
    const parts = createCutter(two, [], gap).cut(shape);
    expect(parts.map((part) => Math.round(areaM2(part)))).toEqual([5000, 4000]);
    const lake = square(140, 140, 20)[0]!;
    const turned = Float64Array.from({ length: 10 }, (_, i) => lake[8 - 2 * (i >> 1) + (i % 2)]!);
    const [round] = createCutter([[square(0, 0, 1000)[0]!, turned]], [], gap).cut(square(100, 100, 100));
    expect(areaM2(round!)).toBeCloseTo(9600, 1);
  });
});
