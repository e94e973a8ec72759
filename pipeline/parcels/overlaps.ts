import Flatbush from 'flatbush';
import type { SharedGround } from '../../shared/checks/context.ts';
import { placeInside } from '../../shared/checks/inside.ts';
import { intersectPolygons } from '../../shared/checks/repair.ts';
import { type Outline, outlineOf } from '../../shared/geometry/outline.ts';
import { lonLatAreaHa, measureCommon, TOUCH_DEG } from '../../shared/geometry/overlap.ts';
import { areSameRings } from '../../shared/geometry/same-rings.ts';

/** A valid parcel: rings as in `Parcel`, and the box round them. */
export interface OverlapParcel extends Outline {
  readonly id: string;
}

/** Two parcels that share ground. */
export interface ParcelOverlap {
  /** `duplicate`: the same geometry up to start vertex, direction and 1e-7 degrees. */
  readonly kind: 'overlap' | 'duplicate';
  /** Position in the list of parcels. */
  readonly first: number;
  /** Position, greater than `first`, in the list of parcels; of another parcel its position in `others`. */
  readonly second: number;
  readonly isOther: boolean;
  readonly firstId: string;
  readonly secondId: string;
  /** True hectares that both have (see `overlapHa`). */
  readonly ha: number;
  /** These hectares as a share of each, 0 to 1, by the same measure. */
  readonly shareOfFirst: number;
  readonly shareOfSecond: number;
  /** Longitude and latitude of a place inside the overlap; null where it is too thin for its outline to be drawn. */
  readonly place: readonly [lon: number, lat: number] | null;
}

export interface OverlapOptions {
  /** Pairs that run into each other by less in the mean only touch, degrees. */
  readonly touchDeg?: number;
}

/**
 * All pairs of parcels that share ground, and all pairs of a parcel and one of `others` (pairs among others are not looked
 * for). One after the other as they are found, by `second` and then `first`, those with others last: what is held is the
 * index of boxes and one number a parcel. The same lists give the same pairs to the last bit.
 */
export function* findOverlaps(
  parcels: readonly OverlapParcel[],
  others: readonly OverlapParcel[] = [],
  { touchDeg = TOUCH_DEG }: OverlapOptions = {},
): Generator<ParcelOverlap> {
  const areasHa = new Float64Array(parcels.length + others.length).fill(Number.NaN);
  for (const { first, second, ha, isSame } of findSharing([...parcels, ...others], parcels.length, touchDeg)) {
    const isOther = second >= parcels.length;
    const [a, b] = [parcels[first]!, isOther ? others[second - parcels.length]! : parcels[second]!];
    if (Number.isNaN(areasHa[first])) areasHa[first] = lonLatAreaHa(a);
    if (Number.isNaN(areasHa[second])) areasHa[second] = lonLatAreaHa(b);
    yield {
      kind: isSame ? 'duplicate' : 'overlap',
      first,
      second: isOther ? second - parcels.length : second,
      isOther,
      firstId: a.id,
      secondId: b.id,
      ha,
      shareOfFirst: Math.min(1, ha / areasHa[first]!),
      shareOfSecond: Math.min(1, ha / areasHa[second]!),
      place: placeOf(a, b),
    };
  }
}

/** `FindPairs` of the checks for long lists: nothing but who shares how much with whom. */
export function findPairsByIndex(areas: readonly (readonly Float64Array[])[], othersFrom: number): SharedGround[] {
  const found: SharedGround[] = [];
  for (const { first, second, ha } of findSharing(areas.map(outlineOf), othersFrom, TOUCH_DEG)) {
    found.push({ first, second, sharedHa: ha });
  }
  return found;
}

interface Sharing {
  readonly first: number;
  readonly second: number;
  readonly ha: number;
  readonly isSame: boolean;
}

function* findSharing(outlines: readonly Outline[], othersFrom: number, touchDeg: number): Generator<Sharing> {
  // A parcel without rings has no box that could be indexed.
  const positions = outlines.flatMap(({ rings }, position) => (rings.length > 0 ? [position] : []));
  if (positions.length === 0) return;
  const index = new Flatbush(positions.length);
  for (const position of positions) index.add(...outlines[position]!.bboxDeg);
  index.finish();
  for (const second of positions) {
    const outline = outlines[second]!;
    const before = Math.min(second, othersFrom);
    const near = index.search(...outline.bboxDeg, (entry) => positions[entry]! < before).sort((a, b) => a - b);
    for (const entry of near) {
      const first = positions[entry]!;
      const common = measureCommon(outlines[first]!, outline, touchDeg);
      const isSame = isSameBox(outlines[first]!, outline) && areSameRings(outlines[first]!.rings, outline.rings);
      if (common !== null || isSame) yield { first, second, ha: common?.ha ?? 0, isSame };
    }
  }
}

/** Nearly: what rings settle. */
function isSameBox({ bboxDeg: a }: Outline, { bboxDeg: b }: Outline): boolean {
  return a.every((side, i) => Math.abs(side - b[i]!) < 2e-7);
}

function placeOf(a: Outline, b: Outline): readonly [number, number] | null {
  const common = intersectPolygons([a.rings], b.rings);
  return common === null ? null : placeInside(common);
}
