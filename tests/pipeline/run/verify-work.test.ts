import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { formatDifference } from '../../../pipeline/run/verify/findings.ts';
import type { UnitWork } from '../../../pipeline/run/verify/work-rows.ts';
import { type UnitContext, unitDifferences } from '../../../pipeline/run/verify/work-units.ts';
import { openDatabase } from '../../../pipeline/store/database.ts';
import { runCanopy } from '../../canopy.ts';
import { startFailingSource } from '../../failing-source.ts';
import { runTiny } from '../../tiny-run.ts';
import { SEASON_PERIODS } from '../../tiny-seasons.ts';
import { openVerifiedRun, type VerifiedRun } from './verified-run.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let run: VerifiedRun;
beforeAll(async () => {
  run = await openVerifiedRun();
});
afterAll(() => run?.close());

/** What a verification says while the statements are done. */
async function say(...statements: string[]): Promise<string[]> {
  const { differences } = await run.withRows(async (sql) => {
    for (const statement of statements) await sql.execute(statement);
  });
  return differences.map(formatDifference);
}

const STRANGE = `u${'9'.repeat(40)}`;
const DEAD = [
  "update work_unit set state = 'dead'",
  "update work_attempt set outcome = 'failed' where token = 2",
  'delete from unit_result',
  "insert into dead_letter (run_id, key, token, error, resolution) select run_id, key, 2, '{}', 'left_out' from work_unit",
];

