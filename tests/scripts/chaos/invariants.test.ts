import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runFolder, unitName } from '../../../pipeline/run/folder.ts';
import { openDatabase } from '../../../pipeline/store/database.ts';
import { sha256OfBytes } from '../../../pipeline/store/files.ts';
import type { Database, SqlClient } from '../../../pipeline/store/sql.ts';
import { openUnitStore } from '../../../pipeline/store/unit-store.ts';
import { claimUnits, finishUnits } from '../../../pipeline/store/work.ts';
import { registerRun } from '../../../pipeline/store/work-run.ts';
import { checkInvariants, type Findings } from '../../../scripts/chaos/invariants.ts';
import { makeUnitFile, unitKeys } from '../../../scripts/chaos/unit.ts';

const SEED = 7;
const RUN = 'r1';
const keys = unitKeys(SEED, 5);
const [first, second] = keys as [string, string];
const out = mkdtempSync(join(tmpdir(), 'canopy-invariants-'));
let database: Database;

beforeAll(async () => {
  mkdirSync(runFolder.units(out), { recursive: true });
  database = await openDatabase({ folder: out });
  const run = { id: RUN, label: 'chaos', place: out, plan: 'p', algorithm: 'a', owner: 'me:1' };
  const units = keys.map((key) => ({ key, label: key }));
  await database.transaction((sql) => registerRun(sql, run, units, false));
  const store = await openUnitStore(runFolder.work(out));
  for (const key of keys) {
    const [answer] = await claimUnits(database, [{ runId: RUN, key, worker: 'w:1' }]);
    const file = await store.putOnce(unitName(key), makeUnitFile(SEED, key));
    const token = answer?.kind === 'mine' ? answer.token : 0;
    await finishUnits(database, [{ runId: RUN, key, token, sha256: file.sha256, bytes: file.bytes }]);
  }
});
afterAll(async () => {
  await database.close();
  rmSync(out, { recursive: true, force: true });
});

class Undo extends Error {}

/** What is found after the rows were changed; the rows are as before afterwards. */
async function checkChanged(
  change: (sql: SqlClient) => Promise<unknown>,
  told: ReadonlyMap<string, number> = new Map(keys.map((key) => [key, 1])),
): Promise<Findings> {
  let findings: Findings | null = null;
  const work = database.transaction(async (sql) => {
    await change(sql);
    findings = await checkInvariants({ sql, runId: RUN, out, keys, seed: SEED, sample: 5, told });
    throw new Undo();
  });
  await work.catch((error: unknown) => {
    if (!(error instanceof Undo)) throw error;
  });
  return findings!;
}

/** What is found while a file has other content, or none (null). */
async function checkFile(
  path: string,
  content: Buffer | null,
  change: Parameters<typeof checkChanged>[0] = async () => {},
) {
  const before = (() => {
    try {
      return readFileSync(path);
    } catch {
      return null;
    }
  })();
  if (content === null) rmSync(path);
  else writeFileSync(path, content);
  const findings = await checkChanged(change);
  if (before === null) rmSync(path);
  else writeFileSync(path, before);
  return findings;
}

const untouched = async () => {};
const NOTHING = { lost: [], doubled: [], orphans: [], dead: [] };

it('finds nothing in 5 units that were done once each', async () => {
  expect(await checkChanged(untouched)).toMatchObject({ ...NOTHING, units: 5 });
});

it('finds a result whose file is gone', async () => {
  const findings = await checkFile(runFolder.unit(out, first), null);
  expect(findings).toMatchObject({ ...NOTHING, lost: [`${first} has a result and no file`] });
});

it('finds 1 flipped bit in a file, against its SHA-256 and against its unit computed again', async () => {
  const file = readFileSync(runFolder.unit(out, first));
  file[100]! ^= 1;
  const { lost } = await checkFile(runFolder.unit(out, first), file);
  expect(lost).toEqual([
    `${first} has a file with another SHA-256 than its row`,
    `${first} has other bytes than when it is computed again`,
  ]);
});

