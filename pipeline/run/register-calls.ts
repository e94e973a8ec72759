import type { Bbox } from '../../shared/grid.ts';
import type { CheckedParcel, ParcelCandidate } from '../../shared/parcel-check.ts';
import type {
  CheckRequest,
  NewParcel,
  ParcelEdit,
  ParcelHistory,
  ParcelVersion,
  ParcelWithdrawal,
  RegisterPage,
  RegisterRegion,
} from '../../shared/register.ts';
import { type AddRefusal, addParcels, type EditOutcome, editParcel, withdrawParcel } from '../store/register.ts';
import {
  readCurrentParcels,
  readParcel,
  readRegisterState,
  readResultsOf,
  readVersions,
} from '../store/register-read.ts';
import type { NewVersion, VersionContent } from '../store/register-rows.ts';
import type { Database, SqlClient } from '../store/sql.ts';
import { errorOf, type JudgedParcel, judgeCandidates } from './register-checks.ts';
import { readRunHashes, type ServedRun } from './register-results.ts';

/** Regions of the twin; empty where the project has none, and then any region is taken. */
interface OfRegions {
  readonly regions: readonly RegisterRegion[];
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

export type ListAnswer =
  | { readonly kind: 'page'; readonly page: RegisterPage }
  | { readonly kind: 'too-many'; readonly limit: number };

const CHECK_WORDS = 'cannot be registered as it is; the findings say why.';

/** What is asked of a register, one after the other. */
export const REGISTER_CALLS = {
  state: (database: Database, _: Record<never, never>) =>
    whereThere(() => readRegisterState(database), { revision: 0, parcels: 0 }),

  /** Current parcels whose boxes touch one of `boxes`; null: all. */
  list: (database: Database, { boxes, limit }: { readonly boxes: readonly Bbox[] | null; readonly limit: number }) =>
    whereThere(
      () =>
        readOneState(database, async (sql): Promise<ListAnswer> => {
          const parcels = await readCurrentParcels(sql, boxes, limit);
          if (parcels.length > limit) return { kind: 'too-many', limit };
          return { kind: 'page', page: { revision: (await readRegisterState(sql)).revision, parcels } };
        }),
      { kind: 'page', page: { revision: 0, parcels: [] } },
    ),

  parcel: (database: Database, { id }: { readonly id: string }) => whereThere(() => readParcel(database, id), null),

  history: async (
    database: Database,
    { id, run }: { readonly id: string; readonly run: ServedRun | null },
  ): Promise<ParcelHistory> => {
    const versions = await whereThere(() => readVersions(database, id), []);
    if (versions.length === 0) return { versions, results: [] };
    const hashes = [...new Set(versions.map(({ geometrySha256 }) => geometrySha256))];
    const saved = await readResultsOf(database, id, hashes);
    const served = run === null ? [] : await readRunHashes(run, id);
    const measured = [...served, ...saved.filter(({ runId }) => !served.some((of) => of.runId === runId))];
    const results = measured.flatMap(({ geometrySha256, runId, label }) =>
      versions
        .filter((version) => version.state === 'active' && version.geometrySha256 === geometrySha256)
        .map(({ version }) => ({ version, runId, label })),
    );
    return { versions, results };
  },

  add: async (
    database: Database,
    { parcels, at, regions }: OfRegions & { readonly parcels: readonly NewParcel[]; readonly at: string },
  ): Promise<AddAnswer> => {
    const judged = await judgeParcels(database, parcels.map(candidateOf), { parcels, regions });
    const refused = refuseErrors(judged);
    if (refused) return refused;
    const versions = parcels.map((parcel, i): NewVersion => {
      const { draftId, id, regionId } = parcel;
      return { draftId, id, regionId, ...contentOf(parcel, judged[i]!, at) };
    });
    const outcome = await database.transaction((sql) => addParcels(sql, versions));
    return outcome.kind === 'added' ? outcome : refuseTaken(outcome.refusals, judged);
  },

  edit: async (
    database: Database,
    of: OfRegions & { readonly id: string; readonly version: number; readonly edit: ParcelEdit; readonly at: string },
  ): Promise<EditOutcome | Refused> => {
    const { id, version, edit, at, regions } = of;
    const current = await readParcel(database, id);
    if (current === null) return { kind: 'unknown' };
    const { regionId } = current;
    const candidate = candidateOf({ ...edit, id }, 0);
    const [judged] = await judgeParcels(database, [candidate], { parcels: [{ ...edit, id, regionId }], regions });
    const refused = refuseErrors([judged!]);
    // Who was overtaken learns that first: the fault may be in what is not current any more.
    if (refused && current.version === version) return refused;
    return database.transaction((sql) =>
      judged!.shape === null
        ? editOvertaken(sql, { id, version })
        : editParcel(sql, { id, version }, contentOf(edit, judged!, at)),
    );
  },

  withdraw: (
    database: Database,
    { id, version, by, at }: { id: string; version: number; by: ParcelWithdrawal; at: string },
  ) =>
    database.transaction((sql) => withdrawParcel(sql, { id, version }, { author: by.author, reason: by.reason, at })),

  check: async (database: Database, { request, regions }: OfRegions & { readonly request: CheckRequest }) => {
    const { regionId, id, geometry, attributes } = request;
    const candidate = candidateOf({ id, geometry, attributes }, 0);
    const provenance = { from: [] };
    const [judged] = await judgeParcels(database, [candidate], { parcels: [{ id, regionId, provenance }], regions });
    return judged!.checked;
  },
};

async function editOvertaken(sql: SqlClient, of: { id: string; version: number }): Promise<EditOutcome> {
  const versions = await readVersions(sql, of.id);
  const base = versions.find(({ version }) => version === of.version) ?? null;
  return { kind: 'conflict', current: versions[0]!, base };
}

const WRITES: readonly string[] = ['add', 'edit', 'withdraw'] satisfies (keyof typeof REGISTER_CALLS)[];

/** Whether a call wants the tables of the register, which are made for the first one that does. */
export function isWrite(name: string): boolean {
  return WRITES.includes(name);
}

/** What is read; `empty` from a database that has no register yet. */
async function whereThere<T>(read: () => Promise<T>, empty: T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    // SQLSTATE undefined_table.
    if ((error as { code?: unknown }).code === '42P01') return empty;
    throw error;
  }
}

