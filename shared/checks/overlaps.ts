import { outlineOf } from '../geometry/outline.ts';
import { lonLatAreaHa } from '../geometry/overlap.ts';
import type { CheckFinding } from '../parcel-check.ts';
import type { CheckContext, OtherParcel } from './context.ts';
import { findingOf, proposalOf } from './finding.ts';
import { DUPLICATE_PCT, OVERLAP_ERROR_PCT } from './limits.ts';
import type { Looked } from './look.ts';

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
  for (const { first, second, sharedHa } of pairs) {
    // Whoever is registered was there before.
    const isRegistered = second >= looked.length;
    const [later, earlier] = isRegistered ? [first, second] : [second, first];
    const [own, other] = [areas[later]!, areas[earlier]!];
    const [ownHa, otherHa] = [own, other].map(({ rings }) => lonLatAreaHa(outlineOf(rings))) as [number, number];
    const shares = { sharedHa, ownHa, otherHa };
    add(later, findingOfPair(other, shares, looked[later]!));
    if (isRegistered) continue;
    const sharedPct = Math.min(100, (100 * sharedHa) / Math.min(ownHa, otherHa));
    add(earlier, findingOf('overlapped', { other: own.id, overlapHa: sharedHa, sharedPct }));
  }
  return found;
}

function findingOfPair(
  other: Area,
  { sharedHa, ownHa, otherHa }: { readonly sharedHa: number; readonly ownHa: number; readonly otherHa: number },
  { parcelHa }: Looked,
): CheckFinding {
  const region = other.region;
  const ofLarger = Math.min(100, (100 * sharedHa) / Math.max(ownHa, otherHa));
  if (ofLarger >= DUPLICATE_PCT) {
    const geometry = { type: 'MultiPolygon', coordinates: [] } as const;
    const proposal = proposalOf('leave-out', { haBefore: parcelHa, haAfter: 0, geometry });
    return findingOf('duplicate', { other: other.id, region, sharedPct: ofLarger }, { proposal });
  }
  const sharedPct = Math.min(100, (100 * sharedHa) / Math.min(ownHa, otherHa));
  const severity = sharedPct >= OVERLAP_ERROR_PCT ? 'error' : 'warning';
  return findingOf('overlap', { other: other.id, region, overlapHa: sharedHa, sharedPct }, { severity });
}

function areaOf({ candidate, ground }: Looked): Area {
  return { id: candidate.id, region: '', rings: ground?.flat() ?? [] };
}

function areaOfOther({ id, regionName, rings }: OtherParcel): Area {
  return { id, region: regionName, rings };
}
