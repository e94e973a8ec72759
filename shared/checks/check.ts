import type { CheckedParcel, ParcelCandidate } from '../parcel-check.ts';
import type { CheckContext } from './context.ts';
import { type Looked, lookAt } from './look.ts';
import { checkOverlaps } from './overlaps.ts';
import { sortFindings, verdictOf } from './verdict.ts';

/** After so many parcels others get a turn. */
const TURN = 64;

/**
 * Checks parcels by all rules, each alone and against one another and `context.others`; answers them in their order.
 * Changes nothing: what could be changed stands in the proposals. The same input gives the same answer.
 */
export async function checkParcels(
  candidates: readonly ParcelCandidate[],
  context: CheckContext,
): Promise<readonly CheckedParcel[]> {
  const looked: Looked[] = [];
  for (const candidate of candidates) {
    looked.push(await lookAt(candidate, context));
    if (looked.length % TURN === 0) await context.onProgress?.(looked.length, candidates.length);
  }
  const shared = await checkOverlaps(looked, context);
  await context.onProgress?.(candidates.length, candidates.length);
  return looked.map(({ candidate, findings, parcelHa }, position) => {
    const all = sortFindings([...findings, ...(shared.get(position) ?? [])]);
    return { index: candidate.index, id: candidate.id, verdict: verdictOf(all), findings: all, parcelHa };
  });
}

/** One parcel by all rules, as while it is drawn. */
export async function checkOne(candidate: ParcelCandidate, context: CheckContext): Promise<CheckedParcel> {
  const [checked] = await checkParcels([candidate], context);
  return checked!;
}
