import { create } from 'zustand';
import type { GeoJsonGeometry } from '../../shared/api.ts';
import type { ParcelAttributes } from '../../shared/parcel-check.ts';
import type { CheckAnswer, Provenance, RegisterConflict } from '../../shared/register.ts';

/** A parcel that is being drawn or edited. It stays in the browser until the register has taken it. */
export interface Draft {
  /** Made by the browser, once; the register takes the same draft only once. */
  readonly draftId: string;
  /** The registered parcel that is edited and the version the edit began on; null for a new parcel. */
  readonly edits: { readonly id: string; readonly version: number } | null;
  readonly regionId: string;
  /** Null until something is drawn. */
  readonly geometry: GeoJsonGeometry | null;
  readonly attributes: ParcelAttributes;
  readonly provenance: Provenance;
  readonly reason: string;
  /** Who handed it in, as they called themselves then; null before. */
  readonly author: string | null;
  readonly changedMs: number;
  /** `open`: being worked on · `waiting`: handed in, the register has not answered · `conflict`: somebody was faster · `refused`. */
  readonly state: 'open' | 'waiting' | 'conflict' | 'refused';
  readonly conflict: RegisterConflict | null;
  /** The register's own sentence. */
  readonly refusal: string | null;
  /** What the last check of this very geometry said; null after a change. */
  readonly check: CheckAnswer | null;
}

/** A draft as it was kept: of those from before names were kept with them nobody knows who handed them in. */
export type KeptDraft = Omit<Draft, 'author'> & Partial<Pick<Draft, 'author'>>;

export function readKeptDraft(kept: KeptDraft): Draft {
  return { ...kept, author: kept.author ?? null };
}

interface DraftState {
  /** By draft id, in the order in which they were begun. */
  readonly drafts: ReadonlyMap<string, Draft>;
  /** The draft on the drawing board. */
  readonly openId: string | null;
}

export const useDrafts = create<DraftState>()(() => ({ drafts: new Map(), openId: null }));

/** Adds a draft or replaces the one of its id. */
export function putDraft(draft: Draft): void {
  useDrafts.setState(({ drafts }) => ({ drafts: new Map(drafts).set(draft.draftId, draft) }));
}

/** Changes an existing draft; nothing when there is none of that id. */
export function changeDraft(draftId: string, change: Partial<Omit<Draft, 'draftId'>>): void {
  const draft = useDrafts.getState().drafts.get(draftId);
  if (draft) putDraft({ ...draft, ...change });
}

export function dropDraft(draftId: string): void {
  useDrafts.setState(({ drafts, openId }) => {
    const rest = new Map(drafts);
    rest.delete(draftId);
    return { drafts: rest, openId: openId === draftId ? null : openId };
  });
}

export function openDraft(draftId: string | null): void {
  useDrafts.setState({ openId: draftId });
}
