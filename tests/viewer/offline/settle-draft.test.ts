import { describe, expect, it } from 'vitest';
import { type Draft, readKeptDraft } from '../../../viewer/delineate/drafts.ts';
import { isEqual, isSameWork, settleDraft } from '../../../viewer/offline/settle-draft.ts';

const draft = (name: string, change: Partial<Draft> = {}): Draft => ({
  draftId: 'd1',
  edits: null,
  regionId: 'copargo',
  geometry: null,
  attributes: { name, intervention: null, startDate: null, tenure: null, consent: null, statedHa: null, more: {} },
  provenance: { kind: 'drawn', file: null, from: [], mends: [] },
  reason: '',
  author: null,
  changedMs: 1,
  state: 'open',
  conflict: null,
  refusal: null,
  check: null,
  ...change,
});
const checked = {
  parcel: { index: 0, id: '', verdict: 'accepted', findings: [], parcelHa: 1 },
  eligibility: null,
} as const;
const [one, two, three] = [draft('one'), draft('two'), draft('three')];

describe('a draft that 2 tabs may have changed', () => {
  it.each([
    ['a new draft is written', one, null, null, 'write'],
    ['a draft of another tab is taken over', null, null, one, 'adopt'],
    ['a change is written where nobody else changed it', two, one, one, 'write'],
    ['a change of another tab is taken over where this one has none', one, one, two, 'adopt'],
    ['2 changes at once are both kept', two, one, three, 'fork'],
    ['the same change made twice is one', two, one, two, 'nothing'],
    ['what another tab dropped goes here too', one, one, null, 'drop'],
    ['what another tab dropped while it was changed here is kept under its own id', two, one, null, 'fork'],
    ['what is dropped here is removed', null, one, one, 'remove'],
    ['what is dropped here while another tab changed it stays', null, one, two, 'adopt'],
    ['nothing anywhere is nothing', null, one, null, 'nothing'],
    ['a check alone is no change that another could lose', draft('one', { check: checked }), one, two, 'adopt'],
    ['a check alone is written', draft('one', { check: checked }), one, one, 'write'],
    ['a check of another tab is taken over', one, one, draft('one', { check: checked }), 'adopt'],
  ] as const)('%s', (_, mine, base, stored, outcome) => {
    expect(settleDraft({ mine, base, stored })).toBe(outcome);
  });

  it('is compared by its work: not by when it was touched, nor by what a check said', () => {
    expect(isSameWork(one, draft('one', { changedMs: 99, check: checked }))).toBe(true);
    expect(isSameWork(one, draft('one', { state: 'waiting' }))).toBe(false);
  });

  it('is the same work when it was kept by a page that did not keep names with drafts', () => {
    const { author: _, ...kept } = one;
    expect(settleDraft({ mine: one, base: one, stored: readKeptDraft(kept) })).toBe('nothing');
    expect(readKeptDraft({ ...kept, author: 'Awa' }).author).toBe('Awa');
  });

  it('is compared as JSON is: the order of members does not matter, that of a list does', () => {
    expect(isEqual({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 })).toBe(true);
    expect(isEqual([1, 2], [2, 1])).toBe(false);
    expect(isEqual({ a: undefined }, { b: undefined })).toBe(false);
    expect(isEqual([], {})).toBe(false);
  });
});
