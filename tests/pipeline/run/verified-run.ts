import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { runVerify, type VerifyReport, verifyRun } from '../../../pipeline/run/verify/verify.ts';
import { workIdOf } from '../../../pipeline/run/work-id.ts';
import { openDatabase } from '../../../pipeline/store/database.ts';
import type { Database, SqlClient } from '../../../pipeline/store/sql.ts';
import { dropConstraints } from '../../../scripts/chaos/mutate-rows.ts';
import { makeTinyProof } from '../../tiny-proof.ts';

/** The results of a tiny run, and a copy of them to change. */
export interface VerifiedRun {
  /** Holds all of it, and the scenes. */
  readonly root: string;
  readonly dir: string;
  /** The copy, whose database stays open and has lost its constraints. */
  readonly open: string;
  readonly database: Database;
  /** What a verification says of the copy while `change` is done to its database. */
  withRows(change: (sql: SqlClient) => Promise<unknown>): Promise<VerifyReport>;
  /** The same while one of its files holds something else; null takes it away. */
  withFile(name: string, change: (content: Buffer) => Buffer | string | null): Promise<VerifyReport>;
  close(): Promise<void>;
}

const quiet = { say: () => {}, write: () => {}, isTty: false, signal: new AbortController().signal };
const noSample = { sample: 0, seed: 1, workers: 2, allowHosts: [] };

export function verifyFolder(
  dir: string,
  settings: { readonly sample?: number | 'all'; readonly databaseUrl?: string } = {},
): Promise<VerifyReport> {
  return runVerify({ dir, databaseUrl: null, ...noSample, ...settings }, quiet);
}

export async function openVerifiedRun(): Promise<VerifiedRun> {
  const root = mkdtempSync(join(tmpdir(), 'canopy-verify-test-'));
  const dir = await makeTinyProof(root);
  const open = join(root, 'open');
  cpSync(dir, open, { recursive: true });
  const database = await openDatabase({ folder: open });
  await database.transaction(dropConstraints);
  await moveWork(database, open);
  const verify = (sql: SqlClient) => verifyRun(open, sql, noSample, quiet);
  return {
    root,
    dir,
    open,
    database,
    async withRows(change) {
      let report: VerifyReport | undefined;
      const undone = new Error('undone');
      const work = database.transaction(async (sql) => {
        await change(sql);
        report = await verify(sql);
        throw undone;
      });
      await work.catch((error: unknown) => {
        if (error !== undone) throw error;
      });
      return report!;
    },
    async withFile(name, change) {
      const path = join(open, name);
      const content = existsSync(path) ? readFileSync(path) : null;
      const changed = change(content ?? Buffer.alloc(0));
      if (changed === null) rmSync(path);
      else writeFileSync(path, changed);
      try {
        return await database.transaction(verify);
      } finally {
        if (content === null) rmSync(path);
        else writeFileSync(path, content);
      }
    },
    async close() {
      await database.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** The record of work names the folder in which the run was computed, and its id is made of that. */
async function moveWork(database: Database, place: string): Promise<void> {
  const [run] = await database.query<{ plan: string }>('select plan from work_run');
  const id = workIdOf(run!.plan, place);
  await database.query('update work_run set id = $1, place = $2, label = $3', [id, place, basename(place)]);
  for (const table of ['work_unit', 'work_attempt', 'unit_result', 'dead_letter'])
    await database.query(`update ${table} set run_id = $1`, [id]);
}

/** Files on top of a folder that are results. */
export function topFiles(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && !entry.name.startsWith('db.')).map(({ name }) => name);
}

/** All files of a run, those of its database excepted. */
export function runFiles(folder: string): string[] {
  const below = (name: string) => readdirSync(join(folder, name)).map((file) => `${name}/${file}`);
  const work = below('.run').filter((name) => name.endsWith('.json'));
  return [...topFiles(folder), ...below('layers'), ...below('.run/units'), ...work].sort();
}
