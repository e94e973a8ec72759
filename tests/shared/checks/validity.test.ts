import { describe, expect, it } from 'vitest';
import { box, check, FIELD, FIELD_HA, hole, multiPolygon, polygon, rulesOf } from './candidates.ts';

const at = (place: readonly number[] | null) => place!.map((degrees) => Number(degrees.toFixed(9)));

describe('an outline that crosses itself', () => {
  // GEOS (shapely explain_validity): Self-intersection[1.601 9.801]; make_valid: two triangles, by Planimeter 12,134.1275 m² each.
  const bowTie = [
    [1.6, 9.8],
    [1.602, 9.802],
    [1.602, 9.8],
    [1.6, 9.802],
    [1.6, 9.8],
  ];

  it('as a bow-tie is not registered, names the crossing at 1.601 9.801 and has no hectares of its own', async () => {
    const { verdict, parcelHa, findings } = await check(polygon(bowTie));
    expect({ verdict, parcelHa }).toEqual({ verdict: 'mendable', parcelHa: null });
    expect(findings[0]).toMatchObject({
      rule: 'self-crossing',
      severity: 'error',
      values: { ring: 'outer', count: 1 },
    });
    expect(at(findings[0]!.place)).toEqual([1.601, 9.801]);
  });

  it('as a bow-tie is offered as its two triangles of 2.4268 ha together', async () => {
    const { findings } = await check(polygon(bowTie));
    expect(findings[0]!.proposal).toMatchObject({
      kind: 'make-valid',
      haBefore: null,
      geometry: { type: 'MultiPolygon' },
    });
    expect(findings[0]!.proposal!.haAfter).toBeCloseTo(2.4268255, 6);
  });

  it('as a star of 5 points crosses itself at 5 places', async () => {
    const star = [0, 2, 4, 1, 3, 0].map((k) => {
      const angle = Math.PI / 2 + (2 * Math.PI * k) / 5;
      return [1.6 + 0.001 * Math.cos(angle), 9.8 + 0.001 * Math.sin(angle)];
    });
    const { findings } = await check(polygon(star));
    expect(findings[0]).toMatchObject({ rule: 'self-crossing', values: { count: 5 } });
  });

  it('and is not closed either says both, and offers one outline that is right', async () => {
    const { findings, verdict } = await check(polygon(bowTie.slice(0, 4)));
    expect(findings.map(({ rule, proposal }) => [rule, proposal?.kind])).toEqual([
      ['unclosed-ring', 'make-valid'],
      ['self-crossing', 'make-valid'],
      ['winding', undefined],
    ]);
    expect(verdict).toBe('mendable');
  });
});

describe('rings that do not fit together', () => {
  const far = box(1.7, 9.8, 1.701, 9.801);
  const table: [what: string, geometry: unknown, rule: string, kind: string, squares: number][] = [
    ['a hole outside its outline', polygon(FIELD, hole(1.7, 9.8, 1.7005, 9.8005)), 'hole-outside', 'make-valid', 1],
    [
      'a hole across its outline',
      polygon(FIELD, hole(1.6005, 9.80025, 1.6015, 9.80075)),
      'hole-crossing',
      'make-valid',
      0.75,
    ],
    [
      'two holes that overlap',
      polygon(FIELD, hole(1.6002, 9.8002, 1.6006, 9.8006), hole(1.6004, 9.8004, 1.6008, 9.8008)),
      'hole-crossing',
      'make-valid',
      0.72,
    ],
    [
      'a hole in a hole',
      polygon(FIELD, hole(1.6002, 9.8002, 1.6008, 9.8008), hole(1.6004, 9.8004, 1.6006, 9.8006)),
      'nested-holes',
      'make-valid',
      0.64,
    ],
    [
      'two parts that overlap by half',
      multiPolygon([FIELD], [box(1.6005, 9.8, 1.6015, 9.801)]),
      'overlapping-parts',
      'merge-parts',
      1.5,
    ],
    [
      'two parts that share a border',
      multiPolygon([FIELD], [box(1.601, 9.8, 1.602, 9.801)]),
      'overlapping-parts',
      'merge-parts',
      2,
    ],
    ['the same part twice', multiPolygon([FIELD], [FIELD]), 'overlapping-parts', 'merge-parts', 1],
    [
      'a part in a part',
      multiPolygon([FIELD], [box(1.6002, 9.8002, 1.6004, 9.8004)]),
      'nested-parts',
      'merge-parts',
      1,
    ],
    [
      'an outline that touches itself',
      polygon([
        [1.6, 9.8],
        [1.601, 9.8],
        [1.601, 9.801],
        [1.6005, 9.8],
        [1.6, 9.801],
        [1.6, 9.8],
      ]),
      'self-touching',
      'make-valid',
      0.5,
    ],
  ];

  it.each(table)('%s', async (_what, geometry, rule, kind, squares) => {
    const { verdict, findings, parcelHa } = await check(geometry);
    expect({ verdict, parcelHa }).toEqual({ verdict: 'mendable', parcelHa: null });
    expect(findings[0]).toMatchObject({ rule, severity: 'error', proposal: { kind, haBefore: null } });
    expect(findings[0]!.place).not.toBeNull();
    expect(findings[0]!.proposal!.haAfter / FIELD_HA).toBeCloseTo(squares, 4);
  });

  it('two parts that touch at a corner, and a hole that touches its outline at one point, are fine', async () => {
    expect(rulesOf(await check(multiPolygon([FIELD], [box(1.601, 9.801, 1.602, 9.802)])))).toEqual([]);
    const touching = [
      [1.6, 9.8005],
      [1.6005, 9.8007],
      [1.6007, 9.8003],
      [1.6, 9.8005],
    ];
    expect(rulesOf(await check(polygon(FIELD, touching)))).toEqual([]);
  });

  it('which part is at fault is said: the second of two', async () => {
    const { findings } = await check(multiPolygon([FIELD], [far, hole(1.9, 9.8, 1.9005, 9.8005)]));
    expect(findings[0]).toMatchObject({ rule: 'hole-outside', values: { part: 2 } });
  });
});
