import type { MapMouseEvent, MapTouchEvent } from 'maplibre-gl';
import type { MapSurface } from '../map/map-surface.ts';
import { useStore } from '../state.ts';
import { chooseParcel, tell, useBoard } from './board.ts';
import { openDraftNow, project } from './board-now.ts';
import { beginDrag, chooseCorner, type Drag, deleteCorner, insertAt } from './corners.ts';
import { followMiddle } from './keys.ts';
import { mergeWith } from './operations.ts';
import { contains, cornersOf, type Position } from './shape.ts';
import { simplify } from './shapes-drawn.ts';
import { addPoint, finishSketch, finishWith } from './sketching.ts';
import { pointAt } from './snapping.ts';
import { neighboursIn, prepare } from './surroundings.ts';
import { switchTo } from './switch-draft.ts';

type Pointed = MapMouseEvent | MapTouchEvent;

/** How near to a corner a press has to be to take hold of it, CSS pixels. */
const HOLD_PX = { mouse: 10, touch: 24 };
/** What freehand leaves out. */
const FREEHAND_PX = 1.5;

/** Everything that mouse and finger do on one map while parcels are delineated. Returns what ends it. */
export function listenTo(surface: MapSurface): () => void {
  const { map } = surface;
  let drag: Drag | null = null;
  let path: Position[] | null = null;
  let hasDragged = false;

  const press = (event: Pointed) => {
    hasDragged = false;
    if (!isFree() || isSecondFinger(event)) return;
    const { tool } = useBoard.getState();
    const place = placeOf(event);
    if (tool === 'freehand') path = [place];
    else drag = beginDrag(place, reachOf(event));
    // The map stays where it is while something on it is moved.
    if (path || drag) event.preventDefault();
  };
  const move = (event: Pointed) => {
    if (!isFree()) return;
    const place = placeOf(event);
    // The tool may be laid down with the button still pressed.
    if (path && useBoard.getState().tool !== 'freehand') path = null;
    if (path) {
      path.push(place);
      useBoard.setState({ sketch: [...path] });
    } else if (drag) {
      hasDragged = true;
      drag.to(place);
    } else if (event.type === 'mousemove' && reachOf(event) !== HOLD_PX.touch) pointAt(place, 'pointer');
  };
  const release = () => {
    if (drag) drag.end();
    drag = null;
    if (!path) return;
    const drawn = simplify(path, project, FREEHAND_PX);
    path = null;
    useBoard.setState({ sketch: [] });
    if (drawn.length >= 3) finishWith(drawn);
  };
  const click = (event: MapMouseEvent) => {
    if (!isFree() || hasDragged) return;
    clickAt(placeOf(event), reachOf(event));
  };
  const doubleClick = (event: MapMouseEvent) => {
    const { tool } = useBoard.getState();
    if (!isFree() || tool === 'none') return;
    event.preventDefault();
    if (tool === 'edit') removeAt(placeOf(event), reachOf(event));
    else finishSketch();
  };
  const menu = (event: MapMouseEvent) => {
    if (isFree() && useBoard.getState().tool === 'edit') removeAt(placeOf(event), reachOf(event));
  };
  const leave = () => {
    if (!useBoard.getState().hasCrosshair) useBoard.setState({ pointer: null, snap: null });
  };
  const listeners = [
    ['mousedown', press],
    ['touchstart', press],
    ['mousemove', move],
    ['touchmove', move],
    ['mouseup', release],
    ['touchend', release],
    ['touchcancel', release],
    ['click', click],
    ['dblclick', doubleClick],
    ['contextmenu', menu],
    ['mouseout', leave],
  ] as const;
  for (const [type, listener] of listeners) map.on(type, listener as never);
  return () => {
    for (const [type, listener] of listeners) map.off(type, listener as never);
  };
}

/** Whether the pointer is for drawing now, and not for measuring or another page. */
function isFree(): boolean {
  const { page, tool } = useStore.getState();
  return page === 'delineate' && tool === 'none';
}

function isSecondFinger(event: Pointed): boolean {
  return event.type === 'touchstart' && (event as MapTouchEvent).points.length > 1;
}

function placeOf({ lngLat }: Pointed): Position {
  return [lngLat.lng, lngLat.lat];
}

let lastTouchMs = -Infinity;

/** A tap comes as a click after its touch. */
function reachOf({ type, originalEvent }: Pointed): number {
  if (type.startsWith('touch')) lastTouchMs = originalEvent.timeStamp;
  const isTouch = originalEvent.timeStamp - lastTouchMs < 700;
  return isTouch ? HOLD_PX.touch : HOLD_PX.mouse;
}

function clickAt(place: Position, reachPx: number): void {
  const { tool } = useBoard.getState();
  useBoard.setState({ refusal: null });
  if (tool === 'none') choose(place);
  else if (tool === 'merge') joinAt(place);
  else if (tool === 'edit') {
    if (!chooseCorner(place, reachPx)) insertAt(place, reachPx);
  } else if (tool !== 'move' && tool !== 'walk' && tool !== 'freehand') {
    const isFinger = reachPx === HOLD_PX.touch;
    addPoint(pointAt(place, isFinger ? 'finger' : 'pointer'));
    if (isFinger) followMiddle();
  }
}

function removeAt(place: Position, reachPx: number): void {
  if (chooseCorner(place, reachPx)) deleteCorner();
}

/** The smallest draft or parcel at a place: small ones lie on large ones. */
function choose(place: Position): void {
  const open = openDraftNow();
  if (open?.geometry && contains(prepare(open.geometry).shape, place)) return;
  const found = neighbourAt(place);
  if (found?.kind === 'draft') {
    switchTo(found.id);
    chooseParcel(null);
    return;
  }
  if (open) switchTo(null);
  chooseParcel(found?.id ?? null);
}

function joinAt(place: Position): void {
  const found = neighbourAt(place);
  if (found) tell(mergeWith(found));
}

function neighbourAt(place: Position) {
  return neighboursIn([place[0], place[1], place[0], place[1]])
    .filter(({ shape }) => contains(shape, place))
    .sort((one, other) => cornersOf(one.shape).length - cornersOf(other.shape).length || 0)
    .sort((one, other) => boxSize(one.box) - boxSize(other.box))[0];
}

function boxSize([west, south, east, north]: readonly [number, number, number, number]): number {
  return (east - west) * (north - south);
}
