import { surfacesOf } from '../map/map-store.ts';
import { type BoardTool, DRAW_TOOLS, useBoard } from './board.ts';
import { type Draft, useDrafts } from './drafts.ts';
import type { Position } from './shape.ts';
import type { Project } from './snap.ts';

export function openDraftNow(): Draft | null {
  const { drafts, openId } = useDrafts.getState();
  return openId === null ? null : (drafts.get(openId) ?? null);
}

/** The draft that is being drawn; null where none is, or where it has been handed in and is no longer to be changed. */
export function drawnDraftNow(): Draft | null {
  const { draftId } = useBoard.getState();
  const draft = draftId === null ? undefined : useDrafts.getState().drafts.get(draftId);
  return draft && draft.state !== 'waiting' ? draft : null;
}

export function isDrawTool(tool: BoardTool): boolean {
  return (DRAW_TOOLS as readonly BoardTool[]).includes(tool);
}

/** Pixels of the first map. */
export const project: Project = (place) => {
  const point = surfacesOf()[0]?.map.project([place[0], place[1]]);
  return point ? [point.x, point.y] : [0, 0];
};

/** The middle of the map; null without a map. */
export function middle(): Position | null {
  const camera = surfacesOf()[0]?.camera();
  return camera ? [camera.lon, camera.lat] : null;
}
