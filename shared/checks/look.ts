import type { CheckFinding, ParcelCandidate } from '../parcel-check.ts';
import { checkAttributes, checkStatedArea } from './attributes.ts';
import type { CheckContext } from './context.ts';
import { findingOf } from './finding.ts';
import { checkGround, checkSpikes } from './ground.ts';
import { measurePolygons, propose } from './mending.ts';
import { findRangeFault } from './range.ts';
import { type Fault, type Polygons, readOutline } from './read-outline.ts';
import { checkRegions } from './region.ts';
import type { CheckRule } from './rules.ts';
import { tidyRings } from './tidy.ts';
import { findValidityFaults } from './validity.ts';

/** What is known of a parcel when it has been looked at alone. */
export interface Looked {
  readonly candidate: ParcelCandidate;
  readonly findings: readonly CheckFinding[];
  /** Area as given, null where it cannot be measured. */
  readonly parcelHa: number | null;
  /** Ground it claims, tidy and valid: as given, or as the proposals would have it; null where it cannot be told. */
  readonly ground: Polygons | null;
}

type Seen = Omit<Looked, 'candidate'>;

/** Looks at one parcel by every rule but those that compare parcels. */
export async function lookAt(candidate: ParcelCandidate, context: CheckContext): Promise<Looked> {
  const seen = await lookAtOutline(candidate, context);
  const said = checkAttributes(candidate.attributes, context);
  const stated =
    seen.parcelHa === null ? [] : checkStatedArea(candidate.attributes.statedHa, seen.parcelHa, context.limits);
  return { ...seen, candidate, findings: [...candidate.findings, ...seen.findings, ...stated, ...said] };
}

async function lookAtOutline(candidate: ParcelCandidate, context: CheckContext): Promise<Seen> {
  const read = readOutline(candidate.geometry);
  const findings = await findingsOf(read.faults, null);
  if (read.heights > 0 && !candidate.findings.some(({ rule }) => rule === 'z-dropped')) {
    findings.push(findingOf('z-dropped', { count: read.heights }));
  }
  if (read.polygons === null) return { findings, parcelHa: null, ground: null };
  const range = findRangeFault(read.polygons);
  if (range !== null)
    return { findings: [...findings, ...(await findingsOf([range], null))], parcelHa: null, ground: null };
  const tidy = tidyRings(read.polygons);
  if (tidy.polygons === null) {
    return { findings: [...findings, ...(await findingsOf(tidy.faults, null))], parcelHa: null, ground: null };
  }
  const seen = await lookAtGround(tidy.polygons, {
    isAsGiven: ![...read.faults, ...tidy.faults].some(isError),
    context,
  });
  const tidied = await findingsOf(tidy.faults, seen.parcelHa);
  return { ...seen, findings: [...findings, ...tidied, ...seen.findings] };
}

/** Rules that need tidy polygons. `isAsGiven`: they are the parcel as given, so that their area is its area. */
async function lookAtGround(
  polygons: Polygons,
  { isAsGiven, context }: { readonly isAsGiven: boolean; readonly context: CheckContext },
): Promise<Seen> {
  const { limits } = context;
  const faults = await findValidityFaults(polygons);
  if (faults.length > 0) {
    const findings = faults.map(({ rule, values, place }) => findingOf(rule as CheckRule, values as never, { place }));
    return { findings: [...findings, ...(await checkSpikes(polygons, null, limits))], parcelHa: null, ground: null };
  }
  const ha = measurePolygons(polygons);
  const haBefore = isAsGiven ? ha : null;
  const findings = [
    ...(await checkSpikes(polygons, haBefore, limits)),
    ...(await checkGround({ polygons, ha, haBefore }, limits)),
    ...(await checkRegions(polygons, haBefore, context)),
  ];
  return { findings, parcelHa: haBefore, ground: polygons };
}

async function findingsOf(faults: readonly Fault[], haBefore: number | null): Promise<CheckFinding[]> {
  const findings: CheckFinding[] = [];
  for (const { rule, values, place, instead } of faults) {
    const before = rule === 'duplicate-points' ? haBefore : null;
    const proposal = instead && (await propose(instead.kind, instead.polygons, before));
    findings.push(findingOf(rule, values as never, { place, proposal }));
  }
  return findings;
}

/** Whether a parcel with this fault is another one than was given. */
function isError({ rule }: Fault): boolean {
  return rule !== 'duplicate-points' && rule !== 'winding';
}
