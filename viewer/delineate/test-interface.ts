import type { GeoJsonGeometry } from '../../shared/api.ts';
import type { Provenance } from '../../shared/register.ts';
import { useDrafts } from './drafts.ts';

/** What browser tests read drafts with: no part of the product, and data only. */
interface DraftSeen {
  readonly draftId: string;
  readonly geometry: GeoJsonGeometry | null;
  readonly provenance: Provenance;
  readonly isOpen: boolean;
}

declare global {
  interface Window {
    __canopyDrafts?: () => DraftSeen[];
  }
}

/** Puts the test interface on the window; returns what takes it away. */
export function exposeDrafts(): () => void {
  window.__canopyDrafts = () => {
    const { drafts, openId } = useDrafts.getState();
    return [...drafts.values()].map(({ draftId, geometry, provenance }) => {
      return { draftId, geometry, provenance, isOpen: draftId === openId };
    });
  };
  return () => {
    delete window.__canopyDrafts;
  };
}
