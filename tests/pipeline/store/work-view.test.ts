import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../pipeline/store/database.ts';
import type { Database } from '../../../pipeline/store/sql.ts';
import { recordEvents, registerRun } from '../../../pipeline/store/work-run.ts';
import { askRun, readOperations } from '../../../pipeline/store/work-view.ts';
import { type ErrorDetail, isCanopyError } from '../../../shared/errors.ts';
import type { RunRequest } from '../../../shared/operations.ts';

const ERROR: ErrorDetail = { kind: 'input', code: 'E_TIFF_TRUNCATED', message: 'The file is cut.' };

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

/** Has units of a run given up. */
const giveUp = (id: string, ...keys: string[]) =>
  database.transaction((sql) =>
    recordEvents(sql, id, [
      ...keys.map((key) => ({ kind: 'started', key, worker: 'me:1' }) as const),
      ...keys.map((key) => ({ kind: 'failed', key, error: ERROR, again: false }) as const),
    ]),
  );
const ask = (request: RunRequest) =>
  database
    .transaction((sql) => askRun(sql, request))
    .catch((error: unknown) => (isCanopyError(error) ? error.code : error));
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

describe('what a person asks of a run in the record', () => {
  it('is refused for 1 key of 3 that is no dead letter, and then nothing is due again', async () => {
    const runId = await newRun();
    const retry = (keys: readonly string[] | null) => ask({ kind: 'retry', runId, keys });
    expect(await retry(null)).toBe('E_NO_DEAD_LETTER');
    await giveUp(runId, 'u1', 'u2');
    expect(await retry(['u1', 'u2', 'u3'])).toBe('E_NO_DEAD_LETTER');
    expect((await readOperations(database, runId)).runs[0]!.run.units).toMatchObject({ due: 1, dead: 2 });
    expect(await retry(['u1', 'u1'])).toBe(1);
    expect(await retry(null)).toBe(1);
    expect((await readOperations(database, runId)).runs[0]!.run.units).toMatchObject({ due: 3, dead: 0 });
  });

  it.each([
    ['running', 2, 'E_NOT_HELD', 2],
    ['held', 2, 2, 2],
    ['merging', 'E_MERGING', 'E_NOT_HELD', 2],
    ['finished', 'E_NO_COORDINATOR', 'E_NO_COORDINATOR', 'E_NO_COORDINATOR'],
  ])('of a run that is %s is answered, to retry, merge and cancel, by %s, %s and %s', async (state, ...answers) => {
    const runId = await newRun();
    await giveUp(runId, 'u1', 'u2');
    await moveTo(runId, state);
    const merged = await ask({ kind: 'merge', runId });
    const cancelled = await ask({ kind: 'cancel', runId });
    expect([await ask({ kind: 'retry', runId, keys: null }), merged, cancelled]).toEqual(answers);
    await hush(runId, 16);
    expect(await ask({ kind: 'cancel', runId })).toBe('E_NO_COORDINATOR');
  });
});
