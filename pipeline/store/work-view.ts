import { CanopyError, type ErrorDetail } from '../../shared/errors.ts';
import {
  type DeadLetter,
  isUnderWay,
  MAX_LISTED,
  type OperationsView,
  type RunDetail,
  type RunRequest,
  type RunStatus,
  SILENT_MS,
  type WorkerStatus,
  type WorkState,
} from '../../shared/operations.ts';
import { checkRequest } from './run-requests.ts';
import type { SqlClient } from './sql.ts';
import { retryUnits } from './work-run.ts';

/** What an operator sees in the record of work, and asks of it. See `shared/operations.ts`. */

const MAX_RUNS = 20;

const RUNS = `
select r.id, r.label, r.place, r.state, r.error, r.started_at, r.changed_at, r.ended_at,
  now() - r.changed_at > $3 * interval '1 millisecond' as is_silent,
  u.total, u.due, u.running, u.done, u.dead, a.failed,
  (select count(*)::int from unit_result e where e.run_id = r.id and e.ended_at > now() - interval '60 seconds') as recent,
  least(60, extract(epoch from now() - r.started_at))::double precision as seconds
from work_run r
left join lateral (
  select count(*)::int as total, count(*) filter (where state = 'due')::int as due,
    count(*) filter (where state = 'running')::int as running, count(*) filter (where state = 'done')::int as done,
    count(*) filter (where state = 'dead')::int as dead
  from work_unit where run_id = r.id
) u on true
left join lateral (
  select count(*)::int as failed from work_attempt where run_id = r.id and outcome in ('failed', 'lost')
) a on true
where $1::text is null or r.id = $1
order by r.started_at desc, r.id limit $2`;

interface RunRow {
  readonly id: string;
  readonly label: string;
  readonly place: string;
  readonly state: WorkState;
  readonly error: ErrorDetail | null;
  readonly started_at: Date;
  readonly changed_at: Date;
  readonly ended_at: Date | null;
  readonly is_silent: boolean;
  readonly total: number;
  readonly due: number;
  readonly running: number;
  readonly done: number;
  readonly dead: number;
  readonly failed: number;
  /** Units done in the last `seconds`. */
  readonly recent: number;
  readonly seconds: number;
}

/** Runs, the newest first; with `runId` only that one. `at` is the time of the database's clock. */
export async function readOperations(sql: SqlClient, runId: string | null = null): Promise<OperationsView> {
  const rows = await sql.query<RunRow>(RUNS, [runId, MAX_RUNS, SILENT_MS]);
  const [clock] = await sql.query<{ at: Date }>('select now() as at');
  const runs: RunDetail[] = [];
  for (const row of rows)
    runs.push({
      run: statusOf(row),
      silent: isUnderWay(row.state) && row.is_silent,
      deadLetters: await readLetters(sql, row.id),
      workers: await readWorkers(sql, row.id),
    });
  return { format: 'twin-canopy-operations/1', at: clock!.at.toISOString(), runs };
}

function statusOf(row: RunRow): RunStatus {
  const { id, label, place, state, error, total, due, running, done, dead } = row;
  const perSecond = row.recent / Math.max(row.seconds, 1);
  const isComputing = state === 'running' && row.recent > 0;
  return {
    id,
    label,
    place,
    state,
    startedAt: row.started_at.toISOString(),
    changedAt: row.changed_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    units: { total, due, running, done, dead },
    unitsPerMinute: row.recent > 0 ? Math.round(perSecond * 600) / 10 : null,
    secondsLeft: isComputing ? Math.ceil((due + running) / perSecond) : null,
    failedAttempts: row.failed,
    error,
  };
}

async function readLetters(sql: SqlClient, runId: string): Promise<DeadLetter[]> {
  const rows = await sql.query<{
    key: string;
    label: string;
    error: ErrorDetail;
    died_at: Date;
    starts: number;
    worker: string | null;
  }>(
    `select u.key, u.label, d.error, d.died_at, a.worker,
       (select count(*)::int from work_attempt t where t.run_id = u.run_id and t.key = u.key) as starts
     from work_unit u join dead_letter d using (run_id, key, token) left join work_attempt a using (run_id, key, token)
     where u.run_id = $1 and u.state = 'dead' order by d.died_at desc, u.key limit $2`,
    [runId, MAX_LISTED],
  );
  return rows.map(({ key, label, error, died_at, starts, worker }) => {
    return { key, label, error, diedAt: died_at.toISOString(), starts, worker: worker ?? '' };
  });
}

async function readWorkers(sql: SqlClient, runId: string): Promise<WorkerStatus[]> {
  const rows = await sql.query<{ worker: string; running: number; done: number; failed: number; seen: Date }>(
    `select worker, count(*) filter (where ended_at is null)::int as running,
       count(*) filter (where outcome = 'done')::int as done,
       count(*) filter (where outcome in ('failed', 'lost'))::int as failed,
       max(coalesce(ended_at, started_at)) as seen
     from work_attempt where run_id = $1 group by worker order by worker limit $2`,
    [runId, MAX_LISTED],
  );
  return rows.map(({ worker, running, done, failed, seen }) => {
    return { name: worker, running, done, failed, lastSeenAt: seen.toISOString() };
  });
}

/**
 * Writes down what a person asks of a run; its coordinator sees it within seconds. Call it in a transaction. Returns how
 * many dead letters it is about. Throws `E_NO_RUN` for an unknown run, and as `checkRequest` does.
 */
export async function askRun(sql: SqlClient, request: RunRequest): Promise<number> {
  const { runId, kind } = request;
  const [run] = await sql.query<{ state: WorkState; place: string; silent: boolean }>(
    `select state, place, now() - changed_at > $2 * interval '1 millisecond' as silent
     from work_run where id = $1 for update`,
    [runId, SILENT_MS],
  );
  if (!run) throw new CanopyError({ kind: 'usage', code: 'E_NO_RUN', message: `There is no run ${runId}.` });
  const keys = kind === 'retry' ? request.keys : null;
  const [letters] = await sql.query<{ dead: number; keys: readonly string[] }>(
    `select count(*)::int as dead,
       coalesce(jsonb_agg(key) filter (where key in (select jsonb_array_elements_text($2::jsonb))), '[]') as keys
     from work_unit where run_id = $1 and state = 'dead'`,
    [runId, JSON.stringify(keys ?? [])],
  );
  const about = checkRequest({ ...run, dead: letters!.dead, keys: new Set(letters!.keys), isCut: false }, request);
  if (kind === 'retry') await retryUnits(sql, runId, keys);
  else await sql.query('update work_run set wish = $2, changed_at = now() where id = $1', [runId, kind]);
  return about;
}
