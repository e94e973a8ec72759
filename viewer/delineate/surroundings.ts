import type { GeoJsonGeometry } from '../../shared/api.ts';
import { readRings } from '../../shared/geometry/rings.ts';
import { useRegister } from '../register/register-store.ts';
import { type Draft, useDrafts } from './drafts.ts';
import { boxOf, type Shape, shapeOf } from './shape.ts';

/**
 * What lies round the open draft: registered parcels and the other drafts. Measured parcels that are not registered are
 * none: the map has them as simplified tiles, and an overlap with those would be no true hectares.
 */
export interface Neighbour {
  readonly kind: 'registered' | 'draft';
  /** Of the parcel or of the draft. */
  readonly id: string;
  readonly name: string;
  readonly geometry: GeoJsonGeometry;
  readonly shape: Shape;
  readonly box: Box;
}

export type Box = readonly [west: number, south: number, east: number, north: number];

interface Prepared {
  readonly shape: Shape;
  readonly box: Box | null;
  readonly rings: readonly Float64Array[] | null;
}

/** A geometry never changes; what is made of it is kept as long as it lives. */
const prepared = new WeakMap<GeoJsonGeometry, Prepared>();

export function prepare(geometry: GeoJsonGeometry): Prepared {
  let found = prepared.get(geometry);
  if (!found) {
    const shape = shapeOf(geometry);
    found = { shape, box: boxOf(shape), rings: readRings(geometry).value ?? null };
    prepared.set(geometry, found);
  }
  return found;
}

/** How a draft is called: by its own name, by the parcel it edits, else by its place among the drafts. */
export function draftName(draft: Draft, drafts: ReadonlyMap<string, Draft> = useDrafts.getState().drafts): string {
  const place = [...drafts.keys()].indexOf(draft.draftId) + 1;
  return draft.attributes.name ?? draft.edits?.id ?? `#${place}`;
}

/** Neighbours whose box meets a box. What the open draft edits or came from is not its neighbour. */
export function neighboursIn(box: Box): Neighbour[] {
  const { drafts, openId } = useDrafts.getState();
  const open = openId === null ? undefined : drafts.get(openId);
  const edited = new Set([...drafts.values()].map(({ edits }) => edits?.id));
  const found: Neighbour[] = [];
  for (const { id, geometry, bboxDeg } of useRegister.getState().parcels.values()) {
    // A parcel that is being edited in a draft is that draft.
    if (edited.has(id) || open?.provenance.from.some((one) => one.id === id) || !meets(bboxDeg, box)) continue;
    found.push({ kind: 'registered', id, name: id, geometry, shape: prepare(geometry).shape, box: bboxDeg });
  }
  for (const draft of drafts.values()) {
    if (draft === open || draft.geometry === null) continue;
    const { shape, box: own } = prepare(draft.geometry);
    if (own === null || !meets(own, box)) continue;
    found.push({ kind: 'draft', id: draft.draftId, name: draftName(draft), geometry: draft.geometry, shape, box: own });
  }
  return found;
}

function meets(one: Box, other: Box): boolean {
  return one[0] <= other[2] && other[0] <= one[2] && one[1] <= other[3] && other[1] <= one[3];
}
