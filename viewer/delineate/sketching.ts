import { newDraft, provenanceOf } from './begin-draft.ts';
import { type BoardTool, IDLE, refusal, tell, useBoard } from './board.ts';
import { drawnDraftNow, isDrawTool, middle, openDraftNow, project } from './board-now.ts';
import { changeDraft, type Draft, dropDraft, openDraft, putDraft, useDrafts } from './drafts.ts';
import { endStep, record } from './history.ts';
import { cutHole, splitDraft } from './operations.ts';
import { geometryOf, type Position, type Ring, turned } from './shape.ts';
import { circle, distanceM, rectangle } from './shapes-drawn.ts';
import { setsPoints } from './snapping.ts';
import { switchTo } from './switch-draft.ts';
import { ringOfWalk } from './walk.ts';
import { READY, useWalking } from './walk-store.ts';

/** What is being drawn point by point, from the first point to the finished draft. */

/** Clicks of one place: a second click of a double-click, or a hand that trembles. */
const SAME_PLACE_PX = 3;

/** Takes a tool up, or lays it down when it is in hand. A drawing tool begins a new draft unless an empty one is open. */
export function chooseTool(tool: BoardTool): void {
  const { tool: before, hasCrosshair } = useBoard.getState();
  if (tool !== 'none' && leaveWalk(tool)) return;
  cancelSketch();
  if (tool === before || tool === 'none') return;
  if (!isDrawTool(tool)) {
    const draft = openDraftNow();
    if (!draft?.geometry || draft.state === 'waiting') return;
  }
  const draftId = isDrawTool(tool) ? draftToDraw(tool) : null;
  useBoard.setState({ ...IDLE, tool, draftId, hasCrosshair, chosen: null });
}

/**
 * A walk is not drawn again at a desk: no other tool throws it away. It goes on in its draft while another parcel is
 * drawn, and is finished where its own outline is to be changed. True where nothing else is to be done.
 */
function leaveWalk(tool: BoardTool): boolean {
  const { draftId, walk } = useWalking.getState();
  if (draftId === null) return false;
  if (useBoard.getState().tool !== 'walk') {
    // There is one walk at a time: its tool leads back to it.
    if (tool === 'walk') switchTo(draftId);
    return tool === 'walk';
  }
  if (walk.fixes.length === 0) return false;
  if (isDrawTool(tool) && tool !== 'walk') switchTo(null);
  else finishWalk();
  return tool === 'walk';
}

/** The open draft where it is an empty one, else a new one that is opened. */
function draftToDraw(tool: BoardTool): string {
  const kind = tool === 'walk' ? 'walked' : 'drawn';
  const open = openDraftNow();
  if (open && open.geometry === null && open.edits === null && open.state !== 'waiting') {
    changeDraft(open.draftId, { provenance: provenanceOf(kind) });
    return open.draftId;
  }
  const draft = newDraft({ kind, place: middle() });
  putDraft(draft);
  openDraft(draft.draftId);
  return draft.draftId;
}

/** Drops what is being drawn; a draft that holds nothing else goes with it. Undo brings it back. */
export function cancelSketch(): void {
  const { tool, sketch } = useBoard.getState();
  if (tool === 'none') return;
  // What was walked until now is a step of its own, so that it can be brought back.
  endStep();
  record(() => {
    const draft = drawnDraftNow();
    const isUnfinished = draft !== null && (sketch.length > 0 || draft.geometry === null);
    useBoard.setState({ ...IDLE });
    if (tool === 'walk') useWalking.setState(READY);
    if (!isUnfinished) return;
    const hasWords = draft.attributes.name !== null || draft.reason !== '';
    if (hasWords) changeDraft(draft.draftId, { geometry: null, check: null });
    else dropDraft(draft.draftId);
  });
}

/** Ends what is being drawn or done in a draft that goes, or that has been handed in. */
export function endDrawingIn(draftId: string): void {
  if (useWalking.getState().draftId === draftId) useWalking.setState(READY);
  if (useDrafts.getState().openId === draftId || useBoard.getState().draftId === draftId) useBoard.setState(IDLE);
}

/** Sets a point; the one that completes a rectangle, a circle or an outline finishes it. */
export function addPoint(place: Position, { isTyped = false } = {}): void {
  const { tool, sketch } = useBoard.getState();
  // The tool may have been laid down while the map came to rest.
  if (!setsPoints(tool)) return;
  const last = sketch.at(-1);
  const isNear = (other: Position | undefined) =>
    other !== undefined &&
    (isTyped ? other[0] === place[0] && other[1] === place[1] : apartPx(place, other) < SAME_PLACE_PX);
  if (isNear(last)) return;
  const isSecond = sketch.length === 1;
  if (sketch.length >= 3 && (tool === 'polygon' || tool === 'hole') && isNear(sketch[0])) finishSketch();
  else if (isSecond && tool === 'rectangle') finishWith(rectangle(sketch[0]!, place));
  else if (isSecond && tool === 'circle') finishWith(circle(sketch[0]!, distanceM(sketch[0]!, place)));
  else setSketch([...sketch, place]);
}

function apartPx(one: Position, other: Position): number {
  const [[ax, ay], [bx, by]] = [project(one), project(other)];
  return Math.hypot(ax - bx, ay - by);
}

export function removePoint(): void {
  const { sketch } = useBoard.getState();
  if (sketch.length > 0) setSketch(sketch.slice(0, -1));
}

/** What is drawn so far is in the draft at once, so that it outlasts a battery that runs out. */
function setSketch(sketch: Ring): void {
  record(() => {
    useBoard.setState({ sketch, refusal: null });
    const { tool } = useBoard.getState();
    const draft = drawnDraftNow();
    if (tool === 'polygon' && draft) putGeometry(draft, sketch);
  });
}

export function putGeometry(draft: Draft, ring: Ring): void {
  changeDraft(draft.draftId, { geometry: geometryOf([[ring]]), check: null, changedMs: Date.now() });
}

/** Ends an outline, a hole or a line to split by; says why where there is too little to end. */
export function finishSketch(): void {
  const { tool, sketch } = useBoard.getState();
  const wanted = tool === 'split' ? 2 : 3;
  if (tool !== 'polygon' && tool !== 'hole' && tool !== 'split') return;
  if (sketch.length < wanted) tell(refusal('draw.refuse.corners', { count: wanted - sketch.length }));
  else if (tool === 'polygon') finishWith(sketch);
  else if (tool === 'hole') tell(cutHole(sketch));
  else void splitDraft(sketch).then(tell);
}

/** An outline is finished: it is the draft's, and its corners can be moved at once. */
export function finishWith(ring: Ring): void {
  const draft = drawnDraftNow();
  if (!draft) return;
  record(() => {
    putGeometry(draft, turned(ring));
    useBoard.setState({ ...IDLE, tool: 'edit' });
  });
}

/** The walked outline becomes the draft's. */
export function finishWalk(): void {
  const ring = ringOfWalk(useWalking.getState().walk);
  endStep();
  if (ring.length >= 3) finishWith(ring);
  else cancelSketch();
  useWalking.setState(READY);
}