it('finds a file and a row that agree on the bytes of another seed', async () => {
  const file = makeUnitFile(SEED + 1, first);
  const { lost } = await checkFile(runFolder.unit(out, first), file, (sql) =>
    sql.query('update unit_result set sha256 = $1, bytes = $2 where key = $3', [
      sha256OfBytes(file),
      file.length,
      first,
    ]),
  );
  expect(lost).toEqual([`${first} has other bytes than when it is computed again`]);
});

it.each([
  ['a unit without a row', join(runFolder.units(out), 'u0.tcu')],
  ['a writer that was killed', join(runFolder.units(out), '.u0.tcu.123-0a1b2c3d.tmp')],
  ['somebody else', join(out, 'stray.txt')],
])('finds the file of %s', async (_, path) => {
  const findings = await checkFile(path, Buffer.from('x'));
  expect(findings).toMatchObject({ ...NOTHING, orphans: [`the file ${path.slice(out.length + 1)}`] });
});

it('finds a second result of 1 unit in a table that has lost its key', async () => {
  const { doubled } = await checkChanged(async (sql) => {
    await sql.execute('alter table unit_result drop constraint unit_result_pkey');
    await sql.query('insert into unit_result select * from unit_result where key = $1', [second]);
  });
  expect(doubled).toEqual([`${second} has 2 results and 0 dead letters`]);
});

it('finds a unit that has both a result and a dead letter', async () => {
  const { doubled } = await checkChanged((sql) =>
    sql.query(`insert into dead_letter (run_id, key, token, error) values ($1, $2, 1, '{}')`, [RUN, second]),
  );
  expect(doubled).toEqual([`${second} has 1 results and 1 dead letters`]);
});

it('finds 2 attempts that ended 1 unit, and 1 unit that was told as done twice', async () => {
  const { doubled } = await checkChanged(
    (sql) =>
      sql.query(
        `insert into work_attempt (run_id, key, token, worker, ended_at, outcome) values ($1, $2, 9, 'w:2', now(), 'done')`,
        [RUN, first],
      ),
    new Map([[second, 2]]),
  );
  expect(doubled).toEqual([`${first} has 2 attempts that ended it`, `${second} was told as done 2 times`].sort(byKeys));
});

it.each(['due', 'running'])('finds a unit that is still %s and has no result', async (state) => {
  const { lost } = await checkChanged(async (sql) => {
    await sql.query('delete from unit_result where key = $1', [first]);
    await sql.query('update work_unit set state = $1 where key = $2', [state, first]);
  });
  expect(lost).toEqual([`${first} is ${state} and has no end`]);
});

it('finds a unit that the record has forgotten, and a row of a unit that nobody registered', async () => {
  const { lost, orphans } = await checkChanged(async (sql) => {
    await sql.query('delete from work_unit where key = $1', [first]);
    await sql.query(`insert into work_unit (run_id, key, label) values ($1, 'u0', 'unit')`, [RUN]);
  });
  expect(lost).toEqual([`${first} is in no row of work_unit`, `${first} is unknown and has no end`]);
  expect(orphans).toContain('a row for the unknown unit u0');
});

it('finds a result that is not of the last attempt', async () => {
  const { lost } = await checkChanged((sql) => sql.query('update work_unit set token = 3 where key = $1', [first]));
  expect(lost).toEqual([`${first} has the result of attempt 1, and its last attempt is 3`]);
});

it('gives another digest when 1 of 5 results differs', async () => {
  const { digest } = await checkChanged(untouched);
  const changed = await checkChanged((sql) =>
    sql.query('update unit_result set sha256 = $1 where key = $2', ['a'.repeat(64), first]),
  );
  expect(changed.digest).not.toBe(digest);
});

/** In the order in which units were registered. */
function byKeys(a: string, b: string): number {
  return keys.indexOf(a.split(' ')[0]!) - keys.indexOf(b.split(' ')[0]!);
}