function readOneState<T>(database: Database, work: (sql: SqlClient) => Promise<T>): Promise<T> {
  return database.transaction(async (sql) => {
    await sql.execute('set transaction isolation level repeatable read read only');
    return work(sql);
  });
}

/** What is looked at beside the candidates themselves. */
interface JudgeFor extends OfRegions {
  readonly parcels: readonly Pick<NewParcel, 'id' | 'regionId'>[];
}

async function judgeParcels(
  _database: Database,
  candidates: readonly ParcelCandidate[],
  _for: JudgeFor & { readonly parcels: readonly object[] },
): Promise<JudgedParcel[]> {
  return judgeCandidates(candidates);
}

/** A parcel that gets its id from the register is called by its place until then. */
function candidateOf(
  { id, geometry, attributes }: Pick<NewParcel, 'id' | 'geometry' | 'attributes'>,
  index: number,
): ParcelCandidate {
  const place = `parcel ${index + 1}`;
  return { index, id: id ?? place, geometry, attributes, place, findings: [] };
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
    .filter(({ checked, shape }) => shape === null || checked.findings.some(({ severity }) => severity === 'error'))
    .map(({ checked }) => checked);
  if (parcels.length === 0) return null;
  const first = parcels[0]!.findings.find(({ severity }) => severity === 'error')?.message ?? `It ${CHECK_WORDS}`;
  const message =
    judged.length === 1
      ? first
      : `Nothing was registered: ${parcels.length} of ${judged.length} parcels cannot be registered as they are. The first: ${first}`;
  return { kind: 'refused', code: 'E_CHECK', message, parcels };
}

const RULE_OF = { E_ID_TAKEN: 'id', E_DUPLICATE: 'duplicate', E_DRAFT_USED: 'draft' } as const;

function refuseTaken(refusals: readonly AddRefusal[], judged: readonly JudgedParcel[]): Refused {
  const indexes = [...new Set(refusals.map(({ index }) => index))];
  const parcels = indexes.map((index): CheckedParcel => {
    const { checked } = judged[index]!;
    const found = refusals
      .filter((refusal) => refusal.index === index)
      .map(({ code, message }) => errorOf(RULE_OF[code], message, { id: checked.id }));
    return { ...checked, verdict: 'refused', findings: [...found, ...checked.findings] };
  });
  const first = refusals[0]!;
  const message =
    judged.length === 1
      ? first.message
      : `Nothing was registered: ${indexes.length} of ${judged.length} parcels are registered already. The first: ${first.message}`;
  return { kind: 'refused', code: first.code, message, parcels };
}

type Calls = typeof REGISTER_CALLS;
export type RegisterCall = keyof Calls;
export type RegisterCallOf<N extends RegisterCall> = Parameters<Calls[N]>[1];
export type RegisterAnswer<N extends RegisterCall> = Awaited<ReturnType<Calls[N]>>;
