import type { GeoJsonGeometry } from '../../shared/api.ts';
import type { ParcelAttributes } from '../../shared/parcel-check.ts';
import type { ParcelVersion, Provenance } from '../../shared/register.ts';
import { type BoardTool, IDLE, useBoard } from './board.ts';
import { type Draft, putDraft, useDrafts } from './drafts.ts';
import { regionAt } from './regions.ts';
import type { Position } from './shape.ts';
import { switchTo } from './switch-draft.ts';

const NOTHING_SAID: ParcelAttributes = {
  name: null,
  intervention: null,
  startDate: null,
  tenure: null,
  consent: null,
  statedHa: null,
  more: {},
};

/** Where a drawing comes from that was not there before. */
export function provenanceOf(kind: Provenance['kind'], from: Provenance['from'] = []): Provenance {
  return { kind, file: null, from, mends: [] };
}

interface Beginning {
  readonly kind: Provenance['kind'];
  readonly geometry?: GeoJsonGeometry | null;
  readonly attributes?: ParcelAttributes;
  /** Parcels that it was split from or merged of. */
  readonly from?: Provenance['from'];
  readonly regionId?: string;
  /** Where it will lie, for its region. */
  readonly place?: Position | null;
}

/** A draft of a new parcel; it is not yet among the drafts. */
export function newDraft({ kind, geometry, attributes, from, regionId, place }: Beginning): Draft {
  return {
    draftId: crypto.randomUUID(),
    edits: null,
    regionId: regionId ?? regionAt(place ?? null),
    geometry: geometry ?? null,
    attributes: attributes ?? NOTHING_SAID,
    provenance: provenanceOf(kind, from),
    reason: '',
    author: null,
    changedMs: Date.now(),
    state: 'open',
    conflict: null,
    refusal: null,
    check: null,
  };
}

/** A draft that edits a registered parcel. */
function editOf({ id, version, regionId, geometry, attributes }: ParcelVersion): Draft {
  const draft = newDraft({ kind: 'drawn', geometry, attributes, regionId });
  return { ...draft, edits: { id, version } };
}

/** Opens the draft that edits a registered parcel, with its corners ready to be moved; there is one such draft at most. */
export function editParcel(parcel: ParcelVersion): string {
  const known = [...useDrafts.getState().drafts.values()].find(({ edits }) => edits?.id === parcel.id);
  const draft = known ?? editOf(parcel);
  if (!known) putDraft(draft);
  openWith(draft, draft.state === 'waiting' ? 'none' : 'edit');
  return draft.draftId;
}

/** Takes a geometry from elsewhere, such as a suggestion, as the draft of a new parcel and opens it. */
export function beginDraft(beginning: Beginning): string {
  const draft = newDraft(beginning);
  putDraft(draft);
  openWith(draft, draft.geometry ? 'edit' : 'none');
  return draft.draftId;
}

/** What was told about what had been drawn before stays on the board. */
function openWith({ draftId }: Draft, tool: BoardTool): void {
  switchTo(draftId);
  const { refusal } = useBoard.getState();
  useBoard.setState({ ...IDLE, refusal, tool, chosen: null });
}
