import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../pipeline/store/database.ts';
import { migrate } from '../../../pipeline/store/migrate.ts';
import { saveRun } from '../../../pipeline/store/save-run.ts';
import type { Database } from '../../../pipeline/store/sql.ts';
import {
  controlColumns,
  monthColumns,
  observationColumns,
  resultColumns,
  seriesColumns,
  yearColumns,
} from '../../../pipeline/store/tables.ts';
import { type PostgresServer, postgresMissing, startPostgres } from './postgres-server.ts';
import { sampleRun } from './samples.ts';

const folders: string[] = [];

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'canopy-db-'));
  folders.push(folder);
  return folder;
}

let server: PostgresServer | undefined;

afterAll(() => {
  server?.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function countRows(database: Database): Promise<Record<string, number>> {
  const tables = [
    'run',
    'scene',
    'run_scene',
    'acquisition',
    'acquisition_scene',
    'parcel',
    'observation',
    'parcel_result',
    'layer',
  ];
  const counts = await Promise.all(
    tables.map((table) => database.query<{ n: number }>(`select count(*)::int as n from ${table}`)),
  );
  return Object.fromEntries(tables.map((table, i) => [table, counts[i]![0]!.n]));
}

function testDatabase(name: string, open: () => Promise<Database>) {
  describe(name, () => {
    let database: Database;
    beforeAll(async () => {
      database = await open();
    });
    afterAll(() => database?.close());

    it.each([
      ['observation', observationColumns],
      ['parcel_result', resultColumns],
      ['parcel_year', yearColumns],
      ['parcel_series', seriesColumns],
      ['control_area', controlColumns],
      ['parcel_month', monthColumns],
    ] as const)(
      'has the %s columns of the CSV file, in its order, after run_id and parcel_version',
      async (table, columns) => {
        const rows = await database.query<{ column_name: string; data_type: string }>(
          'select column_name, data_type from information_schema.columns where table_name = $1 order by ordinal_position',
          [table],
        );
        const types = { text: 'text', day: 'date', utc: 'timestamp with time zone', count: 'integer' } as Record<
          string,
          string
        >;
        expect(rows.slice(2)).toEqual(
          columns.map(({ name: column_name, unit }) => ({ column_name, data_type: types[unit] ?? 'double precision' })),
        );
      },
    );

    it('saves 3,000 observations of 100 parcels on 30 dates, and a second time changes none of the 9 tables', async () => {
      const run = sampleRun('run-1', 100, 30);
      expect(await saveRun(database, run)).toBe(true);
      const counts = await countRows(database);
      expect(counts).toEqual({
        run: 1,
        scene: 31,
        run_scene: 32,
        acquisition: 30,
        acquisition_scene: 30,
        parcel: 100,
        observation: 3000,
        parcel_result: 100,
        layer: 1,
      });
      expect(await saveRun(database, run)).toBe(false);
      expect(await countRows(database)).toEqual(counts);
    });

    it('puts the complete run in the place of one of the same id that left 1 of 3 observations out, and of no other', async () => {
      const other = await countRows(database);
      const complete = sampleRun('run-completed', 3, 1);
      const left = { id: 'u1', code: 'E_POISON', reason: 'given up' };
      const partial = {
        ...complete,
        record: { ...complete.record, unitsLeftOut: [left] },
        observations: complete.observations.slice(1),
      };
      expect([await saveRun(database, partial), await saveRun(database, complete)]).toEqual([true, true]);
      const counts = await countRows(database);
      expect([counts.run, counts.observation]).toEqual([other.run! + 1, other.observation! + 3]);
      const [row] = await database.query("select record from run where id = 'run-completed'");
      expect(row).toEqual({ record: complete.record });
      await database.query("delete from run where id = 'run-completed'");
    });

    it('shares parcels and scenes between 2 runs, and keeps 2 versions of a parcel whose boundary moved by 1e-9°', async () => {
      const run = sampleRun('run-2', 2, 1);
      const moved = run.parcels.map((parcel, i) =>
        i === 1 ? { ...parcel, rings: [parcel.rings[0]!.map((x) => x + 1e-9)] } : parcel,
      );
      expect(await saveRun(database, { ...run, parcels: moved })).toBe(true);
      expect(await countRows(database)).toMatchObject({ run: 2, parcel: 101, scene: 31, observation: 3002 });
      const rows = await database.query<{ n: number }>(
        "select count(distinct version)::int as n from parcel where id = 'P-1'",
      );
      expect(rows[0]!.n).toBe(2);
    });

    it('gives back the rounded figures, the time, the record and the exact boundary', async () => {
      const [row] = await database.query(
        "select o.*, r.record, p.geometry from observation o join run r on r.id = o.run_id join parcel p on p.id = o.parcel_id and p.version = o.parcel_version where o.run_id = 'run-2' and o.parcel_id = 'P-0'",
      );
      expect(row).toMatchObject({
        ndvi_mean: 0.7097712,
        clear_ha: 100.123457,
        ndvi_p90: 0,
        datetime: new Date('2023-08-10T10:12:13.456Z'),
        record: sampleRun('run-2', 2, 1).record,
      });
      expect((row!.geometry as { coordinates: unknown[] }).coordinates).toHaveLength(2);
    });

    it('finds parcels by bbox: 1 of 100 touches the box round P-7', async () => {
      const rows = await database.query<{ id: string }>(
        "select distinct id from parcel where bbox && '(1.145,9.005),(1.144,9.004)'::box",
      );
      expect(rows).toEqual([{ id: 'P-7' }]);
    });

    it('keeps nothing of a run that fails in the middle', async () => {
      const run = sampleRun('run-3', 3, 2);
      const broken = { ...run, observations: run.observations.map((o) => ({ ...o, parcelId: 'unknown' })) };
      const counts = await countRows(database);
      await expect(saveRun(database, broken)).rejects.toMatchObject({ kind: 'bug', code: 'E_UNKNOWN_PARCEL' });
      expect(await countRows(database)).toEqual(counts);
    });

    it('keeps a query beside a transaction out of it', async () => {
      const before = database.transaction(async (sql) => {
        await sql.query("insert into run (id, synthetic, record) values ('run-x', false, '{}')");
        await new Promise((resolve) => setTimeout(resolve, 20));
        throw new Error('undone');
      });
      const beside = database.query("select 1 from run where id = 'run-x'");
      await expect(before).rejects.toThrow('undone');
      expect(await beside).toEqual([]);
    });

    it('applies a migration once, refuses one that was changed, and one it does not know', async () => {
      const folder = makeFolder();
      await database.execute('create schema other; set search_path to other');
      const inOther = <T>(work: (sql: Parameters<typeof migrate>[0]) => Promise<T>) =>
        database.transaction(async (sql) => {
          await sql.execute('set local search_path to other');
          return work(sql);
        });
      writeFileSync(join(folder, '0001-a.sql'), 'create table a (x int); create table b (y int);');
      expect(await inOther((sql) => migrate(sql, folder))).toEqual(['0001-a.sql']);
      expect(await inOther((sql) => migrate(sql, folder))).toEqual([]);
      writeFileSync(join(folder, '0002-b.sql'), 'create table c (x int); select broken;');
      await expect(inOther((sql) => migrate(sql, folder))).rejects.toThrow();
      writeFileSync(join(folder, '0002-b.sql'), 'create table c (x int);');
      expect(await inOther((sql) => migrate(sql, folder))).toEqual(['0002-b.sql']);
      writeFileSync(join(folder, '0001-a.sql'), 'create table a (x bigint);');
      await expect(inOther((sql) => migrate(sql, folder))).rejects.toMatchObject({ code: 'E_MIGRATION_CHANGED' });
      const empty = makeFolder();
      await expect(inOther((sql) => migrate(sql, empty))).rejects.toThrow('not known to this version');
      await database.execute('set search_path to public');
    });
  });
}

testDatabase('PGlite', () => openDatabase({ folder: makeFolder() }));

if (postgresMissing === null) {
  testDatabase('PostgreSQL', async () => {
    server = await startPostgres();
    return openDatabase({ url: server.url, folder: makeFolder() });
  });
  it('lets 4 openers of one new PostgreSQL database migrate it once', async () => {
    const admin = await openDatabase({ url: server!.url, folder: makeFolder() });
    await admin.query('create database fresh');
    await admin.close();
    const url = server!.url.replace('/postgres', '/fresh').replace('canopy@127.0.0.1', 'canopy@127.0.0.1');
    const openers = await Promise.all([1, 2, 3, 4].map(() => openDatabase({ url, folder: makeFolder() })));
    const rows = await openers[0]!.query('select name from schema_migration');
    await Promise.all(openers.map((opener) => opener.close()));
    expect(rows.map(({ name }) => name)).toEqual([
      '0001-runs.sql',
      '0002-change.sql',
      '0003-work.sql',
      '0004-verify.sql',
      '0005-register.sql',
    ]);
  });
} else {
  describe.skip(`PostgreSQL [skipped: ${postgresMissing}]`, () => {
    it('runs the same tests', () => {});
  });
}

describe('a database that cannot be opened', () => {
  it('names host and database but neither user nor password', async () => {
    const failure = openDatabase({ url: 'postgres://me:secret@127.0.0.1:1/twin', folder: makeFolder() });
    await expect(failure).rejects.toMatchObject({
      kind: 'transient',
      code: 'E_DATABASE_UNREACHABLE',
      where: '127.0.0.1:1/twin',
    });
    await expect(failure).rejects.not.toThrow(/secret|me:/);
  });

  it('shows 0 characters of a password whose / begins the path for whoever parses it, and says how to write it', async () => {
    const failure = openDatabase({ url: 'postgres://127.0.0.1:1/secret@db.example.org/twin', folder: makeFolder() });
    await expect(failure).rejects.toMatchObject({ code: 'E_DATABASE_UNREACHABLE', where: 'db.example.org/twin' });
    await expect(failure).rejects.toThrow('a / in the password is written %2F');
    await expect(failure).rejects.not.toThrow(/secret/);
  });

  it('starts over when a first start was cut off, and opens again what was saved', async () => {
    const folder = makeFolder();
    mkdirSync(join(folder, 'db'));
    writeFileSync(join(folder, 'db', 'PG_VERSION'), '18');
    writeFileSync(join(folder, 'db.unfinished'), '');
    const first = await openDatabase({ folder });
    await saveRun(first, sampleRun('run-1', 1, 1));
    await expect(openDatabase({ folder })).rejects.toMatchObject({ code: 'E_DATABASE_LOCKED' });
    await first.close();
    const second = await openDatabase({ folder });
    expect(await second.query('select id from run')).toEqual([{ id: 'run-1' }]);
    await second.close();
  });
});
