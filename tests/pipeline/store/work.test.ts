import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../pipeline/store/database.ts';
import type { Database } from '../../../pipeline/store/sql.ts';
import { claimUnits, failUnits, finishUnits } from '../../../pipeline/store/work.ts';
import { createWorkBook } from '../../../pipeline/store/work-book.ts';
import {
  endComputing,
  leaveOut,
  readClock,
  readEndedUnits,
  readOpenUnits,
  readRetriedUnits,
  recordEvents,
  registerRun,
  resumeUnits,
  retryUnits,
  setRunState,
  takeWish,
} from '../../../pipeline/store/work-run.ts';
import { askRun, readOperations } from '../../../pipeline/store/work-view.ts';
import type { ErrorDetail } from '../../../shared/errors.ts';
import { type PostgresServer, postgresMissing, startPostgres } from './postgres-server.ts';

const SHA = 'a'.repeat(64);
const OTHER_SHA = 'b'.repeat(64);
const ERROR: ErrorDetail = { kind: 'input', code: 'E_TIFF_TRUNCATED', message: 'The file is cut.', where: 'red.tif' };

const folder = mkdtempSync(join(tmpdir(), 'canopy-work-'));
let server: PostgresServer | null = null;
const open: Database[] = [];

afterAll(async () => {
  for (const database of open) await database.close();
  server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const kinds = [
  { kind: 'PGlite', connect: () => openDatabase({ folder }) },
  {
    kind: 'PostgreSQL',
    connect: async () => {
      server ??= await startPostgres();
      return openDatabase({ url: server.url, folder });
    },
  },
].filter(({ kind }) => kind === 'PGlite' || postgresMissing === null);

let runs = 0;

/** A run of its own with units u1, u2, … that are due. */
async function newRun(database: Database, count: number, isAlone = false) {
  const id = `r${++runs}`;
  const run = { id, label: 'my-run', place: '/out/my-run', plan: 'p', algorithm: 'a', owner: 'me:1' };
  const units = Array.from({ length: count }, (_, i) => ({ key: `u${i + 1}`, label: `unit ${i + 1}` }));
  const register = () => database.transaction((sql) => registerRun(sql, run, units, isAlone));
  await register();
  return { id, register };
}

describe.each(kinds)('the record of work in $kind', ({ connect }) => {
  let database: Database;

  beforeAll(async () => {
    database = await connect();
    open.push(database);
  });

  const claim = async (runId: string, key: string, worker = 'w:1') => {
    const [answer] = await claimUnits(database, [{ runId, key, worker }]);
    return answer!;
  };
  const tokenOf = async (runId: string, key: string, worker = 'w:1') => {
    const answer = await claim(runId, key, worker);
    if (answer.kind !== 'mine') throw new Error(`The claim was answered ${answer.kind}.`);
    return answer.token;
  };
  const finish = async (runId: string, key: string, token: number, sha256 = SHA) =>
    (await finishUnits(database, [{ runId, key, token, sha256, bytes: 10 }]))[0];
  const fail = async (
    runId: string,
    key: string,
    token: number,
    again: boolean,
    blame: 'unit' | 'death' | 'none' = 'unit',
  ) => (await failUnits(database, [{ runId, key, token, error: ERROR, again, blame }]))[0];
  const count = async (table: string, runId: string) =>
    (await database.query<{ n: number }>(`select count(*)::int as n from ${table} where run_id = $1`, [runId]))[0]!.n;

  it('refuses the late result of attempt 1 when attempt 2 has taken the unit, and keeps 1 result', async () => {
    const { id } = await newRun(database, 1);
    const first = await tokenOf(id, 'u1', 'slow:1');
    const second = await claim(id, 'u1', 'quick:2');
    expect(second).toEqual({ kind: 'mine', token: first + 1, failures: 0, deaths: 0, losses: 1 });
    expect(await finish(id, 'u1', first, OTHER_SHA)).toBe(false);
    expect(await finish(id, 'u1', first + 1)).toBe(true);
    expect(await finish(id, 'u1', first, OTHER_SHA)).toBe(false);
    expect((await readEndedUnits(database, id, null)).done).toEqual([{ key: 'u1', sha256: SHA, bytes: 10 }]);
    const attempts = await database.query(
      'select token, worker, outcome from work_attempt where run_id = $1 order by token',
      [id],
    );
    expect(attempts).toEqual([
      { token: 1, worker: 'slow:1', outcome: 'lost' },
      { token: 2, worker: 'quick:2', outcome: 'done' },
    ]);
  });

  it('answers true twice to an attempt that says the same twice, and keeps 1 result', async () => {
    const { id } = await newRun(database, 1);
    const token = await tokenOf(id, 'u1');
    expect([await finish(id, 'u1', token), await finish(id, 'u1', token)]).toEqual([true, true]);
    expect(await count('unit_result', id)).toBe(1);
    const { id: other } = await newRun(database, 1);
    const again = await tokenOf(other, 'u1');
    expect([await fail(other, 'u1', again, false), await fail(other, 'u1', again, false)]).toEqual([true, true]);
    expect(await count('dead_letter', other)).toBe(1);
  });

  it('answers 5 claims in their order: mine, done, dead, a run that was stopped, and unknown', async () => {
    const { id } = await newRun(database, 3);
    await finish(id, 'u2', await tokenOf(id, 'u2'));
    await fail(id, 'u3', await tokenOf(id, 'u3'), false);
    const { id: stopped } = await newRun(database, 1);
    await setRunState(database, { runId: stopped, owner: 'me:1', state: 'cancelled' });
    const claims = [
      { runId: id, key: 'u1' },
      { runId: id, key: 'u2' },
      { runId: id, key: 'u3' },
      { runId: stopped, key: 'u1' },
      { runId: id, key: 'u9' },
    ];
    const answers = await claimUnits(
      database,
      claims.map((unit) => ({ ...unit, worker: 'w:1' })),
    );
    expect(answers.map(({ kind }) => kind)).toEqual(['mine', 'done', 'dead', 'stopped', 'unknown']);
  });

  it('lets exactly 1 of 20 claims at a time hold each of 10 units', async () => {
    const { id } = await newRun(database, 10);
    const units = Array.from({ length: 10 }, (_, i) => `u${i + 1}`);
    const claims = Array.from({ length: 20 }, (_, n) => {
      const order = n % 2 === 0 ? units : units.toReversed();
      return claimUnits(
        database,
        order.map((key) => ({ runId: id, key, worker: `w:${n}` })),
      ).then((answers) => answers.map((answer, i) => ({ key: order[i]!, answer })));
    });
    const all = (await Promise.all(claims)).flat();
    for (const key of units) {
      const tokens = all.flatMap((one) => (one.key === key && one.answer.kind === 'mine' ? [one.answer.token] : []));
      expect(new Set(tokens).size).toBe(20);
      const ends = await Promise.all(tokens.map((token) => finish(id, key, token)));
      expect(ends.filter(Boolean)).toHaveLength(1);
    }
    expect(await count('unit_result', id)).toBe(10);
  });

  it('makes a failed unit due again, and a dead one when a person wants it: 2 letters, the first as retried', async () => {
    const { id } = await newRun(database, 1);
    await fail(id, 'u1', await tokenOf(id, 'u1'), true);
    expect(await readOpenUnits(database, id)).toEqual([{ key: 'u1', state: 'due' }]);
    expect(await claim(id, 'u1')).toMatchObject({ kind: 'mine', token: 2, failures: 1 });
    await fail(id, 'u1', 2, false);
    expect((await readEndedUnits(database, id, null)).dead).toEqual([{ key: 'u1', error: ERROR }]);
    expect(await retryUnits(database, id, ['u1', 'u7'])).toEqual(['u1']);
    expect(await readRetriedUnits(database, id)).toEqual(['u1']);
    expect(await claim(id, 'u1')).toMatchObject({ kind: 'mine', token: 3, failures: 0 });
    expect(await readRetriedUnits(database, id)).toEqual([]);
    await fail(id, 'u1', 3, false);
    await leaveOut(database, id);
    const letters = await database.query('select token, resolution from dead_letter where run_id = $1 order by token', [
      id,
    ]);
    expect(letters).toEqual([
      { token: 2, resolution: 'retried' },
      { token: 3, resolution: 'left_out' },
    ]);
  });

  it("counts what a unit is to blame for: of 4 attempts 1 failure, 1 death of its child, and 2 that were nobody's fault", async () => {
    const { id } = await newRun(database, 1);
    for (const blame of ['unit', 'death', 'none', 'none'] as const)
      await fail(id, 'u1', await tokenOf(id, 'u1'), true, blame);
    expect(await claim(id, 'u1')).toEqual({ kind: 'mine', token: 5, failures: 1, deaths: 1, losses: 0 });
  });

  it('goes on in one step: runs while units are due, is held over 1 dead letter, is merged for good', async () => {
    const { id } = await newRun(database, 2);
    const go = (leavesOut: boolean) =>
      database.transaction((sql) => endComputing(sql, { runId: id, owner: 'me:1', leavesOut }));
    await finish(id, 'u1', await tokenOf(id, 'u1'));
    expect(await go(true)).toMatchObject({ state: 'running', due: ['u2'] });
    await fail(id, 'u2', await tokenOf(id, 'u2'), false);
    expect(await go(false)).toMatchObject({ state: 'held', due: [], dead: [{ key: 'u2' }] });
    expect(await retryUnits(database, id, null)).toEqual(['u2']);
    expect(await go(true)).toMatchObject({ state: 'running', due: ['u2'] });
    await fail(id, 'u2', await tokenOf(id, 'u2'), false);
    expect(await go(true)).toMatchObject({ state: 'merging', done: [{ key: 'u1' }], dead: [{ key: 'u2' }] });
    expect(await retryUnits(database, id, null)).toEqual([]);
  });

  it('of 2 coordinators lets only the one that the run belongs to move it', async () => {
    const { id } = await newRun(database, 1);
    const rival = { runId: id, owner: 'rival:2' };
    expect(await setRunState(database, { ...rival, state: 'cancelled' })).toBe(false);
    expect(await database.transaction((sql) => endComputing(sql, { ...rival, leavesOut: true }))).toBeNull();
    expect((await readOperations(database, id)).runs[0]!.run.state).toBe('running');
  });

  it('registered a second time keeps 1 result, adds no unit, and has 1 dead letter due again', async () => {
    const { id, register } = await newRun(database, 3);
    await finish(id, 'u1', await tokenOf(id, 'u1'));
    await fail(id, 'u2', await tokenOf(id, 'u2'), false);
    await tokenOf(id, 'u3');
    await register();
    expect(await count('work_unit', id)).toBe(3);
    expect(await count('unit_result', id)).toBe(1);
    expect(await readOpenUnits(database, id)).toEqual([
      { key: 'u2', state: 'due' },
      { key: 'u3', state: 'running' },
    ]);
  });

  it('A 16: registered 20 times at once has 1 run and 50 units, each to be computed once', async () => {
    const { id, register } = await newRun(database, 50);
    await Promise.all(Array.from({ length: 20 }, register));
    expect(await count('work_unit', id)).toBe(50);
    expect(await readOpenUnits(database, id)).toHaveLength(50);
    const runRows = await database.query('select owner from work_run where id = $1', [id]);
    expect(runRows).toEqual([{ owner: 'me:1' }]);
  });

  it('registered by a coordinator that is alone has the unit due that the one before was at', async () => {
    const { id, register } = await newRun(database, 1, true);
    await tokenOf(id, 'u1');
    await register();
    expect(await readOpenUnits(database, id)).toEqual([{ key: 'u1', state: 'due' }]);
    expect(await claim(id, 'u1')).toMatchObject({ token: 2, losses: 1 });
  });

  it('believes files more than rows: of 3 results 1 is gone, 1 has other bytes, and 1 file has no row', async () => {
    const { id } = await newRun(database, 4);
    for (const key of ['u1', 'u2', 'u3']) await finish(id, key, await tokenOf(id, key));
    const found = [
      { key: 'u1', sha256: SHA, bytes: 10 },
      { key: 'u3', sha256: OTHER_SHA, bytes: 11 },
      { key: 'u4', sha256: SHA, bytes: 10 },
    ];
    await database.transaction((sql) => resumeUnits(sql, id, { files: found, worker: 'me:1', since: null }));
    expect((await readEndedUnits(database, id, null)).done).toEqual(found);
    expect(await readOpenUnits(database, id)).toEqual([{ key: 'u2', state: 'due' }]);
  });

  it('keeps a result that a worker wrote down after the look at the files had begun, and drops 1 from before', async () => {
    const { id } = await newRun(database, 2);
    await finish(id, 'u1', await tokenOf(id, 'u1'));
    const since = await readClock(database);
    await finish(id, 'u2', await tokenOf(id, 'u2'));
    await database.transaction((sql) => resumeUnits(sql, id, { files: [], worker: 'me:1', since }));
    expect((await readEndedUnits(database, id, null)).done.map(({ key }) => key)).toEqual(['u2']);
    expect(await readOpenUnits(database, id)).toEqual([{ key: 'u1', state: 'due' }]);
  });

  it('writes down 7 events of a local run in their order, and a unit that has ended stays as it is', async () => {
    const { id } = await newRun(database, 2);
    const file = { worker: 'me:1', sha256: SHA, bytes: 10 };
    await database.transaction((sql) =>
      recordEvents(sql, id, [
        { kind: 'started', key: 'u1', worker: 'me:1' },
        { kind: 'failed', key: 'u1', error: ERROR, again: true },
        { kind: 'started', key: 'u1', worker: 'me:1' },
        { kind: 'started', key: 'u2', worker: 'me:1' },
        { kind: 'done', key: 'u1', ...file },
        { kind: 'failed', key: 'u2', error: ERROR, again: false },
        { kind: 'done', key: 'u1', ...file, sha256: OTHER_SHA },
      ]),
    );
    const { done, dead } = await readEndedUnits(database, id, null);
    expect(done).toEqual([{ key: 'u1', sha256: SHA, bytes: 10 }]);
    expect(dead).toEqual([{ key: 'u2', error: ERROR }]);
    const outcomes = await database.query(
      'select key, token, outcome from work_attempt where run_id = $1 order by key, token',
      [id],
    );
    expect(outcomes).toEqual([
      { key: 'u1', token: 1, outcome: 'failed' },
      { key: 'u1', token: 2, outcome: 'done' },
      { key: 'u2', token: 1, outcome: 'failed' },
    ]);
  });

  it('shows an operator 4 units by state, the dead letter with its cause, and each worker', async () => {
    const { id } = await newRun(database, 4);
    await finish(id, 'u1', await tokenOf(id, 'u1', 'a:1'));
    await tokenOf(id, 'u2', 'a:1');
    await fail(id, 'u3', await tokenOf(id, 'u3', 'b:2'), false);
    const { runs: found } = await readOperations(database, id);
    const detail = found[0]!;
    expect(found).toHaveLength(1);
    expect(detail.run).toMatchObject({ state: 'running', failedAttempts: 1, unitsPerMinute: expect.any(Number) });
    expect(detail.run.units).toEqual({ total: 4, due: 1, running: 1, done: 1, dead: 1 });
    expect(detail.deadLetters).toMatchObject([{ key: 'u3', label: 'unit 3', error: ERROR, starts: 1, worker: 'b:2' }]);
    expect(detail.workers).toMatchObject([
      { name: 'a:1', running: 1, done: 1, failed: 0 },
      { name: 'b:2', running: 0, done: 0, failed: 1 },
    ]);
  });

  it('hands a wish on once, drops it when the run has ended, and refuses one that nobody would hear', async () => {
    const { id } = await newRun(database, 1);
    await askRun(database, { kind: 'cancel', runId: id });
    expect(await takeWish(database, id)).toEqual({ owner: 'me:1', wish: 'cancel' });
    expect(await takeWish(database, id)).toEqual({ owner: 'me:1', wish: null });
    await setRunState(database, { runId: id, owner: 'me:1', state: 'finished' });
    await expect(askRun(database, { kind: 'merge', runId: id })).rejects.toMatchObject({ code: 'E_NO_COORDINATOR' });
    await expect(askRun(database, { kind: 'cancel', runId: 'r-none' })).rejects.toMatchObject({ code: 'E_NO_RUN' });
  });

  it('puts 500 units that are claimed and finished at once into few statements, each ended once', async () => {
    const { id } = await newRun(database, 500);
    let statements = 0;
    const counting: Database = {
      ...database,
      query: (text, parameters) => {
        statements += 1;
        return database.query(text, parameters);
      },
    };
    const book = createWorkBook(counting, { say: () => {} });
    const ends = await Promise.all(
      Array.from({ length: 500 }, async (_, i) => {
        const key = `u${i + 1}`;
        const answer = await book.claim({ runId: id, key, worker: 'w:1' });
        return answer.kind === 'mine' && book.finish({ runId: id, key, token: answer.token, sha256: SHA, bytes: 1 });
      }),
    );
    expect(ends.every(Boolean)).toBe(true);
    expect(statements).toBeLessThan(20);
    expect(await count('unit_result', id)).toBe(500);
  });
});
