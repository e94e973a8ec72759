import { newDraft } from './begin-draft.ts';
import { IDLE, refusal, tell, useBoard } from './board.ts';
import { type Draft, openDraft, putDraft, useDrafts } from './drafts.ts';
import { endStep } from './history.ts';
import { geometryOf } from './shape.ts';
import { endDrawingIn } from './sketching.ts';
import { draftName } from './surroundings.ts';
import { followDraft } from './switch-draft.ts';
import { ringOfWalk } from './walk.ts';
import { useWalking } from './walk-store.ts';

/**
 * Minds that what is being drawn has a draft to go into, whoever changes the drafts: to be called whenever they change.
 * Where its draft is gone, such as discarded in another tab, it goes on in a new one; where that was handed in, it ends.
 * The person is told of either.
 */
export function mindDrawing(): void {
  const { drafts } = useDrafts.getState();
  for (const draftId of new Set([useBoard.getState().draftId, useWalking.getState().draftId])) {
    if (draftId === null) continue;
    const draft = drafts.get(draftId);
    if (!draft) goOnAnew(draftId);
    else if (draft.state === 'waiting') endHandedIn(draft);
  }
  layDownWithoutDraft();
}

function goOnAnew(gone: string): void {
  const { tool, sketch, draftId } = useBoard.getState();
  const walking = useWalking.getState();
  const isWalk = walking.draftId === gone || tool === 'walk';
  const points = walking.draftId === gone ? ringOfWalk(walking.walk) : sketch;
  const geometry = isWalk || tool === 'polygon' ? geometryOf([[points]]) : null;
  const draft = newDraft({ kind: isWalk ? 'walked' : 'drawn', geometry, place: points[0] ?? null });
  followDraft(gone, draft.draftId);
  putDraft(draft);
  if (draftId === gone) openDraft(draft.draftId);
  tell(refusal('draw.ended.gone'));
}

function endHandedIn(draft: Draft): void {
  endStep();
  endDrawingIn(draft.draftId);
  tell(refusal('draw.ended.handed-in', { name: draftName(draft) }));
}

/** A tool that changes the open draft has nothing to change once that is gone. */
function layDownWithoutDraft(): void {
  const { tool, draftId, sketch } = useBoard.getState();
  if (tool === 'none' || draftId !== null || useDrafts.getState().openId !== null) return;
  useBoard.setState(IDLE);
  if (sketch.length > 0) tell(refusal('draw.ended.lost'));
}
