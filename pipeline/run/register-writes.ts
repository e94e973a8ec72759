import type { CheckContext } from '../../shared/checks/context.ts';
import { CanopyError } from '../../shared/errors.ts';
import type { CheckedParcel, ParcelCandidate } from '../../shared/parcel-check.ts';
import type { NewParcel, ParcelEdit, ParcelVersion, RegisterRegion } from '../../shared/register.ts';
import { type AddRefusal, addParcels, type EditOutcome, editParcel, lockRegister } from '../store/register.ts';
import {
  readCurrentParcels,
  readDraftParcels,
  readParcel,
  readRegisterState,
  readVersion,
} from '../store/register-read.ts';
import type { NewVersion, VersionContent } from '../store/register-rows.ts';
import type { Database } from '../store/sql.ts';
import { boxOfCandidates, errorOf, type JudgedParcel, judgeParcels, type ParcelToJudge } from './register-checks.ts';
import { readReplaced, withdrawReplaced } from './register-parents.ts';

/** Regions of the twin; empty where the project has none, and then any region is taken. `at`: UTC, ISO 8601. */
export interface OfRegions {
  readonly regions: readonly RegisterRegion[];
  readonly at: string;
  /** Told now and then while parcels are checked. */
  readonly onProgress?: CheckContext['onProgress'] | undefined;
}

/** What stands in the way of parcels, each by its place in the request. */
export interface Refused {
  readonly kind: 'refused';
  readonly code: 'E_CHECK' | AddRefusal['code'];
  readonly message: string;
  readonly parcels: readonly CheckedParcel[];
}

export type AddAnswer =
  | { readonly kind: 'added'; readonly revision: number; readonly parcels: readonly ParcelVersion[] }
  | Refused;

/** What was judged is judged again where somebody else has changed the register meanwhile, so often at most. */
const MOST_TRIES = 8;
const NO_LIMIT = 2 ** 31 - 2;

/** Judges parcels against what the register holds, and says at which revision. */
export async function judgeNow(
  database: Database,
  parcels: readonly ParcelToJudge[],
  { regions, at, onProgress, except }: OfRegions & { readonly except: readonly string[] },
): Promise<{ readonly judged: readonly JudgedParcel[]; readonly revision: number }> {
  const { revision } = await whereThere(() => readRegisterState(database), { revision: 0, parcels: 0 });
  const others = await nearParcels(
    database,
    parcels.map(({ candidate }) => candidate),
    except,
  );
  return { judged: await judgeParcels(parcels, { regions, others, today: at.slice(0, 10), onProgress }), revision };
}

/** Current parcels in the box round candidates, but for those that give way to them. */
export async function nearParcels(
  database: Database,
  candidates: readonly ParcelCandidate[],
  except: readonly string[],
): Promise<readonly ParcelVersion[]> {
  const gone = new Set(except);
  const box = boxOfCandidates(candidates);
  const near = box === null ? [] : await whereThere(() => readCurrentParcels(database, [box], NO_LIMIT), []);
  return near.filter(({ id }) => !gone.has(id));
}

/** Checks parcels and registers them, all or none. */
export async function addJudged(
  database: Database,
  { parcels, ...of }: OfRegions & { readonly parcels: readonly NewParcel[] },
): Promise<AddAnswer> {
  const { at } = of;
  return untilUnmoved(async () => {
    // A draft that comes again would be found to lie on its own parcel.
    const taken = await readDraftParcels(
      database,
      parcels.map(({ draftId }) => draftId),
    );
    const isFresh = ({ draftId }: NewParcel) => !taken.has(draftId);
    const toJudge = parcels.map(toJudgeOf);
    const fresh = toJudge.filter((_, i) => isFresh(parcels[i]!));
    const parents = await whereThere(() => readReplaced(database, parcels.filter(isFresh)), []);
    const { judged, revision } = await judgeNow(database, fresh, { ...of, except: parents.map(({ id }) => id) });
    const old = toJudge.filter((_, i) => !isFresh(parcels[i]!));
    const judgedOld = await judgeParcels(old, { regions: [], others: [], today: at.slice(0, 10) });
    const [next, nextOld] = [judged.values(), judgedOld.values()];
    const all = parcels.map((parcel) => (isFresh(parcel) ? next : nextOld).next().value!);
    const refused = refuseErrors(all);
    if (refused) return refused;
    const versions = parcels.map((parcel, i): NewVersion => {
      const { draftId, id, regionId } = parcel;
      return { draftId, id, regionId, ...contentOf(parcel, all[i]!, at) };
    });
    const outcome = await database.transaction(async (sql) => {
      if ((await lockRegister(sql)) !== revision) return null;
      const added = await addParcels(sql, versions);
      if (added.kind === 'refused' || parents.length === 0) return added;
      await withdrawReplaced(sql, parents, { by: parcels, as: added.parcels });
      return { ...added, revision: await lockRegister(sql) };
    });
    return outcome?.kind === 'refused' ? refuseTaken(outcome.refusals, all) : outcome;
  });
}