describe('one change of the record of work', () => {
  it.each<[string, string | string[], RegExp]>([
    [
      'a unit that is due with its result',
      "update work_unit set state = 'due'",
      /^work_unit \(key \w+\) state: wanted exactly one of result, dead letter and pending, got due with 1 results and 0/,
    ],
    [
      'a unit that is due in a finished run',
      ["update work_unit set state = 'due'", 'delete from unit_result'],
      /^work_unit \(key \w+\) state: wanted done: the run is finished, and run\.json does not leave the unit out, got due/,
    ],
    [
      'a unit that runs in a finished run',
      ["update work_unit set state = 'running'", 'delete from unit_result'],
      /^work_unit \(key \w+\) state: wanted done: the run is finished.*, got running/,
    ],
    [
      'the result of a unit gone',
      'delete from unit_result',
      /^work_unit \(key \w+\) state: .*, got done with 0 results and 0 dead letters/,
    ],
    [
      'a unit with a dead letter as well',
      "insert into dead_letter (run_id, key, token, error) select run_id, key, 2, '{}' from work_unit",
      /with 1 results and 1 dead letters/,
    ],
    [
      'a unit that is dead without a dead letter',
      DEAD.slice(0, 3),
      /^dead_letter \(key \w+\): .* of attempt 2, got none/,
    ],
    [
      'a unit whose dead letter is that of an earlier attempt',
      [...DEAD, 'delete from dead_letter where token = 2'],
      /^work_unit \(key \w+\) state: .*, got dead with 0 results and 0 dead letters/,
    ],
    [
      'a unit that is dead and not left out by run.json',
      DEAD,
      /^work_unit \(key \w+\) state: wanted done: .* run\.json does not leave the unit out, got dead/,
    ],
    [
      'a dead letter that was answered twice',
      'insert into dead_letter select * from dead_letter',
      /^dead_letter \(key \w+\): wanted 1 row an attempt, got 2 rows/,
    ],
    [
      'a dead letter of an attempt that never was',
      'update dead_letter set token = 3',
      /^dead_letter \(key \w+\) token: wanted that of an attempt before 2, got 3/,
    ],
    [
      'a dead letter that nobody has decided on',
      'update dead_letter set resolution = null',
      /^dead_letter \(key \w+\) resolution: wanted retried or left_out, got null/,
    ],
    [
      'the number of a unit',
      'update work_unit set token = 5',
      /^work_unit \(key \w+\) token: wanted 2, the last attempt, got 5/,
    ],
    [
      'the number of a result',
      'update unit_result set token = 1',
      /^unit_result \(key \w+\) token: wanted 2, that of the unit, got 1/,
    ],
    [
      'the attempt of a result gone',
      'delete from work_attempt where token = 2',
      /^work_attempt \(key \w+\): wanted attempt 2 with the outcome done, got none/,
    ],
    [
      'the attempt of a result failed',
      "update work_attempt set outcome = 'failed'",
      /^work_attempt \(key \w+\): wanted attempt 2 with the outcome done, got none/,
    ],
    [
      'another hash of a unit',
      "update unit_result set sha256 = repeat('0', 64)",
      /^unit_result \(key \w+\) sha256: wanted \w+ \(the file\), got 0{64}/,
    ],
    ['1 byte more of a unit', 'update unit_result set bytes = bytes + 1', /^unit_result \(key \w+\) bytes: wanted \d+/],
    [
      'a unit without its row',
      'delete from work_unit',
      /^work_unit \(key \w+\): wanted the unit of the plan, got no row/,
    ],
    ['a unit twice', 'insert into work_unit select * from work_unit', /^work_unit \(key \w+\): .* got 2 rows/],
    ['the folder of the run', "update work_run set place = '/x'", /^work_run \(id r\w+\) id: .*hash of plan and place/],
    [
      'the plan of the run',
      "update work_run set plan = 'x'",
      /^work_run \(id r\w+\) plan: wanted \w+ \(run\.json\), got x/,
    ],
    ['the name of the run', "update work_run set label = 'x'", /^work_run \(id r\w+\) label: wanted open, the name of/],
    [
      'a state that is none',
      "update work_run set state = 'over'",
      /^work_run \(id r\w+\) state: wanted finished, got over/,
    ],
    ['the run twice', 'insert into work_run select * from work_run', /^work_run \(id r\w+\): wanted 1 row, got 2 rows/],
    [
      'results of a run that is none',
      "insert into unit_result select 'r1', key, token, sha256, bytes from unit_result",
      /^unit_result \(run_id r1\): wanted a run of the record of work, got none of this id/,
    ],
  ])('is found and named: %s', async (_, statements, sentence) => {
    const lines = await say(...[statements].flat());
    expect(lines.find((line) => sentence.test(line)) ?? lines).toMatch(sentence);
  });

  it('is found where it is a unit with a result that is in no plan: 3 rows, each by its table', async () => {
    const lines = await say(
      `insert into work_unit (run_id, key, label, state, token) select run_id, '${STRANGE}', 'u', 'done', 1 from work_unit`,
      `insert into work_attempt (run_id, key, token, worker, outcome) select id, '${STRANGE}', 1, 'w', 'done' from work_run`,
      `insert into unit_result (run_id, key, token, sha256, bytes) select run_id, '${STRANGE}', 1, sha256, bytes from unit_result`,
    );
    expect(lines.map((line) => line.split('. ')[0])).toEqual(
      ['work_unit', 'unit_result', 'work_attempt'].map(
        (table) => `${table} (key ${STRANGE}): wanted no row: the plan has no such unit, got a row`,
      ),
    );
  });

  it('is 1 difference where the record of work of the run is gone', async () => {
    const lines = await say('delete from work_run');
    expect(lines).toEqual([
      expect.stringMatching(/^work_run: wanted the record of work of the run, got none\. Restore/),
    ]);
  });
});

describe('a run that went on', () => {
  it.each(['retried', 'left_out'])(
    'agrees with the dead letter of attempt 1 %s and the result of attempt 2',
    async (resolution) => {
      expect(await say(`update dead_letter set resolution = '${resolution}'`)).toEqual([]);
    },
  );

  it('agrees while it is computed again and not finished, with 1 remark on its state', async () => {
    const { differences, remarks } = await run.withRows((sql) =>
      sql.execute("update work_run set state = 'cancelled'"),
    );
    expect([differences, remarks]).toEqual([[], ['By the record of work the run is cancelled, not finished.']]);
  });
});

