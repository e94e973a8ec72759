import { describe, expect, it } from 'vitest';
import { checkParcels } from '../../../shared/checks/check.ts';
import { checkContext, type OtherParcel } from '../../../shared/checks/context.ts';
import type { CheckedParcel } from '../../../shared/parcel-check.ts';
import { box, candidate, FIELD, polygon } from './candidates.ts';

const other = (id: string, ring: readonly (readonly number[])[], regionName = ''): OtherParcel => ({
  id,
  regionId: 'copargo',
  regionName,
  version: 3,
  rings: [Float64Array.from(ring.flat())],
});

function checkAll(rings: readonly (readonly (readonly number[])[])[], others: readonly OtherParcel[] = []) {
  const candidates = rings.map((ring, index) => candidate(polygon(ring), { index, id: `P${index + 1}` }));
  return checkParcels(candidates, checkContext({ others }));
}

const found = (checked: readonly CheckedParcel[]) =>
  checked.map(({ findings }) => findings.map(({ rule, severity, values }) => `${severity} ${rule} ${values.other}`));

describe('parcels that share ground', () => {
  it('half with the one before: the later cannot be registered, and is offered without the shared half', async () => {
    const checked = await checkAll([FIELD, box(1.6005, 9.8, 1.6015, 9.801)]);
    expect(found(checked)).toEqual([['note overlapped P2'], ['error overlap P1']]);
    expect(checked.map(({ verdict }) => verdict)).toEqual(['accepted', 'mendable']);
    const [{ proposal, place, values }] = checked[1]!.findings as [(typeof checked)[0]['findings'][0]];
    expect(values.overlapHa).toBeCloseTo(0.6067, 4);
    expect(values.sharedPct).toBeCloseTo(50, 4);
    expect(proposal!.haAfter / proposal!.haBefore!).toBeCloseTo(0.5, 6);
    expect(place![0]).toBeCloseTo(1.60075, 9);
    expect(place![1]).toBeCloseTo(9.8005, 9);
  });

  it('by 4 % of the smaller is for a person to look at, by 6 % in the way', async () => {
    const shifted = (pct: number) => box(1.601 - (0.001 * pct) / 100, 9.8, 1.602, 9.801);
    expect(found(await checkAll([FIELD, shifted(4)]))[1]).toEqual(['warning overlap P1']);
    expect(found(await checkAll([FIELD, shifted(6)]))[1]).toEqual(['error overlap P1']);
  });

  it('only at their border, at a corner, or by 1e-9 degrees, share none', async () => {
    const neighbours = [
      box(1.601, 9.8, 1.602, 9.801),
      box(1.602, 9.801, 1.603, 9.802),
      box(1.599, 9.8, 1.6 + 1e-9, 9.801),
    ];
    expect(found(await checkAll([FIELD, ...neighbours]))).toEqual([[], [], [], []]);
  });

  it('all of it are duplicates: the later is offered to be left out', async () => {
    const checked = await checkAll([FIELD, [...FIELD].reverse()]);
    expect(checked[1]!.findings[0]).toMatchObject({
      rule: 'duplicate',
      severity: 'error',
      values: { other: 'P1', sharedPct: 100 },
    });
    expect(checked[1]!.findings[0]!.proposal).toMatchObject({ kind: 'leave-out', haAfter: 0 });
    expect(checked.map(({ verdict }) => verdict)).toEqual(['accepted', 'mendable']);
  });

  it('as 96 % of both are duplicates, as 94 % they overlap', async () => {
    const shifted = (pct: number) =>
      box(1.6 + (0.001 * (100 - pct)) / 100, 9.8, 1.601 + (0.001 * (100 - pct)) / 100, 9.801);
    expect(found(await checkAll([FIELD, shifted(96)]))[1]).toEqual(['error duplicate P1']);
    expect(found(await checkAll([FIELD, shifted(94)]))[1]).toEqual(['error overlap P1']);
  });

  it('one inside the other: the inner one is offered to be left out, a hole is offered in the outer one', async () => {
    const inner = box(1.6002, 9.8002, 1.6006, 9.8006);
    const [, later] = await checkAll([FIELD, inner]);
    expect(later!.findings[0]).toMatchObject({ rule: 'overlap', proposal: { kind: 'leave-out' } });
    const [, outer] = await checkAll([inner, FIELD]);
    expect(outer!.findings[0]!.proposal!.geometry.coordinates).toHaveLength(2);
    expect(outer!.findings[0]!.proposal!.haAfter / outer!.parcelHa!).toBeCloseTo(0.84, 5);
  });

  it('with three others says so of each, with what it is called and where it belongs', async () => {
    const others = [
      other('BJ-1', box(1.6, 9.8, 1.6002, 9.801)),
      other('DE-9', box(1.6008, 9.8, 1.6012, 9.801), 'Alfter'),
    ];
    const checked = await checkAll([box(1.59, 9.8, 1.60005, 9.801), FIELD], others);
    expect(found(checked)).toEqual([
      ['error overlap BJ-1', 'note overlapped P2'],
      ['error overlap BJ-1', 'error overlap DE-9', 'warning overlap P1'].sort((a, b) => (a < b ? -1 : 1)),
    ]);
    expect(checked[1]!.findings[1]!.message).toContain('parcel DE-9 of Alfter');
  });

  it('is looked for with the ground that a crossing outline would have when mended', async () => {
    const bowTie = [
      [1.6, 9.8],
      [1.602, 9.802],
      [1.602, 9.8],
      [1.6, 9.802],
      [1.6, 9.8],
    ];
    const checked = await checkAll([FIELD, bowTie]);
    expect(found(checked)[1]).toEqual(['error self-crossing undefined', 'error overlap P1', 'note winding undefined']);
  });
});
