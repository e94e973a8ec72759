import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_CHECK_LIMITS } from '../../../shared/parcel-check.ts';
import { box, check, FIELD, hole, multiPolygon, polygon, rulesOf } from './candidates.ts';

/** Degrees of a metre at 9.8 N, by the ellipsoid's radii of curvature (GeodSolve agrees to 1 mm over 100 m). */
const [LON, LAT] = [1 / 109_706.7, 1 / 110_607.6];
const metres = (corners: readonly (readonly [number, number])[]) =>
  corners.map(([x, y]) => [1.6 + x * LON, 9.8 + y * LAT]);

/** A square of 100 m with a needle at its east side, `length` long and `width` wide at its foot. */
const withNeedle = (length: number, width: number) =>
  metres([
    [0, 0],
    [100, 0],
    [100, 50],
    [100 + length, 50 + width / 2],
    [100, 50 + width],
    [100, 100],
    [0, 100],
    [0, 0],
  ]);

describe('spikes', () => {
  it.each([
    [9, true],
    [11, false],
  ])('a needle of 20 m with an angle of %i° is found: %s (limit 10°)', async (angle, isFound) => {
    const width = 2 * 20 * Math.tan((angle * Math.PI) / 360);
    const { findings } = await check(polygon(withNeedle(20, width)));
    expect(findings.map(({ rule }) => rule)).toEqual(isFound ? ['spike'] : []);
    if (!isFound) return;
    expect(findings[0]).toMatchObject({ severity: 'warning', values: { count: 1 } });
    expect(findings[0]!.values.angleDeg).toBeCloseTo(angle, 1);
    expect(findings[0]!.place![0]).toBeCloseTo(1.6 + 120 * LON, 9);
  });

  it('is offered cut off: 20 m² less of a parcel of 1 ha', async () => {
    const { findings, verdict } = await check(polygon(withNeedle(20, 2)));
    expect(verdict).toBe('warned');
    const { kind, haBefore, haAfter, geometry } = findings[0]!.proposal!;
    expect(kind).toBe('cut-spike');
    expect((haBefore! - haAfter) * 10_000).toBeCloseTo(20, 1);
    expect((geometry.coordinates as number[][][])[0]).toHaveLength(7);
  });

  it('with a ratio of 20 wanted, needles of length over width 10 pass and of 25 do not', async () => {
    const limits = { ...DEFAULT_CHECK_LIMITS, spikeRatio: 20 };
    expect(rulesOf(await check(polygon(withNeedle(20, 2)), { limits }))).toEqual([]);
    expect(rulesOf(await check(polygon(withNeedle(20, 0.8)), { limits }))).toEqual(['spike']);
  });

  it('where the way back runs past the way out, the whole needle goes, not only its tip', async () => {
    const ring = metres([
      [0, 0],
      [100, 0],
      [100, 50],
      [112, 50],
      [130, 50],
      [100, 50.5],
      [100, 100],
      [0, 100],
      [0, 0],
    ]);
    const { findings } = await check(polygon(ring));
    const proposal = findings.find(({ rule }) => rule === 'spike')!.proposal!;
    expect(proposal.haAfter * 10_000).toBeCloseTo(10_000, 0);
  });

  it('a sharp corner that is the shape of the parcel is named, and nothing proposed', async () => {
    const wedge = metres([
      [0, 0],
      [200, 0],
      [0, 30],
      [0, 0],
    ]);
    const { findings } = await check(polygon(wedge));
    expect(findings[0]).toMatchObject({ rule: 'spike', proposal: null });
  });

  it('kinks of less than 1 m are below what a GPS can tell', async () => {
    expect(rulesOf(await check(polygon(withNeedle(0.9, 0.05))))).toEqual([]);
  });

  it('of no width crosses no area: it is repaired to the square of 1 ha', async () => {
    const { findings } = await check(polygon(withNeedle(20, 0)));
    expect(findings[0]!.proposal!.haAfter).toBeCloseTo(1, 3);
    expect(rulesOf(await check(findings[0]!.proposal!.geometry))).toEqual([]);
  });
});

