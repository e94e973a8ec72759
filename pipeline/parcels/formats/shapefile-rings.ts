import { signedAreaOfRings } from '../../../shared/geometry/signed-area.ts';

export interface Arranged {
  /** Each an exterior ring and its holes, flat x, y pairs, turned as GeoJSON wants: exteriors counter-clockwise. */
  readonly polygons: readonly (readonly Float64Array[])[];
  readonly windingNote: string | null;
  readonly isDoubtful: boolean;
}

interface Ring {
  readonly pairs: Float64Array;
  readonly sizeXy: number;
  readonly isClockwise: boolean;
  readonly box: readonly [number, number, number, number];
  /** Rings round this one, from the smallest to the largest. */
  around: Ring[];
}

/**
 * Sorts the rings of a shapefile record into polygons. Exteriors run clockwise and holes counter-clockwise by the
 * format; which ring lies in which is looked up as well. Where both agree there is no doubt, also where every ring runs
 * the other way round. Where they contradict each other the direction counts, so that two exteriors over each other stay
 * visible as a fault of the parcel, and a hole that lies in nothing becomes ground.
 */
export function arrangeRings(given: readonly Float64Array[]): Arranged {
  if (given.length === 0) return { polygons: [], windingNote: null, isDoubtful: false };
  const rings = given.map(describe);
  const bySize = rings.toSorted((a, b) => a.sizeXy - b.sizeXy);
  bySize.forEach((ring, i) => {
    ring.around = bySize.slice(i + 1).filter((larger) => isInside(ring, larger));
  });
  const isOuter = (ring: Ring) => ring.around.length % 2 === 0;
  const asFormat = rings.every((ring) => isOuter(ring) === ring.isClockwise);
  const reversed = rings.every((ring) => isOuter(ring) !== ring.isClockwise);
  if (asFormat || reversed) {
    const windingNote = reversed
      ? 'its rings run the other way round than shapefiles want; nothing is lost by that.'
      : null;
    return { polygons: gather(rings, isOuter), windingNote, isDoubtful: false };
  }
  const hasGround = (ring: Ring) => ring.around.some(({ isClockwise }) => isClockwise);
  const isGround = (ring: Ring) => ring.isClockwise || !hasGround(ring);
  const polygons = gather(rings, isGround);
  const windingNote =
    'the direction of its rings and what lies in what contradict each other: exteriors and holes were told apart by direction. Compare its hectares with the source.';
  return { polygons, windingNote, isDoubtful: true };
}

/** Polygons in the order of their exteriors, each hole with the smallest exterior round it. */
function gather(rings: readonly Ring[], isExterior: (ring: Ring) => boolean): Float64Array[][] {
  const polygons = new Map<Ring, Float64Array[]>();
  for (const ring of rings) if (isExterior(ring)) polygons.set(ring, [turn(ring, false)]);
  for (const ring of rings) {
    if (polygons.has(ring)) continue;
    const exterior = ring.around.find((larger) => polygons.has(larger));
    if (exterior !== undefined) polygons.get(exterior)!.push(turn(ring, true));
  }
  return [...polygons.values()];
}

/** The ring in the wanted direction, from the same corner on. */
function turn({ pairs, isClockwise }: Ring, wantsClockwise: boolean): Float64Array {
  if (isClockwise === wantsClockwise) return pairs;
  const turned = new Float64Array(pairs.length);
  for (let i = 0; i < pairs.length; i += 2) {
    turned[i] = pairs[pairs.length - 2 - i]!;
    turned[i + 1] = pairs[pairs.length - 1 - i]!;
  }
  return turned;
}

function describe(pairs: Float64Array): Ring {
  const area = signedAreaOfRings([pairs]);
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    west = Math.min(west, pairs[i]!);
    south = Math.min(south, pairs[i + 1]!);
    east = Math.max(east, pairs[i]!);
    north = Math.max(north, pairs[i + 1]!);
  }
  const isClockwise = !(area > 0);
  return { pairs, sizeXy: Math.abs(area), isClockwise, box: [west, south, east, north], around: [] };
}

/** Whether a ring lies in a larger one, by the first of its corners (else middles of sides) that is not on its line. */
function isInside(ring: Ring, larger: Ring): boolean {
  const [west, south, east, north] = ring.box;
  const [w, s, e, n] = larger.box;
  if (!(west >= w && south >= s && east <= e && north <= n)) return false;
  const { pairs } = ring;
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const side = sideOf(pairs[i]!, pairs[i + 1]!, larger.pairs);
    if (side !== 0) return side > 0;
  }
  for (let i = 0; i + 3 < pairs.length; i += 2) {
    const side = sideOf((pairs[i]! + pairs[i + 2]!) / 2, (pairs[i + 1]! + pairs[i + 3]!) / 2, larger.pairs);
    if (side !== 0) return side > 0;
  }
  return false;
}

/** 1 inside, −1 outside, 0 on the line of a ring (even-odd rule). */
function sideOf(x: number, y: number, ring: Float64Array): number {
  let isIn = false;
  for (let i = 0, k = ring.length - 2; i + 1 < ring.length; k = i, i += 2) {
    const [ax, ay, bx, by] = [ring[i]!, ring[i + 1]!, ring[k]!, ring[k + 1]!];
    const cross = (bx - ax) * (y - ay) - (by - ay) * (x - ax);
    const isBetween = x >= Math.min(ax, bx) && x <= Math.max(ax, bx) && y >= Math.min(ay, by) && y <= Math.max(ay, by);
    if (cross === 0 && isBetween) return 0;
    if (ay > y !== by > y && cross > 0 === by > ay) isIn = !isIn;
  }
  return isIn ? 1 : -1;
}
