import { surfacesOf } from '../map/map-store.ts';
import { type BoardTool, useBoard } from './board.ts';
import { openDraftNow, project } from './board-now.ts';
import type { Position, Shape } from './shape.ts';
import { type Snap, type SnapTarget, snapTo } from './snap.ts';
import { neighboursIn, prepare } from './surroundings.ts';

/** Snaps a place to what lies round it, unless snapping is off. Tools that cut the draft snap to its own border too. */
export function snapPlace(place: Position, own: Shape | null = null): Snap | null {
  const { isSnapping, tool } = useBoard.getState();
  const view = surfacesOf()[0]?.view();
  if (!isSnapping || !view) return null;
  const targets: SnapTarget[] = neighboursIn([view.west, view.south, view.east, view.north]);
  const draft = openDraftNow();
  const cuts = tool === 'split' || tool === 'hole';
  if (cuts && draft?.geometry) targets.push({ name: '', shape: prepare(draft.geometry).shape });
  if (own) targets.push({ name: '', shape: own });
  return snapTo(place, targets, project);
}

/** Where a point would land that is set at a place; shown on the map. */
export function pointAt(place: Position, by: 'pointer' | 'finger' | 'crosshair'): Position {
  const { tool, hasCrosshair } = useBoard.getState();
  // The crosshair decides while it is shown; a mouse that lies still must not take over.
  if (by === 'pointer' && hasCrosshair) useBoard.setState({ hasCrosshair: false });
  if (!setsPoints(tool)) {
    useBoard.setState({ pointer: null, snap: null });
    return place;
  }
  const snap = snapPlace(place);
  const pointer = snap?.place ?? place;
  useBoard.setState({ pointer, snap });
  return pointer;
}

/** Whether a tool works point by point. */
export function setsPoints(tool: BoardTool): boolean {
  return ['polygon', 'rectangle', 'circle', 'split', 'hole'].includes(tool);
}
