import { create } from 'zustand';
import type { MessageKey, Values } from '../i18n/translate.ts';
import type { CornerRef, Position } from './shape.ts';
import type { Snap } from './snap.ts';

export const DRAW_TOOLS = ['polygon', 'rectangle', 'circle', 'freehand', 'walk'] as const;
export const EDIT_TOOLS = ['edit', 'move', 'split', 'merge', 'hole'] as const;
export type BoardTool = (typeof DRAW_TOOLS)[number] | (typeof EDIT_TOOLS)[number] | 'none';

/** Why something was not done, and what to do next: a sentence and what it is filled with. */
export interface Refusal {
  readonly key: MessageKey;
  readonly values: Values;
}

/** What only the drawing board's own parts share; drafts themselves are in `drafts.ts`. */
export interface BoardState {
  readonly tool: BoardTool;
  /** The draft that a drawing tool draws into, whichever is open; null for tools that change the open one. */
  readonly draftId: string | null;
  /** Points set so far of what is being drawn: an outline, a line to split by, a hole. */
  readonly sketch: readonly Position[];
  /** Where the next point would land, snapped; null while no pointer or crosshair says so. */
  readonly pointer: Position | null;
  readonly snap: Snap | null;
  /** The corner that is chosen while corners are edited. */
  readonly corner: CornerRef | null;
  /** Whether the chosen corner goes along with the middle of the map, until Enter puts it down. */
  readonly isCarrying: boolean;
  /** Whether points are set at the middle of the map: by keyboard, or by the button of a phone. */
  readonly hasCrosshair: boolean;
  readonly isSnapping: boolean;
  /** Id of the registered parcel that was chosen on the map or in the list. */
  readonly chosen: string | null;
  /** Why the last thing asked for was not done. */
  readonly refusal: Refusal | null;
}

export const IDLE = {
  tool: 'none',
  draftId: null,
  sketch: [],
  pointer: null,
  snap: null,
  corner: null,
  isCarrying: false,
  hasCrosshair: false,
  refusal: null,
} as const satisfies Partial<BoardState>;

export const useBoard = create<BoardState>()(() => ({ ...IDLE, isSnapping: true, chosen: null }));

export function chooseParcel(id: string | null): void {
  useBoard.setState({ chosen: id });
}

export function refusal(key: MessageKey, values: Values = {}): Refusal {
  return { key, values };
}

/** Shows why something was not done; null where it was. */
export function tell(why: Refusal | null): void {
  if (why) useBoard.setState({ refusal: why });
}
