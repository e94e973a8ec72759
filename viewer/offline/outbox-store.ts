import { create } from 'zustand';

interface OutboxState {
  /** The last draft that the register took, and what it became. */
  readonly taken: { readonly draftId: string; readonly id: string; readonly version: number } | null;
  /** Why the server, which is there, takes nothing just now. */
  readonly trouble: string | null;
}

export const useOutbox = create<OutboxState>()(() => ({ taken: null, trouble: null }));
