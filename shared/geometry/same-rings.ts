/** Rings whose corners differ by no more than this are the same: 1 cm on the ground, the seventh decimal. */
const SAME_DEG = 1e-7;

/**
 * Whether two areas have the same rings up to the order of the rings, the corner each starts with, its direction,
 * corners given twice running, and `toleranceDeg`. Closed rings.
 */
export function areSameRings(a: readonly Float64Array[], b: readonly Float64Array[], toleranceDeg = SAME_DEG): boolean {
  if (a.length !== b.length) return false;
  const left = b.map(openRing);
  return a.map(openRing).every((ring) => {
    const match = left.findIndex((other) => isSameRing(ring, other, toleranceDeg));
    if (match !== -1) left.splice(match, 1);
    return match !== -1;
  });
}

/** Corners without the repeated first one and without corners that repeat the one before. */
function openRing(ring: Float64Array): number[] {
  const corners: number[] = [];
  for (let i = 0; i + 3 < ring.length; i += 2) {
    if (ring[i] !== ring[i + 2] || ring[i + 1] !== ring[i + 3]) corners.push(ring[i]!, ring[i + 1]!);
  }
  return corners;
}

interface Pair {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly tolerance: number;
}

function isSameRing(a: readonly number[], b: readonly number[], tolerance: number): boolean {
  if (a.length !== b.length) return false;
  const pair = { a, b, tolerance };
  for (let start = 0; start < b.length; start += 2) {
    if (!isNear(pair, 0, start)) continue;
    if (runsAlong(pair, start, 2) || runsAlong(pair, start, -2)) return true;
  }
  return a.length === 0;
}

function runsAlong(pair: Pair, start: number, step: 2 | -2): boolean {
  const { length } = pair.b;
  for (let i = 2, k = start + step; i < length; i += 2, k += step) {
    if (!isNear(pair, i, (k + 2 * length) % length)) return false;
  }
  return true;
}

function isNear({ a, b, tolerance }: Pair, i: number, k: number): boolean {
  return Math.abs(a[i]! - b[k]!) <= tolerance && Math.abs(a[i + 1]! - b[k + 1]!) <= tolerance;
}
