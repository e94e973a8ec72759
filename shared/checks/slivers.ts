import { signedAreaOfRings } from '../geometry/signed-area.ts';
import type { Place } from './finding.ts';
import { SLIVER_WIDTH_M } from './limits.ts';
import { frameAt, perimeterOf, toLocal } from './local.ts';
import type { Polygons } from './read-outline.ts';

/** Rings that are slivers, and the polygons without them. */
export interface Slivers {
  readonly count: number;
  /** Mean width of the widest of them. */
  readonly widthM: number;
  readonly place: Place;
  readonly without: Polygons;
}

/** Twice the area over the perimeter: the width of a long strip, half the side of a square. */
export function meanWidthM(rings: readonly Float64Array[]): number {
  const frame = frameAt([rings[0]![0]!, rings[0]![1]!]);
  const local = rings.map((ring) => toLocal(ring, frame));
  return (2 * Math.abs(signedAreaOfRings(local))) / local.reduce((sum, ring) => sum + perimeterOf(ring), 0);
}

/** Parts thinner than the limit beside others that are not; null without such parts. */
export function findSliverParts(polygons: Polygons): Slivers | null {
  if (polygons.length < 2) return null;
  const widths = polygons.map(meanWidthM);
  const without = polygons.filter((_, index) => widths[index]! >= SLIVER_WIDTH_M);
  if (without.length === 0 || without.length === polygons.length) return null;
  const thin = widths.filter((width) => width < SLIVER_WIDTH_M);
  const first = polygons.find((_, index) => widths[index]! < SLIVER_WIDTH_M)!;
  return { count: thin.length, widthM: Math.max(...thin), place: placeOf(first[0]!), without };
}

/** Holes thinner than the limit; null without such holes. */
export function findSliverHoles(polygons: Polygons): Slivers | null {
  const thin: { readonly ring: Float64Array; readonly widthM: number }[] = [];
  const without = polygons.map(([outline, ...holes]) => [
    outline!,
    ...holes.filter((ring) => {
      const widthM = meanWidthM([ring]);
      if (widthM < SLIVER_WIDTH_M) thin.push({ ring, widthM });
      return widthM >= SLIVER_WIDTH_M;
    }),
  ]);
  if (thin.length === 0) return null;
  const widthM = Math.max(...thin.map((hole) => hole.widthM));
  return { count: thin.length, widthM, place: placeOf(thin[0]!.ring), without };
}

function placeOf(ring: Float64Array): Place {
  return [ring[0]!, ring[1]!];
}
