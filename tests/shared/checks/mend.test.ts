import { describe, expect, it } from 'vitest';
import { checkContext, checkRegion } from '../../../shared/checks/context.ts';
import { mendAll, mendParcels } from '../../../shared/checks/mend.ts';
import { box, candidate, FIELD, FIELD_HA, polygon } from './candidates.ts';

const context = checkContext();

describe('mending a parcel', () => {
  it('that is open and crosses itself takes one step and is then valid, with its hectares', async () => {
    const open = [
      [1.6, 9.8],
      [1.602, 9.802],
      [1.602, 9.8],
      [1.6, 9.802],
    ];
    const mended = await mendAll(candidate(polygon(open)), context);
    expect(mended.steps.map(({ kind }) => kind)).toEqual(['make-valid']);
    expect(mended.checked.verdict).toBe('accepted');
    expect(mended.haBefore).toBeNull();
    expect(mended.haAfter).toBeCloseTo(2.4268255, 6);
  });

  it('with swapped axes and half outside its region is turned first and cut then, each measured', async () => {
    const region = checkRegion({
      id: 'r',
      name: 'Copargo',
      rings: [Float64Array.from(box(1.6, 9, 1.6005, 10).flat())],
    });
    const swapped = FIELD.map(([lon, lat]) => [lat, lon]);
    const mended = await mendAll(candidate(polygon(swapped)), checkContext({ regions: [region] }));
    expect(mended.steps.map(({ kind }) => kind)).toEqual(['swap-axes', 'cut-region']);
    expect(mended.steps[1]!.haBefore! / FIELD_HA).toBeCloseTo(1, 8);
    expect(mended.haAfter! / FIELD_HA).toBeCloseTo(0.5, 6);
  });

  it('that a cut leaves in a field and a strip of 1 m drops the strip as well', async () => {
    const across = {
      id: 'R',
      regionId: 'r',
      regionName: '',
      version: 1,
      rings: [Float64Array.from(box(1.60001, 9.79, 1.6003, 9.81).flat())],
    };
    const mended = await mendAll(candidate(polygon(FIELD)), checkContext({ others: [across] }));
    expect(mended.steps.map(({ kind }) => kind)).toEqual(['cut-overlap', 'drop-part']);
    expect(mended.haAfter! / FIELD_HA).toBeCloseTo(0.7, 5);
  });

  it('takes only what is accepted', async () => {
    const twice = [FIELD[0]!, ...FIELD];
    const none = await mendAll(candidate(polygon(twice)), context, () => false);
    expect(none).toMatchObject({ steps: [], isLeftOut: false });
    const notes = await mendAll(candidate(polygon(twice)), context, ({ severity }) => severity === 'note');
    expect(notes.steps.map(({ kind }) => kind)).toEqual(['drop-duplicate-points']);
    expect(notes.candidate.geometry).toEqual(polygon(FIELD));
  });

  it('has nothing to do with one that is fine, and cannot help one that is too small', async () => {
    expect((await mendAll(candidate(polygon(FIELD)), context)).steps).toEqual([]);
    const small = await mendAll(candidate(polygon(box(1.6, 9.8, 1.6001, 9.8001))), context);
    expect(small).toMatchObject({ steps: [], checked: { verdict: 'refused' } });
  });
});

describe('mending the parcels of a file', () => {
  it('leaves shared ground to the first: three in a row sum to what they cover together', async () => {
    const row = [FIELD, box(1.6005, 9.8, 1.6015, 9.801), box(1.6005, 9.8, 1.602, 9.801)];
    const candidates = row.map((ring, index) => candidate(polygon(ring), { index, id: `P${index + 1}` }));
    const mended = await mendParcels(candidates, context);
    expect(mended.map(({ haAfter }) => haAfter! / FIELD_HA)).toEqual(
      [1, 0.5, 0.5].map((share) => expect.closeTo(share, 6)),
    );
    expect(mended.map(({ checked }) => checked.verdict)).toEqual(['accepted', 'accepted', 'accepted']);
  });

  it('leaves the second of two duplicates out', async () => {
    const candidates = [0, 1].map((index) => candidate(polygon(FIELD), { index, id: `P${index + 1}` }));
    const mended = await mendParcels(candidates, context);
    expect(mended.map(({ isLeftOut }) => isLeftOut)).toEqual([false, true]);
  });
});
