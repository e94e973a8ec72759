import { create } from 'zustand';
import type { Pack } from './database.ts';

/** A pack that is on its way. */
interface PackProgress {
  readonly packId: string;
  readonly doneBytes: number;
  readonly bytes: number;
  readonly doneFiles: number;
  readonly files: number;
}

interface OfflineState {
  /** Whether the browser keeps drafts: not known yet, yes, or no. */
  readonly keeping: 'unknown' | 'kept' | 'failed';
  /** Whether something was changed that is not yet kept. */
  readonly isSaving: boolean;
  /** Drafts that two tabs changed at the same time, by the id of the copy: both are kept. */
  readonly forked: readonly string[];
  readonly packs: readonly Pack[];
  readonly progress: PackProgress | null;
  /** Why the last pack could not be fetched, in words of the server or of the browser. */
  readonly packFailure: string | null;
  /** Room that everything of this page takes in the browser, and may take; null where it does not say. */
  readonly room: { readonly usedBytes: number; readonly quotaBytes: number } | null;
  /** Whether the page starts without the server: its files are kept. */
  readonly startsOffline: boolean;
}

export const useOffline = create<OfflineState>()(() => ({
  keeping: 'unknown',
  isSaving: false,
  forked: [],
  packs: [],
  progress: null,
  packFailure: null,
  room: null,
  startsOffline: false,
}));
