import type { JsonValue } from '../../shared/parcel-check.ts';
import { beginDraft } from '../delineate/begin-draft.ts';
import { changeDraft, useDrafts } from '../delineate/drafts.ts';
import { placeInside, shapeOf } from '../delineate/shape.ts';
import type { Candidate } from './suggestions-store.ts';

/** What a suggestion rests on, as `canopy suggest` names it: the number of years and of scenes, and whether they are made up. */
const RESTS_ON = ['label', 'synthetic', 'years', 'scenes'] as const;

/**
 * The suggestion becomes the outline of a new draft in the region that it lies in. Which suggestion it was and what it
 * rests on go along into the register: its id alone is that of another area once the suggestions are made anew.
 */
export function takeSuggestion({ id, geometry, intervention, properties, days }: Candidate, reason: string): void {
  const draftId = beginDraft({ kind: 'suggested', geometry, place: placeInside(shapeOf(geometry)) });
  const draft = useDrafts.getState().drafts.get(draftId);
  if (!draft) return;
  const more: Record<string, JsonValue> = { suggestion: id };
  for (const name of RESTS_ON) {
    const value = properties[name];
    if (['string', 'number', 'boolean'].includes(typeof value)) more[`suggestion_${name}`] = value as JsonValue;
  }
  if (days !== null) more.suggestion_days = days;
  changeDraft(draftId, { attributes: { ...draft.attributes, intervention, more }, reason });
}
