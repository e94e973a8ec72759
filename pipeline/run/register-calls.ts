import { inputError } from '../../shared/errors.ts';
import type { Bbox } from '../../shared/grid.ts';
import type { CheckedParcel, ParcelCandidate } from '../../shared/parcel-check.ts';
import type {
  CheckRequest,
  NewParcel,
  ParcelEdit,
  ParcelHistory,
  ParcelWithdrawal,
  RegisterPage,
} from '../../shared/register.ts';
import type { Exported, ExportOptions } from '../parcels/export/export-parcels.ts';
import { type EditOutcome, withdrawParcel } from '../store/register.ts';
import {
  readCurrentParcels,
  readParcel,
  readRegisterState,
  readResultsOf,
  readVersions,
} from '../store/register-read.ts';
import type { Database, SqlClient } from '../store/sql.ts';
import type { ParcelToJudge } from './register-checks.ts';
import { freeIds, type ImportOutcome, type ImportRequest, importParcels, toJudge } from './register-import.ts';
import { readStanding } from './register-parents.ts';
import { readRunHashes, type ServedRun } from './register-results.ts';
import {
  type AddAnswer,
  addJudged,
  editJudged,
  judgeNow,
  type OfRegions,
  type Refused,
  whereThere,
} from './register-writes.ts';

export type ListAnswer =
  | { readonly kind: 'page'; readonly page: RegisterPage }
  | { readonly kind: 'too-many'; readonly limit: number };

/** Such a file has some 100 MB. */
const MOST_EXPORTED = 100_000;

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

  /** All or none; a draft that was taken before makes no second parcel. */
  add: (database: Database, of: OfRegions & { readonly parcels: readonly NewParcel[] }): Promise<AddAnswer> =>
    addJudged(database, of),

  edit: (
    database: Database,
    of: OfRegions & { readonly id: string; readonly version: number; readonly edit: ParcelEdit },
  ): Promise<EditOutcome | Refused> => editJudged(database, of),

  withdraw: (
    database: Database,
    of: { readonly id: string; readonly version: number; readonly by: ParcelWithdrawal; readonly at: string },
  ): Promise<EditOutcome> =>
    database.transaction((sql) => withdrawParcel(sql, of, { author: of.by.author, reason: of.by.reason, at: of.at })),

  check: async (
    database: Database,
    { request, ...of }: OfRegions & { readonly request: CheckRequest },
  ): Promise<CheckedParcel> => {
    const { regionId, id, geometry, attributes, from = [] } = request;
    const place = 'the drawing';
    const candidate = { index: 0, id: id ?? place, geometry, attributes, place, findings: [] };
    const parents = await whereThere(() => readStanding(database, from), []);
    const fromIds = parents.map((parent) => parent.id);
    // The id of a parcel that is registered is not looked at again.
    const parcel: ParcelToJudge = { candidate, wantedId: null, regionId, fromIds, isDrawing: true };
    const { judged } = await judgeNow(database, [parcel], { ...of, except: id === null ? [] : [id] });
    return judged[0]!.checked;
  },

  /** The parcels of a file as they would be judged if they were registered in one region. */
  checkFile: async (
    database: Database,
    of: OfRegions & { readonly candidates: readonly ParcelCandidate[]; readonly regionId: string },
  ): Promise<{ readonly candidates: readonly ParcelCandidate[]; readonly checked: readonly CheckedParcel[] }> => {
    const candidates = await freeIds(database, of.candidates);
    const parcels = candidates.map((candidate) => toJudge(candidate, of.regionId));
    const { judged } = await judgeNow(database, parcels, { ...of, except: [] });
    return { candidates, checked: judged.map(({ checked }) => checked) };
  },

  /** Registers those parcels of a file that can be, in one transaction. */
  import: (database: Database, of: ImportRequest): Promise<ImportOutcome> => importParcels(database, of),

  /** Current parcels as a file. */
  export: (
    database: Database,
    of: { readonly boxes: readonly Bbox[] | null; readonly options: ExportOptions; readonly state?: 'active' | 'all' },
  ): Promise<Exported> => exportRegister(database, of),
};

async function exportRegister(
  database: Database,
  { boxes, options, state = 'active' }: RegisterCallOf<'export'>,
): Promise<Exported> {
  // Writers of files are loaded for who wants one.
  const { exportParcels } = await import('../parcels/export/export-parcels.ts');
  const parcels = await whereThere(() => readCurrentParcels(database, boxes, MOST_EXPORTED, state), []);
  if (parcels.length > MOST_EXPORTED)
    throw inputError(
      'E_TOO_MANY',
      `More than ${MOST_EXPORTED.toLocaleString('en')} parcels lie there; export a part of them, by a bbox.`,
    );
  return exportParcels(parcels, options);
}

const WRITES: readonly string[] = ['add', 'edit', 'withdraw', 'import'] satisfies (keyof typeof REGISTER_CALLS)[];

/** Whether a call wants the tables of the register, which are made for the first one that does. */
export function isWrite(name: string): boolean {
  return WRITES.includes(name);
}

function readOneState<T>(database: Database, work: (sql: SqlClient) => Promise<T>): Promise<T> {
  return database.transaction(async (sql) => {
    await sql.execute('set transaction isolation level repeatable read read only');
    return work(sql);
  });
}

type Calls = typeof REGISTER_CALLS;
export type RegisterCall = keyof Calls;
export type RegisterCallOf<N extends RegisterCall> = Parameters<Calls[N]>[1];
export type RegisterAnswer<N extends RegisterCall> = Awaited<ReturnType<Calls[N]>>;
