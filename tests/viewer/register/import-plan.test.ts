import { describe, expect, it } from 'vitest';
import type { CheckedParcel, CheckFinding } from '../../../shared/parcel-check.ts';
import type { ImportAnswer } from '../../../shared/register.ts';
import {
  acceptMend,
  beginChoices,
  canBeTaken,
  chosenParcels,
  countStates,
  giveId,
  NO_FILL,
  nextMend,
  stateOfRow,
  takeBackMends,
  takeCheck,
} from '../../../viewer/register/import-plan.ts';

const geometry = { type: 'Polygon' as const, coordinates: [[[0, 0]]] };
const mended = { type: 'Polygon' as const, coordinates: [[[1, 1]]] };
const finding = (rule: string, kind: string | null): CheckFinding => ({
  rule,
  severity: 'error',
  message: rule,
  values: {},
  place: null,
  proposal: kind === null ? null : { kind, message: '', haBefore: 2, haAfter: 1.5, geometry: mended },
});
const parcel = (index: number, verdict: CheckedParcel['verdict'], findings: CheckFinding[] = []): CheckedParcel => ({
  index,
  id: index === 0 ? 'row-1' : index === 1 ? 'row-7' : `P-${index}`,
  verdict,
  findings,
  parcelHa: 2,
});
const crossing = finding('self-crossing', 'make-valid');
const PARCELS = [
  parcel(0, 'accepted'),
  parcel(1, 'warned'),
  parcel(2, 'mendable', [crossing]),
  parcel(3, 'refused', [finding('too-small', null)]),
  parcel(4, 'mendable', [finding('duplicate', 'leave-out')]),
];
const SAID = { name: null, intervention: null, startDate: null, tenure: null, consent: 'c', statedHa: null, more: {} };
const ANSWER = {
  file: { name: 'a.kml', sha256: 'f'.repeat(64), format: 'kml' },
  report: { parcels: PARCELS },
  parcels: PARCELS.map(({ index }) => ({
    index,
    idIsMadeUp: index === 0,
    place: `Placemark ${index + 1}`,
    geometry,
    attributes: SAID,
  })),
} as unknown as ImportAnswer;
let ids = 0;
const begin = () => beginChoices(ANSWER, () => `d${ids++}`);
const BY = { regionId: 'copargo', author: 'Awa', reason: 'land office', fill: NO_FILL };

describe('what a person decides about a file of 5 parcels', () => {
  it('begins with the one that is accepted; the other 4 wait', () => {
    const choices = begin();
    expect([...choices.values()].map(({ take }) => take)).toEqual([true, false, false, false, false]);
    expect(countStates(choices)).toEqual({ accepted: 1, warned: 1, mendable: 2, mended: 0, refused: 1, 'left-out': 0 });
  });

  it('mends one: the outline of the proposal, its record, and it is chosen once the check finds no error', () => {
    const choice = begin().get(2)!;
    expect(nextMend(choice)).toBe(crossing);
    const next = takeCheck(acceptMend(choice, crossing), parcel(0, 'accepted'));
    expect(stateOfRow(next)).toBe('mended');
    expect(next).toMatchObject({ take: true, geometry: mended, checked: { index: 2, id: 'P-2' } });
    expect(next.mends).toEqual([{ rule: 'self-crossing', kind: 'make-valid', haBefore: 2, haAfter: 1.5 }]);
    expect(takeBackMends(ANSWER, next)).toMatchObject({ take: false, geometry, mends: [], checked: PARCELS[2] });
  });

  it('does not choose one whose check still finds an error after it was mended', () => {
    const next = takeCheck(acceptMend(begin().get(2)!, crossing), parcel(0, 'refused'));
    expect(next.take).toBe(false);
    expect(canBeTaken(next)).toBe(false);
  });

  it('leaves one out by its proposal', () => {
    const next = acceptMend(begin().get(4)!, PARCELS[4]!.findings[0]!);
    expect(stateOfRow(next)).toBe('left-out');
    expect(next.geometry).toBe(geometry);
  });

  it('registers 2 of 5 in the order of the file, with their origin; of row-1 and row-7 only the one that the file states is asked for', () => {
    const choices = new Map(begin());
    choices.set(1, { ...choices.get(1)!, take: true });
    choices.set(3, { ...choices.get(3)!, take: true });
    const { indexes, parcels } = chosenParcels(ANSWER, choices, {
      ...BY,
      fill: { ...NO_FILL, intervention: 'planting' },
    });
    expect(indexes).toEqual([0, 1]);
    expect(parcels.map(({ id }) => id)).toEqual([null, 'row-7']);
    expect(parcels[0]).toMatchObject({
      attributes: { intervention: 'planting', consent: 'c' },
      provenance: { kind: 'imported', file: { name: 'a.kml', place: 'Placemark 1' }, mends: [] },
    });
  });

  it('lets the register give 1 of 2 ids that were taken meanwhile: the row can be taken again and is sent with id null', () => {
    const choices = new Map(begin());
    const refused = (index: number, rules: string[]) => {
      const checked = parcel(
        0,
        'refused',
        rules.map((rule) => finding(rule, null)),
      );
      return { ...takeCheck(choices.get(index)!, checked), take: false };
    };
    choices.set(1, giveId(refused(1, ['id-taken'])));
    expect(stateOfRow(choices.get(1)!)).toBe('accepted');
    choices.set(3, giveId(refused(3, ['id-taken', 'too-small'])));
    expect(stateOfRow(choices.get(3)!)).toBe('refused');
    const { parcels } = chosenParcels(ANSWER, choices, BY);
    expect(parcels.map(({ id }) => id)).toEqual([null, null]);
    expect(parcels.map(({ attributes }) => attributes.more)).toEqual([{}, { id: 'row-7' }]);
  });
});
