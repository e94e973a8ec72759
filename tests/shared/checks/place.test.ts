import { describe, expect, it } from 'vitest';
import { checkRegion } from '../../../shared/checks/context.ts';
import { box, check, FIELD, FIELD_HA, hole, multiPolygon, polygon, rulesOf } from './candidates.ts';

const flat = (positions: readonly (readonly number[])[]) => Float64Array.from(positions.flat());
const region = (id: string, ring: readonly (readonly number[])[]) => checkRegion({ id, name: id, rings: [flat(ring)] });

describe('a parcel across the 180° meridian, at a pole, very small and very large', () => {
  // printf '-17.01 179.995\n-17.01 -179.995\n-17.0 -179.995\n-17.0 179.995' | Planimeter -p 9, and both halves of it.
  const FIJI_HA = 117.84401;
  const fiji = [
    [179.995, -17.01],
    [-179.995, -17.01],
    [-179.995, -17],
    [179.995, -17],
    [179.995, -17.01],
  ];

  it.each([
    ['as steps from 179.995 to -179.995', fiji],
    ['as longitudes that run on to 180.005', fiji.map(([lon, lat]) => [lon! < 0 ? lon! + 360 : lon!, lat!])],
    ['as longitudes that run back to -180.005', fiji.map(([lon, lat]) => [lon! > 0 ? lon! - 360 : lon!, lat!])],
  ])('in Fiji, %s, is offered as two parts (RFC 7946, 3.1.9) of the same 117.844 ha', async (_how, ring) => {
    const { verdict, parcelHa, findings } = await check(polygon(ring));
    expect(verdict).toBe('mendable');
    expect(parcelHa! / FIJI_HA).toBeCloseTo(1, 6);
    const { rule, proposal } = findings[0]!;
    expect({ rule, kind: proposal!.kind }).toEqual({ rule: 'antimeridian', kind: 'split-antimeridian' });
    expect(proposal!.haAfter / proposal!.haBefore!).toBeCloseTo(1, 7);
    const parts = proposal!.geometry.coordinates as number[][][][];
    const lons = parts.map(([outline]) => outline!.map(([lon]) => lon!).sort((a, b) => a - b));
    expect(lons.map((each) => [each[0], each.at(-1)!]).sort((a, b) => a[0]! - b[0]!)).toEqual([
      [-180, -179.995],
      [179.995, 180],
    ]);
  });

  it('with a hole on the meridian is split with its hole', async () => {
    const { findings } = await check(polygon(fiji, hole(179.998, -17.008, 180.002, -17.002)));
    const left = findings[0]!.proposal!;
    expect(left.haAfter / (FIJI_HA * (1 - 0.4 * 0.6))).toBeCloseTo(1, 4);
  });

  it('split already is accepted', async () => {
    const parts = multiPolygon([box(179.995, -17.01, 180, -17)], [box(-180, -17.01, -179.995, -17)]);
    expect(rulesOf(await check(parts))).toEqual([]);
  });

  it('round a pole is refused: it has no inside there', async () => {
    const { verdict, findings } = await check(
      polygon([
        [-120, 89],
        [0, 89],
        [120, 89],
        [-120, 89],
      ]),
    );
    expect(verdict).toBe('refused');
    expect(findings[0]!.rule).toBe('pole');
  });

  it('of 1.2 m² is too small for the register and narrower than a pixel', async () => {
    const checked = await check(polygon(box(1.6, 9.8, 1.60001, 9.80001)));
    expect(checked.verdict).toBe('refused');
    expect(rulesOf(checked)).toEqual(['too-small', 'sliver', 'narrower-than-pixel']);
    // Planimeter: 1.2134 m².
    expect(checked.parcelHa).toBeCloseTo(0.00012134, 8);
  });

  it('of more than 10 million ha is too large, and its area still true', async () => {
    const checked = await check(polygon(box(0, 0, 4, 4)));
    expect(rulesOf(checked)).toEqual(['too-large']);
    expect(checked.findings[0]!.values).toMatchObject({ limitHa: 1000 });
    expect(checked.parcelHa).toBeGreaterThan(1e7);
  });

  it.each([
    [0.0499, ['too-small']],
    [0.0501, []],
    [999.9, []],
    [1000.1, ['too-large']],
  ])('of %f ha: %j with the limits of 0.05 and 1,000 ha', async (ha, rules) => {
    const side = 0.001 * Math.sqrt(ha / FIELD_HA);
    expect(rulesOf(await check(polygon(box(1.6, 9.8, 1.6 + side, 9.8 + side))))).toEqual(rules);
  });
});

describe('a parcel and its region', () => {
  const copargo = region('Copargo', box(1.4, 9.7, 1.7, 10));

  it('lies inside without a word', async () => {
    expect(rulesOf(await check(polygon(FIELD), { regions: [copargo] }))).toEqual([]);
  });

  it.each([
    [76, 'accepted', 'partly-outside-region'],
    [74, 'mendable', 'outside-region'],
  ])('%i %% inside: %s', async (insidePct, verdict, rule) => {
    const west = 1.7 - (0.001 * insidePct) / 100;
    const checked = await check(polygon(box(west, 9.8, west + 0.001, 9.801)), { regions: [copargo] });
    expect(checked.verdict).toBe(verdict);
    expect(checked.findings[0]).toMatchObject({ rule, values: { region: 'Copargo', limitPct: 75 } });
    expect(checked.findings[0]!.values.insidePct).toBeCloseTo(insidePct, 6);
  });

  it('74 % inside is offered cut at the border, with 74 % of its hectares', async () => {
    const west = 1.7 - 0.00074;
    const { findings, parcelHa } = await check(polygon(box(west, 9.8, west + 0.001, 9.801)), { regions: [copargo] });
    const { kind, haBefore, haAfter } = findings[0]!.proposal!;
    expect({ kind, haBefore }).toEqual({ kind: 'cut-region', haBefore: parcelHa });
    expect(haAfter / haBefore!).toBeCloseTo(0.74, 6);
  });

  it('is held against the region that covers most of it', async () => {
    const east = region('Djougou', box(1.7, 9.7, 2, 10));
    const checked = await check(polygon(box(1.6998, 9.8, 1.7008, 9.801)), { regions: [copargo, east] });
    expect(checked.findings[0]!.values).toMatchObject({ region: 'Djougou' });
  });

  it('outside all regions is refused, and they are named', async () => {
    const checked = await check(polygon(box(7, 50.7, 7.001, 50.701)), { regions: [copargo] });
    expect(checked).toMatchObject({
      verdict: 'refused',
      findings: [{ rule: 'outside-region', values: { insidePct: 0 } }],
    });
    expect(checked.findings[0]!.message).toContain('Copargo');
  });

  it('with latitude before longitude is never turned in silence: a proposal shows it inside Copargo', async () => {
    const swapped = FIELD.map(([lon, lat]) => [lat, lon]);
    const { verdict, findings } = await check(polygon(swapped), { regions: [copargo] });
    expect(verdict).toBe('mendable');
    expect(findings[0]).toMatchObject({
      rule: 'swapped-axes',
      severity: 'error',
      values: { lon: 9.8, lat: 1.6, region: 'Copargo' },
    });
    expect(findings[0]!.proposal).toMatchObject({ kind: 'swap-axes', geometry: polygon(FIELD) });
    expect(findings[0]!.proposal!.haAfter / FIELD_HA).toBeCloseTo(1, 8);
  });
});
