import { changeDraft, type Draft, dropDraft, putDraft } from '../delineate/drafts.ts';
import { switchTo } from '../delineate/switch-draft.ts';
import { handIn } from '../offline/outbox.ts';
import { takeVersions } from './register-store.ts';

/** The draft goes; the other version stays as it is. */
export function keepTheirs({ draftId, conflict }: Draft): void {
  if (conflict) takeVersions([conflict.current]);
  dropDraft(draftId);
}

/** The draft now stands on the other version, with its own outline and words; nothing is handed in. */
export function editOn({ draftId, edits, conflict }: Draft): void {
  if (!edits || !conflict) return;
  const { current } = conflict;
  takeVersions([current]);
  changeDraft(draftId, {
    edits: { id: edits.id, version: current.version },
    state: 'open',
    conflict: null,
    check: null,
    changedMs: Date.now(),
  });
}

/** The draft becomes the next version, on top of the other one, which stays in the history. */
export function putMineOnTop(draft: Draft): void {
  editOn(draft);
  handIn(draft.draftId);
}

/** The draft becomes one of a new parcel that names where it came from; it is looked at before it is handed in. */
export function takeAsNewParcel(draft: Draft): void {
  const { edits, conflict, provenance } = draft;
  if (!edits || !conflict) return;
  takeVersions([conflict.current]);
  const copy: Draft = {
    ...draft,
    draftId: crypto.randomUUID(),
    edits: null,
    provenance: { ...provenance, from: [edits] },
    state: 'open',
    conflict: null,
    refusal: null,
    check: null,
    changedMs: Date.now(),
  };
  putDraft(copy);
  switchTo(copy.draftId);
  dropDraft(draft.draftId);
}
