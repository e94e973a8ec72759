import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Task, TaskResult } from '../../../pipeline/run/tasks.ts';
import { createPool } from '../../../pipeline/workers/pool.ts';
import type { RunDetail } from '../../../shared/operations.ts';
import { type CanopyProcess, hashResults, readCsv, runCanopy, startCanopy, unitFiles } from '../../canopy.ts';
import { type FailingSource, GROUND, snapshotOf, startFailingSource, WEST } from '../../failing-source.ts';
import { type ScriptedServer, startServer } from '../../faultd.ts';
import { cellsOf, writeParcels } from '../../tiny-catalog.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

describe('an operator and a run whose source fails for 1 of 2 units', () => {
  const folder = mkdtempSync(join(tmpdir(), 'canopy-operations-'));
  let source: FailingSource;
  let hook: ScriptedServer;
  let expected: Record<string, string>;

  beforeAll(async () => {
    source = await startFailingSource(folder);
    hook = await startServer((_hit, response) => response.writeHead(204).end());
    source.isDown = false;
    const whole = await runCanopy(argsOf('whole'));
    expect(whole.code, whole.stderr).toBe(0);
    expected = hashResults(join(folder, 'whole'));
  });
  afterAll(async () => {
    await source?.close();
    await hook?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const outOf = (name: string) => source.outOf(name);
  const argsOf = (name: string, ...more: string[]) => source.argsOf(name, ...more);
  async function untilState(run: CanopyProcess, name: string, state: string): Promise<RunDetail> {
    await expect
      .poll(() => [run.child.exitCode, snapshotOf(outOf(name))?.run.state], { timeout: 40_000, interval: 50 })
      .toEqual([null, state]);
    return snapshotOf(outOf(name))!;
  }

  it('waits with --hold, tells the cause, tries the unit again when asked, and ends with the same bytes', async () => {
    source.isDown = true;
    const run = startCanopy(argsOf('held', '--hold', '--webhook', `${hook.url}/ended`, '--allow-host', hook.pair));
    const { run: held, deadLetters } = await untilState(run, 'held', 'held');
    expect(held.units).toEqual({ total: 2, due: 0, running: 0, done: 1, dead: 1 });
    expect(deadLetters).toMatchObject([{ error: { code: 'E_HTTP_BUSY', kind: 'transient' }, starts: 4 }]);

    const told = await runCanopy(['status', outOf('held')]);
    expect(told.stdout).toContain('1 of 2 units done, 0 running, 0 waiting, 1 given up');
    expect(told.stdout).toMatch(/given up: .* after 4 starts, E_HTTP_BUSY: .*is busy or failing \(HTTP 503\)/);

    source.isDown = false;
    const asked = await runCanopy(['retry', outOf('held'), '--unit', deadLetters[0]!.key]);
    expect([asked.code, asked.stderr]).toEqual([0, 'Asked: 1 unit of held will be tried again.\n']);
    expect((await run.ended).code).toBe(0);
    expect(hashResults(outOf('held'))).toEqual(expected);
    expect(snapshotOf(outOf('held'))!.run).toMatchObject({ state: 'finished', units: { done: 2, dead: 0 } });
    expect(hook.hits.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /ended']);
    expect(JSON.parse(hook.hits[0]!.body)).toMatchObject({
      format: 'twin-canopy-run-ended/1',
      state: 'finished',
      parcels: { ok: 2, noData: 0 },
      leftOut: 0,
    });
  });

  it('goes on without the unit when told so: exit code 3, 1 parcel without data, the cause in its row', async () => {
    source.isDown = true;
    const run = startCanopy(argsOf('left', '--hold'));
    await untilState(run, 'left', 'held');
    expect((await runCanopy(['retry', outOf('left'), '--leave-out'])).code).toBe(0);
    const { code, stderr } = await run.ended;
    expect([code, /Left out: Unit u[0-9a-f]+ left out: /.test(stderr)]).toEqual([3, true]);
    const rows = readCsv(join(outOf('left'), 'parcels.csv'));
    expect(rows.map((row) => [row.parcel_id, row.outcome])).toEqual([
      ['west', 'ok'],
      ['east', 'no_data'],
    ]);
    expect(rows[1]!.reason).toContain('HTTP 503');
    source.isDown = false;
    const again = await runCanopy(argsOf('left'));
    expect(again.stderr).toContain('Resuming: 1 of 2 units');
    expect([again.code, hashResults(outOf('left'))]).toEqual([0, expected]);
  });

  it('asked to retry and to go on in one moment, computes the unit again and leaves it out only then: exit code 3', async () => {
    source.isDown = true;
    const run = startCanopy(argsOf('both', '--hold'));
    const { run: held } = await untilState(run, 'both', 'held');
    const folderOf = join(outOf('both'), '.run/requests');
    mkdirSync(folderOf, { recursive: true });
    const ask = (name: string, request: object) => writeFileSync(join(folderOf, name), JSON.stringify(request));
    ask('1.json', { kind: 'retry', runId: held.id, keys: null });
    ask('2.json', { kind: 'merge', runId: held.id });
    const { code, stderr } = await run.ended;
    expect([code, /Left out: Unit u[0-9a-f]+ left out: /.test(stderr)]).toEqual([3, true]);
    const record = JSON.parse(readFileSync(join(outOf('both'), 'run.json'), 'utf8')) as { unitsLeftOut: object[] };
    expect(record.unitsLeftOut).toHaveLength(1);
    expect(snapshotOf(outOf('both'))!.run.units).toMatchObject({ done: 1, dead: 1, due: 0 });
  });

  it('refuses a second coordinator, which touches no file of the first: not even a unit that is damaged', async () => {
    source.isDown = true;
    const run = startCanopy(argsOf('twice', '--hold'));
    await untilState(run, 'twice', 'held');
    const [name] = unitFiles(outOf('twice'));
    const path = join(outOf('twice'), '.run/units', name!);
    const whole = readFileSync(path);
    writeFileSync(path, 'damaged');
    const second = await runCanopy(argsOf('twice'));
    expect([second.code, second.stderr]).toEqual([1, expect.stringMatching(/in use by process \d+/)]);
    expect(readFileSync(path, 'utf8')).toBe('damaged');
    expect(readdirSync(join(outOf('twice'), '.run')).filter((entry) => entry.startsWith('plan-'))).toHaveLength(1);
    writeFileSync(path, whole);
    source.isDown = false;
    expect((await runCanopy(['retry', outOf('twice')])).code).toBe(0);
    expect((await run.ended).code).toBe(0);
    expect(hashResults(outOf('twice'))).toEqual(expected);
  });

  it('stopped with Ctrl-C while it waits says so, and not that somebody cancelled it', async () => {
    source.isDown = true;
    const run = startCanopy(argsOf('interrupted', '--hold'));
    await untilState(run, 'interrupted', 'held');
    run.child.kill('SIGINT');
    const { code, stderr } = await run.ended;
    expect([code, stderr]).toEqual([1, expect.stringContaining('Stopped on request while the run waited')]);
    expect(snapshotOf(outOf('interrupted'))!.run.state).toBe('cancelled');
  });

  it('stops when cancelled: exit code 1, the state says so, and the same command goes on', async () => {
    source.isDown = true;
    const run = startCanopy(argsOf('stopped', '--hold'));
    await untilState(run, 'stopped', 'held');
    const asked = await runCanopy(['cancel', outOf('stopped')]);
    expect(asked.stderr).toBe('Asked: stopped stops; 1 of 2 units are finished and kept.\n');
    const { code, stderr } = await run.ended;
    expect([code, stderr.includes('Cancelled from the operations page or by "canopy cancel"')]).toEqual([1, true]);
    expect(snapshotOf(outOf('stopped'))!.run).toMatchObject({ state: 'cancelled', error: null });
    const late = await runCanopy(['retry', outOf('stopped')]);
    expect([late.code, late.stderr]).toEqual([2, expect.stringContaining('Start the same canopy command again')]);
    source.isDown = false;
    const again = await runCanopy(argsOf('stopped'));
    expect([again.code, hashResults(outOf('stopped'))]).toEqual([0, expected]);
  });

  it('is told in one sentence where no run is, and which flags do not go together', async () => {
    const nowhere = await runCanopy(['status', outOf('nowhere')]);
    expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringContaining('No run is known in')]);
    expect((await runCanopy(['status'])).stderr).toContain('Which run? Give its output folder, canopy status DIR');
    const both = await runCanopy(['retry', outOf('whole'), '--unit', 'u1', '--leave-out']);
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('give one of both')]);
    const json = await runCanopy(['status', outOf('whole'), '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ kind: 'status', runs: [{ run: { state: 'finished' } }] });
  });

  it('writes its messages as JSON lines with --log json, each with time, process and event', async () => {
    const run = await runCanopy(argsOf('logged', '--log', 'json', '--no-change'));
    const lines = run.stderr.split('\n').filter((line) => line.startsWith('{'));
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries.length).toBeGreaterThan(1);
    for (const entry of entries)
      expect(entry).toMatchObject({
        at: expect.stringMatching(/Z$/),
        level: 'info',
        event: 'run',
        process: expect.any(String),
      });
  });

  it('cuts a run to 1 of 2 parcels into a folder of its own, says so in run.json, and refuses to replace the whole', async () => {
    const part = await runCanopy(argsOf('part', '--only-parcels', 'west', '--only-days', '2023-01-01/2023-02-28'));
    expect(part.stderr).toContain('The run is limited to parcels west; days 2023-01-01 to 2023-02-28');
    expect(readCsv(join(outOf('part'), 'parcels.csv')).map((row) => row.parcel_id)).toEqual(['west']);
    const record = JSON.parse(readFileSync(join(outOf('part'), 'run.json'), 'utf8')) as {
      parameters: { only: object };
    };
    expect(record.parameters.only).toEqual({ days: '2023-01-01/2023-02-28', parcels: ['west'], tiles: null });
    const refused = await runCanopy(argsOf('whole', '--only-parcels', 'west'));
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('holds results of the whole run')]);
    expect(hashResults(outOf('whole'))).toEqual(expected);
    const stranger = await runCanopy(argsOf('none', '--only-tiles', '32TXX'));
    expect([stranger.code, stranger.stderr]).toEqual([2, expect.stringContaining('there are 31PAA')]);
  });

  it('A 20: has its units refused by a worker of another version of the rules, which names both', async () => {
    const out = outOf('other-version');
    cpSync(outOf('whole'), out, { recursive: true });
    const name = readdirSync(join(out, '.run')).find((entry) => entry.startsWith('plan-'))!;
    const plan = JSON.parse(readFileSync(join(out, '.run', name), 'utf8')) as { algorithm: string; runId: string };
    writeFileSync(join(out, '.run', name), JSON.stringify({ ...plan, algorithm: 'monitor-0' }));
    const pool = createPool<Task, TaskResult>({ size: 1 });
    const refused = pool.run({ kind: 'unit', runId: plan.runId, unit: 0, out });
    await expect(refused).rejects.toMatchObject({ code: 'E_ALGORITHM', kind: 'transient' });
    await expect(refused).rejects.toThrow(`computes with ${plan.algorithm}, but the run wants monitor-0`);
    await pool.close();
  });

  it('re-runs only what changed: of 2 units the one whose parcel moved', async () => {
    const before = join(folder, 'moving.geojson');
    writeFileSync(before, readFileSync(source.parcels));
    const more = (name: string) => argsOf(name).map((word) => (word === source.parcels ? before : word));
    expect((await runCanopy(more('moved'))).code).toBe(0);
    writeParcels(before, [WEST, { id: 'east', ...cellsOf(GROUND, { col: 560, row: 20, widthPx: 60, heightPx: 60 }) }]);
    const again = await runCanopy(more('moved'));
    expect(again.stderr).toContain('Resuming: 1 of 2 units are already computed.');
    expect(again.code).toBe(0);
  });
});
