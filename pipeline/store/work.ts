import type { ErrorDetail } from '../../shared/errors.ts';
import type { SqlClient } from './sql.ts';

/**
 * What a worker says to the record of work: it takes a unit, ends it, or gives it back. Each function is one statement
 * for many units, so that a busy worker pays for one commit, not for hundreds. See `migrations/0003-work.sql`.
 */

export interface UnitClaim {
  readonly runId: string;
  readonly key: string;
  /** `host:pid`. */
  readonly worker: string;
}

/** `mine`: the attempt `token` holds the unit from now on; an attempt that held it before can no longer end it. */
export type ClaimAnswer =
  | {
      readonly kind: 'mine';
      readonly token: number;
      /** Earlier attempts that failed, those whose child process died, and those whose worker was lost. */
      readonly failures: number;
      readonly deaths: number;
      readonly losses: number;
    }
  /** The unit has ended, its run does not go on, or neither is known. */
  | { readonly kind: 'done' | 'dead' | 'stopped' | 'unknown' };

interface UnitAttempt {
  readonly runId: string;
  readonly key: string;
  readonly token: number;
}

export interface UnitEnd extends UnitAttempt {
  /** Of the unit's file as it was read back. */
  readonly sha256: string;
  readonly bytes: number;
}

export interface UnitFailure extends UnitAttempt {
  readonly error: ErrorDetail;
  /** Whether the unit is due again; else it becomes a dead letter. */
  readonly again: boolean;
  /** What it is counted as: not at all where the unit is not to blame, as when its worker stops or lacks room. */
  readonly blame: 'unit' | 'death' | 'none';
}

const CLAIM = `
with input as (
  select * from jsonb_to_recordset($1::jsonb) as i (n integer, run_id text, key text, worker text)
), before as (
  select i.n, i.worker, u.run_id, u.key, u.token, u.state, r.state as run_state
  from input i join work_unit u using (run_id, key) join work_run r on r.id = u.run_id
  order by u.run_id, u.key for update of u
), lost as (
  update work_attempt a set ended_at = now(), outcome = 'lost' from before b
  where (a.run_id, a.key, a.token) = (b.run_id, b.key, b.token)
    and b.state = 'running' and b.run_state = 'running' and a.ended_at is null
), taken as (
  update work_unit u
  set state = 'running', token = u.token + 1, changed_at = now(),
    losses = u.losses + case when b.state = 'running' then 1 else 0 end
  from before b
  where (u.run_id, u.key) = (b.run_id, b.key) and b.state in ('due', 'running') and b.run_state = 'running'
  returning u.run_id, u.key, u.token, u.failures, u.deaths, u.losses
), made as (
  insert into work_attempt (run_id, key, token, worker)
  select t.run_id, t.key, t.token, b.worker from taken t join before b using (run_id, key)
)
select b.n, b.state, b.run_state, t.token, t.failures, t.deaths, t.losses from before b left join taken t using (run_id, key)`;

/** Takes units: one answer a claim, in their order. A unit may stand only once among the claims. */
export async function claimUnits(sql: SqlClient, claims: readonly UnitClaim[]): Promise<ClaimAnswer[]> {
  interface Row {
    readonly n: number;
    readonly state: string;
    readonly token: number | null;
    readonly failures: number;
    readonly deaths: number;
    readonly losses: number;
  }
  const rows = await sql.query<Row>(CLAIM, [
    JSON.stringify(claims.map(({ runId, key, worker }, n) => ({ n, run_id: runId, key, worker }))),
  ]);
  const answers = new Array<ClaimAnswer>(claims.length).fill({ kind: 'unknown' });
  for (const { n, state, token, failures, deaths, losses } of rows) {
    if (token !== null) answers[n] = { kind: 'mine', token, failures, deaths, losses };
    else answers[n] = { kind: state === 'done' || state === 'dead' ? state : 'stopped' };
  }
  return answers;
}

const FINISH = `
with input as (
  select * from jsonb_to_recordset($1::jsonb)
    as i (n integer, run_id text, key text, token integer, sha256 text, bytes double precision)
), won as (
  update work_unit u set state = 'done', changed_at = now() from input i
  where (u.run_id, u.key, u.token) = (i.run_id, i.key, i.token) and u.state = 'running'
  returning u.run_id, u.key, u.token
), ended as (
  update work_attempt a set ended_at = now(), outcome = 'done' from won w
  where (a.run_id, a.key, a.token) = (w.run_id, w.key, w.token)
), kept as (
  insert into unit_result (run_id, key, token, sha256, bytes)
  select i.run_id, i.key, i.token, i.sha256, i.bytes from input i join won using (run_id, key, token)
)
select i.n from input i left join won w using (run_id, key, token) left join unit_result r using (run_id, key, token)
where w.key is not null or r.key is not null`;

/**
 * Ends units with their results. False for an attempt that no longer holds its unit: its result is refused. An attempt
 * that says the same twice, because the answer to the first time was lost, is answered true twice.
 */
export async function finishUnits(sql: SqlClient, ends: readonly UnitEnd[]): Promise<boolean[]> {
  const input = ends.map(({ runId, key, token, sha256, bytes }, n) => ({
    n,
    run_id: runId,
    key,
    token,
    sha256,
    bytes,
  }));
  return acceptedOf(await sql.query(FINISH, [JSON.stringify(input)]), ends.length);
}

const FAIL = `
with input as (
  select * from jsonb_to_recordset($1::jsonb)
    as i (n integer, run_id text, key text, token integer, error jsonb, again boolean, blame text)
), won as (
  update work_unit u
  set state = case when i.again then 'due' else 'dead' end, changed_at = now(),
    failures = u.failures + case when i.blame = 'unit' then 1 else 0 end,
    deaths = u.deaths + case when i.blame = 'death' then 1 else 0 end
  from input i
  where (u.run_id, u.key, u.token) = (i.run_id, i.key, i.token) and u.state = 'running'
  returning u.run_id, u.key, u.token
), ended as (
  update work_attempt a set ended_at = now(), outcome = 'failed', error = i.error
  from won w join input i using (run_id, key, token)
  where (a.run_id, a.key, a.token) = (w.run_id, w.key, w.token)
), given_up as (
  insert into dead_letter (run_id, key, token, error)
  select i.run_id, i.key, i.token, i.error from input i join won using (run_id, key, token) where not i.again
)
select i.n from input i left join won w using (run_id, key, token)
  left join work_attempt a on (a.run_id, a.key, a.token) = (i.run_id, i.key, i.token) and a.outcome = 'failed'
where w.key is not null or a.key is not null`;

/** Ends attempts without a result. False for an attempt that no longer holds its unit: it has nothing to say. */
export async function failUnits(sql: SqlClient, failures: readonly UnitFailure[]): Promise<boolean[]> {
  const input = failures.map(({ runId, ...rest }, n) => ({ n, run_id: runId, ...rest }));
  return acceptedOf(await sql.query(FAIL, [JSON.stringify(input)]), failures.length);
}

function acceptedOf(rows: readonly object[], count: number): boolean[] {
  const accepted = new Array<boolean>(count).fill(false);
  for (const { n } of rows as readonly { readonly n: number }[]) accepted[n] = true;
  return accepted;
}
