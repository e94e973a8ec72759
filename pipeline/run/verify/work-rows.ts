import type { Plan } from '../../plan.ts';
import type { SqlClient } from '../../store/sql.ts';
import { workIdOf } from '../work-id.ts';

/** The rows of a run in the record of work, as far as they are proven. Bit rot knows no types: any value may be null. */

export interface RunRow {
  readonly id: string;
  readonly label: string;
  readonly place: string;
  readonly plan: string;
  readonly algorithm: string;
  readonly state: string;
}

interface UnitRow {
  readonly key: string;
  readonly state: string;
  readonly token: number;
}

interface ResultRow {
  readonly key: string;
  readonly token: number;
  readonly sha256: string;
  readonly bytes: number;
}

export interface LetterRow {
  readonly key: string;
  readonly token: number;
  readonly resolution: string | null;
}

interface AttemptsRow {
  readonly key: string;
  /** Number of the last one. */
  readonly last: number;
  /** Of the last one that ended with a result. */
  readonly done: number | null;
}

/** All that the record says of one unit. */
export interface UnitWork {
  readonly units: readonly UnitRow[];
  readonly results: readonly ResultRow[];
  readonly letters: readonly LetterRow[];
  readonly attempts: AttemptsRow | null;
}

/** Rows of a run into `place`, or else of the same plan into other folders, the newest first. */
export async function readRunRows(sql: SqlClient, plan: Plan, place: string): Promise<RunRow[]> {
  const [known] = await sql.query<{ at: string | null }>("select to_regclass('work_run')::text as at");
  if (!known?.at) return [];
  const rows = await sql.query<RunRow>(
    `select id, label, place, plan, algorithm, state from work_run where plan = $1 or id = $2
     order by started_at desc, id`,
    [plan.runId, workIdOf(plan.runId, place)],
  );
  const mine = rows.filter((row) => row.place === place || row.id === workIdOf(plan.runId, place));
  return mine.length > 0 ? mine : rows.slice(0, 1);
}

/** What the record says of each unit of a run, by key; `onRow` hears of each row. */
export async function readUnitWork(sql: SqlClient, runId: string, onRow: () => void): Promise<Map<string, UnitWork>> {
  const work = new Map<string, { -readonly [K in keyof UnitWork]: UnitWork[K] }>();
  const of = (key: string) => {
    onRow();
    const found = work.get(key) ?? { units: [], results: [], letters: [], attempts: null };
    work.set(key, found);
    return found;
  };
  const read = <R extends { readonly key: string }>(columns: string, table: string, rest = '') =>
    sql.query<R>(`select key, ${columns} from ${table} where run_id = $1 ${rest} order by key`, [runId]);
  for (const row of await read<UnitRow>('state, token', 'work_unit')) {
    const unit = of(row.key);
    unit.units = [...unit.units, row];
  }
  for (const row of await read<ResultRow>('token, sha256, bytes', 'unit_result')) {
    const unit = of(row.key);
    unit.results = [...unit.results, row];
  }
  for (const row of await read<LetterRow>('token, resolution', 'dead_letter')) {
    const unit = of(row.key);
    unit.letters = [...unit.letters, row];
  }
  const attempts = "max(token) as last, max(token) filter (where outcome = 'done') as done";
  for (const row of await read<AttemptsRow>(attempts, 'work_attempt', 'group by key')) of(row.key).attempts = row;
  return work;
}

/** Ids of runs that the rows of a table name and that are none. */
export async function readLostRuns(sql: SqlClient, table: string): Promise<(string | null)[]> {
  const rows = await sql.query<{ id: string | null }>(
    `select distinct run_id as id from ${table} t where not exists (select from work_run r where r.id = t.run_id) order by 1`,
  );
  return rows.map(({ id }) => id);
}
