import { outlineOf } from '../geometry/outline.ts';
import { lonLatAreaHa } from '../geometry/overlap.ts';
import type { CheckFinding, MendProposal } from '../parcel-check.ts';
import type { CheckContext, OtherParcel, SharedGround } from './context.ts';
import { findingOf, type Place, proposalOf } from './finding.ts';
import { placeInside } from './inside.ts';
import { DUPLICATE_PCT, OVERLAP_ERROR_PCT } from './limits.ts';
import type { Looked } from './look.ts';
import { propose } from './mending.ts';
import type { Polygons } from './read-outline.ts';
import { intersectPolygons, subtractPolygons } from './repair.ts';

/** The area a pair is made of: a parcel of the file or one that is registered. */
interface Area {
  readonly id: string;
  readonly region: string;
  readonly rings: readonly Float64Array[];
}

/**
 * Ground that parcels share with one another and with every registered one: for each parcel what is found. The later of
 * two gets the finding with a proposal, the earlier one of the same file a note.
 */
export async function checkOverlaps(
  looked: readonly Looked[],
  context: CheckContext,
): Promise<ReadonlyMap<number, readonly CheckFinding[]>> {
  const areas = [...looked.map(areaOf), ...context.others.map(areaOfOther)];
  const found = new Map<number, CheckFinding[]>();
  const add = (position: number, finding: CheckFinding) => {
    const list = found.get(position);
    if (list) list.push(finding);
    else found.set(position, [finding]);
  };
  const pairs = await context.findPairs(
    areas.map(({ rings }) => rings),
    looked.length,
  );
  for (const pair of pairs) {
    const { later, earlier, isRegistered } = orderOf(pair, looked.length);
    const ground = looked[later]!.ground!;
    const [own, other] = [areas[later]!, areas[earlier]!];
    const shared = { ...pair, ownHa: haOf(own), otherHa: haOf(other), ...placeOf(ground, other) };
    add(later, await findingOfPair(other, shared, looked[later]!));
    if (isRegistered) continue;
    const values = { other: own.id, overlapHa: pair.sharedHa, sharedPct: shareOf(shared, Math.min) };
    add(earlier, findingOf('overlapped', values, { place: shared.place }));
  }
  return found;
}

/** Whoever is registered was there before; in a file, whoever stands first. */
function orderOf({ first, second }: SharedGround, othersFrom: number) {
  const isRegistered = second >= othersFrom;
  const [later, earlier] = isRegistered ? [first, second] : [second, first];
  return { later, earlier, isRegistered };
}

interface Shared {
  readonly sharedHa: number;
  readonly ownHa: number;
  readonly otherHa: number;
  readonly place: Place | null;
}

async function findingOfPair(other: Area, shared: Shared, { parcelHa, ground }: Looked): Promise<CheckFinding> {
  const { place, sharedHa: overlapHa } = shared;
  const { id, region } = other;
  const ofLarger = shareOf(shared, Math.max);
  if (ofLarger >= DUPLICATE_PCT) {
    return findingOf('duplicate', { other: id, region, sharedPct: ofLarger }, { place, proposal: leaveOut(parcelHa) });
  }
  const left = subtractPolygons(ground!, other.rings);
  const proposal = left === null ? leaveOut(parcelHa) : await propose('cut-overlap', left, parcelHa);
  const sharedPct = shareOf(shared, Math.min);
  const severity = sharedPct >= OVERLAP_ERROR_PCT ? 'error' : 'warning';
  return findingOf('overlap', { other: id, region, overlapHa, sharedPct }, { place, proposal, severity });
}

function leaveOut(haBefore: number | null): MendProposal {
  return proposalOf('leave-out', { haBefore, haAfter: 0, geometry: { type: 'MultiPolygon', coordinates: [] } });
}

/** Shared ground as percent of the smaller or the larger area. */
function shareOf({ sharedHa, ownHa, otherHa }: Shared, of: (a: number, b: number) => number): number {
  return Math.min(100, (100 * sharedHa) / of(ownHa, otherHa));
}

function haOf({ rings }: Area): number {
  return lonLatAreaHa(outlineOf(rings));
}

function placeOf(ground: Polygons, other: Area): { readonly place: Place | null } {
  const common = intersectPolygons(ground, other.rings);
  return { place: common && placeInside(common) };
}

function areaOf({ candidate, ground }: Looked): Area {
  return { id: candidate.id, region: '', rings: ground?.flat() ?? [] };
}

function areaOfOther({ id, regionName, rings }: OtherParcel): Area {
  return { id, region: regionName, rings };
}
