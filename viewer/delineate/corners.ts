import { useBoard } from './board.ts';
import { openDraftNow, project } from './board-now.ts';
import { changeDraft } from './drafts.ts';
import { beginStep, dropStep, endStep, record } from './history.ts';
import {
  type CornerRef,
  contains,
  cornerAt,
  cornersOf,
  geometryOf,
  insertCorner,
  moveCorner,
  moveShape,
  type Position,
  removeCorner,
  type Shape,
} from './shape.ts';
import { snapPlace } from './snapping.ts';
import { prepare } from './surroundings.ts';

/** Corners of the open draft: found, moved, put in, taken away. */

/** Something on the map that follows the pointer. */
export interface Drag {
  to(place: Position): void;
  end(): void;
}

function shapeNow(): Shape | null {
  const draft = openDraftNow();
  return draft?.geometry && draft.state !== 'waiting' ? prepare(draft.geometry).shape : null;
}

function putShape(shape: Shape): void {
  const draft = openDraftNow();
  const geometry = geometryOf(shape);
  if (draft && geometry) changeDraft(draft.draftId, { geometry, check: null, changedMs: Date.now() });
}

/** Middles of sides, where a new corner is offered: `ref` is the corner that the side begins at. */
export function middlesOf(shape: Shape): { readonly ref: CornerRef; readonly place: Position }[] {
  return cornersOf(shape).map(({ ref, place: [lon, lat] }) => {
    const ring = shape[ref.polygon]![ref.ring]!;
    const [nextLon, nextLat] = ring[(ref.index + 1) % ring.length]!;
    return { ref, place: [(lon + nextLon) / 2, (lat + nextLat) / 2] };
  });
}

function nearest(
  all: readonly { readonly ref: CornerRef; readonly place: Position }[],
  place: Position,
  reachPx: number,
): CornerRef | null {
  const [x, y] = project(place);
  let best: { ref: CornerRef; px: number } | null = null;
  for (const { ref, place: one } of all) {
    const [ax, ay] = project(one);
    const px = Math.hypot(ax - x, ay - y);
    if (px <= reachPx && px < (best?.px ?? Infinity)) best = { ref, px };
  }
  return best?.ref ?? null;
}

/** Takes hold of the corner, the middle of a side, or in the tool `move` of the whole parcel at a place. */
export function beginDrag(place: Position, reachPx: number): Drag | null {
  const shape = shapeNow();
  const { tool } = useBoard.getState();
  if (!shape) return null;
  if (tool === 'move') return contains(shape, place) ? dragShape(shape, place) : null;
  if (tool !== 'edit') return null;
  const corner = nearest(cornersOf(shape), place, reachPx);
  if (corner) return dragCorner(shape, corner);
  const middle = nearest(middlesOf(shape), place, reachPx);
  if (!middle) return null;
  const ref = { ...middle, index: middle.index + 1 };
  return dragCorner(insertCorner(shape, middle, place), ref);
}

function dragCorner(shape: Shape, ref: CornerRef): Drag {
  useBoard.setState({ corner: ref, isCarrying: false });
  let isMoved = false;
  return {
    to(place) {
      if (!isMoved) beginStep();
      isMoved = true;
      const snap = snapPlace(place);
      useBoard.setState({ snap, pointer: snap?.place ?? place });
      putShape(moveCorner(shape, ref, snap?.place ?? place));
    },
    end() {
      if (isMoved) endStep();
      useBoard.setState({ snap: null, pointer: null });
    },
  };
}

function dragShape(shape: Shape, from: Position): Drag {
  let isMoved = false;
  return {
    to(place) {
      if (!isMoved) beginStep();
      isMoved = true;
      putShape(moveShape(shape, [place[0] - from[0], place[1] - from[1]]));
    },
    end() {
      if (isMoved) endStep();
    },
  };
}

/** Chooses the corner at a place; false where there is none. */
export function chooseCorner(place: Position, reachPx: number): boolean {
  const shape = shapeNow();
  const corner = shape && nearest(cornersOf(shape), place, reachPx);
  useBoard.setState({ corner, isCarrying: false });
  return corner !== null;
}

/** Puts a corner into the side whose middle is at a place; false where there is none. */
export function insertAt(place: Position, reachPx: number): boolean {
  const shape = shapeNow();
  const middle = shape && nearest(middlesOf(shape), place, reachPx);
  if (!middle) return false;
  insertAfter(middle);
  return true;
}

/** Puts a corner into the middle of the side that begins at `ref`, and chooses it. */
export function insertAfter(ref: CornerRef): void {
  const shape = shapeNow();
  const middle = shape && middlesOf(shape).find(({ ref: one }) => isSame(one, ref));
  if (!middle) return;
  record(() => putShape(insertCorner(shape, ref, middle.place)));
  useBoard.setState({ corner: { ...ref, index: ref.index + 1 } });
}

/** Takes the chosen corner away; an outline keeps three. */
export function deleteCorner(): void {
  const { corner } = useBoard.getState();
  const shape = shapeNow();
  if (!shape || !corner) return;
  const left = removeCorner(shape, corner);
  if (left === null) {
    useBoard.setState({ refusal: { key: 'draw.refuse.three', values: {} } });
    return;
  }
  record(() => putShape(left));
  useBoard.setState({ corner: null, isCarrying: false });
}

/** Puts the chosen corner at a place that was typed. */
export function placeCorner(ref: CornerRef, place: Position): void {
  const shape = shapeNow();
  if (!shape || !cornerAt(shape, ref)) return;
  record(() => putShape(moveCorner(shape, ref, place)));
}

/** Chooses the next or the corner before; returns where it is. */
export function stepCorner(step: 1 | -1): Position | null {
  const shape = shapeNow();
  if (!shape) return null;
  const all = cornersOf(shape);
  const { corner } = useBoard.getState();
  const at = corner ? all.findIndex(({ ref }) => isSame(ref, corner)) : -1;
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length];
  useBoard.setState({ corner: next?.ref ?? null, isCarrying: false });
  return next?.place ?? null;
}

/** Takes the chosen corner up, so that it goes along with the middle of the map, or puts it down. */
export function toggleCarry(): void {
  const { corner, isCarrying } = useBoard.getState();
  if (!corner) return;
  if (isCarrying) endStep();
  else beginStep();
  useBoard.setState({ isCarrying: !isCarrying, snap: null, pointer: null });
}

/** The corner that is carried comes to the middle of the map. */
export function carryTo(place: Position): void {
  const { corner, isCarrying } = useBoard.getState();
  const shape = shapeNow();
  if (!isCarrying || !corner || !shape) return;
  const snap = snapPlace(place);
  useBoard.setState({ snap });
  putShape(moveCorner(shape, corner, snap?.place ?? place));
}

/** Puts a corner that is carried back to where it was. */
export function dropCarried(): void {
  dropStep();
  useBoard.setState({ isCarrying: false, snap: null, pointer: null });
}

export function isSame(one: CornerRef | null, other: CornerRef | null): boolean {
  return one?.polygon === other?.polygon && one?.ring === other?.ring && one?.index === other?.index;
}
