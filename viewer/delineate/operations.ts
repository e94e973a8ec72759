import type { GeoJsonGeometry } from '../../shared/api.ts';
import { measureAreaHa } from '../../shared/geometry/area.ts';
import { subtractAreas, uniteAreas } from '../../shared/geometry/overlay.ts';
import type { ParcelVersion, Provenance } from '../../shared/register.ts';
import { useRegister } from '../register/register-store.ts';
import { newDraft } from './begin-draft.ts';
import { IDLE, type Refusal, refusal, useBoard } from './board.ts';
import { openDraftNow } from './board-now.ts';
import { changeDraft, type Draft, dropDraft, putDraft, useDrafts } from './drafts.ts';
import { record } from './history.ts';
import { geometryOf, type Ring } from './shape.ts';
import { type Neighbour, prepare } from './surroundings.ts';

/** Splitting, cutting and joining: what changes a draft as a whole. Each is one step that can be taken back, or says why it was not done. */

/** Half a megabyte that only splitting needs. */
const loadSplit = () => import('./split-line.ts');

/** Less than this is rounding, not ground, hectares: 0.1 m². */
const NOTHING_HA = 1e-5;

function haOf(geometry: GeoJsonGeometry): number {
  const { rings } = prepare(geometry);
  return rings ? measureAreaHa(rings) : Number.NaN;
}

/** The open draft, where there is something to change about it. */
function target(): { readonly draft: Draft; readonly geometry: GeoJsonGeometry } | null {
  const draft = openDraftNow();
  return draft?.geometry && draft.state !== 'waiting' ? { draft, geometry: draft.geometry } : null;
}

/** Parcels that a draft goes back to: what it edits, else where it came from. */
function originsOf(draft: Draft): Provenance['from'] {
  return draft.edits ? [draft.edits] : draft.provenance.from;
}

/**
 * Splits the open draft along a line. The largest piece stays the draft (and with it the parcel that it edits), every
 * other is a draft of a new parcel with the same attributes but no stated area.
 */
export async function splitDraft(line: Ring): Promise<Refusal | null> {
  const open = target();
  if (!open) return null;
  const { draft, geometry } = open;
  const pieces = await loadSplit().then(
    ({ splitByLine }) => splitByLine(geometry, line),
    () => null,
  );
  // Meanwhile the draft may have been changed or closed.
  if (openDraftNow()?.geometry !== geometry) return null;
  if (pieces === null) return refusal('draw.refuse.not-loaded');
  if (pieces.length < 2) return refusal('draw.refuse.split');
  const [largest, ...others] = pieces.toSorted((one, other) => haOf(other) - haOf(one));
  const from = originsOf(draft);
  record(() => {
    // The file that the outline came from and what was mended in it hold for every piece.
    const provenance: Provenance = { ...draft.provenance, kind: 'split', from };
    changeDraft(draft.draftId, { geometry: largest!, provenance, check: null, changedMs: Date.now() });
    for (const piece of others) {
      const attributes = { ...draft.attributes, statedHa: null };
      putDraft({ ...newDraft({ kind: 'split', geometry: piece, attributes, regionId: draft.regionId }), provenance });
    }
    useBoard.setState({ ...IDLE, tool: 'edit' });
  });
  return null;
}

/** Cuts a hole, or a bay where the outline that was drawn reaches beyond the draft. */
export function cutHole(outline: Ring): Refusal | null {
  const open = target();
  const hole = geometryOf([[outline]]);
  if (!open || !hole) return null;
  const { draft, geometry } = open;
  const [whole, cut] = [prepare(geometry).rings, prepare(hole).rings];
  if (!whole || !cut) return refusal('draw.refuse.hole-crosses');
  const left = subtractAreas(whole, cut);
  if (left === null) return refusal('draw.refuse.hole-all');
  if (haOf(geometry) - haOf(left) < NOTHING_HA) return refusal('draw.refuse.hole-outside');
  record(() => {
    changeDraft(draft.draftId, { geometry: left, check: null, changedMs: Date.now() });
    useBoard.setState({ ...IDLE, tool: 'edit' });
  });
  return null;
}

/**
 * Joins the open draft and a neighbour in a draft that names both. Another draft goes up in it; a registered neighbour
 * stays in the register until the joined parcel is handed in.
 */
export function mergeWith(neighbour: Neighbour): Refusal | null {
  const open = target();
  if (!open) return null;
  const { draft, geometry } = open;
  const other = neighbour.kind === 'draft' ? useDrafts.getState().drafts.get(neighbour.id) : undefined;
  if (other?.state === 'waiting') return refusal('draw.refuse.merge-waiting', { name: neighbour.name });
  const [own, others] = [prepare(geometry), prepare(neighbour.geometry)];
  const joined = own.rings && others.rings ? uniteAreas([own.rings, others.rings]) : null;
  if (joined === null) return refusal('draw.refuse.geometry');
  // Two that do not touch would stay as many parts as they were.
  if (prepare(joined).shape.length >= own.shape.length + others.shape.length)
    return refusal('draw.refuse.merge', { name: neighbour.name });
  const registered = useRegister.getState().parcels.get(neighbour.id);
  const from = uniqueOrigins([...originsOf(draft), ...(other ? originsOf(other) : originOf(registered))]);
  record(() => {
    const provenance = mergedProvenance(draft, other, from);
    changeDraft(draft.draftId, { geometry: joined, provenance, check: null, changedMs: Date.now() });
    if (other) dropDraft(other.draftId);
    useBoard.setState({ ...IDLE, tool: 'edit' });
  });
  return null;
}

/** The file of the open draft, else of the other one; the mends of both. */
function mergedProvenance({ provenance: own }: Draft, other: Draft | undefined, from: Provenance['from']): Provenance {
  const { file = null, mends = [] } = other?.provenance ?? {};
  // Two pieces of one outline have the same mends.
  const known = new Set(own.mends.map((mend) => JSON.stringify(mend)));
  const fresh = mends.filter((mend) => !known.has(JSON.stringify(mend)));
  return { kind: 'merged', file: own.file ?? file, from, mends: [...own.mends, ...fresh] };
}

function originOf(parcel: ParcelVersion | undefined): Provenance['from'] {
  return parcel ? [{ id: parcel.id, version: parcel.version }] : [];
}

function uniqueOrigins(all: Provenance['from']): Provenance['from'] {
  return all.filter(({ id }, at) => all.findIndex((one) => one.id === id) === at);
}
