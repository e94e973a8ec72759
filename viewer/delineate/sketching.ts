import { newDraft, provenanceOf } from './begin-draft.ts';
import { type BoardTool, IDLE, refusal, tell, useBoard } from './board.ts';
import { isDrawTool, middle, openDraftNow, project } from './board-now.ts';
import { changeDraft, type Draft, dropDraft, openDraft, putDraft } from './drafts.ts';
import { record } from './history.ts';
import { cutHole, splitDraft } from './operations.ts';
import { geometryOf, type Position, type Ring, turned } from './shape.ts';
import { circle, distanceM, rectangle } from './shapes-drawn.ts';

/** What is being drawn point by point, from the first point to the finished draft. */

/** Clicks of one place: a second click of a double-click, or a hand that trembles. */
const SAME_PLACE_PX = 3;

/** Takes a tool up, or lays it down when it is in hand. A drawing tool begins a new draft unless an empty one is open. */
export function chooseTool(tool: BoardTool): void {
  const { tool: before, hasCrosshair } = useBoard.getState();
  cancelSketch();
  if (tool === before || tool === 'none') return;
  if (!isDrawTool(tool)) {
    const draft = openDraftNow();
    if (!draft?.geometry || draft.state === 'waiting') return;
  } else {
    const open = openDraftNow();
    if (!open || open.geometry !== null || open.edits !== null) {
      const draft = newDraft({ kind: tool === 'walk' ? 'walked' : 'drawn', place: middle() });
      putDraft(draft);
      openDraft(draft.draftId);
    } else changeDraft(open.draftId, { provenance: provenanceOf(tool === 'walk' ? 'walked' : 'drawn') });
  }
  useBoard.setState({ ...IDLE, tool, hasCrosshair, chosen: null });
}

/** Drops what is being drawn; a draft that holds nothing else goes with it. Undo brings it back. */
export function cancelSketch(): void {
  const { tool, sketch } = useBoard.getState();
  if (tool === 'none') return;
  record(() => {
    const draft = openDraftNow();
    const isUnfinished = isDrawTool(tool) && draft !== null && (sketch.length > 0 || draft.geometry === null);
    useBoard.setState({ ...IDLE });
    if (!isUnfinished) return;
    const hasWords = draft.attributes.name !== null || draft.reason !== '';
    if (hasWords) changeDraft(draft.draftId, { geometry: null, check: null });
    else dropDraft(draft.draftId);
  });
}

/** Sets a point; the one that completes a rectangle, a circle or an outline finishes it. */
export function addPoint(place: Position, { isTyped = false } = {}): void {
  const { tool, sketch } = useBoard.getState();
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
    const draft = openDraftNow();
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
  const draft = openDraftNow();
  if (!draft) return;
  record(() => {
    putGeometry(draft, turned(ring));
    useBoard.setState({ ...IDLE, tool: 'edit' });
  });
}
