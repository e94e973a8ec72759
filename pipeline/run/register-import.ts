import { checkContext } from '../../shared/checks/context.ts';
import { mendParcels } from '../../shared/checks/mend.ts';
import type { CheckedParcel, CheckFinding, ParcelCandidate } from '../../shared/parcel-check.ts';
import type { NewParcel, ParcelVersion, Provenance } from '../../shared/register.ts';
import { findPairsByIndex } from '../parcels/overlaps.ts';
import { readDraftParcels, readTakenIds } from '../store/register-read.ts';
import type { Database } from '../store/sql.ts';
import { otherOf, type ParcelToJudge, regionsOf } from './register-checks.ts';
import { addJudged, judgeNow, nearParcels, type OfRegions, type Refused, whereThere } from './register-writes.ts';

/** A file whose parcels are to be registered, as `readParcelFile` read it. */
export interface ImportRequest extends OfRegions {
  readonly regionId: string;
  readonly candidates: readonly ParcelCandidate[];
  readonly file: Omit<NonNullable<Provenance['file']>, 'place'>;
  readonly author: string;
  readonly reason: string;
  /** Whether proposals that take an error away are accepted. */
  readonly acceptMends: boolean;
}

/** What became of a row of the file. */
export interface ImportRow {
  readonly index: number;
  readonly place: string;
  /** Of the register where it has one, else of the file. */
  readonly id: string;
  /**
   * `before`: registered by an earlier import of the same file · `mendable`: there are proposals, which were not to be
   * accepted · `refused`.
   */
  readonly outcome: 'registered' | 'mended' | 'before' | 'mendable' | 'refused';
  readonly findings: readonly CheckFinding[];
  readonly mends: Provenance['mends'];
  readonly parcelHa: number | null;
}

export interface ImportOutcome {
  readonly rows: readonly ImportRow[];
  /** Of the whole file as given. */
  readonly checked: readonly CheckedParcel[];
  /** Why nothing was registered although rows could be: somebody was faster. */
  readonly refused: Refused | null;
  readonly revision: number;
}

/** The same file and row has the same draft, so that importing it again makes no second parcel. */
function draftOfRow(fileSha256: string, index: number): string {
  return `file-${fileSha256.slice(0, 40)}-${index}`;
}

/** Checks the parcels of a file and registers those that can be, in one transaction. */
export async function importParcels(database: Database, of: ImportRequest): Promise<ImportOutcome> {
  const drafts = of.candidates.map(({ index }) => draftOfRow(of.file.sha256, index));
  const before = await whereThere(() => readDraftParcels(database, drafts), new Map<string, string>());
  const fresh = of.candidates.filter(({ index }) => !before.has(draftOfRow(of.file.sha256, index)));
  const freed = await freeIds(database, fresh);
  const { judged } = await judgeNow(
    database,
    freed.map((candidate) => toJudge(candidate, of.regionId)),
    {
      ...of,
      exceptId: null,
    },
  );
  const checked = judged.map((one) => one.checked);
  const mended =
    of.acceptMends && checked.some(({ verdict }) => verdict === 'mendable') ? await mend(database, freed, of) : null;
  const looked = freed.map(
    (candidate, i) => mended?.[i] ?? { candidate, checked: checked[i]!, mends: [], isLeftOut: false },
  );
  const chosen = looked.filter(
    ({ checked: { verdict }, isLeftOut }) => !isLeftOut && (verdict === 'accepted' || verdict === 'warned'),
  );
  const answer = await addJudged(database, {
    parcels: chosen.map(({ candidate, mends }) => newParcel(candidate, mends, of)),
    regions: of.regions,
    at: of.at,
  });
  const taken = answer.kind === 'added' ? answer.parcels : null;
  const registered = new Map(chosen.map(({ candidate }, i) => [candidate.index, taken?.[i] ?? null]));
  const rowOf = new Map(looked.map((one, i) => [one.candidate.index, toRow(one, checked[i]!, registered)]));
  const rows = of.candidates.map((candidate): ImportRow => {
    const { index, place } = candidate;
    const id = before.get(draftOfRow(of.file.sha256, index));
    if (id === undefined) return rowOf.get(index)!;
    return { index, place, id, outcome: 'before', findings: [], mends: [], parcelHa: null };
  });
  const refused = answer.kind === 'refused' ? answer : null;
  return { rows, checked, refused, revision: answer.kind === 'added' ? answer.revision : 0 };
}

