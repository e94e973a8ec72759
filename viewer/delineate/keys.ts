import { surfacesOf } from '../map/map-store.ts';
import { useStore } from '../state.ts';
import { useBoard } from './board.ts';
import { middle } from './board-now.ts';
import { carryTo, deleteCorner, dropCarried, insertAfter, stepCorner, toggleCarry } from './corners.ts';
import { redo, undo } from './history.ts';
import { addPoint, cancelSketch, finishSketch, removePoint } from './sketching.ts';
import { pointAt } from './snapping.ts';

/**
 * Keys of the drawing board. On the map: arrows move it, Enter sets a point at its middle and, pressed again at the same
 * place, finishes; Backspace takes the last point back. Among corners: Page Up and Down choose one, Enter takes it up and
 * puts it down, Insert puts one into the side after it, Delete takes it away. Everywhere: undo and redo.
 */
export function onKey(event: KeyboardEvent): void {
  const { page, tool: mapTool } = useStore.getState();
  if (page !== 'delineate' || event.defaultPrevented || mapTool !== 'none') return;
  if (isText(event.target)) return;
  const isDone = event.ctrlKey || event.metaKey ? onChord(event) : onPlainKey(event);
  if (isDone) event.preventDefault();
}

function isText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable || target.matches('input, textarea, select') || target.closest('[role=dialog]') !== null
  );
}

function onChord(event: KeyboardEvent): boolean {
  const key = event.key.toLowerCase();
  if (event.altKey) return false;
  if (key === 'z') {
    if (event.shiftKey) redo();
    else undo();
    return true;
  }
  if (key === 'y') {
    redo();
    return true;
  }
  if (key === 'enter') {
    finishSketch();
    return true;
  }
  return false;
}

function onPlainKey(event: KeyboardEvent): boolean {
  const { tool, corner, isCarrying } = useBoard.getState();
  if (tool === 'none') return false;
  if (event.key === 'Escape') {
    if (isCarrying) dropCarried();
    else if (corner) useBoard.setState({ corner: null });
    else cancelSketch();
    return true;
  }
  if (tool === 'edit' && (event.key === 'Delete' || event.key === 'Backspace')) {
    deleteCorner();
    return true;
  }
  if (!(event.target instanceof HTMLCanvasElement) && event.target !== document.body) return false;
  return tool === 'edit' ? onCornerKey(event.key) : onPointKey(event);
}

function onCornerKey(key: string): boolean {
  const { corner } = useBoard.getState();
  if (key === 'PageDown' || key === 'PageUp') showCorner(stepCorner(key === 'PageDown' ? 1 : -1));
  else if (key === 'Enter' && corner) toggleCarry();
  else if (key === 'Insert' && corner) insertAfter(corner);
  else return false;
  return true;
}

/** Brings a corner to the middle of the map, where the crosshair is. */
export function showCorner(place: readonly [number, number] | null): void {
  const surface = surfacesOf()[0];
  if (!place || !surface) return;
  surface.goTo({ lon: place[0], lat: place[1], zoom: surface.camera().zoom });
  useBoard.setState({ hasCrosshair: true });
}

function onPointKey(event: KeyboardEvent): boolean {
  if (event.key === 'Backspace' || event.key === 'Delete') removePoint();
  else if (event.key === 'Enter') pressEnter();
  else {
    // The map itself moves by the arrows; from then on the middle is what counts.
    if (event.key.startsWith('Arrow')) useBoard.setState({ hasCrosshair: true });
    return false;
  }
  return true;
}

/** With the mouse Enter finishes; by keyboard it sets a point, and at the place of the last one it finishes. */
function pressEnter(): void {
  const { hasCrosshair, sketch } = useBoard.getState();
  if (!hasCrosshair && sketch.length > 0) finishSketch();
  else setAtMiddle();
}

/** Sets a point under the crosshair; where the last one is already, what is drawn is finished. */
export function setAtMiddle(): void {
  const place = middle();
  const map = surfacesOf()[0]?.map;
  if (!place || !map) return;
  useBoard.setState({ hasCrosshair: true, refusal: null });
  // The middle is where the map comes to rest, however slowly it is drawn.
  if (map.isMoving()) {
    map.once('moveend', setAtMiddle);
    return;
  }
  const { sketch } = useBoard.getState();
  const wanted = pointAt(place, 'crosshair');
  const last = sketch.at(-1);
  if (last && last[0] === wanted[0] && last[1] === wanted[1]) finishSketch();
  else addPoint(wanted);
}

/** The map came to another place: the crosshair points there, and a corner that is carried comes along. */
export function followMiddle(): void {
  const { hasCrosshair, isCarrying } = useBoard.getState();
  const place = middle();
  if (!place) return;
  if (isCarrying) carryTo(place);
  else if (hasCrosshair) pointAt(place, 'crosshair');
}