describe('slivers and parcels narrower than a pixel', () => {
  it('a part 1.5 m wide beside a field is offered to be dropped, with its hectares', async () => {
    const strip = box(1.605, 9.8, 1.605 + 1.5 * LON, 9.801);
    const { findings, verdict } = await check(multiPolygon([FIELD], [strip]));
    expect(verdict).toBe('warned');
    expect(findings[0]).toMatchObject({ rule: 'sliver-part', values: { count: 1, limitM: 2 } });
    expect(findings[0]!.values.widthM).toBeCloseTo(1.5, 1);
    expect(findings[0]!.proposal).toMatchObject({ kind: 'drop-part', geometry: polygon(FIELD) });
    expect((findings[0]!.proposal!.haBefore! - findings[0]!.proposal!.haAfter) * 10_000).toBeCloseTo(1.5 * 110.6, 0);
  });

  it('a hole 1 m wide is offered to be filled, one of 20 m is a hole', async () => {
    const { findings } = await check(polygon(FIELD, hole(1.6002, 9.8002, 1.6002 + LON, 9.8008)));
    expect(findings[0]).toMatchObject({
      rule: 'sliver-hole',
      proposal: { kind: 'fill-hole', geometry: polygon(FIELD) },
    });
    expect(rulesOf(await check(polygon(FIELD, hole(1.6002, 9.8002, 1.6002 + 20 * LON, 9.8008))))).toEqual([]);
  });

  it.each([
    [1.9, ['sliver', 'narrower-than-pixel']],
    [9.8, ['narrower-than-pixel']],
    [10.2, []],
  ])('a strip of 1 km × %f m: %j (pixel 10 m)', async (width, rules) => {
    const strip = metres([
      [0, 0],
      [1000, 0],
      [1000, width],
      [0, width],
      [0, 0],
    ]);
    const checked = await check(polygon(strip));
    expect(rulesOf(checked)).toEqual(rules);
    const found = checked.findings.find(({ rule }) => rule === 'narrower-than-pixel');
    if (found) expect(Math.abs(Number(found.values.widthM) - width)).toBeLessThan(0.12);
  });

  it('the width is that of the largest circle: a bent strip of 12 m, a frame of 8 m round a hole', async () => {
    const bent = metres([
      [0, 0],
      [200, 0],
      [200, 200],
      [188, 200],
      [188, 12],
      [0, 12],
      [0, 0],
    ]);
    expect(rulesOf(await check(polygon(bent)))).toEqual([]);
    const frame = [
      metres([
        [0, 0],
        [100, 0],
        [100, 100],
        [0, 100],
        [0, 0],
      ]),
      metres([
        [8, 8],
        [8, 92],
        [92, 92],
        [92, 8],
        [8, 8],
      ]),
    ];
    const { findings } = await check(polygon(...frame));
    expect(findings[0]!.rule).toBe('narrower-than-pixel');
    // In a corner the circle touches both outer sides and the hole's corner: its diameter is 2·8·√2 ÷ (1 + √2) = 9.37 m.
    expect(Math.abs(Number(findings[0]!.values.widthM) - 9.37)).toBeLessThan(0.12);
  });

  it('with pixels of 30 m a field of 25 m is too narrow', async () => {
    const limits = { ...DEFAULT_CHECK_LIMITS, pixelM: 30 };
    const field = metres([
      [0, 0],
      [25, 0],
      [25, 25],
      [0, 25],
      [0, 0],
    ]);
    expect(rulesOf(await check(polygon(field), { limits }))).toEqual(['narrower-than-pixel']);
    expect(rulesOf(await check(polygon(field)))).toEqual([]);
  });
});

describe('every proposal of 200 parcels of random corners', () => {
  const corner = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }));
  const ring = fc.array(corner, { minLength: 3, maxLength: 9 });

  it('is a valid parcel with the hectares it states, and the same for the same input', async () => {
    await fc.assert(
      fc.asyncProperty(ring, async (corners) => {
        const given = polygon(metres(corners.map(([x, y]) => [x * 5, y * 5] as const)));
        const checked = await check(given);
        expect(await check(given)).toEqual(checked);
        for (const { proposal } of checked.findings) {
          if (proposal === null) continue;
          const after = await check(proposal.geometry);
          expect(after.findings.filter(({ rule }) => /crossing|touching|hole|parts|unclosed/.test(rule))).toEqual([]);
          expect(after.parcelHa! / proposal.haAfter).toBeCloseTo(1, 9);
        }
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});
