import type { CheckFinding, ParcelCandidate } from '../parcel-check.ts';
import { checkAttributes, checkStatedArea } from './attributes.ts';
import type { CheckContext } from './context.ts';
import { findingOf } from './finding.ts';
import { checkGround, checkSpikes } from './ground.ts';
import { isValid, measurePolygons, propose } from './mending.ts';
import { unrollPolygons } from './meridian.ts';
import { findRangeFault } from './range.ts';
import { type Fault, type Polygons, readOutline } from './read-outline.ts';
import { checkRegions } from './region.ts';
import { repairPolygons } from './repair.ts';
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

const NOTHING: Seen = { findings: [], parcelHa: null, ground: null };

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
  if (range !== null) {
    const haBefore = range.rule === 'antimeridian' ? await measureUnrolled(read.polygons) : null;
    return { findings: [...findings, ...(await findingsOf([range], haBefore))], parcelHa: haBefore, ground: null };
  }
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
    const repaired = repairPolygons(polygons);
    const findings: CheckFinding[] = [];
    for (const { rule, values, place, mend } of faults) {
      const proposal = repaired && (await propose(mend, repaired, null));
      findings.push(findingOf(rule, values as never, { place, proposal }));
    }
    const seen = repaired && (await isValid(repaired)) ? await lookAtValid(repaired, null, context) : NOTHING;
    return { ...seen, findings: [...findings, ...(await checkSpikes(polygons, null, limits)), ...seen.findings] };
  }
  const haBefore = isAsGiven ? measurePolygons(polygons) : null;
  const seen = await lookAtValid(polygons, haBefore, context);
  return { ...seen, findings: [...(await checkSpikes(polygons, haBefore, limits)), ...seen.findings] };
}

/** Rules that need valid ground: of the parcel as given, or as it is proposed where `haBefore` is null. */
async function lookAtValid(polygons: Polygons, haBefore: number | null, context: CheckContext): Promise<Seen> {
  const ha = haBefore ?? measurePolygons(polygons);
  const findings = [
    ...(await checkGround({ polygons, ha, haBefore }, context.limits)),
    ...(await checkRegions(polygons, haBefore, context)),
  ];
  return { findings, parcelHa: haBefore, ground: polygons };
}

async function findingsOf(faults: readonly Fault[], haBefore: number | null): Promise<CheckFinding[]> {
  const findings: CheckFinding[] = [];
  for (const { rule, values, place, instead } of faults) {
    // Other faults of an outline leave it without an area that could be told.
    const before = rule === 'duplicate-points' || rule === 'antimeridian' ? haBefore : null;
    const proposal = instead && (await propose(instead.kind, instead.polygons, before));
    findings.push(findingOf(rule, values as never, { place, proposal }));
  }
  return findings;
}

/** Whether a parcel with this fault is another one than was given. */
function isError({ rule }: Fault): boolean {
  return rule !== 'duplicate-points' && rule !== 'winding';
}

/** True area of polygons that run across the 180° meridian, where it can be told. */
async function measureUnrolled(polygons: Polygons): Promise<number | null> {
  const { polygons: tidy } = tidyRings(unrollPolygons(polygons));
  return tidy !== null && (await isValid(tidy)) ? measurePolygons(tidy) : null;
}
