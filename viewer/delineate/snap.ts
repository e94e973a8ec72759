import type { Position, Ring, Shape } from './shape.ts';

/** How near to a corner or a side a point has to be to go there, CSS pixels. */
const SNAP_PX = 12;

/** What a point went to. */
export interface Snap {
  readonly place: Position;
  readonly kind: 'corner' | 'side';
  /** Name of the parcel or draft it belongs to. */
  readonly of: string;
}

export interface SnapTarget {
  readonly name: string;
  readonly shape: Shape;
}

/** Where a place is on the screen. */
export type Project = (place: Position) => readonly [xPx: number, yPx: number];

/**
 * The nearest corner within reach, else the nearest place on a side, else null. A corner comes back with exactly the
 * numbers of the neighbour, so that the two parcels share it; a place on a side lies on it as well as doubles can say.
 */
export function snapTo(
  place: Position,
  targets: readonly SnapTarget[],
  project: Project,
  reachPx = SNAP_PX,
): Snap | null {
  const [x, y] = project(place);
  let corner: { px: number; snap: Snap } | null = null;
  let side: { px: number; snap: Snap } | null = null;
  for (const { name, shape } of targets) {
    for (const ring of shape.flat()) {
      const points = ring.map(project);
      for (let i = 0; i < ring.length; i++) {
        const px = Math.hypot(points[i]![0] - x, points[i]![1] - y);
        if (px <= reachPx && px < (corner?.px ?? Infinity)) {
          corner = { px, snap: { place: ring[i]!, kind: 'corner', of: name } };
        }
        const found = nearestOnSide(ring, points, i, [x, y]);
        if (found && found.px <= reachPx && found.px < (side?.px ?? Infinity)) {
          side = { px: found.px, snap: { place: found.place, kind: 'side', of: name } };
        }
      }
    }
  }
  return (corner ?? side)?.snap ?? null;
}

/** The place nearest to a point on the side from corner `i` to the next, by the picture on the screen. */
function nearestOnSide(
  ring: Ring,
  points: readonly (readonly [number, number])[],
  i: number,
  [x, y]: readonly [number, number],
): { px: number; place: Position } | null {
  const next = (i + 1) % ring.length;
  const [[ax, ay], [bx, by]] = [points[i]!, points[next]!];
  const [dx, dy] = [bx - ax, by - ay];
  const lengthSquared = dx * dx + dy * dy;
  if (lengthSquared === 0) return null;
  const along = ((x - ax) * dx + (y - ay) * dy) / lengthSquared;
  if (along <= 0 || along >= 1) return null;
  const [[aLon, aLat], [bLon, bLat]] = [ring[i]!, ring[next]!];
  return {
    px: Math.hypot(ax + along * dx - x, ay + along * dy - y),
    place: [aLon + along * (bLon - aLon), aLat + along * (bLat - aLat)],
  };
}
