import type { Plan } from '../../plan.ts';
import type { SqlClient } from '../../store/sql.ts';
import type { UnitHashes } from './files.ts';
import { type Findings, NEXT } from './findings.ts';

interface UnitRow {
  readonly key: string;
  readonly state: string | null;
  readonly results: number;
  /** Dead letters that no later try has answered. */
  readonly dead_letters: number;
  readonly sha256: string | null;
  readonly bytes: number | null;
}

const UNITS = `
with dead as (
  select key, count(*)::int as n from dead_letter
  where run_id = $1 and resolution is distinct from 'retried' group by key
), results as (
  select key, count(*)::int as n, min(sha256) as sha256, min(bytes) as bytes from unit_result where run_id = $1 group by key
), units as (select key, min(state) as state from work_unit where run_id = $1 group by key)
select key, u.state, coalesce(r.n, 0) as results, coalesce(d.n, 0) as dead_letters, r.sha256, r.bytes
from units u full join results r using (key) full join dead d using (key) order by key`;

/**
 * The record of work of a finished run: every unit of the plan has exactly one of result, dead letter and pending; every
 * result's file is there with its hash; every unit file has a result. Runs of earlier versions have no such record.
 * @param place the output folder as the run named it; a folder that was restored elsewhere is found by its plan
 */
export async function checkWork(
  sql: SqlClient,
  run: { readonly place: string; readonly plan: Plan; readonly units: UnitHashes },
  findings: Findings,
): Promise<void> {
  const id = await findWorkRun(sql, run, findings);
  if (id === null) return;
  const rows = await sql.query<UnitRow>(UNITS, [id]);
  findings.checked.rows += rows.length;
  const planned = new Set(run.plan.units.map(({ key }) => key));
  const registered = new Set(rows.map(({ key }) => key));
  for (const row of rows) if (planned.has(row.key)) checkUnit(row, run.units, findings);
  for (const key of planned) {
    const key_ = `key ${key}`;
    if (!registered.has(key))
      findings.differences.push({
        place: 'work_unit',
        key: key_,
        column: null,
        wanted: 'the unit of the plan',
        got: 'no row',
        next: NEXT.work,
      });
  }
}

function checkUnit(
  { key, state, results, dead_letters, sha256, bytes }: UnitRow,
  units: UnitHashes,
  { differences }: Findings,
) {
  const differ = (place: string, column: string | null, wanted: string, got: string) =>
    differences.push({ place, key: `key ${key}`, column, wanted, got, next: NEXT.work });
  const isPending = state === 'due' || state === 'running';
  const wantedResults = state === 'done' ? 1 : 0;
  const isDead = state === 'dead';
  if (state === null) differ('work_unit', null, 'the unit of a result or dead letter', 'no row');
  else if (results !== wantedResults || dead_letters > 0 !== isDead)
    differ(
      'work_unit',
      'state',
      'exactly one of result, dead letter and pending',
      `${state} with ${results} results and ${dead_letters} dead letters`,
    );
  const file = units.get(key);
  if (results > 0 && !file) differ('unit_result', null, 'the file of the result', 'none');
  if (results > 0 && file && file.sha256 !== sha256)
    differ('unit_result', 'sha256', `${file.sha256} (the file)`, String(sha256));
  if (results > 0 && file && file.bytes !== bytes)
    differ('unit_result', 'bytes', `${file.bytes} (the file)`, String(bytes));
  if (results === 0 && file && !isPending) differ('unit_result', null, 'a row for the unit file', 'none');
  if (results === 0 && file && isPending)
    differ('unit_result', null, 'a row for the unit file of a finished run', `none, the unit is ${state}`);
}

async function findWorkRun(
  sql: SqlClient,
  { place, plan }: { readonly place: string; readonly plan: Plan },
  { remarks }: Findings,
): Promise<string | null> {
  const [known] = await sql.query<{ at: string | null }>("select to_regclass('work_run')::text as at");
  if (!known?.at) return null;
  const runs = await sql.query<{ id: string; place: string; state: string }>(
    'select id, place, state from work_run where plan = $1 order by started_at desc, id',
    [plan.runId],
  );
  const run = runs.find((row) => row.place === place) ?? runs[0];
  if (!run) return null;
  if (run.place !== place) remarks.push(`The record of work is that of ${run.place}, where the run was computed.`);
  if (run.state !== 'finished') remarks.push(`By the record of work the run is ${run.state}, not finished.`);
  return run.id;
}
