import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openDatabase } from '../../../pipeline/store/database.ts';
import { alpsArgs } from '../../alps.ts';
import {
  type CanopyRun,
  hashResults,
  runCanopy,
  startCanopy,
  unfinishedFiles,
  unitFiles,
  untilRun,
} from '../../canopy.ts';
import { describeWithData } from '../../real-data.ts';

// Several whole runs a test; on a busy machine each takes a multiple of its 4 s.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

describeWithData('canopy monitor on the Alps, stopped in the middle and run again', () => {
  const root = mkdtempSync(join(tmpdir(), 'canopy-resume-'));
  const args = (out: string) => alpsArgs(out, '--min-clear', '1');
  const undisturbed = join(root, 'undisturbed');
  const killed = join(root, 'killed');
  const stopped = join(root, 'stopped');
  let expected: Record<string, string>;

  beforeAll(async () => {
    expect((await runCanopy(args(undisturbed))).code).toBe(0);
    expected = hashResults(undisturbed);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  /** Starts a run and sends it a signal as soon as `isThere`. */
  async function interrupt(out: string, signal: NodeJS.Signals, isThere: () => boolean): Promise<CanopyRun> {
    const run = startCanopy(args(out));
    await untilRun(run, isThere);
    run.child.kill(signal);
    return run.ended;
  }

  it('killed among its units, its layers and its tables, then with 4 of 8 units damaged, ends with the same bytes in 44 files', async () => {
    const layers = () =>
      existsSync(join(killed, 'layers')) &&
      readdirSync(join(killed, 'layers')).some((name) => /^[^.].*\.tif$/.test(name));
    const [first, second, third] = [
      await interrupt(killed, 'SIGKILL', () => unitFiles(killed).length > 0),
      await interrupt(killed, 'SIGKILL', layers),
      await interrupt(killed, 'SIGKILL', () => existsSync(join(killed, 'parcels.parquet'))),
    ];
    expect([first, second, third].map(({ code }) => code)).toEqual([null, null, null]);
    expect(second.stderr).toMatch(/Resuming: [1-7] of 8 units are already computed\./);
    expect(third.stderr).toContain('Resuming: 8 of 8');
    expect(existsSync(join(killed, 'run.json'))).toBe(false);
    // What kills at worse moments would leave.
    writeFileSync(join(killed, '.run/plan-abc0.json'), JSON.stringify({ grids: [{ key: 'old' }] }));
    const ours = ['.run/units/.u1.tcu.77-0123abcd.tmp', 'layers/.a.tif.77.level-0.tmp', 'layers/ndvi-baseline-old.tif'];
    const foreign = ['layers/ndvi-baseline-mine.tif', '.secret.tmp'];
    for (const name of [...ours, ...foreign]) writeFileSync(join(killed, name), 'half');
    damageUnits(killed);
    const last = await runCanopy(args(killed));
    expect(last.code).toBe(0);
    expect(last.stderr).toContain('Resuming: 4 of 8');
    expect(ours.filter((name) => existsSync(join(killed, name)))).toEqual([]);
    expect(foreign.filter((name) => existsSync(join(killed, name)))).toEqual(foreign);
    for (const name of foreign) rmSync(join(killed, name));
    expect(hashResults(killed)).toEqual(expected);
    expect(Object.keys(expected)).toHaveLength(44);
    expect(unfinishedFiles(killed)).toEqual([]);
  });

  it('has after the kills 1 run, 620 observations and 124 results in its database, none twice', async () => {
    const database = await openDatabase({ folder: killed });
    const [counts] = await database.query(`select
      (select count(*)::int from run) as runs,
      (select count(*)::int from observation) as observations,
      (select count(*)::int from (select distinct parcel_id, datetime from observation) as one) as distinct_observations,
      (select count(*)::int from parcel_result) as results,
      (select count(*)::int from parcel) as parcels,
      (select count(*)::int from scene) as scenes,
      (select count(*)::int from layer) as layers`);
    await database.close();
    expect(counts).toEqual({
      runs: 1,
      observations: 620,
      distinct_observations: 620,
      results: 124,
      parcels: 124,
      scenes: 10,
      layers: 18,
    });
  });

  it('stopped with SIGINT, says how many of 8 units are kept, exits with 1 and lets go of its database', async () => {
    const run = await interrupt(stopped, 'SIGINT', () => unitFiles(stopped).length > 0);
    expect(run.stderr).toMatch(
      /canopy: Stopped on request: [0-7] of 8 units are finished and kept\. Run the same command again to go on\.\n$/,
    );
    expect(run.code).toBe(1);
    expect(existsSync(join(stopped, 'db.lock'))).toBe(false);
  });

  it('run again after SIGINT, goes on with the units that are kept and ends with the same bytes', async () => {
    const run = await runCanopy(args(stopped));
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/Resuming: [1-7] of 8 units/);
    expect(hashResults(stopped)).toEqual(expected);
    expect(unfinishedFiles(stopped)).toEqual([]);
  });
});

/** Changes a bit of one unit file, cuts another, swaps a third for that of another unit, lets a fourth lack a scene. */
function damageUnits(out: string): void {
  const [changed, cut, mistaken, lacking, other] = unitFiles(out).map((name) => join(out, '.run/units', name));
  const bytes = readFileSync(changed!);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(changed!, bytes);
  truncateSync(cut!, 1000);
  writeFileSync(mistaken!, readFileSync(other!));
  writeFileSync(lacking!, withProblem(readFileSync(lacking!)));
}

/** A whole unit file that says it could not read a scene (layout: pipeline/run/unit-file.ts). */
function withProblem(file: Buffer): Buffer {
  const bodyAt = 8 + file.readUInt32LE(4);
  const head = JSON.parse(file.toString('utf8', 8, bodyAt));
  head.problems = [{ scene: 0, code: 'E_HTTP', message: 'The server was away.' }];
  const json = Buffer.from(JSON.stringify(head));
  const start = Buffer.from('TCU1\0\0\0\0', 'latin1');
  start.writeUInt32LE(json.length, 4);
  const content = Buffer.concat([start, json, file.subarray(bodyAt, -32)]);
  return Buffer.concat([content, createHash('sha256').update(content).digest()]);
}
