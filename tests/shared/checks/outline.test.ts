import { describe, expect, it } from 'vitest';
import { checkOne } from '../../../shared/checks/check.ts';
import { checkContext } from '../../../shared/checks/context.ts';
import { box, candidate, check, FIELD, FIELD_HA, hole, multiPolygon, polygon, rulesOf } from './candidates.ts';

const around = (lon: unknown, lat: unknown) =>
  polygon([
    [1.6, 9.8],
    [1.601, 9.8],
    [lon, lat],
    [1.6, 9.801],
    [1.6, 9.8],
  ]);
const open = FIELD.slice(0, 4);

describe('an outline that cannot be a parcel', () => {
  // Table of row E 53: what stands there, what is found, where, and how grave it is.
  const table: [what: string, geometry: unknown, verdict: string, rule: string, values: Record<string, unknown>][] = [
    ['no geometry', null, 'refused', 'no-geometry', {}],
    ['a Point', { type: 'Point', coordinates: [1.6, 9.8] }, 'refused', 'geometry-kind', { kind: 'called Point' }],
    [
      'no type',
      { coordinates: [FIELD] },
      'mendable',
      'geometry-kind',
      { kind: 'without a type with the coordinates of a Polygon' },
    ],
    [
      'an open line',
      { type: 'LineString', coordinates: open },
      'refused',
      'geometry-kind',
      { kind: 'called LineString' },
    ],
    [
      'a closed line',
      { type: 'LineString', coordinates: FIELD },
      'mendable',
      'geometry-kind',
      { kind: 'called LineString' },
    ],
    ['a Polygon called LineString', { type: 'LineString', coordinates: [FIELD] }, 'mendable', 'geometry-kind', {}],
    ['a MultiPolygon called Polygon', { type: 'Polygon', coordinates: [[FIELD]] }, 'mendable', 'geometry-kind', {}],
    ['empty coordinates', { type: 'Polygon', coordinates: [] }, 'refused', 'empty', { pointer: '/coordinates' }],
    ['an empty ring', polygon([]), 'refused', 'empty', { pointer: '/coordinates/0' }],
    ['an empty part beside a good one', multiPolygon([FIELD], []), 'mendable', 'empty', { pointer: '/coordinates/1' }],
    ['an empty hole', polygon(FIELD, []), 'mendable', 'empty', { pointer: '/coordinates/1' }],
    ['NaN', around(Number.NaN, 9.801), 'refused', 'position', { pointer: '/coordinates/0/2', got: '[null,9.801]' }],
    ['Infinity', around(1.601, Number.POSITIVE_INFINITY), 'refused', 'position', { pointer: '/coordinates/0/2' }],
    [
      'a number too large',
      around(Number.POSITIVE_INFINITY, 9.8),
      'refused',
      'position',
      { got: '["a number too large to be read",9.8]' },
    ],
    ['null', around(1.601, null), 'refused', 'position', { got: '[1.601,null]', count: 1 }],
    ['a string', around('1.601', 9.801), 'refused', 'position', { got: '["1.601",9.801]' }],
    ['a position of one number', polygon([[1.6], ...FIELD]), 'refused', 'position', { pointer: '/coordinates/0/0' }],
    ['a position that is an object', polygon([{ lon: 1.6, lat: 9.8 }, ...FIELD]), 'refused', 'position', {}],
    ['latitude 90.5', around(1.601, 90.5), 'refused', 'out-of-range', { pointer: '/coordinates/0/2', lat: 90.5 }],
    [
      'metres of UTM',
      polygon(box(412_000, 1_083_000, 412_100, 1_083_100)),
      'refused',
      'projected',
      { x: 412_000, y: 1_083_000 },
    ],
    [
      'latitude 120 first',
      polygon(box(9.8, 120.6, 9.801, 120.601)),
      'mendable',
      'swapped-axes',
      { lon: 9.8, lat: 120.6 },
    ],
    [
      'two corners',
      polygon([
        [1.6, 9.8],
        [1.601, 9.801],
        [1.6, 9.8],
      ]),
      'refused',
      'short-ring',
      { corners: 2 },
    ],
    [
      'one corner four times',
      polygon([
        [1.6, 9.8],
        [1.6, 9.8],
        [1.6, 9.8],
        [1.6, 9.8],
      ]),
      'refused',
      'short-ring',
      { corners: 1 },
    ],
    [
      'a line there and back',
      polygon([
        [1.6, 9.8],
        [1.601, 9.8],
        [1.602, 9.8],
        [1.6, 9.8],
      ]),
      'refused',
      'zero-area',
      { ring: 'outer' },
    ],
    ['10,001 corners', polygon(circle(10_001)), 'refused', 'too-many-vertices', { vertices: 10_002, limit: 10_000 }],
  ];

  it.each(table)('%s', async (_what, geometry, verdict, rule, values) => {
    const checked = await check(geometry);
    expect(checked.verdict).toBe(verdict);
    expect(checked.findings[0]).toMatchObject({ rule, severity: 'error', values });
    expect(checked.parcelHa).toBeNull();
  });

  it('says the number and the limit of too many corners as people wrote them down', async () => {
    const { findings } = await check(polygon(new Array(1_000_000).fill([1.6, 9.8])));
    expect(findings[0]!.message).toBe('Parcel has 1,000,000 vertices; limit 10,000. Simplify it and try again.');
  });

  it('with 3 corners and no fourth that closes it is closed by a proposal of half the square', async () => {
    const { findings, verdict } = await check(polygon(FIELD.slice(0, 3)));
    expect(verdict).toBe('mendable');
    expect(findings[0]).toMatchObject({ rule: 'unclosed-ring', proposal: { kind: 'close-ring', haBefore: null } });
    expect(findings[0]!.proposal!.haAfter / FIELD_HA).toBeCloseTo(0.5, 4);
  });
});

