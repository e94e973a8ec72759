import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { formatDifference } from '../../../pipeline/run/verify/findings.ts';
import { RUN_TABLES } from '../../../pipeline/store/run-rows.ts';
import { mulberry32 } from '../../../scripts/demo/random.ts';
import { runCanopy } from '../../canopy.ts';
import { openVerifiedRun, runFiles, topFiles, type VerifiedRun, verifyFolder } from './verified-run.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let run: VerifiedRun;
beforeAll(async () => {
  run = await openVerifiedRun();
});
afterAll(() => run?.close());

const flipBit = (content: Buffer, byte = content.length >> 1) => {
  const flipped = Buffer.from(content);
  flipped[byte]! ^= 1;
  return flipped;
};

const unitName = () => readdirSync(join(run.open, '.run/units'))[0]!;
const planName = () => readdirSync(join(run.open, '.run')).find((name) => name.startsWith('plan-'))!;

/** Path, size and time of change of every file: what a look must not change. */
function snapshot(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return entries.map((name) => {
    const { size, mtimeMs, ino } = statSync(join(folder, name));
    return `${name} ${size} ${mtimeMs} ${ino}`;
  });
}

describe('a run that nobody has touched', () => {
  it('agrees in all its files, in rows of all 14 tables and in its 1 unit computed again, and no file changes by the look', async () => {
    const before = snapshot(run.dir);
    const report = await verifyFolder(run.dir, { sample: 'all' });
    expect([report.differences, report.remarks]).toEqual([[], []]);
    expect(report.checked).toMatchObject({ units: 1, recomputed: 1 });
    expect(report.checked.files).toBe(readdirSync(join(run.dir, 'layers')).length + topFiles(run.dir).length + 1);
    expect(snapshot(run.dir)).toEqual(before);
    for (const name of Object.keys(RUN_TABLES)) {
      const [count] = await run.database.query<{ n: number }>(`select count(*)::int as n from ${name}`);
      expect([name, count!.n > 0]).toEqual([name, true]);
    }
  });

  it('agrees on the command line with exit 0, one sentence and a JSON document', async () => {
    const { code, stdout, stderr } = await runCanopy(['verify', run.dir, '--sample', '1', '--json']);
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^Everything agrees: \d+ files, \d+ rows and 1 unit of/m),
    ]);
    expect(stderr).toMatch(/rows\/s.*1 unit computed again/);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'verify', differences: [], checked: { recomputed: 1 } });
  });
});