/** Checks an edit and makes the next version of it. */
export async function editJudged(
  database: Database,
  {
    id,
    version,
    edit,
    ...of
  }: OfRegions & { readonly id: string; readonly version: number; readonly edit: ParcelEdit },
): Promise<EditOutcome | Refused> {
  return untilUnmoved(async () => {
    const current = await readParcel(database, id);
    if (current === null) return { kind: 'unknown' };
    // Who was overtaken learns that first: a fault may be in what is not current any more.
    if (current.version !== version)
      return { kind: 'conflict', current, base: await readVersion(database, id, version) };
    const parcel = { ...edit, id, regionId: current.regionId };
    const toJudge = { ...toJudgeOf(parcel, 0), wantedId: null };
    const parents = (await readReplaced(database, [edit])).filter((parent) => parent.id !== id);
    const except = [id, ...parents.map((parent) => parent.id)];
    const { judged, revision } = await judgeNow(database, [toJudge], { ...of, except });
    const refused = refuseErrors(judged);
    if (refused) return refused;
    return database.transaction(async (sql) => {
      if ((await lockRegister(sql)) !== revision) return null;
      const outcome = await editParcel(sql, { id, version }, contentOf(edit, judged[0]!, of.at));
      if (outcome.kind === 'saved') await withdrawReplaced(sql, parents, { by: [edit], as: [outcome.parcel] });
      return outcome;
    });
  });
}

/** Tries until the register stood still between judgement and writing. Throws `E_REGISTER_BUSY` (transient). */
async function untilUnmoved<T>(work: () => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const outcome = await work();
    if (outcome !== null) return outcome;
  }
  const message = 'Others change the register at this moment, faster than parcels can be checked. Send the same again.';
  throw new CanopyError({ kind: 'transient', code: 'E_REGISTER_BUSY', message });
}

/** What is read; `empty` from a database that has no register yet. */
export async function whereThere<T>(read: () => Promise<T>, empty: T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    // SQLSTATE undefined_table.
    if ((error as { code?: unknown }).code === '42P01') return empty;
    throw error;
  }
}

/** A parcel that gets its id from the register is called by its place until then. */
function toJudgeOf(
  { id, regionId, geometry, attributes, provenance }: Omit<NewParcel, 'draftId' | 'author' | 'reason'>,
  index: number,
): ParcelToJudge {
  const place = `${index + 1} of the request`;
  const candidate = { index, id: id ?? place, geometry, attributes, place, findings: [] };
  const fromIds = provenance.from.map((from) => from.id);
  return { candidate, wantedId: id, regionId, fromIds, isDrawing: false };
}

function contentOf(
  { attributes, author, reason, provenance }: ParcelEdit,
  { shape, checked }: JudgedParcel,
  at: string,
): VersionContent {
  const warnings = checked.findings
    .filter(({ severity }) => severity === 'warning')
    .map(({ rule, message }) => ({ rule, message }));
  return { shape: shape!, attributes, author, reason, at, provenance, warnings };
}

function refuseErrors(judged: readonly JudgedParcel[]): Refused | null {
  const parcels = judged
    .map(({ checked }) => checked)
    .filter(({ verdict }) => verdict === 'mendable' || verdict === 'refused');
  if (parcels.length === 0) return null;
  const errors = parcels.flatMap(({ findings }) => findings.filter(({ severity }) => severity === 'error'));
  const first = errors[0]!;
  const message =
    judged.length === 1
      ? first.message
      : `Nothing was registered: ${parcels.length} of ${judged.length} parcels cannot be registered as they are. The first, parcel ${parcels[0]!.id}: ${first.message}`;
  const code = errors.every(({ rule }) => rule === 'duplicate') ? 'E_DUPLICATE' : 'E_CHECK';
  return { kind: 'refused', code, message, parcels };
}

const RULE_OF = { E_ID_TAKEN: 'id-taken', E_DUPLICATE: 'duplicate', E_DRAFT_USED: 'draft-used' } as const;

function refuseTaken(refusals: readonly AddRefusal[], judged: readonly JudgedParcel[]): Refused {
  const indexes = [...new Set(refusals.map(({ index }) => index))];
  const parcels = indexes.map((index): CheckedParcel => {
    const { checked } = judged[index]!;
    const found = refusals
      .filter((refusal) => refusal.index === index)
      .map(({ code, message, parcelId }) =>
        errorOf(RULE_OF[code], message, { id: checked.id, ...(parcelId === undefined ? {} : { parcelId }) }),
      );
    return { ...checked, verdict: 'refused', findings: [...found, ...checked.findings] };
  });
  const first = refusals[0]!;
  const message =
    judged.length === 1
      ? first.message
      : `Nothing was registered: ${indexes.length} of ${judged.length} parcels are registered already. The first: ${first.message}`;
  return { kind: 'refused', code: first.code, message, parcels };
}
