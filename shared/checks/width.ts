import { signedAreaOfRings } from '../geometry/signed-area.ts';
import { frameAt, perimeterOf, toLocal } from './local.ts';
import type { Polygons } from './read-outline.ts';

/** How close the width is found, metres. */
const PRECISION_M = 0.05;

/**
 * Diameter of the largest circle that fits into one of the parts, metres, or null where it is at least `enoughM`. A square
 * pixel that lies wholly inside holds a circle of its side, whatever the grid.
 */
export function narrowWidthM(polygons: Polygons, enoughM: number): number | null {
  let widest = 0;
  for (const rings of polygons) {
    const frame = frameAt([rings[0]![0]!, rings[0]![1]!]);
    const local = rings.map((ring) => toLocal(ring, frame));
    // Without holes a circle of the radius area ÷ perimeter always fits (Bonnesen).
    if (local.length === 1 && (2 * Math.abs(signedAreaOfRings(local))) / perimeterOf(local[0]!) >= enoughM) return null;
    const width = 2 * largestRadius(local, enoughM / 2);
    if (width >= enoughM) return null;
    widest = Math.max(widest, width);
  }
  return widest;
}

interface Cell {
  readonly x: number;
  readonly y: number;
  readonly half: number;
  readonly radius: number;
  /** No point of the cell is farther from the boundary. */
  readonly bound: number;
}

/** Branch and bound over squares (Garcia-Castellanos and Lombardo 2007 search the same by refined grids); stops at `enough`. */
function largestRadius(rings: readonly Float64Array[], enough: number): number {
  const [west, south, east, north] = boxOf(rings[0]!);
  const size = Math.max(Math.min(east - west, north - south), PRECISION_M);
  const open: Cell[] = [];
  for (let x = west; x < east; x += size) {
    for (let y = south; y < north; y += size) open.push(cellAt(x + size / 2, y + size / 2, size / 2, rings));
  }
  let best = 0;
  while (open.length > 0) {
    const cell = takeLargest(open);
    if (cell.radius > best) best = cell.radius;
    if (best >= enough) return best;
    if (cell.bound - best <= PRECISION_M) return best;
    const half = cell.half / 2;
    for (const [dx, dy] of [
      [-half, -half],
      [half, -half],
      [-half, half],
      [half, half],
    ] as const) {
      const child = cellAt(cell.x + dx, cell.y + dy, half, rings);
      if (child.bound > best + PRECISION_M) open.push(child);
    }
  }
  return best;
}

function takeLargest(open: Cell[]): Cell {
  let largest = 0;
  for (let i = 1; i < open.length; i++) if (open[i]!.bound > open[largest]!.bound) largest = i;
  const [cell] = open.splice(largest, 1);
  return cell!;
}

function cellAt(x: number, y: number, half: number, rings: readonly Float64Array[]): Cell {
  const radius = signedDistance(x, y, rings);
  return { x, y, half, radius, bound: radius + half * Math.SQRT2 };
}

/** Distance from a point to the nearest edge; negative outside. */
function signedDistance(x: number, y: number, rings: readonly Float64Array[]): number {
  let isInside = false;
  let nearest = Infinity;
  for (const ring of rings) {
    for (let i = 0; i + 3 < ring.length; i += 2) {
      const [ax, ay, bx, by] = [ring[i]!, ring[i + 1]!, ring[i + 2]!, ring[i + 3]!];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) isInside = !isInside;
      const [dx, dy] = [bx - ax, by - ay];
      const length = dx * dx + dy * dy;
      const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
      nearest = Math.min(nearest, (ax + t * dx - x) ** 2 + (ay + t * dy - y) ** 2);
    }
  }
  return (isInside ? 1 : -1) * Math.sqrt(nearest);
}

function boxOf(ring: Float64Array): readonly [number, number, number, number] {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < ring.length; i += 2) {
    west = Math.min(west, ring[i]!);
    east = Math.max(east, ring[i]!);
    south = Math.min(south, ring[i + 1]!);
    north = Math.max(north, ring[i + 1]!);
  }
  return [west, south, east, north];
}
