import { checkContext } from '../../shared/checks/context.ts';
import { mendParcels } from '../../shared/checks/mend.ts';
import type { CheckedParcel, CheckFinding, ParcelCandidate } from '../../shared/parcel-check.ts';
import type { NewParcel, ParcelVersion, Provenance } from '../../shared/register.ts';
import type { UsedAnswers } from '../parcels/formats/format.ts';
import { freeRowId } from '../parcels/ids.ts';
import { findPairsByIndex } from '../parcels/overlaps.ts';
import { sha256OfBytes } from '../store/files.ts';
import { readDraftParcels, readParcelsOf, readTakenIds, readVersion } from '../store/register-read.ts';
import type { Database } from '../store/sql.ts';
import { errorOf, otherOf, type ParcelToJudge, regionsOf } from './register-checks.ts';
import {
  type AddAnswer,
  addJudged,
  judgeNow,
  nearParcels,
  type OfRegions,
  type Refused,
  whereThere,
} from './register-writes.ts';

/** A file whose parcels are to be registered, as `readParcelFile` read it. */
export interface ImportRequest extends OfRegions {
  readonly regionId: string;
  readonly candidates: readonly ParcelCandidate[];
  readonly file: Omit<NonNullable<Provenance['file']>, 'place'>;
  /** How the file was read: read in another way, its rows are other parcels. An answer that was not needed is none. */
  readonly reading: UsedAnswers & { readonly idField: string | null };
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
  /** Why nothing was registered although rows could be. */
  readonly refused: Refused | null;
  readonly revision: number;
}

/** Mending is done again with the neighbours at the new place, so often at most; what then still fails is left out. */
const MOST_MENDS = 4;

/** The same row of a file, read in the same way for the same region, has the same draft: again it makes no second parcel. */
function draftOfRow(
  { file, regionId, reading }: Pick<ImportRequest, 'file' | 'regionId' | 'reading'>,
  { index, place }: ParcelCandidate,
): string {
  const { layer, assumedCrs, idField } = reading;
  const way = sha256OfBytes(JSON.stringify([regionId, layer, assumedCrs, idField, place]));
  return `file-${file.sha256.slice(0, 40)}-${way.slice(0, 24)}-${index}`;
}

