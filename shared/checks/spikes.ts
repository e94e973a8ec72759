import type { CheckLimits } from '../parcel-check.ts';
import type { Place } from './finding.ts';
import { SPIKE_LEAST_M } from './limits.ts';
import { frameAt, toLocal } from './local.ts';
import type { Polygons } from './read-outline.ts';

export interface Spike {
  readonly place: Place;
  readonly angleDeg: number;
  /** Length of its shorter side. */
  readonly lengthM: number;
}

type SpikeLimits = Pick<CheckLimits, 'spikeAngleDeg' | 'spikeRatio'>;

/**
 * Spikes of closed rings: corners sharper than `spikeAngleDeg` whose shorter side is longer than `spikeRatio` times the
 * width that the corner has at its end, and at least 1 m. Sharpest first.
 */
export function findSpikes(polygons: Polygons, limits: SpikeLimits): readonly Spike[] {
  const spikes = polygons.flat().flatMap((ring) =>
    cornersOf(ring, limits).map(({ index, angleDeg, lengthM }) => {
      const place: Place = [ring[2 * index]!, ring[2 * index + 1]!];
      return { place, angleDeg, lengthM };
    }),
  );
  return spikes.sort((a, b) => a.angleDeg - b.angleDeg);
}

/** The polygons without the tips of their spikes; null where a ring would not be left with three corners. */
export function cutSpikes(polygons: Polygons, limits: SpikeLimits): Polygons | null {
  const cut = polygons.map((rings) => rings.map((ring) => cutRing(ring, limits)));
  return cut.flat().includes(null) ? null : (cut as Float64Array[][]);
}

/** Removing a tip can leave a spike behind where the way back ran past the way out. */
function cutRing(ring: Float64Array, limits: SpikeLimits): Float64Array | null {
  let left = ring;
  for (;;) {
    const corners = cornersOf(left, limits);
    if (corners.length === 0) return left;
    const sharpest = corners.reduce((a, b) => (b.angleDeg < a.angleDeg ? b : a));
    left = withoutCorner(left, sharpest.index);
    if (left.length < 8) return null;
  }
}

function withoutCorner(ring: Float64Array, index: number): Float64Array {
  const open = [...ring.subarray(0, ring.length - 2)];
  open.splice(2 * index, 2);
  return Float64Array.from([...open, open[0]!, open[1]!]);
}

function cornersOf(ring: Float64Array, { spikeAngleDeg, spikeRatio }: SpikeLimits) {
  const local = toLocal(ring, frameAt([ring[0]!, ring[1]!]));
  const count = ring.length / 2 - 1;
  const found: { readonly index: number; readonly angleDeg: number; readonly lengthM: number }[] = [];
  for (let index = 0; index < count; index++) {
    const before = index === 0 ? count - 1 : index - 1;
    const [x, y] = [local[2 * index]!, local[2 * index + 1]!];
    const [ux, uy] = [local[2 * before]! - x, local[2 * before + 1]! - y];
    const [vx, vy] = [local[2 * index + 2]! - x, local[2 * index + 3]! - y];
    const along = ux * vx + uy * vy;
    if (along <= 0) continue;
    const lengthM = Math.min(Math.hypot(ux, uy), Math.hypot(vx, vy));
    const angle = Math.atan2(Math.abs(ux * vy - uy * vx), along);
    const angleDeg = (angle * 180) / Math.PI;
    const widthM = lengthM * Math.sin(angle);
    if (angleDeg < spikeAngleDeg && lengthM > spikeRatio * widthM && lengthM >= SPIKE_LEAST_M) {
      found.push({ index, angleDeg, lengthM });
    }
  }
  return found;
}
