import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../../pipeline/store/database.ts';
import type { SqlClient } from '../../../pipeline/store/sql.ts';
import { makeTinyProof } from '../../tiny-proof.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../store/postgres-server.ts';
import { verifyFolder } from './verified-run.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const root = mkdtempSync(join(tmpdir(), 'canopy-restore-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Rows of every table of a database. */
async function countRows(sql: SqlClient): Promise<Record<string, number>> {
  const tables = await sql.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'public' order by 1",
  );
  const counts: Record<string, number> = {};
  for (const { name } of tables) {
    const [row] = await sql.query<{ n: number }>(`select count(*)::int as n from "${name}"`);
    counts[name] = row!.n;
  }
  return counts;
}

async function countsOf(place: { readonly url?: string; readonly folder: string }): Promise<Record<string, number>> {
  const database = await openDatabase(place);
  try {
    return await countRows(database);
  } finally {
    await database.close();
  }
}

describe('a backup of a results folder', () => {
  it('restored to an empty place verifies, with its 1 unit computed again and the counts of all tables equal', async () => {
    const original = await makeTinyProof(join(root, 'embedded'));
    const wanted = await verifyFolder(original);
    const counts = await countsOf({ folder: original });
    const restored = join(root, 'another-machine');
    cpSync(original, restored, { recursive: true });
    renameSync(original, `${original}-gone`);
    const report = await verifyFolder(restored, { sample: 'all' });
    expect([report.differences, report.checked.recomputed]).toEqual([[], 1]);
    expect(report.remarks).toEqual([`The record of work is that of ${original}, where the run was computed.`]);
    expect({ ...report.checked, recomputed: 0 }).toEqual(wanted.checked);
    expect(await countsOf({ folder: restored })).toEqual(counts);
  });
});

describe.skipIf(postgresMissing !== null)(`a backup of folder and PostgreSQL ${postgresMissing ?? ''}`, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  const bin = (program: string) => {
    const versions = readdirSync('/usr/lib/postgresql').sort();
    return join('/usr/lib/postgresql', versions.at(-1)!, 'bin', program);
  };

  it('dumped and restored into an empty database verifies, with the counts of all tables equal', async () => {
    const original = await makeTinyProof(join(root, 'server'), (folder) => openDatabase({ url: server.url, folder }));
    const wanted = await verifyFolder(original, { databaseUrl: server.url });
    expect(wanted.differences).toEqual([]);
    const counts = await countsOf({ url: server.url, folder: original });
    const dump = join(root, 'twin.dump');
    execFileSync(bin('pg_dump'), ['--format=custom', '--file', dump, server.url]);
    execFileSync(bin('createdb'), [`--maintenance-db=${server.url}`, 'restored']);
    const url = server.url.replace(/\/postgres$/, '/restored');
    execFileSync(bin('pg_restore'), ['--exit-on-error', '--dbname', url, dump]);
    const restored = join(root, 'another-server');
    cpSync(original, restored, { recursive: true });
    const report = await verifyFolder(restored, { databaseUrl: url, sample: 'all' });
    expect([report.differences, report.checked.recomputed]).toEqual([[], 1]);
    expect({ ...report.checked, recomputed: 0 }).toEqual(wanted.checked);
    expect(await countsOf({ url, folder: restored })).toEqual(counts);
  });

  it('from which 1 row was lost does not verify, and names it', async () => {
    const url = server.url.replace(/\/postgres$/, '/restored');
    const database = await openDatabase({ url, folder: root });
    await database.query("delete from parcel_month where year = 2020 and month = 5 and parcel_id like '%quiet'");
    await database.close();
    const { differences } = await verifyFolder(join(root, 'another-server'), { databaseUrl: url });
    expect(differences).toMatchObject([{ place: 'parcel_month', key: 'parcel_id "31PAA-quiet", year 2020, month 5' }]);
  });
});
