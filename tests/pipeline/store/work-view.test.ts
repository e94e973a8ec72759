import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../pipeline/store/database.ts';
import type { Database } from '../../../pipeline/store/sql.ts';
import { registerRun } from '../../../pipeline/store/work-run.ts';
import { readOperations } from '../../../pipeline/store/work-view.ts';

const folder = mkdtempSync(join(tmpdir(), 'canopy-work-view-'));
let database: Database;
let runs = 0;
beforeAll(async () => {
  database = await openDatabase({ folder });
});
afterAll(async () => {
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A run with 3 units that are due. */
async function newRun(): Promise<string> {
  const id = `r${++runs}`;
  const run = { id, label: 'my-run', place: '/out/my-run', plan: 'p', algorithm: 'a', owner: 'me:1' };
  const units = ['u1', 'u2', 'u3'].map((key) => ({ key, label: key }));
  await database.transaction((sql) => registerRun(sql, run, units, false));
  return id;
}

const hush = (id: string, seconds: number) =>
  database.query(`update work_run set changed_at = now() - $2 * interval '1 second' where id = $1`, [id, seconds]);
const moveTo = (id: string, state: string) =>
  database.query('update work_run set state = $2 where id = $1', [id, state]);

describe('what an operator sees of a run in the record', () => {
  it('is silent when its coordinator has given no sign for 16 s by the clock of the database, not after 14 s', async () => {
    const id = await newRun();
    const silent = async () => (await readOperations(database, id)).runs[0]!.silent;
    expect(await silent()).toBe(false);
    await hush(id, 14);
    expect(await silent()).toBe(false);
    await hush(id, 16);
    expect(await silent()).toBe(true);
    await moveTo(id, 'finished');
    expect(await silent()).toBe(false);
  });
});
