import { create } from 'zustand';
import { type BoardState, useBoard } from './board.ts';
import { changeDraft, type Draft, dropDraft, openDraft, putDraft, useDrafts } from './drafts.ts';
import { useWalking } from './walk-store.ts';

/** As many steps can be taken back. */
export const HISTORY_DEPTH = 200;

type Board = Pick<BoardState, 'tool' | 'draftId' | 'sketch'>;

interface Moment {
  readonly drafts: ReadonlyMap<string, Draft>;
  readonly openId: string | null;
  readonly board: Board;
}

/** One thing that was done: what it touched, before and after. */
interface Step {
  readonly drafts: readonly { readonly id: string; readonly before: Draft | null; readonly after: Draft | null }[];
  readonly before: Omit<Moment, 'drafts'>;
  readonly after: Omit<Moment, 'drafts'>;
}

interface History {
  readonly past: readonly Step[];
  readonly future: readonly Step[];
}

export const useHistory = create<History>()(() => ({ past: [], future: [] }));

let begun: Moment | null = null;

/** Does something as one step that can be taken back: all that it changes in drafts, in what is being drawn and in the tool. */
export function record(act: () => void): void {
  // A step within a step belongs to it.
  if (begun) {
    act();
    return;
  }
  begun = moment();
  try {
    act();
  } finally {
    const before = begun;
    begun = null;
    keep(before, moment());
  }
}

/** Begins a step that ends with `endStep`, such as a drag with all of its moves. */
export function beginStep(): void {
  begun ??= moment();
}

export function endStep(): void {
  if (!begun) return;
  const before = begun;
  begun = null;
  keep(before, moment());
}

/** Goes back to where the step began, as if it had not been. */
export function dropStep(): void {
  if (!begun) return;
  const [before, after] = [begun, moment()];
  begun = null;
  const step = stepOf(before, after);
  if (step) apply(step, 'before');
}

export function undo(): void {
  travel('past', 'future', 'before');
}

export function redo(): void {
  travel('future', 'past', 'after');
}

function moment(): Moment {
  const { drafts, openId } = useDrafts.getState();
  const { tool, draftId, sketch } = useBoard.getState();
  return { drafts, openId, board: { tool, draftId, sketch } };
}

function keep(before: Moment, after: Moment): void {
  const step = stepOf(before, after);
  if (step) useHistory.setState(({ past }) => ({ past: [...past, step].slice(-HISTORY_DEPTH), future: [] }));
}

/** Null where nothing was drawn: a tool that is only taken up is no step. */
function stepOf(before: Moment, after: Moment): Step | null {
  const ids = new Set([...before.drafts.keys(), ...after.drafts.keys()]);
  const all = [...ids].map((id) => ({
    id,
    before: before.drafts.get(id) ?? null,
    after: after.drafts.get(id) ?? null,
  }));
  const isDrawn = ({ before: was, after: is }: Step['drafts'][number]) =>
    (was?.geometry ?? null) !== (is?.geometry ?? null);
  if (!all.some(isDrawn) && before.board.sketch === after.board.sketch) return null;
  // A sketch of two points comes back only with the draft that it was drawn in, empty as that was.
  const isLeft = ({ id, before: was, after: is }: Step['drafts'][number]) =>
    id === before.board.draftId && was !== null && is === null;
  return { drafts: all.filter((one) => isDrawn(one) || isLeft(one)), before, after };
}

/** Takes the last step that still can be taken; those of drafts that have been handed in meanwhile are forgotten. */
function travel(from: keyof History, to: keyof History, side: 'before' | 'after'): void {
  endStep();
  const steps = useHistory.getState()[from];
  const at = steps.findLastIndex((step) => isPossible(step, side));
  const step = steps[at];
  if (!step) {
    useHistory.setState({ [from]: [] });
    return;
  }
  apply(step, side);
  useHistory.setState((all) => ({ ...all, [from]: steps.slice(0, at), [to]: [...all[to], step] }));
}

function isPossible(step: Step, side: 'before' | 'after'): boolean {
  const { drafts } = useDrafts.getState();
  const { draftId } = step[side].board;
  const drawn = draftId === null ? undefined : drafts.get(draftId);
  const isBack = step.drafts.some((one) => one.id === draftId && one[side] !== null);
  // Nothing is drawn into what was handed in, or without a draft.
  if (draftId !== null && (drawn ? drawn.state === 'waiting' : !isBack)) return false;
  return step.drafts.every((one) => {
    const now = drafts.get(one.id);
    if (now && now.state === 'waiting') return false;
    // What both sides know must be there: else the register has taken it.
    return now !== undefined || one.before === null || one.after === null || one[side] === null;
  });
}

function apply(step: Step, side: 'before' | 'after'): void {
  // Nothing is in hand while drafts come and go.
  useBoard.setState({ tool: 'none', draftId: null, sketch: [], corner: null, isCarrying: false, refusal: null });
  for (const one of step.drafts) {
    const wanted = one[side];
    if (wanted === null) dropDraft(one.id);
    else if (!useDrafts.getState().drafts.has(one.id)) putDraft(wanted);
    else {
      // Only what was drawn: a name that was written since stays.
      const { geometry, provenance } = wanted;
      changeDraft(one.id, { geometry, provenance, check: null, changedMs: Date.now() });
    }
  }
  const { openId, board } = step[side];
  openDraft(openId !== null && useDrafts.getState().drafts.has(openId) ? openId : null);
  useBoard.setState(boardOf(board));
}

/** What is in hand again, as far as the draft that is open now can be changed. */
function boardOf(board: Board): Partial<Board> {
  const { drafts, openId } = useDrafts.getState();
  const open = openId === null ? undefined : drafts.get(openId);
  if (!open || open.state === 'waiting') return {};
  // Of a walk that has ended the outline is left, which another walk must not begin to overwrite.
  const isPast = board.tool === 'walk' && useWalking.getState().draftId !== openId && open.geometry !== null;
  return isPast ? { tool: 'edit' } : board;
}