describe('an outline that can be read', () => {
  it('is fine as a closed square of 1.2134 ha, measured as GeographicLib does', async () => {
    const checked = await check(polygon(FIELD));
    expect(checked).toMatchObject({ verdict: 'accepted', findings: [] });
    expect(checked.parcelHa! / FIELD_HA - 1).toBeCloseTo(0, 8);
  });

  it('without its last corner names the gap of 111 m and proposes to close it', async () => {
    const { findings, verdict, parcelHa } = await check(polygon(open));
    expect({ verdict, parcelHa }).toEqual({ verdict: 'mendable', parcelHa: null });
    expect(findings[0]!.rule).toBe('unclosed-ring');
    expect(findings[0]!.values.gapM).toBeCloseTo(110.6, 0);
    expect(findings[0]!.proposal!.geometry).toEqual(polygon(FIELD));
  });

  it('clockwise is accepted, with a note: RFC 7946 says that it should not be refused', async () => {
    const checked = await check(polygon([...FIELD].reverse()));
    expect(checked).toMatchObject({ verdict: 'accepted', findings: [{ rule: 'winding', severity: 'note' }] });
    expect(checked.parcelHa! / FIELD_HA).toBeCloseTo(1, 8);
  });

  it('with heights (and a fourth number) is accepted; 5 of them are noted once', async () => {
    const high = FIELD.map(([lon, lat]) => [lon, lat, 312, 7]);
    const checked = await check(polygon(high));
    expect(checked).toMatchObject({ verdict: 'accepted', findings: [{ rule: 'z-dropped', values: { count: 5 } }] });
    const said = { rule: 'z-dropped', severity: 'note', message: '', values: {}, place: null, proposal: null } as const;
    expect(rulesOf(await checkOne(candidate(polygon(high), { findings: [said] }), checkContext()))).toEqual([
      'z-dropped',
    ]);
  });

  it('with 2 repeated corners is accepted, and offered without them at the same hectares', async () => {
    const [a, b, ...rest] = FIELD;
    const checked = await check(polygon([a!, a!, b!, b!, ...rest]));
    expect(checked.verdict).toBe('accepted');
    const [{ rule, values, proposal }] = checked.findings as [(typeof checked.findings)[0]];
    expect({ rule, values }).toEqual({ rule: 'duplicate-points', values: { count: 2 } });
    expect(proposal).toMatchObject({ kind: 'drop-duplicate-points', geometry: polygon(FIELD) });
    expect(proposal!.haAfter).toBe(proposal!.haBefore);
  });

  it('with a hole of 2 corners is offered without it', async () => {
    const { verdict, findings } = await check(
      polygon(FIELD, [
        [1.6005, 9.8005],
        [1.6006, 9.8006],
        [1.6005, 9.8005],
      ]),
    );
    expect(verdict).toBe('mendable');
    expect(findings[0]).toMatchObject({ rule: 'short-ring', values: { ring: 1 }, proposal: { kind: 'drop-ring' } });
  });

  it('keeps its hole, and measures the ground round it', async () => {
    const checked = await check(polygon(FIELD, hole(1.60025, 9.80025, 1.60075, 9.80075)));
    expect(checked.verdict).toBe('accepted');
    expect(checked.parcelHa! / FIELD_HA).toBeCloseTo(0.75, 5);
  });
});

/** A ring of `count` corners round 9.8 N, 1.6 E. */
function circle(count: number): [number, number][] {
  const ring = Array.from({ length: count }, (_, i): [number, number] => {
    const angle = (2 * Math.PI * i) / count;
    return [1.6 + 0.001 * Math.cos(angle), 9.8 + 0.001 * Math.sin(angle)];
  });
  return [...ring, ring[0]!];
}
