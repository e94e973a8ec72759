import { surfacesOf } from '../map/map-store.ts';
import { type BoardTool, DRAW_TOOLS } from './board.ts';
import { type Draft, useDrafts } from './drafts.ts';
import type { Position } from './shape.ts';
import type { Project } from './snap.ts';

export function openDraftNow(): Draft | null {
  const { drafts, openId } = useDrafts.getState();
  return openId === null ? null : (drafts.get(openId) ?? null);
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
