import { resolve } from 'node:path';
import { CanopyError } from '../../../shared/errors.ts';
import type { Plan } from '../../plan.ts';
import { createProgress } from '../../queue/progress.ts';
import { openForReading } from '../../store/reading.ts';
import type { RunRecord } from '../../store/run-record.ts';
import type { SqlClient } from '../../store/sql.ts';
import type { RunContext } from '../prepare.ts';
import { checkOrphans, checkOutputs, checkPlan, checkUnits, type UnitHashes } from './files.ts';
import { type Findings, NEXT, newFindings } from './findings.ts';
import { checkRecord } from './record.ts';
import { checkRows } from './rows.ts';
import { checkSample, chooseSample, type SampleSettings } from './sample.ts';
import { checkWork } from './work.ts';

/** Everything `canopy verify` was asked for. */
export interface VerifySettings extends SampleSettings {
  readonly dir: string;
  /** PostgreSQL, or null for the embedded database of the folder. */
  readonly databaseUrl: string | null;
}

export interface VerifyReport extends Findings {
  readonly dir: string;
  /** Id of the run; null where there is no record to go by. */
  readonly run: string | null;
  readonly seconds: { readonly files: number; readonly rows: number; readonly recomputing: number };
}

/** Runs `canopy verify`. Reads the folder and its database, and writes into neither. */
export async function runVerify(settings: VerifySettings, context: RunContext): Promise<VerifyReport> {
  const dir = resolve(settings.dir);
  const findings = newFindings();
  const place = { url: settings.databaseUrl, folder: dir };
  const database = await openForReading(place).catch((error: unknown) => {
    tellBrokenDatabase(error, findings);
    return null;
  });
  try {
    if (database) return await database.read((sql) => verifyRun(dir, sql, settings, context, findings));
    return await verifyRun(dir, null, settings, context, findings);
  } finally {
    await database?.close();
  }
}

/**
 * Compares everything that a run has left with everything else that it has left.
 * @param sql in a transaction; null where there is no database
 */
export async function verifyRun(
  dir: string,
  sql: SqlClient | null,
  settings: SampleSettings,
  context: RunContext,
  findings: Findings = newFindings(),
): Promise<VerifyReport> {
  const seconds = { files: 0, rows: 0, recomputing: 0 };
  const timed = async <T>(name: keyof typeof seconds, work: () => Promise<T>): Promise<T> => {
    const startMs = performance.now();
    const result = await work();
    seconds[name] += (performance.now() - startMs) / 1000;
    return result;
  };
  // Rows that cannot be read are a difference like any other; the files can still be compared.
  const record = await checkRecord(dir, sql, findings).catch((error: unknown) => {
    tellBrokenDatabase(error, findings);
    return checkRecord(dir, null, newFindings());
  });
  if (record === null) return { dir, run: null, seconds, ...findings };
  if (sql === null) tellMissingDatabase(record, findings);
  const { good, plan, units } = await timed('files', () => checkFiles(dir, record, findings, context));
  if (sql && !isBroken(findings)) {
    const run = { dir, record, plan, good, units };
    const checked = timed('rows', () => checkTables(sql, run, findings, context));
    await checked.catch((error: unknown) => tellBrokenDatabase(error, findings));
  }
  if (plan) await timed('recomputing', () => recompute(dir, { plan, units }, settings, findings, context));
  return { dir, run: record.id, seconds, ...findings };
}

const DATABASE = { place: 'db', key: null, column: null, wanted: 'the database of the run' } as const;

const isBroken = ({ differences }: Findings) => differences.some(({ place }) => place === DATABASE.place);

/** Throws again what says nothing of the run: a folder in use, a server that is away, an order to stop. */
function tellBrokenDatabase(error: unknown, { differences }: Findings): void {
  const { code, name } = error as { code?: string; name?: string };
  const isElsewhere = /^(E[A-Z]+|08...|57...)$/.test(code ?? '') || name === 'AbortError';
  if (error instanceof CanopyError || isElsewhere) throw error;
  const got = `one that cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  differences.push({ ...DATABASE, got, next: NEXT.row });
}

/** A run of `canopy breaks` has no parcels and keeps no database. */
function tellMissingDatabase({ outputs }: RunRecord, { differences, remarks }: Findings): void {
  if (!outputs.some(({ name }) => name === 'observations.csv'))
    remarks.push('The run keeps no database: run.json is proven by its own form and id only.');
  else if (!differences.some(({ place }) => place === DATABASE.place))
    differences.push({
      ...DATABASE,
      got: 'none in the folder',
      next: `If the run is in PostgreSQL, name it with --database postgres://…. ${NEXT.row}`,
    });
}

async function checkFiles(dir: string, record: RunRecord, findings: Findings, context: RunContext) {
  const plan = await checkPlan(dir, record, findings);
  const total = record.outputs.length + (plan?.units.length ?? 0);
  const progress = createProgress({ total, unitName: 'files', ...terminal(context) });
  const good = await checkOutputs(dir, record.outputs, findings, () => progress.advance());
  const units = plan ? await checkUnits(dir, { record, plan }, findings, () => progress.advance()) : new Map();
  progress.finish();
  await checkOrphans(dir, record, findings);
  context.signal.throwIfAborted();
  return { plan, good, units: units as UnitHashes };
}

async function checkTables(
  sql: SqlClient,
  run: {
    readonly dir: string;
    readonly record: RunRecord;
    readonly plan: Plan | null;
    readonly good: ReadonlySet<string>;
    readonly units: UnitHashes;
  },
  findings: Findings,
  context: RunContext,
): Promise<void> {
  const total = Object.values(run.record.proof?.rows ?? {}).reduce((sum, { rows }) => sum + rows, 0);
  const progress = createProgress({ total, unitName: 'rows', ...terminal(context) });
  // Rows too many are no progress.
  let left = total;
  const onRow = () => {
    if (left > 0) progress.advance();
    left -= 1;
  };
  await checkRows(sql, run, findings, onRow);
  progress.finish();
  const { dir, record, plan, units } = run;
  if (plan) await checkWork(sql, { place: dir, plan, record, units }, findings);
  context.signal.throwIfAborted();
}

async function recompute(
  dir: string,
  { plan, units }: { readonly plan: Plan; readonly units: UnitHashes },
  settings: SampleSettings,
  findings: Findings,
  context: RunContext,
): Promise<void> {
  const chosen = chooseSample(plan.units, settings);
  if (chosen.length === 0) return;
  context.say(`Computing ${chosen.length} of ${plan.units.length} units again …`);
  const progress = createProgress({ total: chosen.length, unitName: 'units', ...terminal(context) });
  const { workers, allowHosts } = settings;
  const onUnit = () => progress.advance();
  await checkSample(dir, { plan, chosen, units }, { workers, allowHosts, signal: context.signal }, findings, onUnit);
  progress.finish();
}

function terminal({ write, isTty }: RunContext) {
  return { write, isTty, now: Date.now };
}