describe('a unit that run.json leaves out', () => {
  const key = 'u1';
  const dead = {
    units: [{ key, state: 'dead', token: 2 }],
    results: [],
    letters: [{ key, token: 2, resolution: 'left_out' }],
    attempts: { key, last: 2, done: null },
  };
  const done = {
    units: [{ key, state: 'done', token: 2 }],
    results: [{ key, token: 2, sha256: 'a', bytes: 1 }],
    letters: [{ key, token: 1, resolution: 'left_out' }],
    attempts: { key, last: 2, done: 2 },
  };
  const due = { ...dead, units: [{ key, state: 'due', token: 2 }] };
  const open = { ...dead, letters: [{ key, token: 2, resolution: null }] };
  const file = { sha256: 'a', bytes: 1 };

  it.each<[string, UnitWork, Partial<UnitContext>, RegExp | null]>([
    ['agrees where attempt 2 is its dead letter', dead, {}, null],
    [
      'is wrong where it has a result',
      done,
      { file },
      /^work_unit \(key u1\) state: wanted dead: run\.json leaves the unit/,
    ],
    [
      'is wrong where it is due in a finished run',
      due,
      {},
      /state: wanted dead: run\.json leaves the unit out, got due/,
    ],
    ['agrees where it is due in a run that goes on', due, { isFinished: false }, null],
    ['agrees where it was computed by a run that goes on', done, { file, isFinished: false }, null],
    ['is wrong where nobody left it out', open, {}, /^dead_letter \(key u1\) resolution: wanted left_out, got null/],
    ['agrees where a run that goes on waits for a person', open, { isFinished: false }, null],
  ])('%s', (_, work, context, sentence) => {
    const all = { isFinished: true, isLeftOut: true, file: undefined, ...context };
    const lines = unitDifferences(key, work, all).map(formatDifference);
    expect(lines).toEqual(sentence === null ? [] : [expect.stringMatching(sentence)]);
  });
});

describe('a run on the command line', () => {
  it('agrees with exit 0, and with exit 1 and 1 difference once its record of work is emptied', async () => {
    const [parcels, catalog] = [join(run.root, 'parcels.geojson'), join(run.root, 'scenes/catalog.json')];
    const out = join(run.root, 'real');
    await runTiny({ parcels, catalog, out, ...SEASON_PERIODS, more: ['--no-change', '--workers', '2'] });
    const good = await runCanopy(['verify', out, '--sample', '0']);
    expect([good.code, good.stderr]).toEqual([0, expect.stringMatching(/^Everything agrees/m)]);
    expect(good.stderr).not.toContain('record of work');
    const database = await openDatabase({ folder: out });
    await database.query('delete from work_run');
    await database.close();
    const bad = await runCanopy(['verify', out, '--sample', '0']);
    expect([bad.code, bad.stderr]).toEqual([
      1,
      expect.stringMatching(/^Difference: work_run: wanted the record of work of the run, got none/m),
    ]);
    expect(bad.stderr).toMatch(/^1 difference in 1 place/m);
  });

  it('agrees without its unit of 2 that was given up, and again when a second start has computed it', async () => {
    const source = await startFailingSource(join(run.root, 'failing'));
    try {
      source.isDown = true;
      expect((await runCanopy(source.argsOf('left'))).code).toBe(3);
      const without = await runCanopy(['verify', source.outOf('left'), '--sample', '0']);
      expect([without.code, without.stderr]).toEqual([0, expect.stringMatching(/^Everything agrees/m)]);
      source.isDown = false;
      expect((await runCanopy(source.argsOf('left'))).code).toBe(0);
      const whole = await runCanopy(['verify', source.outOf('left'), '--sample', '0']);
      expect([whole.code, whole.stderr]).toEqual([0, expect.stringMatching(/^Everything agrees/m)]);
    } finally {
      await source.close();
    }
  });
});
