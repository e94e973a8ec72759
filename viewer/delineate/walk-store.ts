import { create } from 'zustand';
import type { MessageKey } from '../i18n/translate.ts';
import { type Fix, NO_WALK, WALK_RULES, type Walk, type WalkRules } from './walk.ts';

interface Walking {
  readonly state: 'ready' | 'asking' | 'walking' | 'paused';
  /** The draft that the walk is recorded into, whichever is open; null before it begins. */
  readonly draftId: string | null;
  readonly walk: Walk;
  readonly rules: WalkRules;
  /** The last position that came, taken or not. */
  readonly last: Fix | null;
  /** Why no position comes. */
  readonly trouble: MessageKey | null;
}

/** No walk is under way. */
export const READY: Walking = {
  state: 'ready',
  draftId: null,
  walk: NO_WALK,
  rules: WALK_RULES,
  last: null,
  trouble: null,
};

/** Walking round a parcel with the phone in hand. */
export const useWalking = create<Walking>()(() => READY);