describe('one change of a file', () => {
  it.each<[string, () => string, (content: Buffer) => Buffer | string | null, RegExp]>([
    [
      '1 bit of a table',
      () => 'observations.csv',
      flipBit,
      /^observations\.csv: wanted \d+ bytes with SHA-256 \w+, got/,
    ],
    ['1 bit of a Parquet file', () => 'parcels.parquet', flipBit, /^parcels\.parquet: /],
    [
      '1 bit of a layer',
      () => 'layers/ndvi-baseline-31PAA-32631-10m.tif',
      flipBit,
      /^layers\/ndvi-baseline-31PAA-32631-10m\.tif: /,
    ],
    [
      'a layer cut short',
      () => 'layers/change-period-31PAA-32631-10m.tif',
      (content) => content.subarray(0, 900),
      /got 900 bytes/,
    ],
    [
      "a layer's item gone",
      () => 'layers/ndvi-baseline-31PAA-32631-10m.json',
      () => null,
      /^layers\/ndvi-baseline-31PAA-32631-10m\.json: .* got no file/,
    ],
    ['run.json gone', () => 'run.json', () => null, /^run\.json: wanted the record of a finished run, got no file/],
    [
      'run.json cut short',
      () => 'run.json',
      (content) => content.subarray(0, 500),
      /^run\.json: .* got text that is not JSON/,
    ],
    [
      'a figure in run.json',
      () => 'run.json',
      (content) => content.toString().replace('"minClear": 3', '"minClear": 2'),
      /^run\.json parameters\.minClear: wanted 3 \(the database\), got 2/,
    ],
    [
      '1 space in run.json',
      () => 'run.json',
      (content) => content.toString().replace('"minClear": 3', '"minClear":  3'),
      /^run\.json: wanted the text that the run wrote/,
    ],
    [
      'the hash of a file in run.json',
      () => 'run.json',
      (content) => content.toString().replace(/"sha256": "\w/, '"sha256": "x'),
      /^run\.json outputs\.0\.sha256: /,
    ],
    ['1 bit of the plan', () => `.run/${planName()}`, flipBit, /^\.run\/plan-\w+\.json: wanted SHA-256/],
    [
      '1 bit of a unit',
      () => `.run/units/${unitName()}`,
      flipBit,
      /^\.run\/units\/\w+\.tcu: wanted the whole result of its unit, got a file that is cut/,
    ],
    ['a unit gone', () => `.run/units/${unitName()}`, () => null, /^\.run\/units\/\w+\.tcu: .* got no file/],
    ['a layer of another run', () => 'layers/ndvi-period-99XXX.tif', () => 'x', /would pass for a result/],
    ['a table of another run', () => 'twin.json', () => '{}', /^twin\.json: wanted no file/],
    [
      'a unit that no plan knows',
      () => `.run/units/u${'0'.repeat(40)}.tcu`,
      () => 'x',
      /no plan in this folder has the unit/,
    ],
    [
      'a file of a writer that was killed',
      () => '.run.json.123-0a1b2c3d.tmp',
      () => '',
      /an unfinished file of a writer that was killed/,
    ],
  ])('is found and named: %s', async (_, name, change, sentence) => {
    const { differences } = await run.withFile(name(), change);
    expect(formatDifference(differences[0]!)).toMatch(sentence);
    expect(
      differences.every(({ place, next }) => (place === name() || place === 'unit_result') && next.length > 20),
    ).toBe(true);
  });

  it("is only remarked where the file is the user's own: notes.txt is no difference", async () => {
    const report = await run.withFile('notes.txt', () => 'mine');
    expect(report.differences).toEqual([]);
    expect(report.remarks).toEqual(['notes.txt is not of this run; it was not looked at.']);
  });

  it('is found for 100 of 100 single bits at random', async () => {
    const random = mulberry32(14);
    const names = runFiles(run.open);
    const missed: string[] = [];
    for (let i = 0; i < 100; i++) {
      const name = names[Math.floor(random() * names.length)]!;
      const byte = Math.floor(random() * statSync(join(run.open, name)).size);
      const { differences } = await run.withFile(name, (content) => flipBit(content, byte));
      if (!differences.some(({ place }) => place === name)) missed.push(`${name} byte ${byte}`);
    }
    expect(missed).toEqual([]);
  });
});

describe('bit rot in the pages of the embedded database', () => {
  it.each(['observation', 'parcel_result', 'scene'])('is found where 1 bit of table %s is turned', async (table) => {
    const [found] = await run.database.query<{ path: string }>('select pg_relation_filepath($1) as path', [table]);
    const rotten = join(run.root, `rotten-${table}`);
    cpSync(run.dir, rotten, { recursive: true });
    const page = join(rotten, 'db', found!.path);
    writeFileSync(page, flipBit(readFileSync(page), 8000));
    const { differences } = await verifyFolder(rotten);
    expect(differences).toMatchObject([{ place: 'db', got: expect.stringContaining('invalid page in block 0') }]);
  });
});

describe('what is not there', () => {
  it('is a difference where it is the database, with what to do, and exit 1', async () => {
    const bare = join(run.root, 'bare');
    cpSync(run.dir, bare, { recursive: true, filter: (path) => !path.startsWith(join(run.dir, 'db')) });
    const { code, stderr } = await runCanopy(['verify', bare, '--sample', '0']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Difference: db: wanted the database of the run, got none in the folder\. .*--database/m);
    expect(stderr).toMatch(/^1 difference in 1 place: /m);
  });

  it('is a remark where it is a scene that cannot be read any more: the unit is not recomputed', async () => {
    const scenes = join(run.root, 'scenes');
    const away = join(run.root, 'away');
    cpSync(scenes, away, { recursive: true });
    rmSync(scenes, { recursive: true });
    try {
      const report = await verifyFolder(run.dir, { sample: 1 });
      expect([report.differences, report.checked.recomputed]).toEqual([[], 0]);
      expect(report.remarks).toEqual([expect.stringMatching(/^Unit u\w+ was not recomputed, because /)]);
    } finally {
      cpSync(away, scenes, { recursive: true });
    }
  });

  it('is told in the sentence of every other command where a run is at work in the folder', async () => {
    const { code, stderr } = await runCanopy(['verify', run.open]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`is in use by process ${process.pid}`)]);
  });

  it('is a sentence where it is the folder: no run.json, no differences made up', async () => {
    const empty = join(run.root, 'empty');
    mkdirSync(empty);
    const { differences } = await verifyFolder(empty);
    expect(differences.map(({ place }) => place)).toEqual(['run.json']);
  });
});
