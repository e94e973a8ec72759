import { basename } from 'node:path';
import { WORK_STATES } from '../../../shared/operations.ts';
import type { Plan } from '../../plan.ts';
import type { RunRecord } from '../../store/run-record.ts';
import type { SqlClient } from '../../store/sql.ts';
import { workIdOf } from '../work-id.ts';
import type { UnitHashes } from './files.ts';
import { type Findings, NEXT } from './findings.ts';
import { type RunRow, readLostRuns, readRunRows, readUnitWork } from './work-rows.ts';
import { strangerDifferences, unitDifferences } from './work-units.ts';

export interface WorkOfRun {
  /** The output folder as the run named it; a folder that was restored elsewhere is found by its plan. */
  readonly place: string;
  readonly plan: Plan;
  readonly record: Pick<RunRecord, 'proof' | 'unitsLeftOut'>;
  readonly units: UnitHashes;
}

const TABLES = ['work_unit', 'work_attempt', 'unit_result', 'dead_letter'];

/**
 * The record of work of a finished run: the run is what its id is made of; its units are those of the plan, each with
 * exactly one of result, dead letter and pending under the number of its last attempt; every result's file is there with
 * its hash, and every unit file has a result; what was left out is what run.json leaves out.
 */
export async function checkWork(sql: SqlClient, work: WorkOfRun, findings: Findings): Promise<void> {
  const { place, plan, record } = work;
  const rows = await readRunRows(sql, plan, place);
  const run = rows[0];
  if (!run) {
    // Runs of earlier versions have no record of work.
    if (record.proof) differ(findings, { place: 'work_run', key: null }, 'the record of work of the run', 'none');
    return;
  }
  findings.checked.rows += rows.length;
  if (rows.length > 1) differ(findings, { place: 'work_run', key: `id ${run.id}` }, '1 row', `${rows.length} rows`);
  if (run.place !== place)
    findings.remarks.push(`The record of work is that of ${run.place}, where the run was computed.`);
  if (!checkRun(run, plan, findings)) return;
  await checkUnits(sql, run, work, findings);
  for (const table of TABLES)
    for (const id of await readLostRuns(sql, table))
      differ(findings, { place: table, key: `run_id ${id}` }, 'a run of the record of work', 'none of this id');
}

interface Where {
  readonly place: string;
  readonly key: string | null;
  readonly column?: string;
}

function differ({ differences }: Findings, where: Where, wanted: string, got: string): void {
  differences.push({ column: null, ...where, wanted, got, next: NEXT.work });
}

/** False where the run is not the one that its id says: then its units cannot be found. */
function checkRun(run: RunRow, plan: Plan, findings: Findings): boolean {
  const check = (column: keyof RunRow, wanted: string, why: string) => {
    if (run[column] === wanted) return true;
    differ(findings, { place: 'work_run', key: `id ${run.id}`, column }, `${wanted}${why}`, String(run[column]));
    return false;
  };
  const isItself =
    check('plan', plan.runId, ' (run.json)') &&
    check('id', workIdOf(run.plan, run.place), ', the hash of plan and place');
  if (!isItself) return false;
  check('label', basename(run.place), ', the name of the folder');
  check('algorithm', plan.algorithm, ' (the plan)');
  if (!(WORK_STATES as readonly string[]).includes(run.state)) check('state', 'finished', '');
  else if (run.state !== 'finished')
    findings.remarks.push(`By the record of work the run is ${run.state}, not finished.`);
  return true;
}

async function checkUnits(
  sql: SqlClient,
  run: RunRow,
  { plan, record, units }: WorkOfRun,
  { differences, checked }: Findings,
): Promise<void> {
  const work = await readUnitWork(sql, run.id, () => {
    checked.rows += 1;
  });
  const leftOut = new Set(record.unitsLeftOut.map(({ id }) => id));
  const isFinished = run.state === 'finished';
  const planned = new Set(plan.units.map(({ key }) => key));
  for (const key of planned) {
    const context = { isFinished, isLeftOut: leftOut.has(key), file: units.get(key) };
    differences.push(...unitDifferences(key, work.get(key), context));
  }
  for (const [key, stranger] of work) if (!planned.has(key)) differences.push(...strangerDifferences(key, stranger));
  for (const key of leftOut)
    if (!planned.has(key))
      differences.push({
        place: 'run.json',
        key: null,
        column: 'unitsLeftOut',
        wanted: 'units of the plan',
        got: key,
        next: NEXT.record,
      });
}
