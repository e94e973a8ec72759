import { checkParcels } from '../../shared/checks/check.ts';
import {
  type CheckContext,
  type CheckRegion,
  checkContext,
  checkRegion,
  type OtherParcel,
} from '../../shared/checks/context.ts';
import { readOutline } from '../../shared/checks/read-outline.ts';
import { sortFindings, verdictOf } from '../../shared/checks/verdict.ts';
import { bboxOfRings, readRings } from '../../shared/geometry/rings.ts';
import type { Bbox } from '../../shared/grid.ts';
import type { CheckedParcel, CheckFinding, ParcelCandidate } from '../../shared/parcel-check.ts';
import type { ParcelVersion, RegisterRegion } from '../../shared/register.ts';
import { quoteId } from '../parcels/ids.ts';
import { findPairsByIndex } from '../parcels/overlaps.ts';
import type { RegisterShape } from '../store/register-rows.ts';
import { readShape } from './register-shape.ts';
import { describeIdFault, faultOfRegisterId, findUnkeptText } from './register-texts.ts';

/** A parcel before the register takes it. */
export interface ParcelToJudge {
  readonly candidate: ParcelCandidate;
  /** Wanted id, which has to be one that the register takes; null: it gives one. */
  readonly wantedId: string | null;
  readonly regionId: string;
  /** Parcels that it was split from or merged of. */
  readonly fromIds: readonly string[];
  /**
   * Whether ground shared with those is only to be looked at: of a drawing, whose parent gives way later. What is handed
   * in never lies on a parcel that stands.
   */
  readonly isDrawing: boolean;
}

/** What parcels are held against. */
export interface JudgeAgainst {
  /** Empty: the project has no regions, and none is asked for. */
  readonly regions: readonly RegisterRegion[];
  /** Current parcels near them, but for the one that is edited. */
  readonly others: readonly ParcelVersion[];
  /** UTC day. */
  readonly today: string;
  readonly onProgress?: CheckContext['onProgress'] | undefined;
}

/** A parcel as it was judged, with its boundary as the register would keep it; null where it cannot be. */
export interface JudgedParcel {
  readonly checked: CheckedParcel;
  readonly shape: RegisterShape | null;
}

/** Judges parcels as the register does before it takes them, in their order; those of one region against one another. */
export async function judgeParcels(
  parcels: readonly ParcelToJudge[],
  against: JudgeAgainst,
): Promise<readonly JudgedParcel[]> {
  const checked = new Map<ParcelToJudge, CheckedParcel>();
  for (const regionId of new Set(parcels.map((parcel) => parcel.regionId))) {
    const mine = parcels.filter((parcel) => parcel.regionId === regionId);
    const others = [...against.others.map((parcel) => otherOf(parcel, regionId, against.regions))];
    // Parcels of the same request for other regions are neighbours like any.
    for (const [parcel, { id }] of checked) {
      const { value } = readRings(parcel.candidate.geometry);
      if (value) others.push({ id, regionId: parcel.regionId, regionName: parcel.regionId, version: 0, rings: value });
    }
    const context = checkContext({
      regions: regionsOf(regionId, against.regions),
      others,
      today: against.today,
      findPairs: findPairsByIndex,
      onProgress: against.onProgress ?? null,
    });
    const found = await checkParcels(
      mine.map(({ candidate }) => candidate),
      context,
    );
    for (const [i, parcel] of mine.entries()) checked.set(parcel, found[i]!);
  }
  return Promise.all(parcels.map((parcel) => finishJudgement(parcel, checked.get(parcel)!)));
}

async function finishJudgement(parcel: ParcelToJudge, checked: CheckedParcel): Promise<JudgedParcel> {
  const { candidate, wantedId } = parcel;
  const findings = [
    ...checked.findings.map((finding) => judgeOwnGround(finding, parcel)),
    ...(wantedId === null ? [] : findIdFault(wantedId)),
    ...findTextFault(candidate),
  ];
  const read = await readShape(candidate.geometry);
  const hasError = findings.some(({ severity }) => severity === 'error');
  if (read.fault && !hasError) findings.push(errorOf('not-valid', `The parcel ${read.fault.text}`));
  const sorted = sortFindings(findings);
  return {
    checked: { ...checked, findings: sorted, verdict: verdictOf(sorted) },
    shape: read.fault ? null : read.shape,
  };
}

/** Pieces lie on the ground of the parcel that was split until that one is changed too. */
function judgeOwnGround(finding: CheckFinding, { fromIds, isDrawing }: ParcelToJudge): CheckFinding {
  const isShared = finding.rule === 'overlap' || finding.rule === 'duplicate';
  const other = String(finding.values.other);
  if (!isShared || finding.severity !== 'error' || !fromIds.includes(other)) return finding;
  if (isDrawing) return { ...finding, severity: 'warning' };
  const message = `This was split from or merged of ${quoteId(other)}, which still claims that ground: hand in all pieces together, or first edit or withdraw that parcel. ${finding.message}`;
  return { ...finding, message };
}

/** A registered parcel as checks for a region see it. */
export function otherOf(parcel: ParcelVersion, regionId: string, regions: readonly RegisterRegion[]): OtherParcel {
  const { id, version, geometry } = parcel;
  const name = regions.find((region) => region.id === parcel.regionId)?.name ?? parcel.regionId;
  const regionName = parcel.regionId === regionId ? '' : name;
  return { id, regionId: parcel.regionId, regionName, version, rings: readRings(geometry).value ?? [] };
}

/** What a parcel of a region has to lie in; empty where nobody knows its boundary. */
export function regionsOf(regionId: string, regions: readonly RegisterRegion[]): CheckRegion[] {
  const region = regions.find(({ id }) => id === regionId);
  const rings = region?.boundary ? readRings(region.boundary).value : undefined;
  return region && rings ? [checkRegion({ id: region.id, name: region.name, rings })] : [];
}

/** Box round all candidates that have a place; null where none has. */
export function boxOfCandidates(candidates: readonly Pick<ParcelCandidate, 'geometry'>[]): Bbox | null {
  const rings = candidates.flatMap(({ geometry }) => readOutline(geometry).polygons?.flat() ?? []);
  const box = bboxOfRings(rings);
  return box.every(Number.isFinite) ? box : null;
}

function findTextFault({ attributes }: ParcelCandidate): CheckFinding[] {
  const place = findUnkeptText(attributes);
  if (place === null) return [];
  return [
    errorOf('text', `Its ${place} holds a NUL or half a character, which cannot be kept. Type it again.`, { place }),
  ];
}

/** What is said of an id that the register does not take. */
function findIdFault(id: string): CheckFinding[] {
  const fault = faultOfRegisterId(id);
  return fault === null ? [] : [errorOf('id', describeIdFault(id, fault), { id: id.slice(0, 128) })];
}

export function errorOf(rule: string, message: string, values: CheckFinding['values'] = {}): CheckFinding {
  return { rule, severity: 'error', message, values, place: null, proposal: null };
}
