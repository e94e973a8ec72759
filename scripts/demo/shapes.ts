import type { Point } from './frame.ts';
import { between, type Random } from './random.ts';

export type Ring = readonly Point[];

export const PIXELS_PER_HA = 100;

/** A parcel outline round a point, in pixels: rings of one part, or of two where `parts` is 2; even-odd inside. */
export interface Outline {
  /** Exterior rings, each with its holes behind it. */
  readonly parts: readonly (readonly Ring[])[];
}

/** Draws an outline of about `areaHa`: a surveyed four-sided field, or a rounder one that follows the ground. */
export function drawOutline(centre: Point, areaHa: number, random: Random): Outline {
  const ring = random() < 0.4 ? fieldRing(centre, areaHa, random) : lobedRing(centre, areaHa, random);
  return { parts: [[scaleToArea(ring, centre, areaHa * PIXELS_PER_HA)]] };
}

/** Cuts a hole of a tenth of the area into the middle: a compound, a pond, a sacred grove that is not part of it. */
export function withHole(outline: Outline, centre: Point, areaHa: number, random: Random): Outline {
  const hole = scaleToArea(lobedRing(centre, areaHa / 10, random), centre, (areaHa / 10) * PIXELS_PER_HA);
  return { parts: outline.parts.map((rings, k) => (k === 0 ? [...rings, [...hole].reverse()] : rings)) };
}

/** Splits an outline in two along a path of 2 pixels' width, as a track does. */
export function splitByTrack(outline: Outline, centre: Point): Outline {
  const ring = outline.parts[0]![0]!;
  const left = clipColumn(ring, centre[0] - 1, -1);
  const right = clipColumn(ring, centre[0] + 1, 1);
  return { parts: [[left], [right]].filter((part) => part[0]!.length > 3) };
}

/** Sutherland-Hodgman against one vertical line; side −1 keeps what lies west of it. */
function clipColumn(ring: Ring, col: number, side: 1 | -1): Point[] {
  const out: Point[] = [];
  for (let k = 0; k < ring.length; k++) {
    const a = ring[k]!;
    const b = ring[(k + 1) % ring.length]!;
    const aIn = (a[0] - col) * side >= 0;
    const bIn = (b[0] - col) * side >= 0;
    if (aIn) out.push(a);
    if (aIn !== bIn) out.push([col, a[1] + ((col - a[0]) / (b[0] - a[0])) * (b[1] - a[1])]);
  }
  return out;
}

function lobedRing(centre: Point, areaHa: number, random: Random): Point[] {
  const corners = Math.round(12 + Math.min(28, areaHa * 1.6));
  const phases = [random() * 6.3, random() * 6.3, random() * 6.3];
  const sizes = [between(random, 0.05, 0.3), between(random, 0.05, 0.18), between(random, 0.02, 0.1)];
  const radius = Math.sqrt((areaHa * PIXELS_PER_HA) / Math.PI);
  const squeeze = between(random, 0.65, 1);
  const turn = random() * Math.PI;
  return Array.from({ length: corners }, (_, k) => {
    const angle = ((k + between(random, -0.28, 0.28)) / corners) * 2 * Math.PI;
    const lobe = 1 + sizes.reduce((sum, size, h) => sum + size * Math.sin((h + 2) * angle + phases[h]!), 0);
    const r = radius * lobe * between(random, 0.95, 1.05);
    return rotate(centre, r * Math.cos(angle), r * Math.sin(angle) * squeeze, turn);
  });
}

function fieldRing(centre: Point, areaHa: number, random: Random): Point[] {
  const long = Math.sqrt(areaHa * PIXELS_PER_HA * between(random, 1, 2.2)) / 2;
  const short = (areaHa * PIXELS_PER_HA) / (4 * long);
  const turn = random() * Math.PI;
  const corners: Point[] = [
    [-long, -short],
    [long, -short],
    [long, short],
    [-long, short],
  ];
  const ring: Point[] = [];
  for (let k = 0; k < 4; k++) {
    const [ax, ay] = corners[k]!;
    const [bx, by] = corners[(k + 1) % 4]!;
    const steps = 2 + Math.floor(random() * 3);
    for (let s = 0; s < steps; s++) {
      const t = s / steps;
      const jitter = s === 0 ? 0.14 * short : 0.07 * short;
      const u = ax + (bx - ax) * t + between(random, -jitter, jitter);
      const v = ay + (by - ay) * t + between(random, -jitter, jitter);
      ring.push(rotate(centre, u, v, turn));
    }
  }
  return ring;
}

function rotate(centre: Point, u: number, v: number, turn: number): Point {
  return [centre[0] + u * Math.cos(turn) - v * Math.sin(turn), centre[1] + u * Math.sin(turn) + v * Math.cos(turn)];
}

function scaleToArea(ring: readonly Point[], centre: Point, areaPx: number): Point[] {
  const scale = Math.sqrt(areaPx / Math.abs(ringArea(ring)));
  return ring.map(([x, y]) => [centre[0] + (x - centre[0]) * scale, centre[1] + (y - centre[1]) * scale]);
}

/** Shoelace area; positive where the ring turns clockwise as seen on the map (rows count downwards). */
export function ringArea(ring: readonly Point[]): number {
  let sum = 0;
  for (let k = 0; k < ring.length; k++) {
    const [ax, ay] = ring[k]!;
    const [bx, by] = ring[(k + 1) % ring.length]!;
    sum += ax * by - bx * ay;
  }
  return sum / 2;
}
