import type { CheckedParcel, CheckFinding, ParcelCandidate } from '../../shared/parcel-check.ts';
import type { RegisterRegion } from '../../shared/register.ts';
import type { RegisterShape } from '../store/register-rows.ts';
import { readShape } from './register-shape.ts';
import { describeIdFault, faultOfRegisterId } from './register-texts.ts';

/** A candidate as it was judged, with its boundary as the register would keep it; null where it cannot be. */
export interface JudgedParcel {
  readonly checked: CheckedParcel;
  readonly shape: RegisterShape | null;
}

export interface JudgeContext {
  readonly regionId: string;
  readonly regions: readonly RegisterRegion[];
  /** Registered parcels that are about to be changed or replaced by these. */
  readonly exceptIds: readonly string[];
}

/** Judges candidates as the register does before it takes them. */
export async function judgeCandidates(candidates: readonly ParcelCandidate[]): Promise<JudgedParcel[]> {
  return Promise.all(candidates.map(judgeCandidate));
}

async function judgeCandidate(candidate: ParcelCandidate): Promise<JudgedParcel> {
  const { index, id } = candidate;
  const read = await readShape(candidate.geometry);
  const findings = [...candidate.findings, ...findIdFault(id)];
  if (read.fault) {
    findings.unshift(errorOf('geometry', `Parcel ${id} ${read.fault.text}`, { code: read.fault.code }));
    return { checked: { index, id, verdict: 'refused', findings, parcelHa: null }, shape: null };
  }
  const isRefused = findings.some(({ severity }) => severity === 'error');
  const verdict = isRefused ? 'refused' : 'accepted';
  return { checked: { index, id, verdict, findings, parcelHa: read.shape.parcelHa }, shape: read.shape };
}

/** What is said of an id that the register does not take. */
export function findIdFault(id: string): CheckFinding[] {
  const fault = faultOfRegisterId(id);
  return fault === null ? [] : [errorOf('id', describeIdFault(id, fault), { id: id.slice(0, 128) })];
}

export function errorOf(rule: string, message: string, values: CheckFinding['values']): CheckFinding {
  return { rule, severity: 'error', message, values, place: null, proposal: null };
}
