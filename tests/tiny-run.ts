import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment, readMonitorConfig } from '../pipeline/config.ts';
import { finishRun } from '../pipeline/run/finish.ts';
import { runFolder } from '../pipeline/run/folder.ts';
import { prepareRun, type RunContext } from '../pipeline/run/prepare.ts';
import { createStopwatch } from '../pipeline/run/stopwatch.ts';
import type { Task, TaskResult } from '../pipeline/run/tasks.ts';
import type { RunToSave } from '../pipeline/store/save-run.ts';
import { createPool } from '../pipeline/workers/pool.ts';
import { type CanopyRun, readCsv, runCanopy } from './canopy.ts';

/** The tables of a run. */
export interface TinyTables {
  readonly out: string;
  readonly observations: Record<string, string>[];
  readonly parcels: Record<string, string>[];
  /** run.json */
  readonly record: RunJson;
}

export interface TinyRun extends CanopyRun, TinyTables {}

interface RunJson {
  readonly scenes: {
    readonly used: string[];
    readonly superseded: { id: string; supersededBy: string; reason: string }[];
    readonly refused: { id: string; code: string; reason: string }[];
  };
  readonly parcels: { readonly refused: { id: string; code: string; reason: string }[] };
  readonly warnings: string[];
  readonly inputs: { role: string; name: string; identity: string }[];
}

export interface TinyRequest {
  readonly parcels: string;
  readonly catalog: string;
  readonly out: string;
  readonly baseline: string;
  readonly period: string;
  readonly more?: readonly string[];
}

/** `canopy monitor` to its end: how it ended, and its tables. Throws with what it said when there are none. */
export async function runTiny(request: TinyRequest): Promise<TinyRun> {
  const run = await runCanopy(monitorArgs(request));
  const { out } = request;
  if (run.code !== 0 && run.code !== 3) throw new Error(`canopy monitor ended with ${run.code}: ${run.stderr}`);
  return { ...run, ...readTables(out) };
}

/**
 * The same run without its database, whose start takes longer than all the rest of a tiny run; built children compute
 * it. Throws when a unit is left out.
 * @param save takes what would go into the database
 */
export async function measureTiny(
  request: TinyRequest,
  save: (run: RunToSave) => Promise<void> = async () => {},
): Promise<TinyTables> {
  const config = await readMonitorConfig([...monitorArgs(request).slice(1), '--workers', '2'], {});
  const pool = createPool<Task, TaskResult>({ size: config.workers, env: childEnvironment(config.allowHosts) });
  const { out } = config;
  try {
    const prepared = await prepareRun(config, pool, QUIET, createStopwatch());
    const { plan } = prepared;
    mkdirSync(join(runFolder.work(out), 'units'), { recursive: true });
    mkdirSync(runFolder.layers(out), { recursive: true });
    writeFileSync(runFolder.plan(out, plan.runId), JSON.stringify(plan));
    await Promise.all(plan.units.map(({ index }) => pool.run({ kind: 'unit', runId: plan.runId, unit: index, out })));
    const database = { save, close: async () => {} };
    await finishRun(prepared, new Map(), { pool, database }, QUIET, createStopwatch());
  } finally {
    await pool.close();
  }
  return readTables(out);
}

const QUIET: RunContext = {
  say: () => {},
  write: () => {},
  isTty: false,
  signal: new AbortController().signal,
};

function readTables(out: string): TinyTables {
  return {
    out,
    observations: readCsv(join(out, 'observations.csv')),
    parcels: readCsv(join(out, 'parcels.csv')),
    record: JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as RunJson,
  };
}

export function monitorArgs({ parcels, catalog, out, baseline, period, more = [] }: TinyRequest): string[] {
  const places = ['--parcels', parcels, '--catalog', catalog, '--out', out];
  return ['monitor', ...places, '--baseline', baseline, '--period', period, ...more];
}

/** The observation of a parcel on a day; throws unless there is exactly one. */
export function observationOf(
  run: Pick<TinyTables, 'observations'>,
  parcel: string,
  day: string,
): Record<string, string> {
  const rows = run.observations.filter((row) => row.parcel_id === parcel && row.datetime!.startsWith(day));
  if (rows.length !== 1) throw new Error(`${parcel} has ${rows.length} observations on ${day}.`);
  return rows[0]!;
}

export function resultOf(run: Pick<TinyTables, 'parcels'>, parcel: string): Record<string, string> {
  const rows = run.parcels.filter((row) => row.parcel_id === parcel);
  if (rows.length !== 1) throw new Error(`${parcel} has ${rows.length} results.`);
  return rows[0]!;
}
