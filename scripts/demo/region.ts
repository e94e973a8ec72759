import type { Frame, Point } from './frame.ts';
import type { DemoParcel } from './parcels.ts';
import { between, deriveSeed, mulberry32 } from './random.ts';
import type { DemoSettings } from './settings.ts';

const CORNERS = 96;
/** Pixels between the boundary and the nearest parcel, and between it and the edge of the landscape, at least. */
const ROOM_PX = 2;
const ROOMS_PX = [4 * ROOM_PX, 12 * ROOM_PX, 50 * ROOM_PX];

/**
 * The boundary of the sink region: an irregular line round all parcels, well inside the landscape where there is room.
 * Rings in lon/lat, rounded to 7 decimals, closed, counter-clockwise. Drawn from a stream of chance of its own.
 */
export function drawRegion(settings: DemoSettings, frame: Frame, parcels: readonly DemoParcel[]): Point[] {
  const random = mulberry32(deriveSeed(settings.seed, 'region'));
  const { sizePx } = frame;
  const middle = sizePx / 2;
  const corners = parcels.flatMap(({ polygons }) => polygons.flat(2).map(frame.toPixel));
  const waves = Array.from({ length: 5 }, (_, k) => ({
    turns: k + 2,
    phase: random() * 2 * Math.PI,
    size: 0.03 / (k + 1),
  }));
  const radii = Array.from({ length: CORNERS }, (_, k) => {
    const angle = (k / CORNERS) * 2 * Math.PI;
    const edge = (middle - ROOM_PX) / Math.max(Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle)));
    const wave = waves.reduce((sum, { turns, phase, size }) => sum + size * (1 + Math.sin(turns * angle + phase)), 0);
    const wish = edge * (1 - Math.min(0.3, wave + between(random, 0, 0.02)));
    return { angle, edge, radius: Math.min(wish, edge) };
  });
  const far = radii.map((_, k) => Math.max(...[-2, -1, 0, 1, 2].map((step) => farthestAt(corners, middle, k + step))));
  const pushOut = (roomPx: number) =>
    radii.map(({ angle, edge, radius }, k): Point => {
      const length = Math.min(edge, Math.max(radius, far[k]! + roomPx));
      // Rows count downwards: this way round is counter-clockwise on the map.
      return [middle + length * Math.cos(angle), middle - length * Math.sin(angle)];
    });
  // In the corners of the square a little room along the ray is none across it: then more is given.
  const ring = ROOMS_PX.map(pushOut).find((each) => corners.every((corner) => isInside(each, corner)));
  if (!ring) throw new Error(`The region of seed ${settings.seed} misses a parcel: give it more corners.`);
  const degrees = ring.map((point): Point => {
    const [lon, lat] = frame.toLonLat(point);
    return [Number(lon.toFixed(7)), Number(lat.toFixed(7))];
  });
  return [...degrees, degrees[0]!];
}

/** Distance of the farthest corner in the sector round corner `k` of the ring, seen from the middle; 0 without one. */
function farthestAt(corners: readonly Point[], middle: number, k: number): number {
  const sector = ((k % CORNERS) + CORNERS) % CORNERS;
  const away = corners.map(([col, row]) => {
    const turn = (Math.atan2(middle - row, col - middle) / (2 * Math.PI)) * CORNERS;
    const nearest = ((Math.round(turn) % CORNERS) + CORNERS) % CORNERS;
    return nearest === sector ? Math.hypot(col - middle, row - middle) : 0;
  });
  return Math.max(0, ...away);
}

function isInside(ring: readonly Point[], [x, y]: Point): boolean {
  let inside = false;
  for (let k = 0, j = ring.length - 1; k < ring.length; j = k++) {
    const [ax, ay] = ring[k]!;
    const [bx, by] = ring[j]!;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