/** Checks the parcels of a file and registers those that can be, in one transaction. */
export async function importParcels(database: Database, of: ImportRequest): Promise<ImportOutcome> {
  const before = await readBefore(database, of);
  const fresh = of.candidates.filter(({ index }) => !before.has(index));
  const freed = await freeIds(database, fresh);
  const { judged } = await judgeNow(
    database,
    freed.map((candidate) => toJudge(candidate, of.regionId)),
    {
      ...of,
      except: [],
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
  const { answer, taken, leftOut } = await addThatCan(database, chosen, of);
  const rowOf = new Map(
    looked.map((one, i) => {
      const { index } = one.candidate;
      return [index, toRow(one, leftOut.get(index) ?? checked[i]!, taken.get(index))];
    }),
  );
  const rows = of.candidates.map(({ index }): ImportRow => before.get(index) ?? rowOf.get(index)!);
  const refused = answer.kind === 'refused' ? answer : null;
  return { rows, checked, refused, revision: answer.kind === 'added' ? answer.revision : 0 };
}

interface Taken {
  readonly answer: AddAnswer;
  /** What rows became, by their index. */
  readonly taken: ReadonlyMap<number, ParcelVersion>;
  /** Rows that stood in the way of the rest, with what was found about them. */
  readonly leftOut: ReadonlyMap<number, CheckedParcel>;
}

/** Registers what can be, in one transaction: a row that the register refuses after all stands in no other's way. */
async function addThatCan(database: Database, chosen: readonly LookedAt[], of: ImportRequest): Promise<Taken> {
  const leftOut = new Map<number, CheckedParcel>();
  const taken = new Map<number, ParcelVersion>();
  let rest = chosen;
  for (;;) {
    const parcels = rest.map(({ candidate, mends }) => newParcel(candidate, mends, of));
    const answer = await addJudged(database, { parcels, regions: of.regions, at: of.at });
    if (answer.kind === 'added') {
      for (const [i, { candidate }] of rest.entries()) taken.set(candidate.index, answer.parcels[i]!);
      return { answer, taken, leftOut };
    }
    for (const refused of answer.parcels) leftOut.set(rest[refused.index]!.candidate.index, refused);
    const left = rest.filter(({ candidate }) => !leftOut.has(candidate.index));
    if (left.length === rest.length) return { answer, taken, leftOut };
    rest = left;
  }
}

/** Rows that an earlier import registered, by index: `before` where the parcel still is as it was, else `refused` with why. */
async function readBefore(database: Database, of: ImportRequest): Promise<Map<number, ImportRow>> {
  const draftOf = (candidate: ParcelCandidate) => draftOfRow(of, candidate);
  const ids = await whereThere(() => readDraftParcels(database, of.candidates.map(draftOf)), new Map<string, string>());
  const parcels = ids.size === 0 ? [] : await readParcelsOf(database, [...ids.values()]);
  const current = new Map(parcels.map((parcel) => [parcel.id, parcel]));
  const rows = new Map<number, ImportRow>();
  for (const candidate of of.candidates) {
    const id = ids.get(draftOf(candidate));
    if (id === undefined) continue;
    const { index, place } = candidate;
    const fault = await findChange(database, current.get(id)!);
    const became = { outcome: fault ? ('refused' as const) : ('before' as const), findings: fault ? [fault] : [] };
    rows.set(index, { index, place, id, ...became, mends: [], parcelHa: null });
  }
  return rows;
}

/** What became of a parcel since it was imported, where its row is not what the register holds any more. */
async function findChange(database: Database, parcel: ParcelVersion): Promise<CheckFinding | null> {
  const { id, version, state, author, geometrySha256 } = parcel;
  const was = `An earlier import of this file registered it as parcel "${id}"`;
  if (state === 'withdrawn') {
    const message = `${was}, which ${author} has withdrawn since (${parcel.reason}). To take it back, edit that parcel.`;
    return errorOf('withdrawn-since', message, { id, version });
  }
  if (version === 1 || (await readVersion(database, id, 1))?.geometrySha256 === geometrySha256) return null;
  const message = `${was}, which has another boundary since: version ${version}, of ${author}. To have the one of the file, edit that parcel.`;
  return errorOf('changed-since', message, { id, version });
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
  parcel: ParcelVersion | undefined,
): ImportRow {
  const { index, place } = candidate;
  if (parcel) {
    const outcome = mends.length > 0 ? 'mended' : 'registered';
    return { index, place, id: parcel.id, outcome, findings: checked.findings, mends, parcelHa: parcel.parcelHa };
  }
  const outcome = given.verdict === 'mendable' && mends.length === 0 ? 'mendable' : 'refused';
  return { index, place, id: candidate.id, outcome, findings: given.findings, mends: [], parcelHa: given.parcelHa };
}

async function mend(
  database: Database,
  candidates: readonly ParcelCandidate[],
  of: ImportRequest,
): Promise<LookedAt[]> {
  let near = await nearParcels(database, candidates, []);
  for (let tries = 1; ; tries++) {
    const mended = await mendBeside(near, candidates, of);
    // Mended, a parcel may lie elsewhere, among neighbours that nobody has looked at yet.
    const there = await nearParcels(
      database,
      mended.map(({ candidate }) => candidate),
      near.map(({ id }) => id),
    );
    if (there.length === 0 || tries === MOST_MENDS) return mended;
    near = [...near, ...there];
  }
}

async function mendBeside(
  near: readonly ParcelVersion[],
  candidates: readonly ParcelCandidate[],
  of: ImportRequest,
): Promise<LookedAt[]> {
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
  return { candidate, wantedId: wantedId(candidate), regionId, fromIds: [], isDrawing: false };
}

function newParcel(candidate: ParcelCandidate, mends: Provenance['mends'], of: ImportRequest): NewParcel {
  const { place, geometry, attributes } = candidate;
  return {
    draftId: draftOfRow(of, candidate),
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
function wantedId({ id, idIsMadeUp = false }: ParcelCandidate): string | null {
  return idIsMadeUp ? null : id;
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
  const inFile = new Set(candidates.map(({ id }) => id));
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
      id: freeRowId(index, inFile),
      idIsMadeUp: true,
      attributes: { ...attributes, more },
      findings: [finding, ...candidate.findings],
    };
  });
}
