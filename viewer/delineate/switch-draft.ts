import { IDLE, type Refusal, refusal, tell, useBoard } from './board.ts';
import { openDraft, useDrafts } from './drafts.ts';
import { beginStep, endStep, record } from './history.ts';
import { draftName } from './surroundings.ts';
import { ringOfWalk } from './walk.ts';
import { useWalking } from './walk-store.ts';

/** From one draft to another: what is being drawn belongs to the draft that it began in and never comes along. */

/**
 * Opens a draft, or none. What is being drawn ends and stays in its own draft, and the person is told; Undo leads back to
 * it. A walk goes on being recorded into its own draft, and is in hand again once that one is opened.
 */
export function switchTo(draftId: string | null): void {
  const { drafts, openId } = useDrafts.getState();
  if (draftId !== openId) {
    const words = partingWords();
    const next = draftId === null ? undefined : drafts.get(draftId);
    const staysEditing = useBoard.getState().tool === 'edit' && next?.geometry != null && next.state !== 'waiting';
    // A walk so far, or a corner that is carried, is a step of its own.
    endStep();
    record(() => {
      useBoard.setState({ ...IDLE, tool: staysEditing ? 'edit' : 'none' });
      openDraft(draftId);
    });
    tell(words);
  }
  if (draftId !== null) takeWalkUp(draftId);
}

/** What becomes of what is being drawn; null where that goes without saying. */
function partingWords(): Refusal | null {
  const { tool, sketch, draftId } = useBoard.getState();
  // Of a walk the board says itself that it goes on.
  if (sketch.length === 0 || tool === 'walk') return null;
  const draft = draftId === null ? undefined : useDrafts.getState().drafts.get(draftId);
  return tool === 'polygon' && draft?.geometry
    ? refusal('draw.ended.kept', { name: draftName(draft) })
    : refusal('draw.ended.put-away');
}

function takeWalkUp(openId: string): void {
  const { draftId, walk } = useWalking.getState();
  if (draftId !== openId) return;
  useBoard.setState({ tool: 'walk', draftId, sketch: ringOfWalk(walk) });
  beginStep();
}

/** The work on a draft goes on under another id: what is being drawn goes along. */
export function followDraft(from: string, to: string): void {
  if (useBoard.getState().draftId === from) useBoard.setState({ draftId: to });
  if (useWalking.getState().draftId === from) useWalking.setState({ draftId: to });
}
