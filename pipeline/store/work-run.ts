import type { ErrorDetail } from '../../shared/errors.ts';
import type { WorkState } from '../../shared/operations.ts';
import type { SqlClient } from './sql.ts';

/**
 * What a coordinator says to the record of work: it opens a run, tells how units ended that it heard of, and follows
 * what a person asked for. See `migrations/0003-work.sql`.
 */

export interface WorkRun {
  readonly id: string;
  readonly label: string;
  /** Output folder. */
  readonly place: string;
  readonly plan: string;
  readonly algorithm: string;
  /** This coordinator. */
  readonly owner: string;
}

interface UnitFile {
  readonly key: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** How a unit went that this coordinator handed out itself. */
export type WorkEvent =
  | { readonly kind: 'started'; readonly key: string; readonly worker: string }
  | ({ readonly kind: 'done'; readonly worker: string } & UnitFile)
  | { readonly kind: 'failed'; readonly key: string; readonly error: ErrorDetail; readonly again: boolean };

/** A unit that has not ended yet. */
export interface OpenUnit {
  readonly key: string;
  readonly state: 'due' | 'running';
}

const UNITS_PER_STATEMENT = 5000;

/**
 * Opens a run and adds the units that it lacks; call it in a transaction. Dead letters of an earlier start are due
 * again: whoever starts a run again wants its units. With `isAlone` nobody else computes, so that units which an earlier
 * coordinator was at when it ended are due again too.
 */
export async function registerRun(
  sql: SqlClient,
  run: WorkRun,
  units: readonly { readonly key: string; readonly label: string }[],
  isAlone: boolean,
): Promise<void> {
  await sql.query(
    `insert into work_run (id, label, place, plan, algorithm, owner, state) values ($1, $2, $3, $4, $5, $6, 'running')
     on conflict (id) do update set owner = excluded.owner, state = 'running', wish = null, error = null,
       ended_at = null, started_at = now(), changed_at = now()`,
    [run.id, run.label, run.place, run.plan, run.algorithm, run.owner],
  );
  for (let start = 0; start < units.length; start += UNITS_PER_STATEMENT) {
    const part = units.slice(start, start + UNITS_PER_STATEMENT).map(({ key, label }) => ({ key, label }));
    await sql.query(
      `insert into work_unit (run_id, key, label)
       select $1, u.key, u.label from jsonb_to_recordset($2::jsonb) as u (key text, label text)
       on conflict do nothing`,
      [run.id, JSON.stringify(part)],
    );
  }
  await retryUnits(sql, run.id, null);
  if (isAlone) await loseUnits(sql, run.id);
}

/** Units that nobody computes any more, because the only process that did has ended. */
async function loseUnits(sql: SqlClient, runId: string): Promise<void> {
  await sql.query(`update work_attempt set ended_at = now(), outcome = 'lost' where run_id = $1 and ended_at is null`, [
    runId,
  ]);
  await sql.query(
    `update work_unit set state = 'due', losses = losses + 1, changed_at = now() where run_id = $1 and state = 'running'`,
    [runId],
  );
}

/**
 * Makes dead letters due again: those of `keys`, or all. Returns the keys that were dead. A run that is merged or has ended
 * keeps them: nobody would compute them.
 */
export async function retryUnits(sql: SqlClient, runId: string, keys: readonly string[] | null): Promise<string[]> {
  const rows = await sql.query<{ key: string }>(
    `with run as (
       select id from work_run where id = $1 and state in ('running', 'held') for update
     ), again as (
       update work_unit set state = 'due', failures = 0, deaths = 0, losses = 0, changed_at = now()
       where run_id = (select id from run) and state = 'dead'
         and ($2::jsonb is null or key in (select jsonb_array_elements_text($2::jsonb)))
       returning run_id, key
     ), resolved as (
       update dead_letter d set resolution = 'retried', resolved_at = now() from again a
       where (d.run_id, d.key) = (a.run_id, a.key) and d.resolution is null
     )
     select key from again order by key`,
    [runId, keys === null ? null : JSON.stringify(keys)],
  );
  return rows.map(({ key }) => key);
}

const START = `
with input as (
  select distinct on (key) * from jsonb_to_recordset($2::jsonb) as i (key text, worker text)
), taken as (
  update work_unit u set state = 'running', token = u.token + 1, changed_at = now() from input i
  where u.run_id = $1 and u.key = i.key and u.state in ('due', 'running')
  returning u.key, u.token, i.worker
)
insert into work_attempt (run_id, key, token, worker) select $1, key, token, worker from taken`;

const DONE = `
with input as (
  select distinct on (key) * from jsonb_to_recordset($2::jsonb)
    as i (key text, worker text, sha256 text, bytes double precision)
), before as (
  select u.key, u.token, u.state, i.worker, i.sha256, i.bytes from work_unit u join input i using (key)
  where u.run_id = $1 and u.state <> 'done' order by u.key for update of u
), won as (
  update work_unit u
  set state = 'done', changed_at = now(), token = u.token + case when b.state = 'running' then 0 else 1 end
  from before b where u.run_id = $1 and u.key = b.key
  returning u.key, u.token, b.worker, b.sha256, b.bytes
), ended as (
  insert into work_attempt (run_id, key, token, worker, ended_at, outcome)
  select $1, key, token, worker, now(), 'done' from won
  on conflict (run_id, key, token) do update set ended_at = now(), outcome = 'done'
), resolved as (
  update dead_letter d set resolution = 'retried', resolved_at = now() from won w
  where d.run_id = $1 and d.key = w.key and d.resolution is null
)
insert into unit_result (run_id, key, token, sha256, bytes) select $1, key, token, sha256, bytes from won`;

const FAILED = `
with input as (
  select distinct on (key) * from jsonb_to_recordset($2::jsonb) as i (key text, error jsonb, again boolean)
), before as (
  select u.key, u.token, i.error, i.again from work_unit u join input i using (key)
  where u.run_id = $1 and u.state in ('due', 'running') order by u.key for update of u
), won as (
  update work_unit u
  set state = case when b.again then 'due' else 'dead' end, failures = u.failures + 1, changed_at = now()
  from before b where u.run_id = $1 and u.key = b.key
), ended as (
  update work_attempt a set ended_at = now(), outcome = 'failed', error = b.error from before b
  where a.run_id = $1 and a.key = b.key and a.token = b.token and a.ended_at is null
)
insert into dead_letter (run_id, key, token, error)
select $1, key, token, error from before where not again
on conflict (run_id, key, token) do update
  set error = excluded.error, died_at = now(), resolution = null, resolved_at = null`;

const STATEMENTS: Readonly<Record<WorkEvent['kind'], string>> = { started: START, done: DONE, failed: FAILED };

/**
 * Writes down how units went, in the order of the events; call it in a transaction. What has ended stays as it is: a unit
 * that a worker has ended in the record itself is not ended a second time.
 */
export async function recordEvents(sql: SqlClient, runId: string, events: readonly WorkEvent[]): Promise<void> {
  for (let start = 0; start < events.length; ) {
    const { kind } = events[start]!;
    let end = start;
    const keys = new Set<string>();
    // One statement for each stretch of one kind without a unit twice.
    while (end < events.length && events[end]!.kind === kind && !keys.has(events[end]!.key))
      keys.add(events[end++]!.key);
    await sql.query(STATEMENTS[kind], [runId, JSON.stringify(events.slice(start, end))]);
    start = end;
  }
}

/** Results that a look at the files has found. */
export interface FoundUnits {
  readonly files: readonly UnitFile[];
  /** Who looked. */
  readonly worker: string;
  /** When the look began, by the database's clock (`readClock`), where workers may have ended units since; else null. */
  readonly since: string | null;
}

/**
 * Brings the record into line with the files that are there whole: units of `files` are done, all others that the record
 * had as done when the look began are due again. Call it in a transaction.
 */
export async function resumeUnits(sql: SqlClient, runId: string, { files, worker, since }: FoundUnits): Promise<void> {
  await sql.query(
    `with found as (
       select * from jsonb_to_recordset($2::jsonb) as f (key text, sha256 text, bytes double precision)
     ), wrong as (
       select r.key from unit_result r left join found f on f.key = r.key and f.sha256 = r.sha256
       where r.run_id = $1 and f.key is null and ($3::timestamptz is null or r.ended_at < $3::timestamptz)
     ), dropped as (
       delete from unit_result r using wrong w where r.run_id = $1 and r.key = w.key
     )
     update work_unit u set state = 'due', changed_at = now() from wrong w
     where u.run_id = $1 and u.key = w.key and u.state = 'done'`,
    [runId, JSON.stringify(files), since],
  );
  await recordEvents(
    sql,
    runId,
    files.map((file) => ({ kind: 'done', worker, ...file })),
  );
}

/** The time by the database's clock, to the microsecond. */
export async function readClock(sql: SqlClient): Promise<string> {
  const [row] = await sql.query<{ at: string }>('select clock_timestamp()::text as at');
  return row!.at;
}

export async function readOpenUnits(sql: SqlClient, runId: string): Promise<OpenUnit[]> {
  return sql.query<{ key: string; state: 'due' | 'running' }>(
    `select key, state from work_unit where run_id = $1 and state in ('due', 'running') order by key`,
    [runId],
  );
}

/** Dead letters that a person made due again and nobody has taken yet. */
export async function readRetriedUnits(sql: SqlClient, runId: string): Promise<string[]> {
  const rows = await sql.query<{ key: string }>(
    `select key from dead_letter d join work_unit u using (run_id, key, token)
     where run_id = $1 and u.state = 'due' and d.resolution = 'retried' order by key`,
    [runId],
  );
  return rows.map(({ key }) => key);
}

/** How units ended: SHA-256 of the result of each that is done, and the error of each dead letter. */
export interface EndedUnits {
  readonly done: readonly UnitFile[];
  readonly dead: readonly { readonly key: string; readonly error: ErrorDetail }[];
}

/** @param keys of the units asked for; null: all of the run. */
export async function readEndedUnits(
  sql: SqlClient,
  runId: string,
  keys: readonly string[] | null,
): Promise<EndedUnits> {
  const parameters = [runId, keys === null ? null : JSON.stringify(keys)];
  const wanted = '($2::jsonb is null or key in (select jsonb_array_elements_text($2::jsonb)))';
  const done = await sql.query<UnitFile>(
    `select key, sha256, bytes from unit_result where run_id = $1 and ${wanted} order by key`,
    parameters,
  );
  const dead = await sql.query<{ key: string; error: ErrorDetail }>(
    `select key, d.error from work_unit u join dead_letter d using (run_id, key, token)
     where run_id = $1 and ${wanted} and u.state = 'dead' order by key`,
    parameters,
  );
  return { done, dead };
}

/**
 * Moves a run on. A `failed` run keeps the error; an ended one drops what was asked of it. False where another coordinator
 * has the run: it is left alone.
 */
export async function setRunState(
  sql: SqlClient,
  {
    runId,
    owner,
    state,
    error = null,
  }: {
    readonly runId: string;
    readonly owner: string;
    readonly state: WorkState;
    readonly error?: ErrorDetail | null;
  },
): Promise<boolean> {
  const rows = await sql.query(
    `update work_run set state = $3, error = $4::jsonb, changed_at = now(),
       ended_at = case when $3 in ('finished', 'failed', 'cancelled') then now() end,
       wish = case when $3 in ('running', 'held') then wish end
     where id = $1 and owner = $2 returning id`,
    [runId, owner, state, error === null ? null : JSON.stringify(error)],
  );
  return rows.length > 0;
}

/** What is left of a run's units when nothing is computed any more. */
export interface ComputedRun extends EndedUnits {
  /** `running`: units are due; `held`: dead letters wait for a person; `merging`: every unit has ended, for good. */
  readonly state: 'running' | 'held' | 'merging';
  readonly due: readonly string[];
}

/**
 * Decides in one step, in a transaction, how a run goes on: whoever makes a dead letter due does it before this, and it is
 * computed, or after this, and is refused. null where another coordinator has the run.
 * @param leavesOut whether the run may be merged without its dead letters
 */
export async function endComputing(
  sql: SqlClient,
  { runId, owner, leavesOut }: { readonly runId: string; readonly owner: string; readonly leavesOut: boolean },
): Promise<ComputedRun | null> {
  const mine = await sql.query('select id from work_run where id = $1 and owner = $2 for update', [runId, owner]);
  if (mine.length === 0) return null;
  const due = (await readOpenUnits(sql, runId)).map(({ key }) => key);
  const ended = await readEndedUnits(sql, runId, null);
  const isHeld = ended.dead.length > 0 && !leavesOut;
  const state = due.length > 0 ? 'running' : isHeld ? 'held' : 'merging';
  await setRunState(sql, { runId, owner, state });
  return { ...ended, state, due };
}

/** Marks the dead letters that a run was merged without. */
export async function leaveOut(sql: SqlClient, runId: string): Promise<void> {
  await sql.query(
    `update dead_letter set resolution = 'left_out', resolved_at = now() where run_id = $1 and resolution is null`,
    [runId],
  );
}

export type Wish = 'cancel' | 'merge';

/**
 * What a person has asked for, taken off the record; and who the record says works on the run. Asking is the coordinator's
 * sign of life.
 */
export async function takeWish(sql: SqlClient, runId: string): Promise<{ owner: string; wish: Wish | null }> {
  const rows = await sql.query<{ owner: string; wish: Wish | null }>(
    `with before as (select id, owner, wish from work_run where id = $1 for update)
     update work_run r set wish = null, changed_at = now() from before b where r.id = b.id returning b.owner, b.wish`,
    [runId],
  );
  return rows[0] ?? { owner: '', wish: null };
}
