import { type RunToSave, saveRun } from '../store/save-run.ts';
import type { Database } from '../store/sql.ts';
import {
  endComputing,
  type FoundUnits,
  leaveOut,
  readClock,
  readEndedUnits,
  readOpenUnits,
  readRetriedUnits,
  recordEvents,
  registerRun,
  resumeUnits,
  retryUnits,
  setRunState,
  takeWish,
  type WorkEvent,
  type WorkRun,
} from '../store/work-run.ts';
import { readOperations } from '../store/work-view.ts';

interface OfRun {
  readonly runId: string;
}

/** What a coordinator asks of its database thread. Each may be repeated when its answer was lost. */
export const DATABASE_CALLS = {
  register: (
    database: Database,
    {
      run,
      units,
      isAlone,
    }: {
      readonly run: WorkRun;
      readonly units: readonly { readonly key: string; readonly label: string }[];
      readonly isAlone: boolean;
    },
  ) => database.transaction((sql) => registerRun(sql, run, units, isAlone)),
  record: (database: Database, { runId, events }: OfRun & { readonly events: readonly WorkEvent[] }) =>
    database.transaction((sql) => recordEvents(sql, runId, events)),
  clock: (database: Database, _: OfRun) => readClock(database),
  resume: (database: Database, { runId, found }: OfRun & { readonly found: FoundUnits }) =>
    database.transaction((sql) => resumeUnits(sql, runId, found)),
  retry: (database: Database, { runId, keys }: OfRun & { readonly keys: readonly string[] | null }) =>
    retryUnits(database, runId, keys),
  open: (database: Database, { runId }: OfRun) => readOpenUnits(database, runId),
  retried: (database: Database, { runId }: OfRun) => readRetriedUnits(database, runId),
  ended: (database: Database, { runId, keys }: OfRun & { readonly keys: readonly string[] | null }) =>
    readEndedUnits(database, runId, keys),
  state: (database: Database, move: Parameters<typeof setRunState>[1]) => setRunState(database, move),
  endComputing: (database: Database, of: Parameters<typeof endComputing>[1]) =>
    database.transaction((sql) => endComputing(sql, of)),
  leaveOut: (database: Database, { runId }: OfRun) => leaveOut(database, runId),
  wish: (database: Database, { runId }: OfRun) => takeWish(database, runId),
  view: (database: Database, { runId }: OfRun) => readOperations(database, runId),
  save: (database: Database, run: RunToSave) => saveRun(database, run),
};

type Calls = typeof DATABASE_CALLS;
export type CallName = keyof Calls;
export type CallOf<N extends CallName> = Parameters<Calls[N]>[1];
export type AnswerOf<N extends CallName> = Awaited<ReturnType<Calls[N]>>;