interface LookedAt {
  readonly candidate: ParcelCandidate;
  readonly checked: CheckedParcel;
  readonly mends: Provenance['mends'];
  readonly isLeftOut: boolean;
}

function toRow(
  { candidate, checked, mends }: LookedAt,
  given: CheckedParcel,
  registered: ReadonlyMap<number, ParcelVersion | null>,
): ImportRow {
  const { index, place } = candidate;
  const parcel = registered.get(index);
  if (parcel) {
    const outcome = mends.length > 0 ? 'mended' : 'registered';
    return { index, place, id: parcel.id, outcome, findings: checked.findings, mends, parcelHa: parcel.parcelHa };
  }
  const outcome = given.verdict === 'mendable' && mends.length === 0 ? 'mendable' : 'refused';
  return { index, place, id: given.id, outcome, findings: given.findings, mends: [], parcelHa: given.parcelHa };
}

async function mend(
  database: Database,
  candidates: readonly ParcelCandidate[],
  of: ImportRequest,
): Promise<LookedAt[]> {
  const near = await nearParcels(database, candidates, null);
  const context = checkContext({
    regions: regionsOf(of.regionId, of.regions),
    others: near.map((parcel) => otherOf(parcel, of.regionId, of.regions)),
    today: of.at.slice(0, 10),
    findPairs: findPairsByIndex,
    onProgress: of.onProgress ?? null,
  });
  // What only wants to be looked at stays as it is.
  const mended = await mendParcels(candidates, context, ({ severity }) => severity === 'error');
  return mended.map(({ candidate, checked, steps, isLeftOut }) => ({
    candidate,
    checked,
    isLeftOut,
    mends: steps.map(({ rule, kind, haBefore, haAfter }) => ({ rule, kind, haBefore, haAfter })),
  }));
}

export function toJudge(candidate: ParcelCandidate, regionId: string): ParcelToJudge {
  return { candidate, wantedId: wantedId(candidate), regionId, fromIds: [] };
}

function newParcel(candidate: ParcelCandidate, mends: Provenance['mends'], of: ImportRequest): NewParcel {
  const { index, place, geometry, attributes } = candidate;
  return {
    draftId: draftOfRow(of.file.sha256, index),
    id: wantedId(candidate),
    regionId: of.regionId,
    geometry: geometry!,
    attributes,
    author: of.author,
    reason: of.reason,
    provenance: { kind: 'imported', file: { ...of.file, place }, from: [], mends },
  };
}

/** An id that the file gave; one that was made up for want of it gives way to one of the register. */
function wantedId({ id }: ParcelCandidate): string | null {
  return /^row-\d+$/.test(id) ? null : id;
}

/**
 * Candidates whose ids other parcels of the register have go by their row, with a warning: two files may both number
 * their parcels from 1, and the register then gives new ids. The id of the file stays among the properties.
 */
export async function freeIds(
  database: Database,
  candidates: readonly ParcelCandidate[],
): Promise<readonly ParcelCandidate[]> {
  const ids = candidates.flatMap((candidate) => wantedId(candidate) ?? []);
  const taken = await whereThere(() => readTakenIds(database, ids), new Set<string>());
  return candidates.map((candidate) => {
    const { id, index, attributes } = candidate;
    if (!taken.has(id)) return candidate;
    const message = `The register has a parcel "${id}" already, so this one gets another id; its id in the file is kept among its properties.`;
    const finding: CheckFinding = {
      rule: 'id-taken',
      severity: 'warning',
      message,
      values: { id },
      place: null,
      proposal: null,
    };
    const more = Object.assign(
      Object.create(null),
      attributes.more,
      Object.hasOwn(attributes.more, 'id') ? {} : { id },
    );
    return {
      ...candidate,
      id: `row-${index + 1}`,
      attributes: { ...attributes, more },
      findings: [finding, ...candidate.findings],
    };
  });
}
