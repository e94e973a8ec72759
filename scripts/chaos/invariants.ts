import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runFolder } from '../../pipeline/run/folder.ts';
import { sha256OfBytes } from '../../pipeline/store/files.ts';
import type { SqlClient } from '../../pipeline/store/sql.ts';
import { shuffle } from './shuffle.ts';
import { makeUnitFile } from './unit.ts';

interface CheckedRun {
  readonly sql: SqlClient;
  readonly runId: string;
  readonly out: string;
  /** Of all units that were registered. */
  readonly keys: readonly string[];
  readonly seed: number;
  /** How many units are computed again. */
  readonly sample: number;
  /** How often the coordinator told of each unit. */
  readonly told: ReadonlyMap<string, number>;
}

export interface Findings {
  /** Units that have no end, or a result that is not there or is another. */
  readonly lost: string[];
  /** Units with more than one result, end or report. */
  readonly doubled: string[];
  /** Files without a row, rows without a unit. */
  readonly orphans: string[];
  /** Units given up. */
  readonly dead: string[];
  readonly units: number;
  /** Of all (key, SHA-256) in the order of the keys. */
  readonly digest: string;
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

interface Rows {
  readonly units: readonly UnitRow[];
  readonly results: readonly ResultRow[];
  readonly letters: readonly { readonly key: string }[];
  readonly doneAttempts: readonly { readonly key: string; readonly token: number }[];
}

/**
 * Holds a run that has ended against invariants 1, 2, 3 and 5 (there is no audit log yet, which 4 is about): each unit has
 * exactly one end; the file of each result is there and has its SHA-256; no file is there without a row; computed again,
 * units have the same bytes. It counts rows, and does not lean on the constraints of the tables.
 */
export async function checkInvariants(run: CheckedRun): Promise<Findings> {
  const rows = await readRows(run.sql, run.runId);
  const findings: Findings = {
    lost: [],
    doubled: [],
    orphans: [],
    dead: [],
    units: run.keys.length,
    digest: digestOf(rows.results),
  };
  checkEnds(run, rows, findings);
  checkFiles(run, rows, findings);
  checkOrphans(run, rows, findings);
  checkSample(run, rows, findings);
  return findings;
}

async function readRows(sql: SqlClient, runId: string): Promise<Rows> {
  return {
    units: await sql.query<UnitRow>('select key, state, token from work_unit where run_id = $1', [runId]),
    results: await sql.query<ResultRow>('select key, token, sha256, bytes from unit_result where run_id = $1', [runId]),
    letters: await sql.query<{ key: string }>(
      'select key from dead_letter where run_id = $1 and resolution is distinct from $2',
      [runId, 'retried'],
    ),
    doneAttempts: await sql.query<{ key: string; token: number }>(
      `select key, token from work_attempt where run_id = $1 and outcome = 'done'`,
      [runId],
    ),
  };
}

/** Invariant 1: exactly one of result, dead letter and pending; and no unit is pending when the run has ended. */
function checkEnds({ keys, told }: CheckedRun, rows: Rows, { lost, doubled, dead }: Findings): void {
  const units = groupByKey(rows.units);
  const results = groupByKey(rows.results);
  const letters = groupByKey(rows.letters);
  const ends = groupByKey(rows.doneAttempts);
  for (const key of keys) {
    const [unit, ...more] = units.get(key) ?? [];
    const resultCount = results.get(key)?.length ?? 0;
    const letterCount = letters.get(key)?.length ?? 0;
    const doneCount = ends.get(key)?.length ?? 0;
    if (unit === undefined) lost.push(`${key} is in no row of work_unit`);
    if (more.length > 0) doubled.push(`${key} is in ${1 + more.length} rows of work_unit`);
    if (resultCount + letterCount === 0) lost.push(`${key} is ${unit?.state ?? 'unknown'} and has no end`);
    if (resultCount + letterCount > 1)
      doubled.push(`${key} has ${resultCount} results and ${letterCount} dead letters`);
    if (doneCount > 1) doubled.push(`${key} has ${doneCount} attempts that ended it`);
    if ((told.get(key) ?? 0) > 1) doubled.push(`${key} was told as done ${told.get(key)} times`);
    if (letterCount > 0) dead.push(key);
    const wanted = resultCount > 0 ? 'done' : 'dead';
    if (unit && resultCount + letterCount > 0 && unit.state !== wanted)
      lost.push(`${key} has ended and its state is ${unit.state}`);
    const token = results.get(key)?.[0]?.token;
    if (token !== undefined && unit && token !== unit.token)
      lost.push(`${key} has the result of attempt ${token}, and its last attempt is ${unit.token}`);
  }
}

/** Invariant 2: each result's file is there and has its SHA-256. */
function checkFiles({ out }: CheckedRun, { results }: Rows, { lost }: Findings): void {
  for (const { key, sha256, bytes } of results) {
    const path = runFolder.unit(out, key);
    if (!existsSync(path)) {
      lost.push(`${key} has a result and no file`);
      continue;
    }
    const file = readFileSync(path);
    if (sha256OfBytes(file) !== sha256) lost.push(`${key} has a file with another SHA-256 than its row`);
    if (file.length !== bytes) lost.push(`${key} has a file of ${file.length} bytes, and its row says ${bytes}`);
  }
}

/** Invariant 3: no file without a row, unfinished ones included; and no row without a unit. */
function checkOrphans({ out, keys }: CheckedRun, { results, units }: Rows, { orphans }: Findings): void {
  const known = new Set(keys);
  for (const { key } of [...units, ...results]) if (!known.has(key)) orphans.push(`a row for the unknown unit ${key}`);
  const owned = new Set(results.map(({ key }) => relative(out, runFolder.unit(out, key))));
  owned.add(relative(out, runFolder.status(out)));
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    const name = relative(out, join(entry.parentPath, entry.name));
    // The lock is held by whoever reads the rows just now.
    const isDatabase = name.startsWith('db/') || name === 'db.lock';
    if (entry.isFile() && !isDatabase && !owned.has(name)) orphans.push(`the file ${name}`);
  }
}

/** Invariant 5: units that are computed again have the same bytes. */
function checkSample({ out, seed, sample }: CheckedRun, { results }: Rows, { lost }: Findings): void {
  for (const { key } of shuffle(results, seed).slice(0, sample)) {
    const path = runFolder.unit(out, key);
    if (existsSync(path) && !readFileSync(path).equals(makeUnitFile(seed, key)))
      lost.push(`${key} has other bytes than when it is computed again`);
  }
}

/** One digest over all results, in the order of the keys: the hash of a run. */
export function digestOf(results: readonly { readonly key: string; readonly sha256: string }[]): string {
  const lines = results.map(({ key, sha256 }) => `${key} ${sha256}\n`).sort();
  return sha256OfBytes(lines.join(''));
}

function groupByKey<T extends { readonly key: string }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(row.key);
    if (group) group.push(row);
    else groups.set(row.key, [row]);
  }
  return groups;
}
