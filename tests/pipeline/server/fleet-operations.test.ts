import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOperationsConfig } from '../../../pipeline/config-operations.ts';
import { openOperations, readRuns } from '../../../pipeline/run/choose-run.ts';
import { openDatabase, openPostgres } from '../../../pipeline/store/database.ts';
import type { Database } from '../../../pipeline/store/sql.ts';
import { claimUnits, failUnits } from '../../../pipeline/store/work.ts';
import { registerRun, takeWish } from '../../../pipeline/store/work-run.ts';
import type { OperationsView, RunRequest } from '../../../shared/operations.ts';
import { rawRequest } from '../../raw-request.ts';
import { serveFolder, type TestServer } from '../../tiny-results.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../store/postgres-server.ts';

const ERROR = { kind: 'input', code: 'E_TIFF_TRUNCATED', message: 'The file is cut.', where: 'red.tif' } as const;
const RUN = { id: 'r1', label: 'fleet-run', place: '/out/fleet-run', plan: 'p', algorithm: 'a', owner: 'me:1' };

/** A server beside a fleet: its folder is empty, and all it knows of runs is in PostgreSQL. */
describe.skipIf(postgresMissing !== null)(`canopy serve with the database of a fleet ${postgresMissing ?? ''}`, () => {
  const root = mkdtempSync(join(tmpdir(), 'canopy-fleet-operations-'));
  let postgres: PostgresServer;
  let database: Database;
  let server: TestServer;

  beforeAll(async () => {
    postgres = await startPostgres();
    server = await serveFolder(root, { databaseUrl: postgres.url });
  });
  afterAll(async () => {
    await server?.close();
    await database?.close();
    postgres?.stop();
    rmSync(root, { recursive: true, force: true });
  });

  const read = async () => {
    const { status, text } = await rawRequest(server.port, '/api/operations');
    return status === 200 ? (JSON.parse(text) as OperationsView).runs : status;
  };
  const ask = async (request: RunRequest) => {
    const headers = { 'content-type': 'application/json', origin: `http://127.0.0.1:${server.port}` };
    const sent = { method: 'POST', headers, body: JSON.stringify(request) };
    return (await rawRequest(server.port, '/api/operations/requests', sent)).status;
  };

  it('looks at an empty database without making 1 table in it, and knows of no run there', async () => {
    expect(await read()).toEqual([]);
    expect(await ask({ kind: 'cancel', runId: 'r1' })).toBe(404);
    const config = readOperationsConfig('status', ['--database', postgres.url], {});
    const source = openOperations(config);
    await expect(readRuns(source, config)).rejects.toMatchObject({
      code: 'E_NO_RUN',
      message: 'No run is known in the database. Start one with canopy monitor.',
    });
    await source.close();
    const empty = await openPostgres(postgres.url);
    const tables = await empty.query(`select tablename from pg_tables where schemaname = 'public'`);
    await empty.close();
    expect(tables).toEqual([]);
  });

  it('leaves a record of another version as it is, and says so with 500', async () => {
    database = await openDatabase({ url: postgres.url, folder: root });
    await database.execute('alter table work_run rename column label to title');
    await expect.poll(read, { timeout: 3000 }).toBe(500);
    expect((await rawRequest(server.port, '/api/operations')).text).toContain('"E_SCHEMA"');
    await database.execute('alter table work_run rename column title to label');
    await expect.poll(read, { timeout: 3000 }).toEqual([]);
  });

  it('starts without results and without a run, and is ready', async () => {
    expect(await read()).toEqual([]);
    expect((await rawRequest(server.port, '/health/ready')).status).toBe(200);
  });

  it('shows a run of 3 units with 1 dead letter, and makes it due again when asked to', async () => {
    const units = [1, 2, 3].map((at) => ({ key: `u${at}`, label: `unit ${at}` }));
    await database.transaction((sql) => registerRun(sql, RUN, units, false));
    const [claim] = await claimUnits(database, [{ runId: 'r1', key: 'u1', worker: 'box:1' }]);
    const token = claim?.kind === 'mine' ? claim.token : -1;
    await failUnits(database, [{ runId: 'r1', key: 'u1', token, error: ERROR, again: false, blame: 'unit' }]);
    await expect.poll(read, { timeout: 3000 }).toMatchObject([
      {
        run: { label: 'fleet-run', units: { total: 3, due: 2, dead: 1 } },
        deadLetters: [{ key: 'u1', error: ERROR }],
      },
    ]);
    expect(await ask({ kind: 'retry', runId: 'r1', keys: ['u1'] })).toBe(202);
    expect(await read()).toMatchObject([{ run: { units: { due: 3, dead: 0 } }, deadLetters: [] }]);
  });

  it('writes down a wish for the coordinator, and says 404 for a run that is not there', async () => {
    expect(await ask({ kind: 'cancel', runId: 'r2' })).toBe(404);
    expect(await ask({ kind: 'cancel', runId: 'r1' })).toBe(202);
    expect((await takeWish(database, 'r1')).wish).toBe('cancel');
  });

  it('says 503 within 3 s while the database is away, lives on, and is ready by itself when it is back', async () => {
    await database.close();
    postgres.crash();
    const startMs = performance.now();
    await expect.poll(read, { timeout: 2500 }).toBe(503);
    const ready = await rawRequest(server.port, '/health/ready');
    expect(performance.now() - startMs).toBeLessThan(3000);
    expect(ready.status).toBe(503);
    expect(ready.text).toContain('"name":"database","isReady":false');
    expect(ready.text).not.toMatch(/postgres:|password|node_modules/);
    expect((await rawRequest(server.port, '/health/live')).status).toBe(200);
    expect((await rawRequest(server.port, '/metrics')).text).toMatch(/^canopy_operations_up 0$/m);
    postgres.start();
    await expect.poll(async () => (await rawRequest(server.port, '/health/ready')).status, { timeout: 5000 }).toBe(200);
    expect(await read()).toMatchObject([{ run: { id: 'r1' } }]);
    expect(server.said).toEqual([expect.stringContaining('There are no results in')]);
    database = await openDatabase({ url: postgres.url, folder: root });
  });

  it('starts while the database is away, and shows its runs when it is there', async () => {
    postgres.crash();
    const early = await serveFolder(root, { databaseUrl: postgres.url });
    expect((await rawRequest(early.port, '/api/operations')).status).toBe(503);
    postgres.start();
    await expect
      .poll(async () => (await rawRequest(early.port, '/api/operations')).status, { timeout: 5000 })
      .toBe(200);
    await early.close();
  });
});
