import { bboxOfRings } from '../geometry/rings.ts';
import type { CheckedParcel, CheckFinding, MendProposal, ParcelCandidate } from '../parcel-check.ts';
import { checkOne } from './check.ts';
import type { CheckContext, OtherParcel } from './context.ts';
import { readOutline } from './read-outline.ts';
import { tidyRings } from './tidy.ts';

/** A proposal that was taken. */
export interface MendStep {
  readonly rule: string;
  readonly kind: string;
  readonly message: string;
  readonly haBefore: number | null;
  readonly haAfter: number;
}

export interface Mended {
  /** With the geometry that came out; as given where nothing was taken. */
  readonly candidate: ParcelCandidate;
  /** What is found about it then. */
  readonly checked: CheckedParcel;
  readonly steps: readonly MendStep[];
  /** Nothing of it is left beside the parcels that were there before. */
  readonly isLeftOut: boolean;
  /** Area as given and as it came out; null where it cannot be measured. */
  readonly haBefore: number | null;
  readonly haAfter: number | null;
}

/** Whether a proposal is taken; by default every one is. */
export type Accept = (finding: CheckFinding, proposal: MendProposal) => boolean;

/** Steps at most: a proposal that did not help must not be made for ever. */
const MOST_STEPS = 50;

/** After so many parcels others get a turn. */
const TURN = 64;

/**
 * Takes the first proposal that `accept` lets through, checks the outcome afresh, and goes on until none is left. What is
 * said of hectares is measured at every step.
 */
export async function mendAll(
  candidate: ParcelCandidate,
  context: CheckContext,
  accept: Accept = () => true,
): Promise<Mended> {
  return mendStepwise(candidate, () => context, accept);
}

async function mendStepwise(
  candidate: ParcelCandidate,
  contextOf: (candidate: ParcelCandidate) => CheckContext,
  accept: Accept,
): Promise<Mended> {
  let current = candidate;
  let checked = await checkOne(candidate, contextOf(candidate));
  const { parcelHa: haBefore } = checked;
  const steps: MendStep[] = [];
  while (steps.length < MOST_STEPS) {
    const taken = firstProposal(checked, accept);
    if (taken === null) break;
    const { finding, proposal } = taken;
    const { kind, message, haAfter } = proposal;
    steps.push({ rule: finding.rule, kind, message, haBefore: proposal.haBefore, haAfter });
    if (kind === 'leave-out') return { candidate: current, checked, steps, isLeftOut: true, haBefore, haAfter: 0 };
    current = { ...current, geometry: proposal.geometry };
    checked = await checkOne(current, contextOf(current));
  }
  return { candidate: current, checked, steps, isLeftOut: false, haBefore, haAfter: checked.parcelHa };
}

/**
 * `mendAll` for the parcels of one file, in their order: each is held against those before it as they came out, so that
 * ground which two of them share stays with the first.
 */
export async function mendParcels(
  candidates: readonly ParcelCandidate[],
  context: CheckContext,
  accept: Accept = () => true,
): Promise<readonly Mended[]> {
  const mended: Mended[] = [];
  const others = context.others.map(boxed);
  const contextOf = (candidate: ParcelCandidate) => ({
    ...context,
    others: nearTo(candidate, others),
    onProgress: null,
  });
  for (const candidate of candidates) {
    const one = await mendStepwise(candidate, contextOf, accept);
    mended.push(one);
    if (mended.length % TURN === 0) await context.onProgress?.(mended.length, candidates.length);
    if (one.isLeftOut || one.haAfter === null) continue;
    // Tidied as it is registered: the outline may still run the other way round.
    const rings = tidyRings(readOutline(one.candidate.geometry).polygons!).polygons!.flat();
    others.push(boxed({ id: candidate.id, regionId: '', regionName: '', version: 0, rings }));
  }
  return mended;
}

function firstProposal(
  { findings }: CheckedParcel,
  accept: Accept,
): { readonly finding: CheckFinding; readonly proposal: MendProposal } | null {
  for (const finding of findings) {
    const { proposal } = finding;
    if (proposal !== null && accept(finding, proposal)) return { finding, proposal };
  }
  return null;
}

interface Boxed {
  readonly parcel: OtherParcel;
  readonly bboxDeg: readonly [number, number, number, number];
}

function boxed(parcel: OtherParcel): Boxed {
  return { parcel, bboxDeg: bboxOfRings(parcel.rings) };
}

/** Others whose boxes meet that of a parcel as it is now; none where it has no ground yet. */
function nearTo({ geometry }: ParcelCandidate, others: readonly Boxed[]): readonly OtherParcel[] {
  const [west, south, east, north] = bboxOfRings(readOutline(geometry).polygons?.flat() ?? []);
  return others
    .filter(({ bboxDeg: [w, s, e, n] }) => w <= east && e >= west && s <= north && n >= south)
    .map(({ parcel }) => parcel);
}
